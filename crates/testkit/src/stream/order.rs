//! Segments doubled, swapped and overlapping, through the product's own reassembly.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;
use packetbeat_core::time::Stamp;
use packetbeat_tcp::{Arrival, Connection, Receiver};

use super::run::{Runner, Step, as_captured};
use crate::conversation::Conversation;
use crate::events::timeless;
use crate::failure::{Failure, difference};
use crate::options::Options;
use crate::random::Random;

/// A segment on the wire.
#[derive(Clone, Debug)]
struct Segment {
    dir: Dir,
    seq: u32,
    ack: u32,
    bytes: Vec<u8>,
    fin: bool,
    nanos: i64,
}

/// Sequence numbers in front of the first bytes: both wrap within the conversation.
const FIRST: Both<u32> = Both { to_server: u32::MAX - 100, to_client: u32::MAX - 1000 };

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let blank = |lines: Vec<String>| lines.iter().map(|line| timeless(line)).collect::<Vec<_>>();
    let want = blank(runner.run(Start::Beginning, &as_captured(conversation), Close::Fin)?.lines);
    let rounds = (options.effort / 4 / conversation.len().max(1)).clamp(8, 300);
    for round in 0..rounds {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let segments = perturbed(segments(conversation, &mut random), &mut random);
        let told = reassembled(&segments);
        let steps: Vec<Step<'_>> = told.iter().map(Told::step).collect();
        let tell = |failure: Failure| {
            failure.with(format!("seed {seed}, segments doubled, swapped and overlapping"))
        };
        if let Some(lost) = steps.iter().find(|step| matches!(step, Step::Lost(..))) {
            return Err(tell(Failure::new("order", format!("the reassembly lost bytes: {lost:?}"))));
        }
        let got = blank(runner.run(Start::Beginning, &steps, Close::Fin).map_err(tell)?.lines);
        // Where nobody acknowledged in between, which side is shown first is open, and so is the order of their events.
        let (mut sorted_want, mut sorted_got) = (want.clone(), got);
        sorted_want.sort_unstable();
        sorted_got.sort_unstable();
        if sorted_want != sorted_got {
            return Err(tell(Failure::new("order", difference(&sorted_want, &sorted_got))));
        }
    }
    Ok(())
}

/// The conversation as segments of random sizes that acknowledge all that was said before.
fn segments(conversation: &Conversation, random: &mut Random) -> Vec<Segment> {
    let mut next = FIRST;
    let mut segments = Vec::new();
    let mut add = |dir: Dir, bytes: &[u8], fin: bool, nanos: i64| {
        let segment =
            Segment { dir, seq: next[dir], ack: next[dir.peer()], bytes: bytes.to_vec(), fin, nanos };
        next[dir] = next[dir].wrapping_add(bytes.len() as u32).wrapping_add(u32::from(fin));
        segments.push(segment);
    };
    for piece in &conversation.pieces {
        let mut rest = &piece.bytes[..];
        while !rest.is_empty() {
            let take = 1 + random.below(rest.len().min(1460));
            let (head, tail) = rest.split_at_checked(take).unwrap_or((rest, &[]));
            add(piece.dir, head, false, piece.nanos);
            rest = tail;
        }
        if piece.fin {
            add(piece.dir, &[], true, piece.nanos);
        }
    }
    let nanos = conversation.pieces.last().map_or(0, |piece| piece.nanos);
    for dir in Dir::BOTH {
        if !conversation.pieces.iter().any(|piece| piece.fin && piece.dir == dir) {
            add(dir, &[], true, nanos);
        }
    }
    segments
}

fn perturbed(mut segments: Vec<Segment>, random: &mut Random) -> Vec<Segment> {
    // Joined with the one before: a retransmission that begins earlier.
    for at in 1..segments.len() {
        let before = at.checked_sub(1).and_then(|before| segments.get(before)).cloned();
        let (Some(before), Some(segment)) = (before, segments.get_mut(at)) else { continue };
        if before.dir == segment.dir && !before.fin && random.below(8) == 0 && before.bytes.len() < 1460 {
            segment.seq = before.seq;
            segment.bytes.splice(0..0, before.bytes);
        }
    }
    // Doubled, at once or later.
    for _ in 0..=segments.len() / 8 {
        let from = random.below(segments.len());
        let to = (from + random.below(6)).min(segments.len());
        if let Some(again) = segments.get(from).cloned() {
            segments.insert(to, again);
        }
    }
    // Swapped with a neighbour.
    for at in 1..segments.len() {
        if random.below(4) == 0 {
            segments.swap(at - 1, at);
        }
    }
    segments
}

/// What the reassembly told.
enum Told {
    Bytes(Dir, Vec<u8>, i64),
    Lost(Dir, NonZeroU64, i64),
    End(Dir),
}

impl Told {
    fn step(&self) -> Step<'_> {
        match self {
            Self::Bytes(dir, bytes, nanos) => Step::Bytes(*dir, bytes, *nanos),
            Self::Lost(dir, lost, nanos) => Step::Lost(*dir, *lost, *nanos),
            Self::End(dir) => Step::End(*dir),
        }
    }
}

/// All that the reassembly told.
#[derive(Default)]
struct Log(Vec<Told>);

impl Receiver for Log {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp) {
        self.0.push(Told::Bytes(dir, bytes.to_vec(), stamp.nanos));
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, stamp: Stamp) {
        self.0.push(Told::Lost(dir, count, stamp.nanos));
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        self.0.push(Told::End(dir));
    }
}

fn reassembled(segments: &[Segment]) -> Vec<Told> {
    let mut told = Log::default();
    let mut connection = Connection::default();
    let nanos = segments.first().map_or(0, |segment| segment.nanos);
    let mut stamp = Stamp { packet: 1, nanos };
    for dir in Dir::BOTH {
        let ack = (dir == Dir::ToClient).then_some(FIRST[Dir::ToServer]);
        let syn = FIRST[dir].wrapping_sub(1);
        let arrival = Arrival { seq: syn, ack, syn: true, fin: false, payload: &[], cut: 0, stamp };
        connection.segment(dir, &arrival, &mut told);
    }
    for segment in segments {
        stamp = Stamp { packet: stamp.packet + 1, nanos: stamp.nanos.max(segment.nanos) };
        let arrival = Arrival {
            seq: segment.seq,
            ack: Some(segment.ack),
            syn: false,
            fin: segment.fin,
            payload: &segment.bytes,
            cut: 0,
            stamp,
        };
        connection.segment(segment.dir, &arrival, &mut told);
    }
    connection.flush(stamp, &mut told);
    told.0
}
