//! Whoever finishes a batch of packets last merges its events.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use packetbeat_core::lines::Lines;
use packetbeat_engine::Batch;
use packetbeat_engine::merge::merge;
use packetbeat_publisher::Publisher;

use crate::progress::Progress;

/// How far a worker may run ahead of the slowest, in batches. More than a few keep memory from being used again while it is warm:
/// with 64 two workers were a sixth slower.
const AHEAD: u64 = 8;

/// Where the workers' batches meet.
pub(crate) struct Meeting<'p> {
    state: Mutex<State>,
    moved: Condvar,
    publisher: &'p Publisher,
    progress: &'p Progress,
}

struct State {
    /// Batches from number `first` on, each with one place a worker.
    slots: VecDeque<Vec<Option<Batch>>>,
    first: u64,
    /// The number of each worker's first batch that will never come, once it has left.
    left: Vec<Option<u64>>,
    /// The highest number that any worker has posted.
    highest: u64,
    stop_after: Option<u64>,
    spare: Vec<Batch>,
    reuse: Lines,
    closed: bool,
}

impl<'p> Meeting<'p> {
    pub(crate) fn new(workers: usize, publisher: &'p Publisher, progress: &'p Progress) -> Self {
        let state = State {
            slots: VecDeque::new(),
            first: 0,
            left: vec![None; workers],
            highest: 0,
            stop_after: None,
            spare: Vec::new(),
            reuse: Lines::default(),
            closed: false,
        };
        Self { state: Mutex::new(state), moved: Condvar::new(), publisher, progress }
    }

    /// The place of a worker; who lets go of it is waited for no longer.
    pub(crate) fn seat(&self, worker: usize) -> Seat<'_, 'p> {
        Seat { meeting: self, worker, next: 0 }
    }

    fn post(&self, worker: usize, number: u64, batch: &mut Batch) -> bool {
        let mut state = self.lock();
        while number >= state.first + AHEAD {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.highest = state.highest.max(number);
        if (self.progress.is_stopped() || state.closed) && state.stop_after.is_none() {
            // Others may be one further on already.
            state.stop_after = Some(state.highest + 1);
        }
        let place = (number - state.first) as usize; // below AHEAD
        while state.slots.len() <= place {
            let row = state.left.iter().map(|_| None).collect();
            state.slots.push_back(row);
        }
        let fresh = state.spare.pop().unwrap_or_default();
        if let Some(slot) = state.slots.get_mut(place).and_then(|row| row.get_mut(worker)) {
            *slot = Some(std::mem::replace(batch, fresh));
        }
        self.settle(&mut state);
        state.stop_after.is_none_or(|last| number < last)
    }

    fn leave(&self, worker: usize, next: u64) {
        let mut state = self.lock();
        if let Some(left) = state.left.get_mut(worker) {
            *left = Some(next);
        }
        self.settle(&mut state);
        self.moved.notify_all();
    }

    /// Hands on the batches that nobody is missing from.
    fn settle(&self, state: &mut State) {
        while let Some(row) = state.slots.front() {
            let gone = |worker: usize| {
                state.left.get(worker).is_some_and(|left| left.is_some_and(|left| left <= state.first))
            };
            if !row.iter().enumerate().all(|(worker, batch)| batch.is_some() || gone(worker)) {
                return;
            }
            let Some(row) = state.slots.pop_front() else { return };
            state.first += 1;
            self.hand_on(state, row.into_iter().map(Option::unwrap_or_default).collect());
            self.moved.notify_all();
        }
    }

    fn hand_on(&self, state: &mut State, mut batches: Vec<Batch>) {
        let lines = merge(&mut batches, std::mem::take(&mut state.reuse));
        state.spare.append(&mut batches);
        if lines.events == 0 {
            state.reuse = lines;
            return;
        }
        // Also once it is closed: what it refuses it counts.
        match self.publisher.send(lines) {
            Ok(used) => state.reuse = used.unwrap_or_default(),
            Err(_) => state.closed = true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's place in a meeting.
pub(crate) struct Seat<'m, 'p> {
    meeting: &'m Meeting<'p>,
    worker: usize,
    next: u64,
}

impl Seat<'_, '_> {
    /// The worker has finished its next batch; an empty one comes back in its place. False if it is to stop: all stop behind
    /// the same batch.
    pub(crate) fn post(&mut self, batch: &mut Batch) -> bool {
        let number = self.next;
        self.next += 1;
        self.meeting.post(self.worker, number, batch)
    }
}

impl Drop for Seat<'_, '_> {
    // Also when the worker panics, or its reader ends earlier than the others': they must not wait for it.
    fn drop(&mut self) {
        self.meeting.leave(self.worker, self.next);
    }
}
