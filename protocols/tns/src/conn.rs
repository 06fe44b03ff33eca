//! What is remembered of a connection, and what both sides' packets do to it.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::pairing::InOrder;
use packetbeat_core::parser::Start;
use packetbeat_core::prepared::Prepared;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Close, Finish, Next, Progress, SkipLen, Skipped, Window, WireError};

use crate::config::Config;
use crate::event::{Exchange, Scratch};
use crate::function::Kind;
use crate::limits::{END_BYTES, WHOLE_BYTES};
use crate::request::{Reply, Request, Statement};
use crate::session::Session;
use crate::wire::{self, DATA_HEADER, HEADER, Header};

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// Bytes at the end of a long packet that are still to be read.
    tail: Option<usize>,
    /// Bytes that the engine was asked to skip.
    skipping: u64,
}

/// A connection.
#[derive(Debug, Default)]
pub(crate) struct Conn {
    sides: Both<Side>,
    /// Lengths of packets have four bytes.
    large: bool,
    pub(crate) session: Session,
    pub(crate) pending: InOrder<Request>,
    pub(crate) reply: Reply,
    pub(crate) cursors: Prepared<Statement>,
    pub(crate) scratch: Scratch,
    /// The call whose statement is not complete yet.
    pub(crate) call: Vec<u8>,
    /// How long it must be for another look at it.
    pub(crate) look_again: usize,
    /// The connect descriptor comes in the next DATA packet.
    pub(crate) awaits_descriptor: bool,
    /// Number of the last call.
    pub(crate) last: Option<u8>,
    told: usize,
}

/// What one packet came to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// So many bytes are done with.
    Took(usize),
    /// So many more are needed.
    Needs(usize),
    /// So many bytes are done with, and so many that follow need not be shown.
    Skip { took: usize, skip: usize },
    /// The reader is done with the connection.
    Finish { took: usize, how: Finish },
}

/// A packet, or the first part of a long one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'b> {
    pub(crate) header: Header,
    pub(crate) bytes: &'b [u8],
    pub(crate) half: Half,
}

impl<'b> Packet<'b> {
    /// Flags and payload of a DATA packet.
    pub(crate) fn data(&self) -> (u16, &'b [u8]) {
        let flags = match self.bytes.get(HEADER..DATA_HEADER) {
            Some([high, low]) => u16::from_be_bytes([*high, *low]),
            _ => 0,
        };
        (flags, self.bytes.get(DATA_HEADER..).unwrap_or_default())
    }
}

impl Conn {
    pub(crate) fn new(_: Start) -> Self {
        Self::default()
    }

