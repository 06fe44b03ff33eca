//! Streams that end early, and streams whose sides are confused: nothing breaks, the ledger closes.

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;

use super::run::{Runner, Step, as_captured, borders, cut, places};
use crate::conversation::Conversation;
use crate::failure::{Failure, around};
use crate::options::Options;
use crate::random::Random;

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let total = conversation.len();
    let all: Vec<u8> = conversation.pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect();
    let kinds = [Close::Fin, Close::Reset, Close::CaptureEnd, Close::Idle, Close::Evicted];
    let runs = (options.effort * 2 / total.max(1) / kinds.len()).max(16);
    for at in places(0, total, runs, &borders(conversation), &mut Random::new(options.seed)) {
        let whole = cut(conversation, &[at]);
        for why in kinds {
            let mut steps = first_bytes(&whole, at);
            if why == Close::Fin {
                // Whose FIN comes first tells nothing.
                let dirs = if at % 2 == 0 { Dir::BOTH } else { [Dir::ToClient, Dir::ToServer] };
                steps.extend(dirs.map(Step::End));
            }
            runner.run(Start::Beginning, &steps, why).map_err(|failure| {
                failure.with(format!("ended ({why:?}) before byte {at}; {}", around(&all, at)))
            })?;
        }
    }
    for dir in Dir::BOTH {
        let steps = as_captured(conversation);
        let of = |step: &Step<'_>| match step {
            Step::Bytes(of, ..) | Step::Lost(of, ..) | Step::End(of) => *of,
        };
        let one_sided: Vec<_> = steps.into_iter().filter(|step| of(step) == dir).collect();
        for start in [Start::Beginning, Start::Midstream] {
            runner
                .run(start, &one_sided, Close::Idle)
                .map_err(|failure| failure.with(format!("only {dir:?} captured, {start:?}")))?;
        }
    }
    Ok(())
}

/// Client and server confused.
pub(crate) fn check_swapped(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let total = conversation.len();
    let runs = (options.effort / 2 / total.max(1)).clamp(4, 500);
    let mut random = Random::new(options.seed);
    for at in places(1, total, runs, &borders(conversation), &mut random) {
        let steps: Vec<_> = cut(conversation, &[at]).into_iter().map(swapped).collect();
        for start in [Start::Beginning, Start::Midstream] {
            let failed =
                |failure: Failure| failure.with(format!("sides swapped, {start:?}, cut before byte {at}"));
            runner.run(start, &steps, Close::Fin).map_err(failed)?;
            runner.run(start, &first_bytes(&steps, at), Close::CaptureEnd).map_err(failed)?;
        }
    }
    runner.run(Start::Upgraded, &as_captured(conversation), Close::Fin).map(|_| ())
}

fn swapped(step: Step<'_>) -> Step<'_> {
    match step {
        Step::Bytes(dir, bytes, nanos) => Step::Bytes(dir.peer(), bytes, nanos),
        Step::Lost(dir, lost, nanos) => Step::Lost(dir.peer(), lost, nanos),
        Step::End(dir) => Step::End(dir.peer()),
    }
}

/// The steps up to byte `count`, where one ends.
pub(crate) fn first_bytes<'a>(steps: &[Step<'a>], count: usize) -> Vec<Step<'a>> {
    let mut left = count;
    let mut kept = Vec::new();
    for step in steps {
        if let Step::Bytes(_, bytes, _) = step {
            if left < bytes.len() {
                break;
            }
            left -= bytes.len();
        }
        kept.push(*step);
        if left == 0 {
            break;
        }
    }
    if count == 0 { Vec::new() } else { kept }
}
