//! What is remembered of a connection, and what both sides' readers do with it.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::InOrder;
use packetbeat_core::parser::Start;
use packetbeat_core::prepared::Prepared;
use packetbeat_core::stream::{Close, Finish, Progress, SkipLen, Skipped, Window};

use crate::config::Config;
use crate::event::{End, Exchange, Scratch, is_shown};
use crate::reply::Reply;
use crate::request::{Kind, Portal, Request, Statement};
use crate::session::Session;
use crate::wire::Header;

/// What a client asked for in front of the login; one byte answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encryption {
    Tls,
    Gss,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    /// Where a message begins is not known.
    pub(crate) lost: bool,
    /// Bytes that the engine was asked to skip.
    skipping: u64,
}

/// A connection.
///
/// Answers come in the order of the requests, and say what they are; ReadyForQuery ends a group of them: a simple query, or what
/// stands in front of a Sync.
#[derive(Debug, Default)]
pub(crate) struct Conn {
    pub(crate) sides: Both<Side>,
    /// The startup message was sent.
    pub(crate) started: bool,
    /// Encryption was asked for, and not answered yet.
    pub(crate) asked: Option<Encryption>,
    pub(crate) session: Session,
    pub(crate) pending: InOrder<Request>,
    /// ReadyForQuery that are to come in front of all that waits.
    pub(crate) idle_ready: u64,
    /// Those that end a group that waits.
    pub(crate) open_ready: u64,
    /// Executions that were given up because too many waited: their answers come in front of all others.
    pub(crate) swallowed: u64,
    /// A statement of the group failed: the rest of it is not run.
    pub(crate) failed: bool,
    /// The client sends rows.
    pub(crate) copying: bool,
    pub(crate) reply: Reply,
    pub(crate) prepared: Prepared<Statement>,
    pub(crate) portals: Prepared<Portal>,
    pub(crate) scratch: Scratch,
    /// No answer was understood yet, and nothing was lost: what cannot be read is another protocol.
    pub(crate) is_new: bool,
    /// Nothing was lost so far: where a message begins is certain, and one that is odd is passed over by its length.
    pub(crate) is_whole: bool,
    told: usize,
}

/// What one message came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes are done with.
    Took(usize),
    /// So many more are needed.
    Needs(usize),
    /// All bytes are done with, and so many that follow.
    Skip(usize),
    /// The reader is done with the connection.
    Finish { took: usize, how: Finish },
}

impl Step {
    /// The step over a message of which `there` bytes have come.
    pub(crate) const fn over(header: Header, there: usize) -> Self {
        let whole = header.whole();
        if whole <= there { Self::Took(whole) } else { Self::Skip(whole - there) }
    }
}

