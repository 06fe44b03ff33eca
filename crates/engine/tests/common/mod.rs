//! A line protocol, packets of a conversation, and a worker that reads them.
#![allow(dead_code, reason = "each test file uses a part")]

use std::num::NonZeroU64;

use etherparse::PacketBuilder;
use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::event::{Envelope, Precision, Status};
use packetbeat_core::fields::Fields;
use packetbeat_core::flow::Direction;
use packetbeat_core::key;
use packetbeat_core::ledger::{Reason, Ticket};
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_core::pairing::{InOrder, Pending};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::Parsers;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Next, Progress, SkipLen, Skipped, Window, WireError,
};
use packetbeat_engine::{Batch, Configured, Registry, Settings, Summary, Worker};
use serde_json::Value;

/// Requests `Q text`, answers `A text`, a line each. `Q skip N` is answered by `A` and N bytes that are skipped; `Q upgrade`
/// hands the connection on; a line that begins with `X` is malformed.
#[derive(Default)]
pub(crate) struct Lines;

#[derive(Default)]
pub(crate) struct Asked {
    text: Vec<u8>,
    half: Half,
}

impl Pending for Asked {
    fn clear(&mut self) {
        self.text.clear();
    }
    fn heap_bytes(&self) -> usize {
        self.text.capacity()
    }
}

#[derive(Default)]
pub(crate) struct Conn {
    queue: InOrder<Asked>,
    start: Option<Start>,
    body: Option<Half>,
}

pub(crate) struct Line<'r> {
    text: &'r [u8],
    request: Option<Half>,
    response: Option<Half>,
    unmatched: Option<Reason>,
    lost: u64,
}

impl Record for Line<'_> {
    fn shared(&self) -> Shared<'_> {
        Shared {
            status: if self.unmatched.is_some() { Status::Error } else { Status::Ok },
            request: self.request,
            response: self.response,
            unmatched: self.unmatched,
            bytes_lost: self.lost,
            ..Shared::default()
        }
    }
    fn fields<F: Fields>(&self, to: &mut F) {
        to.text(key!("line"), self.text);
    }
}

fn alone(asked: &Asked, reason: Reason, cx: &mut Cx<'_>) {
    cx.emit(&Line {
        text: &asked.text,
        request: Some(asked.half),
        response: None,
        unmatched: Some(reason),
        lost: 0,
    });
}

impl Conn {
    fn answer(&mut self, response: Half, lost: u64, cx: &mut Cx<'_>) {
        let met = self.queue.answer(cx, |asked, cx| {
            let (request, response) = (Some(asked.half), Some(response));
            cx.emit(&Line { text: &asked.text, request, response, unmatched: None, lost });
        });
        if !met {
            cx.unmatched_response();
        }
    }
}

impl TcpParser for Lines {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        match head {
            [b'Q', b' ', ..] => Verdict::Match { sender: Role::Client },
            [b'A', b' ', ..] => Verdict::Match { sender: Role::Server },
            [] | [b'Q' | b'A'] => Verdict::NeedMore,
            _ => Verdict::Reject,
        }
    }

    fn open(&self, start: Start) -> Conn {
        Conn { start: Some(start), ..Conn::default() }
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        let mut at = 0;
        while let Some(len) = window.bytes[at..].iter().position(|byte| *byte == b'\n') {
            let line = &window.bytes[at..at + len];
            let half = cx.half(dir, window.start.plus(at), len as u64 + 1);
            at += len + 1;
            if line.starts_with(b"X") {
                return Progress::Finish { consumed: at, how: Finish::Malformed(WireError::new("X", at)) };
            }
            if dir == Dir::ToServer {
                let asked = conn.queue.push(cx, alone);
                asked.text.extend_from_slice(line);
                asked.half = half;
                continue;
            }
            let text = conn.queue.oldest().map(|asked| asked.text.clone()).unwrap_or_default();
            if let Some(count) = text.strip_prefix(b"Q skip ") {
                let count: u64 = std::str::from_utf8(count).unwrap().parse().unwrap();
                conn.body = Some(half);
                let then = SkipLen::Exactly(NonZeroU64::new(count).unwrap());
                return Progress::Skip { consumed: at, then };
            }
            conn.answer(half, 0, cx);
            if text == b"Q upgrade" {
                return Progress::Finish { consumed: at, how: Finish::Upgrade(Next::Detect) };
            }
        }
        Progress::all(at)
    }

    fn skipped(&self, conn: &mut Conn, _: Dir, done: Skipped, cx: &mut Cx<'_>) {
        if let Some(half) = conn.body.take() {
            conn.answer(Half { bytes: half.bytes + done.bytes, ..half }, done.lost, cx);
        }
    }

    fn gap(&self, conn: &mut Conn, _: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.queue.give_up_all(Reason::Gap, cx, alone);
        AfterGap::Resync
    }

    fn boundary(&self, _: &Conn, _: Dir, bytes: &[u8]) -> Boundary {
        let starts =
            |at: usize| matches!(bytes[at..], [b'Q' | b'A', b' ', ..]) && (at == 0 || bytes[at - 1] == b'\n');
        (0..bytes.len()).find(|at| starts(*at)).map_or(Boundary::KeepLast(2.min(bytes.len())), Boundary::At)
    }

    fn close(&self, mut conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.queue.give_up_all(Reason::of_close(why), cx, alone);
        let _: Option<Ticket> = None;
    }
}

