//! The classic format: a header of 24 bytes, then records.
//!
//! ```text
//! file    magic(4) major(2) minor(2) zone(4) sigfigs(4) snaplen(4) link(4)
//! record  seconds(4) fraction(4) captured(4) on-the-wire(4) | bytes
//!         in the modified format 8 more before the bytes: interface(4) protocol(2) type(1) pad(1)
//! ```
//!
//! Source: `draft-ietf-opsawg-pcap`; the variants as libpcap's `sf-pcap.c` documents them.

use packetbeat_core::packet::LinkType;

use crate::MAX_PACKET;
use crate::step::{Damage, Span, Step};

/// Bytes of the file header.
pub(crate) const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const MODIFIED_RECORD_HEADER: usize = 24;

/// Magic of microsecond files.
const MICROS: u32 = 0xa1b2_c3d4;
/// Magic of nanosecond files.
const NANOS: u32 = 0xa1b2_3c4d;
/// Magic of Alexey Kuznetzov's patched libpcap: longer record headers, microseconds.
const MODIFIED: u32 = 0xa1b2_cd34;
/// Major version that DG/UX wrote; the lengths of its records are swapped.
const DG_UX: u16 = 543;

/// What the file header says of every record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pcap {
    big_endian: bool,
    nanos_per_fraction: u32,
    record_header: usize,
    lengths: Lengths,
    link: LinkType,
}

/// Order of the two lengths of a record, which early versions disagreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    /// Version 2.3: either, the smaller one is the captured length.
    Either,
}

/// Why a file that begins with a pcap magic is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    /// Fewer than [`FILE_HEADER`] bytes.
    Short,
    Version(u16, u16),
}

impl Pcap {
    /// Parses the file header. `None` if the magic is not pcap's.
    pub(crate) fn parse(head: &[u8]) -> Option<Result<Self, HeaderError>> {
        let (big_endian, magic) = variant(*head.first_chunk()?)?;
        let Some(head) = head.first_chunk::<FILE_HEADER>() else { return Some(Err(HeaderError::Short)) };
        let [_, _, _, _, a, b, c, d, .., w, x, y, z] = *head;
        let u16_of = |bytes| if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) };
        let (major, minor) = (u16_of([a, b]), u16_of([c, d]));
        let lengths = match (major, minor) {
            (2, 0..=2) | (DG_UX, _) => Lengths::WireFirst,
            (2, 3) => Lengths::Either,
            (2, _) => Lengths::CapturedFirst,
            _ => return Some(Err(HeaderError::Version(major, minor))),
        };
        // The upper bits hold the length of the frame check sequence; 26 bits are the link type.
        let link = u32_of(big_endian, [w, x, y, z]) & 0x03ff_ffff;
        Some(Ok(Self {
            big_endian,
            nanos_per_fraction: if magic == NANOS { 1 } else { 1_000 },
            record_header: if magic == MODIFIED { MODIFIED_RECORD_HEADER } else { RECORD_HEADER },
            lengths,
            link: LinkType(u16::try_from(link).unwrap_or(u16::MAX)),
        }))
    }

    /// Looks at the record at the start of `tail`.
    #[inline]
    pub(crate) fn step(&self, tail: &[u8]) -> Step {
        let Some(header) = tail.first_chunk::<RECORD_HEADER>() else { return Step::Need(self.record_header) };
        let [s0, s1, s2, s3, f0, f1, f2, f3, a0, a1, a2, a3, b0, b1, b2, b3] = *header;
        let seconds = u32_of(self.big_endian, [s0, s1, s2, s3]);
        let fraction = u32_of(self.big_endian, [f0, f1, f2, f3]);
        let first = u32_of(self.big_endian, [a0, a1, a2, a3]);
        let second = u32_of(self.big_endian, [b0, b1, b2, b3]);
        let (captured, wire) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::Either => (first.min(second), first.max(second)),
        };
        if captured > MAX_PACKET {
            return Step::Damage(Damage::PacketTooLong(captured));
        }
        if captured == 0
            && let Some(damage) = no_record(header)
        {
            return Step::Damage(damage);
        }
        let advance = self.record_header + captured as usize;
        if tail.len() < advance {
            return Step::Need(advance);
        }
        Step::Packet {
            span: Span {
                start: self.record_header,
                len: captured as usize,
                nanos: Some(self.nanos(seconds, fraction)),
                // Some writers put less here than they captured.
                wire_len: wire.max(captured),
                link: self.link,
            },
            advance,
        }
    }

    /// At most 2^32 s and 2^32 µs: less than 2^63 ns.
    #[inline]
    fn nanos(&self, seconds: u32, fraction: u32) -> i64 {
        i64::from(seconds) * 1_000_000_000 + i64::from(fraction) * i64::from(self.nanos_per_fraction)
    }
}

