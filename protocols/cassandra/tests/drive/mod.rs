//! A connection of a test: what both sides say, and the events that come of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test stops at the first surprise"
)]

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use packetbeat_cassandra::Cassandra;
use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::{Encoder, Envelope, Origin, Precision, ProtocolId};
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::parser::Start;
use packetbeat_core::plugin::Protocol;
use packetbeat_core::record::{AnyRecord, Sink};
use packetbeat_core::session::{Session, TcpPlugin};
use packetbeat_core::stamps::Stamps;
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Offset, Progress, SkipLen, Skipped, Window,
};
use packetbeat_core::time::Stamp;
use serde_json::Value;

pub use Dir::{ToClient, ToServer};

/// The defaults, but for some whole numbers and switches.
struct Given<'g>(&'g [(&'static str, u64)]);

impl Given<'_> {
    fn of(&self, key: &str) -> Option<u64> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}

impl Options for Given<'_> {
    fn bool(&mut self, key: &'static str) -> bool {
        self.of(key).map_or_else(|| Defaults(Cassandra::OPTIONS).bool(key), |value| value == 1)
    }
    fn u64(&mut self, key: &'static str) -> u64 {
        self.of(key).unwrap_or_else(|| Defaults(Cassandra::OPTIONS).u64(key))
    }
    fn bytes(&mut self, key: &'static str) -> u64 {
        self.u64(key)
    }
    fn duration(&mut self, key: &'static str) -> Duration {
        self.of(key).map_or_else(|| Defaults(Cassandra::OPTIONS).duration(key), Duration::from_secs)
    }
    fn text(&mut self, _: &'static str) -> Option<String> {
        None
    }
    fn list(&mut self, _: &'static str) -> Vec<String> {
        Vec::new()
    }
    fn choice(&mut self, _: &'static str) -> usize {
        0
    }
    fn reject(&mut self, key: &'static str, what: String) {
        panic!("{key}: {what}");
    }
}

