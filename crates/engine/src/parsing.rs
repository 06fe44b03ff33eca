//! A connection whose protocol is known: session and windows.

use std::num::NonZeroU64;

use packetbeat_core::cx::Wishes;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::Flow;
use packetbeat_core::limits::WINDOW_BYTES;
use packetbeat_core::session::Session;
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Progress, SkipLen, Skipped, Window, WireError,
};
use packetbeat_core::time::Stamp;

use crate::env::Env;
use crate::stream::{Skip, Stream};

/// A session, the bytes it has not consumed, and what it wished for.
pub(crate) struct Parsing {
    pub(crate) protocol: ProtocolId,
    session: Box<dyn Session>,
    streams: Both<Stream>,
    pub(crate) wake_at: Option<i64>,
    held: usize,
}

/// The session is done: why, and the bytes of the window that it did not consume.
pub(crate) struct Finished {
    pub(crate) how: Finish,
    pub(crate) rest: Vec<u8>,
}

/// How a window was left.
#[derive(Clone, Copy)]
enum Left {
    /// So many of its bytes are unread.
    Waiting(usize),
    /// The session is done and did not read so many of its bytes.
    Done(Finish, usize),
}

impl Parsing {
    pub(crate) fn new(protocol: ProtocolId, session: Box<dyn Session>, searching: Both<bool>) -> Self {
        let mut streams = Both::<Stream>::default();
        for dir in Dir::BOTH {
            streams[dir].searching = searching[dir];
        }
        Self { protocol, session, streams, wake_at: None, held: 0 }
    }

    /// The next bytes of a direction.
    pub(crate) fn bytes(
        &mut self,
        dir: Dir,
        bytes: &[u8],
        stamp: Stamp,
        flow: &Flow,
        env: &mut Env<'_>,
    ) -> Option<Finished> {
        let stream = &mut self.streams[dir];
        stream.stamps.push(stream.start.plus(stream.unread.len() + bytes.len()), stamp);
        let bytes = self.skip_head(dir, bytes, stamp, flow, env);
        if bytes.is_empty() {
            return None;
        }
        let stream = &mut self.streams[dir];
        if stream.unread.is_empty() {
            let left = self.show(dir, bytes, 0, flow, env);
            return self
                .leave(dir, left, |rest| bytes.get(bytes.len() - rest..).unwrap_or_default().to_vec());
        }
        stream.unread.extend_from_slice(bytes);
        if stream.unread.len() < stream.shown.saturating_add(stream.needs) {
            return self.too_long(dir);
        }
        let shown = stream.shown;
        let buffer = stream.take_unread();
        match self.show(dir, &buffer, shown, flow, env) {
            Left::Waiting(rest) => {
                let consumed = buffer.len() - rest;
                self.streams[dir].put_back(buffer, consumed);
                self.too_long(dir)
            }
            Left::Done(how, rest) => {
                Some(Finished { how, rest: buffer.get(buffer.len() - rest..).unwrap_or_default().to_vec() })
            }
        }
    }

    /// The next bytes of a direction are not there.
    pub(crate) fn lost(
        &mut self,
        dir: Dir,
        lost: NonZeroU64,
        flow: &Flow,
        env: &mut Env<'_>,
    ) -> Option<Finished> {
        env.bytes.lost += lost.get();
        let (passed, report) = self.streams[dir].pass_over(lost.get(), true, env.now);
        if let Some(report) = report {
            self.tell_skipped(dir, report, flow, env);
        }
        let left = NonZeroU64::new(lost.get() - passed)?;
        let stream = &mut self.streams[dir];
        env.bytes.opaque += stream.discard();
        stream.start.0 += left.get();
        stream.searching = false;
        let session = &mut self.session;
        let stamps =
            Both { to_server: &self.streams.to_server.stamps, to_client: &self.streams.to_client.stamps };
        let (after, wishes) = env.call(self.protocol, flow, Some(stamps), |cx| session.gap(dir, left, cx))?;
        self.grant(wishes);
        match after {
            AfterGap::Continue => None,
            AfterGap::Resync => {
                self.streams[dir].searching = true;
                None
            }
            AfterGap::Abandon => Some(Finished { how: Finish::Opaque, rest: Vec::new() }),
        }
    }

