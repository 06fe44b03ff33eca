//! Conversations from a capture: a reader for what the repository's own captures are, and no more.
//!
//! Classic pcap (microseconds or nanoseconds, either byte order), Ethernet, IPv4 or IPv6 without extension headers, whole TCP
//! segments in order and UDP datagrams. Repeated segments are left out; a capture with a hole is refused: a reference must
//! not depend on the reassembly.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::flow::Endpoint;

use crate::conversation::{Conversation, Piece};

/// Why a capture gives no conversations.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// It cannot be read.
    #[error("cannot read the capture `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what this reader reads.
    #[error("`{}`, byte {at}: {what}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where in the file.
        at: usize,
        /// What is wrong.
        what: String,
    },
}

/// The connections of a capture with a server on one of `ports`, from their SYN on.
///
/// # Errors
/// The file cannot be read, is no such capture, or has a hole.
pub fn tcp_conversations(path: impl AsRef<Path>, ports: &[u16]) -> Result<Vec<Conversation>, CaptureError> {
    let mut open: HashMap<[Endpoint; 2], usize> = HashMap::new();
    let mut all: Vec<(Conversation, Both<u32>)> = Vec::new();
    for packet in packets(path.as_ref())? {
        let Transport::Tcp { seq, syn, fin } = packet.transport else { continue };
        let Some((dir, key)) = oriented(&packet, ports) else { continue };
        if syn && dir == Dir::ToServer {
            open.insert(key, all.len());
            all.push((Conversation::new(&packet.name(dir)), Both::default()));
        }
        let Some((conversation, next)) = open.get(&key).and_then(|place| all.get_mut(*place)) else {
            continue;
        };
        if syn {
            next[dir] = seq.wrapping_add(1);
            continue;
        }
        let ahead = seq.wrapping_sub(next[dir]);
        let again = next[dir].wrapping_sub(seq) as usize;
        if ahead != 0 && ahead < 1 << 31 {
            return Err(CaptureError::Format {
                path: path.as_ref().to_owned(),
                at: packet.at,
                what: format!(
                    "{ahead} bytes are missing or out of order; this reader takes captures in order"
                ),
            });
        }
        let bytes = packet.payload.get(again.min(packet.payload.len())..).unwrap_or_default().to_vec();
        next[dir] = next[dir].wrapping_add(bytes.len() as u32);
        let fin = fin && !conversation.pieces.iter().any(|piece| piece.dir == dir && piece.fin);
        next[dir] = next[dir].wrapping_add(u32::from(fin));
        if !bytes.is_empty() || fin {
            conversation.pieces.push(Piece { dir, bytes, nanos: packet.nanos, fin });
        }
    }
    let all = all.into_iter().map(|(conversation, _)| conversation);
    Ok(all.filter(|conversation| !conversation.is_empty()).collect())
}

/// The datagrams of a capture from or to one of `ports`, one conversation for each pair of endpoints.
///
/// # Errors
/// The file cannot be read or is no such capture.
pub fn udp_conversations(path: impl AsRef<Path>, ports: &[u16]) -> Result<Vec<Conversation>, CaptureError> {
    let mut places: HashMap<[Endpoint; 2], usize> = HashMap::new();
    let mut all: Vec<Conversation> = Vec::new();
    for packet in packets(path.as_ref())? {
        let Transport::Udp = packet.transport else { continue };
        let Some((dir, key)) = oriented(&packet, ports) else { continue };
        let place = *places.entry(key).or_insert_with(|| {
            all.push(Conversation::new(&packet.name(dir)));
            all.len() - 1
        });
        if let Some(conversation) = all.get_mut(place) {
            let Packet { payload: bytes, nanos, .. } = packet;
            conversation.pieces.push(Piece { dir, bytes, nanos, fin: false });
        }
    }
    Ok(all)
}

#[derive(Clone, Copy, Debug)]
enum Transport {
    Tcp { seq: u32, syn: bool, fin: bool },
    Udp,
}

struct Packet {
    /// Byte of the file.
    at: usize,
    nanos: i64,
    from: Endpoint,
    to: Endpoint,
    transport: Transport,
    payload: Vec<u8>,
}

impl Packet {
    fn name(&self, dir: Dir) -> String {
        let (client, server) = if dir == Dir::ToServer { (self.from, self.to) } else { (self.to, self.from) };
        format!("{}:{} to {}:{}", client.ip, client.port, server.ip, server.port)
    }
}

