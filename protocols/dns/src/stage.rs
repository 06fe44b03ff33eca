//! A parser with its state, its clock and its events, for tests.

use std::sync::Arc;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::event::{Encoder, Envelope, Origin, Precision, ProtocolId};
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::parser::{Start, TcpParser, UdpParser};
use packetbeat_core::record::{AnyRecord, Sink};
use packetbeat_core::stream::{Close, Offset, Progress, Window};
use packetbeat_core::time::{MILLISECOND, SECOND, Stamp};
use serde_json::Value;

use crate::config::Settings;
use crate::conn::Exchanges;
use crate::tcp::{Conn, Streams};
use crate::udp::Datagrams;

pub(crate) struct Lines(pub(crate) Encoder);

impl Sink for Lines {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        record.encode(origin, &mut self.0);
    }
}

/// A parser with its state, its clock and its events.
pub(crate) struct Stage {
    settings: Arc<Settings>,
    flow: Flow,
    pub(crate) tally: Tally,
    pub(crate) sink: Lines,
    now: Stamp,
    pub(crate) datagrams: Option<Exchanges>,
    stream: Option<Conn>,
    read: [u64; 2],
    wake_at: Option<i64>,
}

impl Stage {
    pub(crate) fn new(transport: Transport, server: &str) -> Self {
        let end = |text: &str| {
            let address: std::net::SocketAddr = text.parse().unwrap();
            Endpoint { ip: address.ip(), port: address.port() }
        };
        let envelope = Envelope { name: "dns".into(), ..Envelope::default() };
        let encoder = Encoder::new(&[envelope], Precision::Millisecond);
        Self {
            settings: Arc::new(Settings::read(&Common::default(), &mut Defaults(crate::config::OPTIONS))),
            flow: Flow::new(transport, end("198.51.100.7:40000"), end(server), Direction::Unknown),
            tally: Tally::default(),
            sink: Lines(encoder),
            now: Stamp { packet: 0, nanos: 1_700_000_000 * SECOND },
            datagrams: None,
            stream: None,
            read: [0; 2],
            wake_at: None,
        }
    }

    pub(crate) fn udp() -> Self {
        Self::new(Transport::Udp, "192.0.2.53:53")
    }

    pub(crate) fn tcp() -> Self {
        Self::new(Transport::Tcp, "192.0.2.53:53")
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::get_mut(&mut self.settings).unwrap());
        self
    }

    fn packet(&mut self, millis: i64) {
        self.now = Stamp { packet: self.now.packet + 1, nanos: self.now.nanos + millis * MILLISECOND };
    }

    /// One datagram, a millisecond after the last packet.
    pub(crate) fn datagram(&mut self, dir: Dir, bytes: &[u8]) -> &mut Self {
        self.packet(1);
        let parser = Datagrams { settings: Arc::clone(&self.settings) };
        let state = self.datagrams.get_or_insert_with(|| parser.state());
        let mut cx = Cx::new(&self.flow, ProtocolId(0), self.now, None, &mut self.tally, &mut self.sink);
        let _ = parser.datagram(state, dir, bytes, &mut cx);
        self.wake_at = cx.into_wishes().wake_at.or(self.wake_at);
        self
    }

    pub(crate) fn query(&mut self, bytes: &[u8]) -> &mut Self {
        self.datagram(Dir::ToServer, bytes)
    }

    pub(crate) fn answer(&mut self, bytes: &[u8]) -> &mut Self {
        self.datagram(Dir::ToClient, bytes)
    }

    /// Time passes; the parser is woken if it asked for that.
    pub(crate) fn wait(&mut self, millis: i64) -> &mut Self {
        self.packet(millis);
        if self.wake_at.is_some_and(|at| at <= self.now.nanos) {
            self.wake_at = None;
            let parser = Datagrams { settings: Arc::clone(&self.settings) };
            let state = self.datagrams.as_mut().unwrap();
            let mut cx = Cx::new(&self.flow, ProtocolId(0), self.now, None, &mut self.tally, &mut self.sink);
            parser.wake(state, &mut cx);
            self.wake_at = cx.into_wishes().wake_at;
        }
        self
    }

    /// Bytes of a stream, shown in pieces of at most `step`.
    pub(crate) fn bytes(&mut self, dir: Dir, bytes: &[u8], step: usize) -> &mut Self {
        let parser = Streams { settings: Arc::clone(&self.settings) };
        let conn = self.stream.get_or_insert_with(|| parser.open(Start::Beginning));
        let (mut start, mut end, mut shown, mut needs) = (0, 0, 0, 1);
        while end < bytes.len() {
            end = (end + step).min(bytes.len());
            if end < shown + needs {
                continue;
            }
            self.now.packet += 1;
            self.now.nanos += MILLISECOND;
            let mut cx = Cx::new(&self.flow, ProtocolId(0), self.now, None, &mut self.tally, &mut self.sink);
            let offset = Offset(self.read[dir as usize] + start as u64);
            let window = Window { bytes: &bytes[start..end], start: offset, fresh: shown - start };
            match parser.data(conn, dir, window, &mut cx) {
                Progress::Await { consumed, more } => (start, needs) = (start + consumed, more.get()),
                Progress::Finish { .. } => break,
                Progress::Skip { .. } => panic!("nothing is skipped"),
            }
            shown = end;
        }
        self.read[dir as usize] += bytes.len() as u64;
        self
    }

    pub(crate) fn events(&mut self) -> Vec<Value> {
        let mut cx = Cx::new(&self.flow, ProtocolId(0), self.now, None, &mut self.tally, &mut self.sink);
        if let Some(state) = self.datagrams.take() {
            Datagrams { settings: Arc::clone(&self.settings) }.close(state, &mut cx);
        }
        if let Some(conn) = self.stream.take() {
            Streams { settings: Arc::clone(&self.settings) }.close(conn, Close::Fin, &mut cx);
        }
        let lost: u64 = self.tally.unmatched().map(|(_, count)| count).sum();
        assert_eq!(
            self.tally.requests(),
            self.tally.answered() + self.tally.unanswered_by_design() + lost,
            "the ledger closes"
        );
        let text = std::str::from_utf8(self.sink.0.json().bytes()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn event(&mut self) -> Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:#?}");
        events.remove(0)
    }
}
