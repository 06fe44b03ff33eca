//! The end of the log.

use crate::clock::monotonic;
use crate::limits::LAST_WAIT;
use crate::pipe::Drain;

/// Keeps the log going. Dropping it writes what is left, and waits for that for two seconds at most; lines that come later are
/// lost.
#[derive(Debug)]
#[must_use = "without the guard the log ends at once"]
pub struct Guard {
    drains: Vec<Drain>,
}

impl Guard {
    pub(crate) fn new(drains: Vec<Drain>) -> Self {
        Self { drains }
    }

    /// Lines that a target did not take so far, because it failed or was stuck. A line that two targets lost counts twice.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.drains.iter().map(Drain::lost).sum()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let deadline = monotonic().saturating_add(LAST_WAIT);
        for drain in &self.drains {
            drain.close();
        }
        for drain in &mut self.drains {
            drain.finish(deadline);
        }
    }
}
