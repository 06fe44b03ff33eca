//! What is remembered of a connection: where each direction stands, the requests that wait, the response that is coming.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::{InOrder, Pending};
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;

use crate::config::Config;
use crate::event::{Exchange, Scratch};
use crate::message::{Framing, Message, Notes};
use crate::partial::Partial;

/// Longest head of a message.
pub const HEAD_BYTES: usize = 256 << 10;
/// Longest line with a chunk's size.
pub const CHUNK_LINE_BYTES: usize = 16 << 10;
/// Longest trailer section.
pub const TRAILER_BYTES: usize = 64 << 10;
/// Bytes of one direction that may be no HTTP, in one piece, before the rest is given up.
pub const GARBAGE_BYTES: u64 = 64 << 10;
/// The same as long as there was no message: a proxy's handshake or header is longer in no case that matters.
pub const PREFACE_BYTES: u64 = 4096;
/// Memory that the response's buffers may keep between messages.
const KEEP_BYTES: usize = 64 << 10;
/// The engine is told of memory held in steps of this size.
const HOLD_STEP: usize = 16 << 10;

/// Where one direction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum State {
    /// In front of a message or within its head.
    #[default]
    Head,
    /// `left` bytes of the body are to come. `untouched` until the first of them came.
    Body {
        /// At least 1.
        left: u64,
        /// No byte of it was seen.
        untouched: bool,
    },
    /// All that comes is the body. `untouched` until the first byte of it was taken.
    ToEnd {
        /// Its beginning may be another response's.
        untouched: bool,
    },
    /// In front of a chunk's size.
    ChunkSize,
    /// `left` bytes of a chunk are to come.
    Chunk {
        /// At least 1.
        left: u64,
    },
    /// In front of the line end behind a chunk.
    ChunkEnd,
    /// Within the trailer section, of which so many bytes were seen.
    Trailers {
        /// At most [`TRAILER_BYTES`].
        seen: usize,
    },
    /// The engine skips.
    Skipping(After),
    /// These are no messages; so many bytes were passed over.
    Lost {
        /// At most [`GARBAGE_BYTES`], or [`PREFACE_BYTES`].
        bytes: u64,
    },
}

/// What the engine skips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The rest of a body, so many bytes.
    Body(u64),
    /// The rest of a chunk, so many bytes of content; the line end behind it is read.
    Chunk(u64),
    /// Everything up to the end.
    ToEnd,
}

/// One direction.
#[derive(Debug, Default)]
pub struct Side {
    /// Where it stands.
    pub state: State,
    /// Whether the message that it is in is still known: the newest request, or the response.
    pub live: bool,
    /// The head that is coming.
    pub partial: Partial,
    /// Bytes of a body that wait, because another message may begin with them.
    pub peeked: u64,
}

/// One connection.
#[derive(Default)]
pub struct Conn {
    pub(crate) sides: Both<Side>,
    pub(crate) pending: InOrder<Box<Message>>,
    pub(crate) response: Message,
    /// A cleared message to read the next request into; so is `response` between two of them.
    pub(crate) spare: Box<Message>,
    /// Requests that were given up and whose answers may still come in front of the others'.
    pub(crate) late: u32,
    /// No request waited when the response began: one that came later is not its own.
    pub(crate) orphan: bool,
    /// So far it was seen all that the client said, and that was no request.
    pub(crate) unasked: bool,
    /// The orphan began then: a request that begins before its end is its own, the first for the first.
    pub(crate) foremost: bool,
    /// The response is whole and waits for the end of its request, the only one: a server need not wait for it.
    pub(crate) early: bool,
    /// Whether any message was read.
    pub(crate) seen: bool,
    scratch: Scratch,
    held: usize,
    told: usize,
}

impl Conn {
    /// A connection that is seen from its first byte, or from some other.
    pub(crate) fn new(start: Start) -> Self {
        Self { unasked: start == Start::Beginning, ..Self::default() }
    }

