//! Drives the parser as the engine does: windows of what was not consumed, skips, gaps, the end.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::{Encoder, Envelope, Origin, Precision, ProtocolId};
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::Protocol;
use packetbeat_core::record::{AnyRecord, Sink};
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Offset, Progress, SkipLen, Skipped, Window,
};
use packetbeat_core::time::Stamp;
use packetbeat_smtp::{Connection, Smtp};
use serde_json::Value;

struct Lines(Encoder);

impl Sink for Lines {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        record.encode(origin, &mut self.0);
    }
}

#[derive(Default)]
struct Side {
    unread: Vec<u8>,
    start: u64,
    fresh: usize,
    wants: usize,
    skip: Option<(u64, u64)>,
    skip_to_end: bool,
    resync: bool,
}

/// One connection.
pub(crate) struct Driver {
    smtp: Smtp,
    conn: Option<Connection>,
    sides: Both<Side>,
    flow: Flow,
    lines: Lines,
    /// The ledger.
    pub(crate) tally: Tally,
    now: Stamp,
    wake_at: Option<i64>,
    /// How the parser finished, if it did.
    pub(crate) finished: Option<Finish>,
    /// Bytes shown in all, repetitions counted.
    pub(crate) shown: u64,
}

pub(crate) fn c(text: &str) -> (Dir, &[u8]) {
    (Dir::ToServer, text.as_bytes())
}

pub(crate) fn s(text: &str) -> (Dir, &[u8]) {
    (Dir::ToClient, text.as_bytes())
}

impl Driver {
    pub(crate) fn new(start: Start) -> Self {
        Self::with(start, Common::default())
    }

    pub(crate) fn with(start: Start, common: Common) -> Self {
        let smtp = Smtp::configure(&common, &mut Defaults(&[]));
        let end = |last, port| Endpoint { ip: std::net::IpAddr::from([192, 0, 2, last]), port };
        let envelope = Envelope { name: "smtp".into(), ..Envelope::default() };
        let side = || Side { resync: start == Start::Midstream, wants: 1, ..Side::default() };
        Self {
            conn: Some(smtp.open(start)),
            smtp,
            sides: Both { to_server: side(), to_client: side() },
            flow: Flow::new(Transport::Tcp, end(1, 40000), end(2, 25), Direction::Unknown),
            lines: Lines(Encoder::new(&[envelope], Precision::Millisecond)),
            tally: Tally::default(),
            now: Stamp { packet: 0, nanos: 1_700_000_000_000_000_000 },
            wake_at: None,
            finished: None,
            shown: 0,
        }
    }

