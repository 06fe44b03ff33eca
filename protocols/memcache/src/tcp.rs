//! Memcache over TCP.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::probe::Verdict;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Progress, Skipped, Window};

use crate::config::Config;
use crate::conn::Conn;
use crate::probe;

/// The parser of streams.
pub(crate) struct Streams {
    pub(crate) config: Config,
}

impl TcpParser for Streams {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::stream(head)
    }

    fn open(&self, start: Start) -> Conn {
        Conn::new(start)
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.data(dir, window, &self.config, cx)
    }

    fn skipped(&self, conn: &mut Conn, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        conn.skipped(dir, done, &self.config, cx);
    }

    fn gap(&self, conn: &mut Conn, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        conn.gap(dir, lost.get(), &self.config, cx)
    }

    fn boundary(&self, conn: &Conn, dir: Dir, bytes: &[u8]) -> Boundary {
        conn.boundary(dir, bytes)
    }

    fn wake(&self, conn: &mut Conn, cx: &mut Cx<'_>) {
        conn.wake(&self.config, cx);
    }

    fn close(&self, mut conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.give_up_all(Reason::of_close(why), cx);
    }
}
