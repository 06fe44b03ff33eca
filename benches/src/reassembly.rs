//! Reassembly without the engine.

use std::num::NonZeroU64;

use packetbeat_core::direction::Dir;
use packetbeat_core::time::Stamp;
use packetbeat_tcp::{Arrival, Connection, Receiver};

/// Bytes of a segment.
const SEGMENT: u32 = 1448;
/// Segments that the receiver acknowledges at once.
const WINDOW: u32 = 8;

/// The order in which segments come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    Sent,
    /// The first of each eight comes last: seven wait.
    FirstLast,
}

/// Reassembles `count` segments (rounded up to eights) with an acknowledgment for each eight: bytes told.
#[must_use]
pub fn reassemble(order: Order, count: u32, payload: &[u8; SEGMENT as usize]) -> u64 {
    let mut connection = Connection::default();
    let mut told = Told(0);
    let mut stamp = Stamp::default();
    let mut segment = |dir, seq, ack, syn, payload: &[u8]| {
        stamp.packet += 1;
        stamp.nanos += 1000;
        let arrival = Arrival { seq, ack, syn, fin: false, payload, cut: 0, stamp };
        connection.segment(dir, &arrival, &mut told);
    };
    let (first, other) = (1000_u32, 5000_u32);
    segment(Dir::ToServer, first.wrapping_sub(1), None, true, &[]);
    segment(Dir::ToClient, other.wrapping_sub(1), Some(first), true, &[]);
    for round in 0..count.div_ceil(WINDOW) {
        let start = first.wrapping_add(round.wrapping_mul(WINDOW * SEGMENT));
        for nth in 0..WINDOW {
            let place = if order == Order::Sent { nth } else { (nth + 1) % WINDOW };
            segment(Dir::ToServer, start.wrapping_add(place * SEGMENT), Some(other), false, payload);
        }
        segment(Dir::ToClient, other, Some(start.wrapping_add(WINDOW * SEGMENT)), false, &[]);
    }
    assert_eq!(told.0, u64::from(count.div_ceil(WINDOW) * WINDOW) * u64::from(SEGMENT), "all was told");
    told.0
}

/// A payload for [`reassemble`].
#[must_use]
pub const fn payload() -> [u8; SEGMENT as usize] {
    [0x5a; SEGMENT as usize]
}

struct Told(u64);

impl Receiver for Told {
    fn bytes(&mut self, _: Dir, bytes: &[u8], _: Stamp) {
        self.0 += bytes.len() as u64;
    }

    fn lost(&mut self, _: Dir, count: NonZeroU64, _: Stamp) {
        panic!("{count} bytes lost");
    }

    fn end(&mut self, _: Dir, _: Stamp) {}
}