impl Conn {
    pub(crate) fn new(start: Start) -> Self {
        let midstream = start == Start::Midstream;
        let side = Side { lost: midstream, ..Side::default() };
        Self {
            sides: Both { to_server: side, to_client: side },
            started: midstream,
            is_new: !midstream,
            is_whole: !midstream,
            ..Self::default()
        }
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
            let step = match dir {
                Dir::ToServer => self.client_message(rest, config, cx),
                Dir::ToClient => self.server_message(rest, config, cx),
            };
            match step {
                Step::Took(count) => at += count,
                Step::Needs(more) => {
                    self.account(cx);
                    return Progress::wait(at, more);
                }
                Step::Skip(count) => {
                    self.account(cx);
                    let consumed = window.bytes.len();
                    let Some(left) = std::num::NonZeroU64::new(count as u64) else {
                        return Progress::all(consumed);
                    };
                    self.sides[dir].skipping = left.get();
                    return Progress::Skip { consumed, then: SkipLen::Exactly(left) };
                }
                Step::Finish { took, how } => {
                    if let Finish::Malformed(_) = how {
                        self.give_up_all(Reason::Malformed, config, cx);
                    }
                    return Progress::Finish { consumed: at + took, how };
                }
            }
        }
    }

    /// The rest of a message that was skipped has passed.
    pub(crate) fn skipped(&mut self, dir: Dir, done: Skipped) {
        let asked = std::mem::take(&mut self.sides[dir].skipping);
        let missing = if done.complete { 0 } else { asked.saturating_sub(done.bytes) };
        match dir {
            Dir::ToServer => {
                let request =
                    if self.copying { self.pending.oldest_mut() } else { self.pending.newest_mut() };
                if let Some(request) = request {
                    request.half.bytes = request.half.bytes.saturating_sub(missing);
                    request.lost = request.lost.saturating_add(done.lost);
                }
            }
            Dir::ToClient => {
                if let Some(half) = &mut self.reply.half {
                    half.bytes = half.bytes.saturating_sub(missing);
                    self.reply.lost = self.reply.lost.saturating_add(done.lost);
                }
            }
        }
    }

    /// Bytes of one direction were lost: what waits may have been answered in them, and where the next message begins is not known.
    pub(crate) fn gap(&mut self, dir: Dir, lost: u64, config: &Config, cx: &mut Cx<'_>) {
        if dir == Dir::ToClient && self.reply.half.is_some() && (self.reply.rows > 0 || self.reply.described)
        {
            // What the rows were is known, how many they are is not.
            self.reply.lost = self.reply.lost.saturating_add(lost);
            self.answered(config, cx);
        }
        self.lose(Reason::Gap, config, cx);
        if dir == Dir::ToServer {
            self.lose_client();
        }
    }

    /// Where the client's next message begins is not known, nor what was prepared without a name meanwhile.
    pub(crate) fn lose_client(&mut self) {
        self.started = true;
        self.sides.to_server = Side { lost: true, ..Side::default() };
        self.prepared.remove(b"");
        self.portals.clear();
    }

    /// What waits is given up; the server's next words count from the next request on.
    pub(crate) fn lose(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(reason, config, cx);
        self.reply.clear();
        (self.idle_ready, self.open_ready, self.swallowed) = (0, 0, 0);
        (self.failed, self.copying, self.is_new, self.is_whole) = (false, false, false, false);
        self.asked = None;
        self.sides.to_client = Side { lost: true, ..Side::default() };
    }

    /// None of the requests that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, .. } = self;
        pending.give_up_all(reason, cx, |request, reason, cx| {
            emit(config, scratch, session, request, End::Unmatched(reason), cx);
        });
    }

    /// A new request that waits.
    pub(crate) fn ask(&mut self, kind: Kind, config: &Config, cx: &mut Cx<'_>) -> &mut Request {
        let Self { pending, scratch, session, idle_ready, open_ready, swallowed, .. } = self;
        let request = pending.push(cx, |request, reason, cx| {
            // Answers to what is given up will come all the same.
            *swallowed = swallowed.saturating_add(u64::from(request.executes));
            *open_ready = open_ready.saturating_sub(u64::from(request.closes));
            *idle_ready = idle_ready.saturating_add(u64::from(request.closes));
            emit(config, scratch, session, request, End::Unmatched(reason), cx);
        });
        request.kind = kind;
        request
    }

    /// The oldest request has waited too long; its answer may come all the same.
    fn expire_oldest(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, .. } = self;
        let (mut closes, mut executes) = (0, false);
        pending.give_up_oldest(Reason::Timeout, cx, |request, reason, cx| {
            (closes, executes) = (u64::from(request.closes), request.executes);
            emit(config, scratch, session, request, End::Unmatched(reason), cx);
        });
        self.swallowed = self.swallowed.saturating_add(u64::from(executes));
        self.over(closes);
    }

    /// A ReadyForQuery will end the group of the newest request.
    pub(crate) fn close_group(&mut self) {
        match self.pending.newest_mut() {
            Some(request) => {
                request.closes = request.closes.saturating_add(1);
                self.open_ready = self.open_ready.saturating_add(1);
            }
            None => self.idle_ready = self.idle_ready.saturating_add(1),
        }
    }

    /// The oldest request has its answer.
    pub(crate) fn answered(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, reply, .. } = self;
        let mut closes = 0;
        pending.answer(cx, |request, cx| {
            closes = u64::from(request.closes);
            emit(config, scratch, session, request, End::Answered(reply), cx);
        });
        self.over(closes);
        self.reply.clear();
        self.copying = false;
        self.is_new = false;
        self.watch(config, cx);
    }

    /// The oldest request is over without an answer of its own.
    pub(crate) fn pass_oldest(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, failed, .. } = self;
        let mut closes = 0;
        pending.settle_oldest(Outcome::Answered, cx, |request, cx| {
            closes = u64::from(request.closes);
            let end = if *failed { End::NotRun } else { End::Passed };
            emit(config, scratch, session, request, end, cx);
        });
        self.over(closes);
    }

    /// A request is over that so many ReadyForQuery follow.
    const fn over(&mut self, closes: u64) {
        self.open_ready = self.open_ready.saturating_sub(closes);
        self.idle_ready = self.idle_ready.saturating_add(closes);
    }

    /// A request that nobody answers.
    pub(crate) fn settle_by_design(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, .. } = self;
        pending.settle_oldest(Outcome::UnansweredByDesign, cx, |request, cx| {
            emit(config, scratch, session, request, End::ByDesign, cx);
        });
    }

    /// Asks to be woken when the oldest request has waited too long.
    pub(crate) fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(timeout), Some(oldest)) = (config.timeout, self.pending.oldest()) {
            cx.wake_at(oldest.half.at.nanos.saturating_add(timeout));
        }
    }

    /// Gives up what waited too long; a request whose answer is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Some(timeout) = config.timeout else { return };
        let now = cx.now().nanos;
        if self.reply.half.is_some() {
            cx.wake_at(now.saturating_add(timeout.max(1)));
            return;
        }
        let is_due = |oldest: &Request| oldest.half.at.nanos.saturating_add(timeout) <= now;
        while self.pending.oldest().is_some_and(is_due) {
            self.expire_oldest(config, cx);
        }
        self.watch(config, cx);
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        // Where many wait, looking at all of them for each would take long.
        if self.pending.len() > 8 && !self.pending.len().is_multiple_of(32) {
            return;
        }
        let held = self.pending.heap_bytes()
            + self.prepared.heap_bytes()
            + self.portals.heap_bytes()
            + self.reply.heap_bytes()
            + self.scratch.heap_bytes();
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}

/// Emits a request that is over, if it has an event.
fn emit(
    config: &Config,
    scratch: &mut Scratch,
    session: &Session,
    request: &Request,
    end: End<'_>,
    cx: &mut Cx<'_>,
) {
    if is_shown(request, end, config) {
        cx.emit(&Exchange::new(config, scratch, session, request, end));
    }
}
