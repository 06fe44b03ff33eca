//! PostgreSQL: which statements were sent, and what came of them.
//!
//! ```text
//!  0    1        5
//!  ┌────┬────────┬─────────────     a message: its kind, its length (big endian, counting itself), its payload.
//!  │kind│ length │ payload          The first message of a client has no kind.
//!  └────┴────────┴─────────────
//!
//!  C     startup: 3.0, user, database …                                 ┐
//!  S  R  authentication    C  p  secret    S  R  let in                 │ login
//!  S  S  settings …        S  K  key       S  Z  ready                  ┘
//!  C  Q  "select …"                                                     ┐
//!  S  T  columns           S  D  row …     S  C  "SELECT 2"             │ a simple query: an event for each statement in it
//!  S  Z  ready                                                          ┘
//!  C  P  "insert … $1"     C  B  values    C  E  execute     C  S  sync ┐
//!  S  1  parsed            S  2  bound     S  C  "INSERT 0 1"           │ the extended protocol: an event for each execution
//!  S  Z  ready                                                          ┘
//! ```
//!
//! PostgreSQL documentation, "Frontend/Backend Protocol", versions 3.0 to 3.2: logins by any method, simple queries with several
//! statements, the extended protocol in pipelines (several executions before a Sync, several Syncs on the way), named statements and
//! portals, rows in parts, parameters and rows in text and binary format, `COPY` in both directions, function calls, notices, requests
//! to cancel. TLS is handed over to whoever reads it; encryption by GSSAPI ends the reading.
//!
//! **An event** is a statement with its answer. The answer is counted from its first message to the one that completes it, the
//! request with all messages that are its own.
//!
//! **What is kept**: of a statement its text and parameters, of an answer its figures and, if `send_response` asks for them,
//! `max_rows` rows; statements that were prepared and portals with a name, all within named limits (`limits.rs`). Rows that nobody
//! wants are skipped, not read. Secrets are never looked at: of logins the user's name and the database are kept, nothing else;
//! the literals of statements that set a password are masked.
//!
//! **After a hole** what waits is given up, and an answer that was among its rows is told as far as it was seen. The client is taken up
//! at its next certain request, the server at the answer to it.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let pgsql = packetbeat_pgsql::Pgsql::default();
//! assert_eq!(pgsql.probe(b"Q\0\0\0\x0dselect 1\0"), Verdict::Match { sender: Role::Client });
//! assert_eq!(pgsql.probe(b"Q\0\0\0\x0dselector\0"), Verdict::Reject);
//! ```
//!
//! Not read: version 2 of the protocol (servers before 7.4), what `COPY` copies, the stream of changes that a replica is sent, arguments
//! and results of function calls, notifications.
#![forbid(unsafe_code)]

mod client;
mod config;
mod conn;
mod event;
mod limits;
mod probe;
mod reply;
mod request;
mod search;
mod server;
mod session;
mod value;
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

/// The protocol PostgreSQL, configured.
#[derive(Clone, Copy, Debug)]
pub struct Pgsql {
    config: Config,
}

impl Default for Pgsql {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
pub struct Connection(Conn);

impl Protocol for Pgsql {
    const NAME: &'static str = "pgsql";
    const PORTS: &'static [u16] = &[5432];
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

impl TcpParser for Pgsql {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, start: Start) -> Connection {
        Connection(Conn::new(start))
    }

    fn data(&self, conn: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.0.data(dir, window, &self.config, cx)
    }

    fn skipped(&self, conn: &mut Connection, dir: Dir, done: Skipped, _cx: &mut Cx<'_>) {
        conn.0.skipped(dir, done);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.0.gap(dir, lost.get(), &self.config, cx);
        AfterGap::Continue
    }

    fn boundary(&self, _: &Connection, _: Dir, _: &[u8]) -> Boundary {
        // A connection joined in the middle looks for its messages itself, as it does after a hole.
        Boundary::At(0)
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.0.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.0.close(why, &self.config, cx);
    }
}
