//! What fuzz targets and property tests call: arbitrary bytes as a connection.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::{MILLISECOND, Stamp};

use crate::limits::PENDING_BYTES;
use crate::{Arrival, Connection, Receiver};

/// Sequence numbers that the two directions are near, the first close to its wrap.
const NEAR: Both<u32> = Both { to_server: 0xffff_ff80, to_client: 0x7fff_ff80 };

/// Reads `input` as segments of 8 bytes: flags, sequence number and acknowledgment as distances (2 bytes each, big-endian),
/// length, bytes cut off, pause. Each stream byte is the low byte of its sequence number, so that what is told
/// can be checked.
///
/// Flags: 1 direction, 2 SYN, 4 FIN, 8 no ACK, 16 RST, 32 the pause is of seconds and not of milliseconds, 64 wide distances,
/// 128 time runs backwards.
///
/// # Errors
///
/// Says which promise of the crate was broken.
pub fn run(input: &[u8]) -> Result<(), &'static str> {
    let mut connection = Connection::default();
    let mut ledger = Ledger::default();
    let (mut stamp, mut arrived) = (Stamp::default(), 0);
    for &[flags, seq0, seq1, ack0, ack1, len, cut, pause] in input.as_chunks::<8>().0 {
        let set = |flag: u8| flags & flag != 0;
        let dir = if set(1) { Dir::ToClient } else { Dir::ToServer };
        let unit = if set(32) { 1000 * MILLISECOND } else { MILLISECOND };
        let pause = i64::from(pause) * if set(128) { -unit } else { unit };
        stamp = Stamp { packet: stamp.packet + 1, nanos: stamp.nanos.saturating_add(pause) };
        let number = |dir: Dir, distance: [u8; 2]| {
            let distance = i32::from(i16::from_be_bytes(distance));
            NEAR[dir].wrapping_add_signed(if set(64) { distance << 15 } else { distance >> 5 })
        };
        let seq = number(dir, [seq0, seq1]);
        let ack = (!set(8)).then(|| number(dir.peer(), [ack0, ack1]));
        let cut = if cut == 255 { u32::MAX } else { u32::from(cut >> 5) };
        let first = seq.wrapping_add(u32::from(set(2)));
        let payload: Vec<u8> = (0..u32::from(len)).map(|at| first.wrapping_add(at) as u8).collect();
        let arrival = Arrival { seq, ack, syn: set(2), fin: set(4), payload: &payload, cut, stamp };
        if set(16) {
            connection.flush(stamp, &mut ledger);
            ledger.check_empty(&mut connection, stamp)?;
        } else {
            arrived += u64::from(len) + u64::from(cut);
            let _ = connection.is_other(dir, seq);
            connection.segment(dir, &arrival, &mut ledger);
        }
        ledger.check(&connection)?;
        if let Some(deadline) = connection.deadline(stamp.nanos)
            && deadline <= stamp.nanos
        {
            connection.expire(stamp, &mut ledger);
            if connection.deadline(stamp.nanos).is_some_and(|deadline| deadline <= stamp.nanos) {
                return Err("a deadline that was met is still there");
            }
        }
        ledger.check(&connection)?;
    }
    connection.flush(stamp, &mut ledger);
    ledger.check_empty(&mut connection, stamp)?;
    let unused = connection.repeated() + connection.outside();
    if arrived < ledger.bytes + unused || arrived > connection.told() + unused {
        return Err("bytes that came are not accounted for");
    }
    ledger.check(&connection)
}

/// What one direction told.
#[derive(Default)]
struct Side {
    /// Low byte of the next sequence number, once something was told.
    next: Option<u8>,
    ended: bool,
    broken: Option<&'static str>,
}

#[derive(Default)]
struct Ledger {
    sides: Both<Side>,
    told: u64,
    bytes: u64,
}

impl Ledger {
    fn check(&self, connection: &Connection) -> Result<(), &'static str> {
        if let Some(broken) = self.sides.to_server.broken.or(self.sides.to_client.broken) {
            return Err(broken);
        }
        if self.told != connection.told() {
            return Err("told something else than the receiver was given");
        }
        if connection.held_bytes() > 2 * PENDING_BYTES {
            return Err("more memory than allowed");
        }
        Ok(())
    }

    fn check_empty(&self, connection: &mut Connection, now: Stamp) -> Result<(), &'static str> {
        let waits = connection.is_waiting() || connection.deadline(now.nanos).is_some();
        if waits || connection.held_bytes() > 0 { Err("something waits after the end") } else { Ok(()) }
    }
}

impl Receiver for Ledger {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], _: Stamp) {
        self.told += bytes.len() as u64;
        self.bytes += bytes.len() as u64;
        let side = &mut self.sides[dir];
        if bytes.is_empty() {
            side.broken = Some("told no bytes");
        }
        for byte in bytes {
            if side.next.is_some_and(|next| next != *byte) {
                side.broken = Some("bytes in the wrong place");
            }
            side.next = Some(byte.wrapping_add(1));
        }
        if side.ended {
            side.broken = Some("bytes after the end");
        }
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, _: Stamp) {
        self.told += count.get();
        let side = &mut self.sides[dir];
        side.next = side.next.map(|next| next.wrapping_add(count.get() as u8));
        if side.ended {
            side.broken = Some("bytes lost after the end");
        }
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        let side = &mut self.sides[dir];
        if std::mem::replace(&mut side.ended, true) {
            side.broken = Some("ended twice");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn promises_hold_for_arbitrary_bytes(input in prop::collection::vec(any::<u8>(), 0..800)) {
            prop_assert_eq!(run(&input), Ok(()));
        }

        #[test]
        fn promises_hold_for_near_numbers(
            // Few flags, so that segments meet.
            input in prop::collection::vec((0u8..8, any::<i8>(), any::<i8>(), 0u8..20, 0u8..64, 0u8..100), 0..200)
        ) {
            let input: Vec<u8> = input
                .into_iter()
                .flat_map(|(flags, seq, ack, len, cut, pause)| {
                    let [seq, ack] = [seq, ack].map(|near| (i16::from(near) << 4).to_be_bytes());
                    [flags & 5 | u8::from(flags == 7) << 1, seq[0], seq[1], ack[0], ack[1], len, cut, pause]
                })
                .collect();
            prop_assert_eq!(run(&input), Ok(()));
        }
    }
}
