//! One direction: where it stands in sequence space, and what it lacks.

use packetbeat_core::time::Stamp;

use crate::connection::Arrival;
use crate::limits::{AHEAD, GRACE, LATE, ONE_SIDED, UNACKNOWLEDGED, WINDOW};
use crate::pending::{Part, Pending};

/// Position of the first byte, far from zero so that what stands before it has a position too.
const BASE: u64 = 1 << 33;

/// What the position of the next byte rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Footing {
    /// No number was seen.
    Nothing,
    /// A number of the middle: the peer's acknowledgment, or data that waits. Nothing was told.
    Guess,
    /// The same from an empty segment, which may have been a keep-alive: one before the next byte (RFC 9293, 3.8.4).
    Idle,
    /// The SYN. Nothing was told.
    Syn,
    /// Bytes that were told, or told as lost: it cannot be moved any more.
    Told,
}

/// The end of a direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fin {
    /// Position behind the last byte.
    pub(crate) at: u64,
    /// Position in the peer's direction that must be reached first.
    pub(crate) need: u64,
    pub(crate) stamp: Stamp,
}

/// What stands between the next byte and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    /// Bytes up to this position are missing.
    Missing(u64),
    /// The peer acknowledges one number more than came: a FIN that is not in the capture, or one byte.
    Fin(u64),
    /// What waits is so far ahead, and not acknowledged, that it is not of this connection.
    Stray,
}

/// One direction of a connection.
#[derive(Debug)]
pub(crate) struct Half {
    /// Position of the next byte to tell.
    pub(crate) next: u64,
    /// Its sequence number.
    next_seq: u32,
    footing: Footing,
    /// Whether a packet of this side was seen.
    pub(crate) seen: bool,
    /// Whether the receiver was told of the end.
    pub(crate) ended: bool,
    /// Position of the first byte.
    begin: u64,
    /// How far the peer has acknowledged.
    acked: u64,
    /// How far the peer's bytes need not wait although less was told.
    granted: u64,
    /// Position behind the last byte that was lost.
    lost_to: u64,
    pub(crate) fin: Option<Fin>,
    pub(crate) pending: Pending,
    /// When the hole in front was noticed; forgotten whenever the direction moves on.
    hole_since: Option<i64>,
    /// Bytes of segments that cannot be of this stream.
    pub(crate) outside: u64,
}

impl Default for Half {
    fn default() -> Self {
        Self {
            next: BASE,
            next_seq: 0,
            footing: Footing::Nothing,
            seen: false,
            ended: false,
            begin: BASE,
            acked: BASE,
            granted: 0,
            lost_to: 0,
            fin: None,
            pending: Pending::default(),
            hole_since: None,
            outside: 0,
        }
    }
}

impl Half {
    /// Position of the segment's first byte; `None` if the segment is not of this stream.
    #[inline]
    pub(crate) fn locate(&mut self, arrival: &Arrival<'_>) -> Option<u64> {
        let at = if self.footing == Footing::Told && !arrival.syn {
            self.position(arrival.seq)
        } else {
            self.find_footing(arrival)
        };
        if at.is_none() {
            self.outside += arrival.len();
        }
        at
    }

    /// The segment acknowledges the bytes of this direction before `ack`; returns the position, 0 if it is not believed.
    #[inline]
    pub(crate) fn acknowledge(&mut self, ack: u32, now: i64) -> u64 {
        match self.position(ack) {
            Some(at) if at <= self.next && self.footing == Footing::Told => {
                self.acked = self.acked.max(at);
                at
            }
            at => self.acknowledge_more(at, ack, now),
        }
    }

    /// Whether everything before `need` was told, so that what acknowledges it may be told.
    #[inline]
    pub(crate) fn reached(&self, need: u64) -> bool {
        self.next >= need || self.is_excused(need)
    }

    /// Whether nothing waits and no end is in sight.
    #[inline]
    pub(crate) fn is_clear(&self) -> bool {
        self.pending.is_empty() && self.fin.is_none()
    }

    /// The next `step` bytes were told.
    #[inline]
    pub(crate) fn advance(&mut self, step: u64) {
        self.next_seq = self.next_seq.wrapping_add(step as u32);
        self.next += step;
        self.footing = Footing::Told;
        self.hole_since = None;
    }

    /// The next `step` bytes were told as lost.
    pub(crate) fn lose(&mut self, step: u64) {
        self.advance(step);
        self.lost_to = self.next;
    }

