//! Bytes that a layer yields (decompressed, unframed, joined, decrypted): the same contract, one level in.

use crate::cx::Cx;
use crate::direction::Dir;
use crate::limits::INNER_BYTES;
use crate::stream::{Offset, Progress, SkipLen, Window};

/// Reads the bytes of an inner stream.
pub trait InnerStream<C> {
    /// As [`crate::parser::TcpParser::data`]. `cx.now()` is the packet whose bytes completed the window.
    fn data(&self, conn: &mut C, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress;
}

/// The inner stream held more unread bytes than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded;

/// One direction of an inner stream: its unread bytes, bounded by [`INNER_BYTES`].
#[derive(Clone, Debug, Default)]
pub struct Inner {
    unread: Vec<u8>,
    start: u64,
    shown: usize,
    needs: usize,
    skip: Option<SkipLen>,
    done: bool,
}

impl Inner {
    /// Appends `bytes` and runs `parser` until it waits.
    ///
    /// # Errors
    /// The parser left more than [`INNER_BYTES`] unread; the inner stream is over.
    pub fn feed<C, P: InnerStream<C>>(
        &mut self,
        parser: &P,
        conn: &mut C,
        dir: Dir,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), Exceeded> {
        let bytes = self.skip_head(bytes);
        if self.done || bytes.is_empty() {
            return Ok(());
        }
        self.unread.extend_from_slice(bytes);
        while !self.done && self.unread.len() >= self.shown.saturating_add(self.needs.max(1)) {
            let window = Window {
                bytes: &self.unread,
                start: Offset(self.start),
                fresh: self.shown.min(self.unread.len()),
            };
            let progress = parser.data(conn, dir, window, cx);
            let consumed = progress.consumed().min(self.unread.len());
            self.unread.drain(..consumed);
            self.start += consumed as u64;
            match progress {
                Progress::Await { more, .. } => {
                    self.shown = self.unread.len();
                    self.needs = more.get();
                }
                Progress::Skip { then, .. } => {
                    self.skip = Some(then);
                    let rest = std::mem::take(&mut self.unread);
                    let kept = self.skip_head(&rest).len();
                    self.unread = rest;
                    self.unread.drain(..self.unread.len() - kept);
                    (self.shown, self.needs) = (0, 1);
                }
                Progress::Finish { .. } => self.done = true,
            }
        }
        if self.unread.len() > INNER_BYTES {
            self.done = true;
        }
        if self.done {
            self.unread = Vec::new();
            return if self.needs > 0 { Err(Exceeded) } else { Ok(()) };
        }
        Ok(())
    }

    /// Bytes of memory held.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.unread.capacity()
    }

    fn skip_head<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match self.skip {
            None => bytes,
            Some(SkipLen::ToEnd) => {
                self.start += bytes.len() as u64;
                &[]
            }
            Some(SkipLen::Exactly(left)) => {
                let now = left.get().min(bytes.len() as u64);
                self.skip = std::num::NonZeroU64::new(left.get() - now).map(SkipLen::Exactly);
                self.start += now;
                bytes.get(now as usize..).unwrap_or_default()
            }
        }
    }
}
