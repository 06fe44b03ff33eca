//! SMTP: who wrote to whom.
//!
//! ```text
//! S: 220 mail.example.org ESMTP
//! C: EHLO client.example.org          ┐
//! S: 250 …                            │ the session: greeting, login, TLS
//! C: AUTH PLAIN …                     ┘
//! C: MAIL FROM:<alice@example.org>    ┐
//! S: 250 2.1.0 Ok                     │
//! C: RCPT TO:<bob@example.org>        │
//! S: 250 2.1.5 Ok                     │ a mail transaction: one event
//! C: DATA                             │
//! S: 354 End data with <CR><LF>.…     │
//! C: (content) .                      │
//! S: 250 2.0.0 Ok: queued as 42       ┘
//! ```
//!
//! RFC 5321, with pipelining (2920), `SIZE` (1870), chunks (3030), internationalised addresses (6531), login (4954), the
//! step to TLS (3207), and LMTP (2033).
//!
//! **A request** in the ledger's sense is a mail transaction: `MAIL` to the reply to its content, or to what gave it up
//! (`RSET`, a new greeting, `QUIT`, the connection's end). A session without any mail is one request too, with its event at
//! its end. A mail that the client gave up wants no answer; one that was refused at any step is answered.
//!
//! **What is kept**: of the envelope the addresses, of the header section the fields of the event, of replies their text, all
//! within named limits (`limits.rs`). The body is looked at for the dot that ends it and never copied; chunks behind the header
//! section are only counted. Passwords are dropped where they are decoded.
//!
//! **Sizes**: `smtp.size` is the content as the receiver stores it: without the final dot and without the dots that the
//! sender doubled. `source.bytes` are the client's bytes from `MAIL` on, `destination.bytes` the replies to them.
//!
//! **After a hole**: among commands, the session is taken up at the next certain command; in content, the dot is looked
//! for further on, and a reply that comes without it ends the mail; among replies, recipients without an answer count as accepted
//! and mails that wait are unmatched.
//!
//! ```
//! use packetbeat_core::parser::TcpParser;
//! use packetbeat_core::probe::{Role, Verdict};
//!
//! let smtp = packetbeat_smtp::Smtp::default();
//! assert_eq!(smtp.probe(b"220 mx.example.org ESMTP\r\n"), Verdict::Match { sender: Role::Server });
//! assert_eq!(smtp.probe(b"220 (vsFTPd 3.0.3)\r\n"), Verdict::Reject);
//! ```
//!
//! Not read: the content beyond its header section (MIME parts, attachments), `BURL`, the answers of `VRFY` and `EXPN`, and
//! anything in TLS.
#![forbid(unsafe_code)]

mod auth;
mod client;
mod config;
mod conn;
mod content;
mod event;
mod fields;
mod headers;
mod limits;
mod mail;
mod probe;
mod server;
mod session;
mod session_event;
mod wire;

use std::cell::Cell;
use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::options::{Common, Options};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::probe::Verdict;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Progress, Window};

use crate::config::Config;
use crate::conn::{Conn, Mode};
use crate::mail::GivenUp;
use crate::session_event::SessionEvent;

/// The protocol SMTP, configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Smtp {
    config: Config,
}

/// What is remembered of one connection.
#[derive(Debug)]
pub struct Connection(Conn);

impl Protocol for Smtp {
    const NAME: &'static str = "smtp";
    const PORTS: &'static [u16] = &[25, 587, 2525];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp];
    const FIELDS: &'static str = include_str!("../fields.yml");

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { config: Config::read(common, options) }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(self);
    }
}

