//! From a line of JSON to what becomes of it, with a tree where one is needed.

use crate::event::Event;
use crate::fault::Spliced;
use crate::plan::Plan;
use crate::processors::{Outcome, Processors, Step};

/// What became of an event that came as a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// It stays as it is.
    Same,
    /// It was written anew.
    Written,
    /// It was dropped, by the processor of this name.
    Dropped(&'static str),
}

impl Processors {
    /// Does what is left of the list to an event, a line of JSON with its line end; what it becomes is written behind `to`.
    /// `nanos`: the packet time of the event, nanoseconds since 1970.
    ///
    /// One processor alone that adds to the bytes of a line makes no tree of it.
    pub fn rewrite(&self, plan: &Plan, nanos: i64, line: &[u8], to: &mut Vec<u8>) -> Rewritten {
        if !plan.concerns(line) {
            return Rewritten::Same;
        }
        if let Some(Step::One { when: None, processor, .. }) = plan.only().and_then(|at| self.steps.get(at)) {
            match processor.splice(line, to) {
                Spliced::TakesATree => {}
                Spliced::Same => return Rewritten::Same,
                Spliced::Written => return Rewritten::Written,
            }
        }
        // Events are JSON: the encoder is tested for it.
        let Some(mut event) = Event::parse(line, nanos) else { return Rewritten::Same };
        if let Outcome::Drop(cause) = self.run_planned(plan, &mut event) {
            return Rewritten::Dropped(cause);
        }
        if !event.is_changed() {
            return Rewritten::Same;
        }
        event.write(to);
        Rewritten::Written
    }
}