/// Cassandra with these options.
pub fn cassandra(options: &[(&'static str, u64)]) -> Cassandra {
    let timeout = Given(options).of("transaction_timeout").map(Duration::from_secs);
    let common = Common { send_request: None, send_response: None, transaction_timeout: timeout };
    Cassandra::configure(&common, &mut Given(options))
}

struct Lines {
    encoder: Encoder,
    events: Vec<Value>,
}

impl Sink for Lines {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        self.encoder.json_mut().clear();
        record.encode(origin, &mut self.encoder);
        self.events.push(serde_json::from_slice(self.encoder.json().bytes()).unwrap());
    }
}

#[derive(Default)]
struct Side {
    unread: Vec<u8>,
    start: u64,
    skip: Option<(SkipLen, Skipped)>,
    searching: bool,
    stamps: Stamps,
}

/// One connection; each call is a packet, a millisecond after the last one.
pub struct Drive {
    session: Option<Box<dyn Session>>,
    sides: Both<Side>,
    flow: Flow,
    now: Stamp,
    wake_at: Option<i64>,
    sink: Lines,
    pub tally: Tally,
    pub finished: Option<Finish>,
    /// Memory that the parser said it holds.
    pub held: usize,
}

impl Drive {
    pub fn new(cassandra: Cassandra) -> Self {
        Self::started(cassandra, Start::Beginning)
    }

    /// A connection that begins as `start` says; joined in the middle, both sides are searched for a message.
    pub fn started(cassandra: Cassandra, start: Start) -> Self {
        let end = |last, port| Endpoint { ip: std::net::Ipv4Addr::new(192, 0, 2, last).into(), port };
        let envelope = Envelope { name: "cassandra".to_owned(), ..Envelope::default() };
        let side = || Side { searching: start == Start::Midstream, ..Side::default() };
        let plugin: Arc<dyn TcpPlugin> = Arc::new(cassandra);
        Self {
            session: Some(plugin.open(start)),
            sides: Both { to_server: side(), to_client: side() },
            flow: Flow::new(Transport::Tcp, end(10, 40_000), end(25, 9042), Direction::Unknown),
            now: Stamp { packet: 0, nanos: 1_700_000_000_000_000_000 },
            wake_at: None,
            sink: Lines { encoder: Encoder::new(&[envelope], Precision::Millisecond), events: Vec::new() },
            tally: Tally::default(),
            finished: None,
            held: 0,
        }
    }

    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.says(ToServer, bytes.as_ref())
    }

    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.says(ToClient, bytes.as_ref())
    }

    pub fn pass(&mut self, milliseconds: i64) -> &mut Self {
        self.now.nanos += milliseconds * 1_000_000;
        self.tick();
        self
    }

    fn tick(&mut self) {
        self.now.packet += 1;
        self.now.nanos += 1_000_000;
        if self.wake_at.is_some_and(|at| at <= self.now.nanos) {
            self.wake_at = None;
            self.call(|session, cx| session.wake(cx));
        }
    }

    pub fn says(&mut self, dir: Dir, bytes: &[u8]) -> &mut Self {
        self.tick();
        let now = self.now;
        let side = &mut self.sides[dir];
        let skipped = side.skip.as_ref().map_or(0, |_| 0u64);
        side.stamps.push(Offset(side.start + skipped + (side.unread.len() + bytes.len()) as u64), now);
        let shown = side.unread.len();
        side.unread.extend_from_slice(bytes);
        self.show(dir, shown);
        self
    }

    fn show(&mut self, dir: Dir, mut shown: usize) {
        loop {
            self.pass_over(dir, 0);
            let side = &mut self.sides[dir];
            if side.unread.is_empty() || self.session.is_none() {
                return;
            }
            let bytes = side.unread.clone();
            let start = Offset(side.start);
            if side.searching {
                let (consumed, found) = match self.session.as_ref().unwrap().boundary(dir, &bytes) {
                    Boundary::At(at) => (at, true),
                    Boundary::KeepLast(keep) => (bytes.len() - keep, false),
                };
                self.consume(dir, consumed);
                if !found {
                    return;
                }
                self.sides[dir].searching = false;
                shown = 0;
                continue;
            }
            let window = Window { bytes: &bytes, start, fresh: shown.min(bytes.len()) };
            let Some(progress) = self.call(|session, cx| session.data(dir, window, cx)) else { return };
            self.consume(dir, progress.consumed());
            shown = shown.saturating_sub(progress.consumed());
            match progress {
                Progress::Await { .. } => return,
                Progress::Skip { then, .. } => {
                    let report = Skipped { bytes: 0, lost: 0, complete: true, at: self.now };
                    self.sides[dir].skip = Some((then, report));
                }
                Progress::Finish { how, .. } => {
                    self.finished = Some(how);
                    self.close(if matches!(how, Finish::Upgrade(_)) { Close::Handed } else { Close::Broken });
                    return;
                }
            }
        }
    }

    fn consume(&mut self, dir: Dir, count: usize) {
        let side = &mut self.sides[dir];
        side.unread.drain(..count);
        side.start += count as u64;
    }

    fn pass_over(&mut self, dir: Dir, lost: u64) -> u64 {
        let side = &mut self.sides[dir];
        let Some((len, report)) = &mut side.skip else { return lost };
        let here = if lost > 0 { lost } else { side.unread.len() as u64 };
        let (taken, left) = match *len {
            SkipLen::ToEnd => (here, 1),
            SkipLen::Exactly(left) => (left.get().min(here), left.get() - left.get().min(here)),
        };
        report.bytes += taken;
        report.lost += if lost > 0 { taken } else { 0 };
        if let (SkipLen::Exactly(_), Some(left)) = (*len, NonZeroU64::new(left)) {
            *len = SkipLen::Exactly(left);
        }
        let report = *report;
        if lost > 0 {
            side.start += taken;
        } else {
            self.consume(dir, taken as usize);
        }
        if left == 0 {
            self.sides[dir].skip = None;
            self.call(|session, cx| session.skipped(dir, report, cx));
        }
        lost.saturating_sub(taken)
    }

    pub fn lost(&mut self, dir: Dir, lost: u64) -> &mut Self {
        self.tick();
        let Some(left) = NonZeroU64::new(self.pass_over(dir, lost)) else { return self };
        let gone = self.sides[dir].unread.len();
        self.consume(dir, gone);
        self.sides[dir].start += left.get();
        if self.call(|session, cx| session.gap(dir, left, cx)) == Some(AfterGap::Resync) {
            self.sides[dir].searching = true;
        }
        self
    }

    fn stop_skip(&mut self, dir: Dir, end: bool) {
        if let Some((len, report)) = self.sides[dir].skip.take() {
            let report = Skipped { complete: end && len == SkipLen::ToEnd, ..report };
            self.call(|session, cx| session.skipped(dir, report, cx));
        }
    }

    fn close(&mut self, why: Close) {
        for dir in Dir::BOTH {
            self.stop_skip(dir, false);
        }
        let Self { session, sides, flow, now, tally, sink, .. } = self;
        let stamps = Both { to_server: &sides.to_server.stamps, to_client: &sides.to_client.stamps };
        if let Some(session) = session.take() {
            session.close(why, &mut Cx::new(flow, ProtocolId(0), *now, Some(stamps), tally, sink));
        }
    }

    /// Ends the connection: the events, and a ledger that must close.
    pub fn events(&mut self, why: Close) -> Vec<Value> {
        self.close(why);
        let unmatched: u64 = self.tally.unmatched().map(|(_, count)| count).sum();
        let settled = self.tally.answered() + self.tally.unanswered_by_design() + unmatched;
        assert_eq!(self.tally.requests(), settled, "{:?}", self.tally);
        std::mem::take(&mut self.sink.events)
    }

    fn call<R>(&mut self, what: impl FnOnce(&mut dyn Session, &mut Cx<'_>) -> R) -> Option<R> {
        let Self { session, sides, flow, now, tally, sink, wake_at, held, .. } = self;
        let stamps = Both { to_server: &sides.to_server.stamps, to_client: &sides.to_client.stamps };
        let mut cx = Cx::new(flow, ProtocolId(0), *now, Some(stamps), tally, sink);
        let result = what(&mut **session.as_mut()?, &mut cx);
        let wishes = cx.into_wishes();
        if let Some(at) = wishes.wake_at {
            *wake_at = Some(at);
        }
        *held = wishes.held.unwrap_or(*held);
        Some(result)
    }
}
