//! Oracle Net (TNS) and what it carries (TTC): which statements were sent, and what came of them.
//!
//! ```text
//!  0        2        4      5       6               8      10
//!  ┌────────┬────────┬──────┬───────┬───────────────┬──────┬──────────
//!  │ length │   0    │ type │ flags │       0       │flags │ payload …      a packet (length of four bytes from version 315 on);
//!  └────────┴────────┴──────┴───────┴───────────────┴──────┴──────────      the second flags in DATA alone
//!
//!  C  CONNECT   version 319, (DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=shop)(CID=…)))   ┐ a connection
//!  S  ACCEPT    version 319   (or REFUSE, REDIRECT, RESEND)                            ┘
//!  C  DATA      de ad be ef …  encryption and integrity that it can do                 ┐ hidden, unless something is
//!  S  DATA      de ad be ef …  what is chosen                                          ┘ encrypted from here on
//!  C  DATA      01 …  what it is;  02 …  how it writes what                              hidden
//!  C  DATA      03 76 …  user, where it is         S  DATA  08 …  a challenge            hidden
//!  C  DATA      03 73 …  user, secret              S  DATA  08 … 04 …                    a login
//!  C  DATA      03 5e 07 … "SELECT …"              S  DATA  10 columns 06 07 rows 04 …   a statement: one event
//!  C  DATA      03 05 08 cursor, rows              S  DATA  06 07 rows 04 …              a fetch
//! ```
//!
//! There is no public specification. What is read here is known from Oracle's own thin driver for Python, which is open source, from the
//! packets of four kinds of clients, and from descriptions in the public domain. Versions 308 to 319 of Oracle Net; thin clients
//! (JDBC, python-oracledb, go-ora) in the forms of 11g to 23ai, thick clients (OCI) as far as their machine writes the lowest byte first
//! and pointers of eight bytes.
//!
//! **An event** is a call with its answer. The end of an answer repeats the number of its call: it is looked for at the end of
//! packets, so that neither types of columns nor versions need to be known to pair them. Executions by cursor have the
//! statement that the cursor stands for.
//!
//! **A statement** stands behind about thirty numbers, more of them with each version: the places where it can begin are tried with the
//! length that was announced, then the first text is taken that begins with a word of SQL and has its length in front.
//!
//! **What is kept**: of a call its statement; of an answer its end; of the session the names in its descriptor, the user, the
//! attributes that the client sets (module, action …); statements by cursor; all within named limits (`limits.rs`). Secrets are never looked at:
//! of a login the user's name is kept, nothing else; passwords in statements are cut out of them.
//!
//! **After a hole** what waits is given up, and both sides are taken up at their next packet.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let tns = packetbeat_tns::Tns::default();
//! assert_eq!(tns.probe(b"\0\x08\0\0\x0b\0\0\0"), Verdict::Match { sender: Role::Server });
//! assert_eq!(tns.probe(b"\0\x08\0\0\x0c\0\0\0"), Verdict::Reject);
//! ```
//!
//! Not read: values of parameters and rows, large objects, queues, direct path loads, what is encrypted.
#![forbid(unsafe_code)]

mod answer;
mod call;
mod client;
mod config;
mod conn;
mod event;
mod function;
mod limits;
mod probe;
mod redact;
mod request;
mod security;
mod server;
mod session;
mod statement;
mod ttc;
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

/// The protocol TNS, configured.
#[derive(Clone, Copy, Debug)]
pub struct Tns {
    config: Config,
}

impl Default for Tns {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
pub struct Connection(Conn);

impl Protocol for Tns {
    const NAME: &'static str = "tns";
    const PORTS: &'static [u16] = &[1521];
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

impl TcpParser for Tns {
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

    fn skipped(&self, conn: &mut Connection, dir: Dir, done: Skipped, _: &mut Cx<'_>) {
        conn.0.skipped(dir, done);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.0.gap(dir, &self.config, cx);
        AfterGap::Resync
    }

    fn boundary(&self, _: &Connection, _: Dir, bytes: &[u8]) -> Boundary {
        probe::boundary(bytes).map_or(Boundary::KeepLast(bytes.len().min(wire::DATA_HEADER)), Boundary::At)
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.0.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.0.close(why, &self.config, cx);
    }
}