    /// The sender says that its bytes end. A repeated FIN changes nothing; one elsewhere replaces one not reached yet.
    pub(crate) fn finish(&mut self, mut fin: Fin) {
        // Its number was acknowledged before it came, and counted as a lost byte.
        if fin.at + 1 == self.next && self.lost_to == self.next {
            fin.at = self.next;
        }
        if !self.ended && fin.at >= self.next && self.fin.is_none_or(|known| known.at != fin.at) {
            self.fin = Some(fin);
            self.outside += self.pending.truncate(fin.at);
        }
    }

    /// The end, if everything before it was told and nobody was told of it.
    pub(crate) fn reached_fin(&self) -> Option<Fin> {
        self.fin.filter(|fin| fin.at == self.next && !self.ended)
    }

    /// The receiver is told of the end: what was not told cannot come any more.
    pub(crate) fn end(&mut self) {
        self.ended = true;
        self.footing = Footing::Told;
    }

    /// Position behind the last byte that can come.
    pub(crate) fn last(&self) -> u64 {
        self.fin.map_or(u64::MAX, |fin| fin.at)
    }

    /// Keeps what is new of a part for its turn; returns how much that is.
    pub(crate) fn keep(&mut self, part: Part<'_>) -> u64 {
        self.pending.keep(part, self.next, self.acked)
    }

    /// Drops the first of what waits.
    pub(crate) fn drop_front(&mut self) {
        if let Some((_, piece)) = self.pending.pop() {
            self.outside += piece.len();
        }
    }

    /// What the peer's bytes need not wait for.
    pub(crate) fn grant(&mut self, position: u64) {
        self.granted = self.granted.max(position);
    }

    /// The hole in front, if there is one.
    #[inline]
    pub(crate) fn hole(&self, peer_seen: bool) -> Option<Hole> {
        if self.lacks_nothing() { None } else { self.find_hole(peer_seen) }
    }

    /// When the hole in front is to be given up. Calling it is what notices the hole.
    #[inline]
    pub(crate) fn deadline(&mut self, now: i64, peer_seen: bool) -> Option<i64> {
        if self.lacks_nothing() { None } else { self.find_deadline(now, peer_seen) }
    }

    /// What the peer's bytes before `need` wait for in this direction, if it is a hole.
    pub(crate) fn hole_before(&self, need: u64) -> Option<Hole> {
        if self.pending.is_empty() && self.fin.is_none() && need == self.next + 1 {
            return Some(Hole::Fin(need));
        }
        let front = self.pending.front().map_or(u64::MAX, |(at, _)| at);
        let end = need.min(self.last()).min(front);
        (end > self.next).then_some(Hole::Missing(end))
    }

    /// Whether a SYN with this number begins another connection.
    pub(crate) fn is_other(&self, syn_seq: u32) -> bool {
        // A repeated SYN stands right in front of the first byte; one captured late in front of the first that was seen.
        // The next connection's stands anywhere, or shortly behind (RFC 6528, 3).
        self.footing != Footing::Nothing
            && self
                .position(syn_seq.wrapping_add(1))
                .is_none_or(|at| at > self.begin || self.begin - at > LATE)
    }

    /// Position of a sequence number, `None` outside of the window.
    #[inline]
    fn position(&self, seq: u32) -> Option<u64> {
        let distance = i64::from(seq.wrapping_sub(self.next_seq) as i32);
        if distance.unsigned_abs() > WINDOW {
            return None;
        }
        self.next.checked_add_signed(distance)
    }

    /// Position of a segment that is a SYN or comes before anything was told.
    #[cold]
    fn find_footing(&mut self, arrival: &Arrival<'_>) -> Option<u64> {
        let seq = arrival.seq.wrapping_add(u32::from(arrival.syn));
        let known = self.position(seq).filter(|_| self.footing != Footing::Nothing);
        let near = known.filter(|at| at + LATE >= self.next && *at <= self.next + AHEAD);
        match near {
            _ if self.footing == Footing::Told => return known.filter(|at| *at == self.begin),
            Some(at) if arrival.syn && at <= self.next => self.shift(at),
            _ if arrival.syn => self.rebase(seq),
            _ if self.footing == Footing::Syn => return known,
            // Up to where the guess was. One byte, or none, is a keep-alive; what does not reach so far is of before.
            Some(at)
                if at < self.next
                    && at + arrival.len() + u64::from(arrival.fin) >= self.next
                    && (arrival.len() > 1 || arrival.fin) =>
            {
                self.shift(at);
            }
            Some(at) if self.steps_over(at) && arrival.len() > 0 => self.shift(at),
            Some(at) => return Some(at),
            None if self.seen && known.is_some() => return known,
            None => self.rebase(seq),
        }
        self.footing = match (arrival.syn, arrival.len()) {
            (true, _) => Footing::Syn,
            (false, 0) => Footing::Idle,
            (false, _) => Footing::Guess,
        };
        Some(self.next)
    }

