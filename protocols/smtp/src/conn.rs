//! What is remembered of a connection.

use std::cell::Cell;
use std::collections::VecDeque;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Both;
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::InOrder;
use packetbeat_core::parser::Start;
use packetbeat_core::record::Half;

use crate::config::Config;
use crate::content::DotScan;
use crate::event::{self, MailEvent};
use crate::limits::AWAITED;
use crate::mail::{GivenUp, Mail, Phase};
use crate::session::Session;

/// What the next bytes of the client are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Mode {
    /// Command lines, and answers in an `AUTH` dialogue.
    #[default]
    Lines,
    /// The rest of a line that is too long.
    LongLine,
    /// The content of `DATA`.
    Content(DotScan),
    /// So many bytes of a chunk.
    Chunk { left: u64, last: bool },
}

/// What a reply that is expected will answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Hello,
    Sender,
    Recipient(Option<u32>),
    Data,
    Content,
    Chunk { last: bool },
    Reset,
    Quit,
    StartTls,
    Auth,
    Other,
}

/// A reply that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Awaited {
    pub(crate) kind: Kind,
    /// The mail it is about; 0 for none.
    pub(crate) mail: u32,
}

/// A reply that is being read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Its first line's packet and the bytes so far; `None` between replies.
    pub(crate) half: Option<Half>,
    /// The text of the lines so far.
    pub(crate) text: Excerpt,
    /// Whether the rest of a line is dropped.
    pub(crate) long_line: bool,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) start: Start,
    pub(crate) session: Session,
    /// Mails that are not over, in the order of their `MAIL`.
    pub(crate) mails: InOrder<Mail>,
    /// Replies to come, in their order.
    pub(crate) awaited: VecDeque<Awaited>,
    pub(crate) mode: Mode,
    /// Bytes left unread at the end of a window, which hold no line end.
    pub(crate) scanned: Both<usize>,
    /// While a line to start at is looked for: whether the start of this one was passed over.
    pub(crate) within_line: Both<Cell<bool>>,
    /// The mail that the client's commands are about; 0 for none.
    pub(crate) current: u32,
    /// The greeting was seen, or cannot come any more.
    pub(crate) greeted: bool,
    pub(crate) reading: Reading,
    /// Lines that are no certain commands may be content: commands were lost, or came before the capture.
    pub(crate) doubt: bool,
    /// Commands or replies were lost, so counting does not tell which belong together. From here on the client is taken
    /// to wait: what it sends after a reply comes behind the replies to all that it sent before.
    pub(crate) lockstep: bool,
    /// A reply came behind the newest command.
    pub(crate) replied: bool,
    /// `354` was seen without its `DATA`: the next reply is about a mail that was not seen.
    pub(crate) unseen_mail: bool,
    /// Lines in a row that were not understood.
    pub(crate) junk: u32,
}

impl Conn {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            start,
            session: Session { partial: start == Start::Midstream, ..Session::default() },
            mails: InOrder::default(),
            awaited: VecDeque::new(),
            mode: Mode::Lines,
            scanned: Both::default(),
            within_line: Both::default(),
            current: 0,
            greeted: start != Start::Beginning,
            reading: Reading::default(),
            doubt: start == Start::Midstream,
            lockstep: start == Start::Midstream,
            replied: false,
            unseen_mail: false,
            junk: 0,
        }
    }

    /// The mail that the client works on.
    pub(crate) fn current_mail(&mut self) -> Option<&mut Mail> {
        let current = self.current;
        self.mails.newest_mut().filter(|mail| mail.serial == current)
    }

    /// Begins a mail whose first byte is in `request`.
    pub(crate) fn begin_mail(&mut self, request: Half, config: &Config, cx: &mut Cx<'_>) -> &mut Mail {
        self.session.mails = self.session.mails.saturating_add(1);
        let serial = self.session.mails;
        self.current = serial;
        let (session, config, lockstep) = (&self.session, *config, self.lockstep);
        let mail = self.mails.push(cx, |mail, reason, cx| {
            cx.emit(&MailEvent::new(session, mail, Some(reason), config));
        });
        mail.serial = serial;
        mail.is_doubtful = lockstep;
        mail.request = Some(request);
        mail
    }

    /// Expects a reply.
    pub(crate) fn expect(&mut self, kind: Kind) {
        self.replied = false;
        if self.awaited.len() >= AWAITED {
            self.awaited.pop_front();
        }
        self.awaited.push_back(Awaited { kind, mail: self.current });
    }

    /// The oldest mail is over; `reason` is why it has no answer if it has none.
    pub(crate) fn finish_oldest(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Some(oldest) = self.mails.oldest() else { return };
        let outcome = oldest.outcome(reason);
        if oldest.serial == self.current {
            self.current = 0;
        }
        let session = &self.session;
        self.mails.settle_oldest(outcome, cx, |mail, cx| {
            cx.emit(&MailEvent::new(session, mail, event::reason(outcome), *config));
        });
    }

    /// Mails before `serial` are over: a reply for this one has come.
    pub(crate) fn finish_before(&mut self, serial: u32, config: &Config, cx: &mut Cx<'_>) {
        while self.mails.oldest().is_some_and(|mail| mail.serial < serial) {
            self.finish_oldest(Reason::Gap, config, cx);
        }
    }

    /// The client gives its mail up. Whether the server agrees, the reply will tell.
    pub(crate) fn give_up(&mut self, with: GivenUp) {
        if let Some(mail) = self.current_mail() {
            mail.given_up = Some(with);
        }
    }

    /// When the oldest mail that waits for the reply to its content is given up; `None` without a timeout.
    fn due(&self, config: &Config) -> Option<i64> {
        let oldest = self.mails.oldest().filter(|mail| mail.phase == Phase::Sent)?;
        config.timeout.map(|timeout| oldest.sent_at.saturating_add(timeout))
    }

    /// Asks to be woken when a mail waited too long.
    pub(crate) fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let Some(due) = self.due(config) {
            cx.wake_at(due);
        }
    }

    /// Gives up what waited too long.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        while self.due(config).is_some_and(|due| due <= cx.now().nanos) {
            self.finish_oldest(Reason::Timeout, config, cx);
        }
        self.watch(config, cx);
    }

    /// Tells how much memory is held.
    pub(crate) fn account(&self, cx: &mut Cx<'_>) {
        // Where many wait, looking at all of them for each would take long; 32 hold 8 MB at the very most.
        if self.mails.len() > 8 && !self.session.mails.is_multiple_of(32) {
            return;
        }
        let awaited = self.awaited.capacity() * size_of::<Awaited>();
        cx.hold(
            self.mails.heap_bytes() + awaited + self.session.heap_bytes() + self.reading.text.heap_bytes(),
        );
    }
}
