//! Frames made by hand, layer by layer from the inside out.
// Each test file is a crate of its own and uses its own part of this.
#![allow(dead_code, missing_docs, unreachable_pub)]

use etherparse::PacketBuilder;
use packetbeat_core::packet::{LinkType, Packet};

pub const PAYLOAD: &[u8] = b"what is inside";

pub fn packet(link: LinkType, data: &[u8]) -> Packet<'_> {
    Packet { number: 1, nanos: 0, link, wire_len: data.len().try_into().unwrap(), data }
}

pub fn be(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap().to_be_bytes()
}

pub fn cat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// IPv4 and UDP, 192.0.2.1:5000 to 192.0.2.2:53.
pub fn udp4() -> Vec<u8> {
    let mut out = Vec::new();
    PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64).udp(5000, 53).write(&mut out, PAYLOAD).unwrap();
    out
}

/// IPv6 and UDP, 2001:db8::1 port 5000 to 2001:db8::2 port 53.
pub fn udp6() -> Vec<u8> {
    let mut out = Vec::new();
    PacketBuilder::ipv6(V6_SRC, V6_DST, 64).udp(5000, 53).write(&mut out, PAYLOAD).unwrap();
    out
}

/// IPv4 and TCP with options, 192.0.2.1:5000 to 192.0.2.2:80.
pub fn tcp4() -> Vec<u8> {
    let mut out = Vec::new();
    PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64)
        .tcp(5000, 80, 0x0102_0304, 512)
        .ack(0x0506_0708)
        .psh()
        .options_raw(&[1, 1, 1, 1])
        .unwrap()
        .write(&mut out, PAYLOAD)
        .unwrap();
    out
}

pub const V6_SRC: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
pub const V6_DST: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];

pub const DST_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];
pub const SRC_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

pub fn ethernet(kind: u16, inner: &[u8]) -> Vec<u8> {
    cat(&[&DST_MAC, &SRC_MAC, &kind.to_be_bytes(), inner])
}

/// An IPv4 header without options before `payload`; `fragment` is the field of flags and offset.
pub fn ipv4(protocol: u8, id: u16, fragment: u16, payload: &[u8]) -> Vec<u8> {
    cat(&[
        &[0x45, 0],
        &be(20 + payload.len()),
        &id.to_be_bytes(),
        &fragment.to_be_bytes(),
        &[64, protocol, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2],
        payload,
    ])
}

pub fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    cat(&[&[0x60, 0, 0, 0], &be(payload.len()), &[next, 64], &V6_SRC, &V6_DST, payload])
}

pub fn udp(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
    cat(&[&src.to_be_bytes(), &dst.to_be_bytes(), &be(8 + payload.len()), &[0, 0], payload])
}

/// A tunnel in UDP between 198.51.100.1 and .2.
pub fn in_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    ipv4(17, 1, 0, &udp(60_000, port, payload))
}
