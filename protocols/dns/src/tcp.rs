//! Messages in a stream, each behind its length in two octets (RFC 1035, 4.2.2; RFC 7766).

use std::num::NonZeroU64;
use std::sync::Arc;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::PENDING_PER_CONNECTION;
use packetbeat_core::parser::{Start, TcpParser};
use packetbeat_core::probe::Verdict;
use packetbeat_core::stream::{AfterGap, Boundary, Close, Finish, Progress, Window, WireError};

use crate::config::Settings;
use crate::conn::Exchanges;
use crate::probe;
use crate::wire::HEADER;

/// Octets of the length before each message.
const PREFIX: usize = 2;

/// DNS over TCP.
pub(crate) struct Streams {
    pub(crate) settings: Arc<Settings>,
}

/// What is remembered of a connection.
pub(crate) struct Conn {
    exchanges: Exchanges,
    /// Whether a message was understood: from then on a bad one is passed over.
    is_settled: bool,
}

impl TcpParser for Streams {
    type Conn = Conn;

    fn probe(&self, head: &[u8]) -> Verdict {
        probe::stream(head)
    }

    fn open(&self, _: Start) -> Conn {
        Conn {
            exchanges: Exchanges::new(PENDING_PER_CONNECTION, self.settings.tcp_timeout),
            is_settled: false,
        }
    }

    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        let mut consumed = 0;
        loop {
            let rest = window.after(consumed);
            let Some((prefix, body)) = rest.bytes.split_first_chunk::<PREFIX>() else {
                conn.hold(cx);
                return Progress::wait(consumed, PREFIX - rest.bytes.len());
            };
            let len = usize::from(u16::from_be_bytes(*prefix));
            if len < HEADER {
                let error = WireError::new("length below that of a header", consumed);
                return Progress::Finish { consumed, how: Finish::Malformed(error) };
            }
            let Some(bytes) = body.get(..len) else {
                conn.hold(cx);
                return Progress::wait(consumed, len - body.len());
            };
            let half = cx.half(dir, rest.start, len as u64);
            match conn.exchanges.message(&self.settings, bytes, dir, half, cx) {
                Ok(()) => conn.is_settled = true,
                Err(_) if conn.is_settled => {}
                Err(WireError { reason, at }) => {
                    let error = WireError::new(reason, consumed + PREFIX + at);
                    return Progress::Finish { consumed, how: Finish::Malformed(error) };
                }
            }
            consumed += PREFIX + len;
        }
    }

    fn gap(&self, conn: &mut Conn, dir: Dir, _: NonZeroU64, _: &mut Cx<'_>) -> AfterGap {
        if dir == Dir::ToClient {
            conn.exchanges.hole();
        }
        AfterGap::Resync
    }

    fn boundary(&self, _: &Conn, _: Dir, bytes: &[u8]) -> Boundary {
        // A whole message beats what could be the beginning of one: that would reach beyond the bytes.
        let mut kept = None;
        for at in 0..bytes.len() {
            match probe::stream(bytes.get(at..).unwrap_or_default()) {
                Verdict::Match { .. } => return Boundary::At(at),
                Verdict::NeedMore => kept = kept.or(Some(at)),
                Verdict::Reject => {}
            }
        }
        Boundary::KeepLast(kept.map_or(0, |at| bytes.len() - at))
    }

    fn wake(&self, conn: &mut Conn, cx: &mut Cx<'_>) {
        conn.exchanges.wake(&self.settings, cx.now(), cx);
    }

    fn close(&self, conn: Conn, why: Close, cx: &mut Cx<'_>) {
        conn.exchanges.close(&self.settings, Reason::of_close(why), cx);
    }
}

impl Conn {
    fn hold(&self, cx: &mut Cx<'_>) {
        cx.hold(self.exchanges.held());
    }
}
