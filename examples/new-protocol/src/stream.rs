//! Quote over TCP.

use std::num::NonZeroU64;
use std::sync::Arc;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::InOrder;
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::probe::Verdict;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Finish, Progress, Window, WireError};

use crate::config::Config;
use crate::event::Event;
use crate::pending::Asked;
use crate::{probe, wire};

/// The parser of connections.
pub(crate) struct Stream {
    config: Arc<Config>,
}

/// What is remembered of a connection: the requests that wait, at most
/// [`packetbeat_core::limits::PENDING_PER_CONNECTION`].
#[derive(Default)]
pub(crate) struct Conn {
    waiting: InOrder<Asked>,
}

impl Stream {
    pub(crate) const fn new(config: Arc<Config>) -> Self {
        Self { config }
    }

    /// One line of either side.
    fn line(
        &self,
        conn: &mut Conn,
        dir: Dir,
        line: &[u8],
        half: Half,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        match dir {
            Dir::ToServer => {
                let request = wire::request(line)?;
                let asked = conn.waiting.push(cx, |asked, reason, cx| self.alone(asked, reason, cx));
                asked.fill(&request, half);
            }
            Dir::ToClient => {
                let answer = wire::answer(line)?;
                let pair = |asked: &Asked, cx: &mut Cx<'_>| {
                    cx.emit(&Event::pair(&self.config, asked, half, answer));
                };
                if !conn.waiting.answer(cx, pair) {
                    cx.unmatched_response();
                }
            }
        }
        Ok(())
    }

    fn alone(&self, asked: &Asked, reason: Reason, cx: &mut Cx<'_>) {
        cx.emit(&Event::unmatched(&self.config, asked, reason));
    }
}

impl TcpParser for Stream {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::stream(head)
    }

    fn open(&self, _: Start) -> Conn {
        Conn::default()
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        let mut rest = window;
        loop {
            let consumed = window.bytes.len() - rest.bytes.len();
            let malformed = |error| Progress::Finish { consumed, how: Finish::Malformed(error) };
            let (line, len) = match wire::line(rest.bytes, rest.fresh) {
                Ok(Some(found)) => found,
                Ok(None) => return Progress::all(consumed),
                Err(error) => return malformed(error),
            };
            let half = cx.half(dir, rest.start, len as u64);
            if let Err(error) = self.line(conn, dir, line, half, cx) {
                return malformed(error);
            }
            rest = rest.after(len);
        }
    }

    fn gap(&self, conn: &mut Conn, _: Dir, _: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        // The next answer may be that of a request in the hole, or of one whose answer was in it.
        conn.waiting.give_up_all(Reason::Gap, cx, |asked, reason, cx| self.alone(asked, reason, cx));
        AfterGap::Resync
    }

    fn boundary(&self, _: &Conn, _: Dir, bytes: &[u8]) -> Boundary {
        if probe::may_become(bytes) {
            return Boundary::At(0);
        }
        memchr::memchr(b'\n', bytes).map_or(Boundary::KeepLast(0), |end| Boundary::At(end + 1))
    }

    fn close(&self, mut conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.waiting
            .give_up_all(Reason::of_close(why), cx, |asked, reason, cx| self.alone(asked, reason, cx));
    }
}
