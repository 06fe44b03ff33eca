//! The queue in memory: events from the workers to the outputs over a network.
//!
//! ```text
//! workers ──push──▶ waiting ──take──▶ in flight ──settle──▶ gone
//!                      ▲                  │
//!                      └── again (first) ◀┘
//! ```
//!
//! What is in flight still counts: an event leaves the queue when its output has acknowledged it, or has given it up by name.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;
use crate::delivery::Takes;
use crate::event::Event;

/// Bounds of the queue, `queue.mem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    /// `events`: how many may wait or be in flight; at least 1. By default 3,200.
    pub events: usize,
    /// `bytes`: how much JSON these may have. One event that is larger than all of it is taken when the queue is empty. By
    /// default 64 MiB.
    pub bytes: usize,
    /// `flush.min_events`: an output is given fewer only when they have waited for `flush`. By default 1,600.
    pub min_events: usize,
    /// `flush.timeout`: how long an event waits for others. By default 1 s.
    pub flush: Duration,
    /// `queue.full`.
    pub full: Full,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self {
            events: 3_200,
            bytes: 64 << 20,
            min_events: 1_600,
            flush: Duration::from_secs(1),
            full: Full::Block,
        }
    }
}

/// How long an event waits for room where it may be dropped: as long as a ring of the usual size holds what comes meanwhile.
pub(crate) const GRACE: Duration = Duration::from_millis(100);

/// What happens to an event for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Whoever has it waits. The source is read no further: a file waits, a live interface drops packets under the kernel's name.
    Block,
    /// It waits for 100 ms, so that a burst is no loss. Then it is dropped and counted as [`QUEUE_FULL`](crate::QUEUE_FULL), and
    /// so are those behind it, at once, until there is room again.
    DropNewest,
}

/// What the queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Events that wait for an output.
    pub waiting: usize,
    /// Events that an output is sending.
    pub in_flight: usize,
    /// Bytes of both.
    pub bytes: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Queue {
    options: QueueOptions,
    state: Mutex<State>,
    /// There is more to take, or it is over.
    more: Condvar,
    /// There is more room, or it is over.
    room: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Event>,
    /// Events that came back: they go first.
    again: VecDeque<Event>,
    /// When the first of `waiting` came.
    since: Option<Instant>,
    in_flight: usize,
    bytes: usize,
    /// Somebody waited for room in vain, and there has been none since.
    stuck: bool,
    /// Nothing more is pushed.
    closed: bool,
    /// Nothing more is taken.
    abandoned: bool,
}

impl State {
    fn events(&self) -> usize {
        self.waiting.len() + self.again.len() + self.in_flight
    }
}

impl Queue {
    pub(crate) fn new(options: QueueOptions) -> Self {
        Self { options, state: Mutex::default(), more: Condvar::new(), room: Condvar::new() }
    }

    pub(crate) const fn options(&self) -> &QueueOptions {
        &self.options
    }

    /// Takes events in. How many were not, because there is no room (and nobody waits for it), or because it is over.
    pub(crate) fn push(&self, events: impl Iterator<Item = Event>) -> Refused {
        let mut refused = Refused::default();
        let mut state = self.lock();
        let mut until = None;
        for event in events {
            let len = event.len();
            while !self.has_room(&state, len) && !state.closed {
                self.more.notify_all();
                state = match self.options.full {
                    Full::Block => self.room.wait(state).unwrap_or_else(PoisonError::into_inner),
                    Full::DropNewest if state.stuck => break,
                    Full::DropNewest => {
                        let until = *until.get_or_insert_with(|| clock::now() + GRACE);
                        let left = until.saturating_duration_since(clock::now());
                        let mut state =
                            self.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
                        state.stuck = left.is_zero();
                        state
                    }
                };
            }
            if state.closed {
                refused.closed += 1;
            } else if !self.has_room(&state, len) {
                refused.full += 1;
            } else {
                state.since.get_or_insert_with(clock::now);
                state.bytes += len;
                state.waiting.push_back(event);
            }
        }
        // Who waits for fewer sees by itself when the time has come.
        self.more.notify_one();
        refused
    }