/// What passes for a packet without bytes and is none.
#[cold]
fn no_record(header: &[u8; RECORD_HEADER]) -> Option<Damage> {
    let [a, b, c, d, version @ .., _, _, _, _, _, _, _, _] = *header;
    if *header == [0; RECORD_HEADER] {
        return Some(Damage::Zeros);
    }
    let second_file = variant([a, b, c, d]).is_some() && matches!(version, [2, 0, 4, 0] | [0, 2, 0, 4]);
    second_file.then_some(Damage::SecondFile)
}

/// Byte order (true: big endian) and magic, if these four bytes are one.
fn variant(bytes: [u8; 4]) -> Option<(bool, u32)> {
    [(true, u32::from_be_bytes(bytes)), (false, u32::from_le_bytes(bytes))]
        .into_iter()
        .find(|(_, magic)| matches!(*magic, MICROS | NANOS | MODIFIED))
}

#[inline]
fn u32_of(big_endian: bool, bytes: [u8; 4]) -> u32 {
    if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(magic: u32, major: u16, minor: u16, link: u32) -> Vec<u8> {
        let mut head = magic.to_le_bytes().to_vec();
        head.extend(major.to_le_bytes());
        head.extend(minor.to_le_bytes());
        head.extend([0; 12]);
        head.extend(link.to_le_bytes());
        head
    }

    fn record(words: [u32; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(data);
        bytes
    }

    fn packet(step: &Step) -> (Span, usize) {
        let Step::Packet { span, advance } = step else { panic!("no packet: {step:?}") };
        (*span, *advance)
    }

    #[test]
    fn lengths_of_early_versions() {
        for (major, minor, words, wire) in [
            (2, 4, [1, 2, 3, 9], 9),
            (2, 3, [1, 2, 3, 9], 9),
            (2, 3, [1, 2, 9, 3], 9),
            (2, 2, [1, 2, 9, 3], 9),
            (543, 0, [1, 2, 9, 3], 9),
        ] {
            let pcap = Pcap::parse(&header(MICROS, major, minor, 1)).unwrap().unwrap();
            let (span, advance) = packet(&pcap.step(&record(words, b"abc")));
            assert_eq!((span.len, span.wire_len, span.nanos, advance), (3, wire, Some(1_000_002_000), 19));
        }
    }

    #[test]
    fn link_type_without_the_bits_above_it() {
        let pcap = Pcap::parse(&header(NANOS, 2, 4, 0x1400_0001)).unwrap().unwrap();
        assert_eq!(pcap.link, LinkType::ETHERNET);
        assert_eq!(packet(&pcap.step(&record([1, 2, 0, 0], b""))).0.nanos, Some(1_000_000_002));
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        assert_eq!(Pcap::parse(&header(MICROS, 3, 0, 1)), Some(Err(HeaderError::Version(3, 0))));
        assert_eq!(Pcap::parse(&header(MICROS, 2, 4, 1)[..23]), Some(Err(HeaderError::Short)));
        assert_eq!(Pcap::parse(b"\xa1\xb2\xc3"), None);
        assert_eq!(Pcap::parse(b"GET / HTTP/1.1\r\nHost: a"), None);
    }

    #[test]
    fn damage_allocates_nothing() {
        let pcap = Pcap::parse(&header(MICROS, 2, 4, 1)).unwrap().unwrap();
        let step = |words, data: &[u8]| pcap.step(&record(words, data));
        assert!(matches!(step([1, 2, u32::MAX, 9], b""), Step::Damage(Damage::PacketTooLong(u32::MAX))));
        assert!(matches!(step([0; 4], b""), Step::Damage(Damage::Zeros)));
        assert!(matches!(step([1, 2, 4, 4], b"abc"), Step::Need(20)));
        assert_eq!(packet(&step([1, 2, 4, 0], b"abcd")).0.wire_len, 4);
    }
}
