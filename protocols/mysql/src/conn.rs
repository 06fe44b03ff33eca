//! What is remembered of a connection, and what both sides' readers do with it.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::InOrder;
use packetbeat_core::parser::Start;
use packetbeat_core::prepared::Prepared;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Close, Finish, Offset, Progress, SkipLen, Skipped, Window};

use crate::command::{Request, Statement};
use crate::config::Config;
use crate::event::{Exchange, Scratch};
use crate::reply::Reply;
use crate::session::Session;
use crate::wire::{HEADER, Header, LONGEST};

/// Where the server's side stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing was seen of it.
    #[default]
    Greeting,
    /// In front of an answer, or within a login's.
    Answer,
    /// So many definitions of parameters of a prepared statement are to come, then those of columns.
    Parameters { left: u16, columns: u16 },
    /// In front of what may be the EOF behind the parameters.
    ParametersEnd { columns: u16 },
    /// So many definitions of columns of a prepared statement.
    Prepared { left: u16 },
    /// In front of the EOF behind them.
    PreparedEnd,
    /// So many definitions of columns of a result.
    Columns { left: u64 },
    /// In front of the EOF behind them, or the first row.
    ColumnsEnd,
    /// In front of a row or the end of the result.
    Rows,
    /// In front of another result.
    NextResult,
    /// Columns of a table, their number unknown.
    FieldList,
    /// The client sends a file.
    File,
}

/// One direction.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    /// Where a message begins is not known.
    pub(crate) lost: bool,
    /// The next packet goes on with the payload of the one before.
    pub(crate) continued: bool,
    /// While a beginning is looked for: bytes left waiting that were searched.
    pub(crate) searched: usize,
    /// Bytes that the engine was asked to skip.
    skipping: u64,
}

/// A connection.
#[derive(Debug, Default)]
pub(crate) struct Conn {
    pub(crate) sides: Both<Side>,
    pub(crate) phase: Phase,
    pub(crate) session: Session,
    pub(crate) pending: InOrder<Request>,
    pub(crate) reply: Reply,
    pub(crate) prepared: Prepared<Statement>,
    pub(crate) scratch: Scratch,
    /// A login or a command was seen: what the client says now with another number goes on with it.
    pub(crate) client_spoke: bool,
    /// A proxy's header in front of the client's words was passed, or is not there.
    pub(crate) proxied: bool,
    /// Joined in the middle, the first bytes of the server may all the same be its greeting.
    pub(crate) may_be_greeted: bool,
    /// Bytes of the server that were left waiting then, before any command was seen.
    pub(crate) before_command: usize,
    /// No answer was understood yet, and nothing was lost: what cannot be read is another protocol.
    pub(crate) is_new: bool,
    /// What the server says belongs to no command, up to its answer to the next one.
    pub(crate) stray: bool,
    /// An EOF packet may follow that belongs to the answer before.
    pub(crate) stray_eof: bool,
    /// The login is over and agreed on compression: what follows is read in another way.
    pub(crate) compressed: bool,
    /// Bytes are those of an inner stream: none of them has a packet of its own.
    pub(crate) inner: bool,
    /// Memory that decompression holds.
    pub(crate) layer_bytes: usize,
    told: usize,
    /// Calls since what is held was looked at.
    unaccounted: u32,
}

/// What one packet came to.
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
    /// The step over a packet of which `there` bytes have come.
    pub(crate) const fn over(header: Header, there: usize) -> Self {
        let whole = HEADER + header.len;
        if whole <= there { Self::Took(whole) } else { Self::Skip(whole - there) }
    }
}