    /// A direction ended.
    pub(crate) fn end(&mut self, dir: Dir, flow: &Flow, env: &mut Env<'_>) {
        if let Some(skip) = self.streams[dir].skip.take() {
            self.tell_skipped(dir, skip.report(skip.is_to_end()), flow, env);
        }
        let unread = self.streams[dir].take_unread();
        self.streams[dir].advance(unread.len());
        env.bytes.opaque += unread.len() as u64;
        let session = &mut self.session;
        let stamps =
            Both { to_server: &self.streams.to_server.stamps, to_client: &self.streams.to_client.stamps };
        if let Some(((), wishes)) =
            env.call(self.protocol, flow, Some(stamps), |cx| session.end(dir, &unread, cx))
        {
            self.grant(wishes);
        }
    }

    /// The time that the session asked for has come.
    pub(crate) fn wake(&mut self, flow: &Flow, env: &mut Env<'_>) {
        self.wake_at = None;
        let session = &mut self.session;
        let stamps =
            Both { to_server: &self.streams.to_server.stamps, to_client: &self.streams.to_client.stamps };
        if let Some(((), wishes)) = env.call(self.protocol, flow, Some(stamps), |cx| session.wake(cx)) {
            self.grant(wishes);
        }
    }

    /// The session is over. What it never consumed comes back, for whoever reads on.
    pub(crate) fn close(mut self, why: Close, flow: &Flow, env: &mut Env<'_>) -> Both<Vec<u8>> {
        for dir in Dir::BOTH {
            if let Some(skip) = self.streams[dir].skip.take() {
                self.tell_skipped(dir, skip.report(false), flow, env);
            }
        }
        let Self { protocol, session, mut streams, .. } = self;
        let stamps = Both { to_server: &streams.to_server.stamps, to_client: &streams.to_client.stamps };
        env.call(protocol, flow, Some(stamps), |cx| session.close(why, cx));
        Both { to_server: streams.to_server.take_unread(), to_client: streams.to_client.take_unread() }
    }

