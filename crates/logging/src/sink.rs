//! What a target is to the thread that writes to it.

use std::time::Duration;

use crate::clock::monotonic;
use crate::limits::RETRY;
use crate::options::Level;

/// A finished line.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// With its line feed.
    pub(crate) bytes: Vec<u8>,
    pub(crate) level: Level,
}

/// Where lines go. It may fail, and is asked again with the next lines.
pub(crate) trait Sink: Send + 'static {
    /// Writes lines in order.
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure>;
}

/// Why lines were not written.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How many were.
    pub(crate) written: usize,
    /// What happened, for people.
    pub(crate) cause: String,
    /// Whether standard error is to be told.
    pub(crate) tell: bool,
}

/// Keeps an attempt that failed from being made for every line.
#[derive(Debug, Default)]
pub(crate) struct Retry {
    failed: Option<(Duration, String)>,
}

impl Retry {
    /// The last failure, while it is too early for another attempt.
    pub(crate) fn too_early(&self) -> Option<&str> {
        let (at, cause) = self.failed.as_ref()?;
        (monotonic() < at.saturating_add(RETRY)).then_some(cause)
    }

    pub(crate) fn failed(&mut self, cause: String) {
        self.failed = Some((monotonic(), cause));
    }
}

/// How many lines were written within so many bytes, and how long they are.
pub(crate) fn written_of(lines: &[&[u8]], bytes: u64) -> (usize, u64) {
    let (mut whole, mut at) = (0, 0);
    for line in lines {
        let end = at + line.len() as u64;
        if end > bytes {
            break;
        }
        (whole, at) = (whole + 1, end);
    }
    (whole, at)
}
