//! One direction: where it stands in sequence space, and what waits for a hole.

use std::collections::VecDeque;

use packetbeat_core::time::Stamp;

use crate::limits::{GRACE, ONE_SIDED, PENDING_BYTES, PENDING_PIECES, UNACKNOWLEDGED, WINDOW};

/// Position of the first byte, far from zero so that what stands before it has a position too.
pub(crate) const BASE: u64 = 1 << 32;

/// Bytes that came before their turn.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) at: u64,
    pub(crate) bytes: Box<[u8]>,
    /// Bytes behind `bytes` that were on the wire and not captured.
    pub(crate) cut: u32,
    /// Position in the peer's direction that must be reached first.
    pub(crate) need: u64,
    pub(crate) stamp: Stamp,
}

impl Piece {
    pub(crate) fn end(&self) -> u64 {
        self.at + self.bytes.len() as u64 + u64::from(self.cut)
    }

    fn cost(&self) -> usize {
        size_of::<Self>() + self.bytes.len()
    }
}

/// One direction of a connection.
#[derive(Debug)]
pub(crate) struct Half {
    /// Position of the next byte to show.
    pub(crate) next: u64,
    /// Its sequence number.
    next_seq: u32,
    /// Whether `next` means anything yet.
    known: bool,
    /// Whether a packet of this side was seen.
    pub(crate) seen: bool,
    /// How far the peer has acknowledged.
    pub(crate) acked: u64,
    /// Position behind the last byte, once FIN was seen.
    pub(crate) fin: Option<u64>,
    /// Whether the receiver was told of the end.
    pub(crate) ended: bool,
    pub(crate) pending: VecDeque<Piece>,
    pending_cost: usize,
    /// When the hole in front of `pending`, or of `acked`, was first noticed.
    hole_since: Option<i64>,
}

impl Default for Half {
    fn default() -> Self {
        Self {
            next: BASE,
            next_seq: 0,
            known: false,
            seen: false,
            acked: BASE,
            fin: None,
            ended: false,
            pending: VecDeque::new(),
            pending_cost: 0,
            hole_since: None,
        }
    }
}

impl Half {
    /// Position of a sequence number; the first one seen is where the direction begins. `None` outside of the window.
    #[inline]
    pub(crate) fn position(&mut self, seq: u32) -> Option<u64> {
        if !self.known {
            self.known = true;
            self.next_seq = seq;
        }
        let distance = i64::from(seq.wrapping_sub(self.next_seq) as i32);
        if distance.unsigned_abs() > WINDOW {
            return None;
        }
        self.next.checked_add_signed(distance)
    }

    /// Shown or lost up to `position`.
    #[inline]
    pub(crate) fn advance(&mut self, position: u64) {
        let step = position.saturating_sub(self.next);
        self.next_seq = self.next_seq.wrapping_add(step as u32);
        self.next += step;
        self.hole_since = None;
    }

    /// The peer acknowledges everything before `position`.
    #[inline]
    pub(crate) fn acknowledge(&mut self, position: u64) {
        // The acknowledgment of a FIN counts one more than there are bytes.
        let position = self.fin.map_or(position, |fin| position.min(fin));
        self.acked = self.acked.max(position);
    }

    /// Whether everything before `need` was shown or given up.
    #[inline]
    pub(crate) fn reached(&self, need: u64) -> bool {
        if !self.seen || !self.known || self.next >= need {
            return true;
        }
        // One more than what came, and nothing behind it: the FIN that was acknowledged, not a byte.
        need == self.next + 1 && self.pending.is_empty()
            || self.fin.is_some_and(|fin| need > fin && self.next >= fin)
    }

    /// How far the bytes in front can be given up, if there is a hole: to the next piece or to what was acknowledged.
    pub(crate) fn hole_end(&self) -> Option<u64> {
        let piece = self.pending.front().map(|piece| piece.at).filter(|at| *at > self.next);
        let acked = (self.acked > self.next && (self.acked > self.next + 1 || !self.pending.is_empty()))
            .then_some(self.acked);
        match (piece, acked) {
            (Some(piece), Some(acked)) => Some(piece.min(acked)),
            (one, other) => one.or(other),
        }
        .filter(|_| self.pending.front().is_none_or(|piece| piece.at > self.next))
    }

    /// When the hole in front is to be given up.
    pub(crate) fn deadline(&mut self, now: i64, peer_seen: bool) -> Option<i64> {
        let end = self.hole_end()?;
        let since = *self.hole_since.get_or_insert(now);
        let wait = if self.acked >= end {
            GRACE
        } else if peer_seen {
            UNACKNOWLEDGED
        } else {
            ONE_SIDED
        };
        Some(since.saturating_add(wait))
    }

    /// Whether the limits of what may wait are exceeded.
    pub(crate) fn is_full(&self) -> bool {
        self.pending_cost > PENDING_BYTES || self.pending.len() > PENDING_PIECES
    }

    /// Bytes of memory held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.pending_cost
    }

    /// The first piece, taken out.
    pub(crate) fn pop(&mut self) -> Option<Piece> {
        let piece = self.pending.pop_front()?;
        self.pending_cost -= piece.cost();
        Some(piece)
    }

    /// Keeps what of `bytes` no earlier piece covers.
    pub(crate) fn keep(&mut self, at: u64, bytes: &[u8], cut: u32, need: u64, stamp: Stamp) {
        let end = at + bytes.len() as u64 + u64::from(cut);
        let mut from = at.max(self.next);
        let mut place = self.pending.partition_point(|piece| piece.at <= from);
        if let Some(before) = place.checked_sub(1).and_then(|before| self.pending.get(before)) {
            from = from.max(before.end());
        }
        while from < end {
            let following = self.pending.get(place).map(|piece| (piece.at, piece.end()));
            let to = following.map_or(end, |(start, _)| end.min(start));
            if from < to {
                let captured = at + bytes.len() as u64;
                let range = (from.min(captured) - at) as usize..(to.min(captured) - at) as usize;
                let kept: Box<[u8]> = bytes.get(range).unwrap_or_default().into();
                // Bytes of the range that were cut off; a length below 64 KiB.
                let cut = (to - from).saturating_sub(kept.len() as u64) as u32;
                let piece = Piece { at: from, bytes: kept, cut, need, stamp };
                self.pending_cost += piece.cost();
                self.pending.insert(place, piece);
                place += 1;
            }
            match following {
                Some((_, following_end)) => from = from.max(following_end),
                None => return,
            }
            place += 1;
        }
    }
}
