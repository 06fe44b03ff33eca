//! Bytes that are not in the capture: nothing is paired wrongly, and what the hole did not touch is still told.

use std::collections::HashMap;
use std::num::NonZeroU64;

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::stream::Close;
use packetbeat_core::time::SECOND;
use serde_json::Value;

use super::run::{Runner, Step, as_captured, cut, places};
use crate::conversation::{Conversation, Piece};
use crate::events::claims_to_be_whole;
use crate::failure::{Failure, around};
use crate::options::Options;
use crate::random::Random;

/// Time of the first byte where each byte has its own nanosecond.
const BASE: i64 = 1_700_000_000 * SECOND;

/// What really happened, and where.
struct Truth {
    /// The conversation, cut where requests and answers begin; each packet's time is the number of its first byte.
    conversation: Conversation,
    lines: Vec<String>,
    /// First and last byte of each event, both directions numbered together in the order of the capture.
    spans: Vec<(usize, usize)>,
}

impl Truth {
    fn of(runner: &mut Runner, conversation: &Conversation) -> Result<Self, Failure> {
        let bytes = split(conversation, &(1..conversation.len()).collect::<Vec<_>>());
        let run = runner.run(Start::Beginning, &as_captured(&bytes), Close::Fin)?;
        let mut starts = Vec::new();
        let mut spans = Vec::new();
        for (line, came) in run.lines.iter().zip(&run.came) {
            let (first, answer) = times(line);
            starts.extend(first.into_iter().chain(answer));
            spans.push((first.unwrap_or(0), came.saturating_sub(1)));
        }
        starts.sort_unstable();
        let conversation = split(conversation, &starts);
        let lines = runner.run(Start::Beginning, &as_captured(&conversation), Close::Fin)?.lines;
        if lines.len() != spans.len() {
            return Err(Failure::new(
                "cuts",
                format!("{} events, {} when it comes byte by byte", lines.len(), spans.len()),
            ));
        }
        Ok(Self { conversation, lines, spans })
    }

    /// The bytes around a loss in which not everything can be known: those of the transactions that it touches, of those
    /// that were under way at the same time, and so on. Behind them there was a moment in which nothing was under way.
    fn doubtful(&self, hole: (usize, usize)) -> (usize, usize) {
        let (mut first, mut last) = hole;
        loop {
            let before = (first, last);
            for span in &self.spans {
                if span.0 <= last && span.1 >= first {
                    (first, last) = (first.min(span.0), last.max(span.1));
                }
            }
            if (first, last) == before {
                return before;
            }
        }
    }

    /// Compares the events after a loss with those that really happened. `hole`: first and last byte lost.
    fn compare(
        &self,
        got: &[String],
        hole: (usize, usize),
        may_lose: usize,
        options: &Options,
    ) -> Result<(), Failure> {
        let identity = |line: &String| identity(line, options.remembers);
        let doubtful = self.doubtful(hole);
        let in_doubt = |line: &str| {
            let (first, answer) = times(line);
            let inside = |at: Option<usize>| at.is_none_or(|at| (doubtful.0..=doubtful.1).contains(&at));
            inside(first) && inside(answer)
        };
        let mut given: HashMap<String, usize> = HashMap::new();
        for line in got {
            *given.entry(identity(line)).or_default() += 1;
        }
        let mut missing = Vec::new();
        for (line, span) in self.lines.iter().zip(&self.spans) {
            match given.get_mut(&identity(line)).filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None if span.1 < doubtful.0 || span.0 > doubtful.1 => missing.push(line),
                None => {}
            }
        }
        let invented = got.iter().find(|line| {
            given.get(&identity(line)).is_some_and(|count| *count > 0)
                && claims_to_be_whole(line)
                && !in_doubt(line)
        });
        if let Some(line) = invented {
            return Err(Failure::new("holes", format!("an event that did not happen looks whole: {line}")));
        }
        if missing.len() > may_lose {
            let lines = missing.iter().map(|line| format!("\n  {line}")).collect::<String>();
            let what = format!("{} events that the loss does not touch are missing:{lines}", missing.len());
            return Err(Failure::new("holes", what));
        }
        Ok(())
    }
}

pub(crate) fn check(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let truth = Truth::of(runner, conversation)?;
    let total = conversation.len();
    let borders: Vec<usize> = truth.spans.iter().flat_map(|(first, last)| [*first, *last]).collect();
    let runs = (options.effort / 3 / total.max(1)).max(12);
    let all: Vec<u8> = conversation.pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect();
    for at in places(0, total, runs, &borders, &mut Random::new(options.seed)) {
        for len in [1, 100, usize::MAX] {
            let (steps, hole) = without(&truth.conversation, at, len);
            let tell = |failure: Failure| {
                let lost = hole.1 - hole.0 + 1;
                failure.with(format!(
                    "hole at byte {at} to byte {} ({lost} at most); {}",
                    hole.1,
                    around(&all, at)
                ))
            };
            let run = runner.run(Start::Beginning, &steps, Close::Fin).map_err(tell)?;
            let may_lose = match (run.abandoned, options.may_abandon) {
                (true, true) => usize::MAX,
                (true, false) => {
                    return Err(tell(Failure::new(
                        "holes",
                        "the connection was given up (`AfterGap::Abandon`)",
                    )));
                }
                (false, _) => options.lost_at_hole,
            };
            truth.compare(&run.lines, hole, may_lose, options).map_err(tell)?;
        }
    }
    Ok(())
}

