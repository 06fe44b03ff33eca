//! HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112) over TCP.
//!
//! ```text
//!  client                                              server
//!  GET /a?b=c HTTP/1.1 CRLF                  ──▶
//!  Host: example.org CRLF CRLF               ──▶
//!                                            ◀──  HTTP/1.1 200 OK CRLF
//!                                            ◀──  Transfer-Encoding: chunked CRLF CRLF
//!                                            ◀──  5 CRLF hello CRLF 0 CRLF CRLF
//! ```
//!
//! Requests wait in order for their answers; an event goes out with the last byte of the response. Heads are read where they
//! lie and copied once; bodies that nobody asked for are skipped by the engine (a chunk is one skip). After 101, after a
//! successful CONNECT and at the preface of HTTP/2 the connection is given to detection.
//!
//! ```
//! use packetbeat_core::probe::{Role, Verdict};
//! use packetbeat_http::{probe::probe, wire};
//!
//! let head = b"GET /a?b=c HTTP/1.1\r\nHost: example.org\r\n\r\n";
//! assert_eq!(probe(head), Verdict::Match { sender: Role::Client });
//! let (line, taken) = wire::line(head).unwrap();
//! assert!(wire::request_line(line).is_some());
//! let mut hosts = Vec::new();
//! let end = wire::fields(head, taken, &wire::Letters::of(["host"]), |field| hosts.push(field.value.of(head)));
//! assert_eq!((end, hosts), (Some(head.len()), vec![&b"example.org"[..]]));
//! ```
//!
//! A response whose request was not seen is an event of its own, unless the capture ends within it: then it is counted alone.
//! What stands in front of the first message (a SOCKS handshake, a PROXY header) is passed over, up to
//! [`conn::PREFACE_BYTES`]; behind that the connection is no HTTP.
//!
//! Limits: a head of [`conn::HEAD_BYTES`], [`message::FIELDS`] captured header fields, a chunk's line of
//! [`conn::CHUNK_LINE_BYTES`], trailers of [`conn::TRAILER_BYTES`], [`target::PARAMETERS`] parameters, kept bodies of
//! `max_message_size`.
//!
//! Left out: answers of HTTP/0.9 (which have no head), HTTP/2 and HTTP/3; contents of trailers; content codings other than gzip and deflate.
#![forbid(unsafe_code)]

pub mod body;
pub mod config;
pub mod conn;
pub mod event;
pub mod headers;
pub mod message;
pub mod partial;
pub mod probe;
pub mod redact;
pub mod scan;
mod stream;
pub mod target;
pub mod user;
pub mod wire;

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::options::{Common, Options};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::probe::Verdict;
use packetbeat_core::setting::Setting;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Progress, Skipped, Window};

use crate::config::Config;
use crate::conn::Conn;

/// The protocol: its configuration.
#[derive(Clone, Debug)]
pub struct Http {
    config: Config,
}

impl Protocol for Http {
    const NAME: &'static str = "http";
    const PORTS: &'static [u16] = &[80, 8080, 8000, 5000, 8002];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self::from(Config::read(common, options))
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(self);
    }
}

impl From<Config> for Http {
    fn from(config: Config) -> Self {
        Self { config: config.narrowed() }
    }
}

impl TcpParser for Http {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, start: Start) -> Conn {
        Conn::new(start)
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.data(&self.config, dir, window, cx)
    }

    fn skipped(&self, conn: &mut Conn, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        conn.skipped(&self.config, dir, done, cx);
    }

    fn gap(&self, conn: &mut Conn, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.gap(&self.config, dir, lost.get(), cx)
    }

    fn boundary(&self, _conn: &Conn, dir: Dir, bytes: &[u8]) -> Boundary {
        scan::boundary(dir, bytes)
    }

    fn end(&self, conn: &mut Conn, dir: Dir, unread: &[u8], cx: &mut Cx<'_>) {
        conn.end(&self.config, dir, unread, cx);
    }

    fn wake(&self, conn: &mut Conn, cx: &mut Cx<'_>) {
        conn.wake(&self.config, cx);
    }

    fn close(&self, conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.close(why, &self.config, cx);
    }
}
