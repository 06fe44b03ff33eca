//! One connection, driven as the engine drives it.

use std::num::NonZeroU64;

use packetbeat_core::cx::{Cx, Wishes};
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::limits::{HELD_PER_CONNECTION, WINDOW_BYTES};
use packetbeat_core::record::Sink;
use packetbeat_core::session::Session;
use packetbeat_core::stamps::Stamps;
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Offset, Progress, SkipLen, Skipped, Window,
};
use packetbeat_core::time::Stamp;

/// What a session cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work {
    /// Calls of `data` and `boundary`.
    pub(crate) calls: u64,
    /// Bytes that were shown more than once.
    pub(crate) shown_again: u64,
}

/// One direction.
#[derive(Debug, Default)]
struct Stream {
    unread: Vec<u8>,
    start: Offset,
    shown: usize,
    needs: usize,
    skip: Option<Skip>,
    searching: bool,
    stamps: Stamps,
    ended: bool,
}

/// A skip under way.
#[derive(Clone, Copy, Debug)]
struct Skip {
    left: SkipLen,
    report: Skipped,
}

/// One connection.
pub(crate) struct Rig<S> {
    session: Option<Box<dyn Session>>,
    streams: Both<Stream>,
    flow: Flow,
    now: Stamp,
    wake_at: Option<i64>,
    pub(crate) sink: S,
    pub(crate) tally: Tally,
    pub(crate) work: Work,
    /// What the parser said it holds.
    pub(crate) held: usize,
    /// The parser finished, or was finished, before the connection ended.
    pub(crate) finished: Option<Finish>,
    /// A gap was answered with [`AfterGap::Abandon`].
    pub(crate) abandoned: bool,
    /// A rule of the seam that the parser broke.
    pub(crate) fault: Option<&'static str>,
}

impl<S: Sink> Rig<S> {
    /// `searching`: the connection is joined in the middle, and each direction begins with a search.
    pub(crate) fn new(session: Box<dyn Session>, searching: bool, sink: S) -> Self {
        Self::between(flow(Transport::Tcp, 0), session, searching, sink)
    }

    /// The same between ends of one's own.
    pub(crate) fn between(flow: Flow, session: Box<dyn Session>, searching: bool, sink: S) -> Self {
        let mut streams = Both::<Stream>::default();
        for dir in Dir::BOTH {
            streams[dir].searching = searching;
        }
        Self {
            session: Some(session),
            streams,
            flow,
            now: Stamp::default(),
            wake_at: None,
            sink,
            tally: Tally::default(),
            work: Work::default(),
            held: 0,
            finished: None,
            abandoned: false,
            fault: None,
        }
    }

    /// The next bytes of a direction.
    pub(crate) fn bytes(&mut self, dir: Dir, bytes: &[u8], nanos: i64) {
        self.packet(nanos);
        if self.session.is_none() || self.streams[dir].ended {
            return;
        }
        let now = self.now;
        let stream = &mut self.streams[dir];
        stream.stamps.push(stream.start.plus(stream.unread.len() + bytes.len()), now);
        let bytes = self.skip_head(dir, bytes);
        if bytes.is_empty() || self.session.is_none() {
            return;
        }
        let stream = &mut self.streams[dir];
        if stream.unread.is_empty() {
            let left = self.show(dir, bytes, 0);
            let rest = bytes.get(bytes.len() - left..).unwrap_or_default();
            self.streams[dir].unread.extend_from_slice(rest);
        } else {
            stream.unread.extend_from_slice(bytes);
            if stream.unread.len() >= stream.shown.saturating_add(stream.needs) {
                let shown = stream.shown;
                let mut buffer = std::mem::take(&mut stream.unread);
                let left = self.show(dir, &buffer, shown);
                buffer.drain(..buffer.len() - left);
                self.streams[dir].unread = buffer;
            }
        }
        if self.streams[dir].unread.len() > WINDOW_BYTES {
            self.finish(Finish::Malformed(packetbeat_core::stream::WireError::new("window limit", 0)));
        }
    }

