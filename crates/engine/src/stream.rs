//! One direction of a recognised connection: what its parser has not consumed yet.

use std::num::NonZeroU64;

use packetbeat_core::stamps::Stamps;
use packetbeat_core::stream::{Offset, SkipLen, Skipped};
use packetbeat_core::time::Stamp;

use crate::limits::SPARE_WINDOW;

/// Bytes of one direction between reassembly and parser.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// Bytes shown, or not shown yet because too few; empty while windows are packets.
    pub(crate) unread: Vec<u8>,
    /// Where the first unread byte stands.
    pub(crate) start: Offset,
    /// How many of `unread` the parser has seen.
    pub(crate) shown: usize,
    /// How many more it needs.
    pub(crate) needs: usize,
    /// What it asked to pass over.
    pub(crate) skip: Option<Skip>,
    /// Whether the beginning of a message is looked for.
    pub(crate) searching: bool,
    /// Which packet brought which byte.
    pub(crate) stamps: Stamps,
}

/// A skip under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Skip {
    left: SkipLen,
    done: u64,
    lost: u64,
    at: Stamp,
}

impl Skip {
    pub(crate) const fn new(len: SkipLen, at: Stamp) -> Self {
        Self { left: len, done: 0, lost: 0, at }
    }

    /// The end of the skip, `complete` or not.
    pub(crate) fn report(self, complete: bool) -> Skipped {
        Skipped { bytes: self.done, lost: self.lost, complete, at: self.at }
    }

    /// Whether it lasts to the end of the stream.
    pub(crate) fn is_to_end(self) -> bool {
        self.left == SkipLen::ToEnd
    }
}

impl Stream {
    /// Passes over what a skip wants of `count` bytes: how many, and the report if the skip is over.
    pub(crate) fn pass_over(&mut self, count: u64, lost: bool, at: Stamp) -> (u64, Option<Skipped>) {
        let Some(skip) = &mut self.skip else { return (0, None) };
        let (taken, left) = match skip.left {
            SkipLen::ToEnd => (count, Some(SkipLen::ToEnd)),
            SkipLen::Exactly(left) => {
                let taken = left.get().min(count);
                (taken, NonZeroU64::new(left.get() - taken).map(SkipLen::Exactly))
            }
        };
        skip.done += taken;
        skip.lost += if lost { taken } else { 0 };
        skip.at = at;
        self.start = Offset(self.start.0 + taken);
        match left {
            Some(left) => {
                skip.left = left;
                (taken, None)
            }
            None => {
                let report = skip.report(true);
                self.skip = None;
                (taken, Some(report))
            }
        }
    }

    /// `count` bytes of the front are done with.
    pub(crate) fn advance(&mut self, count: usize) {
        self.start = self.start.plus(count);
    }

    /// Takes the unread bytes out, to be shown.
    pub(crate) fn take_unread(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.unread)
    }

    /// Puts back what of `buffer` behind `consumed` is still unread.
    pub(crate) fn put_back(&mut self, mut buffer: Vec<u8>, consumed: usize) {
        buffer.drain(..consumed.min(buffer.len()));
        if buffer.is_empty() && buffer.capacity() > SPARE_WINDOW {
            buffer = Vec::new();
        }
        self.unread = buffer;
    }

    /// Forgets the unread bytes: how many.
    pub(crate) fn discard(&mut self) -> u64 {
        let count = self.unread.len();
        self.unread.clear();
        self.advance(count);
        (self.shown, self.needs) = (0, 0);
        count as u64
    }

    /// Bytes of memory held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.unread.capacity() + self.stamps.heap_bytes()
    }
}
