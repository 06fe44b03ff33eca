//! Both directions of a connection and the order between them.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::Stamp;

use crate::half::{BASE, Half};

/// One segment as it was captured.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Sequence number of the first byte of `payload`, or of SYN.
    pub seq: u32,
    /// Acknowledgment number, where the ACK flag is set.
    pub ack: Option<u32>,
    /// SYN flag: it takes the first sequence number.
    pub syn: bool,
    /// FIN flag: it takes the sequence number behind the payload.
    pub fin: bool,
    /// The captured bytes.
    pub payload: &'a [u8],
    /// Bytes behind `payload` that were on the wire and not captured.
    pub cut: u32,
    /// The packet.
    pub stamp: Stamp,
}

/// Takes what comes out of reassembly.
pub trait Receiver {
    /// The next bytes of a direction.
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp);
    /// The next bytes of a direction are not in the capture.
    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp);
    /// The direction sent FIN, and all before it was told.
    fn end(&mut self, dir: Dir, stamp: Stamp);
}

/// A connection.
#[derive(Debug, Default)]
pub struct Connection {
    halves: Both<Half>,
    /// Payload bytes told as bytes or as lost, for the ledger.
    told: u64,
    /// Payload bytes that had been told before: retransmissions.
    repeated: u64,
}

impl Connection {
    /// One segment.
    pub fn segment(&mut self, dir: Dir, arrival: &Arrival<'_>, to: &mut impl Receiver) {
        let (half, peer) = self.halves.pair_mut(dir);
        half.seen = true;
        let Some(at) = half.position(arrival.seq.wrapping_add(u32::from(arrival.syn))) else { return };
        let need = arrival.ack.and_then(|ack| peer.position(ack)).unwrap_or(0);
        peer.acknowledge(need);
        let end = at + arrival.payload.len() as u64 + u64::from(arrival.cut);
        if arrival.fin && half.fin.is_none() && end >= half.next {
            half.fin = Some(end);
        }
        let fin = half.fin.unwrap_or(u64::MAX);
        if at <= half.next && end <= fin && end > half.next && half.pending.is_empty() && peer.reached(need) {
            let told = half.next - at;
            self.repeated += told;
            self.tell(dir, arrival.payload, told, arrival.cut, arrival.stamp, to);
        } else if end > half.next && at < fin {
            half.keep(at, arrival.payload, arrival.cut, need, arrival.stamp);
        } else {
            self.repeated += end - at;
        }
        self.settle(arrival.stamp, to);
        while self.halves.to_server.is_full() || self.halves.to_client.is_full() {
            self.force(arrival.stamp, to);
        }
    }

    /// Gives up the holes whose time is over.
    pub fn expire(&mut self, now: Stamp, to: &mut impl Receiver) {
        for dir in Dir::BOTH {
            loop {
                let (half, peer) = self.halves.pair_mut(dir);
                if half.deadline(now.nanos, peer.seen).is_none_or(|deadline| deadline > now.nanos) {
                    break;
                }
                let Some(end) = half.hole_end() else { break };
                self.give_up(dir, end, now, to);
                self.settle(now, to);
            }
        }
    }

    /// The connection is over: everything that waits is told, with the holes between lost.
    pub fn flush(&mut self, now: Stamp, to: &mut impl Receiver) {
        while !self.halves.to_server.pending.is_empty() || !self.halves.to_client.pending.is_empty() {
            self.force(now, to);
        }
        for dir in Dir::BOTH {
            if let Some(end) = self.halves[dir].hole_end() {
                self.give_up(dir, end, now, to);
            }
        }
        self.settle(now, to);
    }

    /// When [`Connection::expire`] is to be called, nanoseconds of packet time.
    pub fn deadline(&mut self, now: i64) -> Option<i64> {
        let Both { to_server, to_client } = &mut self.halves;
        let deadlines = [to_server.deadline(now, to_client.seen), to_client.deadline(now, to_server.seen)];
        deadlines.into_iter().flatten().min()
    }

    /// Whether both directions ended, or one ended and the other never came.
    #[must_use]
    pub fn is_over(&self) -> bool {
        Dir::BOTH.into_iter().all(|dir| self.halves[dir].ended || !self.halves[dir].seen)
    }

