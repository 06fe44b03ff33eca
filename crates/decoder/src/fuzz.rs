//! What fuzz targets and property tests call: arbitrary bytes as a capture of arbitrary frames.

use packetbeat_core::packet::{LinkType, Packet};

use crate::{Decoder, Limits, Outcome};

/// The link types that are tried; any other is dropped by name.
const LINKS: [u16; 20] =
    [0, 1, 9, 10, 12, 14, 50, 101, 104, 105, 108, 113, 127, 226, 228, 229, 239, 242, 276, 147];

/// Reads `input` as frames of link type (1 byte, an index), tenths of a second since the one before (1 byte), length
/// (2 bytes, big-endian), bytes; a length beyond the input's end is one cut by the snap length. Decodes them
/// with and without the short cut, under limits that are small enough to be met.
///
/// # Errors
///
/// Says what is wrong when the two differ or when the packets do not add up.
pub fn run(input: &[u8]) -> Result<(), &'static str> {
    let limits = Limits { fragment_sets: 3, fragments_per_set: 6, fragment_bytes: 4096, ..Limits::default() };
    let (mut quick, mut plain) = (Decoder::new(limits), Decoder::new(limits));
    let (mut number, mut nanos, mut accounted) = (0, 0, 0);
    let mut rest = input;
    while let Some((&[link, pause, l0, l1], behind)) = rest.split_first_chunk::<4>() {
        let wire_len = u16::from_be_bytes([l0, l1]);
        let (data, behind) = behind.split_at_checked(usize::from(wire_len)).unwrap_or((behind, &[]));
        rest = behind;
        let link = LinkType(LINKS.get(usize::from(link) % LINKS.len()).copied().unwrap_or_default());
        number += 1;
        nanos += i64::from(pause) * 100_000_000;
        let packet = Packet { number, nanos, link, wire_len: u32::from(wire_len), data };
        let outcome = quick.decode(&packet);
        if outcome != plain.decode_without_shortcut(&packet) {
            return Err("the short cut tells something else than the general path");
        }
        accounted += packets(&outcome);
        if let Outcome::Icmp(message) = &outcome {
            let _ = message.quoted();
        }
        accounted += quick.take_dropped().total();
        if plain.take_dropped().total() > number {
            return Err("more packets given up than there were");
        }
    }
    quick.finish();
    accounted += quick.take_dropped().total();
    if accounted == number { Ok(()) } else { Err("packets in and packets out differ") }
}

/// The packets that an outcome accounts for.
fn packets(outcome: &Outcome<'_>) -> u64 {
    let fragments = match outcome {
        Outcome::Tcp(segment) => segment.fragments,
        Outcome::Udp(datagram) => datagram.fragments,
        Outcome::Icmp(message) => message.fragments,
        Outcome::Held => return 0,
        Outcome::Dropped(_) => 1,
    };
    u64::from(fragments.max(1))
}
