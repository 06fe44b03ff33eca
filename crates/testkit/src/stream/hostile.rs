//! Mutated and random bytes: nothing breaks, the ledger closes.

use std::num::NonZeroU64;

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;

use super::run::{Runner, Step};
use crate::conversation::{Conversation, Piece};
use crate::failure::Failure;
use crate::options::Options;
use crate::random::Random;

/// Most random bytes of one round.
const RANDOM_BYTES: usize = 1500;

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let total = conversation.len();
    for round in 0..options.rounds.min(options.effort / total.max(1)).max(32) {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let pieces = if round % 4 == 3 {
            noise(conversation, &mut random)
        } else {
            mutated(&conversation.pieces, &mut random)
        };
        let steps = shown(&pieces, &mut random);
        let start =
            random.one_of(&[Start::Beginning, Start::Midstream, Start::Upgraded]).unwrap_or(Start::Beginning);
        let why = random.one_of(&[Close::Fin, Close::Reset, Close::CaptureEnd]).unwrap_or(Close::Fin);
        runner.run(start, &steps, why).map_err(|failure| {
            failure.with(format!("seed {seed}, round of hostile bytes, {start:?}, {why:?}"))
        })?;
    }
    Ok(())
}

/// A few bytes changed, left out, put in or copied from elsewhere.
pub(crate) fn mutated(pieces: &[Piece], random: &mut Random) -> Vec<Piece> {
    let mut pieces = pieces.to_vec();
    for _ in 0..=random.below(4) {
        let donor =
            pieces.get(random.below(pieces.len())).map(|piece| piece.bytes.clone()).unwrap_or_default();
        let place = random.below(pieces.len());
        let Some(Piece { bytes, .. }) = pieces.get_mut(place) else { break };
        let at = random.below(bytes.len() + 1).min(bytes.len());
        let to = (at + random.below(9)).min(bytes.len());
        match random.below(7) {
            0 => bytes.insert(at, random.byte()),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let from = random.below(donor.len());
                let part = donor.get(from..).unwrap_or_default();
                let part = part.get(..random.below(40)).unwrap_or(part);
                drop(bytes.splice(at..to, part.iter().copied()));
            }
            3 => bytes.truncate(at),
            4 => {
                // Lengths and numbers as far out as they go.
                let extreme = random.one_of(b"\x00\x7f\x80\xff9-\n ").unwrap_or(0);
                bytes.iter_mut().take(to).skip(at).for_each(|byte| *byte = extreme);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    pieces
}

/// The beginning of the conversation, then random bytes; sometimes only these.
fn noise(conversation: &Conversation, random: &mut Random) -> Vec<Piece> {
    let kept = random.below(conversation.pieces.len() + 1);
    let mut pieces: Vec<Piece> = conversation.pieces.iter().take(kept).cloned().collect();
    let nanos = conversation.pieces.first().map_or(0, |piece| piece.nanos);
    for _ in 0..1 + random.below(4) {
        let dir = if random.below(2) == 0 { Dir::ToServer } else { Dir::ToClient };
        // Few different bytes hit rules more often than all of them.
        let alphabet: Vec<u8> = (0..1 + random.below(256)).map(|_| random.byte()).collect();
        let bytes = (0..random.below(RANDOM_BYTES))
            .map(|_| alphabet.get(random.below(alphabet.len())).copied().unwrap_or(0))
            .collect();
        pieces.push(Piece { dir, bytes, nanos, fin: false });
    }
    pieces
}

/// Random cuts and, now and then, holes.
fn shown<'p>(pieces: &'p [Piece], random: &mut Random) -> Vec<Step<'p>> {
    let mut steps = Vec::new();
    let holes = random.below(3) == 0;
    for piece in pieces {
        let mut rest = &piece.bytes[..];
        while !rest.is_empty() {
            let take = if random.below(3) == 0 { 1 + random.below(rest.len()) } else { rest.len() };
            let (head, tail) = rest.split_at_checked(take).unwrap_or((rest, &[]));
            match NonZeroU64::new(head.len() as u64) {
                Some(lost) if holes && random.below(8) == 0 => {
                    steps.push(Step::Lost(piece.dir, lost, piece.nanos));
                }
                _ => steps.push(Step::Bytes(piece.dir, head, piece.nanos)),
            }
            rest = tail;
        }
        if piece.fin || random.below(64) == 0 {
            steps.push(Step::End(piece.dir));
        }
    }
    steps
}
