//! A capture in memory, and as a file.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::flow::Endpoint;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_core::time::SECOND;
use packetbeat_sniffer::{Batch, Reader};

use crate::frames::{self, ACK, Place, SYN};

/// When the first packet was captured.
const BEGINNING: i64 = 1_700_000_000 * SECOND;
/// Nanoseconds from packet to packet.
const STEP: i64 = 20_000;
/// Payload of a full segment: what Ethernet leaves with timestamps on.
const SEGMENT: usize = 1448;

/// Packets in memory.
#[derive(Debug, Default)]
pub struct Capture {
    /// The packets.
    pub packets: Batch,
    number: u64,
}

impl Capture {
    /// One of the repository's captures, by its file name in `tests/pcaps`.
    #[must_use]
    pub fn recorded(name: &str) -> Self {
        let bytes = std::fs::read(recorded_path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut reader = Reader::from_bytes(&bytes).unwrap();
        let mut capture = Self::default();
        while let Some(packet) = reader.next().unwrap() {
            capture.packets.push(&packet);
            capture.number += 1;
        }
        assert!(reader.warnings().is_empty(), "{name} is damaged");
        capture
    }

    /// Adds an Ethernet frame, 20 µs after the last.
    pub fn push(&mut self, frame: &[u8]) {
        self.number += 1;
        self.packets.push(&Packet {
            number: self.number,
            nanos: BEGINNING + i64::try_from(self.number).unwrap() * STEP,
            link: LinkType::ETHERNET,
            wire_len: u32::try_from(frame.len()).unwrap(),
            data: frame,
        });
    }

    /// Adds a datagram of one direction of a conversation.
    pub fn datagram(&mut self, ends: &Both<Endpoint>, dir: Dir, payload: &[u8]) {
        self.push(&frames::ethernet(&frames::udp(ends[dir], ends[dir.peer()], payload)));
    }

    /// As a pcap file with nanoseconds.
    #[must_use]
    pub fn to_pcap(&self) -> Vec<u8> {
        let mut file = Vec::new();
        for word in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 262_144, 1] {
            file.extend(word.to_le_bytes());
        }
        for packet in &self.packets {
            let second = u32::try_from(packet.nanos / SECOND).unwrap();
            let nanos = u32::try_from(packet.nanos % SECOND).unwrap();
            for word in [second, nanos, u32::try_from(packet.data.len()).unwrap(), packet.wire_len] {
                file.extend(word.to_le_bytes());
            }
            file.extend(packet.data);
        }
        file
    }
}

/// Where a recorded capture lies.
#[must_use]
pub fn recorded_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/pcaps").join(name)
}

/// The ends of conversation number `number`, each the sender of its direction: one of 200 clients, one of 50 servers.
#[must_use]
pub fn ends(number: u32, port: u16) -> Both<Endpoint> {
    let client = Ipv4Addr::new(192, 0, 2, u8::try_from(1 + number % 200).unwrap());
    let server = Ipv4Addr::new(198, 51, 100, u8::try_from(1 + number % 50).unwrap());
    let client_port = 1025 + u16::try_from(number / 200 % 60_000).unwrap();
    Both {
        to_server: Endpoint { ip: client.into(), port: client_port },
        to_client: Endpoint { ip: server.into(), port },
    }
}

/// A TCP connection that is being written into a capture.
#[derive(Debug)]
pub struct Writer {
    ends: Both<Endpoint>,
    next: Both<u32>,
}

impl Writer {
    /// Opens connection number `number` with its handshake.
    #[must_use]
    pub fn open(number: u32, port: u16, to: &mut Capture) -> Self {
        let mut writer = Self {
            ends: ends(number, port),
            next: Both {
                to_server: number.wrapping_mul(0x9e37_79b1),
                to_client: number.wrapping_mul(0x85eb_ca6b),
            },
        };
        writer.control(Dir::ToServer, SYN, to);
        writer.control(Dir::ToClient, SYN | ACK, to);
        writer.segment(Dir::ToServer, ACK, &[], to);
        writer
    }

    /// Bytes of one direction, in full segments.
    pub fn say(&mut self, dir: Dir, bytes: &[u8], to: &mut Capture) {
        for part in bytes.chunks(SEGMENT) {
            self.segment(dir, ACK, part, to);
            self.next[dir] = self.next[dir].wrapping_add(u32::try_from(part.len()).unwrap());
        }
    }

    /// Ends the connection from both sides.
    pub fn close(mut self, to: &mut Capture) {
        for dir in Dir::BOTH {
            self.control(dir, frames::FIN | ACK, to);
        }
        self.segment(Dir::ToServer, ACK, &[], to);
    }

    /// A segment that takes a sequence number itself.
    fn control(&mut self, dir: Dir, flags: u8, to: &mut Capture) {
        self.segment(dir, flags, &[], to);
        self.next[dir] = self.next[dir].wrapping_add(1);
    }

    fn segment(&self, dir: Dir, flags: u8, payload: &[u8], to: &mut Capture) {
        let place = Place { seq: self.next[dir], ack: self.next[dir.peer()], flags };
        to.push(&frames::ethernet(&frames::tcp(self.ends[dir], self.ends[dir.peer()], place, payload)));
    }
}
