//! Redis: which commands were sent, and what came of them.
//!
//! ```text
//!  C  *3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n      ┐ a command and its answer: one event
//!  S  +OK\r\n                                             ┘
//!  C  GET key\r\n                                         the same as a line
//!  S  $5\r\nvalue\r\n
//!  C  *2\r\n$9\r\nSUBSCRIBE\r\n$4\r\nnews\r\n
//!  S  *3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n        a confirmation for each channel
//!  S  *3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n    ─ a message: an event of its own
//! ```
//!
//! Redis documentation, "Redis serialization protocol specification" (RESP2 and RESP3, all types), "Redis Pub/Sub", "Redis
//! replication", and the pages of the commands. Valkey, KeyDB and Dragonfly speak the same.
//!
//! **Pairing**: answers come in the order of the commands. What comes unasked is told from them: messages, invalidated keys, lines of
//! `MONITOR`, what a replica is sent. Commands that are not answered (`CLIENT REPLY OFF` and `SKIP`, those of a replica) are
//! events at once.
//!
//! **What is kept**: of a command its arguments, of an answer its text, each up to a limit (`limits.rs`); what is beyond is skipped, not
//! read. Commands that wait stand in one queue, within `queue_max_messages` and `queue_max_bytes`; the oldest one that
//! is one too many is told as such, and its answer is no other's.
//!
//! **Secrets** are left out while a command is read: passwords of `AUTH`, `HELLO`, `ACL SETUSER`, `CONFIG SET`, `MIGRATE` and
//! `SENTINEL`; of answers those of `ACL GETUSER`, `ACL LIST`, `ACL GENPASS`, and of `CONFIG GET` where it may be about a password.
//!
//! **After a hole** in a string, the string goes on. After any other, the next command, or the answer behind it, is looked for. What was
//! asked before the hole is still paired; what is asked behind it is paired once the client has waited for an answer.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let redis = packetbeat_redis::Redis::default();
//! assert_eq!(redis.probe(b"*1\r\n$4\r\nPING\r\n"), Verdict::Match { sender: Role::Client });
//! assert_eq!(redis.probe(b"PING\r\n"), Verdict::Reject);
//! ```
//!
//! Not read: attributes of RESP3 (passed over), the data that a replica is sent, the bus of a cluster (port 16379), anything in TLS.
#![forbid(unsafe_code)]

mod answer;
mod command;
mod commands;
mod config;
mod conn;
mod event;
mod limits;
mod line;
mod names;
mod probe;
mod replica;
mod search;
mod server;
mod values;
mod waiting;
mod wire;

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::probe::Verdict;
use packetbeat_core::setting::Setting;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Progress, Skipped, Window};

use crate::config::Config;
use crate::conn::Conn;

/// The protocol Redis, configured.
#[derive(Clone, Copy, Debug)]
pub struct Redis {
    config: Config,
}

impl Default for Redis {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
#[derive(Debug)]
pub struct Connection(Conn);

impl Protocol for Redis {
    const NAME: &'static str = "redis";
    const PORTS: &'static [u16] = &[6379];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { config: Config::read(common, options) }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(self);
    }
}

impl TcpParser for Redis {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, _: Start) -> Connection {
        Connection(Conn::new(&self.config))
    }

    fn data(&self, conn: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.0.data(dir, window, &self.config, cx)
    }

    fn skipped(&self, conn: &mut Connection, dir: Dir, done: Skipped, _cx: &mut Cx<'_>) {
        conn.0.skipped(dir, done);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.0.gap(dir, lost.get(), &self.config, cx)
    }

    fn boundary(&self, conn: &Connection, dir: Dir, bytes: &[u8]) -> Boundary {
        conn.0.boundary(dir, bytes)
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.0.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.0.close(why, &self.config, cx);
    }
}