/// Which way, and client and server.
fn oriented(packet: &Packet, ports: &[u16]) -> Option<(Dir, [Endpoint; 2])> {
    if ports.contains(&packet.to.port) {
        Some((Dir::ToServer, [packet.from, packet.to]))
    } else if ports.contains(&packet.from.port) {
        Some((Dir::ToClient, [packet.to, packet.from]))
    } else {
        None
    }
}

fn packets(path: &Path) -> Result<Vec<Packet>, CaptureError> {
    let wrong =
        |at: usize, what: &str| CaptureError::Format { path: path.to_owned(), at, what: what.to_owned() };
    let file = std::fs::read(path).map_err(|source| CaptureError::Read { path: path.to_owned(), source })?;
    let (big, unit) = match file.first_chunk::<4>() {
        Some([0xd4, 0xc3, 0xb2, 0xa1]) => (false, 1000),
        Some([0xa1, 0xb2, 0xc3, 0xd4]) => (true, 1000),
        Some([0x4d, 0x3c, 0xb2, 0xa1]) => (false, 1),
        Some([0xa1, 0xb2, 0x3c, 0x4d]) => (true, 1),
        _ => return Err(wrong(0, "not a classic pcap file")),
    };
    let word = |at: usize| {
        let bytes = *file.get(at..)?.first_chunk::<4>()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    if word(20).map(|link| link & 0xffff) != Some(1) {
        return Err(wrong(20, "not Ethernet"));
    }
    let (mut at, mut packets) = (24, Vec::new());
    while at < file.len() {
        let header = (word(at), word(at + 4), word(at + 8), word(at + 12));
        let (Some(second), Some(part), Some(len), Some(wire)) = header else {
            return Err(wrong(at, "the file ends within a packet header"));
        };
        if len != wire {
            return Err(wrong(at, "the packet was cut by the capture"));
        }
        let data = file.get(at + 16..).and_then(|rest| rest.get(..len as usize));
        let data = data.ok_or_else(|| wrong(at, "the file ends within a packet"))?;
        let nanos = i64::from(second) * 1_000_000_000 + i64::from(part) * unit;
        packets.extend(packet(data, at, nanos));
        at += 16 + len as usize;
    }
    Ok(packets)
}

/// A TCP segment or UDP datagram; what is neither is passed over.
fn packet(frame: &[u8], at: usize, nanos: i64) -> Option<Packet> {
    let ip = frame.get(14..)?;
    let (protocol, from, to, inner): (u8, IpAddr, IpAddr, &[u8]) =
        match *frame.get(12..)?.first_chunk::<2>()? {
            [0x08, 0x00] => {
                let header = usize::from(ip.first()? & 15) * 4;
                let total = usize::from(u16::from_be_bytes(*ip.get(2..)?.first_chunk()?));
                let from: [u8; 4] = *ip.get(12..)?.first_chunk()?;
                let to: [u8; 4] = *ip.get(16..)?.first_chunk()?;
                (*ip.get(9)?, from.into(), to.into(), ip.get(header..total)?)
            }
            [0x86, 0xdd] => {
                let len = usize::from(u16::from_be_bytes(*ip.get(4..)?.first_chunk()?));
                let from: [u8; 16] = *ip.get(8..)?.first_chunk()?;
                let to: [u8; 16] = *ip.get(24..)?.first_chunk()?;
                (*ip.get(6)?, from.into(), to.into(), ip.get(40..)?.get(..len)?)
            }
            _ => return None,
        };
    let port = |at: usize| Some(u16::from_be_bytes(*inner.get(at..)?.first_chunk()?));
    let from = Endpoint { ip: from, port: port(0)? };
    let to = Endpoint { ip: to, port: port(2)? };
    let (transport, header) = match protocol {
        6 => {
            let seq = u32::from_be_bytes(*inner.get(4..)?.first_chunk()?);
            let flags = *inner.get(13)?;
            let transport = Transport::Tcp { seq, syn: flags & 2 != 0, fin: flags & 1 != 0 };
            (transport, usize::from(inner.get(12)? >> 4) * 4)
        }
        17 => (Transport::Udp, 8),
        _ => return None,
    };
    Some(Packet { at, nanos, from, to, transport, payload: inner.get(header..)?.to_vec() })
}
