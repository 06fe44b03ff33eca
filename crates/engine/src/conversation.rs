//! One TCP connection: reassembly, then whoever reads it.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::{Endpoint, Flow};
use packetbeat_core::parser::Start;
use packetbeat_core::probe::Role;
use packetbeat_core::stream::{Close, Finish, Next};
use packetbeat_core::time::Stamp;
use packetbeat_tcp::{Arrival, Connection, Receiver};

use crate::detect::{Decision, Held, Undecided};
use crate::env::Env;
use crate::limits::{HANDOVERS, LINGER};
use crate::parsing::{Finished, Parsing};
use crate::registry::Registry;

/// A connection and what is known of it.
pub(crate) struct Conversation {
    tcp: Connection,
    talk: Talk,
    /// Tells this connection from others that had its place in the table.
    pub(crate) serial: u32,
    /// When its last packet came.
    pub(crate) last_seen: i64,
    /// When it is next looked at; later wishes wait until then.
    pub(crate) scheduled: Option<i64>,
    /// Memory charged to its shard.
    pub(crate) charged: usize,
    forget_at: Option<i64>,
}

/// What the receiver of reassembled bytes needs; apart from reassembly so that both can be borrowed.
struct Talk {
    flow: Flow,
    stage: Stage,
    /// Whether who was taken for the client turned out to be the server.
    flipped: bool,
    from_start: bool,
    handovers: u8,
    /// Who closed it with RST, as the first packet of the connection has the directions.
    reset_by: Option<Dir>,
}

enum Stage {
    Undecided(Undecided),
    Parsing(Box<Parsing>),
    /// Nobody reads it.
    Opaque,
    /// Over; remembered so that late packets begin nothing.
    Closed,
}

/// What is known of a connection at its first packet.
pub(crate) struct Opening {
    pub(crate) flow: Flow,
    pub(crate) owner: Option<ProtocolId>,
    /// Whether the packet is a SYN.
    pub(crate) from_start: bool,
    pub(crate) serial: u32,
}

impl Conversation {
    pub(crate) fn new(opening: Opening, now: i64, registry: &Registry) -> Self {
        let Opening { flow, owner, from_start, serial } = opening;
        let stage = Stage::Undecided(Undecided::new(owner, from_start, 0, registry));
        Self {
            tcp: Connection::default(),
            talk: Talk { flow, stage, flipped: false, from_start, handovers: 0, reset_by: None },
            serial,
            last_seen: now,
            scheduled: None,
            charged: 0,
            forget_at: None,
        }
    }

    /// One segment; `dir` as the first packet of the connection has it.
    pub(crate) fn segment(&mut self, dir: Dir, arrival: &Arrival<'_>, rst: bool, env: &mut Env<'_>) {
        self.last_seen = env.now.nanos;
        if rst {
            self.talk.reset_by = Some(dir);
        } else if self.talk.reset_by == Some(dir) && !arrival.payload.is_empty() {
            // Who reset a connection says nothing more on it: the receiver has not believed that RST, nor do we.
            self.reopen(env);
        }
        let (told, repeated, outside) = (self.tcp.told(), self.tcp.repeated(), self.tcp.outside());
        let mut delivery = Delivery { talk: &mut self.talk, env };
        if rst {
            self.tcp.flush(arrival.stamp, &mut delivery);
        } else {
            self.tcp.segment(dir, arrival, &mut delivery);
        }
        env.bytes.in_all += self.tcp.told() - told;
        env.bytes.repeated += self.tcp.repeated() - repeated;
        env.bytes.outside += self.tcp.outside() - outside;
        if rst {
            self.close(Close::Reset, env);
        } else if self.tcp.is_over() {
            self.close(Close::Fin, env);
        }
    }

    /// The direction of packets from `src`, as the first packet of the connection has it.
    pub(crate) fn direction_of(&self, src: Endpoint) -> Dir {
        let client = if self.talk.flipped { self.talk.flow.server } else { self.talk.flow.client };
        if src == client { Dir::ToServer } else { Dir::ToClient }
    }

    /// Reads on after a RST that was none.
    fn reopen(&mut self, env: &Env<'_>) {
        self.talk.reset_by = None;
        self.forget_at = None;
        if matches!(self.talk.stage, Stage::Closed) {
            let owner = env.registry.tcp_owner(self.talk.flow.server.port);
            self.talk.stage = Stage::Undecided(Undecided::new(owner, self.talk.from_start, 0, env.registry));
        }
    }

    /// Whether a SYN begins another connection on the same ports.
    pub(crate) fn is_other(&mut self, dir: Dir, syn_seq: u32) -> bool {
        self.tcp.is_other(dir, syn_seq)
    }

