//! What is remembered between messages: queries that wait, and what was lately asked and answered.

use std::hash::BuildHasher;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::flow::{Direction, Flow};
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::{ByKey, Pending};
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;
use packetbeat_core::time::Stamp;

use crate::config::Settings;
use crate::event::{self, Scratch, Story};
use crate::limits::{QUERY_KEPT, REMEMBERED};
use crate::name;
use crate::wire::{HEADER, Message};

/// A query that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Between whom; `None` only before it is filled.
    pub(crate) flow: Option<Flow>,
    /// When it came and how long it was.
    pub(crate) half: Half,
    /// Its first [`QUERY_KEPT`] bytes.
    pub(crate) bytes: Excerpt,
    /// Whether it has a pseudo-record of EDNS.
    pub(crate) edns: bool,
    /// How many holes there were before it in what the server says.
    holes: u32,
}

impl Query {
    fn fill(&mut self, flow: &Flow, message: &Message<'_>, half: Half, holes: u32) {
        // Without what was computed for it: few queries become events of their own.
        self.flow = Some(Flow::new(flow.transport, flow.client, flow.server, flow.direction));
        self.half = half;
        self.bytes.push(message.bytes, QUERY_KEPT);
        self.edns = message.has_edns();
        self.holes = holes;
    }
}

impl Pending for Query {
    fn clear(&mut self) {
        self.flow = None;
        self.half = Half::default();
        self.bytes.clear();
        self.edns = false;
        self.holes = 0;
    }

    fn heap_bytes(&self) -> usize {
        self.bytes.heap_bytes()
    }
}

/// What a query and its answer have in common. Small: every query and every answer writes and compares some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Addresses, ports and id; addresses of IPv6 are folded to 64 bits by a seed of this process.
    ends: u128,
    /// Type of the question and fingerprint of its name; 0 where there is none. One client may ask two questions under
    /// one id.
    question: u64,
}

impl Key {
    #[inline]
    fn of(flow: &Flow, message: &Message<'_>, seed: &RandomState) -> Result<Self, WireError> {
        let question = match message.question {
            None => 0,
            Some(asked) => {
                name::fingerprint(message.bytes, asked.name_at, asked.name_end)? ^ u64::from(asked.kind)
            }
        };
        let Flow { client, server, .. } = flow;
        let addresses = match (&client.ip, &server.ip) {
            (IpAddr::V4(client), IpAddr::V4(server)) => {
                u128::from(client.to_bits()) << 32 | u128::from(server.to_bits())
            }
            both => 1 << 79 | u128::from(seed.hash_one(both)),
        };
        let numbers =
            u64::from(client.port) << 32 | u64::from(server.port) << 16 | u64::from(message.header.id);
        Ok(Self { ends: addresses << 48 | u128::from(numbers), question })
    }
}

/// An answer that came.
#[derive(Clone, Copy, Debug)]
struct Answered {
    key: Key,
    /// When, in nanoseconds of packet time.
    at: i64,
}

/// The last [`REMEMBERED`] answers.
#[derive(Debug, Default)]
struct Memory {
    items: Vec<Answered>,
    next: usize,
}

impl Memory {
    fn push(&mut self, key: Key, at: i64) {
        let item = Answered { key, at };
        match self.items.get_mut(self.next) {
            Some(room) => *room = item,
            None => self.items.push(item),
        }
        self.next = (self.next + 1) % REMEMBERED;
    }
}

/// The queries and answers of a connection, or of a shard's datagrams.
pub(crate) struct Exchanges {
    seed: RandomState,
    waiting: ByKey<Key, Query>,
    /// For answers that come twice, whether their query was seen or not, or in many messages (zone transfers).
    answered: Memory,
    /// A query to everybody while it is told of.
    to_all: Query,
    scratch: Scratch,
    /// Nanoseconds that a query waits.
    timeout: Option<i64>,
    is_armed: bool,
    /// Holes in what the server says (streams).
    holes: u32,
}

impl Exchanges {
    /// For at most `capacity` queries at once, which wait for `timeout` nanoseconds.
    pub(crate) fn new(capacity: usize, timeout: Option<i64>) -> Self {
        Self {
            seed: RandomState::default(),
            waiting: ByKey::new(capacity),
            answered: Memory::default(),
            to_all: Query::default(),
            scratch: Scratch::default(),
            timeout,
            is_armed: false,
            holes: 0,
        }
    }

