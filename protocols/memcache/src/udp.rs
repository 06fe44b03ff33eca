//! Memcache over UDP.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::{Endpoint, Flow};
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::{ByKey, Pending};
use packetbeat_core::parser::UdpParser;
use packetbeat_core::probe::Verdict;
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::assembly::{Assembly, Come};
use crate::body::Body;
use crate::command::Kind;
use crate::config::Config;
use crate::event::{Exchange, Scratch};
use crate::frame::{self, FRAME, Frame};
use crate::head::{self, Head};
use crate::limits::{COMMANDS, PENDING, REMEMBERED, SHARD_BYTES};
use crate::message::Message;
use crate::reply::Sort;
use crate::waiting::answers;

/// The parser of datagrams.
pub(crate) struct Datagrams {
    pub(crate) config: Config,
}

/// What a request and its reply have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    client: Endpoint,
    server: Endpoint,
    id: u16,
    /// Its place among the commands of a datagram.
    place: u8,
}

/// A request that waits.
#[derive(Debug, Default)]
struct Asked {
    message: Message,
    flow: Option<Flow>,
    assembly: Assembly,
}

impl Pending for Asked {
    fn clear(&mut self) {
        self.message.clear();
        self.flow = None;
        self.assembly.clear();
    }

    fn heap_bytes(&self) -> usize {
        self.message.heap_bytes() + self.assembly.heap_bytes()
    }
}

/// What one shard remembers.
pub(crate) struct State {
    waiting: ByKey<Key, Asked>,
    /// Bytes of what waits, as far as it is more than the table itself.
    held: usize,
    incoming: Message,
    body: Body,
    /// The reply that is whole.
    single: Assembly,
    /// What was answered of late: replies may come twice.
    answered: Vec<Key>,
    next_answered: usize,
    scratch: Scratch,
    armed: bool,
}

impl UdpParser for Datagrams {
    type State = State;

    fn probe(&self, datagram: &[u8]) -> Verdict {
        frame::probe(datagram)
    }

    fn state(&self) -> State {
        State {
            waiting: ByKey::new(PENDING),
            held: 0,
            incoming: Message::default(),
            body: Body::default(),
            single: Assembly::default(),
            answered: Vec::new(),
            next_answered: 0,
            scratch: Scratch::default(),
            armed: false,
        }
    }

    fn datagram(&self, state: &mut State, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Result<(), WireError> {
        let frame = Frame::read(bytes)?;
        match dir {
            Dir::ToServer => state.requests(frame, &self.config, cx),
            Dir::ToClient => state.replies(frame, &self.config, cx),
        }
    }

    fn wake(&self, state: &mut State, cx: &mut Cx<'_>) {
        state.armed = false;
        let now = cx.now().nanos;
        while state.waiting.next_deadline().is_some_and(|deadline| deadline <= now) {
            state.end_oldest(Reason::Timeout, cx);
        }
        state.arm(cx);
    }

    fn close(&self, mut state: State, cx: &mut Cx<'_>) {
        while !state.waiting.is_empty() {
            state.end_oldest(Reason::CaptureEnd, cx);
        }
    }
}

impl State {
    /// The commands of a datagram.
    fn requests(&mut self, frame: Frame<'_>, config: &Config, cx: &mut Cx<'_>) -> Result<(), WireError> {
        if frame.count != 1 {
            return Err(WireError::new("a request in several datagrams", 4));
        }
        let mut at = 0;
        for place in 0..COMMANDS {
            let rest = frame.payload.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let Some(len) = self.request(rest, config)? else {
                let error = WireError::new("a request without its end", FRAME + at);
                return if place == 0 { Err(error) } else { Ok(()) };
            };
            if self.incoming.kind == Kind::Unknown && place == 0 && self.incoming.binary.is_none() {
                return Err(WireError::new("unknown command", FRAME));
            }
            let header = if place == 0 { FRAME } else { 0 };
            self.incoming.half = Half { at: cx.now(), bytes: (len + header) as u64 };
            let flow = cx.flow();
            let key = Key { client: flow.client, server: flow.server, id: frame.id, place };
            self.ask(key, config, cx);
            at += len;
        }
        Ok(())
    }