    /// Reads packets of one direction.
    pub(crate) fn data(
        &mut self,
        dir: Dir,
        window: Window<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        loop {
            match self.step(dir, window.after(at), config, cx) {
                Step::Took(count) => at += count,
                Step::Needs(more) => {
                    self.account(cx);
                    return Progress::wait(at, more);
                }
                Step::Skip { took, skip } => {
                    let consumed = at + took;
                    let Some(left) = std::num::NonZeroU64::new(skip as u64) else {
                        at = consumed;
                        continue;
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

    fn step(&mut self, dir: Dir, rest: Window<'_>, config: &Config, cx: &mut Cx<'_>) -> Step {
        let bytes = rest.bytes;
        if let Some(left) = self.sides[dir].tail {
            let Some(piece) = bytes.get(..left) else { return Step::Needs(left - bytes.len()) };
            self.sides[dir].tail = None;
            match dir {
                Dir::ToServer => self.client_goes_on(piece, 0),
                Dir::ToClient => self.server_goes_on(piece, 0, config, cx),
            }
            return Step::Took(left);
        }
        let Some(head) = bytes.first_chunk::<HEADER>() else { return Step::Needs(HEADER - bytes.len()) };
        if is_tls(head) {
            self.secured(dir, rest, config, cx);
            return Step::Finish { took: 0, how: Finish::Upgrade(Next::Named("tls")) };
        }
        let header = match Header::read(*head, self.large) {
            Ok(header) => header,
            Err(error) => return Step::Finish { took: 0, how: Finish::Malformed(error) },
        };
        let is_long = header.len > WHOLE_BYTES;
        if is_long && header.kind != wire::Kind::Data {
            let error = WireError::new("long packet", 0);
            return Step::Finish { took: 0, how: Finish::Malformed(error) };
        }
        let wanted = if is_long { END_BYTES } else { header.len };
        let Some(part) = bytes.get(..wanted) else { return Step::Needs(wanted - bytes.len()) };
        let half = cx.half(dir, rest.start, header.len as u64);
        let packet = Packet { header, bytes: part, half };
        let finish = match dir {
            Dir::ToServer => self.client_packet(packet, config, cx),
            Dir::ToClient => self.server_packet(packet, config, cx),
        };
        if let Some(how) = finish {
            let took = if matches!(how, Finish::Malformed(_)) { 0 } else { wanted };
            return Step::Finish { took, how };
        }
        if is_long {
            self.sides[dir].tail = Some(END_BYTES);
            return Step::Skip { took: wanted, skip: header.len.saturating_sub(2 * END_BYTES) };
        }
        Step::Took(wanted)
    }

    /// Both sides know that they understand packets of more than 64 KiB.
    pub(crate) const fn set_large(&mut self) {
        self.large = true;
    }

    /// The middle of a long packet has passed.
    pub(crate) fn skipped(&mut self, dir: Dir, done: Skipped) {
        let asked = std::mem::take(&mut self.sides[dir].skipping);
        let tail = self.sides[dir].tail.unwrap_or_default() as u64;
        let missing = if done.complete { 0 } else { asked.saturating_sub(done.bytes).saturating_add(tail) };
        match dir {
            Dir::ToServer => {
                if let Some(request) = self.pending.newest_mut() {
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

    /// Bytes were lost: what waits may have been answered in them.
    pub(crate) fn gap(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        self.lose(Reason::Gap, config, cx);
        self.sides[dir] = Side::default();
    }

    fn lose(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(reason, config, cx);
        self.reply.clear();
        self.call.clear();
        self.awaits_descriptor = false;
        self.last = None;
    }

    /// None of the calls that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        self.look_at_whole_call();
        let Self { pending, scratch, session, .. } = self;
        pending.give_up_all(reason, cx, |request, reason, cx| {
            unmatched(config, scratch, session, request, reason, cx);
        });
    }

    /// The oldest call has its answer.
    pub(crate) fn answered(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, reply, cursors, .. } = self;
        pending.answer(cx, |request, cx| {
            if request.kind == Kind::Execute && reply.cursor != 0 && !request.statement.text.is_empty() {
                cursors.insert(&reply.cursor.to_le_bytes(), |statement| statement.copy(&request.statement));
            }
            if is_shown(request, session, config) || reply.error != 0 {
                cx.emit(&Exchange::new(config, scratch, session, (request, Some(&*reply)), None));
            }
        });
        self.reply.clear();
        self.watch(config, cx);
    }

    /// Asks to be woken when the oldest call has waited too long.
    pub(crate) fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(timeout), Some(oldest)) = (config.timeout, self.pending.oldest()) {
            cx.wake_at(oldest.half.at.nanos.saturating_add(timeout));
        }
    }

    /// Gives up what waited too long; a call whose answer is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let (Some(timeout), Some(oldest)) = (config.timeout, self.pending.oldest()) else { return };
        let now = cx.now().nanos;
        let due = oldest.half.at.nanos.saturating_add(timeout);
        if due > now {
            cx.wake_at(due);
        } else if self.reply.half.is_some() {
            cx.wake_at(now.saturating_add(timeout.max(1)));
        } else {
            // The answer that is late names its call: what follows is not taken for it.
            let last = self.last;
            self.lose(Reason::Timeout, config, cx);
            self.last = last;
        }
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// TLS begins: said once.
    fn secured(&mut self, dir: Dir, rest: Window<'_>, config: &Config, cx: &mut Cx<'_>) {
        if dir == Dir::ToClient {
            return;
        }
        self.session.security.encryption = Some("TLS");
        let half = cx.half(dir, rest.start, rest.bytes.len() as u64);
        let kind = if self.pending.is_empty() { Kind::Security } else { Kind::Connect };
        if kind == Kind::Connect {
            return;
        }
        let request = self.push(config, cx);
        (request.kind, request.half) = (kind, Half { bytes: 0, ..half });
        let Self { pending, scratch, session, .. } = self;
        pending.settle_oldest(Outcome::Answered, cx, |request, cx| {
            cx.emit(&Exchange::new(config, scratch, session, (request, None), None));
        });
    }

    /// A new call, counted in.
    pub(crate) fn push(&mut self, config: &Config, cx: &mut Cx<'_>) -> &mut Request {
        let Self { pending, scratch, session, .. } = self;
        pending.push(cx, |request, reason, cx| unmatched(config, scratch, session, request, reason, cx))
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        // Where many wait, looking at all of them for each would take long.
        if self.pending.len() > 8 && !self.pending.len().is_multiple_of(32) {
            return;
        }
        let held = self.pending.heap_bytes()
            + self.cursors.heap_bytes()
            + self.reply.heap_bytes()
            + self.session.heap_bytes()
            + self.scratch.heap_bytes()
            + self.call.capacity();
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}

/// A handshake of TLS where a packet is expected: behind a length of two bytes stand zeros, and none of four bytes is as large.
const fn is_tls(head: &[u8; HEADER]) -> bool {
    matches!(head, [0x16, 0x03, 1..=4, ..])
}

/// Whether a call has an event though it did not fail.
fn is_shown(request: &Request, session: &Session, config: &Config) -> bool {
    let encrypts = request.kind == Kind::Security && session.security.encryption.is_some();
    config.all_commands || request.kind.is_shown() || encrypts
}

/// Emits a call alone.
fn unmatched(
    config: &Config,
    scratch: &mut Scratch,
    session: &Session,
    request: &Request,
    reason: Reason,
    cx: &mut Cx<'_>,
) {
    if is_shown(request, session, config) {
        cx.emit(&Exchange::new(config, scratch, session, (request, None), Some(reason)));
    }
}