    /// The next bytes of a direction are not there.
    pub(crate) fn lost(&mut self, dir: Dir, lost: NonZeroU64, nanos: i64) {
        self.packet(nanos);
        if self.session.is_none() || self.streams[dir].ended {
            return;
        }
        let passed = self.pass_over(dir, lost.get(), true);
        let Some(left) = NonZeroU64::new(lost.get() - passed) else { return };
        let stream = &mut self.streams[dir];
        let discarded = stream.unread.len();
        stream.unread.clear();
        stream.start = stream.start.plus(discarded);
        stream.start.0 += left.get();
        (stream.shown, stream.needs, stream.searching) = (0, 0, false);
        match self.call(|session, cx| session.gap(dir, left, cx)) {
            Some(AfterGap::Resync) => self.streams[dir].searching = true,
            Some(AfterGap::Continue) | None => {}
            Some(AfterGap::Abandon) => {
                self.abandoned = true;
                self.finish(Finish::Opaque);
            }
        }
    }

    /// A direction sent FIN.
    pub(crate) fn end(&mut self, dir: Dir) {
        if self.session.is_none() || self.streams[dir].ended {
            return;
        }
        self.streams[dir].ended = true;
        if let Some(skip) = self.streams[dir].skip.take() {
            let report = Skipped { complete: skip.left == SkipLen::ToEnd, ..skip.report };
            self.call(|session, cx| session.skipped(dir, report, cx));
        }
        let unread = std::mem::take(&mut self.streams[dir].unread);
        self.streams[dir].start = self.streams[dir].start.plus(unread.len());
        self.call(|session, cx| session.end(dir, &unread, cx));
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close) {
        for dir in Dir::BOTH {
            if let Some(skip) = self.streams[dir].skip.take() {
                let report = Skipped { complete: false, ..skip.report };
                self.call(|session, cx| session.skipped(dir, report, cx));
            }
        }
        let Self { session, streams, flow, now, tally, sink, .. } = self;
        if let Some(session) = session.take() {
            let stamps = Both { to_server: &streams.to_server.stamps, to_client: &streams.to_client.stamps };
            session.close(why, &mut Cx::new(flow, ProtocolId(0), *now, Some(stamps), tally, sink));
        }
    }

    /// Whether the session is still there.
    pub(crate) const fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// Bytes of memory that are the rig's own.
    pub(crate) fn own_bytes(&self) -> usize {
        let own = |stream: &Stream| stream.unread.capacity() + stream.stamps.heap_bytes();
        own(&self.streams.to_server) + own(&self.streams.to_client)
    }

    /// The next packet: its number and time, and the wake-up that was due before it.
    pub(crate) fn packet(&mut self, nanos: i64) {
        self.now = Stamp { packet: self.now.packet + 1, nanos: self.now.nanos.max(nanos) };
        if self.wake_at.is_some_and(|at| at <= self.now.nanos) {
            self.wake_at = None;
            self.call(|session, cx| session.wake(cx));
        }
    }

    /// Shows a window until the session waits or is done: how many bytes are left of it.
    fn show(&mut self, dir: Dir, whole: &[u8], shown: usize) -> usize {
        let mut window = Window { bytes: whole, start: self.streams[dir].start, fresh: shown };
        while !window.bytes.is_empty() {
            self.work.calls += 1;
            self.work.shown_again += window.fresh as u64;
            if self.streams[dir].searching {
                let len = window.bytes.len();
                let boundary = self.session.as_ref().map(|session| session.boundary(dir, window.bytes));
                let (passed, found) = match boundary {
                    Some(Boundary::At(at)) => (at, true),
                    Some(Boundary::KeepLast(count)) => (len.saturating_sub(count), false),
                    None => return len,
                };
                if passed > len || matches!(boundary, Some(Boundary::KeepLast(count)) if count > len) {
                    self.fault = Some("boundary outside of the bytes shown");
                }
                window = self.move_on(dir, window, passed);
                self.streams[dir].searching = !found;
                if !found {
                    return self.wait(dir, window.bytes.len(), 1);
                }
                continue;
            }
            let Some(progress) = self.call(|session, cx| session.data(dir, window, cx)) else {
                return window.bytes.len();
            };
            if progress.consumed() > window.bytes.len() {
                self.fault = Some("more consumed than the window has");
            }
            window = self.move_on(dir, window, progress.consumed());
            match progress {
                Progress::Await { more, .. } => return self.wait(dir, window.bytes.len(), more.get()),
                Progress::Skip { then, .. } => {
                    let at = self.streams[dir].stamps.at(window.start);
                    let report = Skipped { bytes: 0, lost: 0, complete: true, at };
                    self.streams[dir].skip = Some(Skip { left: then, report });
                    let rest = self.skip_head(dir, window.bytes).len();
                    window = window.after(window.bytes.len() - rest);
                }
                Progress::Finish { how, .. } => {
                    self.finish(how);
                    return 0;
                }
            }
        }
        self.wait(dir, 0, 0)
    }

