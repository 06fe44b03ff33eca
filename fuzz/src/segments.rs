//! Reassembly of a connection whose bytes are known: each is a function of its sequence number.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::{MILLISECOND, Stamp};
use packetbeat_tcp::{Arrival, Connection, Receiver, limits};

/// The first sequence number of both directions: it wraps soon.
const FIRST: u32 = 0xffff_f000;

/// Input: a mode, then arrivals of 8 bytes: flags, position (2 bytes), length (2), acknowledged position (2), pause.
///
/// Mode bit 7: the input is that of [`packetbeat_tcp::fuzz::run`]. Mode bit 0: the peer's acknowledgments do not count and no time goes by, so that nothing may be lost but what never came.
///
/// # Panics
/// If bytes come at another place than their own or twice, if the counts do not add up, if memory grows beyond its limits, or
/// if bytes are lost that came in time.
pub fn run(input: &[u8]) {
    let Some((mode, arrivals)) = input.split_first() else { return };
    if mode & 128 != 0 {
        if let Err(wrong) = packetbeat_tcp::fuzz::run(arrivals) {
            panic!("{wrong}");
        }
        return;
    }
    let patient = mode & 1 != 0;
    let mut connection = Connection::default();
    let mut seen = Seen::default();
    // A SYN of each side tells where its positions begin.
    let mut now = Stamp { packet: 1, nanos: 0 };
    for dir in Dir::BOTH {
        let syn = Arrival {
            seq: FIRST.wrapping_sub(1),
            ack: None,
            syn: true,
            fin: false,
            payload: &[],
            cut: 0,
            stamp: now,
        };
        connection.segment(dir, &syn, &mut seen);
        now.packet += 1;
    }
    let mut sent = Both::<Vec<bool>>::default();
    let mut ended = false;
    for arrival in arrivals.chunks_exact(8) {
        let &[flags, p0, p1, l0, l1, a0, a1, pause] = arrival else { break };
        let dir = if flags & 1 == 0 { Dir::ToServer } else { Dir::ToClient };
        now.packet += 1;
        if !patient {
            now.nanos += i64::from(pause) * i64::from(pause) * 4 * MILLISECOND;
        }
        if flags & 2 != 0 {
            connection.expire(now, &mut seen);
        }
        let from = usize::from(u16::from_be_bytes([p0, p1]));
        let len = usize::from(u16::from_be_bytes([l0, l1])) >> (flags >> 5);
        let seq = FIRST.wrapping_add(from as u32);
        let payload: Vec<u8> = (0..len).map(|at| byte(dir, seq.wrapping_add(at as u32))).collect();
        let ack = FIRST.wrapping_add(u32::from(u16::from_be_bytes([a0, a1])));
        let fin = flags & 8 != 0;
        let cut = if flags & 16 != 0 { u32::from(pause) } else { 0 };
        if !patient || !fin && cut == 0 {
            let arrival = Arrival {
                seq,
                ack: (!patient && flags & 4 != 0).then_some(ack),
                syn: false,
                fin,
                payload: &payload,
                cut,
                stamp: now,
            };
            connection.segment(dir, &arrival, &mut seen);
            let known = &mut sent[dir];
            if len > 0 {
                known.resize(known.len().max(from + len), false);
                known[from..from + len].fill(true);
            }
            ended |= fin;
        }
        // A piece beyond the limit is let in before the oldest goes.
        let most = 2 * (limits::PENDING_BYTES + (1 << 17));
        assert!(connection.held_bytes() <= most, "{} bytes held", connection.held_bytes());
        seen.check(&connection);
    }
    connection.flush(now, &mut seen);
    assert!(!connection.is_waiting(), "something waits after the end");
    assert_eq!(connection.held_bytes(), 0);
    seen.check(&connection);
    if patient && !ended {
        for dir in Dir::BOTH {
            assert!(seen.halves[dir].got == sent[dir], "not just what came ({dir:?})");
        }
    }
}

/// The byte at a sequence number.
fn byte(dir: Dir, seq: u32) -> u8 {
    let mixed = seq.wrapping_add(if dir == Dir::ToServer { 0 } else { 0x5555 }).wrapping_mul(0x9e37_79b1);
    (mixed >> 24) as u8
}

#[derive(Default)]
struct SeenHalf {
    /// For each position told: whether its byte came.
    got: Vec<bool>,
    ended: bool,
}

#[derive(Default)]
struct Seen {
    halves: Both<SeenHalf>,
}

impl Seen {
    fn check(&self, connection: &Connection) {
        let told = self.halves.to_server.got.len() + self.halves.to_client.got.len();
        assert_eq!(connection.told(), told as u64, "bytes told and bytes counted");
    }
}

impl Receiver for Seen {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], _: Stamp) {
        let half = &mut self.halves[dir];
        assert!(!half.ended, "bytes behind the end");
        assert!(!bytes.is_empty(), "no bytes told as bytes");
        for got in bytes {
            let seq = FIRST.wrapping_add(half.got.len() as u32);
            assert_eq!(*got, byte(dir, seq), "the byte of another place");
            half.got.push(true);
        }
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, _: Stamp) {
        let half = &mut self.halves[dir];
        assert!(!half.ended, "a hole behind the end");
        assert!(count.get() < 1 << 18, "more lost than positions there are");
        half.got.resize(half.got.len() + count.get() as usize, false);
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        let half = &mut self.halves[dir];
        assert!(!half.ended, "two ends");
        half.ended = true;
    }
}
