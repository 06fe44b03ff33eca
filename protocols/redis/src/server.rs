//! The server's side: what an answer, or what comes unasked, means.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::stream::{AfterGap, Window};

use crate::answer::{self, confirms};
use crate::commands::Said;
use crate::config::Config;
use crate::conn::Conn;
use crate::event::{Exchange, Pushed, Told};
use crate::limits::ANSWER_BYTES;
use crate::line;
use crate::names::Answers;
use crate::replica::{Data, Stage, data_head};
use crate::values::Read;
use crate::waiting::Shown;
use crate::wire::Kind;

/// What the server's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The answer to a command.
    Answer,
    /// That a subscription is there, or not any more.
    Confirmation(bool),
    /// A message of a channel, or that a key has changed.
    Message,
    /// A command of somebody.
    Monitored,
}

impl Conn {
    /// Reads what the server sends until something is complete.
    pub(crate) fn server_read(
        &mut self,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> (usize, Said) {
        match self.stage {
            Stage::Answers => {}
            Stage::Ready => return self.read_data_head(window),
            Stage::Marked(mark) => return self.read_marked(window, &mark),
            Stage::Changes => return self.read_change(window, config, cx),
        }
        if !self.server.begun {
            if let Some(read) = self.answer_to_sync(window, config, cx) {
                return read;
            }
            self.server.begun = true;
            self.server.half = cx.half(Dir::ToClient, window.start, 0);
            self.server.lost = 0;
            self.server.answer.clear(config.mask);
        }
        let server = &mut self.server;
        let (taken, read) = server.values.read(window.bytes, &mut server.answer);
        server.half.bytes = server.half.bytes.saturating_add(taken as u64);
        let said = match read {
            Read::Needs(more) => Said::Needs(more),
            Read::Skip(left) => Said::Skip(left),
            Read::Bad(why) => Said::Bad(why),
            Read::Done => {
                self.server.begun = false;
                self.last = cx.now().nanos;
                self.told(config, cx);
                Said::Nothing
            }
        };
        (taken, said)
    }

    /// `SYNC` is answered with all the server has, without a word before.
    fn answer_to_sync(
        &mut self,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Option<(usize, Said)> {
        let waits = self.waiting.oldest().is_some_and(|asked| asked.answers == Answers::Sync);
        let first = window.bytes.first()?;
        if !waits || self.owed > 0 || !matches!(first, b'\n' | b'$') {
            return None;
        }
        if let (b'$', Some(Ok((data, taken)))) = (first, data_head(window.bytes)) {
            let half = cx.half(Dir::ToClient, window.start, taken as u64);
            let text = match data {
                Data::Of(_) => &b"all data, with their length"[..],
                Data::UpTo(_) => b"all data, up to a mark",
            };
            self.pair(Some(Told { half, text, ..Told::default() }), config, cx);
        }
        Some(self.read_data_head(window))
    }

    /// A value is complete.
    fn told(&mut self, config: &Config, cx: &mut Cx<'_>) {
        match self.meaning() {
            Meaning::Answer => self.answered(config, cx),
            Meaning::Confirmation(there) => self.confirmed(there, config, cx),
            Meaning::Message => self.message(config, cx),
            Meaning::Monitored => {
                let Self { server, others, .. } = self;
                let line = line::monitored(server.answer.text()).unwrap_or_default();
                others.take_line(line, server.half, config.mask);
                others.lost = server.lost;
                self.emit_other(Pushed::Monitor, config, cx);
            }
        }
    }

    fn meaning(&self) -> Meaning {
        let answer = &self.server.answer;
        let oldest = self.waiting.oldest().map(|asked| asked.answers);
        match answer.kind() {
            Some(Kind::Push) => confirms(answer.name()).map_or(Meaning::Message, Meaning::Confirmation),
            Some(Kind::Array) => {
                let about_channels = matches!(oldest, Some(Answers::Subscribe | Answers::Unsubscribe));
                let expected = self.subscribed || about_channels || oldest.is_none();
                let elements = match answer.name() {
                    b"pmessage" => 4,
                    name if answer::comes_unasked(name) => 3,
                    _ => return Meaning::Answer,
                };
                if !expected || answer.elements() != elements {
                    return Meaning::Answer;
                }
                confirms(answer.name()).map_or(Meaning::Message, Meaning::Confirmation)
            }
            Some(Kind::Simple) if self.monitors || oldest.is_none() => {
                let is_line = line::monitored(answer.text()).is_some();
                if is_line { Meaning::Monitored } else { Meaning::Answer }
            }
            _ => Meaning::Answer,
        }
    }

    /// The answer to a command.
    fn answered(&mut self, config: &Config, cx: &mut Cx<'_>) {
        if self.owed > 0 {
            self.owed -= 1;
            cx.unmatched_response();
            return;
        }
        let oldest = self.waiting.oldest();
        let Some(asked) = oldest.filter(|asked| !asked.is_doubtful) else {
            let waits = oldest.is_some();
            self.replied = true;
            cx.unmatched_response();
            if waits {
                self.give_up_oldest(Reason::Gap, config, cx);
            }
            return;
        };
        let failed = self.server.answer.is_error();
        let leaves = asked.answers == Answers::Reset && !failed;
        match asked.answers {
            _ if failed => {}
            Answers::Login => {
                let mut name = [0; crate::limits::USER_BYTES];
                let user = asked.shown(self.texts.of(asked)).user;
                let len = user.len().min(name.len());
                if let (Some(to), Some(from)) = (name.get_mut(..len), user.get(..len)) {
                    to.copy_from_slice(from);
                }
                if len > 0 {
                    self.log_in(name.get(..len).unwrap_or_default());
                }
            }
            Answers::Monitor => self.monitors = true,
            Answers::Sync => {
                let text = self.server.answer.text();
                self.stage = if text.starts_with(b"FULLRESYNC") {
                    Stage::Ready
                } else if text.starts_with(b"CONTINUE") {
                    Stage::Changes
                } else {
                    Stage::Answers
                };
            }
            Answers::Reset => (self.subscribed, self.monitors) = (false, false),
            _ => {}
        }
        self.pair(None, config, cx);
        if leaves {
            self.user.clear();
        }
    }

    /// A subscription was confirmed, or its end.
    fn confirmed(&mut self, there: bool, config: &Config, cx: &mut Cx<'_>) {
        // Channels of shards are counted for themselves.
        let is_last = self.server.answer.element(2) == b"0" && self.server.answer.name() != b"sunsubscribe";
        self.subscribed = there || (self.subscribed && !is_last);
        if self.owed > 0 {
            self.owed -= 1;
            return;
        }
        let wanted = if there { Answers::Subscribe } else { Answers::Unsubscribe };
        let Self { waiting, confirmed, server, .. } = self;
        let Some(asked) = waiting.oldest_mut().filter(|asked| asked.answers == wanted && !asked.is_doubtful)
        else {
            // Who leaves all channels is told so for each.
            return;
        };
        match &mut confirmed.half {
            None => confirmed.half = Some(server.half),
            Some(half) => {
                half.bytes = half.bytes.saturating_add(server.half.bytes);
                confirmed.text.push(b", ", ANSWER_BYTES);
            }
        }
        confirmed.text.push(server.answer.text(), ANSWER_BYTES);
        asked.confirmations = asked.confirmations.saturating_sub(1);
        if asked.confirmations > 0 {
            return;
        }
        let all = std::mem::take(&mut self.confirmed);
        let told = Told {
            half: all.half.unwrap_or_default(),
            text: all.text.bytes(),
            cut: all.text.cut() > 0,
            lost: self.server.lost,
            ..Told::default()
        };
        self.pair(Some(told), config, cx);
        // Its buffer serves again.
        self.confirmed.text = all.text;
        self.confirmed.text.clear();
    }

    /// A message of a channel.
    fn message(&mut self, config: &Config, cx: &mut Cx<'_>) {
        self.subscribed = true;
        let Self { server, scratch, user, .. } = self;
        let answer = &server.answer;
        let (channel, text) = match answer.elements() {
            2 => (&[][..], answer.element(1)),
            3 => (answer.element(1), answer.element(2)),
            4 => (answer.element(2), answer.element(3)),
            _ => (&[][..], answer.text()),
        };
        let shown = Shown { name: answer.name(), key: channel, ..Shown::default() };
        let told = Told { half: server.half, text, cut: answer.cut, lost: server.lost, ..Told::default() };
        cx.emit(&Exchange::pushed(config, scratch, Pushed::Message, shown, told, user.bytes()));
    }

    /// Bytes of the server were lost.
    pub(crate) fn server_gap(&mut self, lost: u64, config: &Config, cx: &mut Cx<'_>) -> AfterGap {
        match self.stage {
            Stage::Answers => {}
            // All there is to do is to look for the mark.
            Stage::Marked(_) => return AfterGap::Continue,
            Stage::Changes if self.others.lose(lost) => return AfterGap::Continue,
            Stage::Ready | Stage::Changes => {
                self.stage = Stage::Changes;
                self.others.reset();
                return AfterGap::Resync;
            }
        }
        if self.server.begun && self.server.values.lose(lost) {
            self.server.half.bytes = self.server.half.bytes.saturating_add(lost);
            self.server.lost = self.server.lost.saturating_add(lost);
            return AfterGap::Continue;
        }
        self.server.values.clear();
        self.server.begun = false;
        // The hole has an answer, or a part of it: of one that was awaited, nothing is left to come.
        let awaited = self.owed.saturating_add(self.waiting.len() as u64);
        if self.waiting.oldest().is_some_and(|asked| asked.answers == Answers::Sync) {
            // Servers rarely refuse.
            self.stage = Stage::Changes;
        }
        self.give_up_all(Reason::Gap, config, cx);
        self.owed = 0;
        if awaited > 1 {
            (self.is_unsure, self.replied, self.last) = (true, false, cx.now().nanos);
        }
        AfterGap::Resync
    }
}
