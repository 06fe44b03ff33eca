//! The output as the rest of the program sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, SendError, Sender, bounded};
use packetbeat_core::lines::Lines;

use crate::console::Console;
use crate::error::{Closed, OutputError};
use crate::file::Files;
use crate::options::{Format, Target};
use crate::sink::{Sink, WRITE_ERROR};
use crate::writer::{self, Counts, End, GATHER, QUEUE};

/// An open output. It may be shared between threads; each thread's events keep their order.
///
/// Dropping it without [`Publisher::finish`] still writes all that was sent.
#[derive(Debug)]
#[must_use = "finish() tells whether all events were written"]
pub struct Publisher {
    counts: Arc<Counts>,
    /// None: events are discarded.
    writer: Option<Writer>,
}

/// What became of the events.
#[derive(Debug, Default)]
pub struct Report {
    /// Events that the output took.
    pub published: u64,
    /// Events that it did not take, by cause: [`OUTPUT_CLOSED`](crate::OUTPUT_CLOSED),
    /// [`WRITE_ERROR`](crate::WRITE_ERROR). Empty when there are none.
    pub dropped: Vec<(&'static str, u64)>,
    /// Why the output failed. None as well when the reader of standard output went away, which is a clean end.
    pub error: Option<OutputError>,
    /// Bytes of the published events, as they were written.
    pub bytes: u64,
}

impl Publisher {
    /// Opens the output.
    ///
    /// # Errors
    ///
    /// When it cannot be opened or its options cannot work: the error says what, where, and what to do.
    pub fn start(target: Target) -> Result<Self, OutputError> {
        match target {
            Target::File(options) => {
                let format = options.format;
                Self::writing(Files::start(options)?, format)
            }
            Target::Console(options) => Self::writing(Console::stdout()?, options.format),
            Target::Discard => Ok(Self { counts: Arc::default(), writer: None }),
        }
    }

    /// Starts the writer thread.
    pub(crate) fn writing<S: Sink>(sink: S, format: Format) -> Result<Self, OutputError> {
        let counts = Arc::<Counts>::default();
        let (queue, waiting) = bounded(QUEUE);
        let (give, used) = bounded(GATHER);
        let thread = thread::Builder::new()
            .name("publisher".to_owned())
            .spawn({
                let counts = Arc::clone(&counts);
                move || writer::run(sink, format, &waiting, &give, &counts)
            })
            .map_err(|source| OutputError::Thread { source })?;
        Ok(Self { counts, writer: Some(Writer { queue: Some(queue), used, thread: Some(thread) }) })
    }

    /// Hands events over. Blocks while the queue is full. Gives back used [`Lines`], cleared, when there are some.
    ///
    /// # Errors
    ///
    /// [`Closed`] when the output failed or its reader has gone. These events are counted as dropped.
    pub fn send(&self, mut lines: Lines) -> Result<Option<Lines>, Closed> {
        let Some(writer) = &self.writer else {
            self.counts.published.fetch_add(lines.events, Ordering::Relaxed);
            self.counts.bytes.fetch_add(lines.bytes() as u64, Ordering::Relaxed);
            writer::clear(&mut lines);
            return Ok(Some(lines));
        };
        let refused = if self.counts.closed.load(Ordering::Acquire) {
            lines
        } else {
            match writer.queue.as_ref().map(|queue| queue.send(lines)) {
                Some(Ok(())) => return Ok(self.recycled()),
                Some(Err(SendError(lines))) => lines,
                // The queue is there until `finish` or `drop`, which end the publisher.
                None => return Err(Closed),
            }
        };
        self.counts.dropped.fetch_add(refused.events, Ordering::Relaxed);
        Err(Closed)
    }

    /// Used [`Lines`], cleared, when there are some.
    #[must_use]
    pub fn recycled(&self) -> Option<Lines> {
        self.writer.as_ref()?.used.try_recv().ok()
    }

    /// Events that the output has taken so far.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.counts.published.load(Ordering::Relaxed)
    }

    /// Events that it has not taken so far, whatever the cause.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }

    /// A view of the counts that outlives the publisher.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.counts))
    }

    /// Writes what waits and closes the output.
    #[must_use = "it tells whether all events were written"]
    pub fn finish(mut self) -> Report {
        let end = self.writer.as_mut().and_then(Writer::join);
        let dropped = self.dropped();
        let (cause, error) = end.map_or((WRITE_ERROR, None), |end| (end.cause, end.error));
        Report {
            published: self.published(),
            dropped: if dropped == 0 { Vec::new() } else { vec![(cause, dropped)] },
            error,
            bytes: self.counts.bytes.load(Ordering::Relaxed),
        }
    }
}

/// What an output has done so far, for whoever watches it.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Counts>);

impl Watch {
    /// Events that the output has taken.
    #[must_use]
    pub fn published(&self) -> u64 {
        self.0.published.load(Ordering::Relaxed)
    }

    /// Events that it has not taken, whatever the cause.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Bytes of the published events.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }
}

/// The writer thread and the way to it.
#[derive(Debug)]
struct Writer {
    queue: Option<Sender<Lines>>,
    used: Receiver<Lines>,
    thread: Option<JoinHandle<Option<End>>>,
}

impl Writer {
    /// Lets the thread come to its end.
    fn join(&mut self) -> Option<End> {
        self.queue = None;
        match self.thread.take()?.join() {
            Ok(end) => end,
            Err(_panic) => Some(End { cause: WRITE_ERROR, error: Some(OutputError::Stopped) }),
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
