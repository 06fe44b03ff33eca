//! What a parser may ask of the engine.

use crate::direction::{Both, Dir};
use crate::event::{Origin, ProtocolId};
use crate::flow::Flow;
use crate::ledger::{Outcome, Tally, Ticket};
use crate::record::{Half, Prepared, Record, Sink};
use crate::stamps::Stamps;
use crate::stream::Offset;
use crate::time::Stamp;

/// What a call to a parser left behind for the engine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// When the parser wants to be woken, nanoseconds of packet time; the newest wish holds.
    pub wake_at: Option<i64>,
    /// Bytes of memory that the parser said it holds.
    pub held: Option<usize>,
}

/// The engine, as a parser sees it during one call.
pub struct Cx<'e> {
    flow: &'e Flow,
    protocol: ProtocolId,
    now: Stamp,
    stamps: Option<Both<&'e Stamps>>,
    tally: &'e mut Tally,
    sink: &'e mut dyn Sink,
    wishes: Wishes,
}

impl<'e> Cx<'e> {
    /// For the engine and the test kit. `stamps` is `None` for datagrams: every byte is of the packet of `now`.
    #[must_use]
    pub fn new(
        flow: &'e Flow,
        protocol: ProtocolId,
        now: Stamp,
        stamps: Option<Both<&'e Stamps>>,
        tally: &'e mut Tally,
        sink: &'e mut dyn Sink,
    ) -> Self {
        Self { flow, protocol, now, stamps, tally, sink, wishes: Wishes::default() }
    }

    /// What the parser wished for; for the engine.
    #[must_use]
    pub fn into_wishes(self) -> Wishes {
        self.wishes
    }

    /// The conversation, oriented.
    #[must_use]
    pub const fn flow(&self) -> &'e Flow {
        self.flow
    }

    /// The packet (or tick) that is being worked on.
    #[must_use]
    pub const fn now(&self) -> Stamp {
        self.now
    }

    /// The packet that brought the byte at `at`. Bytes before the window's start are not known any more: ask while the
    /// byte is in the window.
    #[must_use]
    pub fn stamp(&self, dir: Dir, at: Offset) -> Stamp {
        self.stamps.as_ref().map_or(self.now, |stamps| stamps[dir].at(at))
    }

    /// One half of a transaction whose first byte is at `at`.
    #[must_use]
    pub fn half(&self, dir: Dir, at: Offset, bytes: u64) -> Half {
        Half { at: self.stamp(dir, at), bytes }
    }

    /// Calls `wake` once packet time has reached `nanos`. A later call replaces an earlier one.
    pub fn wake_at(&mut self, nanos: i64) {
        self.wishes.wake_at = Some(nanos);
    }

    /// Tells how many bytes of memory the connection holds beyond its own size. Above
    /// [`crate::limits::HELD_PER_CONNECTION`] the engine gives the connection up.
    pub fn hold(&mut self, bytes: usize) {
        self.wishes.held = Some(bytes);
    }

    /// Counts a request in.
    pub fn ask(&mut self) -> Ticket {
        self.tally.ask()
    }

    /// Counts a request out.
    pub fn settle(&mut self, ticket: Ticket, outcome: Outcome) {
        self.tally.settle(ticket, outcome);
    }

    /// Counts an answer whose request was not seen.
    pub fn unmatched_response(&mut self) {
        self.tally.unmatched_response();
    }

    /// Gives an event of this conversation.
    pub fn emit<R: Record>(&mut self, record: &R) {
        self.emit_in(self.flow, record);
    }

    /// Gives an event of another conversation: that of a request which waited in a table.
    pub fn emit_in<R: Record>(&mut self, flow: &Flow, record: &R) {
        // Put together in its place: it is large.
        let prepared = Prepared { shared: record.shared(), record };
        self.tally.event(prepared.shared.status, prepared.shared.duration());
        self.sink.accept(&Origin { flow, protocol: self.protocol, now: self.now }, &prepared);
    }
}
