//! Conversations cut into segments, repeated, reordered, dropped: what comes out is what went in.
// Tests may stop at the first surprise; their items speak for themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::{MILLISECOND, Stamp};
use packetbeat_tcp::limits::PENDING_BYTES;
use packetbeat_tcp::{Arrival, Connection, Receiver};
use proptest::prelude::*;

/// A segment as it was sent.
#[derive(Clone, Debug)]
struct Sent {
    dir: Dir,
    /// Offsets in the stream, 0 for the first byte.
    at: u64,
    ack: u64,
    syn: bool,
    fin: bool,
    payload: Vec<u8>,
    cut: u32,
}

/// What the network and the capture do to a segment.
#[derive(Clone, Debug)]
struct Fate {
    /// Places later in the capture.
    delay: u8,
    /// Sent again so many places later, from and up to so many bytes further.
    again: Option<(u8, u8, u8)>,
    dropped: bool,
    cut: u8,
}

#[derive(Clone, Debug)]
struct Story {
    /// Who says how much, in which segments.
    turns: Vec<(bool, u16, u16)>,
    first: (u32, u32),
    fates: Vec<Fate>,
    /// Whether each side acknowledges in segments of their own.
    acks: bool,
}

fn story(drops: bool) -> impl Strategy<Value = Story> {
    let first = prop_oneof![any::<u32>(), (0xffff_ff00_u32..=u32::MAX)];
    let again = prop::option::weighted(0.2, (0u8..20, 0u8..40, 0u8..60));
    let fate = (0u8..8, prop::bool::weighted(0.6), again, prop::bool::weighted(0.15), 0u8..40).prop_map(
        move |(delay, early, again, dropped, cut)| Fate {
            delay: if early { 0 } else { delay },
            again,
            dropped: drops && dropped,
            cut: if drops && cut < 5 { cut } else { 0 },
        },
    );
    let turns = prop::collection::vec((any::<bool>(), 1u16..400, 1u16..80), 1..12);
    (turns, (first.clone(), first), prop::collection::vec(fate, 1..60), any::<bool>())
        .prop_map(|(turns, first, fates, acks)| Story { turns, first, fates, acks })
}