impl TcpParser for Smtp {
    type Conn = Connection;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::probe(head)
    }

    fn open(&self, start: Start) -> Connection {
        Connection(Conn::new(start))
    }

    fn data(&self, conn: &mut Connection, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        match dir {
            Dir::ToServer => {
                let progress = conn.0.client_data(window, &self.config, cx);
                conn.0.watch(&self.config, cx);
                progress
            }
            Dir::ToClient => conn.0.server_data(window, &self.config, cx),
        }
    }

    fn wake(&self, conn: &mut Connection, cx: &mut Cx<'_>) {
        conn.0.wake(&self.config, cx);
    }

    fn gap(&self, conn: &mut Connection, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.0.scanned[dir] = 0;
        conn.0.within_line[dir].set(false);
        match dir {
            Dir::ToServer => {
                let after = conn.0.lost_by_client(lost, cx);
                conn.0.watch(&self.config, cx);
                after
            }
            Dir::ToClient => {
                conn.0.session.partial = true;
                conn.0.lost_replies(&self.config, cx);
                AfterGap::Resync
            }
        }
    }

    fn boundary(&self, conn: &Connection, dir: Dir, bytes: &[u8]) -> Boundary {
        // The server's part may have told what follows a hole.
        match (dir, conn.0.mode) {
            (Dir::ToServer, Mode::Content(_)) => Boundary::At(0),
            _ => boundary(dir, bytes, &conn.0.within_line[dir]),
        }
    }

    fn close(&self, conn: Connection, why: Close, cx: &mut Cx<'_>) {
        conn.0.close(why, &self.config, cx);
    }
}

/// Bytes of a line that may be worth starting at; longer ones are passed over.
const LINE_START: usize = 2048;

/// The next line that is certainly a command, or looks like a reply, or is TLS. `within_line`: the start of the first line was
/// passed over.
fn boundary(dir: Dir, bytes: &[u8], within_line: &Cell<bool>) -> Boundary {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        let starts_here = !within_line.get();
        if starts_here && client::is_tls(rest) == Some(true) {
            return Boundary::At(at);
        }
        let Some(end) = memchr::memchr(b'\n', rest) else {
            let keeps = starts_here && rest.len() <= LINE_START;
            within_line.set(!keeps);
            return Boundary::KeepLast(if keeps { rest.len() } else { 0 });
        };
        within_line.set(false);
        let line = rest.get(..end).unwrap_or_default();
        let starts = match dir {
            _ if !starts_here || line.len() > LINE_START => false,
            Dir::ToServer => wire::is_certain(line.trim_ascii_end()),
            Dir::ToClient => wire::reply_line(line.trim_ascii_end()).is_some(),
        };
        if starts {
            return Boundary::At(at);
        }
        at += end + 1;
    }
    Boundary::KeepLast(0)
}

impl Conn {
    /// Bytes of the client were lost.
    fn lost_by_client(&mut self, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        if let Mode::Content(scan) = &mut self.mode {
            scan.lose_place();
            self.lost_place();
            if let Some(mail) = self.current_mail() {
                mail.lost = mail.lost.saturating_add(lost.get());
                mail.size = mail.size.saturating_add(lost.get());
                mail.headers.finish();
                mail.headers_over = true;
            }
            return AfterGap::Continue;
        }
        // How long a chunk is was said: a hole in it hides no command.
        if self.lost_of_chunk(lost.get(), cx) == lost.get() {
            return AfterGap::Continue;
        }
        self.lost_place();
        self.mode = Mode::Lines;
        self.doubt = true;
        self.session.login.lost();
        AfterGap::Resync
    }

    /// What the client sends cannot be counted any more.
    fn lost_place(&mut self) {
        self.session.partial = true;
        self.lockstep = true;
        if let Some(mail) = self.current_mail() {
            mail.has_hole = true;
        }
    }

    /// The connection is over: what waits is settled.
    fn close(mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        let reason = Reason::of_close(why);
        if why == Close::Handed {
            self.give_up(GivenUp::StartTls);
        }
        while !self.mails.is_empty() {
            self.finish_oldest(reason, config, cx);
        }
        if self.session.mails > 0 || !self.session.understood {
            return;
        }
        // Behind 421 and the farewell, the server answers nothing more.
        let asked = !matches!(self.session.code, 221 | 421) && !self.awaited.is_empty();
        let unmatched = (asked || self.session.code == 0).then_some(reason);
        let ticket = cx.ask();
        cx.emit(&SessionEvent::new(&self.session, unmatched));
        cx.settle(ticket, unmatched.map_or(Outcome::Answered, Outcome::Unmatched));
    }
}
