//! Packets without a link layer: IPv4 (RFC 791) and TCP (RFC 9293) or UDP (RFC 768). Checksums are zero: nobody looks.

/// One end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) ip: [u8; 4],
    pub(crate) port: u16,
}

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// The longest payload of one packet here.
pub(crate) const LARGEST: usize = 60_000;

/// A segment; `payload` is no longer than [`LARGEST`].
pub(crate) fn tcp(from: End, to: End, seq: u32, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = ip(6, from, to, 20 + payload.len());
    packet.extend(from.port.to_be_bytes());
    packet.extend(to.port.to_be_bytes());
    packet.extend(seq.to_be_bytes());
    packet.extend(ack.to_be_bytes());
    packet.extend([5 << 4, flags, 255, 255, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

/// A datagram; `payload` is no longer than [`LARGEST`].
pub(crate) fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let mut packet = ip(17, from, to, 8 + payload.len());
    packet.extend(from.port.to_be_bytes());
    packet.extend(to.port.to_be_bytes());
    packet.extend((8 + payload.len() as u16).to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(payload);
    packet
}

fn ip(protocol: u8, from: End, to: End, len: usize) -> Vec<u8> {
    let mut packet = Vec::with_capacity(20 + len);
    packet.extend([0x45, 0]);
    packet.extend((20 + len as u16).to_be_bytes());
    packet.extend([0, 1, 0, 0, 64, protocol, 0, 0]);
    packet.extend(from.ip);
    packet.extend(to.ip);
    packet
}