impl Story {
    /// The bytes of both sides, and the segments as sent.
    fn sent(&self) -> (Both<Vec<u8>>, Vec<Sent>) {
        let mut streams = Both::<Vec<u8>>::default();
        let mut sent = Vec::new();
        let mut random = 1_u32;
        let empty = |dir: Dir, streams: &Both<Vec<u8>>, fins: u64| Sent {
            dir,
            at: streams[dir].len() as u64,
            ack: streams[dir.peer()].len() as u64 + fins,
            syn: false,
            fin: false,
            payload: vec![],
            cut: 0,
        };
        for &(server, len, segment) in &self.turns {
            let dir = if server { Dir::ToClient } else { Dir::ToServer };
            let mut rest = usize::from(len);
            while rest > 0 {
                let size = rest.min(usize::from(segment));
                rest -= size;
                let payload: Vec<u8> = std::iter::repeat_with(|| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                })
                .take(size)
                .collect();
                let data = Sent { payload: payload.clone(), ..empty(dir, &streams, 0) };
                streams[dir].extend(payload);
                sent.push(data);
                if self.acks {
                    sent.push(empty(dir.peer(), &streams, 0));
                }
            }
        }
        sent.push(Sent { fin: true, ..empty(Dir::ToServer, &streams, 0) });
        sent.push(Sent { fin: true, ..empty(Dir::ToClient, &streams, 1) });
        sent.push(Sent { at: streams.to_server.len() as u64 + 1, ..empty(Dir::ToServer, &streams, 1) });
        (streams, sent)
    }

    /// The segments as captured.
    fn captured(&self, streams: &Both<Vec<u8>>, sent: Vec<Sent>) -> Vec<Sent> {
        let mut captured = Vec::new();
        for (number, (mut segment, fate)) in sent.into_iter().zip(self.fates.iter().cycle()).enumerate() {
            let place = number * 10;
            if let Some((later, from, more)) = fate.again {
                let stream = &streams[segment.dir];
                // Only what was sent by then can be sent again.
                let sent = (segment.at + segment.payload.len() as u64).min(stream.len() as u64);
                let from = (segment.at + u64::from(from)).min(sent);
                let to = (from + u64::from(more)).min(sent);
                let payload = stream[from as usize..to as usize].to_vec();
                let fin = segment.fin && to == stream.len() as u64;
                let at = if segment.at > stream.len() as u64 { segment.at } else { from };
                captured.push((
                    place + usize::from(later) * 10 + 1,
                    Sent { at, payload, fin, ..segment.clone() },
                ));
            }
            if fate.dropped {
                continue;
            }
            let kept = segment.payload.len().saturating_sub(usize::from(fate.cut));
            segment.cut = (segment.payload.len() - kept) as u32;
            segment.payload.truncate(kept);
            captured.push((place + usize::from(fate.delay) * 10, segment));
        }
        captured.sort_by_key(|(place, _)| *place);
        captured.into_iter().map(|(_, segment)| segment).collect()
    }

    fn seq(&self, dir: Dir, at: u64) -> u32 {
        let first = if dir == Dir::ToServer { self.first.0 } else { self.first.1 };
        first.wrapping_add(at as u32)
    }

    /// Plays the capture without the handshake; what was told, by direction and packet.
    fn join(&self, segments: &[Sent]) -> (Tape, Connection) {
        let (mut tcp, mut tape, mut stamp) = (Connection::default(), Tape::default(), Stamp::default());
        for segment in segments {
            stamp = Stamp { packet: stamp.packet + 1, nanos: stamp.nanos + 1 };
            let ack = Some(self.seq(segment.dir.peer(), segment.ack));
            let seq = self.seq(segment.dir, segment.at);
            let &Sent { syn, fin, cut, ref payload, dir, .. } = segment;
            tcp.segment(dir, &Arrival { seq, ack, syn, fin, payload, cut, stamp }, &mut tape);
            let _ = tcp.deadline(stamp.nanos);
        }
        tcp.flush(stamp, &mut tape);
        (tape, tcp)
    }

    /// Plays the capture; `pause` between packets.
    fn play(&self, segments: &[Sent], streams: &Both<Vec<u8>>, pause: i64, drops: bool) -> Log {
        let syn = |dir: Dir| Sent { dir, at: 0, ack: 0, syn: true, fin: false, payload: vec![], cut: 0 };
        let mut all = vec![syn(Dir::ToServer), syn(Dir::ToClient)];
        all.extend(segments.iter().cloned());
        let mut log = Log { streams: streams.clone(), acks: vec![0], drops, ..Log::default() };
        let mut tcp = Connection::default();
        let (mut stamp, mut came) = (Stamp::default(), 0);
        for segment in &all {
            stamp = Stamp { packet: stamp.packet + 1, nanos: stamp.nanos + pause };
            let ack = (!segment.syn || segment.dir == Dir::ToClient)
                .then(|| self.seq(segment.dir.peer(), segment.ack));
            log.acks.push(segment.ack);
            let seq = self.seq(segment.dir, segment.at).wrapping_sub(u32::from(segment.syn));
            let &Sent { syn, fin, cut, ref payload, dir, .. } = segment;
            came += payload.len() as u64;
            tcp.segment(dir, &Arrival { seq, ack, syn, fin, payload, cut, stamp }, &mut log);
            if tcp.deadline(stamp.nanos).is_some_and(|at| at <= stamp.nanos) {
                tcp.expire(stamp, &mut log);
            }
            assert!(tcp.held_bytes() <= 2 * PENDING_BYTES);
            assert_eq!(tcp.told(), log.position.to_server + log.position.to_client);
            let waits = tcp.is_waiting();
            assert_eq!(waits, tcp.deadline(stamp.nanos).is_some(), "what waits has a deadline");
            if !waits {
                assert_eq!(tcp.held_bytes(), 0);
            }
        }
        log.waits = tcp.is_waiting();
        tcp.flush(stamp, &mut log);
        assert!(!tcp.is_waiting());
        assert_eq!(tcp.held_bytes(), 0);
        assert_eq!(tcp.outside(), 0);
        assert!(log.bytes + tcp.repeated() >= came);
        log.over = tcp.is_over();
        log
    }
}

#[derive(Default)]
struct Log {
    streams: Both<Vec<u8>>,
    /// What each packet acknowledged, by number.
    acks: Vec<u64>,
    position: Both<u64>,
    ended: Both<bool>,
    lost: u64,
    bytes: u64,
    waits: bool,
    drops: bool,
    over: bool,
}

impl Log {
    fn check_order(&self, dir: Dir, stamp: Stamp) {
        let peer = dir.peer();
        let need = self.acks[stamp.packet as usize].min(self.streams[peer].len() as u64);
        assert!(
            // The acknowledgment of a single byte that was dropped is taken for that of a FIN.
            self.position[peer] + u64::from(self.drops) >= need,
            "{dir:?} of packet {} before what it acknowledges",
            stamp.packet
        );
    }
}

impl Receiver for Log {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp) {
        assert!(!self.ended[dir]);
        let at = self.position[dir] as usize;
        assert_eq!(self.streams[dir].get(at..at + bytes.len()), Some(bytes), "{dir:?} at {at}");
        self.check_order(dir, stamp);
        self.position[dir] += bytes.len() as u64;
        self.bytes += bytes.len() as u64;
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, _: Stamp) {
        assert!(!self.ended[dir]);
        self.position[dir] += count.get();
        self.lost += count.get();
    }

    fn end(&mut self, dir: Dir, stamp: Stamp) {
        assert!(!std::mem::replace(&mut self.ended[dir], true));
        let len = self.streams[dir].len() as u64;
        assert!((len..=len + u64::from(self.drops)).contains(&self.position[dir]));
        self.check_order(dir, stamp);
    }
}

