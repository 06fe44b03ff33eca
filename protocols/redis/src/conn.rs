//! What is remembered of a connection, and its client's side.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::record::Half;
use packetbeat_core::stream::{
    AfterGap, Boundary, Close, Finish, Progress, SkipLen, Skipped, Window, WireError,
};

use crate::answer::Answer;
use crate::commands::{Commands, Said};
use crate::config::Config;
use crate::event::{Exchange, Scratch, Told};
use crate::limits::{QUIET, USER_BYTES};
use crate::names::Answers;
use crate::replica::Stage;
use crate::search::{self, Found};
use crate::values::Values;
use crate::waiting::{Asked, Queue, Texts};
use crate::wire::Kind;

/// The server's side while an answer is read.
#[derive(Debug, Default)]
pub(crate) struct Speech {
    pub(crate) values: Values,
    pub(crate) answer: Answer,
    /// Where it began, and its bytes so far.
    pub(crate) half: Half,
    /// It has begun.
    pub(crate) begun: bool,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
}

/// Confirmations of a command about several channels.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    pub(crate) text: Excerpt,
    pub(crate) half: Option<Half>,
}

impl Confirmed {
    fn clear(&mut self) {
        self.half = None;
        self.text.clear();
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) client: Commands,
    pub(crate) server: Speech,
    pub(crate) waiting: Queue,
    pub(crate) texts: Texts,
    pub(crate) scratch: Scratch,
    pub(crate) confirmed: Confirmed,
    /// Who logged in.
    pub(crate) user: Excerpt,
    /// Answers to commands that were given up, which come before that to the oldest one that waits.
    pub(crate) owed: u64,
    /// Commands were lost, or answers to several that waited: how many answers come before those to what is asked now is not known.
    pub(crate) is_unsure: bool,
    /// An answer came since.
    pub(crate) replied: bool,
    /// When either side said something last.
    pub(crate) last: i64,
    /// Answers were turned off.
    is_quiet: bool,
    /// The next command is not answered.
    skips_next: bool,
    pub(crate) subscribed: bool,
    pub(crate) monitors: bool,
    pub(crate) stage: Stage,
    /// What a server sends its replica, or somebody who monitors it.
    pub(crate) others: Box<Commands>,
    most: usize,
    told: usize,
}

