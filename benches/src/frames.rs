//! Frames, header by header. Checksums are zero: nobody looks at them.

use std::net::IpAddr;

use packetbeat_core::flow::Endpoint;

/// TCP flag FIN.
pub const FIN: u8 = 1;
/// TCP flag SYN.
pub const SYN: u8 = 2;
/// TCP flag ACK.
pub const ACK: u8 = 16;

/// Where a segment stands in its connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number.
    pub ack: u32,
    /// Flags.
    pub flags: u8,
}

/// An Ethernet frame around an IP packet.
#[must_use]
pub fn ethernet(ip: &[u8]) -> Vec<u8> {
    link(&[], ip)
}

/// An Ethernet frame with one VLAN tag (IEEE 802.1Q).
#[must_use]
pub fn vlan(ip: &[u8]) -> Vec<u8> {
    link(&[0x81, 0x00, 0x00, 0x05], ip)
}

fn link(tags: &[u8], ip: &[u8]) -> Vec<u8> {
    let kind = if ip[0] >> 4 == 6 { [0x86, 0xdd] } else { [0x08, 0x00] };
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], tags, &kind, ip].concat()
}

/// An IP packet with a TCP segment (RFC 9293), with the timestamps option as most have.
#[must_use]
pub fn tcp(from: Endpoint, to: Endpoint, place: Place, payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::with_capacity(32 + payload.len());
    segment.extend(from.port.to_be_bytes());
    segment.extend(to.port.to_be_bytes());
    segment.extend(place.seq.to_be_bytes());
    segment.extend(place.ack.to_be_bytes());
    segment.extend([8 << 4, place.flags, 255, 255, 0, 0, 0, 0]);
    segment.extend([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
    segment.extend(payload);
    ip(6, from.ip, to.ip, &segment)
}

/// An IP packet with a datagram (RFC 768).
#[must_use]
pub fn udp(from: Endpoint, to: Endpoint, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(8 + payload.len());
    datagram.extend(from.port.to_be_bytes());
    datagram.extend(to.port.to_be_bytes());
    datagram.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ip(17, from.ip, to.ip, &datagram)
}

/// A VXLAN packet (RFC 7348) around a frame.
#[must_use]
pub fn vxlan(from: Endpoint, to: Endpoint, frame: &[u8]) -> Vec<u8> {
    udp(from, Endpoint { port: 4789, ..to }, &[&[8, 0, 0, 0, 0, 0, 1, 0], frame].concat())
}

fn ip(protocol: u8, from: IpAddr, to: IpAddr, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(40 + payload.len());
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            packet.extend([0x45, 0]);
            packet.extend(u16::try_from(20 + payload.len()).unwrap().to_be_bytes());
            packet.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            packet.extend([0x60, 0, 0, 0]);
            packet.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            packet.extend([protocol, 64]);
            packet.extend(from.octets());
            packet.extend(to.octets());
        }
        _ => panic!("both ends speak the same IP"),
    }
    packet.extend(payload);
    packet
}
