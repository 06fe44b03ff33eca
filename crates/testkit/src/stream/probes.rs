//! A probe that has made up its mind does not change it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use packetbeat_core::direction::Dir;
use packetbeat_core::limits::PROBE_BYTES;
use packetbeat_core::probe::Verdict;

use super::hostile::mutated;
use super::run::{Runner, of_panic};
use crate::conversation::{Conversation, Piece};
use crate::failure::{Failure, around};
use crate::options::Options;
use crate::random::Random;

/// One of the conversations, at least, is recognised.
pub(crate) fn check_recognised(
    runner: &Runner,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    let probe = |bytes: &[u8]| runner.plugin.probe(bytes);
    let mut matched = false;
    for conversation in conversations {
        for dir in Dir::BOTH {
            matched |= matches!(verdict(&probe, &conversation.stream(dir))?, Verdict::Match { .. });
        }
    }
    if options.recognised && !matched {
        return Err(Failure::new("probe", "no conversation is recognised"));
    }
    Ok(())
}

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let probe = |bytes: &[u8]| runner.plugin.probe(bytes);
    hostile(&probe, &conversation.pieces, options)
}

/// Mutated heads and random ones.
fn hostile(probe: &dyn Fn(&[u8]) -> Verdict, pieces: &[Piece], options: &Options) -> Result<(), Failure> {
    for round in 0..options.rounds.min(300) {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let one = pieces.get(random.below(pieces.len())).map(std::slice::from_ref).unwrap_or_default();
        let mut head: Vec<u8> = mutated(one, &mut random).into_iter().flat_map(|piece| piece.bytes).collect();
        if round % 4 == 3 {
            head = (0..random.below(64)).map(|_| random.byte()).collect();
        }
        verdict(probe, &head).map_err(|failure| failure.with(format!("seed {seed}")))?;
    }
    Ok(())
}

/// The verdict over all prefixes: the first that decides holds.
fn verdict(probe: &dyn Fn(&[u8]) -> Verdict, head: &[u8]) -> Result<Verdict, Failure> {
    let len = head.len().min(PROBE_BYTES);
    let mut decided = (Verdict::NeedMore, 0);
    // Every length while it is short, then every 16th, and the whole.
    for end in (1..=len).filter(|end| *end <= 160 || *end % 16 == 0 || *end == len) {
        let bytes = head.get(..end).unwrap_or_default();
        let tell = |failure: Failure| failure.with(around(head, end));
        let now = catch_unwind(AssertUnwindSafe(|| probe(bytes))).map_err(|panic| tell(of_panic(&*panic)))?;
        let changed = match (decided.0, now) {
            (Verdict::NeedMore, _) | (Verdict::Match { .. }, Verdict::Match { .. }) => false,
            (before, now) => before != now,
        };
        if changed {
            let what = format!("says {:?} of {} bytes and {now:?} of {end}", decided.0, decided.1);
            return Err(tell(Failure::new("probe", what)));
        }
        if decided.0 == Verdict::NeedMore {
            decided = (now, end);
        }
    }
    Ok(decided.0)
}