impl Conn {
    pub(crate) fn new(start: Start) -> Self {
        let side = Side { lost: start == Start::Midstream, ..Side::default() };
        let phase = if start == Start::Midstream { Phase::Answer } else { Phase::Greeting };
        Self {
            sides: Both { to_server: side, to_client: side },
            phase,
            may_be_greeted: start == Start::Midstream,
            is_new: start != Start::Midstream,
            ..Self::default()
        }
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
            let rest = window.after(at);
            let step = match dir {
                Dir::ToServer => self.client_packet(rest, config, cx),
                Dir::ToClient => self.server_packet(rest, config, cx),
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
                Step::Finish { took, how } => return Progress::Finish { consumed: at + took, how },
            }
            if self.compressed && !self.inner {
                return Progress::all(at);
            }
        }
    }

    /// The rest of a packet that was skipped has passed.
    pub(crate) fn skipped(&mut self, dir: Dir, done: Skipped) {
        let asked = std::mem::take(&mut self.sides[dir].skipping);
        let missing = if done.complete { 0 } else { asked.saturating_sub(done.bytes) };
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

    /// Bytes of one direction were lost: what waits may have been answered in them, and where the next packet begins is not known.
    pub(crate) fn gap(&mut self, dir: Dir, lost: u64, config: &Config, cx: &mut Cx<'_>) {
        if dir == Dir::ToClient && self.is_within_rows() {
            // What the rows were is known, how many they are is not.
            self.reply.lost = self.reply.lost.saturating_add(lost);
            self.answered(config, cx);
        }
        self.give_up(Reason::Gap, config, cx);
        let lost = Side { lost: true, ..Side::default() };
        self.sides.to_client = lost;
        if dir == Dir::ToServer {
            self.sides.to_server = lost;
        }
    }

    const fn is_within_rows(&self) -> bool {
        matches!(self.phase, Phase::Columns { .. } | Phase::ColumnsEnd | Phase::Rows)
    }

    /// What waits is given up; what the server goes on to say belongs to nothing, up to its answer to the next command.
    pub(crate) fn give_up(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(reason, config, cx);
        self.reply.clear();
        self.phase = Phase::Answer;
        (self.stray, self.stray_eof, self.is_new) = (true, false, false);
    }

    /// None of the commands that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, .. } = self;
        pending.give_up_all(reason, cx, |request, reason, cx| {
            unmatched(config, scratch, session, request, reason, cx);
        });
    }

    /// The oldest command has its answer.
    pub(crate) fn answered(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, session, reply, .. } = self;
        pending.answer(cx, |request, cx| {
            if is_shown(request, config) {
                let user = session.user.bytes();
                let both = (request, Some(&*reply));
                cx.emit(&Exchange::new(config, scratch, both, None, user, session.dialect()));
            }
        });
        self.reply.clear();
        self.phase = Phase::Answer;
        self.is_new = false;
        self.watch(config, cx);
    }

    /// Asks to be woken when the oldest command has waited too long.
    pub(crate) fn watch(&self, config: &Config, cx: &mut Cx<'_>) {
        if let (Some(timeout), Some(oldest)) = (config.timeout, self.pending.oldest()) {
            cx.wake_at(oldest.half.at.nanos.saturating_add(timeout));
        }
    }

    /// Gives up what waited too long; a command whose answer is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let (Some(timeout), Some(oldest)) = (config.timeout, self.pending.oldest()) else { return };
        let now = cx.now().nanos;
        let due = oldest.half.at.nanos.saturating_add(timeout);
        if due > now {
            cx.wake_at(due);
        } else if self.reply.half.is_some() {
            cx.wake_at(now.saturating_add(timeout.max(1)));
        } else {
            // Later answers could not be told from the one that is late.
            self.give_up(Reason::Timeout, config, cx);
        }
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// One half of an exchange that begins with the packet at `start`.
    pub(crate) fn half(&self, dir: Dir, start: Offset, header: Header, cx: &Cx<'_>) -> Half {
        let bytes = (HEADER + header.len) as u64;
        if self.inner { Half { at: cx.now(), bytes } } else { cx.half(dir, start, bytes) }
    }

    /// Whether this packet only goes on with the payload of the one before; `None` if it does not.
    pub(crate) const fn goes_on(side: &mut Side, header: Header) -> bool {
        std::mem::replace(&mut side.continued, header.len == LONGEST)
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        // Where many wait, looking at all of them for each would take long.
        self.unaccounted += 1;
        if self.pending.len() > 8 && self.unaccounted < 32 {
            return;
        }
        self.unaccounted = 0;
        let held = self.pending.heap_bytes()
            + self.prepared.heap_bytes()
            + self.reply.heap_bytes()
            + self.scratch.heap_bytes()
            + self.layer_bytes;
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}

/// Whether a command has an event.
pub(crate) const fn is_shown(request: &Request, config: &Config) -> bool {
    config.all_commands || request.is_statement()
}

/// Emits a command alone.
pub(crate) fn unmatched(
    config: &Config,
    scratch: &mut Scratch,
    session: &Session,
    request: &Request,
    reason: Reason,
    cx: &mut Cx<'_>,
) {
    if is_shown(request, config) {
        let (user, dialect) = (session.user.bytes(), session.dialect());
        cx.emit(&Exchange::new(config, scratch, (request, None), Some(reason), user, dialect));
    }
}
