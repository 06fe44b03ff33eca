//! What came before its turn: disjoint pieces by position.

use std::collections::BTreeMap;

use packetbeat_core::time::Stamp;

use crate::limits::{PENDING_BYTES, PENDING_PIECES};

/// Bytes that came before their turn.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) bytes: Box<[u8]>,
    /// Bytes behind `bytes` that were on the wire and not captured.
    cut: u32,
    /// Position in the peer's direction that must be reached first.
    pub(crate) need: u64,
    pub(crate) stamp: Stamp,
    /// When everything before the piece was first known to be acknowledged.
    pub(crate) acked_at: Option<i64>,
}

impl Piece {
    /// Bytes of the stream that it stands for.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64 + u64::from(self.cut)
    }

    fn cost(&self) -> usize {
        // The nodes of the map are at least half full.
        2 * size_of::<(u64, Self)>() + self.bytes.len()
    }
}

/// A part of a segment that is to be kept: bytes, then what the snap length cut off.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) at: u64,
    pub(crate) end: u64,
    /// The captured bytes from `at` on; they may reach behind `end`.
    pub(crate) bytes: &'a [u8],
    pub(crate) need: u64,
    pub(crate) stamp: Stamp,
}

/// The pieces of one direction. A map, so that one-byte segments in hostile order cost a logarithm and not a move of all.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pieces: BTreeMap<u64, Piece>,
    cost: usize,
}

impl Pending {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The first piece and its position.
    #[inline]
    pub(crate) fn front(&self) -> Option<(u64, &Piece)> {
        self.pieces.first_key_value().map(|(at, piece)| (*at, piece))
    }

    /// Lets the first piece have its turn whatever the peer's direction lacks.
    pub(crate) fn release_front(&mut self) {
        if let Some(mut first) = self.pieces.first_entry() {
            first.get_mut().need = 0;
        }
    }

    /// The first piece and its position, taken out.
    pub(crate) fn pop(&mut self) -> Option<(u64, Piece)> {
        let (at, piece) = self.pieces.pop_first()?;
        self.cost -= piece.cost();
        Some((at, piece))
    }

    /// Position behind the last piece.
    pub(crate) fn end(&self) -> Option<u64> {
        self.pieces.last_key_value().map(|(at, piece)| at + piece.len())
    }

    /// Whether the limits are exceeded.
    pub(crate) fn is_full(&self) -> bool {
        self.cost > PENDING_BYTES || self.pieces.len() > PENDING_PIECES
    }

