//! Outputs over a network: a thread each takes batches from the queue, has them delivered, and waits when there is trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use packetbeat_core::lines::Lines;

use crate::backoff::{Backoff, BackoffOptions};
use crate::clock;
use crate::counts::Counts;
use crate::delivery::{Deliver, Delivery, Trouble};
use crate::error::OutputError;
use crate::event::Event;
use crate::queue::{Queue, QueueOptions};
use crate::sink::{QUEUE_FULL, SHUTDOWN};

/// While trouble lasts it is logged this often.
const REMIND: Duration = Duration::from_secs(60);

/// An output over a network.
pub struct Network {
    /// The queue in front of it.
    pub queue: QueueOptions,
    /// How long to wait before trying again.
    pub backoff: BackoffOptions,
    /// The ways to its servers; each gets a thread.
    pub outputs: Vec<Box<dyn Deliver>>,
    /// After how many troubles in a row that will not end by themselves ([`Trouble::lasting`]) everything is given up. None:
    /// never, as somebody may mend them while a live capture runs.
    pub give_up_after: Option<u32>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("queue", &self.queue).field("outputs", &self.outputs.len()).finish()
    }
}

/// The threads and the way to them.
#[derive(Debug)]
pub(crate) struct Sending {
    queue: Arc<Queue>,
    numbered: AtomicU64,
    threads: Vec<JoinHandle<Option<OutputError>>>,
    /// What was left was given up: nobody waits for servers any more.
    hurried: AtomicBool,
}

impl Sending {
    pub(crate) fn start(network: Network, counts: &Arc<Counts>) -> Result<Self, OutputError> {
        let Network { queue, backoff, outputs, give_up_after } = network;
        let queue = Arc::new(Queue::new(queue));
        let lasting = Arc::new(AtomicU32::new(0));
        let mut threads = Vec::with_capacity(outputs.len());
        for (number, output) in outputs.into_iter().enumerate() {
            let way = Way {
                output,
                queue: Arc::clone(&queue),
                counts: Arc::clone(counts),
                backoff: Backoff::new(backoff, seed(number)),
                lasting: Arc::clone(&lasting),
                give_up_after,
                trouble: None,
            };
            let thread = thread::Builder::new()
                .name(format!("output-{number}"))
                .spawn(move || way.run())
                .map_err(|source| OutputError::Thread { source })?;
            threads.push(thread);
        }
        Ok(Self { queue, numbered: AtomicU64::new(0), threads, hurried: AtomicBool::new(false) })
    }

    pub(crate) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Takes events in; those that are not are counted. False if it takes no more.
    pub(crate) fn push(&self, lines: Lines, counts: &Counts) -> bool {
        let first = self.numbered.fetch_add(lines.events, Ordering::Relaxed);
        let refused = self.queue.push(Event::of(lines, first));
        counts.lose(QUEUE_FULL, refused.full);
        counts.lose(counts.end_cause(), refused.closed);
        refused.closed == 0
    }

    /// Gives up what is left.
    pub(crate) fn abandon(&self, counts: &Counts) {
        self.hurried.store(true, Ordering::Relaxed);
        if !self.queue.is_abandoned() {
            counts.end(SHUTDOWN);
            counts.lose(SHUTDOWN, self.queue.abandon() as u64);
        }
    }

    /// Waits for the threads, unless what they wait for was given up: a server that does not answer would hold them.
    pub(crate) fn join(&mut self) -> Option<OutputError> {
        self.queue.close();
        let mut error = None;
        for thread in self.threads.drain(..) {
            if self.hurried.load(Ordering::Relaxed) && !thread.is_finished() {
                continue;
            }
            error = match thread.join() {
                Ok(its) => error.or(its),
                Err(_panic) => Some(OutputError::Stopped),
            };
        }
        error
    }
}

/// Two outputs of this or another process begin their waits differently.
fn seed(number: usize) -> u64 {
    (clock::nanos() ^ u64::from(std::process::id())).rotate_left(number as u32 * 7 + 1)
}

/// One thread's way to a server.
struct Way {
    output: Box<dyn Deliver>,
    queue: Arc<Queue>,
    counts: Arc<Counts>,
    backoff: Backoff,
    /// Troubles in a row that will not end by themselves, of all ways together.
    lasting: Arc<AtomicU32>,
    give_up_after: Option<u32>,
    trouble: Option<Lasts>,
}

/// Trouble that has not ended yet.
struct Lasts {
    since: Instant,
    told: Instant,
    message: String,
}

impl Way {
    fn run(mut self) -> Option<OutputError> {
        while let Some(batch) = self.queue.take(self.output.takes()) {
            let events = batch.len();
            let bytes: usize = batch.iter().map(Event::len).sum();
            let started = clock::now();
            let Delivery { acknowledged, duplicates, dead, dropped, again, too_many, sent_bytes, trouble } =
                self.output.deliver(batch);
            let returned = again.len();
            let again = if returned * 2 < events { Event::gathered(&again) } else { again };
            if !self.queue.settle(events, bytes, again) {
                // It was given up meanwhile, and counted so.
                return None;
            }
            let published = acknowledged + duplicates + dead;
            for (counter, count) in [
                (&self.counts.published, published),
                (&self.counts.duplicates, duplicates),
                (&self.counts.dead, dead),
                (&self.counts.again, returned as u64),
                (&self.counts.too_many, too_many),
                (&self.counts.bytes, sent_bytes),
                (&self.counts.batches, 1),
                (&self.counts.sent, events as u64),
                (&self.counts.waited_nanos, started.elapsed().as_nanos() as u64),
            ] {
                counter.fetch_add(count, Ordering::Relaxed);
            }
            let mut sum = published + returned as u64;
            for (cause, count) in dropped {
                self.counts.lose(cause, count);
                sum += count;
            }
            // An output that forgets an event has a defect: it is named, and the ledger closes.
            self.counts.lose("forgotten", (events as u64).saturating_sub(sum));
            if published > 0 {
                self.lasting.store(0, Ordering::Relaxed);
            }
            match trouble {
                None => self.well(),
                Some(trouble) => {
                    if let Some(error) = self.wait(trouble) {
                        return Some(error);
                    }
                }
            }
        }
        None
    }

    fn well(&mut self) {
        self.backoff.reset();
        if let Some(lasts) = self.trouble.take() {
            tracing::info!("output: in order again, after {:.1} s", lasts.since.elapsed().as_secs_f64());
        }
    }

    /// Says what is wrong, and waits; or gives everything up.
    fn wait(&mut self, trouble: Trouble) -> Option<OutputError> {
        self.counts.troubles.fetch_add(1, Ordering::Relaxed);
        let Trouble { message, lasting } = trouble;
        let wait = self.backoff.wait();
        if let Some(cause) = lasting {
            let in_a_row = self.lasting.fetch_add(1, Ordering::Relaxed) + 1;
            if self.give_up_after.is_some_and(|most| in_a_row >= most) {
                self.counts.end(cause);
                self.counts.lose(cause, self.queue.abandon() as u64);
                return Some(OutputError::Server { message });
            }
        }
        let now = clock::now();
        let known = self.trouble.as_ref().is_some_and(|lasts| lasts.message == message);
        let due = self.trouble.as_ref().is_none_or(|lasts| now.duration_since(lasts.told) >= REMIND);
        let since = self.trouble.as_ref().map_or(now, |lasts| lasts.since);
        if !known || due {
            tracing::warn!("output: {message}; trying again in {:.1} s", wait.as_secs_f64());
            self.trouble = Some(Lasts { since, told: now, message });
        }
        self.queue.pause(wait);
        None
    }
}

#[cfg(test)]
mod tests;
