//! One direction's bytes, message by message. One path serves requests and responses.

use std::num::NonZeroU64;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{
    AfterGap, Boundary, Finish, Next, Progress, SkipLen, Skipped, Window, WireError,
};

use crate::config::Config;
use crate::conn::{
    After, CHUNK_LINE_BYTES, Conn, GARBAGE_BYTES, HEAD_BYTES, PREFACE_BYTES, State, TRAILER_BYTES,
};
use crate::message::{Framing, Notes};
use crate::partial::Cut;
use crate::scan::{self, Begins};
use crate::wire;

/// What one step did with the bytes shown.
enum Step {
    /// So many are done with; go on.
    Took(usize),
    /// The rest is too short.
    Wait,
    /// So many are to be dropped.
    Skip(SkipLen),
    /// This connection is done, behind so many bytes.
    Finish(usize, Finish),
}

impl Conn {
    /// See [`packetbeat_core::parser::TcpParser::data`].
    pub(crate) fn data(
        &mut self,
        config: &Config,
        dir: Dir,
        window: Window<'_>,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        let progress = loop {
            let rest = window.after(at);
            if rest.bytes.is_empty() {
                break Progress::all(at);
            }
            match self.step(config, dir, rest, cx) {
                Step::Took(count) => at += count,
                Step::Wait => break Progress::wait(at, 1),
                Step::Skip(then) => break Progress::Skip { consumed: at, then },
                Step::Finish(count, how) => break Progress::Finish { consumed: at + count, how },
            }
        };
        self.hold(cx);
        progress
    }

    fn step(&mut self, config: &Config, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Step {
        let bytes = window.bytes;
        match self.sides[dir].state {
            State::Head => self.head(config, dir, window, cx),
            State::Body { left, untouched } => {
                if untouched && let Some(step) = self.instead_of_body(config, dir, bytes, cx) {
                    return step;
                }
                self.body(config, dir, bytes, left, cx)
            }
            State::ToEnd { untouched } => {
                if untouched && let Some(step) = self.instead_of_body(config, dir, bytes, cx) {
                    return step;
                }
                self.until_end(config, dir, bytes)
            }
            State::ChunkSize => self.chunk_size(config, dir, bytes, cx),
            State::Chunk { left } => self.chunk(config, dir, bytes, left),
            State::ChunkEnd => self.chunk_end(config, dir, bytes, cx),
            State::Trailers { seen } => self.trailers(config, dir, bytes, seen, cx),
            State::Lost { bytes: passed } => self.lost(dir, bytes, passed),
            // Not called while the engine skips; if it were, nothing of this would be a message.
            State::Skipping(_) => Step::Took(bytes.len()),
        }
    }

    fn head(&mut self, config: &Config, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Step {
        // More is not looked at, so that a head that is too long is so however it comes.
        let bytes = window.bytes.get(..HEAD_BYTES).unwrap_or(window.bytes);
        let blank = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if blank > 0 {
            return Step::Took(blank);
        }
        let Some((text, line)) = wire::line(bytes) else {
            let plausible = match dir {
                Dir::ToServer => wire::may_be_request_line(bytes),
                Dir::ToClient => wire::may_be_status_line(bytes),
            };
            return if plausible { self.await_head(dir, window, cx) } else { self.garbage(dir) };
        };
        let start = match dir {
            Dir::ToServer => wire::request_line(text),
            Dir::ToClient => wire::status_line(text),
        };
        let Some(start) = start else {
            if dir == Dir::ToServer && text.starts_with(b"PRI * HTTP/2") {
                return Step::Finish(0, Finish::Upgrade(Next::Detect));
            }
            if dir == Dir::ToServer
                && let Some(start) = wire::simple_request(text)
            {
                self.spare.read_simple(bytes, line, start, config);
                self.spare.half.at = cx.stamp(dir, window.start);
                return self.begins(config, dir, line, cx);
            }
            return self.garbage(dir);
        };
        // Only what is new is searched for the end; without one nothing is read.
        let known = self.sides[dir].partial.known(window.start);
        // An answer that waits for the end of its request is not disturbed before the next one's head is whole.
        let waits = dir == Dir::ToClient && self.early;
        if (known > 0 || waits) && !wire::has_head_end(bytes, known.min(bytes.len())) {
            return self.await_head(dir, window, cx);
        }
        let message = match dir {
            Dir::ToServer => &mut self.spare,
            Dir::ToClient => {
                self.settle_early(config, cx);
                &mut self.response
            }
        };
        match message.read(bytes, line, start, config) {
            Some(length) => {
                message.half.at = cx.stamp(dir, window.start);
                self.begins(config, dir, length, cx)
            }
            None => self.await_head(dir, window, cx),
        }
    }

    /// The head is not all there. What is there is kept: a hole may follow.
    fn await_head(&mut self, dir: Dir, window: Window<'_>, cx: &Cx<'_>) -> Step {
        if window.bytes.len() >= HEAD_BYTES {
            return self.give_up();
        }
        self.sides[dir].partial.keep(window, || cx.stamp(dir, window.start));
        Step::Wait
    }

    /// A head of `length` bytes was read.
    fn begins(&mut self, config: &Config, dir: Dir, length: usize, cx: &mut Cx<'_>) -> Step {
        self.sides[dir].partial.clear();
        match dir {
            Dir::ToServer => {
                self.request_begins(config, cx);
                Step::Took(length)
            }
            Dir::ToClient => self.response_begins(config, length, cx),
        }
    }

    fn response_begins(&mut self, config: &Config, length: usize, cx: &mut Cx<'_>) -> Step {
        self.seen = true;
        let code = self.response.code();
        let (head, connect) = match self.pending.oldest() {
            Some(request) if self.late == 0 => (request.method() == b"HEAD", request.method() == b"CONNECT"),
            _ => (false, false),
        };
        let side = &mut self.sides[Dir::ToClient];
        if (100..200).contains(&code) && code != 101 {
            // Interim: the final one is still to come (RFC 9110, 15.2).
            self.response.clear();
            return Step::Took(length);
        }
        side.live = true;
        self.orphan = self.late == 0 && self.pending.is_empty();
        self.foremost = self.orphan && self.unasked;
        let tunnel = code == 101 || connect && (200..300).contains(&code);
        side.state = match self.response.framing {
            _ if tunnel || head || code == 204 || code == 304 => State::Head,
            Framing::Length(0) => State::Head,
            Framing::Length(left) => State::Body { left, untouched: true },
            Framing::Chunked => State::ChunkSize,
            Framing::Coded | Framing::Unsaid => State::ToEnd { untouched: true },
        };
        if side.state == State::Head {
            self.complete(Dir::ToClient, config, cx);
        }
        if tunnel {
            self.settle_early(config, cx);
        }
        if tunnel { Step::Finish(length, Finish::Upgrade(Next::Detect)) } else { Step::Took(length) }
    }

    /// Whether another message begins where a body should. Nothing but the body's first bytes is looked at, and they wait
    /// until they tell, so that it does not depend on how they come.
    fn instead_of_body(&mut self, config: &Config, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Option<Step> {
        let begins = match dir {
            // The client expected leave to continue, and was answered.
            Dir::ToServer if self.early || !self.sides[dir].live => scan::begins_request(bytes),
            Dir::ToClient if self.others_wait() => scan::begins_response(bytes),
            _ => Begins::No,
        };
        self.sides[dir].peeked = 0;
        match begins {
            Begins::Yes => {
                self.complete(dir, config, cx);
                Some(Step::Took(0))
            }
            Begins::Unclear => {
                self.sides[dir].peeked = bytes.len() as u64;
                Some(Step::Wait)
            }
            Begins::No => None,
        }
    }

    /// Whether a request waits behind the one of a response that need not be the connection's last and has no length: a
    /// server may leave the length out of an empty answer.
    fn others_wait(&self) -> bool {
        let side = &self.sides.to_client;
        let own = usize::from(self.late == 0 && !self.orphan);
        let unsaid = matches!(side.state, State::ToEnd { .. });
        unsaid && side.live && !self.response.closes && self.pending.len() > own
    }

    fn body(&mut self, config: &Config, dir: Dir, bytes: &[u8], left: u64, cx: &mut Cx<'_>) -> Step {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let wanted = self.message(dir).is_some_and(|message| message.keeps_body);
        if here as u64 == left || wanted {
            self.add_body(dir, bytes.get(..here).unwrap_or_default(), config);
            match left - here as u64 {
                0 => self.complete(dir, config, cx),
                left => self.sides[dir].state = State::Body { left, untouched: false },
            }
            return Step::Took(here);
        }
        self.skip(dir, After::Body(left), left)
    }

    fn skip(&mut self, dir: Dir, after: After, count: u64) -> Step {
        self.sides[dir].state = State::Skipping(after);
        match NonZeroU64::new(count) {
            Some(count) if after != After::ToEnd => Step::Skip(SkipLen::Exactly(count)),
            _ => Step::Skip(SkipLen::ToEnd),
        }
    }

    /// A body without a length ends with the connection.
    fn until_end(&mut self, config: &Config, dir: Dir, bytes: &[u8]) -> Step {
        let wanted = self.message(dir).is_some_and(|message| message.keeps_body);
        if !wanted {
            return self.skip(dir, After::ToEnd, 0);
        }
        self.add_body(dir, bytes, config);
        self.sides[dir].state = State::ToEnd { untouched: false };
        Step::Took(bytes.len())
    }

    fn chunk_size(&mut self, config: &Config, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Step {
        let Some((text, taken)) = wire::line(bytes.get(..CHUNK_LINE_BYTES).unwrap_or(bytes)) else {
            return if bytes.len() < CHUNK_LINE_BYTES { Step::Wait } else { self.broken(config, dir, cx) };
        };
        let Some(size) = wire::chunk_size(text) else { return self.broken(config, dir, cx) };
        self.add_framing(dir, taken);
        self.sides[dir].state = match size {
            0 => State::Trailers { seen: 0 },
            left => State::Chunk { left },
        };
        Step::Took(taken)
    }

    fn chunk(&mut self, config: &Config, dir: Dir, bytes: &[u8], left: u64) -> Step {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let wanted = self.message(dir).is_some_and(|message| message.keeps_body);
        if here as u64 == left || wanted {
            self.add_body(dir, bytes.get(..here).unwrap_or_default(), config);
            self.sides[dir].state = match left - here as u64 {
                0 => State::ChunkEnd,
                left => State::Chunk { left },
            };
            return Step::Took(here);
        }
        // Not the line end behind it as well: that it is one must not depend on how much of the chunk was there.
        self.skip(dir, After::Chunk(left), left)
    }

    fn chunk_end(&mut self, config: &Config, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Step {
        let taken = match bytes {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            [b'\r'] => return Step::Wait,
            _ => return self.broken(config, dir, cx),
        };
        self.add_framing(dir, taken);
        self.sides[dir].state = State::ChunkSize;
        Step::Took(taken)
    }

    fn trailers(&mut self, config: &Config, dir: Dir, bytes: &[u8], seen: usize, cx: &mut Cx<'_>) -> Step {
        let room = TRAILER_BYTES.saturating_sub(seen);
        let Some((text, taken)) = wire::line(bytes.get(..room).unwrap_or(bytes)) else {
            return if bytes.len() < room { Step::Wait } else { self.broken(config, dir, cx) };
        };
        self.add_framing(dir, taken);
        if text.is_empty() {
            self.complete(dir, config, cx);
        } else {
            self.sides[dir].state = State::Trailers { seen: seen + taken };
        }
        Step::Took(taken)
    }

    /// The body's framing is wrong: what is known of the message is all that will be, the next one is looked for.
    fn broken(&mut self, config: &Config, dir: Dir, cx: &mut Cx<'_>) -> Step {
        if let Some(message) = self.message(dir) {
            message.notes.add(Notes::INCOMPLETE);
            self.complete(dir, config, cx);
        }
        self.sides[dir].state = State::Lost { bytes: 0 };
        Step::Took(0)
    }

    /// No message starts here: a handshake in front of the first one, or what nobody can read.
    fn garbage(&mut self, dir: Dir) -> Step {
        self.sides[dir].state = State::Lost { bytes: 1 };
        self.sides[dir].partial.clear();
        Step::Took(1)
    }

    /// The next message is looked for no longer.
    const fn give_up(&self) -> Step {
        let how =
            if self.seen { Finish::Opaque } else { Finish::Malformed(WireError::new("no HTTP message", 0)) };
        Step::Finish(0, how)
    }

    fn lost(&mut self, dir: Dir, bytes: &[u8], passed: u64) -> Step {
        let (taken, found) = match scan::boundary(dir, bytes) {
            Boundary::At(at) => (at, true),
            Boundary::KeepLast(kept) => (bytes.len().saturating_sub(kept), false),
        };
        let passed = passed.saturating_add(taken as u64);
        if passed > if self.seen { GARBAGE_BYTES } else { PREFACE_BYTES } {
            return self.give_up();
        }
        self.sides[dir].state = if found { State::Head } else { State::Lost { bytes: passed } };
        if found || taken > 0 { Step::Took(taken) } else { Step::Wait }
    }

    /// See [`packetbeat_core::parser::TcpParser::skipped`].
    pub(crate) fn skipped(&mut self, config: &Config, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        let State::Skipping(after) = self.sides[dir].state else { return };
        match after {
            After::Body(left) => {
                self.pass_body(dir, done.bytes, 0, done.lost);
                if done.complete {
                    self.complete(dir, config, cx);
                } else {
                    let left = left.saturating_sub(done.bytes).max(1);
                    self.sides[dir].state = State::Body { left, untouched: false };
                }
            }
            After::Chunk(size) => {
                self.pass_body(dir, done.bytes, 0, done.lost);
                self.sides[dir].state = match size.saturating_sub(done.bytes) {
                    0 => State::ChunkEnd,
                    left => State::Chunk { left },
                };
            }
            After::ToEnd => {
                self.pass_body(dir, done.bytes, 0, done.lost);
                self.sides[dir].state = State::ToEnd { untouched: false };
            }
        }
    }

    /// See [`packetbeat_core::parser::TcpParser::gap`].
    pub(crate) fn gap(&mut self, config: &Config, dir: Dir, lost: u64, cx: &mut Cx<'_>) -> AfterGap {
        self.unasked = false;
        let peeked = self.pass_peeked(dir);
        if let State::Body { left, .. } = &mut self.sides[dir].state {
            // These wait no longer; at least one byte more is missing.
            *left = left.saturating_sub(peeked).max(1);
        }
        match self.sides[dir].state {
            State::Body { left, .. } if lost <= left => {
                self.pass_body(dir, lost, 0, lost);
                match left - lost {
                    0 => self.complete(dir, config, cx),
                    left => self.sides[dir].state = State::Body { left, untouched: false },
                }
                AfterGap::Continue
            }
            State::Chunk { left } if lost <= left => {
                self.pass_body(dir, lost, 0, lost);
                self.sides[dir].state = match left - lost {
                    0 => State::ChunkEnd,
                    left => State::Chunk { left },
                };
                AfterGap::Continue
            }
            State::ToEnd { .. } => {
                self.pass_body(dir, lost, 0, lost);
                self.sides[dir].state = State::ToEnd { untouched: false };
                AfterGap::Continue
            }
            state => {
                self.torn(config, dir, state, lost, cx);
                AfterGap::Resync
            }
        }
    }

    /// A hole in which a message ends or starts: what is known of the message is all that will be; answers in the hole are
    /// nobody's.
    fn torn(&mut self, config: &Config, dir: Dir, state: State, lost: u64, cx: &mut Cx<'_>) {
        let within = match state {
            State::Body { left, .. } | State::Chunk { left } => left.min(lost),
            // Said of the head itself, below.
            State::Head => 0,
            _ => lost,
        };
        if state == State::Head {
            self.cut_head(config, dir, Cut::Hole(lost), cx);
        }
        if let Some(message) = self.message(dir) {
            message.lost = message.lost.saturating_add(within);
            self.cut_short(dir, config, cx);
        }
        if dir == Dir::ToClient {
            self.settle_early(config, cx);
            self.give_up_all(Reason::Gap, config, cx);
            self.late = 0;
        }
        let side = &mut self.sides[dir];
        (side.state, side.live) = (State::Head, false);
        side.partial.clear();
    }

    /// See [`packetbeat_core::parser::TcpParser::end`].
    pub(crate) fn end(&mut self, config: &Config, dir: Dir, unread: &[u8], cx: &mut Cx<'_>) {
        if self.sides[dir].state == State::Head && !unread.is_empty() {
            self.cut_head(config, dir, Cut::End, cx);
        }
        if std::mem::take(&mut self.sides[dir].peeked) > 0 {
            self.add_body(dir, unread, config);
        }
        self.cut_short(dir, config, cx);
    }

    /// The stream ended, or broke, within a head: a message nevertheless, if its beginning tells enough.
    fn cut_head(&mut self, config: &Config, dir: Dir, cut: Cut, cx: &mut Cx<'_>) {
        let side = &mut self.sides[dir];
        let known = side.partial.bytes().len();
        let Some((at, whole)) = side.partial.mend(dir, cut) else { return };
        let Some((text, line)) = wire::line(&whole) else { return };
        let start = match dir {
            Dir::ToServer => wire::request_line(text),
            Dir::ToClient => wire::status_line(text),
        };
        let Some(start) = start else { return };
        let message = match dir {
            Dir::ToServer => &mut self.spare,
            Dir::ToClient => {
                self.settle_early(config, cx);
                &mut self.response
            }
        };
        if message.read(&whole, line, start, config).is_none() {
            return;
        }
        message.half = Half { at, bytes: known as u64 };
        message.notes.add(Notes::INCOMPLETE);
        if let Cut::Hole(lost) = cut {
            message.lost = lost;
            // Where its body ends is not known, with or without a length.
            message.framing = Framing::Unsaid;
        }
        self.begins(config, dir, known, cx);
    }
}