    /// Bytes of memory held, as an upper estimate.
    pub(crate) fn held(&self) -> usize {
        self.waiting.len() * (size_of::<Query>() + size_of::<Key>() + QUERY_KEPT)
            + self.answered.items.len() * size_of::<Answered>()
    }

    /// One message, whose first byte came with `half`.
    ///
    /// # Errors
    /// These bytes are no message.
    pub(crate) fn message(
        &mut self,
        settings: &Settings,
        bytes: &[u8],
        dir: Dir,
        half: Half,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let message = Message::parse(bytes)?;
        if message.question.is_none() {
            // Without a question nearly any bytes have a header: the records must bear it out.
            let survey = message.survey(|_| {});
            if let Some(damage) = survey.damage {
                return Err(damage);
            }
            if survey.end == HEADER && bytes.len() > HEADER {
                return Err(WireError::new("bytes behind an empty message", HEADER));
            }
        }
        // Who answers says so: that beats ports, which are the same on both sides between servers.
        let sender = if message.header.is_response() { Dir::ToClient } else { Dir::ToServer };
        if sender == dir {
            self.oriented(settings, cx.flow(), &message, half, cx)
        } else {
            self.oriented(settings, &flipped(cx.flow()), &message, half, cx)
        }
    }

    #[inline]
    fn oriented(
        &mut self,
        settings: &Settings,
        flow: &Flow,
        message: &Message<'_>,
        half: Half,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let key = Key::of(flow, message, &self.seed)?;
        if message.header.is_response() {
            self.answer(settings, flow, key, message, half, cx);
        } else {
            self.query(settings, flow, key, message, half, cx);
        }
        Ok(())
    }

    fn query(
        &mut self,
        settings: &Settings,
        flow: &Flow,
        key: Key,
        message: &Message<'_>,
        half: Half,
        cx: &mut Cx<'_>,
    ) {
        let Self { waiting, scratch, to_all, .. } = self;
        if flow.server.ip.is_multicast() {
            let ticket = cx.ask();
            to_all.fill(flow, message, half, 0);
            event::emit(scratch, settings, flow, Story::Asked(to_all), cx);
            to_all.clear();
            cx.settle(ticket, Outcome::UnansweredByDesign);
            return;
        }
        let holes = self.holes;
        let deadline = self.timeout.map_or(i64::MAX, |timeout| half.at.nanos.saturating_add(timeout));
        // Sent again, or seen twice: the first one counts.
        let is_new = waiting.insert_first(
            key,
            deadline,
            cx,
            |query| query.fill(flow, message, half, holes),
            |query, why, cx| unanswered(scratch, settings, query, why, cx),
        );
        if is_new {
            self.arm(cx);
        }
    }

    fn answer(
        &mut self,
        settings: &Settings,
        flow: &Flow,
        mut key: Key,
        message: &Message<'_>,
        half: Half,
        cx: &mut Cx<'_>,
    ) {
        let Self { waiting, answered, scratch, .. } = self;
        let is_named = message.question.is_some();
        // Nearly always: the answer repeats the question of a query that waits.
        if is_named
            && !(self.holes > 0 && message.is_transfer())
            && waiting.answer(&key, cx, |query, cx| {
                event::emit(scratch, settings, flow, Story::Pair(query, message, half), cx);
            })
        {
            answered.push(key, half.at.nanos);
            return;
        }
        // An answer that lacks the question, or has one where the query had none (inverse queries), goes by its id.
        if !(is_named && waiting.get(&key).is_some()) {
            let fits = |one: &&Key| one.ends == key.ends && (!is_named || one.question == 0);
            // Of the latest that wait, the one that waits longest.
            let latest = waiting.newest_first().take(REMEMBERED).map(|(one, _)| one);
            if let Some(found) = latest.filter(fits).last() {
                key = *found;
            }
        }
        if self.holes > 0
            && message.is_transfer()
            && waiting.get(&key).is_some_and(|query| query.holes != self.holes)
        {
            // The first message of the zone may have been in the hole; this one is not the answer.
            waiting.give_up(&key, Reason::Gap, cx, |query, why, cx| {
                unanswered(scratch, settings, query, why, cx);
            });
            answered.push(key, half.at.nanos);
            return;
        }
        let is_met = waiting.answer(&key, cx, |query, cx| {
            event::emit(scratch, settings, flow, Story::Pair(query, message, half), cx);
        });
        if is_met {
            answered.push(key, half.at.nanos);
            return;
        }
        let is_same = |one: &Key| one.ends == key.ends && (!is_named || one.question == key.question);
        let is_late = |at: i64| self.timeout.is_some_and(|limit| half.at.nanos.saturating_sub(at) > limit);
        if answered.items.iter().any(|one| is_same(&one.key) && !is_late(one.at)) {
            return;
        }
        if Service::of(flow) == Service::Dns && !flow.client.ip.is_multicast() {
            // It may come again: captured twice, or as the next message of a zone whose query was not seen.
            answered.push(key, half.at.nanos);
            cx.unmatched_response();
            event::emit(scratch, settings, flow, Story::Orphan(message, half), cx);
        } else {
            event::emit(scratch, settings, flow, Story::Announced(message, half), cx);
        }
    }

