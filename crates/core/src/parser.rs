//! What a protocol is to the engine: two traits, one for streams, one for datagrams.

use std::num::NonZeroU64;

use crate::cx::Cx;
use crate::direction::Dir;
use crate::limits::PROBE_BYTES;
use crate::probe::{Role, Verdict};
use crate::stream::{AfterGap, Boundary, Close, Progress, Skipped, Window, WireError};

/// How a connection came to a parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Its first byte will be shown.
    Beginning,
    /// The capture, or the analysis, began in the middle: `boundary` was or will be asked where a message starts.
    Midstream,
    /// Another protocol handed it over.
    Upgraded,
}

/// A protocol over TCP. The plugin is its configuration, immutable and shared by all workers; what is remembered of a
/// connection is `Conn`.
///
/// The engine shows bytes in order, each direction's behind those of the peer that they acknowledge.
pub trait TcpParser: Send + Sync + 'static {
    /// What is remembered of one connection: named, bounded.
    type Conn: Send + 'static;

    /// Recognises the protocol in the first bytes of one direction (at most [`PROBE_BYTES`]). Must not match what almost
    /// is the protocol.
    fn probe(&self, head: &[u8]) -> Verdict;

    /// A new connection.
    fn open(&self, start: Start) -> Self::Conn;

    /// Looks at the bytes of the window and says how far to move.
    fn data(&self, conn: &mut Self::Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress;

    /// A [`Progress::Skip`] is over.
    fn skipped(&self, _conn: &mut Self::Conn, _dir: Dir, _done: Skipped, _cx: &mut Cx<'_>) {}

    /// `lost` bytes are missing in front of what comes next; bytes of the window before the hole are gone with them. Requests
    /// whose answers may have been in it are to be given up here, so that no answer is paired with the wrong one.
    fn gap(&self, conn: &mut Self::Conn, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap;

    /// Where a message starts in bytes joined mid-stream or after a gap.
    fn boundary(&self, conn: &Self::Conn, dir: Dir, bytes: &[u8]) -> Boundary;

    /// This direction sent FIN and all its bytes were shown; `unread` bytes at its end were not consumed.
    fn end(&self, _conn: &mut Self::Conn, _dir: Dir, _unread: &[u8], _cx: &mut Cx<'_>) {}

    /// The time set with [`Cx::wake_at`] has come.
    fn wake(&self, _conn: &mut Self::Conn, _cx: &mut Cx<'_>) {}

    /// The connection is over; what still waits is settled here. Called once.
    fn close(&self, conn: Self::Conn, why: Close, cx: &mut Cx<'_>);
}

/// A protocol over UDP. State is one a shard: no object for each pair of ports; keys of pending requests include the flow.
pub trait UdpParser: Send + Sync + 'static {
    /// What one shard remembers, bounded.
    type State: Send + 'static;

    /// Recognises the protocol in a datagram, and who sent it.
    fn probe(&self, datagram: &[u8]) -> Verdict;

    /// Who sent a datagram of a port that is this protocol's: cheaper than a probe where one field tells.
    fn sender(&self, datagram: &[u8]) -> Role {
        match self.probe(datagram) {
            Verdict::Match { sender } => sender,
            Verdict::NeedMore | Verdict::Reject => Role::Unknown,
        }
    }

    /// The state of a new shard.
    fn state(&self) -> Self::State;

    /// One datagram. The flow in `cx` is oriented by the probe's sender where it knows, by the port otherwise.
    ///
    /// # Errors
    /// Why these bytes are not of this protocol: they are counted and, with detection on, shown to others.
    fn datagram(
        &self,
        state: &mut Self::State,
        dir: Dir,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError>;

    /// The time set with [`Cx::wake_at`] has come.
    fn wake(&self, state: &mut Self::State, cx: &mut Cx<'_>);

    /// The capture is over; what still waits is settled here.
    fn close(&self, state: Self::State, cx: &mut Cx<'_>);
}

/// The part of a stream's head that a probe is shown.
#[must_use]
pub fn probe_window(head: &[u8]) -> &[u8] {
    head.get(..PROBE_BYTES).unwrap_or(head)
}
