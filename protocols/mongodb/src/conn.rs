//! What is remembered of a connection, and what becomes of its messages.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::{ByKey, Pending};
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Close, Finish, Progress, SkipLen, Skipped, Window, WireError};

use crate::config::Config;
use crate::event::Exchange;
use crate::inflate::{Inflater, Packed};
use crate::json::Writer;
use crate::limits::{ANSWER_BYTES, REQUEST_BYTES, RESPONSE_BYTES, USER_BYTES, WAITING};
use crate::reply::Reply;
use crate::request::Request;
use crate::span::{Span, Stop};
use crate::texts::Part;
use crate::unknown::Unknown;
use crate::walk::{Step, Walk};
use crate::wire::{COMPRESSED_HEADER, HEADER, Header, Op};

/// A stream of replies to one request; its memory is used again.
#[derive(Default)]
struct Exhaust {
    request: Request,
    /// The number of the newest reply, which the next one answers; `None` between streams.
    to: Option<i32>,
}

/// Who is at the other end.
#[derive(Debug, Default)]
struct Login {
    user: Excerpt,
    /// Who is proving to be somebody.
    candidate: Excerpt,
}

/// A connection.
pub(crate) struct Conn {
    waiting: ByKey<i32, Request>,
    /// Bytes of memory of those that wait.
    waiting_bytes: usize,
    /// The messages that are being read.
    request: Request,
    reply: Reply,
    /// Bytes of a message that the engine was asked to skip; the message is complete when they have passed.
    skipping: Both<u64>,
    /// The server's message is read as far as is wanted, and the rest of its documents is being counted.
    walk: Option<Walk>,
    exhaust: Exhaust,
    login: Login,
    writer: Writer,
    inflater: Inflater,
    /// A message was understood: what is not is passed over from then on.
    is_settled: bool,
    told: usize,
}

impl Conn {
    pub(crate) fn new() -> Self {
        Self {
            waiting: ByKey::new(WAITING),
            waiting_bytes: 0,
            request: Request::default(),
            reply: Reply::default(),
            skipping: Both::default(),
            walk: None,
            exhaust: Exhaust::default(),
            login: Login::default(),
            writer: Writer::default(),
            inflater: Inflater::default(),
            is_settled: false,
            told: 0,
        }
    }

    /// Reads messages of one direction.
    pub(crate) fn data(
        &mut self,
        dir: Dir,
        window: Window<'_>,
        config: &Config,
        unknown: &Unknown,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        loop {
            if dir == Dir::ToClient
                && self.walk.is_some()
                && let Some(progress) = self.walk(window, &mut at, config, cx)
            {
                return progress;
            }
            let rest = window.after(at);
            let Some(head) = rest.bytes.first_chunk() else {
                self.account(cx);
                return Progress::wait(at, HEADER - rest.bytes.len());
            };
            let Some(header) = Header::read(head) else {
                self.give_up_all(Reason::Malformed, config, cx);
                return malformed("length of a message", at);
            };
            let op = Op::of(header.code);
            if op.is_none() {
                unknown.tell(header.code);
            }
            let fits = |op: &Op| if dir == Dir::ToServer { op.is_of_client() } else { op.is_of_server() };
            let op = op.filter(fits);
            if op.is_none() && !self.is_settled {
                return malformed("operation code", at);
            }
            let wanted = header.len.min(op.map_or(HEADER, |op| wanted(op, dir, config)));
            let Some(message) = rest.bytes.get(..wanted) else {
                self.account(cx);
                return Progress::wait(at, wanted - rest.bytes.len());
            };
            if let Some(op) = op {
                let half = cx.half(dir, rest.start, header.len as u64);
                let body = message.get(HEADER..).unwrap_or_default();
                self.message(dir, (op, header, half), body, config);
                self.is_settled = true;
            } else {
                self.forget(dir);
            }
            if self.begin_walk(dir, header, wanted) {
                continue;
            }
            let there = rest.bytes.len();
            if let Some(left) = header.len.checked_sub(there).and_then(|left| NonZeroU64::new(left as u64)) {
                self.skipping[dir] = left.get();
                self.account(cx);
                return Progress::Skip { consumed: window.bytes.len(), then: SkipLen::Exactly(left) };
            }
            self.complete(dir, config, cx);
            at += header.len;
        }
    }

    /// Whether the rest of a reply, of which `wanted` bytes were read, has documents to be counted.
    fn begin_walk(&mut self, dir: Dir, header: Header, wanted: usize) -> bool {
        let Some(walk) = self.reply.walk.take() else { return false };
        // What is within a compressed message cannot be walked through.
        if dir == Dir::ToServer || wanted == header.len || header.code == Op::COMPRESSED {
            return false;
        }
        let head = HEADER as u64;
        self.walk = Some(Walk {
            next: walk.next + head,
            end: walk.end + head,
            message: header.len as u64,
            count: walk.count,
        });
        true
    }