    /// The message that a direction is in.
    pub(crate) fn message(&mut self, dir: Dir) -> Option<&mut Message> {
        match dir {
            _ if !self.sides[dir].live => None,
            Dir::ToServer => self.pending.newest_mut().map(|request| &mut **request),
            Dir::ToClient => Some(&mut self.response),
        }
    }

    /// Bytes of a body came: `body` of them, `framing` around them.
    pub(crate) fn add_body(&mut self, dir: Dir, body: &[u8], config: &Config) {
        let limit = config.max_message_size;
        let Some(message) = self.message(dir) else { return };
        let before = message.body.heap_bytes();
        message.add_body(body, limit);
        let grown = message.body.heap_bytes() - before;
        self.held += grown;
    }

    /// Bytes that belong to the message and not to its body came.
    pub(crate) fn add_framing(&mut self, dir: Dir, bytes: usize) {
        if let Some(message) = self.message(dir) {
            message.add_framing(bytes);
        }
    }

    /// Bytes of a body passed by unseen; `lost` of them are not in the capture.
    pub(crate) fn pass_body(&mut self, dir: Dir, body: u64, framing: u64, lost: u64) {
        if let Some(message) = self.message(dir) {
            message.half.bytes = message.half.bytes.saturating_add(body).saturating_add(framing);
            message.body_bytes = message.body_bytes.saturating_add(body);
            message.lost = message.lost.saturating_add(lost);
        }
    }

    /// What waited of a body is body.
    pub(crate) fn pass_peeked(&mut self, dir: Dir) -> u64 {
        let peeked = std::mem::take(&mut self.sides[dir].peeked);
        self.pass_body(dir, peeked, 0, 0);
        peeked
    }

