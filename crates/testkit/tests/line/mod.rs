//! A small line protocol to try the kit on, and the ways to get it wrong: `GET key` and `OK value` or `ERR text`, each a line.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::{Outcome, Reason, Ticket};
use packetbeat_core::pairing::{InOrder, Pending};
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::stream::{AfterGap, Boundary, Close, Finish, Progress, Window, WireError};
use packetbeat_core::text::Text;

/// Longest line.
const LINE: usize = 512;

/// What is wrong with the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    None,
    /// Waits for the whole connection.
    Hoards,
    /// Gives the event of a line again when it is shown in two parts.
    Doubles,
    /// Gives events for ever.
    Spins,
    /// Drops requests that wait when the connection ends.
    Forgets,
    /// Copies lines into a buffer without a limit.
    Grows,
    /// Keeps its requests over a gap.
    Shifts,
    /// Copies each key.
    Copies,
    /// Indexes behind a short line.
    Panics,
    /// Writes a name twice.
    Repeats,
    /// Matches `G` and rejects `GXX`.
    Wavers,
    /// Says that it consumed more than there is.
    Overruns,
    /// Gives up at a gap.
    Abandons,
    /// Reads no connection that it did not see begin.
    Refuses,
    /// Stumbles over what is left at the end.
    Trips,
}

pub(crate) struct Line(pub(crate) Flaw);

#[derive(Default)]
pub(crate) struct Asked {
    half: Half,
    key: Vec<u8>,
}

impl Pending for Asked {
    fn clear(&mut self) {
        self.key.clear();
    }
    fn heap_bytes(&self) -> usize {
        self.key.capacity()
    }
}

#[derive(Default)]
pub(crate) struct Conn {
    pending: InOrder<Asked>,
    forgotten: Vec<Ticket>,
    copy: Vec<u8>,
    midstream: bool,
}

struct Event<'e> {
    asked: &'e Asked,
    answer: Option<(Half, &'e [u8])>,
    unmatched: Option<Reason>,
    twice: bool,
}

impl Record for Event<'_> {
    fn shared(&self) -> Shared<'_> {
        Shared {
            status: if self.answer.is_some() { Status::Ok } else { Status::Error },
            request: Some(self.asked.half),
            response: self.answer.map(|(half, _)| half),
            resource: Text::from(&self.asked.key),
            unmatched: self.unmatched,
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        to.open(key!("line"));
        to.text(key!("key"), &self.asked.key);
        if self.twice {
            to.text(key!("key"), &self.asked.key);
        }
        if let Some((_, answer)) = self.answer {
            to.text(key!("answer"), answer);
        }
        to.close();
    }
}

fn unmatched(asked: &Asked, reason: Reason, cx: &mut Cx<'_>) {
    cx.emit(&Event { asked, answer: None, unmatched: Some(reason), twice: false });
}

impl Line {
    fn line(&self, conn: &mut Conn, dir: Dir, line: &[u8], half: Half, cx: &mut Cx<'_>) -> bool {
        match dir {
            Dir::ToServer => {
                if self.0 == Flaw::Panics && line[4] == 0xff {
                    return false;
                }
                let Some(key) = line.strip_prefix(b"GET ") else { return false };
                if self.0 == Flaw::Forgets {
                    conn.forgotten.push(cx.ask());
                }
                if self.0 == Flaw::Copies {
                    conn.copy = key.to_vec();
                }
                let asked = conn.pending.push(cx, unmatched);
                asked.half = half;
                asked.key.extend_from_slice(key);
            }
            Dir::ToClient => {
                if !line.starts_with(b"OK ") && !line.starts_with(b"ERR ") {
                    return false;
                }
                let twice = self.0 == Flaw::Repeats;
                let answer = Some((half, line));
                let known = conn.pending.answer(cx, |asked, cx| {
                    cx.emit(&Event { asked, answer, unmatched: None, twice });
                    if self.0 == Flaw::Spins {
                        loop {
                            cx.emit(&Event { asked, answer, unmatched: None, twice });
                        }
                    }
                });
                if let Some(ticket) = conn.forgotten.pop() {
                    cx.settle(ticket, Outcome::Answered);
                }
                if !known {
                    cx.unmatched_response();
                }
            }
        }
        true
    }
}

impl TcpParser for Line {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        if self.0 == Flaw::Wavers && head == b"G" {
            return Verdict::Match { sender: Role::Client };
        }
        let starts = |with: &[u8]| head.starts_with(with);
        if starts(b"GET ") {
            Verdict::Match { sender: Role::Client }
        } else if starts(b"OK ") || starts(b"ERR ") {
            Verdict::Match { sender: Role::Server }
        } else if [&b"GET "[..], b"OK ", b"ERR "].iter().any(|word| word.starts_with(head)) {
            Verdict::NeedMore
        } else {
            Verdict::Reject
        }
    }

    fn open(&self, start: Start) -> Conn {
        Conn { midstream: start == Start::Midstream, ..Conn::default() }
    }

    fn end(&self, _: &mut Conn, _: Dir, unread: &[u8], _: &mut Cx<'_>) {
        assert!(self.0 != Flaw::Trips || unread.is_empty(), "something is left");
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        if self.0 == Flaw::Refuses && conn.midstream {
            return Progress::Finish { consumed: 0, how: Finish::Opaque };
        }
        if self.0 == Flaw::Hoards {
            return Progress::wait(0, 1);
        }
        let mut at = 0;
        while let Some(rest) = window.bytes.get(at..) {
            let Some(end) = rest.iter().take(LINE).position(|byte| *byte == b'\n') else {
                if rest.len() >= LINE && self.0 == Flaw::Grows {
                    conn.copy.extend_from_slice(rest);
                    return Progress::all(window.bytes.len());
                }
                if rest.len() >= LINE {
                    return Progress::Finish {
                        consumed: at,
                        how: Finish::Malformed(WireError::new("long line", at)),
                    };
                }
                if self.0 == Flaw::Doubles && !rest.is_empty() && dir == Dir::ToServer {
                    let asked = Asked { half: cx.half(dir, window.start, 1), key: rest.to_vec() };
                    unmatched(&asked, Reason::Malformed, cx);
                }
                return Progress::all(at + usize::from(self.0 == Flaw::Overruns));
            };
            let half = cx.half(dir, window.start.plus(at), end as u64 + 1);
            if !self.line(conn, dir, &rest[..end], half, cx) {
                return Progress::Finish {
                    consumed: at,
                    how: Finish::Malformed(WireError::new("no such line", at)),
                };
            }
            at += end + 1;
        }
        Progress::all(at)
    }

    fn gap(&self, conn: &mut Conn, _: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        match self.0 {
            Flaw::Shifts => {}
            Flaw::Abandons => return AfterGap::Abandon,
            _ => conn.pending.give_up_all(Reason::Gap, cx, unmatched),
        }
        AfterGap::Resync
    }

    fn boundary(&self, _: &Conn, _: Dir, bytes: &[u8]) -> Boundary {
        if matches!(self.probe(bytes), Verdict::Match { .. }) {
            return Boundary::At(0);
        }
        match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) => Boundary::At(end + 1),
            None => Boundary::KeepLast(0),
        }
    }

    fn close(&self, mut conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.pending.give_up_all(Reason::of_close(why), cx, unmatched);
    }
}