    /// Goes on counting the documents of a reply; what the engine is to be told, or nothing where the reply is over.
    fn walk(
        &mut self,
        window: Window<'_>,
        at: &mut usize,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Option<Progress> {
        let skip = |this: &mut Self, left: u64| {
            let then = SkipLen::Exactly(NonZeroU64::new(left)?);
            this.skipping.to_client = left;
            Some(Progress::Skip { consumed: window.bytes.len(), then })
        };
        loop {
            let walk = self.walk.as_mut()?;
            let bytes = window.bytes.get(*at..).unwrap_or_default();
            match walk.step(bytes) {
                Step::Took(count) => *at += count,
                Step::Needs(more) => return Some(Progress::wait(*at, more)),
                Step::Skip(left) => return skip(self, left),
                Step::Over(count) => {
                    let left = walk.message;
                    self.walk = None;
                    self.reply.returned = count;
                    let there = bytes.len() as u64;
                    if left > there {
                        return skip(self, left - there);
                    }
                    *at += usize::try_from(left).unwrap_or(bytes.len());
                    self.complete(Dir::ToClient, config, cx);
                }
            }
        }
    }

    /// Reads what is wanted of a message.
    fn message(&mut self, dir: Dir, (op, header, half): (Op, Header, Half), body: &[u8], config: &Config) {
        let Self { request, reply, inflater, writer, waiting, .. } = self;
        let mut span = Span::new(body, header.len - HEADER);
        let mut op = op;
        let mut read = Ok(());
        if op == Op::Compressed {
            let limit = wanted(Op::Msg, dir, config);
            match unpacked(span, inflater, limit) {
                Ok((inner, inflated)) => (op, span) = (inner, inflated),
                Err((inner, stop)) => (op, read) = (inner, Err(stop)),
            }
        }
        match dir {
            Dir::ToServer => {
                request.clear();
                (request.half, request.id) = (half, header.id);
                match read {
                    Ok(()) => request.read(op, span, config, writer),
                    Err(stop) => request.unreadable(op, stop),
                }
            }
            Dir::ToClient => {
                reply.clear();
                (reply.half, reply.id, reply.to) = (Some(half), header.id, header.to);
                let is_secret = waiting.get(&header.to).is_some_and(|request| request.is_secret);
                match read {
                    Ok(()) => reply.read(op, span, is_secret, config, writer),
                    Err(stop) => reply.unreadable(stop),
                }
            }
        }
    }

    /// The message that was being read will not be told.
    fn forget(&mut self, dir: Dir) {
        match dir {
            Dir::ToServer => self.request.clear(),
            Dir::ToClient => {
                self.reply.clear();
                self.walk = None;
            }
        }
    }

    /// The rest of a message was skipped.
    pub(crate) fn skipped(&mut self, dir: Dir, done: Skipped, config: &Config, cx: &mut Cx<'_>) {
        let asked = std::mem::take(&mut self.skipping[dir]);
        let missing = if done.complete { 0 } else { asked.saturating_sub(done.bytes) };
        match dir {
            Dir::ToServer => {
                self.request.half.bytes = self.request.half.bytes.saturating_sub(missing);
                self.request.lost = done.lost;
            }
            Dir::ToClient => {
                if let Some(half) = &mut self.reply.half {
                    half.bytes = half.bytes.saturating_sub(missing);
                }
                self.reply.lost = self.reply.lost.saturating_add(done.lost);
                if done.complete
                    && let Some(walk) = &mut self.walk
                {
                    walk.advance(asked);
                    return;
                }
                self.walk = None;
            }
        }
        self.complete(dir, config, cx);
    }

    /// All of a message has come.
    fn complete(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        match dir {
            Dir::ToServer if self.request.half.bytes == 0 => {}
            Dir::ToServer if self.request.awaits => self.ask(config, cx),
            Dir::ToServer => {
                let ticket = cx.ask();
                let user = self.login.user.bytes();
                cx.emit(&Exchange::new(config, &self.request, None, None, user));
                cx.settle(ticket, Outcome::UnansweredByDesign);
            }
            Dir::ToClient if self.reply.half.is_none() => {}
            Dir::ToClient => self.answer(config, cx),
        }
    }

    /// A request waits from now on.
    fn ask(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, request, waiting_bytes, login, .. } = self;
        *waiting_bytes += request.heap_bytes();
        let deadline =
            config.timeout.map_or(i64::MAX, |timeout| request.half.at.nanos.saturating_add(timeout));
        let key = request.id;
        let user = login.user.bytes();
        let fill = |place: &mut Request| std::mem::swap(place, request);
        waiting.insert(key, deadline, cx, fill, |request, reason, cx| {
            *waiting_bytes = waiting_bytes.saturating_sub(request.heap_bytes());
            unmatched(config, request, reason, user, cx);
        });
        self.watch(config, cx);
    }

