//! A block of a ring, as the kernel filled it: from bytes to packets.
//!
//! ```text
//!  block   0 version  4 offset of private area  8 status  12 packets  16 offset of the first  20 length …
//!            └──▶ record  0 offset of the next  4 s  8 ns  12 captured  16 length  20 status  24 mac  26 net
//!                        28 hash  32 VLAN control  36 VLAN type  48 sockaddr_ll (50 protocol, 56 hatype, 58 direction)
//!                        68 room (PACKET_RESERVE)  mac: link layer  net: network layer
//! ```
//!
//! Numbers stand in the byte order of the machine, the protocol alone in that of the network. Source:
//! `linux/if_packet.h` (`tpacket_block_desc`, `tpacket3_hdr`).
//!
//! A block comes from the kernel and is well-formed. It is read as if it were not, at the price of some comparisons: no
//! offset leads out of the block, and there are no more steps than records fit in.

use packetbeat_core::packet::LinkType;

use crate::prefetch;

/// Bytes in front of the first record.
pub(crate) const BLOCK_HEADER: usize = 48;
/// Bytes of a record in front of what `PACKET_RESERVE` asks for.
const RECORD_HEADER: usize = 68;
/// The part of it that is read.
const HEAD: usize = 60;

// Flags of a record's status (`TP_STATUS_…`).
const VLAN_VALID: u32 = 1 << 4;
const VLAN_TYPE_VALID: u32 = 1 << 6;

/// What the kernel calls its link layers (`linux/if_arp.h`).
const ETHERNET: u16 = 1;
const LOOPBACK: u16 = 772;
const WIFI: u16 = 801;
const WIFI_RADIOTAP: u16 = 803;

/// `PACKET_OUTGOING`
const OUTGOING: u8 = 4;

const TYPE_VLAN: u16 = 0x8100;
const TYPE_IPV4: u16 = 0x0800;
const TYPE_IPV6: u16 = 0x86dd;

/// One packet of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'b> {
    /// Since the Unix epoch.
    pub(crate) nanos: i64,
    pub(crate) link: LinkType,
    pub(crate) wire_len: u32,
    pub(crate) data: &'b [u8],
}

/// What was found in a block beside the packets that were handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) outgoing_copies: u64,
    /// Neither IP nor of a link layer that is known.
    pub(crate) unknown: u64,
    /// The link layer of one of these.
    pub(crate) unknown_hatype: Option<u16>,
    /// Records that make no sense, each of which ends its block.
    pub(crate) malformed: u64,
}

