//! A bounded queue and the thread that empties it into a target.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock::monotonic;
use crate::complaint::complain;
use crate::error::Error;
use crate::limits::{BATCH_LINES, QUEUE_BYTES};
use crate::sink::{Entry, Sink};

/// The near end of a queue: lines go in.
#[derive(Debug)]
pub(crate) struct Pipe {
    shared: Arc<Shared>,
    patience: Duration,
}

/// What waits for the thread at the end of the program.
#[derive(Debug)]
pub(crate) struct Drain {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Makes the line that says how many were lost, and why.
pub(crate) type Notice = Box<dyn Fn(u64, &str) -> Entry + Send>;

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to write, or nothing will come any more.
    work: Condvar,
    /// Something was written, or given up.
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Entry>,
    /// Of the queue and of what is being written.
    bytes: usize,
    /// Lines that came in, and lines that were written or given up.
    taken: u64,
    done: u64,
    /// Somebody has waited in vain, and nothing has moved since.
    stuck: bool,
    closed: bool,
    ended: bool,
    /// Lines that were lost: all, and those that no line has told of.
    lost: u64,
    untold: u64,
    cause: String,
}

impl State {
    fn has_room(&self, len: usize) -> bool {
        self.bytes == 0 || self.bytes.saturating_add(len) <= QUEUE_BYTES
    }

    fn lose(&mut self, lines: u64, cause: &str) {
        self.lost += lines;
        self.untold += lines;
        cause.clone_into(&mut self.cause);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for movement while `condition` holds, and tells whether it still does.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        patience: Duration,
        condition: impl FnMut(&mut State) -> bool,
    ) -> (MutexGuard<'a, State>, bool) {
        let (state, timeout) =
            self.moved.wait_timeout_while(state, patience, condition).unwrap_or_else(PoisonError::into_inner);
        (state, timeout.timed_out())
    }
}

impl Pipe {
    /// Starts the thread.
    pub(crate) fn start<S: Sink>(
        name: &str,
        sink: S,
        notice: Notice,
        patience: Duration,
    ) -> Result<(Self, Drain), Error> {
        let shared = Arc::<Shared>::default();
        let thread = thread::Builder::new()
            .name(format!("log-{name}"))
            .spawn({
                let shared = Arc::clone(&shared);
                move || run(&shared, sink, &notice)
            })
            .map_err(|source| Error::Thread { source })?;
        Ok((Self { shared: Arc::clone(&shared), patience }, Drain { shared, thread: Some(thread) }))
    }

    /// Puts a line in. Waits for room as long as patience lasts; then it is lost.
    pub(crate) fn push(&self, entry: Entry) {
        let len = entry.bytes.len();
        let mut state = self.shared.lock();
        if !state.has_room(len) && !state.stuck && !state.closed {
            let (waited, in_vain) =
                self.shared.wait(state, self.patience, |state| !state.has_room(len) && !state.closed);
            state = waited;
            state.stuck |= in_vain;
        }
        if state.closed || !state.has_room(len) {
            state.lose(1, "nobody took them in time");
            return;
        }
        state.bytes += len;
        state.taken += 1;
        state.queue.push_back(entry);
        self.shared.work.notify_one();
    }

    /// Waits until what was put in is written, as long as patience lasts.
    pub(crate) fn flush(&self) {
        let mut state = self.shared.lock();
        if state.stuck {
            return;
        }
        let wanted = state.taken;
        let (waited, in_vain) =
            self.shared.wait(state, self.patience, |state| state.done < wanted && !state.ended);
        state = waited;
        state.stuck |= in_vain;
    }
}

impl Drain {
    /// Lines that were lost so far.
    pub(crate) fn lost(&self) -> u64 {
        self.shared.lock().lost
    }

    /// Takes no more lines.
    pub(crate) fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.work.notify_all();
        self.shared.moved.notify_all();
    }

    /// Waits until all is written, but not beyond `deadline` of the monotonic clock. A thread that hangs in its target is left
    /// behind: it ends with the process.
    pub(crate) fn finish(&mut self, deadline: Duration) {
        let patience = deadline.saturating_sub(monotonic());
        let (state, _) = self.shared.wait(self.shared.lock(), patience, |state| !state.ended);
        let ended = state.ended;
        drop(state);
        if let Some(thread) = self.thread.take()
            && ended
        {
            // It catches no panic of a target, and needs none of its results.
            let _ = thread.join();
        }
    }
}

/// The thread: writes until the queue is closed and empty.
fn run<S: Sink>(shared: &Shared, mut sink: S, notice: &Notice) {
    let mut state = shared.lock();
    let mut failing = false;
    loop {
        while state.queue.is_empty() && !state.closed {
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let last = state.queue.is_empty();
        let some = state.queue.len().min(BATCH_LINES);
        let mut batch: Vec<Entry> = Vec::with_capacity(some + 1);
        // Before anything else: how much is missing here.
        let told = state.untold;
        if told > 0 {
            batch.push(notice(told, &state.cause));
        }
        batch.extend(state.queue.drain(..some));
        drop(state);
        let result = if batch.is_empty() { Ok(()) } else { sink.write(&batch) };
        let notices = batch.len() - some;
        let (written, failure) = match result {
            Ok(()) => (batch.len(), None),
            Err(failure) => (failure.written.min(batch.len()), Some(failure)),
        };
        if let Some(failure) = failure.as_ref().filter(|failure| failure.tell && !failing) {
            complain(&format!("{}; log lines are lost until it works again", failure.cause));
        }
        failing = failure.is_some();
        let bytes: usize = batch.iter().skip(notices).map(|entry| entry.bytes.len()).sum();

        state = shared.lock();
        if written >= notices {
            state.untold -= told;
        }
        if let Some(failure) = failure {
            let lost = batch.len() - written.max(notices);
            state.lose(lost as u64, &failure.cause);
        }
        state.bytes -= bytes;
        state.done += some as u64;
        state.stuck = false;
        state.ended = last;
        shared.moved.notify_all();
        if last {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