    /// A request's head is in `spare`: it waits from now on.
    pub(crate) fn request_begins(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, spare, late, held, .. } = self;
        let at = spare.half.at.nanos;
        *held += spare.heap_bytes();
        let slot = pending.push(cx, |request, reason, cx| {
            *late += 1;
            *held = held.saturating_sub(request.heap_bytes());
            unmatched(config, scratch, request, reason, cx);
        });
        std::mem::swap(slot, spare);
        let framing = slot.framing;
        (self.seen, self.unasked) = (true, false);
        if let Some(timeout) = config.timeout
            && self.pending.len() == 1
        {
            cx.wake_at(deadline(at, timeout));
        }
        let state = match framing {
            Framing::Chunked => State::ChunkSize,
            Framing::Length(left) if left > 0 => State::Body { left, untouched: true },
            _ => State::Head,
        };
        let side = &mut self.sides.to_server;
        (side.state, side.live) = (state, state != State::Head);
    }

    /// The message of this direction is over.
    pub(crate) fn complete(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        let live = std::mem::replace(&mut self.sides[dir].live, false);
        self.sides[dir].state = State::Head;
        match dir {
            Dir::ToServer => self.settle_early(config, cx),
            Dir::ToClient if live && self.is_early() => self.early = true,
            Dir::ToClient if live => self.response_over(config, cx),
            Dir::ToClient => {}
        }
    }

    /// Whether the request that the response is for is still coming. One that asks for leave to send its body may never send it.
    fn is_early(&self) -> bool {
        let coming =
            self.pending.oldest().filter(|_| self.late == 0 && !self.orphan && self.pending.len() == 1);
        self.sides.to_server.live && coming.is_some_and(|request| !request.expects || request.body_bytes > 0)
    }

    /// An early answer waits no longer.
    pub(crate) fn settle_early(&mut self, config: &Config, cx: &mut Cx<'_>) {
        if std::mem::take(&mut self.early) {
            self.response_over(config, cx);
        }
    }

    /// Emits the response with its request.
    pub(crate) fn response_over(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, response, late, held, sides, orphan, foremost, .. } = self;
        let alone = if *orphan && !*foremost {
            true
        } else if *late > 0 {
            *late -= 1;
            true
        } else {
            let answered = pending.answer(cx, |request, cx| {
                *held = held.saturating_sub(request.heap_bytes());
                let exchange = Exchange::new(config, cx.flow(), scratch, Some(request), Some(response), None);
                cx.emit(&exchange);
            });
            if pending.is_empty() {
                // What still comes of the request belongs to no event.
                sides.to_server.live = false;
            }
            !answered
        };
        if alone {
            cx.unmatched_response();
            let exchange = Exchange::new(config, cx.flow(), scratch, None, Some(response), None);
            cx.emit(&exchange);
        }
        if response.heap_bytes() > KEEP_BYTES {
            *held = held.saturating_sub(response.body.heap_bytes());
            *response = Message::default();
        }
        response.clear();
    }

    /// The end of this direction, or of the connection, came within its message.
    pub(crate) fn cut_short(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        let ends_so = matches!(self.sides[dir].state, State::ToEnd { .. });
        if let Some(message) = self.message(dir) {
            // A body that needs leave to come, and does not, is not missed.
            let refused = message.is_request() && message.expects && message.body_bytes == 0;
            if !ends_so && !refused {
                message.notes.add(Notes::INCOMPLETE);
            }
            self.complete(dir, config, cx);
        }
    }

    /// None of the requests that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, held, .. } = self;
        pending.give_up_all(reason, cx, |request, reason, cx| {
            *held = held.saturating_sub(request.heap_bytes());
            unmatched(config, scratch, request, reason, cx);
        });
        self.sides.to_server.live = false;
    }

    /// Gives up requests that waited too long; one whose answer is coming waits on.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let Some(timeout) = config.timeout else { return };
        self.settle_early(config, cx);
        while let Some(request) = self.pending.oldest() {
            let due = deadline(request.half.at.nanos, timeout);
            if due > cx.now().nanos {
                cx.wake_at(due);
                return;
            }
            if self.sides.to_client.live && self.late == 0 && !self.orphan {
                cx.wake_at(deadline(cx.now().nanos, timeout));
                return;
            }
            let Self { pending, scratch, held, late, .. } = self;
            *late += 1;
            pending.give_up_oldest(Reason::Timeout, cx, |request, reason, cx| {
                *held = held.saturating_sub(request.heap_bytes());
                unmatched(config, scratch, request, reason, cx);
            });
            if self.pending.is_empty() {
                self.sides.to_server.live = false;
            }
        }
    }

    /// The connection is over.
    pub(crate) fn close(mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        for dir in Dir::BOTH {
            self.pass_peeked(dir);
        }
        if self.early
            && let Some(request) = self.message(Dir::ToServer)
        {
            request.notes.add(Notes::INCOMPLETE);
        }
        self.settle_early(config, cx);
        let alone = self.orphan && (!self.foremost || self.pending.is_empty());
        if why == Close::CaptureEnd && alone && self.sides.to_client.live {
            // Neither its request nor its end is in the capture: there is no half to tell of.
            cx.unmatched_response();
        } else if let Some(response) = self.message(Dir::ToClient) {
            // A body to the end of the connection that ended in another way than by FIN.
            response.notes.add(Notes::INCOMPLETE);
            self.complete(Dir::ToClient, config, cx);
            self.settle_early(config, cx);
        }
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// Tells the engine what is held, where that has changed by much.
    pub(crate) fn hold(&mut self, cx: &mut Cx<'_>) {
        let partial = |side: &Side| side.partial.heap_bytes();
        let held = self.held + partial(&self.sides.to_server) + partial(&self.sides.to_client);
        if held.abs_diff(self.told) >= HOLD_STEP {
            self.told = held;
            cx.hold(held + self.scratch.heap_bytes());
        }
    }
}

fn deadline(from: i64, timeout: std::time::Duration) -> i64 {
    from.saturating_add(i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX))
}

/// Emits a request alone.
fn unmatched(config: &Config, scratch: &mut Scratch, request: &Message, reason: Reason, cx: &mut Cx<'_>) {
    let exchange = Exchange::new(config, cx.flow(), scratch, Some(request), None, Some(reason));
    cx.emit(&exchange);
}
