//! MongoDB: which commands were sent, and what came of them.
//!
//! ```text
//!  0      4       8            12       16
//!  ┌──────┬───────┬────────────┬────────┬───────────
//!  │length│ id    │ answers to │ opcode │ body
//!  └──────┴───────┴────────────┴────────┴───────────
//!
//!  C  7  0  OP_MSG  { find: "orders", filter: { price: { $gt: 10 } }, $db: "shop" }               ┐
//!  S 91  7  OP_MSG  { cursor: { id: 0, ns: "shop.orders", firstBatch: [ … ] }, ok: 1.0 }          ┘ one event
//! ```
//!
//! MongoDB manual, "Wire Protocol"; `mongo/src/mongo/rpc`; bsonspec.org. OP_MSG with sections of both kinds, checksums, requests
//! without a reply and streams of replies (`exhaust`); OP_QUERY and OP_REPLY; OP_INSERT, OP_UPDATE, OP_DELETE, OP_GET_MORE,
//! OP_KILL_CURSORS and the old OP_MSG; OP_COMPRESSED with Snappy, zlib and zstd.
//!
//! **An event** is a request with its reply; a request that wants none; or a further reply of a stream. Replies name their requests, so
//! their order does not matter.
//!
//! **What is kept**: BSON is read in place and written as JSON right away, up to limits (`limits.rs`); of a request its texts wait for the
//! reply. Of a message more than 64 KiB (half a megabyte of a reply whose documents go into the event) is skipped, not read.
//! A length or a number of documents that is wrong ends the reading of that message: its event has what was understood and a note.
//!
//! **Secrets**: of logins the user's name and the mechanism are shown. What proves who somebody is (`payload`, `pwd`, `nonce`, `key`,
//! `credentials`) is `[redacted]`, in requests and in replies.
//!
//! **After a hole** the next message is looked for. Requests whose replies may have been in it are given up.
//!
//! **Sizes** are those on the wire, headers included; of compressed messages the compressed ones.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let mongodb = packetbeat_mongodb::Mongodb::default();
//! let ping = b"\x24\0\0\0\x07\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x0f\0\0\0\x10ping\0\x01\0\0\0\0";
//! assert_eq!(mongodb.probe(ping), Verdict::Match { sender: Role::Client });
//! ```
//!
//! Not read: OP_COMMAND and OP_COMMANDREPLY (between servers up to 4.0), checksums, encrypted fields (they are binary values).
#![forbid(unsafe_code)]

mod bson;
mod command;
mod config;
mod conn;
mod decimal;
mod event;
mod inflate;
mod json;
mod limits;
mod probe;
mod reply;
mod request;
#[cfg(test)]
mod samples;
mod sections;
mod snappy;
mod span;
mod texts;
mod unknown;
mod walk;
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
use crate::unknown::Unknown;

/// The protocol MongoDB, configured.
#[derive(Debug)]
pub struct Mongodb {
    config: Config,
    unknown: Unknown,
}

impl Default for Mongodb {
    /// As it is where nobody configured it.
    fn default() -> Self {
        Self::configure(&Common::default(), &mut Defaults(Self::OPTIONS))
    }
}

/// What is remembered of one connection.
pub struct Connection(Conn);

impl Protocol for Mongodb {
    const NAME: &'static str = "mongodb";
    const PORTS: &'static [u16] = &[27017];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { config: Config::read(common, options), unknown: Unknown::default() }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(self);
    }
}

impl TcpParser for Mongodb {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, _: Start) -> Connection {
        Connection(Conn::new())
    }

    fn data(&self, conn: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.0.data(dir, window, &self.config, &self.unknown, cx)
    }

    fn skipped(&self, conn: &mut Connection, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        conn.0.skipped(dir, done, &self.config, cx);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.0.gap(dir, &self.config, cx);
        AfterGap::Resync
    }

    fn boundary(&self, _: &Connection, dir: Dir, bytes: &[u8]) -> Boundary {
        probe::boundary(dir, bytes)
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.0.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.0.close(why, &self.config, cx);
    }
}