    /// Whether something waits for a hole to be filled.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        Dir::BOTH
            .into_iter()
            .any(|dir| self.halves[dir].hole_end().is_some() || !self.halves[dir].pending.is_empty())
    }

    /// Whether a SYN with this sequence number begins another connection on the same ports.
    pub fn is_other(&mut self, dir: Dir, syn_seq: u32) -> bool {
        let half = &mut self.halves[dir];
        // A repeated SYN stands right in front of the first byte.
        half.seen && half.position(syn_seq.wrapping_add(1)) != Some(BASE)
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.halves.to_server.held_bytes() + self.halves.to_client.held_bytes()
    }

    /// Payload bytes told so far, lost ones included.
    #[must_use]
    pub const fn told(&self) -> u64 {
        self.told
    }

    /// Payload bytes that came again.
    #[must_use]
    pub const fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Tells `payload` from its byte `skip` on, and what the snap length cut off behind it.
    #[inline]
    fn tell(&mut self, dir: Dir, payload: &[u8], skip: u64, cut: u32, stamp: Stamp, to: &mut impl Receiver) {
        let captured = payload.len() as u64;
        let fresh = payload.get(skip.min(captured) as usize..).unwrap_or_default();
        let half = &mut self.halves[dir];
        if !fresh.is_empty() {
            self.told += fresh.len() as u64;
            half.advance(half.next + fresh.len() as u64);
            to.bytes(dir, fresh, stamp);
        }
        let missing = u64::from(cut).saturating_sub(skip.saturating_sub(captured));
        let end = self.halves[dir].next + missing;
        self.give_up(dir, end, stamp, to);
    }

    /// Everything before `end` is lost.
    fn give_up(&mut self, dir: Dir, end: u64, stamp: Stamp, to: &mut impl Receiver) {
        let half = &mut self.halves[dir];
        if let Some(lost) = NonZeroU64::new(end.saturating_sub(half.next)) {
            self.told += lost.get();
            half.advance(end);
            to.lost(dir, lost, stamp);
        }
    }

    /// Tells what has come to its turn, the earlier packet first, and the ends that were reached.
    fn settle(&mut self, now: Stamp, to: &mut impl Receiver) {
        while let Some(dir) = self.ready() {
            let half = &mut self.halves[dir];
            let Some(piece) = half.pop() else { break };
            let told = half.next.saturating_sub(piece.at);
            self.tell(dir, &piece.bytes, told, piece.cut, piece.stamp, to);
        }
        for dir in Dir::BOTH {
            let half = &mut self.halves[dir];
            if !half.ended && half.fin == Some(half.next) {
                half.ended = true;
                to.end(dir, now);
            }
        }
    }

    /// The direction whose first piece is next in line, if any is.
    fn ready(&self) -> Option<Dir> {
        let head = |dir: Dir| {
            let (half, peer) = (&self.halves[dir], &self.halves[dir.peer()]);
            let piece = half.pending.front()?;
            (piece.at <= half.next && peer.reached(piece.need)).then_some((piece.stamp.packet, dir))
        };
        Dir::BOTH.into_iter().filter_map(head).min_by_key(|(packet, _)| *packet).map(|(_, dir)| dir)
    }

    /// Makes the oldest piece that waits get its turn, by giving up what it waits for.
    fn force(&mut self, now: Stamp, to: &mut impl Receiver) {
        let head = |dir: Dir| self.halves[dir].pending.front().map(|piece| (piece.stamp.packet, dir));
        let oldest = Dir::BOTH.into_iter().filter_map(head).min_by_key(|(packet, _)| *packet);
        let Some((_, dir)) = oldest else { return };
        let (half, peer) = self.halves.pair_mut(dir);
        let Some(piece) = half.pending.front_mut() else { return };
        let (at, need) = (piece.at, std::mem::take(&mut piece.need));
        let peer_end = peer.pending.front().map_or(need, |piece| piece.at.min(need));
        if !peer.reached(need) {
            self.give_up(dir.peer(), peer_end, now, to);
        }
        self.give_up(dir, at, now, to);
        self.settle(now, to);
    }
}
