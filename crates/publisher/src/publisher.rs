//! The output as the rest of the program sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{SendError, SendTimeoutError, Sender, TrySendError, bounded};
use packetbeat_core::lines::Lines;

use crate::console::Console;
use crate::counts::Counts;
use crate::error::{Closed, OutputError};
use crate::file::Files;
use crate::network::{Network, Sending};
use crate::options::{Format, Target};
use crate::queue::{Filled, Full, GRACE, Queue};
use crate::sink::{QUEUE_FULL, Sink};
use crate::spare::Spare;
use crate::writer::{self, End, LIVE_QUEUE, QUEUE};

/// An open output. It may be shared between threads; each thread's events keep their order.
///
/// Dropping it without [`Publisher::finish`] still writes all that was sent.
#[derive(Debug)]
#[must_use = "finish() tells whether all events were written"]
pub struct Publisher {
    counts: Arc<Counts>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Events are counted.
    Discard,
    /// A thread writes them.
    Writer(Writer),
    /// Threads send them.
    Network(Sending),
}

/// What became of the events.
#[derive(Debug, Default)]
pub struct Report {
    /// Events that the output took.
    pub published: u64,
    /// Events that it did not take, by cause: [`OUTPUT_CLOSED`](crate::OUTPUT_CLOSED),
    /// [`WRITE_ERROR`](crate::WRITE_ERROR), [`QUEUE_FULL`], [`SHUTDOWN`](crate::SHUTDOWN), and those that an output over a
    /// network names. Empty when there are none.
    pub dropped: Vec<(&'static str, u64)>,
    /// Why the output failed. None as well when the reader of standard output went away, which is a clean end.
    pub error: Option<OutputError>,
    /// Bytes of the published events, as they were written.
    pub bytes: u64,
}

impl Publisher {
    /// Opens the output. `full`: what happens to events for which it has no room.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or its options cannot work: the error says what, where, and what to do.
    pub fn start(target: Target, full: Full) -> Result<Self, OutputError> {
        match target {
            Target::File(options) => {
                let format = options.format;
                Self::writing(Files::start(options)?, format, full)
            }
            Target::Console(options) => Self::writing(Console::stdout()?, options.format, full),
            Target::Discard => Ok(Self { counts: Arc::default(), way: Way::Discard }),
        }
    }

    /// Starts an output over a network.
    ///
    /// # Errors
    ///
    /// If a thread cannot be started.
    pub fn network(network: Network) -> Result<Self, OutputError> {
        let counts = Arc::<Counts>::default();
        let sending = Sending::start(network, &counts)?;
        Ok(Self { counts, way: Way::Network(sending) })
    }

    /// Starts the writer thread.
    pub(crate) fn writing<S: Sink>(sink: S, format: Format, full: Full) -> Result<Self, OutputError> {
        let counts = Arc::<Counts>::default();
        let (queue, waiting) = bounded(if full == Full::Block { QUEUE } else { LIVE_QUEUE });
        let used = Arc::<Spare>::default();
        let thread = thread::Builder::new()
            .name("publisher".to_owned())
            .spawn({
                let (counts, used) = (Arc::clone(&counts), Arc::clone(&used));
                move || writer::run(sink, format, &waiting, &used, &counts)
            })
            .map_err(|source| OutputError::Thread { source })?;
        let writer =
            Writer { queue: Some(queue), used, full, stuck: AtomicBool::new(false), thread: Some(thread) };
        Ok(Self { counts, way: Way::Writer(writer) })
    }

    /// Hands events over. Blocks while the queue is full, unless what does not fit is to be dropped. Gives back used [`Lines`],
    /// cleared, when there are some.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the output failed or its reader has gone. These events are counted as dropped.
    pub fn send(&self, mut lines: Lines) -> Result<Option<Lines>, Closed> {
        let writer = match &self.way {
            Way::Writer(writer) => writer,
            Way::Network(sending) => {
                return if sending.push(lines, &self.counts) { Ok(None) } else { Err(Closed) };
            }
            Way::Discard => {
                self.counts.published.fetch_add(lines.events, Ordering::Relaxed);
                self.counts.bytes.fetch_add(lines.bytes() as u64, Ordering::Relaxed);
                writer::clear(&mut lines);
                return Ok(Some(lines));
            }
        };
        let refused = if self.counts.closed.load(Ordering::Acquire) {
            lines
        } else {
            match writer.put(lines) {
                Ok(()) => return Ok(self.recycled()),
                Err(TrySendError::Full(mut lines)) => {
                    self.counts.lose(QUEUE_FULL, lines.events);
                    writer::clear(&mut lines);
                    return Ok(Some(lines));
                }
                Err(TrySendError::Disconnected(lines)) => lines,
            }
        };
        self.counts.lose(self.counts.end_cause(), refused.events);
        Err(Closed)
    }

    /// Used [`Lines`], cleared, when there are some.
    #[must_use]
    pub fn recycled(&self) -> Option<Lines> {
        match &self.way {
            Way::Writer(writer) => writer.used.take(),
            Way::Discard | Way::Network(_) => None,
        }
    }

