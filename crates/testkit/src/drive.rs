//! A connection that a test leads by hand: what both sides say, and the events that come of it.
//!
//! Where the kit tries every way in which a conversation can be cut, this is for single exchanges: a line for each packet,
//! and the events to compare with what they should be.
//!
//! ```no_run
//! # use packetbeat_core::plugin::Protocol;
//! # use packetbeat_core::stream::Close;
//! # fn exchange<Mine: Protocol>() {
//! use packetbeat_testkit::drive::{Drive, Plugin};
//!
//! let plugin = Plugin::of::<Mine>(Some(true), &[("max_rows", 3)]);
//! let events = Drive::new(plugin).client("question").server("answer").events(Close::Fin);
//! # }
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use packetbeat_core::direction::Dir;
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::parser::Start;
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::session::TcpPlugin;
use packetbeat_core::setting::Setting;
use packetbeat_core::stream::{Close, Finish};
use serde_json::Value;

use crate::events::Events;
use crate::rig::{Rig, closes};

/// What speaks a protocol on a connection.
pub struct Plugin {
    name: &'static str,
    /// Of the server.
    port: u16,
    parser: Arc<dyn TcpPlugin>,
}

impl Plugin {
    /// A protocol with its defaults, but for some whole numbers, switches (0 and 1) and durations in seconds
    /// (`transaction_timeout` is one). `texts`: `send_request` and `send_response`, if they are given.
    ///
    /// # Panics
    /// If the protocol does not speak TCP or refuses an option.
    #[must_use]
    pub fn of<P: Protocol>(texts: Option<bool>, options: &[(&'static str, u64)]) -> Self {
        let mut parsers = Parsers::default();
        configured::<P>(texts, options).parsers(&mut parsers);
        let parser = parsers.tcp.expect("a protocol over TCP");
        Self { name: P::NAME, port: P::PORTS.first().copied().unwrap_or_default(), parser }
    }

    /// The same on another port.
    #[must_use]
    pub fn at_port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// A parser that is configured already.
    #[must_use]
    pub fn configured<P: Protocol>(parser: Arc<dyn TcpPlugin>) -> Self {
        Self { name: P::NAME, port: P::PORTS.first().copied().unwrap_or_default(), parser }
    }
}

/// A protocol configured as [`Plugin::of`] does it.
///
/// # Panics
/// If it refuses an option.
#[must_use]
pub fn configured<P: Protocol>(texts: Option<bool>, options: &[(&'static str, u64)]) -> P {
    let mut given = Given { table: P::OPTIONS, options };
    let timeout = given.of("transaction_timeout").map(Duration::from_secs);
    let common = Common { send_request: texts, send_response: texts, transaction_timeout: timeout };
    P::configure(&common, &mut given)
}

/// The defaults, but for some whole numbers and switches.
struct Given<'g> {
    table: &'static [Setting],
    options: &'g [(&'static str, u64)],
}

impl Given<'_> {
    fn of(&self, key: &str) -> Option<u64> {
        self.options.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}

impl Options for Given<'_> {
    fn bool(&mut self, key: &'static str) -> bool {
        self.of(key).map_or_else(|| Defaults(self.table).bool(key), |value| value == 1)
    }

    fn u64(&mut self, key: &'static str) -> u64 {
        self.of(key).unwrap_or_else(|| Defaults(self.table).u64(key))
    }

    fn bytes(&mut self, key: &'static str) -> u64 {
        self.of(key).unwrap_or_else(|| Defaults(self.table).bytes(key))
    }

    fn duration(&mut self, key: &'static str) -> Duration {
        self.of(key).map_or_else(|| Defaults(self.table).duration(key), Duration::from_secs)
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        Defaults(self.table).text(key)
    }

    fn list(&mut self, key: &'static str) -> Vec<String> {
        Defaults(self.table).list(key)
    }

    fn choice(&mut self, key: &'static str) -> usize {
        Defaults(self.table).choice(key)
    }

    fn reject(&mut self, key: &'static str, what: String) {
        panic!("{key}: {what}");
    }
}

/// One connection; each call is a packet, a millisecond after the last one.
pub struct Drive {
    rig: Rig<Events>,
    nanos: i64,
}

impl Drive {
    /// A connection seen from its beginning.
    #[must_use]
    pub fn new(plugin: Plugin) -> Self {
        Self::started(plugin, Start::Beginning, Joined::AtAMessage)
    }

    /// Joined in the middle, with the first byte of a message.
    #[must_use]
    pub fn midstream(plugin: Plugin) -> Self {
        Self::started(plugin, Start::Midstream, Joined::AtAMessage)
    }

    /// Joined in the middle: both directions begin with a search for a message, as in the engine.
    #[must_use]
    pub fn searching(plugin: Plugin) -> Self {
        Self::started(plugin, Start::Midstream, Joined::Anywhere)
    }

    fn started(plugin: Plugin, start: Start, joined: Joined) -> Self {
        let end = |last, port| Endpoint { ip: std::net::Ipv4Addr::new(192, 0, 2, last).into(), port };
        let flow = Flow::new(Transport::Tcp, end(10, 40_000), end(25, plugin.port), Direction::Unknown);
        let events = Events::new(plugin.name);
        let rig = Rig::between(flow, plugin.parser.open(start), joined == Joined::Anywhere, events);
        Self { rig, nanos: 1_700_000_000_000_000_000 }
    }

    /// The client sends a packet.
    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.says(Dir::ToServer, bytes.as_ref())
    }

    /// The server sends a packet.
    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.says(Dir::ToClient, bytes.as_ref())
    }

    /// A packet in this direction.
    pub fn says(&mut self, dir: Dir, bytes: &[u8]) -> &mut Self {
        let nanos = self.next();
        self.rig.bytes(dir, bytes, nanos);
        self
    }

    /// Time goes by, and a packet without payload comes.
    pub fn pass(&mut self, milliseconds: i64) -> &mut Self {
        self.nanos += milliseconds * 1_000_000;
        let nanos = self.next();
        self.rig.packet(nanos);
        self
    }

    /// So many bytes of this direction are not in the capture.
    pub fn lost(&mut self, dir: Dir, lost: u64) -> &mut Self {
        let nanos = self.next();
        if let Some(lost) = NonZeroU64::new(lost) {
            self.rig.lost(dir, lost, nanos);
        }
        self
    }

    /// FIN in this direction.
    pub fn fin(&mut self, dir: Dir) -> &mut Self {
        let nanos = self.next();
        self.rig.packet(nanos);
        self.rig.end(dir);
        self
    }

    /// Ends the connection: the events.
    ///
    /// # Panics
    /// If the ledger does not close, or the parser broke a rule of the seam.
    pub fn events(&mut self, why: Close) -> Vec<Value> {
        self.rig.close(why);
        assert_eq!(closes(&self.rig.tally), Ok(()));
        assert_eq!(self.rig.fault, None);
        let lines = std::mem::take(&mut self.rig.sink.lines);
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What was counted.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.rig.tally
    }

    /// How the parser ended the connection, if it did.
    #[must_use]
    pub const fn finished(&self) -> Option<Finish> {
        self.rig.finished
    }

    /// Memory that the parser said it holds, in bytes.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.rig.held
    }

    fn next(&mut self) -> i64 {
        self.nanos += 1_000_000;
        self.nanos
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    AtAMessage,
    Anywhere,
}
