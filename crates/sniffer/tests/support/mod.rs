//! Writers of the formats that the sniffer reads, and what it should read from them.

use std::io::{Read, Write};

use packetbeat_sniffer::{Packet, Reader, Warning};

/// A packet as it was written, or as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    pub nanos: i64,
    pub link: u16,
    pub wire_len: u32,
    pub data: Vec<u8>,
}

impl From<Packet<'_>> for Owned {
    fn from(packet: Packet<'_>) -> Self {
        let Packet { nanos, link, wire_len, data, .. } = packet;
        Self { nanos, link: link.0, wire_len, data: data.to_vec() }
    }
}

/// Packets of many lengths, with times that every format can express.
pub fn sample(count: usize, link: u16) -> Vec<Owned> {
    (0..count)
        .map(|at| {
            let len = [1, 0, 60, 61, 62, 63, 1_514, 300][at % 8];
            Owned {
                nanos: 1_700_000_000_000_000_000 + at as i64 * 1_001_000,
                link,
                wire_len: if at % 5 == 0 { len as u32 + 9 } else { len as u32 },
                data: (0..len).map(|byte| (byte + at) as u8).collect(),
            }
        })
        .collect()
}

/// All packets of a reader, whose numbers must run from 1, and its warnings.
pub fn read(reader: &mut Reader) -> (Vec<Owned>, Vec<Warning>) {
    let mut packets: Vec<Owned> = Vec::new();
    while let Some(packet) = reader.next().unwrap() {
        assert_eq!(packet.number, packets.len() as u64 + 1);
        packets.push(packet.into());
    }
    assert!(reader.next().unwrap().is_none(), "the end does not last");
    (packets, reader.warnings())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    Little,
    Big,
}

impl Endian {
    pub fn u16(self, number: u16) -> [u8; 2] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    pub fn u32(self, number: u32) -> [u8; 4] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }

    pub fn u64(self, number: u64) -> [u8; 8] {
        if self == Self::Little { number.to_le_bytes() } else { number.to_be_bytes() }
    }
}

pub const MICROS: u32 = 0xa1b2_c3d4;
pub const NANOS: u32 = 0xa1b2_3c4d;
pub const MODIFIED: u32 = 0xa1b2_cd34;

/// A pcap file.
pub fn pcap(order: Endian, magic: u32, snaplen: u32, packets: &[Owned]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(order.u32(magic));
    file.extend(order.u16(2));
    file.extend(order.u16(4));
    file.extend([0; 8]);
    file.extend(order.u32(snaplen));
    file.extend(order.u32(packets.first().map_or(1, |packet| u32::from(packet.link))));
    for packet in packets {
        file.extend(pcap_record(order, magic, packet));
    }
    file
}

pub fn pcap_record(order: Endian, magic: u32, packet: &Owned) -> Vec<u8> {
    let nanos = packet.nanos as u64;
    let unit = if magic == NANOS { 1 } else { 1_000 };
    let mut record = Vec::new();
    record.extend(order.u32((nanos / 1_000_000_000) as u32));
    record.extend(order.u32((nanos % 1_000_000_000 / unit) as u32));
    record.extend(order.u32(packet.data.len() as u32));
    record.extend(order.u32(packet.wire_len));
    if magic == MODIFIED {
        record.extend([7; 8]);
    }
    record.extend(&packet.data);
    record
}

/// A pcapng block: its frame and padding around `body`.
pub fn block(order: Endian, kind: u32, body: &[u8]) -> Vec<u8> {
    let len = order.u32(12 + body.len().next_multiple_of(4) as u32);
    let mut block = order.u32(kind).to_vec();
    block.extend(len);
    block.extend(body);
    block.resize(block.len().next_multiple_of(4), 0);
    block.extend(len);
    block
}

pub fn section(order: Endian) -> Vec<u8> {
    let mut body = order.u32(0x1a2b_3c4d).to_vec();
    body.extend(order.u16(1));
    body.extend(order.u16(0));
    body.extend(order.u64(u64::MAX));
    body.extend(option(order, 4, b"a test"));
    body.extend(option(order, 0, b""));
    block(order, 0x0a0d_0d0a, &body)
}

pub fn option(order: Endian, code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = order.u16(code).to_vec();
    option.extend(order.u16(value.len() as u16));
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

pub fn interface(order: Endian, link: u16, snaplen: u32, options: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = order.u16(link).to_vec();
    body.extend([0; 2]);
    body.extend(order.u32(snaplen));
    for (code, value) in options {
        body.extend(option(order, *code, value));
    }
    block(order, 1, &body)
}

/// An enhanced packet block; `units` is the time in the interface's units.
pub fn enhanced(order: Endian, interface: u32, units: u64, packet: &Owned) -> Vec<u8> {
    block(order, 6, &packet_body(order, &order.u32(interface), units, packet))
}

/// An obsolete packet block.
pub fn obsolete(order: Endian, interface: u16, units: u64, packet: &Owned) -> Vec<u8> {
    let mut id = order.u16(interface).to_vec();
    id.extend(order.u16(3));
    block(order, 2, &packet_body(order, &id, units, packet))
}

/// A simple packet block.
pub fn simple(order: Endian, packet: &Owned) -> Vec<u8> {
    let mut body = order.u32(packet.wire_len).to_vec();
    body.extend(&packet.data);
    block(order, 3, &body)
}

fn packet_body(order: Endian, interface: &[u8], units: u64, packet: &Owned) -> Vec<u8> {
    let mut body = interface.to_vec();
    body.extend(order.u32((units >> 32) as u32));
    body.extend(order.u32(units as u32));
    body.extend(order.u32(packet.data.len() as u32));
    body.extend(order.u32(packet.wire_len));
    body.extend(&packet.data);
    if packet.data.len().is_multiple_of(3) {
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(option(order, 1, b"a comment"));
        body.extend(option(order, 0, b""));
    }
    body
}

/// A pcapng file with one interface in microseconds.
pub fn pcapng(order: Endian, packets: &[Owned]) -> Vec<u8> {
    let mut file = section(order);
    file.extend(interface(order, packets.first().map_or(1, |packet| packet.link), 0, &[]));
    for packet in packets {
        file.extend(enhanced(order, 0, packet.nanos as u64 / 1_000, packet));
    }
    file
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

pub fn lz4(bytes: &[u8]) -> Vec<u8> {
    // Small blocks: a block that is cut gives nothing.
    let info = lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
    let mut packed = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Gives its bytes one by one, as a slow pipe may.
pub struct Trickle(pub std::io::Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let len = into.len().min(1);
        self.0.read(&mut into[..len])
    }
}
