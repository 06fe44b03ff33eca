//! One of 256 parts of all flows: tables, timers and budgets of its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use packetbeat_core::direction::Dir;
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::limits::HELD_PER_CONNECTION;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::session::UdpSession;
use packetbeat_core::stream::Close;
use packetbeat_decoder::{Datagram, Segment};
use packetbeat_flows::{FlowKey, Table};
use packetbeat_tcp::Arrival;

use crate::conversation::{Conversation, Opening};
use crate::env::Env;
use crate::limits::{BYTES_PER_SHARD, CONNECTIONS_PER_SHARD, IDLE};

/// Flows whose keys hash to this shard.
#[derive(Default)]
pub(crate) struct Shard {
    connections: Table<Conversation>,
    timers: BinaryHeap<Reverse<Timer>>,
    serial: u32,
    held: usize,
    datagrams: Vec<Option<DatagramState>>,
}

/// When to look at a connection: time, place, serial.
type Timer = (i64, u32, u32);

/// One UDP protocol's state and the time it wants to be woken.
struct DatagramState {
    session: Box<dyn UdpSession>,
    wake_at: Option<i64>,
}

impl Shard {
    /// One TCP segment of a flow of this shard.
    pub(crate) fn segment(&mut self, key: FlowKey, segment: &Segment<'_>, env: &mut Env<'_>) {
        let flags = segment.flags;
        let begins = flags.syn();
        let src = Endpoint { ip: segment.ip.src, port: segment.src_port };
        let dst = Endpoint { ip: segment.ip.dst, port: segment.dst_port };
        let mut place = self.connections.find(&key);
        if let Some(old) = place
            && begins
            && let Some(conversation) = self.connections.get_mut(old)
            && conversation.is_other(conversation.direction_of(src), segment.seq)
        {
            self.remove(old, Close::Fin, env);
            place = None;
        }
        let place = match place {
            Some(place) => place,
            // A connection that is only torn down has nothing to analyse.
            None if flags.rst() => return,
            None => self.open(key, src, dst, segment, env),
        };
        self.connections.touch(place);
        let Some(conversation) = self.connections.get_mut(place) else { return };
        let arrival = Arrival {
            seq: segment.seq,
            ack: flags.ack().then_some(segment.ack),
            syn: flags.syn(),
            fin: flags.fin(),
            payload: segment.payload,
            cut: segment.cut,
            stamp: env.now,
        };
        conversation.segment(conversation.direction_of(src), &arrival, flags.rst(), env);
        self.settle(place, env);
    }

    /// One UDP datagram of a flow of this shard.
    pub(crate) fn datagram(&mut self, datagram: &Datagram<'_>, env: &mut Env<'_>) {
        let whole = datagram.payload.len() as u64;
        env.bytes.in_all += whole + u64::from(datagram.cut);
        env.bytes.lost += u64::from(datagram.cut);
        let registry = env.registry;
        let by_port = registry
            .udp_owner(datagram.dst_port)
            .map(|id| (id, Dir::ToServer))
            .or_else(|| registry.udp_owner(datagram.src_port).map(|id| (id, Dir::ToClient)));
        let mut asked = None;
        if let Some((id, dir)) = by_port {
            let dir = match registry.udp(id).map_or(Role::Unknown, |plugin| plugin.sender(datagram.payload)) {
                Role::Client => Dir::ToServer,
                Role::Server => Dir::ToClient,
                Role::Unknown => dir,
            };
            if self.read(id, dir, datagram, env) {
                return;
            }
            asked = Some(id);
        }
        if registry.settings.detect {
            for id in registry.ids().filter(|id| Some(*id) != asked) {
                let Some(plugin) = registry.udp(id) else { continue };
                if let Verdict::Match { sender } = plugin.probe(datagram.payload) {
                    let dir = if sender == Role::Server { Dir::ToClient } else { Dir::ToServer };
                    if self.read(id, dir, datagram, env) {
                        return;
                    }
                    asked = Some(id);
                    break;
                }
            }
        }
        env.bytes.opaque += whole;
        if let Some(tally) = asked.and_then(|id| env.tally(id)) {
            tally.malformed();
        }
    }

    /// Packet time has moved on.
    pub(crate) fn tick(&mut self, env: &mut Env<'_>) {
        let now = env.now.nanos;
        while let Some(Reverse((at, place, serial))) = self.timers.peek().copied() {
            if at > now {
                break;
            }
            self.timers.pop();
            let Some(conversation) = self.connections.get_mut(place).filter(|one| one.serial == serial)
            else {
                continue;
            };
            conversation.wake(env);
            if conversation.is_forgotten(now) {
                self.remove(place, Close::Fin, env);
            } else {
                self.settle(place, env);
            }
        }
        while let Some(place) = self.connections.oldest() {
            if self.connections.get_mut(place).is_some_and(|one| one.last_seen.saturating_add(IDLE) > now) {
                break;
            }
            env.connections.idle += 1;
            self.remove(place, Close::Idle, env);
        }
        for (id, state) in self.datagrams.iter_mut().enumerate() {
            let Some(state) = state.as_mut().filter(|state| state.wake_at.is_some_and(|at| at <= now)) else {
                continue;
            };
            state.wake_at = None;
            let session = &mut state.session;
            let nowhere = nowhere();
            if let Some(((), wishes)) = env.call(ProtocolId(id as u8), &nowhere, None, |cx| session.wake(cx))
            {
                state.wake_at = wishes.wake_at;
            }
        }
    }