/// A run with the line protocol alone, on port 7777.
pub(crate) fn registry(detect: bool) -> Registry {
    let mut parsers = Parsers::default();
    parsers.tcp(Lines);
    let envelope = Envelope { head: Vec::new(), name: "lines".to_owned(), tail: Vec::new() };
    let settings = Settings {
        detect,
        flush_pending_at_eof: true,
        ignore_outgoing: false,
        precision: Precision::Nanosecond,
    };
    let protocols = vec![Configured { parsers, ports: vec![7777], envelope }];
    Registry::new(protocols, Box::new(|_, _| Direction::Unknown), settings)
}

/// One packet of a capture: its time and its frame.
pub(crate) type Frame = (i64, Vec<u8>);

/// Both ends of a TCP connection as packets of a capture.
pub(crate) struct Talk {
    client_port: u16,
    server_port: u16,
    seq: [u32; 2],
    pub(crate) clock: i64,
    pub(crate) frames: Vec<Frame>,
}

const MILLI: i64 = 1_000_000;

impl Talk {
    pub(crate) fn new(client_port: u16, server_port: u16) -> Self {
        // The client's numbers wrap early.
        Self { client_port, server_port, seq: [u32::MAX - 20, 5000], clock: 0, frames: Vec::new() }
    }

    fn side(dir: Dir) -> usize {
        usize::from(dir == Dir::ToClient)
    }

    pub(crate) fn packet(&mut self, dir: Dir, flags: &str, payload: &[u8]) -> &mut Self {
        let (mine, theirs) = (Self::side(dir), 1 - Self::side(dir));
        let (src, dst) =
            if mine == 0 { ([10, 0, 0, 1], [10, 0, 0, 2]) } else { ([10, 0, 0, 2], [10, 0, 0, 1]) };
        let (from, to) = if mine == 0 {
            (self.client_port, self.server_port)
        } else {
            (self.server_port, self.client_port)
        };
        let mut builder =
            PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(src, dst, 64).tcp(from, to, self.seq[mine], 1000);
        for flag in flags.chars() {
            builder = match flag {
                'S' => builder.syn(),
                'F' => builder.fin(),
                'R' => builder.rst(),
                _ => builder.ack(self.seq[theirs]),
            };
        }
        let mut frame = Vec::new();
        builder.write(&mut frame, payload).unwrap();
        let taken = payload.len() as u32 + u32::from(flags.contains(['S', 'F']));
        self.seq[mine] = self.seq[mine].wrapping_add(taken);
        self.clock += MILLI;
        self.frames.push((self.clock, frame));
        self
    }

    pub(crate) fn handshake(&mut self) -> &mut Self {
        self.packet(Dir::ToServer, "S", b"").packet(Dir::ToClient, "SA", b"").packet(Dir::ToServer, "A", b"")
    }

    pub(crate) fn ask(&mut self, line: &str) -> &mut Self {
        self.packet(Dir::ToServer, "A", line.as_bytes())
    }

    pub(crate) fn say(&mut self, line: &str) -> &mut Self {
        self.packet(Dir::ToClient, "A", line.as_bytes())
    }

    /// The last packet is not in the capture.
    pub(crate) fn unseen(&mut self) -> &mut Self {
        self.frames.pop();
        self
    }

    pub(crate) fn wait(&mut self, millis: i64) -> &mut Self {
        self.clock += millis * MILLI;
        self
    }
}

/// Shows the frames to one worker; its events and what it counted.
pub(crate) fn run(registry: &Registry, frames: &[Frame]) -> (Vec<Value>, Summary) {
    let mut worker = Worker::new(registry, 0, 1);
    for (at, (nanos, data)) in frames.iter().enumerate() {
        let number = at as u64 + 1;
        let (link, wire_len) = (LinkType::ETHERNET, data.len() as u32);
        worker.packet(&Packet { number, nanos: *nanos, link, wire_len, data });
    }
    worker.finish();
    let mut batch = Batch::default();
    worker.take_batch(&mut batch);
    let text = std::str::from_utf8(batch.json.bytes()).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = worker.summary();
    let wrong = summary.discrepancies(frames.len() as u64, events.len() as u64, 0);
    assert!(wrong.is_empty(), "{wrong:?}");
    (events, summary)
}

/// The lines of the events with `ok` or the reason.
pub(crate) fn told(events: &[Value]) -> Vec<String> {
    let of = |event: &Value| {
        let how = event.pointer("/packetbeat/unmatched").and_then(Value::as_str).unwrap_or("ok");
        format!("{} {how}", event["line"].as_str().unwrap())
    };
    events.iter().map(of).collect()
}
