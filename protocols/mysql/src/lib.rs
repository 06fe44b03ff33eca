//! MySQL and MariaDB: which statements were sent, and what came of them.
//!
//! ```text
//!  0      3     4
//!  ┌──────┬─────┬────────────        a packet: length (little endian) and number of its payload; one of 0xffffff bytes goes on
//!  │length│ seq │ payload            in the next. The number begins at 0 with each command.
//!  └──────┴─────┴────────────
//!
//!  S  0  0a "8.0.36" …  greeting
//!  C  1  capabilities, user, secret                                    ┐ login
//!  S  2  00 …  OK                                                      ┘
//!  C  0  03 "select …"                                                 ┐
//!  S  1  02                two columns                                 │
//!  S  2  "def" "shop" "orders" … "id" …   S 3 "def" … "name" …         │ a statement: one event
//!  S  4  fe …              EOF, unless the login did away with it      │
//!  S  5  "1" "pens"        a row                                       │
//!  S  6  fe …              EOF, or an OK that begins as one            ┘
//! ```
//!
//! MySQL source documentation, "Client/Server Protocol"; MariaDB, "Clients & Utilities, Protocol". Protocols 9 and 10, logins with any
//! plugin, statements as text with several statements and results, query attributes, prepared statements with parameters of every
//! type (also in parts, in bulk, and executed before they are answered), cursors, `LOAD DATA LOCAL`, compression with zlib and
//! zstd, packets over 16 MB, progress reports. TLS is handed over to whoever reads it.
//!
//! **An event** is a statement with its answer, all results of it: rows, affected rows and warnings are sums, `num_fields` is that of the
//! first result with columns. Whether EOF packets are sent is seen in the answers themselves, so that a session joined
//! in the middle is read as well.
//!
//! **What is kept**: of a command its statement and parameters, of an answer its figures and, if `send_response` asks for them,
//! `max_rows` rows; statements that were prepared, all within named limits (`limits.rs`). Rows that nobody wants are skipped, not
//! read. Secrets are never looked at: of logins the user's name and the schema are kept, nothing else.
//!
//! **After a hole** what waits is given up, and an answer that was among its rows is told as far as it was seen. The client is taken up
//! at its next certain command, the server at the answer to it.
//!
//! **Sizes**: in a compressed session those of the packets inside.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let mysql = packetbeat_mysql::Mysql::default();
//! assert_eq!(mysql.probe(b"\x09\0\0\0\x03select 1"), Verdict::Match { sender: Role::Client });
//! assert_eq!(mysql.probe(b"\x09\0\0\0\x03selector"), Verdict::Reject);
//! ```
//!
//! Not read: the values of query attributes, what a file of `LOAD DATA LOCAL` holds, the log of changes that a replica is sent, the
//! X protocol (port 33060), compressed sessions behind a hole.
#![forbid(unsafe_code)]

mod client;
mod command;
mod config;
mod conn;
mod event;
mod layer;
mod limits;
mod probe;
mod reply;
mod search;
mod server;
mod session;
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
use packetbeat_core::stream::{AfterGap, Boundary, Close, Finish, Progress, SkipLen, Skipped, Window};

use crate::config::Config;
use crate::conn::Conn;
use crate::layer::Layer;

/// The protocol MySQL, configured.
#[derive(Clone, Copy, Debug)]
pub struct Mysql {
    config: Config,
}

impl Default for Mysql {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
pub struct Connection {
    conn: Conn,
    /// There from the login of a compressed session on.
    layer: Option<Box<Layer>>,
}

impl Protocol for Mysql {
    const NAME: &'static str = "mysql";
    const PORTS: &'static [u16] = &[3306, 3307];
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

impl TcpParser for Mysql {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, start: Start) -> Connection {
        Connection { conn: Conn::new(start), layer: None }
    }

    fn data(&self, conn: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        let Connection { conn, layer } = conn;
        let (mut progress, mut before) = (None, 0);
        if layer.is_none() {
            let first = conn.data(dir, window, &self.config, cx);
            if !conn.compressed {
                return self.checked(conn, first, cx);
            }
            conn.inner = true;
            before = first.consumed();
            progress = Some(first);
        }
        let layer = layer.get_or_insert_default();
        let bytes = window.bytes.get(before..).unwrap_or_default();
        if bytes.is_empty()
            && let Some(progress) = progress
        {
            return progress;
        }
        let inside = layer.data(conn, dir, bytes, &self.config, cx);
        self.checked(conn, moved(inside, before), cx)
    }

    fn skipped(&self, conn: &mut Connection, dir: Dir, done: Skipped, _cx: &mut Cx<'_>) {
        conn.conn.skipped(dir, done);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.conn.gap(dir, lost.get(), &self.config, cx);
        // Where a compressed packet begins cannot be found again.
        if conn.layer.is_some() { AfterGap::Abandon } else { AfterGap::Continue }
    }

    fn boundary(&self, _: &Connection, _: Dir, _: &[u8]) -> Boundary {
        // A connection joined in the middle looks for its messages itself, as it does after a hole.
        Boundary::At(0)
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.conn.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.conn.close(why, &self.config, cx);
    }
}

impl Mysql {
    /// Before the connection ends for its reader, what waits is told why.
    fn checked(&self, conn: &mut Conn, progress: Progress, cx: &mut Cx<'_>) -> Progress {
        if let Progress::Finish { how: Finish::Malformed(_), .. } = progress {
            conn.give_up_all(Reason::Malformed, &self.config, cx);
        }
        progress
    }
}

/// The same progress in a window that begins `before` bytes earlier.
const fn moved(progress: Progress, before: usize) -> Progress {
    match progress {
        Progress::Await { consumed, more } => Progress::Await { consumed: consumed + before, more },
        Progress::Skip { consumed, then } => {
            let then: SkipLen = then;
            Progress::Skip { consumed: consumed + before, then }
        }
        Progress::Finish { consumed, how } => Progress::Finish { consumed: consumed + before, how },
    }
}

#[cfg(test)]
mod tests {
    use packetbeat_core::options::{Common, Defaults};

    use crate::config::{Config, OPTIONS};

    pub(crate) fn config() -> Config {
        Config::read(&Common::default(), &mut Defaults(OPTIONS))
    }
}