/// Hands out the packets of a block. A VLAN tag that the kernel or the card took out of a frame is put back into it.
pub(crate) fn walk(block: &mut [u8], mut each: impl FnMut(Frame<'_>)) -> Walked {
    let mut walked = Walked::default();
    let Some(header) = block.first_chunk::<BLOCK_HEADER>() else { return walked };
    let [.., p0, p1, p2, p3, f0, f1, f2, f3] = header[..20] else { return walked };
    let said = u32::from_ne_bytes([p0, p1, p2, p3]) as usize;
    let mut rest = block.get_mut(u32::from_ne_bytes([f0, f1, f2, f3]) as usize..).unwrap_or_default();
    // Records overlap in no block of the kernel, so that a wrong number of them cannot cost more than the block has.
    for _ in 0..said {
        let Some(record) = Record::new(rest) else {
            walked.malformed += 1;
            break;
        };
        let next = record.next;
        // The bytes come from the cache of another processor, if they are in one.
        prefetch::ahead(rest, 0, next.min(rest.len()));
        match record.frame(rest, &mut walked) {
            Ok(Some(frame)) => each(frame),
            Ok(None) => {}
            Err(Nonsense) => {
                walked.malformed += 1;
                break;
            }
        }
        if next == 0 {
            break;
        }
        let Some(behind) = (next >= RECORD_HEADER).then(|| rest.get_mut(next..)).flatten() else {
            walked.malformed += 1;
            break;
        };
        rest = behind;
    }
    walked
}

/// An offset or a length leads out of the block.
struct Nonsense;

/// The head of a record.
struct Record {
    /// From this record to the next; 0: it is the last.
    next: usize,
    nanos: i64,
    captured: usize,
    len: u32,
    mac: usize,
    net: usize,
    /// Type and control information of a tag that stood in the frame.
    vlan: Option<(u16, u16)>,
    protocol: u16,
    hatype: u16,
    outgoing: bool,
}

impl Record {
    #[inline]
    fn new(bytes: &[u8]) -> Option<Self> {
        let h = bytes.first_chunk::<HEAD>()?;
        let word = |[a, b, c, d]: [u8; 4]| u32::from_ne_bytes([a, b, c, d]);
        let status = word([h[20], h[21], h[22], h[23]]);
        let control = word([h[32], h[33], h[34], h[35]]);
        let vlan = (status & VLAN_VALID != 0).then(|| {
            let kind = u16::from_ne_bytes([h[36], h[37]]);
            (if status & VLAN_TYPE_VALID != 0 { kind } else { TYPE_VLAN }, control as u16)
        });
        let seconds = i64::from(word([h[4], h[5], h[6], h[7]]));
        let nanos = i64::from(word([h[8], h[9], h[10], h[11]]));
        Some(Self {
            next: word([h[0], h[1], h[2], h[3]]) as usize,
            nanos: seconds * 1_000_000_000 + nanos,
            captured: word([h[12], h[13], h[14], h[15]]) as usize,
            len: word([h[16], h[17], h[18], h[19]]),
            mac: usize::from(u16::from_ne_bytes([h[24], h[25]])),
            net: usize::from(u16::from_ne_bytes([h[26], h[27]])),
            vlan,
            protocol: u16::from_be_bytes([h[50], h[51]]),
            hatype: u16::from_ne_bytes([h[56], h[57]]),
            outgoing: h[58] == OUTGOING,
        })
    }

    /// The packet, if it is wanted. `record`: from the beginning of this record on.
    #[inline]
    fn frame<'b>(&self, record: &'b mut [u8], walked: &mut Walked) -> Result<Option<Frame<'b>>, Nonsense> {
        let end = self.mac.checked_add(self.captured).ok_or(Nonsense)?;
        if self.mac < RECORD_HEADER || end > record.len() || self.next != 0 && end > self.next {
            return Err(Nonsense);
        }
        let (link, start) = match self.hatype {
            LOOPBACK if self.outgoing => {
                walked.outgoing_copies += 1;
                return Ok(None);
            }
            ETHERNET | LOOPBACK => (LinkType::ETHERNET, self.mac),
            WIFI_RADIOTAP => (LinkType::IEEE802_11_RADIOTAP, self.mac),
            WIFI => (LinkType::IEEE802_11, self.mac),
            // Whatever the link layer is, the kernel says what it carries, and where that begins.
            _ if matches!(self.protocol, TYPE_IPV4 | TYPE_IPV6) => (LinkType::RAW, self.net),
            other => {
                walked.unknown += 1;
                walked.unknown_hatype = Some(other);
                return Ok(None);
            }
        };
        // A capture that ends within the link layer has no byte of the network layer.
        let start = start.max(self.mac);
        let mut wire_len = self.len.saturating_sub((start - self.mac) as u32);
        let start = match self.vlan {
            Some(tag) if link == LinkType::ETHERNET && put_back(record, start, end, tag) => {
                wire_len = wire_len.saturating_add(4);
                start - 4
            }
            _ => start,
        };
        let data = record.get(start..end).unwrap_or_default();
        Ok(Some(Frame { nanos: self.nanos, link, wire_len, data }))
    }
}

/// Moves the two addresses 4 bytes to the front and writes the tag behind them. False, and nothing done, where there is
/// no room or the capture ends within the addresses.
fn put_back(record: &mut [u8], start: usize, end: usize, (kind, control): (u16, u16)) -> bool {
    let Some(front) = start.checked_sub(4).filter(|front| *front >= RECORD_HEADER) else { return false };
    let Some(room) = record.get_mut(front..end) else { return false };
    let Some((head, _)) = room.split_first_chunk_mut::<16>() else { return false };
    head.copy_within(4.., 0);
    let ([k0, k1], [c0, c1]) = (kind.to_be_bytes(), control.to_be_bytes());
    (head[12], head[13], head[14], head[15]) = (k0, k1, c0, c1);
    true
}

#[cfg(test)]
mod tests;