    /// Bytes are missing of what the server says. Ids say whose answer is whose, so a hole shifts nothing: what was answered
    /// in it waits until the end.
    pub(crate) const fn hole(&mut self) {
        self.holes = self.holes.saturating_add(1);
    }

    /// Asks to be woken for the oldest query.
    fn arm(&mut self, cx: &mut Cx<'_>) {
        if !self.is_armed
            && self.timeout.is_some()
            && let Some(deadline) = self.waiting.next_deadline()
        {
            self.is_armed = true;
            cx.wake_at(deadline);
        }
    }

    /// The time that was asked for has come.
    pub(crate) fn wake(&mut self, settings: &Settings, now: Stamp, cx: &mut Cx<'_>) {
        let Self { waiting, scratch, .. } = self;
        let next =
            waiting.expire(now.nanos, cx, |query, why, cx| unanswered(scratch, settings, query, why, cx));
        self.is_armed = false;
        if next.is_some() {
            self.arm(cx);
        }
    }

    /// Nothing will come any more.
    pub(crate) fn close(mut self, settings: &Settings, reason: Reason, cx: &mut Cx<'_>) {
        let Self { waiting, scratch, .. } = &mut self;
        waiting.give_up_all(reason, cx, |query, why, cx| unanswered(scratch, settings, query, why, cx));
    }
}

fn unanswered(scratch: &mut Scratch, settings: &Settings, query: &Query, reason: Reason, cx: &mut Cx<'_>) {
    if let Some(flow) = &query.flow {
        event::emit(scratch, settings, flow, Story::Unanswered(query, reason), cx);
    }
}

/// The conversation seen from its other end.
fn flipped(flow: &Flow) -> Flow {
    let direction = match flow.direction {
        Direction::Ingress => Direction::Egress,
        Direction::Egress => Direction::Ingress,
        Direction::Inbound => Direction::Outbound,
        Direction::Outbound => Direction::Inbound,
        same @ (Direction::Internal | Direction::External | Direction::Unknown) => same,
    };
    flow.clone().flipped(direction)
}

/// Who speaks the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The domain name system.
    Dns,
    /// Multicast DNS (RFC 6762).
    Mdns,
    /// Link-local multicast name resolution (RFC 4795).
    Llmnr,
}

impl Service {
    /// By the port of who answers.
    pub(crate) const fn of(flow: &Flow) -> Self {
        match flow.server.port {
            5353 => Self::Mdns,
            5355 => Self::Llmnr,
            _ => Self::Dns,
        }
    }

    /// `network.protocol`, where it is not the protocol's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dns => "",
            Self::Mdns => "mdns",
            Self::Llmnr => "llmnr",
        }
    }

    /// The bits of a class that name it: mDNS has a flag in the top one (RFC 6762, 5.4 and 10.2).
    pub(crate) const fn class_mask(self) -> u16 {
        match self {
            Self::Mdns => 0x7fff,
            Self::Dns | Self::Llmnr => 0xffff,
        }
    }
}
