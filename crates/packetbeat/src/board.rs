//! What the workers have counted so far, for whoever asks while they run.
//!
//! Counting is the workers' own: nothing is shared on the packet path. Who wants to know raises a number; a worker looks at it
//! behind each batch, and only if it has been raised leaves a copy of its counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use packetbeat_engine::{Summary, Worker};
use packetbeat_sniffer::LeftOut;

/// How long to wait for workers that are amid a batch, or held up by their output: then their last counts do.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where the workers leave their counts.
pub(crate) struct Board {
    asked: AtomicU64,
    places: Mutex<Vec<Told>>,
    told: Condvar,
}

/// What a worker told last.
#[derive(Clone, Default)]
struct Told {
    /// The asking that it answers; the last of a worker answers all.
    answers: u64,
    counts: Counts,
}

/// What was counted.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    pub(crate) summary: Summary,
    /// Packets that the source gave.
    pub(crate) packets: u64,
    /// Those of them that were not wanted.
    pub(crate) left_out: LeftOut,
}

impl Board {
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            asked: AtomicU64::new(0),
            places: Mutex::new(vec![Told::default(); workers]),
            told: Condvar::new(),
        }
    }

    /// The place of a worker.
    pub(crate) fn place(&self, worker: usize) -> Place<'_> {
        Place { board: self, worker, answered: 0 }
    }

    /// What all workers have counted.
    pub(crate) fn read(&self) -> Counts {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        let some_owe = |places: &mut Vec<Told>| places.iter().any(|told| told.answers < asked);
        let (places, _) = self
            .told
            .wait_timeout_while(self.lock(), PATIENCE, some_owe)
            .unwrap_or_else(PoisonError::into_inner);
        // The first worker counts packets for all.
        let mut sum = places.first().map(|told| told.counts.clone()).unwrap_or_default();
        for told in places.iter().skip(1) {
            sum.summary.merge(&told.counts.summary);
        }
        sum
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Told>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, worker: usize, told: Told) {
        if let Some(place) = self.lock().get_mut(worker) {
            *place = told;
        }
        self.told.notify_all();
    }
}

/// A worker's place on the board.
pub(crate) struct Place<'b> {
    board: &'b Board,
    worker: usize,
    answered: u64,
}

impl Place<'_> {
    /// Leaves the counts if somebody has asked since the last time.
    pub(crate) fn tell(&mut self, worker: &Worker<'_>, packets: u64, left_out: LeftOut) {
        let asked = self.board.asked.load(Ordering::Relaxed);
        if asked != self.answered {
            self.answered = asked;
            let counts = Counts { summary: worker.summary(), packets, left_out };
            self.board.tell(self.worker, Told { answers: asked, counts });
        }
    }

    /// Leaves the last counts, behind the end of the capture.
    pub(crate) fn close(self, counts: Counts) {
        self.board.tell(self.worker, Told { answers: u64::MAX, counts });
    }
}
