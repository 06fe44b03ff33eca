//! Both directions of a connection and the order between them.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::Stamp;

use crate::half::{Fin, Half, Hole};
use crate::limits::WINDOW;
use crate::pending::Part;

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

impl Arrival<'_> {
    /// Bytes of the stream, captured or not.
    #[inline]
    pub(crate) const fn len(&self) -> u64 {
        self.payload.len() as u64 + self.cut as u64
    }
}

/// Takes what comes out of reassembly.
pub trait Receiver {
    /// The next bytes of a direction, never none; `stamp` is of the packet that carried them.
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp);
    /// The next bytes of a direction are not in the capture.
    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp);
    /// The direction sent FIN, and all before it was told; `stamp` is of the FIN. At most once, and last.
    fn end(&mut self, dir: Dir, stamp: Stamp);
}

/// A connection.
#[derive(Debug, Default)]
pub struct Connection {
    halves: Both<Half>,
    told: u64,
    repeated: u64,
}

impl Connection {
    /// One segment. For a segment with RST call [`Connection::flush`] instead.
    #[inline]
    pub fn segment(&mut self, dir: Dir, arrival: &Arrival<'_>, to: &mut impl Receiver) {
        let (half, peer) = self.halves.pair_mut(dir);
        let Some(at) = half.locate(arrival) else { return };
        half.seen = true;
        let need = arrival.ack.map_or(0, |ack| peer.acknowledge(ack, arrival.stamp.nanos));
        let plain = half.is_clear() && !arrival.fin && arrival.cut == 0;
        if at != half.next || !plain || !peer.reached(need) {
            return self.irregular(dir, at, need, arrival, to);
        }
        if arrival.payload.is_empty() {
            return;
        }
        let peer_waits = !peer.is_clear();
        half.advance(arrival.payload.len() as u64);
        self.told += arrival.payload.len() as u64;
        to.bytes(dir, arrival.payload, arrival.stamp);
        if peer_waits {
            self.settle(to);
        }
    }

    /// Gives up the holes whose time is over.
    pub fn expire(&mut self, now: Stamp, to: &mut impl Receiver) {
        loop {
            let Both { to_server, to_client } = self.deadlines(now.nanos);
            let dir = match (to_server, to_client) {
                (Some(one), Some(other)) if other < one => Dir::ToClient,
                (Some(_), _) => Dir::ToServer,
                (None, _) => Dir::ToClient,
            };
            let due = [to_server, to_client].into_iter().flatten().any(|deadline| deadline <= now.nanos);
            if !due || !self.give_up(dir, now, to) {
                return;
            }
        }
    }

    /// The connection is over: everything that waits is told, in the order of the capture, with the holes between lost.
    pub fn flush(&mut self, now: Stamp, to: &mut impl Receiver) {
        while let Some(dir) = self.oldest() {
            self.force(dir, now, to);
        }
        for dir in Dir::BOTH {
            while self.give_up(dir, now, to) {}
        }
    }