    /// Reads a request into `incoming`: its length; `None` where its line is not whole.
    fn request(&mut self, bytes: &[u8], config: &Config) -> Result<Option<usize>, WireError> {
        let Self { incoming, body, .. } = self;
        incoming.clear();
        let len = match head::request(bytes, 0, incoming, body, config)? {
            Head::Needs(_) => return Ok(None),
            Head::Took(len) | Head::GoesOn(len) => len,
            Head::Cut(_) => bytes.len(),
        };
        if !body.is_active() {
            return Ok(Some(len));
        }
        let data = body.take(bytes.get(len..).unwrap_or_default());
        // A packet that was cut when it was captured, or a length that lies.
        incoming.lost = body.left();
        body.pass(incoming.lost);
        body.finish(Some(incoming), config);
        Ok(Some(len + data))
    }

    /// A request is whole.
    fn ask(&mut self, key: Key, config: &Config, cx: &mut Cx<'_>) {
        let Self { incoming, scratch, .. } = self;
        if incoming.wants_no_reply() {
            let ticket = cx.ask();
            if !incoming.hidden {
                cx.emit(&Exchange::new(scratch, Some(incoming), None, None));
            }
            cx.settle(ticket, Outcome::UnansweredByDesign);
            return;
        }
        if self.waiting.get(&key).is_some() {
            return; // sent again, or seen twice
        }
        let bytes = incoming.heap_bytes();
        while !self.waiting.is_empty() && (self.waiting.len() >= PENDING || self.held + bytes > SHARD_BYTES) {
            self.end_oldest(Reason::Overflow, cx);
        }
        self.held += bytes;
        let flow = cx.flow().clone();
        let deadline = self.incoming.half.at.nanos.saturating_add(config.udp_timeout);
        let incoming = &mut self.incoming;
        let fill = |asked: &mut Asked| {
            std::mem::swap(&mut asked.message, incoming);
            asked.flow = Some(flow);
        };
        self.waiting.insert(key, deadline, cx, fill, |_, _, _| {});
        self.arm(cx);
    }

    /// The replies of a datagram, or a part of one.
    fn replies(&mut self, frame: Frame<'_>, config: &Config, cx: &mut Cx<'_>) -> Result<(), WireError> {
        let flow = cx.flow();
        let mut key = Key { client: flow.client, server: flow.server, id: frame.id, place: 0 };
        let mut payload = frame.payload;
        for _ in 0..COMMANDS {
            let is_waiting = |place: &u8| self.waiting.get(&Key { place: *place, ..key }).is_some();
            let Some(place) = (key.place..COMMANDS).find(is_waiting) else {
                return self.orphan(key, Frame { payload, ..frame }, config, cx);
            };
            key.place = place;
            let Come::Whole(len) = self.part(key, Frame { payload, ..frame }, config, cx) else { break };
            key.place = self.pair(key, cx);
            payload = payload.get(len..).unwrap_or_default();
            if payload.is_empty() || frame.count > 1 {
                break;
            }
        }
        Ok(())
    }

    /// A datagram of a reply whose request waits; the reply is in `single` once it is whole.
    fn part(&mut self, key: Key, frame: Frame<'_>, config: &Config, cx: &mut Cx<'_>) -> Come {
        let Some(asked) = self.waiting.get_mut(&key) else { return Come::Wrong };
        let before = asked.heap_bytes();
        let waits_for = Some(asked.message.waits_for());
        let come = asked.assembly.take(frame, cx.now(), waits_for, config);
        if let Come::Whole(_) = come {
            self.single.clear();
            std::mem::swap(&mut self.single, &mut asked.assembly);
        }
        self.held = self.held.saturating_add(asked.heap_bytes()).saturating_sub(before);
        if come == Come::Wrong {
            self.end(key, Reason::Malformed, cx);
        }
        while self.held > SHARD_BYTES && !self.waiting.is_empty() {
            self.end_oldest(Reason::Overflow, cx);
        }
        come
    }