    /// A reply came.
    fn answer(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, reply, waiting_bytes, login, exhaust, .. } = self;
        let found = waiting.answer(&reply.to, cx, |request, cx| {
            *waiting_bytes = waiting_bytes.saturating_sub(request.heap_bytes());
            login.follow(request, reply);
            cx.emit(&Exchange::new(config, request, Some(reply), None, login.user.bytes()));
            if reply.more {
                exhaust.request.copy_from(request);
                exhaust.to = Some(reply.id);
            }
        });
        if found {
            return;
        }
        if exhaust.to == Some(reply.to) {
            exhaust.to = reply.more.then_some(reply.id);
            cx.emit(&Exchange::further(config, &exhaust.request, reply, login.user.bytes()));
        } else {
            cx.unmatched_response();
        }
    }

    /// Bytes of one direction were lost.
    pub(crate) fn gap(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        self.forget(dir);
        self.is_settled = true;
        if dir == Dir::ToClient {
            // A server answers one by one: the answers to what waits may have been in the hole.
            self.give_up_all(Reason::Gap, config, cx);
            self.exhaust.to = None;
        }
    }

    /// None of the requests that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, login, waiting_bytes, .. } = self;
        let user = login.user.bytes();
        waiting.give_up_all(reason, cx, |request, reason, cx| unmatched(config, request, reason, user, cx));
        *waiting_bytes = 0;
    }

    /// Asks to be woken when the oldest request has waited too long.
    fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(_), Some(due)) = (config.timeout, self.waiting.next_deadline()) {
            cx.wake_at(due);
        }
    }

    /// Gives up what waited too long.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, login, waiting_bytes, .. } = self;
        let (now, user) = (cx.now().nanos, login.user.bytes());
        waiting.expire(now, cx, |request, reason, cx| {
            *waiting_bytes = waiting_bytes.saturating_sub(request.heap_bytes());
            unmatched(config, request, reason, user, cx);
        });
        self.watch(config, cx);
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        let held = self.waiting_bytes
            + self.request.heap_bytes()
            + self.reply.heap_bytes()
            + self.writer.heap_bytes()
            + self.inflater.heap_bytes()
            + self.exhaust.request.heap_bytes();
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}

impl Login {
    /// What a reply says about who the user is.
    fn follow(&mut self, request: &Request, reply: &Reply) {
        let named = request.texts.get(Part::User);
        if !named.is_empty() {
            self.candidate.clear();
            self.candidate.push(named, USER_BYTES);
        }
        let is_login = request.is_secret || !named.is_empty();
        if !is_login || reply.failed {
            return;
        }
        let is_certificate = request.texts.get(Part::Command) == b"authenticate";
        if (reply.is_login_done || is_certificate) && !self.candidate.is_empty() {
            self.user.clear();
            self.user.push(self.candidate.bytes(), USER_BYTES);
        }
    }
}

/// Bytes of a message that are read.
const fn wanted(op: Op, dir: Dir, config: &Config) -> usize {
    let inside = match dir {
        Dir::ToServer => REQUEST_BYTES,
        Dir::ToClient if config.send_response => RESPONSE_BYTES,
        Dir::ToClient => ANSWER_BYTES,
    };
    match op {
        // What is compressed may become longer by it.
        Op::Compressed => HEADER + COMPRESSED_HEADER + inside + inside / 64,
        _ => HEADER + inside,
    }
}

/// The message within a compressed one; what it would have been where it cannot be read.
fn unpacked<'i>(
    mut span: Span<'_>,
    inflater: &'i mut Inflater,
    limit: usize,
) -> Result<(Op, Span<'i>), (Op, Stop)> {
    let packed = Packed::read(&mut span).map_err(|stop| (Op::Msg, stop))?;
    let compressed = span.bytes().get(span.at()..).unwrap_or_default();
    let inflated = inflater.inflate(packed, compressed, limit).map_err(|stop| (packed.op, stop))?;
    Ok((packed.op, Span::new(inflated, packed.len)))
}

const fn malformed(reason: &'static str, at: usize) -> Progress {
    Progress::Finish { consumed: at, how: Finish::Malformed(WireError::new(reason, at)) }
}

/// Emits a request alone.
fn unmatched(config: &Config, request: &Request, reason: Reason, user: &[u8], cx: &mut Cx<'_>) {
    cx.emit(&Exchange::new(config, request, None, Some(reason), user));
}
