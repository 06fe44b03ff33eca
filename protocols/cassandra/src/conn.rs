//! What is remembered of a connection, and what its messages do to it.

use std::cell::Cell;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::PENDING_PER_CONNECTION;
use packetbeat_core::pairing::{ByKey, Pending as _};
use packetbeat_core::parser::Start;
use packetbeat_core::prepared::Prepared;
use packetbeat_core::record::Half;
use packetbeat_core::stream::{Close, Offset};
use packetbeat_core::time::Stamp;

use crate::config::Config;
use crate::event::{Answer, Exchange, Scratch, Session};
use crate::header::{Header, Op, flag};
use crate::inflate::Codec;
use crate::limits::{INFLATED_BYTES, NAME_BYTES};
use crate::request::{Request, Statement, keep};
use crate::response::{Response, Says};
use crate::search::Mode;

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Side {
    pub(crate) mode: Mode,
    /// Where a message begins is not known.
    pub(crate) lost: bool,
    /// Parts of a message that began in a hole are passed over (version 5).
    pub(crate) drops_parts: bool,
    /// The message under way is longer than what is read: its header, and where it began.
    pub(crate) long: Option<(Header, Half)>,
    /// What was kept of it.
    pub(crate) kept: Vec<u8>,
    /// Where the message under way begins in an inner stream, and the packet that brought it.
    pub(crate) first: Option<(Offset, Stamp)>,
}

/// A message as it stands in the stream.
#[derive(Clone, Copy)]
pub(crate) struct Message<'m> {
    pub(crate) header: Header,
    pub(crate) half: Half,
    pub(crate) body: &'m [u8],
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Conn {
    pub(crate) sides: Both<Side>,
    pending: ByKey<i16, Request>,
    prepared: Prepared<Statement>,
    scratch: Scratch,
    inflated: Vec<u8>,
    codec: Option<Codec>,
    user: Vec<u8>,
    keyspace: Vec<u8>,
    /// Memory that the requests hold which wait.
    waiting_bytes: Cell<usize>,
    /// Requests so far.
    serial: u64,
    /// Requests in front of this one may have been answered in a hole, and so many of them still wait.
    doubted: u64,
    in_doubt: usize,
    /// That of the last message; 0 in front of the first.
    version: u8,
    /// The packet that brought the first byte of the frame that is read.
    pub(crate) frame: Option<Stamp>,
    /// Memory that frames hold.
    pub(crate) layer_bytes: usize,
    told: usize,
}

impl Conn {
    pub(crate) fn new(start: Start, config: &Config) -> Self {
        let side = || Side {
            lost: start == Start::Midstream,
            drops_parts: start == Start::Midstream,
            mode: if start == Start::Midstream { Mode::Unknown } else { Mode::Plain },
            ..Side::default()
        };
        Self {
            sides: Both { to_server: side(), to_client: side() },
            pending: ByKey::new(PENDING_PER_CONNECTION),
            prepared: Prepared::default(),
            scratch: Scratch::default(),
            inflated: Vec::new(),
            codec: config.codec,
            user: Vec::new(),
            keyspace: Vec::new(),
            waiting_bytes: Cell::new(0),
            serial: 0,
            doubted: 0,
            in_doubt: 0,
            version: 0,
            frame: None,
            layer_bytes: 0,
            told: 0,
        }
    }

    /// A message that was read, or its start.
    pub(crate) fn message(&mut self, dir: Dir, message: Message<'_>, config: &Config, cx: &mut Cx<'_>) {
        self.version = message.header.version;
        let whole = message.body.len() == message.header.body && message.lost == 0;
        if message.header.has(flag::COMPRESSED) && !message.body.is_empty() {
            let mut inflated = std::mem::take(&mut self.inflated);
            match self.inflate(message.body, whole, &mut inflated) {
                Some(all) => {
                    let message = Message { body: &inflated, ..message };
                    self.take(dir, message, all && whole, None, config, cx);
                }
                None => {
                    let message = Message { body: &[], ..message };
                    self.take(dir, message, false, Some("compressed body"), config, cx);
                }
            }
            self.inflated = inflated;
        } else {
            self.take(dir, message, whole, None, config, cx);
        }
        self.account(cx);
    }

    /// Decompresses a body: whether it became all that it says; `None` if it could not be.
    fn inflate(&mut self, body: &[u8], whole: bool, to: &mut Vec<u8>) -> Option<bool> {
        if let Some(codec) = self.codec {
            return codec.body(body, whole, INFLATED_BYTES, to).ok();
        }
        // The handshake was not seen: what fits to the last byte is it.
        [Codec::Lz4, Codec::Snappy].into_iter().find_map(|codec| {
            let all = codec.body(body, whole, INFLATED_BYTES, to).ok()?;
            if whole && !to.is_empty() {
                self.codec = Some(codec);
            }
            Some(all)
        })
    }