    /// Whether what was guessed from was a keep-alive, so that the direction begins one further on.
    fn steps_over(&self, at: u64) -> bool {
        self.footing == Footing::Idle && at == self.next + 1 && self.is_clear()
    }

    #[inline(never)]
    fn acknowledge_more(&mut self, at: Option<u64>, ack: u32, now: i64) -> u64 {
        if self.footing == Footing::Nothing {
            self.rebase(ack);
            self.footing = Footing::Guess;
            return self.next;
        }
        let most = self.next.max(self.pending.end().unwrap_or(0)).max(if self.seen { self.acked } else { 0 });
        let Some(at) = at.filter(|at| *at <= most.saturating_add(AHEAD)) else {
            if !self.seen {
                // Not in the capture so far, or not for long: it begins where it stands now.
                self.rebase(ack);
                self.footing = Footing::Guess;
            }
            return 0;
        };
        if self.steps_over(at) {
            self.shift(at);
            self.footing = Footing::Guess;
        }
        if at > self.acked {
            if !self.pending.is_empty() {
                self.pending.acknowledge(self.acked, at, now);
            }
            if self.acked <= self.next && at > self.next {
                self.hole_since = None; // it is another kind of hole now
            }
            self.acked = at;
        }
        at
    }

    /// The direction begins with `seq`; what was thought of it before is void.
    fn rebase(&mut self, seq: u32) {
        // Behind everything that somebody may wait for.
        self.next = self.next.max(self.acked);
        (self.begin, self.acked, self.next_seq) = (self.next, self.next, seq);
        self.outside += self.pending.truncate(0);
        (self.fin, self.hole_since) = (None, None);
    }

    /// The direction begins at `at`, close to what was thought.
    fn shift(&mut self, at: u64) {
        self.next_seq = self.next_seq.wrapping_add(at.wrapping_sub(self.next) as u32);
        (self.next, self.begin) = (at, at);
    }

    #[cold]
    fn is_excused(&self, need: u64) -> bool {
        !self.seen || self.granted >= need || self.next >= self.last()
    }

    #[inline]
    fn lacks_nothing(&self) -> bool {
        self.acked <= self.next && self.is_clear()
    }

    #[inline(never)]
    fn find_deadline(&mut self, now: i64, peer_seen: bool) -> Option<i64> {
        let hole = self.find_hole(peer_seen)?;
        let front = self.pending.front().map(|(at, piece)| (at, piece.stamp.nanos, piece.acked_at));
        let since = match (hole, front) {
            // One of several holes: its time does not begin when those before it are over.
            (Hole::Missing(end), Some((at, _, Some(acked_at)))) if at == end => {
                return Some(acked_at.saturating_add(GRACE));
            }
            (_, Some((_, came, None))) if !peer_seen && self.acked <= self.next => came,
            _ => *self.hole_since.get_or_insert(now),
        };
        let wait = match hole {
            Hole::Fin(_) => GRACE,
            Hole::Missing(end) if self.acked >= end => GRACE,
            _ if peer_seen => UNACKNOWLEDGED,
            _ => ONE_SIDED,
        };
        Some(since.saturating_add(wait))
    }

    #[inline(never)]
    fn find_hole(&self, peer_seen: bool) -> Option<Hole> {
        let acked = self.acked.min(self.last());
        // Of a direction that nobody captured nothing is lost: it is not there.
        if !self.seen {
            return None;
        }
        if let Some((at, _)) = self.pending.front() {
            if at <= self.next {
                return None; // it waits for the peer
            }
            if acked <= self.next && peer_seen && at - self.next > AHEAD {
                return Some(Hole::Stray);
            }
            return Some(Hole::Missing(if acked > self.next { acked.min(at) } else { at }));
        }
        match self.fin {
            _ if acked > self.next + 1 => Some(Hole::Missing(acked)),
            None if acked > self.next => (self.granted < acked).then_some(Hole::Fin(acked)),
            Some(fin) if fin.at > self.next && fin.at - self.next <= AHEAD => Some(Hole::Missing(fin.at)),
            _ => None,
        }
    }
}
