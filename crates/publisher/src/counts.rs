//! What the output has done so far.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::sink::WRITE_ERROR;

/// What the output and the senders both see. Events: published + dropped + those in the queue.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Events that the output took; `duplicates` and `dead` are among them.
    pub(crate) published: AtomicU64,
    /// Events that the server had already.
    pub(crate) duplicates: AtomicU64,
    /// Events that the server took as dead letters alone.
    pub(crate) dead: AtomicU64,
    /// Events that were given back to be tried again, each time.
    pub(crate) again: AtomicU64,
    /// Those of them that the server had no time for.
    pub(crate) too_many: AtomicU64,
    /// Events that were given to an output, each time.
    pub(crate) sent: AtomicU64,
    /// Bytes of the published events; over a network, those that were sent.
    pub(crate) bytes: AtomicU64,
    /// Batches that an output dealt with.
    pub(crate) batches: AtomicU64,
    /// How long outputs were busy with them.
    pub(crate) waited_nanos: AtomicU64,
    /// Times that an output had to wait because something was wrong.
    pub(crate) troubles: AtomicU64,
    /// The output takes no more events.
    pub(crate) closed: AtomicBool,
    dropped: AtomicU64,
    /// By cause; looked at when something is dropped, and by who watches.
    causes: Mutex<Causes>,
}

#[derive(Debug, Default)]
struct Causes {
    by_name: BTreeMap<&'static str, u64>,
    /// Why it ended.
    end: Option<&'static str>,
}

impl Counts {
    /// Events were dropped.
    pub(crate) fn lose(&self, cause: &'static str, events: u64) {
        if events > 0 {
            self.dropped.fetch_add(events, Ordering::Relaxed);
            *self.causes().by_name.entry(cause).or_default() += events;
        }
    }

    /// Events that were dropped, whatever the cause.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The same by cause, in the order of the names.
    pub(crate) fn dropped_by(&self) -> Vec<(&'static str, u64)> {
        self.causes().by_name.iter().map(|(cause, events)| (*cause, *events)).collect()
    }

    /// The output has ended for this cause.
    pub(crate) fn end(&self, cause: &'static str) {
        self.causes().end = Some(cause);
        // Behind the cause, so that nobody is turned away before it is known.
        self.closed.store(true, Ordering::Release);
    }

    /// Under which cause events are dropped once it has ended.
    pub(crate) fn end_cause(&self) -> &'static str {
        self.causes().end.unwrap_or(WRITE_ERROR)
    }

    fn causes(&self) -> std::sync::MutexGuard<'_, Causes> {
        self.causes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
