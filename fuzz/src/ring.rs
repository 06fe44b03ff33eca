//! A block of a capture ring: what comes out is what a second, slower reading of the same bytes finds.

use packetbeat_core::packet::LinkType;
use packetbeat_sniffer::fuzz::{Frame, walk};

/// Input: the block, in the byte order of the machine.
///
/// # Panics
/// If the two readings differ, or more comes out of a block than it has.
pub fn run(input: &[u8]) {
    let mut block = input.to_vec();
    let (mut packets, mut bytes) = (Vec::new(), 0);
    let counts = walk(&mut block, |Frame { nanos, link, wire_len, data }| {
        bytes += data.len();
        assert!(bytes <= input.len(), "more bytes come out of a block than it has");
        packets.push((nanos, link, wire_len, data.to_vec()));
    });
    assert_eq!((packets, counts), slowly(input));
}

type Packets = Vec<(i64, LinkType, u32, Vec<u8>)>;

/// By `linux/if_packet.h`, one number after the other.
fn slowly(block: &[u8]) -> (Packets, [u64; 3]) {
    let (mut packets, mut counts) = (Vec::new(), [0; 3]);
    if block.len() < 48 {
        return (packets, counts);
    }
    let (count, mut at) = (number(block, 12, 4), number(block, 16, 4));
    for _ in 0..count {
        match record(block, at) {
            Some((found, next)) => {
                match found {
                    Found::Packet(packet) => packets.push(packet),
                    Found::Copy => counts[0] += 1,
                    Found::Unknown => counts[1] += 1,
                }
                if next == 0 {
                    break;
                }
                if next < 68 || at + next > block.len() {
                    counts[2] += 1;
                    break;
                }
                at += next;
            }
            None => {
                counts[2] += 1;
                break;
            }
        }
    }
    (packets, counts)
}

enum Found {
    Packet((i64, LinkType, u32, Vec<u8>)),
    Copy,
    Unknown,
}

/// A record and the distance of the next one; `None` where it leads out of the block.
fn record(block: &[u8], at: usize) -> Option<(Found, usize)> {
    let record = block.get(at..).filter(|record| record.len() >= 60)?;
    let word = |at| number(record, at, 4);
    let half = |at| number(record, at, 2);
    let (next, captured, len, status) = (word(0), word(12), word(16), word(20));
    let (mac, net) = (half(24), half(26));
    let end = mac + captured;
    if mac < 68 || end > record.len() || (next != 0 && end > next) {
        return None;
    }
    let is_ip = matches!(record[50..52], [0x08, 0x00] | [0x86, 0xdd]);
    let (link, start) = match half(56) {
        772 if record[58] == 4 => return Some((Found::Copy, next)),
        1 | 772 => (LinkType::ETHERNET, mac),
        801 => (LinkType::IEEE802_11, mac),
        803 => (LinkType::IEEE802_11_RADIOTAP, mac),
        _ if is_ip => (LinkType::RAW, net.max(mac)),
        _ => return Some((Found::Unknown, next)),
    };
    let mut wire_len = len.saturating_sub(start - mac);
    let mut data = record.get(start..end).unwrap_or_default().to_vec();
    // Four bytes of room, and both addresses, or the tag stays away.
    if status & 0x10 != 0 && link == LinkType::ETHERNET && start >= 72 && data.len() >= 12 {
        let kind = if status & 0x40 == 0 { 0x8100 } else { half(36) as u16 };
        let control = half(32) as u16;
        data.splice(12..12, [kind.to_be_bytes(), control.to_be_bytes()].concat());
        wire_len = (wire_len + 4).min(u32::MAX as usize);
    }
    let nanos = word(4) as i64 * 1_000_000_000 + word(8) as i64;
    Some((Found::Packet((nanos, link, wire_len as u32, data)), next))
}

/// A number of so many bytes in the byte order of the machine.
fn number(bytes: &[u8], at: usize, len: usize) -> usize {
    let bytes = &bytes[at..at + len];
    let one = |number: usize, byte: &u8| number << 8 | usize::from(*byte);
    if cfg!(target_endian = "little") { bytes.iter().rev().fold(0, one) } else { bytes.iter().fold(0, one) }
}
