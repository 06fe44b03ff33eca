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
    /// Replies in one datagram.
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
        if frame.count > 1 && self.waiting.get(&key).is_some() {
            self.part(key, frame, config, cx);
            return Ok(());
        }
        if frame.number > 0 {
            return Ok(()); // of a reply whose request, or beginning, was not seen
        }
        let mut at = 0;
        for place in 0..COMMANDS {
            let payload = frame.payload.get(at..).unwrap_or_default();
            if payload.is_empty() {
                break;
            }
            self.single.clear();
            let waits_for = self.waiting.get(&key).map(|asked| asked.message.waits_for());
            let one = Frame { number: 0, count: 1, payload, ..frame };
            let Come::Whole(len) = self.single.take(one, cx.now(), waits_for, config) else {
                let error = WireError::new("neither a command nor a reply", FRAME + at);
                return if place == 0 { Err(error) } else { Ok(()) };
            };
            let reply = &mut self.single.reply;
            let is_strange = reply.sort == Sort::Unknown && reply.binary.is_none();
            if is_strange && self.waiting.get(&key).is_none() {
                return Err(WireError::new("unknown reply", FRAME));
            }
            if place > 0 {
                reply.half.bytes = reply.half.bytes.saturating_sub(FRAME as u64);
            }
            at += len;
            key.place = self.pair(key, cx);
        }
        Ok(())
    }

    /// A reply in one datagram is whole: the place behind that of its request.
    fn pair(&mut self, key: Key, cx: &mut Cx<'_>) -> u8 {
        let fits = |place: &u8| {
            let asked = self.waiting.get(&Key { place: *place, ..key });
            asked.is_some_and(|asked| answers(&asked.message, &self.single.reply))
        };
        let Some(found) = (key.place..COMMANDS).find(fits) else {
            if !self.answered.contains(&key) {
                self.remember(key);
                cx.unmatched_response();
                cx.emit(&Exchange::new(&mut self.scratch, None, Some(&self.single.reply), None));
            }
            return key.place;
        };
        for place in key.place..found {
            let silent = Key { place, ..key };
            if self.waiting.get(&silent).is_some_and(|asked| asked.message.quiet) {
                self.end(silent, Reason::Gap, cx);
            }
        }
        self.answer(Key { place: found, ..key }, true, cx);
        found.saturating_add(1)
    }

    /// A part of a reply in several datagrams.
    fn part(&mut self, key: Key, frame: Frame<'_>, config: &Config, cx: &mut Cx<'_>) {
        let Some(asked) = self.waiting.get_mut(&key) else { return };
        let before = asked.heap_bytes();
        let waits_for = Some(asked.message.waits_for());
        let come = asked.assembly.take(frame, cx.now(), waits_for, config);
        self.held = self.held.saturating_add(asked.heap_bytes()).saturating_sub(before);
        match come {
            Come::Whole(_) => self.answer(key, false, cx),
            Come::Wrong => self.end(key, Reason::Malformed, cx),
            Come::Part => {}
        }
        while self.held > SHARD_BYTES && !self.waiting.is_empty() {
            self.end_oldest(Reason::Overflow, cx);
        }
    }

    /// A request has its reply, in one datagram or in several.
    fn answer(&mut self, key: Key, single: bool, cx: &mut Cx<'_>) {
        let Self { waiting, single: one, scratch, held, .. } = self;
        waiting.answer(&key, cx, |asked, cx| {
            *held = held.saturating_sub(asked.heap_bytes());
            let reply = if single { &one.reply } else { &asked.assembly.reply };
            if !asked.message.hidden {
                cx.emit(&Exchange::new(scratch, Some(&asked.message), Some(reply), None));
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
        let Self { waiting, scratch, held, .. } = self;
        waiting.settle(&key, outcome, cx, |asked, cx| {
            *held = held.saturating_sub(asked.heap_bytes());
            if let (Some(flow), false) = (&asked.flow, asked.message.hidden) {
                cx.emit_in(flow, &Exchange::new(scratch, Some(&asked.message), None, reason));
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
