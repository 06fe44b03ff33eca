//! What is remembered of a connection, and what both directions do with it.

use std::cell::Cell;
use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::Pending;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::{AfterGap, Boundary, Finish, Progress, SkipLen, Skipped, Window, WireError};

use crate::body::Body;
use crate::command::{Answer, Kind};
use crate::config::Config;
use crate::event::{Exchange, Scratch};
use crate::head::{self, Head};
use crate::message::Message;
use crate::probe;
use crate::reply::Sort;
use crate::waiting::{Serial, Waiting};

/// One direction.
#[derive(Debug, Default)]
struct Side {
    body: Body,
    /// The rest of a line that is too long is passed over.
    in_line: bool,
    /// Bytes that the engine was asked to skip.
    skipping: u64,
}

/// A connection.
#[derive(Debug, Default)]
pub(crate) struct Conn {
    sides: Both<Side>,
    waiting: Waiting,
    /// The request whose data are coming.
    current: Option<Serial>,
    /// A request before it waits.
    incoming: Message,
    reply: Message,
    /// Lines or messages of the reply are still to come.
    open: bool,
    /// The reply that is coming is that to a request that was given up.
    stale: bool,
    /// A reply may be that to a request that was given up or not seen.
    doubt: bool,
    /// Bytes of the server were passed over while a message was looked for, since the oldest request came: they may have been
    /// its reply, or the beginning of the one that was found.
    passed_over: Cell<bool>,
    /// Something was understood.
    known: bool,
    /// A request was seen.
    asked: bool,
    from_start: bool,
    /// The server sends its log from now on.
    logs: bool,
    scratch: Scratch,
    told: usize,
}

/// What the next bytes came to.
enum Step {
    Took(usize),
    Needs(usize),
}

impl Conn {
    pub(crate) fn new(start: Start) -> Self {
        let from_start = start == Start::Beginning;
        Self { doubt: start == Start::Midstream, known: !from_start, from_start, ..Self::default() }
    }

    /// Reads messages of one direction.
    pub(crate) fn data(
        &mut self,
        dir: Dir,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        loop {
            let rest = window.after(at);
            let body = &mut self.sides[dir].body;
            if body.is_active() {
                at += body.take(rest.bytes);
                let left = body.left();
                match NonZeroU64::new(left) {
                    None => self.finish_body(dir, config, cx),
                    Some(_) if body.wants_more() => break self.wait(at, 1, cx),
                    Some(left) => {
                        self.sides[dir].skipping = left.get();
                        self.account(cx);
                        break Progress::Skip { consumed: at, then: SkipLen::Exactly(left) };
                    }
                }
                continue;
            }
            if rest.bytes.is_empty() {
                break self.wait(at, 1, cx);
            }
            if self.logs && dir == Dir::ToClient {
                break Progress::Skip { consumed: window.bytes.len(), then: SkipLen::ToEnd };
            }
            let step = match dir {
                _ if self.sides[dir].in_line => Ok(self.pass_line(dir, rest.bytes)),
                Dir::ToServer => self.request(rest, config, cx),
                Dir::ToClient => self.reply(rest, config, cx),
            };
            match step {
                Ok(Step::Took(count)) => at += count,
                Ok(Step::Needs(more)) => break self.wait(at, more, cx),
                Err(WireError { reason, at: place }) => {
                    self.give_up_all(Reason::Malformed, cx);
                    let error = WireError::new(reason, at + place);
                    break Progress::Finish { consumed: at, how: Finish::Malformed(error) };
                }
            }
        }
    }

    fn wait(&mut self, consumed: usize, more: usize, cx: &mut Cx<'_>) -> Progress {
        self.account(cx);
        Progress::wait(consumed, more)
    }

    fn pass_line(&mut self, dir: Dir, bytes: &[u8]) -> Step {
        let end = memchr::memchr(b'\n', bytes);
        self.sides[dir].in_line = end.is_none();
        Step::Took(end.map_or(bytes.len(), |end| end + 1))
    }

