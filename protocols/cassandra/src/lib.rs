//! Cassandra's native protocol: which statements were sent, and what came of them.
//!
//! ```text
//!  C  04 00 0000 05 00000000                        OPTIONS         │ version, flags, stream, operation, length of the body.
//!  S  84 00 0000 06 00000034 …                      SUPPORTED       │ 0x80 is set in a response's version.
//!  C  04 00 0001 01 00000016 "CQL_VERSION" "3.4.2"  STARTUP
//!  S  84 00 0001 02 00000000                        READY
//!  C  04 00 0002 07 … "SELECT name FROM users" …    QUERY        ┐
//!  C  04 00 0003 0a … id, values …                  EXECUTE      │  answers come in any order, the stream says to what
//!  S  84 00 0003 08 … rows                          RESULT       │
//!  S  84 00 0002 00 … 0x2200 "unconfigured table"   ERROR        ┘
//!  S  84 00 ffff 0c … "SCHEMA_CHANGE" …             EVENT, unasked
//! ```
//!
//! CQL Binary Protocol, versions 1 to 5. Version 5 wraps what follows the handshake in frames with checksums (`frame.rs`), which hold
//! several messages or a part of one, LZ4 inside. Before, bodies are compressed one by one with LZ4 or snappy.
//!
//! **An event** is a request with its answer, told by its stream; an event of the server's alone; an answer whose request was not seen.
//! Executions and batches have the text of what they execute, and their values by the types that the server told when it prepared them.
//!
//! **What is kept**: of a request its statement and values, of the session its prepared statements, user and keyspace, all within named
//! limits (`limits.rs`). Of a body the first 64 KiB are read and the rest is skipped: rows that nobody wants are not looked at.
//! Tokens of logins are looked at for the user's name and never kept.
//!
//! **After a hole** requests wait on, as streams tell which answer is whose, until their stream is used again or a hole in the other
//! direction could have hidden that. The next message is found by what it says, the next frame by its checksum.
//!
//! **Sizes** are those of messages with their headers, in version 5 without the frames around them.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let cassandra = packetbeat_cassandra::Cassandra::default();
//! let options = b"\x04\0\0\0\x05\0\0\0\0";
//! assert_eq!(cassandra.probe(options), Verdict::Match { sender: Role::Client });
//! assert_eq!(cassandra.probe(b"\x04\0\0\0\x05\0\0\0\x01"), Verdict::NeedMore);
//! ```
//!
//! Not read: the values of custom payloads, the options of STARTUP besides the compression, DataStax's additions to the protocol.
#![forbid(unsafe_code)]

mod answer;
mod config;
mod conn;
mod event;
mod frame;
mod header;
mod inflate;
mod kind;
mod layer;
mod limits;
mod metadata;
mod probe;
mod request;
mod response;
mod rows;
mod search;
mod texts;
mod value;
mod wire;

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::ledger::Reason;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::probe::Verdict;
use packetbeat_core::setting::Setting;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Finish, Progress, Skipped, Window};

use crate::config::Config;
use crate::conn::Conn;
use crate::layer::Layer;

/// The protocol Cassandra, configured.
#[derive(Clone, Copy, Debug)]
pub struct Cassandra {
    config: Config,
}

impl Default for Cassandra {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
#[derive(Debug)]
pub struct Connection {
    conn: Conn,
    layer: Layer,
}

impl Protocol for Cassandra {
    const NAME: &'static str = "cassandra";
    const PORTS: &'static [u16] = &[9042];
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

impl TcpParser for Cassandra {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, start: Start) -> Connection {
        Connection { conn: Conn::new(start, &self.config), layer: Layer::default() }
    }

    fn data(&self, connection: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        let Connection { conn, layer } = connection;
        let progress = layer::data(conn, layer, dir, window, &self.config, cx);
        if let Progress::Finish { how: Finish::Malformed(_) | Finish::Opaque, .. } = progress {
            // What waits is told why.
            conn.give_up_all(Reason::Malformed, &self.config, cx);
        }
        progress
    }

    fn skipped(&self, connection: &mut Connection, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        layer::skipped(&mut connection.conn, dir, done, &self.config, cx);
    }

    fn gap(&self, connection: &mut Connection, dir: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        connection.conn.gap(dir, &self.config, cx);
        connection.layer.gap(dir);
        AfterGap::Resync
    }

    fn boundary(&self, connection: &Connection, dir: Dir, bytes: &[u8]) -> Boundary {
        search::boundary(bytes, dir, connection.conn.sides[dir].mode)
    }

    fn wake(&self, connection: &mut Connection, cx: &mut Cx<'_>) {
        connection.conn.wake(&self.config, cx);
    }

    fn close(&self, mut connection: Connection, why: Close, cx: &mut Cx<'_>) {
        connection.conn.close(why, &self.config, cx);
    }
}