    /// Whether a tick at `now` has anything to do here.
    pub(crate) fn is_due(&mut self, now: i64) -> bool {
        self.timers.peek().is_some_and(|Reverse((at, _, _))| *at <= now)
            || self.datagrams.iter().flatten().any(|state| state.wake_at.is_some_and(|at| at <= now))
            || self
                .connections
                .oldest()
                .and_then(|place| self.connections.get_mut(place))
                .is_some_and(|one| one.last_seen.saturating_add(IDLE) <= now)
    }

    /// The capture is over.
    pub(crate) fn finish(&mut self, env: &mut Env<'_>) {
        while let Some(place) = self.connections.oldest() {
            self.remove(place, Close::CaptureEnd, env);
        }
        for (id, state) in std::mem::take(&mut self.datagrams).into_iter().enumerate() {
            if let Some(state) = state {
                env.call(ProtocolId(id as u8), &nowhere(), None, |cx| state.session.close(cx));
            }
        }
    }

    fn open(
        &mut self,
        key: FlowKey,
        src: Endpoint,
        dst: Endpoint,
        segment: &Segment<'_>,
        env: &mut Env<'_>,
    ) -> u32 {
        if self.connections.len() >= CONNECTIONS_PER_SHARD {
            self.evict(env);
        }
        let registry = env.registry;
        let (syn, ack) = (segment.flags.syn(), segment.flags.ack());
        let owners = (registry.tcp_owner(dst.port), registry.tcp_owner(src.port));
        // SYN tells who asks; without it a port that is known, else the lower one, is the server's.
        let from_server = match (syn, ack, owners) {
            (true, answers, _) => answers,
            (_, _, (None, Some(_))) => true,
            (_, _, (Some(_), _)) => false,
            (_, _, (None, None)) => src.port < dst.port,
        };
        let (client, server) = if from_server { (dst, src) } else { (src, dst) };
        let owner = if from_server { owners.1.or(owners.0) } else { owners.0.or(owners.1) };
        let flow = Flow::new(Transport::Tcp, client, server, registry.direction(client.ip, server.ip));
        self.serial = self.serial.wrapping_add(1);
        env.connections.seen += 1;
        let opening = Opening { flow, owner, from_start: syn, serial: self.serial };
        self.connections.insert(key, Conversation::new(opening, env.now.nanos, registry))
    }

    /// After a call into a connection: its timer, its memory, the shard's budget.
    fn settle(&mut self, place: u32, env: &mut Env<'_>) {
        let Some(conversation) = self.connections.get_mut(place) else { return };
        if let Some(at) = conversation.deadline(env.now.nanos)
            && conversation.scheduled.is_none_or(|scheduled| at < scheduled)
        {
            conversation.scheduled = Some(at);
            self.timers.push(Reverse((at, place, conversation.serial)));
        }
        let held = conversation.held_bytes();
        self.held = self.held + held - conversation.charged;
        conversation.charged = held;
        if held > HELD_PER_CONNECTION {
            env.connections.evicted += 1;
            self.remove(place, Close::Evicted, env);
        }
        while self.held > BYTES_PER_SHARD && !self.connections.is_empty() {
            self.evict(env);
        }
    }

    /// Gives up the connection that was silent for the longest time.
    fn evict(&mut self, env: &mut Env<'_>) {
        if let Some(place) = self.connections.oldest() {
            env.connections.evicted += 1;
            self.remove(place, Close::Evicted, env);
        }
    }

    fn remove(&mut self, place: u32, why: Close, env: &mut Env<'_>) {
        if let Some(mut conversation) = self.connections.remove(place) {
            self.held -= conversation.charged;
            conversation.finish(why, env);
        }
    }

    /// Shows a datagram to a protocol; whether it was one of its own.
    fn read(&mut self, id: ProtocolId, dir: Dir, datagram: &Datagram<'_>, env: &mut Env<'_>) -> bool {
        let place = usize::from(id.0);
        if self.datagrams.len() <= place {
            self.datagrams.resize_with(place + 1, || None);
        }
        let Some(slot) = self.datagrams.get_mut(place) else { return false };
        if slot.is_none() {
            let session = env.registry.udp(id).map(|plugin| std::sync::Arc::clone(plugin).state());
            *slot = session.map(|session| DatagramState { session, wake_at: None });
        }
        let Some(state) = slot else { return false };
        let (src, dst) = ((&datagram.ip.src, datagram.src_port), (&datagram.ip.dst, datagram.dst_port));
        let (client, server) = if dir == Dir::ToServer { (src, dst) } else { (dst, src) };
        let direction = env.registry.direction(*client.0, *server.0);
        let (client, server) = (Endpoint::of(client.0, client.1), Endpoint::of(server.0, server.1));
        let flow = Flow::new(Transport::Udp, client, server, direction);
        let session = &mut state.session;
        let Some((result, wishes)) =
            env.call(id, &flow, None, |cx| session.datagram(dir, datagram.payload, cx))
        else {
            return false;
        };
        state.wake_at = wishes.wake_at.or(state.wake_at);
        if result.is_ok() {
            env.bytes.parsed += datagram.payload.len() as u64;
        }
        result.is_ok()
    }
}

/// The flow of calls that are about no packet: the state's own requests carry theirs.
fn nowhere() -> Flow {
    let nobody = Endpoint { ip: std::net::Ipv4Addr::UNSPECIFIED.into(), port: 0 };
    Flow::new(Transport::Udp, nobody, nobody, Direction::Unknown)
}