    /// Bytes of memory held.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held + self.streams.to_server.held_bytes() + self.streams.to_client.held_bytes()
    }

    fn grant(&mut self, wishes: Wishes) {
        if wishes.wake_at.is_some() {
            self.wake_at = wishes.wake_at;
        }
        if let Some(held) = wishes.held {
            self.held = held;
        }
    }

    fn tell_skipped(&mut self, dir: Dir, report: Skipped, flow: &Flow, env: &mut Env<'_>) {
        let session = &mut self.session;
        let stamps =
            Both { to_server: &self.streams.to_server.stamps, to_client: &self.streams.to_client.stamps };
        if let Some(((), wishes)) =
            env.call(self.protocol, flow, Some(stamps), |cx| session.skipped(dir, report, cx))
        {
            self.grant(wishes);
        }
    }

    /// Passes over what a skip under way wants of the bytes; the rest of them.
    #[inline]
    fn skip_head<'b>(
        &mut self,
        dir: Dir,
        bytes: &'b [u8],
        stamp: Stamp,
        flow: &Flow,
        env: &mut Env<'_>,
    ) -> &'b [u8] {
        if self.streams[dir].skip.is_none() {
            return bytes;
        }
        let (passed, report) = self.streams[dir].pass_over(bytes.len() as u64, false, stamp);
        env.bytes.skipped += passed;
        let start = self.streams[dir].start;
        self.streams[dir].stamps.forget_before(start);
        if let Some(report) = report {
            self.tell_skipped(dir, report, flow, env);
        }
        bytes.get(passed as usize..).unwrap_or_default()
    }

    /// Shows a window until the session waits or is done.
    fn show(&mut self, dir: Dir, whole: &[u8], shown: usize, flow: &Flow, env: &mut Env<'_>) -> Left {
        let mut window = Window { bytes: whole, start: self.streams[dir].start, fresh: shown };
        while !window.bytes.is_empty() {
            if self.streams[dir].searching {
                let (passed, found) = match self.session.boundary(dir, window.bytes) {
                    Boundary::At(at) => (at.min(window.bytes.len()), true),
                    Boundary::KeepLast(count) => (window.bytes.len().saturating_sub(count), false),
                };
                env.bytes.opaque += passed as u64;
                window = self.move_on(dir, window, passed);
                self.streams[dir].searching = !found;
                if !found {
                    (self.streams[dir].shown, self.streams[dir].needs) = (window.bytes.len(), 1);
                    return Left::Waiting(window.bytes.len());
                }
                // What the search has seen, the parser has not.
                window.fresh = 0;
                continue;
            }
            let session = &mut self.session;
            let stamps =
                Both { to_server: &self.streams.to_server.stamps, to_client: &self.streams.to_client.stamps };
            let Some((progress, wishes)) =
                env.call(self.protocol, flow, Some(stamps), |cx| session.data(dir, window, cx))
            else {
                return Left::Done(Finish::Opaque, window.bytes.len());
            };
            self.grant(wishes);
            let consumed = progress.consumed().min(window.bytes.len());
            env.bytes.parsed += consumed as u64;
            window = self.move_on(dir, window, consumed);
            match progress {
                Progress::Await { more, .. } => {
                    (self.streams[dir].shown, self.streams[dir].needs) = (window.bytes.len(), more.get());
                    return Left::Waiting(window.bytes.len());
                }
                Progress::Skip { then, .. } => {
                    let at = self.streams[dir].stamps.at(window.start);
                    self.streams[dir].skip = Some(Skip::new(then, at));
                    let before = window.bytes.len();
                    let passed = match then {
                        SkipLen::Exactly(count) => {
                            usize::try_from(count.get()).map_or(before, |count| count.min(before))
                        }
                        SkipLen::ToEnd => before,
                    };
                    let last = self.streams[dir].stamps.at(window.start.plus(passed.saturating_sub(1)));
                    let rest = self.skip_head(dir, window.bytes, last, flow, env).len();
                    window = window.after(before - rest);
                }
                Progress::Finish { how, .. } => return Left::Done(how, window.bytes.len()),
            }
        }
        (self.streams[dir].shown, self.streams[dir].needs) = (0, 0);
        Left::Waiting(0)
    }

    #[inline]
    fn move_on<'w>(&mut self, dir: Dir, window: Window<'w>, count: usize) -> Window<'w> {
        let stream = &mut self.streams[dir];
        stream.advance(count);
        stream.stamps.forget_before(stream.start);
        window.after(count)
    }

    /// Keeps what is left of a window that was a packet.
    fn leave(&mut self, dir: Dir, left: Left, rest_of: impl Fn(usize) -> Vec<u8>) -> Option<Finished> {
        match left {
            Left::Waiting(0) => None,
            Left::Waiting(rest) => {
                self.streams[dir].unread = rest_of(rest);
                self.too_long(dir)
            }
            Left::Done(how, rest) => Some(Finished { how, rest: rest_of(rest) }),
        }
    }

    /// Ends a session that leaves more unread than it may.
    fn too_long(&mut self, dir: Dir) -> Option<Finished> {
        let stream = &mut self.streams[dir];
        if stream.unread.len() <= WINDOW_BYTES {
            return None;
        }
        let how = Finish::Malformed(WireError::new("message above the window limit", WINDOW_BYTES));
        Some(Finished { how, rest: stream.take_unread() })
    }
}
