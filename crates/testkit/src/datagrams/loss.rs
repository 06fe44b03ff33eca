//! Datagrams lost, doubled, reordered, cut and mutated.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use packetbeat_core::probe::{Role, Verdict};

use super::run::Runner;
use crate::conversation::{Conversation, Piece};
use crate::events::{claims_to_be_whole, timeless};
use crate::failure::{Failure, around};
use crate::options::Options;
use crate::random::Random;
use crate::stream::{mutated, of_panic, places};

/// What really happened.
struct Truth {
    lines: Vec<String>,
    set: HashSet<String>,
}

impl Truth {
    fn of(runner: &mut Runner, conversation: &Conversation) -> Result<Self, Failure> {
        let lines: Vec<String> =
            runner.run(&conversation.pieces)?.iter().map(|line| timeless(line)).collect();
        Ok(Self { set: lines.iter().cloned().collect(), lines })
    }

    /// Whatever was lost, doubled or reordered: an event that looks whole did happen.
    fn holds(&self, got: &[String]) -> Result<(), Failure> {
        let invented =
            got.iter().find(|line| claims_to_be_whole(line) && !self.set.contains(&timeless(line)));
        invented.map_or(Ok(()), |line| {
            let what = format!("an event that did not happen looks whole: {line}");
            Err(Failure::new("datagrams", what))
        })
    }
}

/// A datagram, at least, is recognised, and none is too much for the probe.
pub(crate) fn check_probe(
    runner: &Runner,
    conversations: &[Conversation],
    options: &Options,
) -> Result<(), Failure> {
    let probe = |bytes: &[u8]| {
        let verdicts = || (runner.plugin.probe(bytes), runner.plugin.sender(bytes));
        let tell = |failure: Failure| failure.with(around(bytes, bytes.len()));
        let (verdict, sender) =
            catch_unwind(AssertUnwindSafe(verdicts)).map_err(|panic| tell(of_panic(&*panic)))?;
        match verdict {
            Verdict::Match { sender: known } if known != Role::Unknown && known != sender => {
                let what = format!("the probe says that the sender is {known:?}, `sender` says {sender:?}");
                Err(tell(Failure::new("probe", what)))
            }
            _ => Ok(verdict),
        }
    };
    let mut matched = false;
    for conversation in conversations {
        for piece in &conversation.pieces {
            matched |= matches!(probe(&piece.bytes)?, Verdict::Match { .. });
            for end in 0..piece.bytes.len() {
                probe(piece.bytes.get(..end).unwrap_or_default())?;
            }
        }
        for round in 0..options.rounds {
            let mut random = Random::new(options.seed.wrapping_add(round as u64));
            for piece in mutated(&conversation.pieces, &mut random) {
                probe(&piece.bytes)?;
            }
        }
    }
    if options.recognised && !matched {
        return Err(Failure::new("probe", "no datagram is recognised"));
    }
    Ok(())
}

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let truth = Truth::of(runner, conversation)?;
    let pieces = &conversation.pieces;
    for at in 0..pieces.len() {
        let mut fewer = pieces.clone();
        let lost = fewer.remove(at);
        let tell = |failure: Failure| failure.with(format!("datagram {at} lost; {}", around(&lost.bytes, 0)));
        let got = runner.run(&fewer).map_err(tell)?;
        truth.holds(&got).map_err(tell)?;
        let got: HashSet<String> = got.iter().map(|line| timeless(line)).collect();
        let missing = truth.lines.iter().filter(|line| !got.contains(*line)).count();
        if missing > 1 + options.lost_at_hole {
            return Err(tell(Failure::new("datagrams", format!("{missing} events are missing or changed"))));
        }
        let mut doubled = pieces.clone();
        doubled.insert(at, lost);
        let tell = |failure: Failure| failure.with(format!("datagram {at} twice"));
        truth.holds(&runner.run(&doubled).map_err(tell)?).map_err(tell)?;
    }
    for round in 0..(options.effort / conversation.len().max(1)).min(options.rounds) {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let mut shuffled = pieces.clone();
        for _ in 0..=pieces.len() / 4 {
            let (from, to) = (random.below(shuffled.len()), random.below(shuffled.len()));
            match random.below(3) {
                0 => shuffled.swap(from, to),
                1 => shuffled.extend(pieces.get(from).cloned()),
                _ if shuffled.len() > 1 => drop(shuffled.remove(from)),
                _ => {}
            }
        }
        let tell =
            |failure: Failure| failure.with(format!("seed {seed}, datagrams lost, doubled and reordered"));
        truth.holds(&runner.run(&shuffled).map_err(tell)?).map_err(tell)?;
    }
    Ok(())
}

/// Each datagram cut at each byte.
pub(crate) fn check_cut(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let runs = options.effort / conversation.len().max(1) / conversation.pieces.len().max(1);
    let mut random = Random::new(options.seed);
    for (at, piece) in conversation.pieces.iter().enumerate() {
        for end in places(0, piece.bytes.len(), runs.max(8), &[], &mut random) {
            let mut pieces = conversation.pieces.clone();
            if let Some(cut) = pieces.get_mut(at) {
                cut.bytes.truncate(end);
            }
            let tell = |failure: Failure| {
                failure.with(format!("datagram {at} cut at byte {end}; {}", around(&piece.bytes, end)))
            };
            runner.run(&pieces).map_err(tell)?;
        }
    }
    Ok(())
}

/// Mutated and random datagrams, and client and server confused.
pub(crate) fn check_hostile(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let mut swapped = conversation.pieces.clone();
    swapped.iter_mut().for_each(|piece| piece.dir = piece.dir.peer());
    runner.run(&swapped).map_err(|failure| failure.with("sides swapped"))?;
    for round in 0..options.rounds.min(options.effort * 4 / conversation.len().max(1)).max(32) {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let mut pieces = mutated(&conversation.pieces, &mut random);
        if random.below(4) == 0 {
            let bytes = (0..random.below(600)).map(|_| random.byte()).collect();
            let place = random.below(pieces.len());
            if let Some(Piece { bytes: old, .. }) = pieces.get_mut(place) {
                *old = bytes;
            }
        }
        runner
            .run(&pieces)
            .map_err(|failure| failure.with(format!("seed {seed}, round of hostile datagrams")))?;
    }
    Ok(())
}
