//! Bytes that a layer yields (decompressed, unframed, joined, decrypted): the same contract, one level in.

use std::num::NonZeroU64;

use crate::cx::Cx;
use crate::direction::Dir;
use crate::limits::INNER_BYTES;
use crate::stream::{Finish, Offset, Progress, SkipLen, Window};

/// Reads the bytes of an inner stream.
pub trait InnerStream<C> {
    /// As [`crate::parser::TcpParser::data`]. `cx.now()` is the packet whose bytes completed the window.
    fn data(&self, conn: &mut C, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress;
}

/// How an inner stream stands after it was fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// It waits for more.
    Waiting,
    /// Its reader is done with it: what comes from now on is dropped.
    Finished(Finish),
    /// Its reader left more than [`INNER_BYTES`] unread: what comes from now on is dropped.
    Exceeded,
}

/// One direction of an inner stream: its unread bytes, bounded by [`INNER_BYTES`].
#[derive(Clone, Debug)]
pub struct Inner {
    unread: Vec<u8>,
    start: Offset,
    shown: usize,
    needs: usize,
    skip: Option<SkipLen>,
    state: Fed,
}

impl Default for Inner {
    fn default() -> Self {
        Self { unread: Vec::new(), start: Offset(0), shown: 0, needs: 0, skip: None, state: Fed::Waiting }
    }
}

impl Inner {
    /// Appends `bytes` and runs `parser` until it waits.
    pub fn feed<C, P: InnerStream<C>>(
        &mut self,
        parser: &P,
        conn: &mut C,
        dir: Dir,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Fed {
        let fresh = self.pass_over(bytes);
        if self.state != Fed::Waiting || fresh.is_empty() {
            return self.state;
        }
        self.unread.extend_from_slice(fresh);
        while self.state == Fed::Waiting
            && !self.unread.is_empty()
            && self.unread.len() >= self.shown + self.needs
        {
            let window = Window { bytes: &self.unread, start: self.start, fresh: self.shown };
            let progress = parser.data(conn, dir, window, cx);
            self.consume(progress.consumed());
            match progress {
                Progress::Await { more, .. } => (self.shown, self.needs) = (self.unread.len(), more.get()),
                Progress::Skip { then, .. } => {
                    self.skip = Some(then);
                    (self.shown, self.needs) = (0, 0);
                    let unread = std::mem::take(&mut self.unread);
                    let rest = self.pass_over(&unread).len();
                    self.unread = unread;
                    self.unread.drain(..self.unread.len() - rest);
                }
                Progress::Finish { how, .. } => self.state = Fed::Finished(how),
            }
        }
        if self.unread.len() > INNER_BYTES {
            self.state = Fed::Exceeded;
        }
        if self.state != Fed::Waiting {
            self.unread = Vec::new();
        }
        self.state
    }

    /// Bytes of memory held.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.unread.capacity()
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.unread.len());
        self.unread.drain(..count);
        self.start = self.start.plus(count);
    }

    /// Passes over what a skip under way wants of the bytes; the rest of them.
    fn pass_over<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let taken = match self.skip {
            None => 0,
            Some(SkipLen::ToEnd) => bytes.len(),
            Some(SkipLen::Exactly(left)) => {
                let taken = usize::try_from(left.get()).map_or(bytes.len(), |left| left.min(bytes.len()));
                self.skip = NonZeroU64::new(left.get() - taken as u64).map(SkipLen::Exactly);
                taken
            }
        };
        self.start = self.start.plus(taken);
        bytes.get(taken..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::with_cx;

    /// Messages are a length byte and so many bytes; 0 is followed by 300 bytes to skip, 255 ends the stream.
    struct Lengths;

    impl InnerStream<Vec<(u64, Vec<u8>)>> for Lengths {
        fn data(
            &self,
            seen: &mut Vec<(u64, Vec<u8>)>,
            _: Dir,
            window: Window<'_>,
            _: &mut Cx<'_>,
        ) -> Progress {
            let mut at = 0;
            while let Some(&len) = window.bytes.get(at) {
                match len {
                    0 => {
                        let then = SkipLen::Exactly(NonZeroU64::new(300).unwrap());
                        return Progress::Skip { consumed: at + 1, then };
                    }
                    255 => return Progress::Finish { consumed: at + 1, how: Finish::Opaque },
                    _ => {}
                }
                let end = at + 1 + usize::from(len);
                let Some(message) = window.bytes.get(at + 1..end) else {
                    return Progress::wait(at, end - window.bytes.len());
                };
                seen.push((window.start.0 + at as u64, message.to_vec()));
                at = end;
            }
            Progress::all(at)
        }
    }

    #[test]
    fn the_same_messages_however_the_bytes_are_cut() {
        let mut bytes = b"\x03abc\x01d\x00".to_vec();
        bytes.extend([7; 300]);
        bytes.extend(b"\x02ef\xff\x01g");
        for step in [1, 2, 7, 100, bytes.len()] {
            let (mut inner, mut seen) = (Inner::default(), Vec::new());
            let last = with_cx(|cx| {
                bytes
                    .chunks(step)
                    .map(|chunk| inner.feed(&Lengths, &mut seen, Dir::ToServer, chunk, cx))
                    .last()
            });
            assert_eq!(last, Some(Fed::Finished(Finish::Opaque)));
            let want = [(0, b"abc".to_vec()), (4, b"d".to_vec()), (307, b"ef".to_vec())];
            assert_eq!(seen, want, "step {step}");
            assert_eq!(inner.heap_bytes(), 0);
        }
    }

    #[test]
    fn a_reader_that_never_takes_anything_meets_the_limit() {
        struct Greedy;
        impl InnerStream<()> for Greedy {
            fn data(&self, (): &mut (), _: Dir, _: Window<'_>, _: &mut Cx<'_>) -> Progress {
                Progress::wait(0, 1)
            }
        }
        let mut inner = Inner::default();
        let fed = with_cx(|cx| {
            (0..=INNER_BYTES / 4096)
                .map(|_| inner.feed(&Greedy, &mut (), Dir::ToClient, &[0; 4096], cx))
                .last()
        });
        assert_eq!(fed, Some(Fed::Exceeded));
        assert_eq!(inner.heap_bytes(), 0);
    }
}