    fn call<T>(&mut self, with: impl FnOnce(&Smtp, &mut Connection, &mut Cx<'_>) -> T) -> T {
        let Self { smtp, conn, flow, lines, tally, now, .. } = self;
        let mut cx = Cx::new(flow, ProtocolId(0), *now, None, tally, lines);
        let result = with(smtp, conn.as_mut().expect("open"), &mut cx);
        self.wake_at = cx.into_wishes().wake_at.or(self.wake_at);
        result
    }

    pub(crate) fn send(&mut self, step: (Dir, &[u8])) {
        self.send_in_pieces(step, |left| left);
    }

    /// All in one instant; of what is left, the next piece has the length that is told.
    pub(crate) fn send_in_pieces(&mut self, (dir, bytes): (Dir, &[u8]), mut len: impl FnMut(usize) -> usize) {
        self.now = Stamp { packet: self.now.packet + 1, nanos: self.now.nanos + 1_000_000 };
        let mut rest = bytes;
        while self.finished.is_none() && !rest.is_empty() {
            let (piece, behind) = rest.split_at(len(rest.len()).clamp(1, rest.len()));
            rest = behind;
            let side = &mut self.sides[dir];
            side.unread.extend_from_slice(piece);
            side.wants = side.wants.saturating_sub(piece.len());
            self.run(dir);
        }
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, millis: i64) {
        self.now.nanos += millis * 1_000_000;
        if self.wake_at.is_some_and(|at| at <= self.now.nanos) {
            self.wake_at = None;
            self.call(TcpParser::wake);
        }
    }

    fn run(&mut self, dir: Dir) {
        loop {
            let side = &mut self.sides[dir];
            if side.skip_to_end {
                return;
            }
            if let Some((left, done)) = side.skip {
                let len = (side.unread.len() as u64).min(left);
                side.unread.drain(..len as usize);
                side.start += len;
                if len < left {
                    side.skip = Some((left - len, done + len));
                    return;
                }
                side.skip = None;
                (side.fresh, side.wants) = (0, 1);
                let at = self.now;
                let done = Skipped { bytes: done + len, lost: 0, complete: true, at };
                self.call(|smtp, conn, cx| smtp.skipped(conn, dir, done, cx));
                continue;
            }
            if side.unread.is_empty() || side.unread.len() <= side.fresh {
                return;
            }
            if side.resync {
                let bytes = std::mem::take(&mut side.unread);
                let found = self.call(|smtp, conn, _| smtp.boundary(conn, dir, &bytes));
                let side = &mut self.sides[dir];
                let (keep, found) = match found {
                    Boundary::At(at) => (at, true),
                    Boundary::KeepLast(len) => (bytes.len() - len, false),
                };
                side.start += keep as u64;
                side.unread = bytes[keep..].to_vec();
                side.resync = !found;
                if !found {
                    return;
                }
                (side.fresh, side.wants) = (0, 0);
                continue;
            }
            if side.wants > 0 && side.fresh > 0 {
                return;
            }
            let bytes = std::mem::take(&mut side.unread);
            let window = Window { bytes: &bytes, start: Offset(side.start), fresh: side.fresh };
            self.shown += bytes.len() as u64;
            let progress = self.call(|smtp, conn, cx| smtp.data(conn, dir, window, cx));
            let consumed = progress.consumed();
            let side = &mut self.sides[dir];
            side.unread = bytes[consumed..].to_vec();
            side.start += consumed as u64;
            match progress {
                Progress::Await { more, .. } => {
                    side.fresh = side.unread.len();
                    side.wants = more.get();
                    return;
                }
                Progress::Skip { then: SkipLen::Exactly(len), .. } => side.skip = Some((len.get(), 0)),
                Progress::Skip { then: SkipLen::ToEnd, .. } => side.skip_to_end = true,
                Progress::Finish { how, .. } => {
                    self.finished = Some(how);
                    let why = if matches!(how, Finish::Upgrade(_)) { Close::Handed } else { Close::Broken };
                    self.close(why);
                    return;
                }
            }
        }
    }

    pub(crate) fn lose(&mut self, dir: Dir, lost: u64) {
        if self.finished.is_some() {
            return;
        }
        let side = &mut self.sides[dir];
        side.start += lost + side.unread.len() as u64;
        side.unread.clear();
        (side.fresh, side.wants) = (0, 1);
        if let Some((left, done)) = side.skip
            && left >= lost
        {
            side.skip = Some((left - lost, done + lost));
            return;
        }
        let lost = NonZeroU64::new(lost).expect("a hole");
        match self.call(|smtp, conn, cx| smtp.gap(conn, dir, lost, cx)) {
            AfterGap::Continue => {}
            AfterGap::Resync => self.sides[dir].resync = true,
            AfterGap::Abandon => panic!("never abandoned"),
        }
    }

    pub(crate) fn close(&mut self, why: Close) {
        let Some(conn) = self.conn.take() else { return };
        let Self { smtp, flow, lines, tally, now, .. } = self;
        smtp.close(conn, why, &mut Cx::new(flow, ProtocolId(0), *now, None, tally, lines));
        let lost: u64 = tally.unmatched().map(|(_, count)| count).sum();
        assert_eq!(
            tally.requests(),
            tally.answered() + tally.unanswered_by_design() + lost,
            "the ledger closes"
        );
    }

    /// The events as JSON, and as text.
    pub(crate) fn events(&mut self) -> (Vec<Value>, String) {
        self.close(Close::Fin);
        let text = String::from_utf8(self.lines.0.json().bytes().to_vec()).expect("UTF-8");
        (text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(), text)
    }
}

/// Events of a dialogue, which are the same however each part of it is cut.
pub(crate) fn events(dialogue: &[(Dir, &[u8])]) -> Vec<Value> {
    let run = |step: usize| {
        let mut driver = Driver::new(Start::Beginning);
        for (dir, bytes) in dialogue {
            for piece in bytes.chunks(step) {
                driver.send((*dir, piece));
            }
        }
        let mut events = driver.events().0;
        for event in &mut events {
            let event = event.as_object_mut().expect("object");
            event.remove("event");
            event.remove("@timestamp");
        }
        events
    };
    let whole = run(usize::MAX);
    for step in [1, 2, 3, 7] {
        assert_eq!(whole, run(step), "in pieces of {step} bytes");
    }
    whole
}