impl Conn {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            client: Commands::default(),
            server: Speech::default(),
            waiting: Queue::limited(config.queue_messages),
            texts: Texts::default(),
            scratch: Scratch::default(),
            confirmed: Confirmed::default(),
            user: Excerpt::default(),
            owed: 0,
            is_unsure: false,
            replied: false,
            last: 0,
            is_quiet: false,
            skips_next: false,
            subscribed: false,
            monitors: false,
            stage: Stage::Answers,
            others: Box::default(),
            most: 0,
            told: 0,
        }
    }

    /// Reads one direction.
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
            if rest.bytes.is_empty() {
                self.account(cx);
                return Progress::all(at);
            }
            let (taken, said) = match dir {
                Dir::ToServer => self.client.read(dir, rest, config.mask, cx),
                Dir::ToClient => self.server_read(rest, config, cx),
            };
            at += taken;
            match said {
                Said::Command if dir == Dir::ToServer => self.asked(config, cx),
                Said::Command | Said::Nothing => {}
                Said::Needs(more) => {
                    self.account(cx);
                    return Progress::wait(at, more);
                }
                Said::Skip(left) => {
                    self.account(cx);
                    let Some(left) = NonZeroU64::new(left) else { continue };
                    return Progress::Skip { consumed: at, then: SkipLen::Exactly(left) };
                }
                Said::Bad(why) => {
                    // How far it was read depends on how the bytes came.
                    self.client.reset();
                    self.give_up_all(Reason::Malformed, config, cx);
                    let how = Finish::Malformed(WireError::new(why, at));
                    return Progress::Finish { consumed: at, how };
                }
            }
        }
    }

    /// The client's command is complete.
    fn asked(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let command = &self.client.command;
        if command.acknowledges() && self.stage == Stage::Answers && !self.server.begun {
            // Joined in the middle.
            self.stage = Stage::Changes;
        }
        let wants_answer = match command.answers() {
            _ if self.stage.is_replica() || command.acknowledges() => false,
            Answers::Reply if command.reply() == Some(false) => {
                self.is_quiet = true;
                false
            }
            Answers::Reply if command.reply() == Some(true) => {
                self.is_quiet = false;
                true
            }
            _ if self.is_quiet => false,
            Answers::Reply if command.skips() => {
                self.skips_next = true;
                false
            }
            _ => !std::mem::take(&mut self.skips_next),
        };
        if wants_answer {
            self.wait(config, cx);
        } else {
            self.alone(None, config, cx);
        }
    }

    /// The client's command waits for its answer.
    fn wait(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let len = self.client.command.text().len();
        while !self.waiting.is_empty()
            && (self.waiting.len() >= config.queue_messages || self.texts.len() + len > config.queue_bytes)
        {
            self.give_up_oldest(Reason::Overflow, config, cx);
        }
        if self.is_unsure && self.last.saturating_add(QUIET) < self.client.half.at.nanos {
            // Nothing is on its way: what was not answered by now is not to be.
            self.give_up_all(Reason::Gap, config, cx);
            (self.is_unsure, self.owed) = (false, 0);
        }
        if self.is_unsure && self.waiting.is_empty() && self.replied {
            // Who waits for answers before asking again has had them all.
            self.is_unsure = false;
        }
        self.last = self.client.half.at.nanos;
        let at = self.texts.push(self.client.command.text());
        // Below its limit already, the queue gives nothing up.
        let asked = self.waiting.push(cx, |_, _, _| {});
        asked.fill(at, &self.client.command, self.client.half, self.client.lost);
        asked.is_doubtful = self.is_unsure;
        self.most = self.most.max(self.waiting.len());
        if self.waiting.len() == 1 {
            self.watch(config, cx);
        }
    }

    /// The client's command is an event without an answer: it wants none, or there is a reason.
    fn alone(&mut self, reason: Option<Reason>, config: &Config, cx: &mut Cx<'_>) {
        let mut asked = Asked::default();
        asked.fill(0, &self.client.command, self.client.half, self.client.lost);
        let shown = asked.shown(self.client.command.text());
        let ticket = cx.ask();
        let user = self.user.bytes();
        cx.emit(&Exchange::new(config, &mut self.scratch, (&asked, shown), None, reason, user));
        cx.settle(ticket, reason.map_or(Outcome::UnansweredByDesign, Outcome::Unmatched));
    }

    /// The oldest command that waits has its answer.
    pub(crate) fn pair(&mut self, told: Option<Told<'_>>, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, texts, scratch, user, server, .. } = self;
        let told = told.unwrap_or(Told {
            half: server.half,
            text: server.answer.text(),
            is_error: server.answer.is_error(),
            is_line: server.answer.kind() == Some(Kind::Simple),
            is_secret: false,
            cut: server.answer.cut,
            lost: server.lost,
        });
        waiting.answer(cx, |asked, cx| {
            let told = Told { is_secret: asked.answers == Answers::Secret, ..told };
            let shown = asked.shown(texts.of(asked));
            cx.emit(&Exchange::new(config, scratch, (asked, shown), Some(told), None, user.bytes()));
        });
        texts.forget(waiting.oldest());
        self.confirmed.clear();
        self.watch(config, cx);
    }

    /// The oldest command that waits will not be paired with its answer.
    pub(crate) fn give_up_oldest(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { waiting, texts, scratch, user, owed, .. } = self;
        waiting.give_up_oldest(reason, cx, |asked, reason, cx| {
            if matches!(reason, Reason::Overflow | Reason::Timeout) && !asked.is_doubtful {
                *owed = owed.saturating_add(asked.confirmations);
            }
            let shown = asked.shown(texts.of(asked));
            cx.emit(&Exchange::new(config, scratch, (asked, shown), None, Some(reason), user.bytes()));
        });
        texts.forget(waiting.oldest());
        self.confirmed.clear();
    }

    /// None of the commands that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        while !self.waiting.is_empty() {
            self.give_up_oldest(reason, config, cx);
        }
    }

    /// Bytes that were of no use have passed.
    pub(crate) const fn skipped(&mut self, dir: Dir, done: Skipped) {
        match dir {
            Dir::ToServer => self.client.skipped(done.bytes, done.lost),
            Dir::ToClient if matches!(self.stage, Stage::Changes) => {
                self.others.skipped(done.bytes, done.lost);
            }
            Dir::ToClient => {
                self.server.half.bytes = self.server.half.bytes.saturating_add(done.bytes);
                self.server.lost = self.server.lost.saturating_add(done.lost);
            }
        }
    }

    /// Bytes of one direction were lost.
    pub(crate) fn gap(&mut self, dir: Dir, lost: u64, config: &Config, cx: &mut Cx<'_>) -> AfterGap {
        match dir {
            Dir::ToServer if self.client.lose(lost) => AfterGap::Continue,
            Dir::ToServer => {
                if self.client.is_named() {
                    self.alone(Some(Reason::Gap), config, cx);
                }
                self.client.reset();
                // What waits was asked before; how much was asked in the hole is not known.
                (self.is_unsure, self.replied, self.last) = (true, false, cx.now().nanos);
                AfterGap::Resync
            }
            Dir::ToClient => self.server_gap(lost, config, cx),
        }
    }

    /// Where the next message begins in bytes of which that is not known.
    pub(crate) fn boundary(&self, dir: Dir, bytes: &[u8]) -> Boundary {
        match dir {
            Dir::ToServer => search::first(bytes, |rest, before| {
                let found = search::command(rest);
                if found != Found::No || self.client.is_line == Some(false) {
                    return found;
                }
                // The beginning of the bytes may be the middle of a line, and a line the middle of an array.
                search::typed(rest, before, self.client.is_line.is_none() || before.is_empty())
            }),
            Dir::ToClient if self.stage.is_replica() => search::first(bytes, |rest, _| search::command(rest)),
            // What is left of an answer that was given up is not taken for another one.
            Dir::ToClient if self.waiting.is_empty() && !self.is_unsure => {
                search::first(bytes, |rest, _| search::unasked(rest))
            }
            Dir::ToClient => search::first(bytes, |rest, _| search::answer(rest)),
        }
    }

    /// Asks to be woken when the oldest command has waited too long.
    fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(timeout), Some(oldest)) = (config.timeout, self.waiting.oldest()) {
            cx.wake_at(oldest.half.at.nanos.saturating_add(timeout));
        }
    }

    /// Gives up what waited too long; a command whose answer is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Some(timeout) = config.timeout else { return };
        let now = cx.now().nanos;
        while let Some(oldest) = self.waiting.oldest() {
            let due = oldest.half.at.nanos.saturating_add(timeout);
            if due > now {
                cx.wake_at(due);
                return;
            }
            if self.server.begun && self.owed == 0 {
                cx.wake_at(now.saturating_add(timeout.max(1)));
                return;
            }
            self.give_up_oldest(Reason::Timeout, config, cx);
        }
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        let reason = Reason::of_close(why);
        self.give_up_all(reason, config, cx);
        if self.client.is_named() {
            self.alone(Some(reason), config, cx);
        }
    }

    /// Who is logged in from here on.
    pub(crate) fn log_in(&mut self, name: &[u8]) {
        self.user.clear();
        self.user.push(name, USER_BYTES);
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        // The queue's memory grows by doubling.
        let queue = self.most.next_power_of_two() * size_of::<(Asked, packetbeat_core::ledger::Ticket)>();
        let held = queue
            + self.texts.heap_bytes()
            + self.client.heap_bytes()
            + self.others.heap_bytes()
            + self.server.answer.heap_bytes()
            + self.confirmed.text.heap_bytes();
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}