    fn wait(&mut self, dir: Dir, left: usize, more: usize) -> usize {
        (self.streams[dir].shown, self.streams[dir].needs) = (left, more);
        left
    }

    fn move_on<'w>(&mut self, dir: Dir, window: Window<'w>, count: usize) -> Window<'w> {
        let count = count.min(window.bytes.len());
        let stream = &mut self.streams[dir];
        stream.start = stream.start.plus(count);
        stream.stamps.forget_before(stream.start);
        window.after(count)
    }

    /// Passes over what a skip under way wants of the bytes; the rest of them.
    fn skip_head<'b>(&mut self, dir: Dir, bytes: &'b [u8]) -> &'b [u8] {
        let passed = self.pass_over(dir, bytes.len() as u64, false);
        bytes.get(passed as usize..).unwrap_or_default()
    }

    fn pass_over(&mut self, dir: Dir, count: u64, lost: bool) -> u64 {
        let now = self.now;
        let stream = &mut self.streams[dir];
        let Some(skip) = &mut stream.skip else { return 0 };
        let (taken, left) = match skip.left {
            SkipLen::ToEnd => (count, Some(SkipLen::ToEnd)),
            SkipLen::Exactly(left) => {
                let taken = left.get().min(count);
                (taken, NonZeroU64::new(left.get() - taken).map(SkipLen::Exactly))
            }
        };
        skip.report.bytes += taken;
        skip.report.lost += if lost { taken } else { 0 };
        skip.report.at = now;
        stream.start.0 += taken;
        let start = stream.start;
        stream.stamps.forget_before(start);
        match left {
            Some(left) => skip.left = left,
            None => {
                let report = skip.report;
                stream.skip = None;
                self.call(|session, cx| session.skipped(dir, report, cx));
            }
        }
        taken
    }

    /// The session is done; what follows is dropped.
    fn finish(&mut self, how: Finish) {
        self.finished = Some(how);
        self.close(if matches!(how, Finish::Upgrade(_)) { Close::Handed } else { Close::Broken });
        for dir in Dir::BOTH {
            self.streams[dir].unread = Vec::new();
        }
    }

    fn call<R>(&mut self, what: impl FnOnce(&mut dyn Session, &mut Cx<'_>) -> R) -> Option<R> {
        let Self { session, streams, flow, now, tally, sink, .. } = self;
        let session = session.as_mut()?;
        let stamps = Both { to_server: &streams.to_server.stamps, to_client: &streams.to_client.stamps };
        let mut cx = Cx::new(flow, ProtocolId(0), *now, Some(stamps), tally, sink);
        let result = what(&mut **session, &mut cx);
        let wishes = cx.into_wishes();
        self.grant(wishes);
        Some(result)
    }

    fn grant(&mut self, wishes: Wishes) {
        if wishes.wake_at.is_some() {
            self.wake_at = wishes.wake_at;
        }
        self.held = wishes.held.unwrap_or(self.held);
        if self.held > HELD_PER_CONNECTION {
            self.fault =
                Some("more held (`Cx::hold`) than a connection may: the parser has no limit of its own");
        }
    }
}

/// A conversation with a server at a documentation address (RFC 5737). Each number gives another client.
pub(crate) fn flow(transport: Transport, number: u32) -> Flow {
    let end = |ip: std::net::Ipv4Addr, port| Endpoint { ip: ip.into(), port };
    // 198.18.0.0/15 is set aside for tests of devices (RFC 2544).
    let client = end((0xc612_0000 + (number >> 14)).into(), 40_000 + (number & 0x3fff) as u16);
    Flow::new(transport, client, end([192, 0, 2, 25].into(), 4000), Direction::Unknown)
}

/// Whether every request that was counted in was counted out.
pub(crate) fn closes(tally: &Tally) -> Result<(), String> {
    let unmatched: u64 = tally.unmatched().map(|(_, count)| count).sum();
    let out = tally.answered() + tally.unanswered_by_design() + unmatched;
    if tally.requests() == out {
        return Ok(());
    }
    Err(format!(
        "{} requests seen, {} counted out ({} answered, {} by design, {unmatched} unmatched)",
        tally.requests(),
        out,
        tally.answered(),
        tally.unanswered_by_design()
    ))
}
