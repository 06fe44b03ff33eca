//! Packets that own their bytes, for several workers behind one reader.

use packetbeat_core::packet::{LinkType, Packet};

/// Bytes that a batch keeps for its next use; what a batch of long packets took beyond is given back.
const KEPT: usize = 4 << 20;

/// Some packets in a row, copied. [`Reader::fill`](crate::Reader::fill) fills it; shared by `Arc` among the workers and,
/// once they all let go (`Arc::get_mut`), filled again. At most `max_packets` times [`MAX_PACKET`](crate::MAX_PACKET)
/// bytes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    records: Vec<Record>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    number: u64,
    nanos: i64,
    start: usize,
    len: u32,
    wire_len: u32,
    link: LinkType,
}

impl Batch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Its packets in their order.
    #[must_use]
    pub fn packets(&self) -> Packets<'_> {
        Packets { bytes: &self.bytes, records: self.records.iter() }
    }

    /// Number of packets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no packet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Forgets the packets and keeps the memory, if it is not much.
    pub fn clear(&mut self) {
        self.records.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }

    /// Copies a packet to the end.
    pub fn push(&mut self, packet: &Packet<'_>) {
        let data = packet.data;
        self.records.push(Record {
            number: packet.number,
            nanos: packet.nanos,
            start: self.bytes.len(),
            // Packets of this crate are shorter than MAX_PACKET; of another's, what a u32 cannot say is cut.
            len: u32::try_from(data.len()).unwrap_or(u32::MAX),
            wire_len: packet.wire_len,
            link: packet.link,
        });
        self.bytes.extend_from_slice(data);
    }
}

impl<'b> IntoIterator for &'b Batch {
    type Item = Packet<'b>;
    type IntoIter = Packets<'b>;

    fn into_iter(self) -> Packets<'b> {
        self.packets()
    }
}

/// The packets of a [`Batch`].
#[derive(Clone, Debug)]
pub struct Packets<'b> {
    bytes: &'b [u8],
    records: std::slice::Iter<'b, Record>,
}

impl<'b> Iterator for Packets<'b> {
    type Item = Packet<'b>;

    #[inline]
    fn next(&mut self) -> Option<Packet<'b>> {
        let record = self.records.next()?;
        let end = record.start + record.len as usize;
        Some(Packet {
            number: record.number,
            nanos: record.nanos,
            link: record.link,
            wire_len: record.wire_len,
            data: self.bytes.get(record.start..end).unwrap_or_default(),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.records.size_hint()
    }
}

impl ExactSizeIterator for Packets<'_> {}