    fn take(
        &mut self,
        dir: Dir,
        message: Message<'_>,
        whole: bool,
        wrong: Option<&'static str>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        match dir {
            Dir::ToServer => self.request(message, whole, wrong, config, cx),
            Dir::ToClient => self.answer(message, whole, wrong, config, cx),
        }
    }

    fn request(
        &mut self,
        message: Message<'_>,
        whole: bool,
        wrong: Option<&'static str>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        let Message { header, half, body, lost } = message;
        let key = header.stream;
        if self.pending.get(&key).is_some_and(|waiting| waiting.serial < self.doubted) {
            // Its stream serves again, so it was answered in a hole.
            self.give_up(key, Reason::Gap, config, cx);
        }
        let serial = self.serial;
        self.serial += 1;
        let Self { pending, prepared, scratch, user, keyspace, doubted, in_doubt, waiting_bytes, .. } = self;
        let deadline = config.timeout.map_or(i64::MAX, |timeout| half.at.nanos.saturating_add(timeout));
        let session = Session { user, keyspace };
        let mut started = None;
        let fill = |request: &mut Request| {
            (request.header, request.half, request.serial, request.lost) = (header, half, serial, lost);
            match wrong {
                Some(reason) => request.malformed = Some(reason),
                None => request.read(body, whole, prepared),
            }
            started = (header.op == Op::STARTUP).then_some(request.codec);
            waiting_bytes.set(waiting_bytes.get() + request.heap_bytes());
        };
        pending.insert(key, deadline, cx, fill, |request, reason, cx| {
            *in_doubt -= usize::from(request.serial < *doubted).min(*in_doubt);
            settled(waiting_bytes, request);
            unmatched(config, scratch, session, request, reason, cx);
        });
        if config.timeout.is_some()
            && let Some(deadline) = self.pending.next_deadline()
        {
            cx.wake_at(deadline);
        }
        if let Some(codec) = started {
            self.codec = codec.or(config.codec);
            if header.is_framed() {
                // What the client sends next is in frames; the answer to this is the last message of the server that is not.
                self.sides.to_server.mode = Mode::Framed { compressed: codec == Some(Codec::Lz4) };
            }
        }
    }

    fn answer(
        &mut self,
        message: Message<'_>,
        whole: bool,
        wrong: Option<&'static str>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        let Message { header, half, body, lost } = message;
        let mut response = match wrong {
            Some(reason) => Response { malformed: Some(reason), ..Response::default() },
            None => Response::read(header, body, whole),
        };
        if lost > 0 {
            // The note about the loss says it.
            response.malformed = None;
        }
        let answer = Answer { header, half, lost, response };
        let says = &answer.response.says;
        let Self {
            pending, prepared, scratch, user, keyspace, sides, doubted, in_doubt, waiting_bytes, ..
        } = self;
        let session = Session { user, keyspace };
        if header.op == Op::EVENT {
            if config.shows(header.op) {
                cx.emit(&Exchange::new(config, scratch, (None, Some(&answer)), None, session, None));
            }
            return;
        }
        let mut user_now = None;
        let answered = pending.answer(&header.stream, cx, |request, cx| {
            *in_doubt -= usize::from(request.serial < *doubted).min(*in_doubt);
            settled(waiting_bytes, request);
            if let Says::Rows(rows) = says {
                prepared.with(&request.id, |statement| statement.describe(&rows.metadata));
            }
            if config.shows(request.header.op) && config.shows(header.op) {
                let statement = prepared.get(&request.id);
                let both = (Some(request), Some(&answer));
                cx.emit(&Exchange::new(config, scratch, both, None, session, statement));
            }
            match (says, request.header.op) {
                (Says::Prepared(found), Op::PREPARE) => {
                    prepared.insert(found.id, |statement| statement.fill(request, found));
                }
                (Says::Error(_), Op::STARTUP) => sides.to_server.mode = Mode::Plain,
                (_, Op::STARTUP) if request.header.is_framed() && header.is_framed() => {
                    sides.to_client.mode = sides.to_server.mode;
                }
                (_, Op::AUTH_RESPONSE | Op::CREDENTIALS) if !request.user.is_empty() => {
                    user_now = (header.op != Op::ERROR).then(|| request.user.clone());
                }
                _ => {}
            }
        });
        if !answered {
            cx.unmatched_response();
            if config.shows(header.op) {
                cx.emit(&Exchange::new(config, scratch, (None, Some(&answer)), None, session, None));
            }
            if header.is_framed() && matches!(header.op, Op::READY | Op::AUTHENTICATE) && self.frame.is_none()
            {
                // The request was not seen: what follows says how it travels.
                sides.to_client.mode = Mode::Unknown;
            }
        }
        if let Says::Keyspace(name) = says {
            keep(name, NAME_BYTES, keyspace);
        }
        if let Some(name) = user_now {
            *user = name;
        }
    }

    /// Bytes of one direction were lost, or passed over.
    pub(crate) fn gap(&mut self, dir: Dir, config: &Config, cx: &mut Cx<'_>) {
        let both = self.sides[dir.peer()].lost;
        let side = &mut self.sides[dir];
        (side.lost, side.drops_parts, side.long, side.first) = (true, true, None, None);
        if side.mode == Mode::Plain && !matches!(self.version, 1..=4) {
            // The end of the handshake may have been in it.
            side.mode = Mode::Unknown;
        }
        // A request that was lost can have the stream of one that was answered in another hole: its answer would meet the wrong one.
        if both || (dir == Dir::ToServer && self.in_doubt > 0) {
            self.give_up_all(Reason::Gap, config, cx);
        }
    }

    /// A message was found again.
    pub(crate) fn found(&mut self, dir: Dir) {
        self.sides[dir].lost = false;
        if dir == Dir::ToClient {
            (self.doubted, self.in_doubt) = (self.serial, self.pending.len());
        }
    }

    fn give_up(&mut self, key: i16, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, user, keyspace, in_doubt, waiting_bytes, .. } = self;
        let session = Session { user, keyspace };
        *in_doubt = in_doubt.saturating_sub(1);
        pending.give_up(&key, reason, cx, |request, reason, cx| {
            settled(waiting_bytes, request);
            unmatched(config, scratch, session, request, reason, cx);
        });
    }

    /// None of the requests that wait will be answered.
    pub(crate) fn give_up_all(&mut self, reason: Reason, config: &Config, cx: &mut Cx<'_>) {
        let Self { pending, scratch, user, keyspace, waiting_bytes, .. } = self;
        let session = Session { user, keyspace };
        self.in_doubt = 0;
        pending.give_up_all(reason, cx, |request, reason, cx| {
            settled(waiting_bytes, request);
            unmatched(config, scratch, session, request, reason, cx);
        });
    }

    /// Gives up what waited too long.
    pub(crate) fn wake(&mut self, config: &Config, cx: &mut Cx<'_>) {
        let now = cx.now().nanos;
        let Self { pending, scratch, user, keyspace, doubted, in_doubt, waiting_bytes, .. } = self;
        let session = Session { user, keyspace };
        let next = pending.expire(now, cx, |request, reason, cx| {
            *in_doubt -= usize::from(request.serial < *doubted).min(*in_doubt);
            settled(waiting_bytes, request);
            unmatched(config, scratch, session, request, reason, cx);
        });
        if let (Some(next), Some(_)) = (next, config.timeout) {
            cx.wake_at(next);
        }
    }

    /// The connection is over.
    pub(crate) fn close(&mut self, why: Close, config: &Config, cx: &mut Cx<'_>) {
        self.give_up_all(Reason::of_close(why), config, cx);
    }

    /// Tells the engine what is held, where that has changed by much.
    fn account(&mut self, cx: &mut Cx<'_>) {
        const STEP: usize = 16 << 10;
        let sides = self.sides.to_server.kept.capacity() + self.sides.to_client.kept.capacity();
        let held = self.waiting_bytes.get()
            + self.pending.len() * size_of::<Request>()
            + self.prepared.heap_bytes()
            + self.scratch.heap_bytes()
            + self.inflated.capacity()
            + self.layer_bytes
            + sides;
        if held.abs_diff(self.told) >= STEP {
            self.told = held;
            cx.hold(held);
        }
    }
}

/// A request waits no longer.
fn settled(waiting_bytes: &Cell<usize>, request: &Request) {
    waiting_bytes.set(waiting_bytes.get().saturating_sub(request.heap_bytes()));
}

/// Emits a request alone.
fn unmatched(
    config: &Config,
    scratch: &mut Scratch,
    session: Session<'_>,
    request: &Request,
    reason: Reason,
    cx: &mut Cx<'_>,
) {
    if config.shows(request.header.op) {
        cx.emit(&Exchange::new(config, scratch, (Some(request), None), Some(reason), session, None));
    }
}