    /// Events that the output has not taken so far, whatever the cause.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.counts.dropped()
    }

    /// Whether the output has ended: it takes no more events.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.counts.closed.load(Ordering::Acquire)
    }

    /// A view of the counts that outlives the publisher.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let queue = match &self.way {
            Way::Network(sending) => Some(Arc::clone(sending.queue())),
            Way::Discard | Way::Writer(_) => None,
        };
        Watch { counts: Arc::clone(&self.counts), queue }
    }

    /// Takes no more events, and waits for at most `patience` until servers have taken what there is; whether they have. Files
    /// and the console are waited for by [`Publisher::finish`] alone.
    #[must_use]
    pub fn drain(&self, patience: Duration) -> bool {
        match &self.way {
            Way::Network(sending) => {
                sending.queue().close();
                sending.queue().drained(patience)
            }
            Way::Discard | Way::Writer(_) => true,
        }
    }

    /// Gives up what servers have not taken: it is counted as [`SHUTDOWN`](crate::SHUTDOWN).
    pub fn abandon(&self) {
        if let Way::Network(sending) = &self.way {
            sending.abandon(&self.counts);
        }
    }

    /// Writes what waits and closes the output.
    #[must_use = "it tells whether all events were written"]
    pub fn finish(mut self) -> Report {
        let error = match &mut self.way {
            Way::Discard => None,
            Way::Writer(writer) => writer.join().and_then(|end| end.error),
            Way::Network(sending) => sending.join(),
        };
        Report {
            published: self.counts.published.load(Ordering::Relaxed),
            dropped: self.counts.dropped_by(),
            error,
            bytes: self.counts.bytes.load(Ordering::Relaxed),
        }
    }
}

/// What an output has done so far, for whoever watches it.
#[derive(Clone, Debug)]
pub struct Watch {
    counts: Arc<Counts>,
    queue: Option<Arc<Queue>>,
}

/// Figures of an output. All but `filled` only grow.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Events that the output has taken, `duplicates` and `dead` included.
    pub published: u64,
    /// Events that the server had already.
    pub duplicates: u64,
    /// Events that it took as dead letters alone.
    pub dead: u64,
    /// Events that were given to an output, each time.
    pub sent: u64,
    /// Events that were to be tried again, each time.
    pub again: u64,
    /// Those of them for which the server had no time.
    pub too_many: u64,
    /// Batches that were dealt with, and how long that took in all.
    pub batches: u64,
    /// See `batches`.
    pub busy: Duration,
    /// Times that the output waited because something was wrong.
    pub troubles: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Events that were dropped, by cause.
    pub dropped: Vec<(&'static str, u64)>,
    /// What the queue in memory holds, and its bound of events; none for outputs without one.
    pub filled: Option<(Filled, usize)>,
}

impl Watch {
    /// All figures now.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let counts = &self.counts;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            published: read(&counts.published),
            duplicates: read(&counts.duplicates),
            dead: read(&counts.dead),
            sent: read(&counts.sent),
            again: read(&counts.again),
            too_many: read(&counts.too_many),
            batches: read(&counts.batches),
            busy: Duration::from_nanos(read(&counts.waited_nanos)),
            troubles: read(&counts.troubles),
            bytes: read(&counts.bytes),
            dropped: counts.dropped_by(),
            filled: self.queue.as_ref().map(|queue| (queue.filled(), queue.options().events)),
        }
    }
}

/// The writer thread and the way to it.
#[derive(Debug)]
struct Writer {
    queue: Option<Sender<Lines>>,
    used: Arc<Spare>,
    full: Full,
    /// Somebody waited for room in vain, and there has been none since.
    stuck: AtomicBool,
    thread: Option<JoinHandle<Option<End>>>,
}

impl Writer {
    fn put(&self, lines: Lines) -> Result<(), TrySendError<Lines>> {
        match (&self.queue, self.full) {
            (Some(queue), Full::Block) => {
                queue.send(lines).map_err(|SendError(lines)| TrySendError::Disconnected(lines))
            }
            (Some(queue), Full::DropNewest) => {
                let grace = if self.stuck.load(Ordering::Relaxed) { Duration::ZERO } else { GRACE };
                let sent = queue.send_timeout(lines, grace);
                self.stuck.store(matches!(sent, Err(SendTimeoutError::Timeout(_))), Ordering::Relaxed);
                sent.map_err(|error| match error {
                    SendTimeoutError::Timeout(lines) => TrySendError::Full(lines),
                    SendTimeoutError::Disconnected(lines) => TrySendError::Disconnected(lines),
                })
            }
            // It is there until `finish` or `drop`, which end the publisher.
            (None, _) => Err(TrySendError::Disconnected(lines)),
        }
    }

    /// Lets the thread come to its end.
    fn join(&mut self) -> Option<End> {
        self.queue = None;
        match self.thread.take()?.join() {
            Ok(end) => end,
            Err(_panic) => Some(End { cause: crate::sink::WRITE_ERROR, error: Some(OutputError::Stopped) }),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _end = self.join();
    }
}

#[cfg(test)]
mod tests;
