//! Requests of one connection that wait for their replies, in their order.

use std::collections::VecDeque;

use packetbeat_core::cx::Cx;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::limits::PENDING_PER_CONNECTION;
use packetbeat_core::pairing::{ByKey, Pending};

use crate::event::{Exchange, Scratch};
use crate::limits::WAITING_BYTES;
use crate::message::Message;
use crate::reply::fits;

/// Number of a request on its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Serial(u32);

/// Requests that wait. Replies of the text protocol come in the order of the requests, those of the binary protocol name
/// them, but not as numbers that are used once: both are looked for from the oldest request on.
#[derive(Debug)]
pub(crate) struct Waiting {
    table: ByKey<Serial, Message>,
    order: VecDeque<(Serial, usize)>,
    next: u32,
    held: usize,
    /// The most that was held: spare requests keep their memory.
    peak: usize,
}

impl Default for Waiting {
    fn default() -> Self {
        let table = ByKey::new(PENDING_PER_CONNECTION);
        Self { table, order: VecDeque::new(), next: 0, held: 0, peak: 0 }
    }
}

impl Waiting {
    /// Adds a request, which is taken out of `message`.
    pub(crate) fn push(&mut self, message: &mut Message, scratch: &mut Scratch, cx: &mut Cx<'_>) -> Serial {
        let bytes = size_of::<Message>() + message.heap_bytes();
        while self.order.len() >= PENDING_PER_CONNECTION
            || (self.held + bytes > WAITING_BYTES && !self.order.is_empty())
        {
            self.end_oldest(Reason::Overflow, scratch, cx);
        }
        let serial = Serial(self.next);
        self.next = self.next.wrapping_add(1);
        self.table.insert(serial, i64::MAX, cx, |to| std::mem::swap(to, message), |_, _, _| {});
        self.order.push_back((serial, bytes));
        self.hold(bytes);
        serial
    }

    /// A request, to go on filling it.
    pub(crate) fn get_mut(&mut self, serial: Serial) -> Option<&mut Message> {
        self.table.get_mut(&serial)
    }

    /// Whether none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The oldest request.
    pub(crate) fn oldest(&self) -> Option<&Message> {
        self.table.oldest().map(|(_, message)| message)
    }

    /// The last request has all its data: what it holds now.
    pub(crate) fn weigh_newest(&mut self) {
        let Some((serial, bytes)) = self.order.back_mut() else { return };
        let Some(message) = self.table.get(serial) else { return };
        let now = size_of::<Message>() + message.heap_bytes();
        let more = now.saturating_sub(*bytes);
        *bytes += more;
        self.hold(more);
    }

    /// The request that a reply answers: the oldest that it fits, unless one in front of it must have been answered before.
    pub(crate) fn find(&self, reply: &Message) -> Option<Serial> {
        for (serial, _) in &self.order {
            let Some(request) = self.table.get(serial) else { continue };
            if answers(request, reply) {
                return Some(*serial);
            }
            if !request.quiet && request.binary.is_none() {
                return None;
            }
        }
        None
    }

    /// A request has its answer. Quiet ones in front of it have none.
    pub(crate) fn answer(&mut self, serial: Serial, reply: &Message, scratch: &mut Scratch, cx: &mut Cx<'_>) {
        let mut place = 0;
        while let Some((other, _)) = self.order.get(place).copied() {
            if other == serial {
                break;
            }
            if self.table.get(&other).is_some_and(|request| request.quiet) {
                self.remove(place);
                self.end(other, None, scratch, cx);
            } else {
                place += 1;
            }
        }
        self.remove(place);
        self.table.answer(&serial, cx, |request, cx| {
            if !request.hidden {
                cx.emit(&Exchange::new(scratch, Some(request), Some(reply), None));
            }
        });
    }

    /// A request is whole that wants no answer.
    pub(crate) fn unanswered_by_design(&mut self, serial: Serial, scratch: &mut Scratch, cx: &mut Cx<'_>) {
        if let Some(place) = self.order.iter().rposition(|(other, _)| *other == serial) {
            self.remove(place);
            self.end(serial, None, scratch, cx);
        }
    }

    /// None of the requests will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, scratch: &mut Scratch, cx: &mut Cx<'_>) {
        while !self.order.is_empty() {
            self.end_oldest(reason, scratch, cx);
        }
    }

    /// The oldest request will not be answered.
    pub(crate) fn end_oldest(&mut self, reason: Reason, scratch: &mut Scratch, cx: &mut Cx<'_>) {
        if let Some((serial, _)) = self.order.front().copied() {
            self.remove(0);
            self.end(serial, Some(reason), scratch, cx);
        }
    }

    fn end(&mut self, serial: Serial, reason: Option<Reason>, scratch: &mut Scratch, cx: &mut Cx<'_>) {
        let by_design =
            self.table.get(&serial).is_some_and(|request| request.quiet || request.wants_no_reply());
        let reason = reason.filter(|_| !by_design);
        let outcome = reason.map_or(Outcome::UnansweredByDesign, Outcome::Unmatched);
        self.table.settle(&serial, outcome, cx, |request, cx| {
            if !request.hidden {
                cx.emit(&Exchange::new(scratch, Some(request), None, reason));
            }
        });
    }

    fn remove(&mut self, place: usize) {
        if let Some((_, bytes)) = self.order.remove(place) {
            self.held = self.held.saturating_sub(bytes);
        }
    }

    fn hold(&mut self, more: usize) {
        self.held += more;
        self.peak = self.peak.max(self.held);
    }

    /// Bytes of memory held, as an upper estimate.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.peak + self.order.capacity() * 2 * size_of::<(Serial, usize)>()
    }
}

/// Whether this is a reply to that request.
pub(crate) fn answers(request: &Message, reply: &Message) -> bool {
    match (request.binary, reply.binary) {
        (Some(asked), Some(said)) => asked.opcode == said.opcode && asked.opaque == said.opaque,
        (None, None) => fits(request, reply),
        _ => false,
    }
}