    fn request(&mut self, rest: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Result<Step, WireError> {
        let Self { sides, incoming, waiting, scratch, .. } = self;
        let side = &mut sides.to_server;
        incoming.clear();
        let len = match head::request(rest.bytes, rest.fresh, incoming, &mut side.body, config)? {
            Head::Needs(more) => return Ok(Step::Needs(more)),
            Head::Cut(len) => {
                side.in_line = true;
                len
            }
            Head::Took(len) | Head::GoesOn(len) => len,
        };
        if incoming.kind == Kind::Unknown && !self.known {
            side.body.clear();
            return Err(WireError::new("unknown command", 0));
        }
        let bytes = len as u64 + side.body.left();
        incoming.half = cx.half(Dir::ToServer, rest.start, bytes);
        incoming.may_be_login = !self.asked && self.from_start && incoming.name == "set";
        (self.known, self.asked) = (true, true);
        if waiting.is_empty() {
            self.passed_over.set(false);
        }
        let serial = waiting.push(incoming, scratch, cx);
        if side.body.is_active() {
            self.current = Some(serial);
        } else {
            self.asked_in_full(serial, cx);
        }
        self.watch(config, cx);
        Ok(Step::Took(len))
    }

    fn asked_in_full(&mut self, serial: Serial, cx: &mut Cx<'_>) {
        let Self { waiting, scratch, .. } = self;
        if waiting.get_mut(serial).is_some_and(|request| request.wants_no_reply()) {
            waiting.unanswered_by_design(serial, scratch, cx);
        } else {
            waiting.weigh_newest();
        }
    }

    fn reply(&mut self, rest: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Result<Step, WireError> {
        if self.passed_over.take() {
            self.lose(Reason::Gap, cx);
        }
        let waits_for = self.waiting.oldest().map(Message::waits_for);
        let side = &mut self.sides.to_client;
        let context = (self.open, waits_for);
        let (goes_on, len) =
            match head::reply(rest.bytes, rest.fresh, context, &mut self.reply, &mut side.body, config)? {
                Head::Needs(more) => return Ok(Step::Needs(more)),
                Head::Took(len) | Head::Cut(len) => (false, len),
                Head::GoesOn(len) => (true, len),
            };
        let is_unknown = match self.reply.binary {
            Some(_) => self.reply.kind == Kind::Unknown,
            None => self.reply.sort == Sort::Unknown,
        };
        if is_unknown && !self.known {
            side.body.clear();
            return Err(WireError::new("unknown reply", 0));
        }
        let bytes = len as u64 + side.body.left();
        if self.open {
            self.reply.half.bytes = self.reply.half.bytes.saturating_add(bytes);
        } else {
            self.reply.half = cx.half(Dir::ToClient, rest.start, bytes);
        }
        self.open = goes_on;
        let is_last = !goes_on && !self.sides.to_client.body.is_active();
        if is_last {
            self.replied(cx);
        } else {
            self.open = true;
        }
        Ok(Step::Took(len))
    }

    /// The data of a message are there, or passed.
    fn finish_body(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        let body = &mut self.sides[dir].body;
        match dir {
            Dir::ToServer => {
                let Some(serial) = self.current.take() else { return body.finish(None, config) };
                body.finish(self.waiting.get_mut(serial), config);
                self.asked_in_full(serial, cx);
            }
            Dir::ToClient => {
                body.finish(Some(&mut self.reply), config);
                if body.last {
                    self.replied(cx);
                }
            }
        }
    }

    /// A reply is whole.
    fn replied(&mut self, cx: &mut Cx<'_>) {
        self.open = false;
        self.known = true;
        let Self { waiting, reply, scratch, .. } = self;
        if !std::mem::take(&mut self.stale) {
            match waiting.find(reply) {
                Some(serial) => {
                    let logs = waiting.get_mut(serial).is_some_and(|request| request.answer == Answer::Log);
                    self.logs |= logs && reply.sort == Sort::Ok;
                    waiting.answer(serial, reply, scratch, cx);
                    self.doubt = false;
                }
                None => {
                    cx.unmatched_response();
                    if !self.doubt {
                        cx.emit(&Exchange::new(scratch, None, Some(reply), None));
                    }
                }
            }
        }
        reply.clear();
    }

    /// A skip is over.
    pub(crate) fn skipped(&mut self, dir: Dir, done: Skipped, config: &Config, cx: &mut Cx<'_>) {
        let asked = std::mem::take(&mut self.sides[dir].skipping);
        let missing = if done.complete { 0 } else { asked.saturating_sub(done.bytes) };
        let message = match dir {
            Dir::ToServer => self.current.and_then(|serial| self.waiting.get_mut(serial)),
            Dir::ToClient => Some(&mut self.reply),
        };
        if let Some(message) = message {
            message.half.bytes = message.half.bytes.saturating_sub(missing);
            message.lost = message.lost.saturating_add(done.lost);
        }
        if self.sides[dir].body.is_active() {
            self.sides[dir].body.pass(asked);
            if done.complete {
                self.finish_body(dir, config, cx);
            }
        }
    }

    /// Bytes of one direction were lost.
    pub(crate) fn gap(&mut self, dir: Dir, lost: u64, config: &Config, cx: &mut Cx<'_>) -> AfterGap {
        let body = &mut self.sides[dir].body;
        if body.is_active() && lost <= body.left() {
            // Within data, whose length is known.
            body.pass(lost);
            let is_over = body.left() == 0;
            let message = match dir {
                Dir::ToServer => self.current.and_then(|serial| self.waiting.get_mut(serial)),
                Dir::ToClient => Some(&mut self.reply),
            };
            if let Some(message) = message {
                message.lost = message.lost.saturating_add(lost);
            }
            if is_over {
                self.finish_body(dir, config, cx);
            }
            return AfterGap::Continue;
        }
        self.lose(Reason::Gap, cx);
        self.sides[dir].body.clear();
        self.sides[dir].in_line = false;
        match dir {
            Dir::ToServer => self.current = None,
            Dir::ToClient => {
                self.reply.clear();
                (self.open, self.stale) = (false, false);
            }
        }
        AfterGap::Resync
    }

    /// Where a message begins in bytes of which nothing is known.
    pub(crate) fn boundary(&self, dir: Dir, bytes: &[u8]) -> Boundary {
        let found = probe::boundary(dir, bytes);
        let passed = match found {
            Boundary::At(at) => at > 0,
            Boundary::KeepLast(kept) => kept < bytes.len(),
        };
        if passed && dir == Dir::ToClient {
            self.passed_over.set(true);
        }
        found
    }

    /// What waits is given up: later replies cannot be told from those to it.
    fn lose(&mut self, reason: Reason, cx: &mut Cx<'_>) {
        self.give_up_all(reason, cx);
        self.doubt = true;
        self.stale = self.open;
    }

    /// None of the requests will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, cx: &mut Cx<'_>) {
        let Self { waiting, scratch, .. } = self;
        waiting.give_up_all(reason, scratch, cx);
    }

    /// Asks to be woken when the oldest request has waited too long.
    fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(timeout), Some(oldest)) = (config.timeout, self.waiting.oldest()) {
            cx.wake_at(oldest.half.at.nanos.saturating_add(timeout));
        }
    }

    /// Gives up what waited too long; a request whose reply is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Some(timeout) = config.timeout else { return };
        let now = cx.now().nanos;
        while let Some(oldest) = self.waiting.oldest() {
            let due = oldest.half.at.nanos.saturating_add(timeout);
            if due > now {
                return cx.wake_at(due);
            }
            if self.open {
                return cx.wake_at(now.saturating_add(timeout.max(1)));
            }
            if oldest.binary.is_none() && !oldest.quiet {
                return self.lose(Reason::Timeout, cx);
            }
            let Self { waiting, scratch, .. } = self;
            waiting.end_oldest(Reason::Timeout, scratch, cx);
        }
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        let bodies = self.sides.to_server.body.heap_bytes() + self.sides.to_client.body.heap_bytes();
        let messages = self.incoming.heap_bytes() + self.reply.heap_bytes();
        let held = self.waiting.heap_bytes() + bodies + messages + self.scratch.heap_bytes();
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}