/// Joined in the middle: what is told is what happened, if nothing was under way where the capture begins.
pub(crate) fn check_midstream(
    runner: &mut Runner,
    conversation: &Conversation,
    options: &Options,
) -> Result<(), Failure> {
    let truth = Truth::of(runner, conversation)?;
    let total = conversation.len();
    let borders: Vec<usize> = truth.spans.iter().flat_map(|(first, last)| [*first, *last]).collect();
    let runs = (options.effort / total.max(1)).max(12);
    for at in places(1, total, runs, &borders, &mut Random::new(options.seed)) {
        let mut before = at;
        let mut steps = cut(&truth.conversation, &[at]);
        steps.retain(|step| match step {
            Step::Bytes(_, bytes, _) if before > 0 => {
                before -= bytes.len().min(before);
                false
            }
            _ => true,
        });
        let tell = |failure: Failure| Failure {
            check: if failure.check == "holes" { "midstream" } else { failure.check },
            ..failure.with(format!("joined before byte {at}"))
        };
        let got = runner.run(Start::Midstream, &steps, Close::Fin).map_err(tell)?;
        let quiet = !truth.spans.iter().any(|(first, last)| *first < at && at <= *last);
        if quiet {
            let may_lose = if options.may_abandon { usize::MAX } else { options.lost_at_hole };
            truth.compare(&got.lines, (0, at - 1), may_lose, options).map_err(tell)?;
        }
    }
    Ok(())
}

/// The conversation in packets that begin before each of these bytes as well; the time of each is the number of its first
/// byte in nanoseconds.
fn split(conversation: &Conversation, at: &[usize]) -> Conversation {
    let mut pieces = Vec::new();
    let mut first = 0;
    for step in cut(conversation, at) {
        match step {
            Step::Bytes(dir, bytes, _) => {
                let nanos = BASE + first as i64;
                pieces.push(Piece { dir, bytes: bytes.to_vec(), nanos, fin: false });
                first += bytes.len();
            }
            Step::End(dir) => {
                pieces.push(Piece { dir, bytes: Vec::new(), nanos: BASE + first as i64, fin: true });
            }
            Step::Lost(..) => {}
        }
    }
    Conversation { name: conversation.name.clone(), pieces }
}

/// The steps without `len` bytes of a direction from byte `at` on, at most to the end of that side's turn; the first and the
/// last byte lost.
fn without(conversation: &Conversation, at: usize, len: usize) -> (Vec<Step<'_>>, (usize, usize)) {
    let mut steps = Vec::new();
    let (mut first, mut left, mut of, mut last) = (0, len, None::<Dir>, at);
    let mut told = None;
    for piece in &conversation.pieces {
        let end = first + piece.bytes.len();
        let turn = of.is_none_or(|dir| dir == piece.dir);
        if end > at && left > 0 && turn && !piece.bytes.is_empty() {
            of = Some(piece.dir);
            let from = at.saturating_sub(first);
            let to = from.saturating_add(left).min(piece.bytes.len());
            left -= to - from;
            last = first + to - 1;
            let (head, rest) = piece.bytes.split_at_checked(from).unwrap_or((&piece.bytes, &[]));
            if !head.is_empty() {
                steps.push(Step::Bytes(piece.dir, head, piece.nanos));
            }
            let place = *told.get_or_insert(steps.len());
            match steps.get_mut(place) {
                Some(Step::Lost(_, lost, _)) => *lost = lost.saturating_add((to - from) as u64),
                _ => steps.extend(
                    NonZeroU64::new((to - from) as u64).map(|lost| Step::Lost(piece.dir, lost, piece.nanos)),
                ),
            }
            let tail = rest.get(to - from..).unwrap_or_default();
            if !tail.is_empty() {
                steps.push(Step::Bytes(piece.dir, tail, BASE + (first + to) as i64));
            }
        } else {
            if of.is_some() && !turn {
                left = 0;
            }
            if !piece.bytes.is_empty() {
                steps.push(Step::Bytes(piece.dir, &piece.bytes, piece.nanos));
            }
        }
        if piece.fin {
            steps.push(Step::End(piece.dir));
        }
        first = end;
    }
    (steps, (at, last))
}

/// What an event is known by.
fn identity(line: &str, by_times: bool) -> String {
    if !by_times {
        return line.to_owned();
    }
    let (first, answer) = times(line);
    format!("{first:?} {answer:?}")
}

/// The first bytes of request and answer, where each packet's time is the number of its first byte.
fn times(line: &str) -> (Option<usize>, Option<usize>) {
    let Ok(event) = serde_json::from_str::<Value>(line) else { return (None, None) };
    let time = |value: Option<&Value>| {
        let fraction = value?.as_str()?.split_once('.')?.1.trim_end_matches('Z');
        format!("{fraction:0<9}").parse().ok()
    };
    let end = event.get("event").and_then(|inner| inner.get("end"));
    (time(event.get("@timestamp")), time(end))
}