    /// A time that was waited for has come.
    pub(crate) fn wake(&mut self, env: &mut Env<'_>) {
        self.scheduled = None;
        let told = self.tcp.told();
        let mut delivery = Delivery { talk: &mut self.talk, env };
        self.tcp.expire(delivery.env.now, &mut delivery);
        env.bytes.in_all += self.tcp.told() - told;
        if let Stage::Parsing(parsing) = &mut self.talk.stage
            && parsing.wake_at.is_some_and(|at| at <= env.now.nanos)
        {
            parsing.wake(&self.talk.flow, env);
        }
        if self.tcp.is_over() {
            self.close(Close::Fin, env);
        }
    }

    /// Whether it may be forgotten.
    pub(crate) fn is_forgotten(&self, now: i64) -> bool {
        self.forget_at.is_some_and(|at| at <= now)
    }

    /// Tells everything that waits and closes.
    pub(crate) fn finish(&mut self, why: Close, env: &mut Env<'_>) {
        let told = self.tcp.told();
        let mut delivery = Delivery { talk: &mut self.talk, env };
        self.tcp.flush(delivery.env.now, &mut delivery);
        env.bytes.in_all += self.tcp.told() - told;
        self.close(why, env);
    }

    /// When it wants to be woken.
    pub(crate) fn deadline(&mut self, now: i64) -> Option<i64> {
        let mut earliest = self.tcp.deadline(now).unwrap_or(i64::MAX);
        if let Stage::Parsing(parsing) = &self.talk.stage {
            earliest = earliest.min(parsing.wake_at.unwrap_or(i64::MAX));
        }
        earliest = earliest.min(self.forget_at.unwrap_or(i64::MAX));
        (earliest != i64::MAX).then_some(earliest)
    }

    /// Bytes of memory held beyond its own size.
    pub(crate) fn held_bytes(&self) -> usize {
        let stage = match &self.talk.stage {
            Stage::Undecided(undecided) => undecided.held_bytes(),
            Stage::Parsing(parsing) => parsing.held_bytes(),
            Stage::Opaque | Stage::Closed => 0,
        };
        size_of::<Self>() + self.tcp.held_bytes() + stage
    }

    fn close(&mut self, why: Close, env: &mut Env<'_>) {
        if self.forget_at.is_none() {
            self.forget_at = Some(env.now.nanos.saturating_add(LINGER));
        }
        self.talk.close(why, env);
    }
}

impl Talk {
    fn close(&mut self, why: Close, env: &mut Env<'_>) {
        match std::mem::replace(&mut self.stage, Stage::Closed) {
            Stage::Undecided(undecided) => self.give_up(undecided, env),
            Stage::Parsing(parsing) => {
                let unread = parsing.close(why, &self.flow, env);
                env.bytes.opaque += (unread.to_server.len() + unread.to_client.len()) as u64;
            }
            Stage::Opaque | Stage::Closed => {}
        }
    }