    /// Bytes of memory held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.cost
    }

    /// Keeps what of `part` stands at `next` or behind it and no earlier piece covers; returns how much that is.
    pub(crate) fn keep(&mut self, part: Part<'_>, next: u64, acked: u64) -> u64 {
        let mut from = part.at.max(next);
        if let Some((at, piece)) = self.pieces.range(..=from).next_back() {
            from = from.max(at + piece.len());
        }
        if from >= part.end {
            return 0;
        }
        let mut gaps = Vec::new();
        for (at, piece) in self.pieces.range(from..part.end) {
            if from < *at {
                gaps.push((from, *at));
            }
            from = at + piece.len();
        }
        if from < part.end {
            gaps.push((from, part.end));
        }
        gaps.iter().map(|(from, to)| self.insert(part, *from, *to, acked)).sum()
    }

    fn insert(&mut self, part: Part<'_>, from: u64, to: u64, acked: u64) -> u64 {
        let captured = part.at + part.bytes.len() as u64;
        let range = (from.min(captured) - part.at) as usize..(to.min(captured) - part.at) as usize;
        let bytes: Box<[u8]> = part.bytes.get(range).unwrap_or_default().into();
        // Not more than the segment's own cut, which is 32 bits wide.
        let cut = (to - from).saturating_sub(bytes.len() as u64) as u32;
        let acked_at = (acked >= from).then_some(part.stamp.nanos);
        let piece = Piece { bytes, cut, need: part.need, stamp: part.stamp, acked_at };
        self.cost += piece.cost();
        self.pieces.insert(from, piece);
        to - from
    }

    /// Everything before `acked` is acknowledged since `now`, where before it was everything before `before`.
    pub(crate) fn acknowledge(&mut self, before: u64, acked: u64, now: i64) {
        for (_, piece) in self.pieces.range_mut(before + 1..=acked) {
            piece.acked_at.get_or_insert(now);
        }
    }

    /// Drops what stands at `end` or behind it; returns how many bytes of the stream that were.
    pub(crate) fn truncate(&mut self, end: u64) -> u64 {
        let mut dropped = 0;
        for piece in self.pieces.split_off(&end).into_values() {
            self.cost -= piece.cost();
            dropped += piece.len();
        }
        if let Some((at, mut piece)) = self.pieces.pop_last() {
            let excess = (at + piece.len()).saturating_sub(end);
            dropped += excess;
            self.cost -= piece.cost();
            let cut = excess.min(u64::from(piece.cut));
            piece.cut -= cut as u32;
            let captured = piece.bytes.len().saturating_sub((excess - cut) as usize);
            piece.bytes = piece.bytes.get(..captured).unwrap_or_default().into();
            self.cost += piece.cost();
            self.pieces.insert(at, piece);
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(at: u64, bytes: &[u8], cut: u64) -> Part<'_> {
        let end = at + bytes.len() as u64 + cut;
        Part { at, end, bytes, need: 0, stamp: Stamp::default() }
    }

    fn drain(mut pending: Pending) -> Vec<(u64, Vec<u8>, u32)> {
        let pieces =
            std::iter::from_fn(|| pending.pop()).map(|(at, p)| (at, p.bytes.to_vec(), p.cut)).collect();
        assert_eq!(pending.held_bytes(), 0);
        pieces
    }

    #[test]
    fn the_first_bytes_win_and_new_ones_are_kept_around_and_between() {
        let mut pending = Pending::default();
        assert_eq!(pending.keep(part(14, b"EF", 0), 0, 0), 2);
        assert_eq!(pending.keep(part(18, b"IJ", 0), 0, 0), 2);
        assert_eq!(pending.keep(part(12, b"cdefghijkl", 0), 0, 0), 6);
        assert_eq!(pending.keep(part(12, b"xxxxxxxxxx", 0), 0, 0), 0);
        let all: Vec<u8> = drain(pending).into_iter().flat_map(|(_, bytes, _)| bytes).collect();
        assert_eq!(all, b"cdEFghIJkl");
    }

    #[test]
    fn what_is_before_the_next_byte_is_not_kept() {
        let mut pending = Pending::default();
        assert_eq!(pending.keep(part(10, b"abcdef", 0), 13, 0), 3);
        assert_eq!(pending.keep(part(10, b"abc", 0), 13, 0), 0);
        assert_eq!(drain(pending), [(13, b"def".to_vec(), 0)]);
    }

    #[test]
    fn what_was_cut_off_covers_its_place() {
        let mut pending = Pending::default();
        assert_eq!(pending.keep(part(10, b"ab", 4), 0, 0), 6);
        assert_eq!(pending.keep(part(12, b"xxxxyy", 3), 0, 0), 5);
        assert_eq!(drain(pending), [(10, b"ab".to_vec(), 4), (16, b"yy".to_vec(), 3)]);
    }

    #[test]
    fn an_end_drops_what_is_behind_it() {
        let mut pending = Pending::default();
        pending.keep(part(10, b"abcd", 4), 0, 0);
        pending.keep(part(20, b"ef", 0), 0, 0);
        assert_eq!(pending.truncate(16), 4);
        assert_eq!(pending.truncate(12), 4);
        assert_eq!(drain(pending), [(10, b"ab".to_vec(), 0)]);
    }
}