    /// When [`Connection::expire`] is to be called, nanoseconds of packet time. To be asked after every call of
    /// [`Connection::segment`] or [`Connection::expire`]: a hole's time begins when it is first asked for.
    #[inline]
    pub fn deadline(&mut self, now: i64) -> Option<i64> {
        let Both { to_server, to_client } = self.deadlines(now);
        match (to_server, to_client) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Whether both directions ended, or one ended and the other never came.
    #[must_use]
    #[inline]
    pub fn is_over(&self) -> bool {
        let Both { to_server, to_client } = &self.halves;
        (to_server.ended || !to_server.seen) && (to_client.ended || !to_client.seen)
    }

    /// Whether something waits for a hole to be filled.
    #[must_use]
    #[inline]
    pub fn is_waiting(&self) -> bool {
        let Both { to_server, to_client } = &self.halves;
        let waits = |half: &Half, peer: &Half| !half.pending.is_empty() || half.hole(peer.seen).is_some();
        waits(to_server, to_client) || waits(to_client, to_server)
    }

    /// Whether a SYN with this sequence number, with or without ACK, begins another connection on the same ports.
    #[must_use]
    pub fn is_other(&self, dir: Dir, syn_seq: u32) -> bool {
        self.halves[dir].is_other(syn_seq)
    }

    /// Bytes of memory held.
    #[must_use]
    #[inline]
    pub fn held_bytes(&self) -> usize {
        self.halves.to_server.pending.held_bytes() + self.halves.to_client.pending.held_bytes()
    }

    /// Payload bytes told so far, lost ones included.
    #[must_use]
    pub const fn told(&self) -> u64 {
        self.told
    }

    /// Payload bytes that came again, or before the first byte told, or too late.
    #[must_use]
    pub const fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Payload bytes of segments that cannot be of these streams: outside of the window, behind FIN, of another connection.
    #[must_use]
    pub const fn outside(&self) -> u64 {
        self.halves.to_server.outside + self.halves.to_client.outside
    }

    /// A segment that is not simply the next one.
    #[inline(never)]
    fn irregular(&mut self, dir: Dir, at: u64, need: u64, arrival: &Arrival<'_>, to: &mut impl Receiver) {
        let Arrival { payload, stamp, .. } = *arrival;
        let half = &mut self.halves[dir];
        let sent = at + arrival.len();
        if sent > half.next + WINDOW {
            half.outside += arrival.len();
            return;
        }
        if arrival.fin {
            half.finish(Fin { at: sent, need, stamp });
        }
        let end = sent.min(half.last().max(at));
        half.outside += sent - end;
        let mut fresh = 0;
        loop {
            let (half, peer) = self.halves.pair_mut(dir);
            let to_piece = half.pending.front().map_or(end, |(piece, _)| piece.min(end));
            if at > half.next || to_piece <= half.next || !peer.reached(need) {
                break;
            }
            fresh += to_piece - half.next;
            self.tell(dir, Part { at, end: to_piece, bytes: payload, need, stamp }, to);
            self.settle(to);
        }
        if end > self.halves[dir].next {
            fresh += self.halves[dir].keep(Part { at, end, bytes: payload, need, stamp });
        }
        self.repeated += (end - at).saturating_sub(fresh);
        self.settle(to);
        while self.halves[dir].pending.is_full() {
            self.force(dir, stamp, to);
        }
    }

    /// Tells what of `part` is not told yet; what the snap length cut off is lost.
    #[inline]
    fn tell(&mut self, dir: Dir, part: Part<'_>, to: &mut impl Receiver) {
        let half = &mut self.halves[dir];
        let skip = half.next.saturating_sub(part.at) as usize;
        let captured = part.bytes.len().min((part.end - part.at) as usize);
        if let Some(bytes) = part.bytes.get(skip..captured).filter(|bytes| !bytes.is_empty()) {
            half.advance(bytes.len() as u64);
            self.told += bytes.len() as u64;
            to.bytes(dir, bytes, part.stamp);
        }
        self.lose(dir, part.end, part.stamp, to);
    }

    /// Everything before `end` is lost.
    fn lose(&mut self, dir: Dir, end: u64, stamp: Stamp, to: &mut impl Receiver) {
        let half = &mut self.halves[dir];
        if let Some(lost) = NonZeroU64::new(end.saturating_sub(half.next)) {
            half.lose(lost.get());
            self.told += lost.get();
            to.lost(dir, lost, stamp);
        }
    }

    /// Tells what has come to its turn, the earlier packet first.
    fn settle(&mut self, to: &mut impl Receiver) {
        while let Some(dir) = self.ready() {
            let half = &mut self.halves[dir];
            if let Some(fin) = half.reached_fin() {
                half.end();
                to.end(dir, fin.stamp);
            } else if let Some((at, piece)) = half.pending.pop() {
                let end = at + piece.len();
                let part = Part { at, end, bytes: &piece.bytes, need: piece.need, stamp: piece.stamp };
                self.tell(dir, part, to);
            }
        }
    }

    /// The direction whose first piece, or end, is next in line, if any is.
    fn ready(&self) -> Option<Dir> {
        let next = |dir: Dir| {
            let (half, peer) = (&self.halves[dir], &self.halves[dir.peer()]);
            let (at, need, stamp) = match (half.reached_fin(), half.pending.front()) {
                (Some(fin), _) => (fin.at, fin.need, fin.stamp),
                (None, Some((at, piece))) => (at, piece.need, piece.stamp),
                (None, None) => return None,
            };
            (at <= half.next && peer.reached(need)).then_some((stamp.packet, dir))
        };
        Dir::BOTH.into_iter().filter_map(next).min_by_key(|(packet, _)| *packet).map(|(_, dir)| dir)
    }

    /// The direction of the earliest packet among the first pieces.
    fn oldest(&self) -> Option<Dir> {
        let first = |dir: Dir| self.halves[dir].pending.front().map(|(_, piece)| (piece.stamp.packet, dir));
        Dir::BOTH.into_iter().filter_map(first).min_by_key(|(packet, _)| *packet).map(|(_, dir)| dir)
    }

    /// A step towards the turn of a direction's first piece: gives up one thing that it waits for.
    fn force(&mut self, dir: Dir, now: Stamp, to: &mut impl Receiver) {
        let (half, peer) = self.halves.pair_mut(dir);
        let Some((at, piece)) = half.pending.front() else { return };
        let need = piece.need;
        if peer.reached(need) {
            if !self.give_up(dir, now, to) {
                self.settle(to);
            }
            return;
        }
        match peer.hole_before(need) {
            Some(Hole::Missing(end)) => self.lose(dir.peer(), end, now, to),
            Some(Hole::Fin(position)) => peer.grant(position),
            // The peer's first piece waits for what is missing here, or both acknowledge each other: no order is right.
            Some(Hole::Stray) | None if at > half.next => {
                let peer_need = peer.pending.front().map_or(at, |(_, piece)| piece.need);
                let end = at.min(peer_need).min(half.last()).max(half.next + 1);
                self.lose(dir, end, now, to);
            }
            Some(Hole::Stray) | None => half.pending.release_front(),
        }
        self.settle(to);
    }

    /// Gives up the hole in front of a direction; says whether there was one.
    fn give_up(&mut self, dir: Dir, now: Stamp, to: &mut impl Receiver) -> bool {
        let (half, peer) = self.halves.pair_mut(dir);
        match half.hole(peer.seen) {
            None => return false,
            Some(Hole::Missing(end)) => self.lose(dir, end, now, to),
            Some(Hole::Fin(position)) => half.grant(position),
            Some(Hole::Stray) => half.drop_front(),
        }
        self.settle(to);
        true
    }

    #[inline]
    fn deadlines(&mut self, now: i64) -> Both<Option<i64>> {
        let Both { to_server, to_client } = &mut self.halves;
        Both {
            to_server: to_server.deadline(now, to_client.seen),
            to_client: to_client.deadline(now, to_server.seen),
        }
    }
}
