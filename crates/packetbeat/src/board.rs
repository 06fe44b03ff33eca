//! What the workers have counted so far, for whoever asks while they run.
//!
//! Counting is the workers' own: nothing is shared on the packet path. Who wants to know raises a number; a worker looks at it
//! behind each batch, and only if it has been raised leaves a copy of its counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use packetbeat_engine::{Summary, Worker};
use packetbeat_sniffer::{LeftOut, LiveCounters};

/// How long to wait for workers that are amid a batch, or held up by their output: then their last counts do.
const PATIENCE: Duration = Duration::from_millis(200);

/// Whose packets the workers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All are shown the same; the first counts packets for all.
    Same,
    /// Each has a ring of its own.
    Own,
}

/// Where the workers leave their counts.
pub(crate) struct Board {
    shown: Shown,
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
    /// What a live capture counted, the kernel's drops among it.
    pub(crate) live: LiveCounters,
}

impl Counts {
    /// Adds those of another worker.
    pub(crate) fn merge(&mut self, other: &Self, shown: Shown) {
        self.summary.merge(&other.summary);
        self.live += other.live;
        if shown == Shown::Own {
            self.packets += other.packets;
        }
    }
}

impl Board {
    /// For so many workers, and one more who reads for them where they do not read themselves.
    pub(crate) fn new(places: usize, shown: Shown) -> Self {
        Self {
            shown,
            asked: AtomicU64::new(0),
            places: Mutex::new(vec![Told::default(); places]),
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
        let mut sum = places.first().map(|told| told.counts.clone()).unwrap_or_default();
        for told in places.iter().skip(1) {
            sum.merge(&told.counts, self.shown);
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
    /// Whether somebody has asked since the last time.
    pub(crate) fn is_asked(&self) -> bool {
        self.board.asked.load(Ordering::Relaxed) != self.answered
    }

    /// Leaves counts.
    pub(crate) fn leave(&mut self, counts: Counts) {
        self.answered = self.board.asked.load(Ordering::Relaxed);
        self.board.tell(self.worker, Told { answers: self.answered, counts });
    }

    /// Leaves a worker's counts if somebody has asked.
    pub(crate) fn tell(&mut self, worker: &Worker<'_>, packets: u64, left_out: LeftOut) {
        if self.is_asked() {
            self.leave(Counts {
                summary: worker.summary(),
                packets,
                left_out,
                live: LiveCounters::default(),
            });
        }
    }

    /// Leaves the last counts, behind the end of the capture.
    pub(crate) fn close(self, counts: Counts) {
        self.board.tell(self.worker, Told { answers: u64::MAX, counts });
    }
}
