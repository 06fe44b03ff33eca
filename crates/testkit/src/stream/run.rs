//! One run of a parser over steps.

use std::any::Any;
use std::collections::HashSet;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use packetbeat_core::direction::Dir;
use packetbeat_core::parser::Start;
use packetbeat_core::session::TcpPlugin;
use packetbeat_core::stream::Close;

use crate::conversation::Conversation;
use crate::events::{Events, SPINS, valid};
use crate::failure::Failure;
use crate::random::Random;
use crate::rig::{Rig, Work, closes};

/// What a parser is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    /// Bytes of a packet, and its time.
    Bytes(Dir, &'a [u8], i64),
    /// Bytes that are missing.
    Lost(Dir, NonZeroU64, i64),
    /// FIN.
    End(Dir),
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) lines: Vec<String>,
    /// For each event, the number of steps that had been shown when it came.
    pub(crate) came: Vec<usize>,
    pub(crate) work: Work,
    pub(crate) abandoned: bool,
}

/// Runs a parser again and again.
pub(crate) struct Runner {
    pub(crate) plugin: Arc<dyn TcpPlugin>,
    events: Events,
    /// Lines that were found to be valid.
    known: HashSet<String>,
}

impl Runner {
    pub(crate) fn new(plugin: Arc<dyn TcpPlugin>, name: &str) -> Self {
        Self { plugin, events: Events::new(name), known: HashSet::new() }
    }

    /// A whole life of a connection: opened, shown `steps`, closed. Checks what holds of every run: no panic, the contract,
    /// the ledger, the JSON.
    pub(crate) fn run(&mut self, start: Start, steps: &[Step<'_>], why: Close) -> Result<Outcome, Failure> {
        let bytes: usize =
            steps.iter().map(|step| if let Step::Bytes(_, bytes, _) = step { bytes.len() } else { 1 }).sum();
        self.events.restart(bytes + 1024);
        let Self { plugin, events, .. } = self;
        let plugin = Arc::clone(plugin);
        let caught = catch_unwind(AssertUnwindSafe(|| life(plugin, events, start, steps, why)));
        let (rig, came) = caught.map_err(|panic| of_panic(&*panic))?;
        if let Some(fault) = rig.fault {
            return Err(Failure::new("contract", fault));
        }
        closes(&rig.tally).map_err(|what| Failure::new("ledger", what))?;
        let lines = std::mem::take(&mut self.events.lines);
        for line in &lines {
            if !self.known.contains(line) {
                valid(line).map_err(|what| Failure::new("json", what))?;
                // Bounded: hostile bytes make events that never come again.
                if self.known.len() < 10_000 {
                    self.known.insert(line.clone());
                }
            }
        }
        Ok(Outcome { lines, came, work: rig.work, abandoned: rig.abandoned })
    }
}

/// What is left of a rig when its connection is over.
struct Rest {
    tally: packetbeat_core::ledger::Tally,
    work: Work,
    abandoned: bool,
    fault: Option<&'static str>,
}

fn life(
    plugin: Arc<dyn TcpPlugin>,
    events: &mut Events,
    start: Start,
    steps: &[Step<'_>],
    why: Close,
) -> (Rest, Vec<usize>) {
    let mut rig = Rig::new(plugin.open(start), start == Start::Midstream, events);
    let mut given = Vec::new();
    for step in steps {
        match *step {
            Step::Bytes(dir, bytes, nanos) => rig.bytes(dir, bytes, nanos),
            Step::Lost(dir, lost, nanos) => rig.lost(dir, lost, nanos),
            Step::End(dir) => rig.end(dir),
        }
        given.push(rig.tally.events());
    }
    rig.close(why);
    let count = rig.tally.events();
    let came = (1..=count).map(|nth| given.partition_point(|before| *before < nth) + 1).collect();
    (Rest { tally: rig.tally.clone(), work: rig.work, abandoned: rig.abandoned, fault: rig.fault }, came)
}

/// What a panic says.
pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("(not a text)");
    Failure::new(if text.starts_with(SPINS) { "work" } else { "panic" }, text)
}

/// The packets as they were captured; the ends at the end if the conversation does not say where they are.
pub(crate) fn as_captured(conversation: &Conversation) -> Vec<Step<'_>> {
    cut(conversation, &[])
}

/// The packets, cut before each of these bytes as well. Bytes are numbered in the order of the capture, both directions
/// together; `at` ascends.
pub(crate) fn cut<'c>(conversation: &'c Conversation, at: &[usize]) -> Vec<Step<'c>> {
    let mut steps = Vec::new();
    let mut first = 0;
    for piece in &conversation.pieces {
        let end = first + piece.bytes.len();
        let mut from = 0;
        let inside =
            at.iter().map(|at| at.wrapping_sub(first)).filter(|at| *at > 0 && *at < piece.bytes.len());
        for to in inside.chain([piece.bytes.len()]) {
            if let Some(bytes) = piece.bytes.get(from..to).filter(|bytes| !bytes.is_empty()) {
                steps.push(Step::Bytes(piece.dir, bytes, piece.nanos));
            }
            from = to;
        }
        if piece.fin {
            steps.push(Step::End(piece.dir));
        }
        first = end;
    }
    for dir in Dir::BOTH {
        if !conversation.pieces.iter().any(|piece| piece.fin && piece.dir == dir) {
            steps.push(Step::End(dir));
        }
    }
    steps
}

/// At most `count` of the places `from..to`: all if they are few, else those around `interesting` and some at random.
/// Ascending.
pub(crate) fn places(
    from: usize,
    to: usize,
    count: usize,
    interesting: &[usize],
    random: &mut Random,
) -> Vec<usize> {
    let len = to.saturating_sub(from);
    if len <= count {
        return (from..to).collect();
    }
    let mut places: Vec<usize> = interesting
        .iter()
        .flat_map(|at| [at.saturating_sub(1), *at, at.saturating_add(1)])
        .filter(|at| (from..to).contains(at))
        .collect();
    places.sort_unstable();
    places.dedup();
    while places.len() > count / 2 {
        // Thin out evenly.
        let mut odd = false;
        places.retain(|_| {
            odd = !odd;
            odd
        });
    }
    while places.len() < count {
        places.push(from + random.below(len));
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Where packets begin, both directions together.
pub(crate) fn borders(conversation: &Conversation) -> Vec<usize> {
    let mut at = 0;
    let ends = conversation.pieces.iter().map(|piece| {
        at += piece.bytes.len();
        at
    });
    ends.collect()
}