    /// A datagram of a reply whose request does not wait.
    fn orphan(
        &mut self,
        key: Key,
        frame: Frame<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let key = Key { place: 0, ..key };
        if frame.number > 0 || self.answered.contains(&key) {
            return Ok(()); // goes on with, or repeats, what was told
        }
        self.single.clear();
        if self.single.take(frame, cx.now(), None, config) == Come::Wrong {
            return Err(WireError::new("neither a command nor a reply", FRAME));
        }
        let reply = &self.single.reply;
        if !self.single.has_begun() || reply.sort == Sort::Unknown && reply.binary.is_none() {
            return Err(WireError::new("unknown reply", FRAME));
        }
        self.remember(key);
        cx.unmatched_response();
        cx.emit(&Exchange::new(&mut self.scratch, None, Some(&self.single.reply), None));
        Ok(())
    }

    /// A reply is whole: the place behind that of its request.
    fn pair(&mut self, key: Key, cx: &mut Cx<'_>) -> u8 {
        let fits = |place: &u8| {
            let asked = self.waiting.get(&Key { place: *place, ..key });
            asked.is_some_and(|asked| answers(&asked.message, &self.single.reply))
        };
        let Some(found) = (key.place..COMMANDS).find(fits) else {
            cx.unmatched_response();
            cx.emit(&Exchange::new(&mut self.scratch, None, Some(&self.single.reply), None));
            return key.place;
        };
        for place in key.place..found {
            let silent = Key { place, ..key };
            if self.waiting.get(&silent).is_some_and(|asked| asked.message.quiet) {
                self.end(silent, Reason::Gap, cx);
            }
        }
        self.answer(Key { place: found, ..key }, cx);
        found.saturating_add(1)
    }

    /// A request has its reply.
    fn answer(&mut self, key: Key, cx: &mut Cx<'_>) {
        let Self { waiting, single, scratch, held, .. } = self;
        waiting.answer(&key, cx, |asked, cx| {
            *held = held.saturating_sub(asked.heap_bytes());
            if !asked.message.hidden {
                cx.emit(&Exchange::new(scratch, Some(&asked.message), Some(&single.reply), None));
            }
        });
        self.remember(Key { place: 0, ..key });
    }

    fn remember(&mut self, key: Key) {
        match self.answered.get_mut(self.next_answered) {
            Some(room) => *room = key,
            None => self.answered.push(key),
        }
        self.next_answered = (self.next_answered + 1) % REMEMBERED;
    }

    fn end_oldest(&mut self, reason: Reason, cx: &mut Cx<'_>) {
        if let Some(key) = self.waiting.oldest().map(|(key, _)| *key) {
            self.end(key, reason, cx);
        }
    }

    /// A request stays without a reply.
    fn end(&mut self, key: Key, reason: Reason, cx: &mut Cx<'_>) {
        let by_design = self.waiting.get(&key).is_some_and(|asked| asked.message.quiet);
        let reason = Some(reason).filter(|_| !by_design);
        let outcome = reason.map_or(Outcome::UnansweredByDesign, Outcome::Unmatched);
        if let Some(asked) = self.waiting.get_mut(&key).filter(|asked| asked.assembly.has_begun()) {
            asked.assembly.note_loss();
        }
        let Self { waiting, scratch, held, .. } = self;
        waiting.settle(&key, outcome, cx, |asked, cx| {
            *held = held.saturating_sub(asked.heap_bytes());
            // What came of the reply is told.
            let reply = Some(&asked.assembly.reply).filter(|_| asked.assembly.has_begun());
            if let (Some(flow), false) = (&asked.flow, asked.message.hidden) {
                cx.emit_in(flow, &Exchange::new(scratch, Some(&asked.message), reply, reason));
            }
        });
    }

    /// Asks to be woken for the oldest request.
    fn arm(&mut self, cx: &mut Cx<'_>) {
        if !self.armed
            && let Some(deadline) = self.waiting.next_deadline()
        {
            self.armed = true;
            cx.wake_at(deadline);
        }
    }
}