    /// Nobody reads what was held.
    fn give_up(&mut self, undecided: Undecided, env: &mut Env<'_>) {
        let held = undecided.into_held();
        if !held.is_empty() || self.handovers == 0 {
            env.connections.unrecognised += 1;
        }
        for held in held {
            if let Held::Bytes(_, bytes, _) = held {
                env.bytes.opaque += bytes.len() as u64;
            }
        }
    }

    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp, env: &mut Env<'_>) {
        match &mut self.stage {
            Stage::Parsing(parsing) => {
                if let Some(finished) = parsing.bytes(dir, bytes, stamp, &self.flow, env) {
                    self.finished(dir, finished, stamp, env);
                }
            }
            Stage::Opaque | Stage::Closed => env.bytes.opaque += bytes.len() as u64,
            Stage::Undecided(undecided) => match undecided.bytes(dir, bytes, stamp, env.registry) {
                Decision::Wait => {}
                Decision::Claim(protocol, decided, sender) => {
                    self.claim(protocol, decided, sender, (dir, bytes, stamp), env);
                }
                Decision::Nobody if undecided.may_retry() => {
                    env.bytes.opaque += undecided.retry() + bytes.len() as u64;
                }
                Decision::Nobody => {
                    env.bytes.opaque += bytes.len() as u64;
                    if let Stage::Undecided(undecided) = std::mem::replace(&mut self.stage, Stage::Opaque) {
                        self.give_up(undecided, env);
                    }
                }
            },
        }
    }

    /// A protocol reads on: first what was held, then the bytes at hand.
    fn claim(
        &mut self,
        protocol: ProtocolId,
        decided: Dir,
        sender: Role,
        (dir, bytes, stamp): (Dir, &[u8], Stamp),
        env: &mut Env<'_>,
    ) {
        let Stage::Undecided(undecided) = std::mem::replace(&mut self.stage, Stage::Opaque) else { return };
        let held = undecided.into_held();
        let wrong =
            matches!((sender, decided), (Role::Client, Dir::ToClient) | (Role::Server, Dir::ToServer));
        // Also against the SYN: in who asks and who answers, the protocol has the last word.
        let flip = wrong && !self.flipped;
        if flip {
            self.flip(env);
        }
        let turned = |dir: Dir| if flip { dir.peer() } else { dir };
        let start = match (self.handovers, self.from_start) {
            (1.., _) => Start::Upgraded,
            (0, true) => Start::Beginning,
            (0, false) => Start::Midstream,
        };
        // Where a probe matched, a message begins; the other direction may be in the middle of one.
        let search = start == Start::Midstream;
        let mut searching = Both { to_server: search, to_client: search };
        if sender != Role::Unknown {
            searching[turned(decided)] = false;
        }
        self.open(protocol, start, searching, env);
        for held in held {
            match held {
                Held::Bytes(dir, bytes, stamp) => self.bytes(turned(dir), &bytes, stamp, env),
                Held::End(dir) => self.end(turned(dir), env),
            }
        }
        self.bytes(turned(dir), bytes, stamp, env);
    }

    fn open(&mut self, protocol: ProtocolId, start: Start, searching: Both<bool>, env: &mut Env<'_>) {
        self.stage = match env.registry.tcp(protocol) {
            Some(plugin) => {
                let session = std::sync::Arc::clone(plugin).open(start);
                Stage::Parsing(Box::new(Parsing::new(protocol, session, searching)))
            }
            None => Stage::Opaque,
        };
    }

    /// Who was taken for the client is the server.
    fn flip(&mut self, env: &Env<'_>) {
        self.flipped = true;
        let direction = env.registry.direction(self.flow.server.ip, self.flow.client.ip);
        self.flow = self.flow.clone().flipped(direction);
    }

    /// A session is done: the rest of its window and the peer's unread bytes go to whoever follows.
    fn finished(&mut self, dir: Dir, finished: Finished, stamp: Stamp, env: &mut Env<'_>) {
        let Stage::Parsing(parsing) = std::mem::replace(&mut self.stage, Stage::Opaque) else { return };
        let Finished { how, rest } = finished;
        let protocol = parsing.protocol;
        let why = if matches!(how, Finish::Upgrade(_)) { Close::Handed } else { Close::Broken };
        let unread = parsing.close(why, &self.flow, env);
        self.handovers = self.handovers.saturating_add(1);
        let detect = env.registry.settings.detect && self.handovers <= HANDOVERS;
        match how {
            Finish::Malformed(_) => {
                if let Some(tally) = env.tally(protocol) {
                    tally.malformed();
                }
                // Claimed in error: others may look at what follows.
                if detect {
                    self.stage = Stage::Undecided(Undecided::new(None, true, 1 << protocol.0, env.registry));
                }
            }
            Finish::Upgrade(Next::Named(name)) if self.handovers <= HANDOVERS => {
                if let Some(next) = env.registry.named(name) {
                    self.open(next, Start::Upgraded, Both::default(), env);
                }
            }
            Finish::Upgrade(Next::Detect) if self.handovers <= HANDOVERS => {
                self.stage = Stage::Undecided(Undecided::upgraded(env.registry));
            }
            Finish::Opaque | Finish::Upgrade(_) => {}
        }
        for (dir, bytes) in [(dir, rest), (dir.peer(), unread[dir.peer()].clone())] {
            if !bytes.is_empty() {
                self.bytes(dir, &bytes, stamp, env);
            }
        }
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp, env: &mut Env<'_>) {
        match &mut self.stage {
            Stage::Parsing(parsing) => {
                if let Some(finished) = parsing.lost(dir, count, &self.flow, env) {
                    self.finished(dir, finished, stamp, env);
                }
            }
            Stage::Opaque | Stage::Closed => env.bytes.lost += count.get(),
            Stage::Undecided(undecided) => {
                env.bytes.lost += count.get();
                // What follows the hole is the middle of something.
                let banned = undecided.banned();
                let owner = env.registry.tcp_owner(self.flow.server.port);
                let fresh = Undecided::new(owner, false, banned, env.registry);
                self.from_start = false;
                let before = std::mem::replace(undecided, fresh);
                for held in before.into_held() {
                    if let Held::Bytes(_, bytes, _) = held {
                        env.bytes.opaque += bytes.len() as u64;
                    }
                }
            }
        }
    }

    fn end(&mut self, dir: Dir, env: &mut Env<'_>) {
        match &mut self.stage {
            Stage::Parsing(parsing) => parsing.end(dir, &self.flow, env),
            Stage::Undecided(undecided) => undecided.hold_end(dir),
            Stage::Opaque | Stage::Closed => {}
        }
    }

    fn turned(&self, dir: Dir) -> Dir {
        if self.flipped { dir.peer() } else { dir }
    }
}

/// Hands what reassembly tells to the talk.
struct Delivery<'d, 'w> {
    talk: &'d mut Talk,
    env: &'d mut Env<'w>,
}

impl Receiver for Delivery<'_, '_> {
    #[inline]
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp) {
        let dir = self.talk.turned(dir);
        self.talk.bytes(dir, bytes, stamp, self.env);
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp) {
        let dir = self.talk.turned(dir);
        self.talk.lost(dir, count, stamp, self.env);
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        let dir = self.talk.turned(dir);
        self.talk.end(dir, self.env);
    }
}