/// What was told, as it was told.
#[derive(Default)]
struct Tape {
    told: Vec<(Dir, Portion, u64)>,
    ended: Both<bool>,
}

enum Portion {
    Bytes(Vec<u8>),
    Lost(u64),
}

impl Portion {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Lost(count) => *count,
        }
    }
}

impl Receiver for Tape {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp) {
        assert!(!self.ended[dir]);
        self.told.push((dir, Portion::Bytes(bytes.to_vec()), stamp.packet));
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp) {
        assert!(!self.ended[dir]);
        self.told.push((dir, Portion::Lost(count.get()), stamp.packet));
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        assert!(!std::mem::replace(&mut self.ended[dir], true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn nothing_is_lost_when_nothing_is_dropped(story in story(false)) {
        let (streams, sent) = story.sent();
        let captured = story.captured(&streams, sent);
        let log = story.play(&captured, &streams, 1, false);
        prop_assert_eq!(log.lost, 0);
        prop_assert!(!log.waits);
        prop_assert!(log.over);
        prop_assert_eq!(log.ended, Both { to_server: true, to_client: true });
        prop_assert_eq!(log.bytes as usize, streams.to_server.len() + streams.to_client.len());
    }

    #[test]
    fn what_is_told_and_what_is_lost_cover_the_stream(story in story(true), pause in 0i64..50) {
        let (streams, sent) = story.sent();
        let captured = story.captured(&streams, sent);
        let fins = |dir: Dir| captured.iter().any(|segment| segment.dir == dir && segment.fin);
        let fins = Both { to_server: fins(Dir::ToServer), to_client: fins(Dir::ToClient) };
        let acked = |dir: Dir| {
            let acks = captured.iter().filter(|one| one.dir == dir.peer()).map(|one| one.ack);
            let data = captured.iter().filter(|one| one.dir == dir && (one.fin || one.payload.len() + one.cut as usize > 0));
            let ends = data.map(|one| one.at + one.payload.len() as u64 + u64::from(one.cut));
            acks.chain(ends).max().unwrap_or(0).min(streams[dir].len() as u64)
        };
        let log = story.play(&captured, &streams, pause * MILLISECOND, true);
        prop_assert_eq!(log.ended, fins);
        for dir in Dir::BOTH {
            // Up to the last number seen. One that is acknowledged alone may have been a FIN; a FIN that is not in the
            // capture cannot be told from a byte behind a hole.
            let (told, seen) = (log.position[dir], acked(dir));
            let one_more = told == seen + 1 && told == streams[dir].len() as u64 + 1;
            prop_assert!(told == seen || told + 1 == seen || one_more, "{} of {}", told, seen);
        }
    }

    #[test]
    fn joined_in_the_middle_the_rest_is_told(story in story(false), skip in 0usize..30) {
        let (streams, sent) = story.sent();
        let captured = story.captured(&streams, sent);
        // Both ends are in the capture.
        let skip = skip.min(captured.len() / 2).min(captured.iter().position(|one| one.fin).unwrap_or(0));
        let captured = &captured[skip..];
        let (tape, tcp) = story.join(captured);
        prop_assert_eq!(tape.ended, Both { to_server: true, to_client: true });
        prop_assert!(tcp.is_over() && !tcp.is_waiting());
        let first = |dir: Dir| {
            let told: u64 = tape.told.iter().filter(|one| one.0 == dir).map(|(_, portion, _)| portion.len()).sum();
            streams[dir].len() as u64 - told
        };
        let first = Both { to_server: first(Dir::ToServer), to_client: first(Dir::ToClient) };
        // The order between the directions, from where both were known.
        let (mut position, mut seen) = (first, Both::<bool>::default());
        for (dir, portion, packet) in &tape.told {
            let (dir, peer, at) = (*dir, dir.peer(), position[*dir]);
            position[dir] += portion.len();
            let Portion::Bytes(bytes) = portion else {
                // Only what was captured before is lost. (A single byte may have been taken for a keep-alive.)
                let holds = |one: &Sent| one.at < position[dir] && one.at + one.payload.len() as u64 > at;
                let came = captured.iter().any(|one| one.dir == dir && one.payload.len() > 1 && holds(one));
                prop_assert!(!came);
                continue;
            };
            prop_assert_eq!(&streams[dir][at as usize..position[dir] as usize], &bytes[..]);
            if seen[peer] {
                let need = captured[*packet as usize - 1].ack.min(streams[peer].len() as u64);
                prop_assert!(position[peer] >= need, "{:?} of packet {} too early", dir, packet);
            }
            seen[dir] = true;
        }
    }
}
