//! Captures taken apart and put together.

/// Ethernet.
pub(crate) const ETHERNET: u32 = 1;

/// A packet: time in microseconds, bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) micros: u64,
    pub(crate) data: Vec<u8>,
}

/// The packets of a capture as those of `tests/pcaps` are: little-endian, microseconds, nothing cut off.
pub(crate) fn read(file: &[u8]) -> Vec<Packet> {
    assert_eq!(file[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let mut packets = Vec::new();
    let mut at = 24;
    while at < file.len() {
        let len = word(at + 8) as usize;
        let micros = u64::from(word(at)) * 1_000_000 + u64::from(word(at + 4));
        packets.push(Packet { micros, data: file[at + 16..at + 16 + len].to_vec() });
        at += 16 + len;
    }
    packets
}

/// The header of a capture.
pub(crate) fn header(link: u32) -> Vec<u8> {
    let mut out = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0];
    out.extend(link.to_le_bytes());
    out
}

/// A packet with its header.
pub(crate) fn record(packet: &Packet) -> Vec<u8> {
    let len = packet.data.len() as u32;
    let (seconds, micros) = ((packet.micros / 1_000_000) as u32, (packet.micros % 1_000_000) as u32);
    let mut out: Vec<u8> = [seconds, micros, len, len].into_iter().flat_map(u32::to_le_bytes).collect();
    out.extend(&packet.data);
    out
}

/// A capture of Ethernet.
pub(crate) fn write(packets: &[Packet]) -> Vec<u8> {
    write_as(ETHERNET, packets)
}

/// A capture of another link type.
pub(crate) fn write_as(link: u32, packets: &[Packet]) -> Vec<u8> {
    let mut out = header(link);
    packets.iter().for_each(|packet| out.extend(record(packet)));
    out
}

/// The same as pcapng: one section, one interface with the default resolution of microseconds.
pub(crate) fn write_pcapng(packets: &[Packet]) -> Vec<u8> {
    let mut out =
        block(0x0a0d_0d0a, &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    out.extend(block(1, &[1, 0, 0, 0, 0, 0, 4, 0]));
    for packet in packets {
        let len = packet.data.len() as u32;
        let words = [0, (packet.micros >> 32) as u32, packet.micros as u32, len, len];
        let mut body: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        body.extend(&packet.data);
        out.extend(block(6, &body));
    }
    out
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().next_multiple_of(4);
    let len = (padded as u32 + 12).to_le_bytes();
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(len);
    out.extend(body);
    out.resize(8 + padded, 0);
    out.extend(len);
    out
}

/// What a packet's conversation is told by: transport, and both endpoints in one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flow {
    pub(crate) tcp: bool,
    ends: [(Vec<u8>, u16); 2],
}

/// The conversation of a packet as in `tests/pcaps`: Ethernet, IP without options, TCP or UDP.
pub(crate) fn flow(data: &[u8]) -> Flow {
    let (protocol, addresses, len) = match data[12..14] {
        [8, 0] => (data[23], 26, 4),
        [0x86, 0xdd] => (data[20], 22, 16),
        _ => panic!("neither IPv4 nor IPv6"),
    };
    assert!([6, 17].contains(&protocol), "neither TCP nor UDP");
    let ports = ports_at(data);
    let end = |index: usize| {
        let address = addresses + index * len;
        let port = ports + index * 2;
        (data[address..address + len].to_vec(), u16::from_be_bytes([data[port], data[port + 1]]))
    };
    let mut ends = [end(0), end(1)];
    ends.sort();
    Flow { tcp: protocol == 6, ends }
}

/// Offset of the ports.
pub(crate) fn ports_at(data: &[u8]) -> usize {
    if data[12..14] == [8, 0] { 14 + usize::from(data[14] & 15) * 4 } else { 14 + 40 }
}

/// The packets with one port in the place of another, whoever has it.
pub(crate) fn with_port(packets: &[Packet], from: u16, to: u16) -> Vec<Packet> {
    let mut packets = packets.to_vec();
    for packet in &mut packets {
        let at = ports_at(&packet.data);
        for port in packet.data[at..at + 4].chunks_exact_mut(2) {
            if port == from.to_be_bytes() {
                port.copy_from_slice(&to.to_be_bytes());
            }
        }
    }
    packets
}

/// Two ports of the packets in ascending order.
pub(crate) fn ports(flow: &Flow) -> [u16; 2] {
    let mut ports = [flow.ends[0].1, flow.ends[1].1];
    ports.sort_unstable();
    ports
}