    fn has_room(&self, state: &State, len: usize) -> bool {
        let events = state.events();
        events == 0 || (events < self.options.events && state.bytes + len <= self.options.bytes)
    }

    /// Waits for a batch; none when it is over and nothing can come back any more.
    pub(crate) fn take(&self, takes: Takes) -> Option<Vec<Event>> {
        let enough = takes.events.min(self.options.min_events).max(1);
        let mut state = self.lock();
        loop {
            if state.abandoned || (state.closed && state.events() == 0) {
                return None;
            }
            let waited = state.since.map(|since| since.elapsed());
            // A queue that is full has nothing to wait for: nobody can push, whatever the minimum.
            let full = state.events() >= self.options.events || state.bytes >= self.options.bytes;
            if !state.again.is_empty()
                || state.waiting.len() >= enough
                || (!state.waiting.is_empty() && (state.closed || full))
                || waited.is_some_and(|waited| waited >= self.options.flush)
            {
                return Some(self.batch(&mut state, takes));
            }
            state = match waited {
                Some(waited) => {
                    let left = self.options.flush.saturating_sub(waited);
                    let woken = self.more.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.more.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn batch(&self, state: &mut State, takes: Takes) -> Vec<Event> {
        let mut batch = Vec::with_capacity(takes.events.min(state.again.len() + state.waiting.len()));
        let mut bytes = 0_usize;
        loop {
            let from = if state.again.is_empty() { &mut state.waiting } else { &mut state.again };
            let Some(len) = from.front().map(Event::len) else { break };
            if batch.len() >= takes.events || (!batch.is_empty() && bytes + len > takes.bytes) {
                break;
            }
            bytes += len;
            batch.extend(from.pop_front());
        }
        state.in_flight += batch.len();
        if state.waiting.is_empty() {
            state.since = None;
        } else {
            // Something is left for another output.
            self.more.notify_one();
        }
        batch
    }

    /// A batch of so many events and bytes has been dealt with; `again` of them are to be tried again.
    /// False if it was abandoned meanwhile: then the batch was counted there.
    pub(crate) fn settle(&self, events: usize, bytes: usize, again: Vec<Event>) -> bool {
        let mut state = self.lock();
        if state.abandoned {
            return false;
        }
        state.in_flight = state.in_flight.saturating_sub(events);
        state.stuck = false;
        let kept: usize = again.iter().map(Event::len).sum();
        state.bytes = state.bytes.saturating_sub(bytes.saturating_sub(kept));
        // In front of what came back later, in their own order.
        for event in again.into_iter().rev() {
            state.again.push_front(event);
        }
        self.more.notify_all();
        self.room.notify_all();
        true
    }

    /// Nothing more is pushed; what is in it may still be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.more.notify_all();
        self.room.notify_all();
    }

    /// Nothing more is pushed or taken. How many events were still in it, those in flight included.
    pub(crate) fn abandon(&self) -> usize {
        let mut state = self.lock();
        state.closed = true;
        state.abandoned = true;
        let left = state.events();
        state.waiting.clear();
        state.again.clear();
        state.in_flight = 0;
        state.bytes = 0;
        self.more.notify_all();
        self.room.notify_all();
        left
    }

    /// Whether [`Queue::abandon`] was called.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.lock().abandoned
    }

    /// Waits until everything has left it, at most so long. Whether it has.
    pub(crate) fn drained(&self, patience: Duration) -> bool {
        let until = clock::now() + patience;
        let mut state = self.lock();
        while state.events() > 0 && !state.abandoned {
            let Some(left) = until.checked_duration_since(clock::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Waits for so long, or until it is abandoned.
    pub(crate) fn pause(&self, time: Duration) {
        let until = clock::now() + time;
        let mut state = self.lock();
        while !state.abandoned {
            let Some(left) = until.checked_duration_since(clock::now()).filter(|left| !left.is_zero()) else {
                return;
            };
            state = self.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn filled(&self) -> Filled {
        let state = self.lock();
        Filled {
            waiting: state.waiting.len() + state.again.len(),
            in_flight: state.in_flight,
            bytes: state.bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Events that the queue did not take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// There was no room.
    pub(crate) full: u64,
    /// It is over.
    pub(crate) closed: u64,
}
