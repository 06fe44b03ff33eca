//! The same events for the same bytes, however they were cut.

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;

use super::run::{Outcome, Runner, Step, as_captured, borders, cut, places};
use crate::conversation::Conversation;
use crate::events::timeless;
use crate::failure::{Failure, around, difference};
use crate::options::Options;
use crate::random::Random;

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let want = runner.run(Start::Beginning, &as_captured(conversation), Close::Fin)?.lines;
    let total = conversation.len();
    let all: Vec<u8> = conversation.pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect();
    let runs = (options.effort / 2 / total.max(1)).max(16);
    let mut random = Random::new(options.seed);

    for at in places(1, total, runs, &borders(conversation), &mut random) {
        let tell = |failure: Failure| failure.with(format!("cut before byte {at}; {}", around(&all, at)));
        let got = runner.run(Start::Beginning, &cut(conversation, &[at]), Close::Fin).map_err(tell)?;
        same(&want, &got.lines).map_err(tell)?;
    }
    for round in 0..runs.min(500) {
        let seed = options.seed.wrapping_add(round as u64);
        let mut random = Random::new(seed);
        let mut at: Vec<usize> = (0..2 + random.below(14)).map(|_| random.below(total)).collect();
        at.sort_unstable();
        let tell = |failure: Failure| failure.with(format!("seed {seed}, cut before bytes {at:?}"));
        let got = runner.run(Start::Beginning, &cut(conversation, &at), Close::Fin).map_err(tell)?;
        same(&want, &got.lines).map_err(tell)?;
    }
    byte_by_byte(runner, conversation, &want, options)?;
    in_turns(runner, conversation, &want)
}

fn byte_by_byte(
    runner: &mut Runner,
    conversation: &Conversation,
    want: &[String],
    options: &Options,
) -> Result<(), Failure> {
    let total = conversation.len();
    let every: Vec<usize> = (1..total).collect();
    let tell = |failure: Failure| failure.with("in segments of one byte");
    let steps = cut(conversation, &every);
    let Outcome { lines, work, .. } = runner.run(Start::Beginning, &steps, Close::Fin).map_err(tell)?;
    let blank: Vec<String> = want.iter().map(|line| timeless(line)).collect();
    same(&blank, &lines.iter().map(|line| timeless(line)).collect::<Vec<_>>()).map_err(tell)?;
    let (most, calls) = (options.shown_again * total as u64 + 4096, 2 * total as u64 + 64);
    if work.shown_again > most || work.calls > calls {
        let what = format!(
            "{} bytes shown again (allowed {most}) in {} calls (allowed {calls}) for {total} bytes: consume what is \
             complete, wait for as many bytes as are known to be missing, or say in `Options::shown_again` why neither works",
            work.shown_again, work.calls
        );
        return Err(tell(Failure::new("work", what)));
    }
    Ok(())
}

/// All that one side says before the other does, in one window.
fn in_turns(runner: &mut Runner, conversation: &Conversation, want: &[String]) -> Result<(), Failure> {
    let mut turns: Vec<(Dir, Vec<u8>, i64, bool)> = Vec::new();
    for piece in &conversation.pieces {
        match turns.last_mut() {
            Some((dir, bytes, _, fin)) if *dir == piece.dir && !*fin => {
                bytes.extend_from_slice(&piece.bytes);
                *fin = piece.fin;
            }
            _ => turns.push((piece.dir, piece.bytes.clone(), piece.nanos, piece.fin)),
        }
    }
    let mut steps = Vec::new();
    for (dir, bytes, nanos, fin) in &turns {
        steps.push(Step::Bytes(*dir, bytes, *nanos));
        if *fin {
            steps.push(Step::End(*dir));
        }
    }
    for dir in Dir::BOTH {
        if !turns.iter().any(|(of, _, _, fin)| *of == dir && *fin) {
            steps.push(Step::End(dir));
        }
    }
    let tell = |failure: Failure| failure.with("all packets of one side's turn in one window");
    let lines = runner.run(Start::Beginning, &steps, Close::Fin).map_err(tell)?.lines;
    let blank = |lines: &[String]| lines.iter().map(|line| timeless(line)).collect::<Vec<_>>();
    same(&blank(want), &blank(&lines)).map_err(tell)
}

fn same(want: &[String], got: &[String]) -> Result<(), Failure> {
    if want == got {
        return Ok(());
    }
    Err(Failure::new("cuts", difference(want, got)))
}
