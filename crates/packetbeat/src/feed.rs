//! Packets on their way to the workers, and their events on the way to the output.
//!
//! A mapped file is walked by every worker. What can only be read once is read by a thread of its own, which hands the same
//! batches to every worker. Whoever finishes a batch of packets last merges its events.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_engine::merge::{BATCH_PACKETS, merge};
use packetbeat_engine::{Batch, Registry, Summary, Worker};
use packetbeat_publisher::Publisher;
use packetbeat_sniffer::{Input, ReadError, Reader};

use crate::progress::Progress;

/// Bytes of events that one worker gathers before it hands them on.
const BLOCK: usize = 256 << 10;
/// How long events wait for more when no packet comes.
const IDLE: Duration = Duration::from_millis(200);
/// Batches of packets between the reading thread and a worker.
const BATCHES: usize = 8;
/// How far a worker may run ahead of the slowest, in batches.
const AHEAD: u64 = 64;

/// What came of a run.
pub(crate) struct Fed {
    pub(crate) summary: Summary,
    /// Packets that the source gave.
    pub(crate) packets: u64,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<ReadError>,
}

/// What one reader saw.
#[derive(Default)]
struct Seen {
    packets: u64,
    warnings: Vec<String>,
    error: Option<ReadError>,
}

/// Analyses everything with `workers` workers.
pub(crate) fn run(
    input: &Input,
    mut first: Reader,
    registry: &Registry,
    workers: usize,
    publisher: &Publisher,
    progress: &Progress,
) -> Fed {
    match (workers, input.can_map()) {
        (1, true) => alone(&mut first, registry, publisher, progress),
        (_, true) => walking(input, first, registry, workers, publisher, progress),
        (_, false) => fed(first, registry, workers, publisher, progress),
    }
}

/// One worker that reads for itself.
fn alone(reader: &mut Reader, registry: &Registry, publisher: &Publisher, progress: &Progress) -> Fed {
    let mut worker = Worker::new(registry, 0, 1);
    let mut outlet = Outlet::new(publisher);
    let mut seen = Seen::default();
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                seen.packets = packet.number;
                worker.packet(&packet);
            }
            Ok(None) => break,
            Err(error) => {
                seen.error = Some(error);
                break;
            }
        }
        if seen.packets.is_multiple_of(BATCH_PACKETS) {
            progress.set(reader.position());
            if worker.pending().0 >= BLOCK && !outlet.ship(&mut worker) || progress.is_stopped() {
                break;
            }
        }
    }
    seen.warnings = reader.warnings().iter().map(ToString::to_string).collect();
    worker.finish();
    outlet.ship(&mut worker);
    Fed { summary: worker.into_summary(), packets: seen.packets, warnings: seen.warnings, error: seen.error }
}

/// Several workers that walk the same map.
fn walking(
    input: &Input,
    first: Reader,
    registry: &Registry,
    workers: usize,
    publisher: &Publisher,
    progress: &Progress,
) -> Fed {
    let meeting = Meeting::new(workers, publisher, progress);
    std::thread::scope(|scope| {
        let mut readers: VecDeque<Reader> = VecDeque::from([first]);
        let mut failed = None;
        while readers.len() < workers {
            match input.reader() {
                Ok(reader) => readers.push_back(reader),
                Err(error) => {
                    failed = Some(error.to_string());
                    break;
                }
            }
        }
        if let Some(error) = failed {
            return Fed { summary: Summary::default(), packets: 0, warnings: vec![error], error: None };
        }
        let meeting = &meeting;
        let threads: Vec<_> = readers
            .into_iter()
            .enumerate()
            .map(|(index, reader)| {
                scope.spawn(move || walk(reader, registry, index, workers, meeting, progress))
            })
            .collect();
        gather(threads.into_iter().filter_map(|thread| thread.join().ok()))
    })
}

fn walk(
    mut reader: Reader,
    registry: &Registry,
    index: usize,
    workers: usize,
    meeting: &Meeting<'_>,
    progress: &Progress,
) -> (Summary, Seen) {
    let mut worker = Worker::new(registry, index, workers);
    let mut batch = Batch::default();
    let mut seen = Seen::default();
    let mut number = 0;
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                seen.packets = packet.number;
                worker.packet(&packet);
            }
            Ok(None) => break,
            Err(error) => {
                seen.error = Some(error);
                break;
            }
        }
        if seen.packets.is_multiple_of(BATCH_PACKETS) {
            if index == 0 {
                progress.set(reader.position());
            }
            worker.take_batch(&mut batch);
            if !meeting.post(index, number, &mut batch) {
                number += 1;
                break;
            }
            number += 1;
        }
    }
    seen.warnings = reader.warnings().iter().map(ToString::to_string).collect();
    worker.finish();
    worker.take_batch(&mut batch);
    meeting.post(index, number, &mut batch);
    (worker.into_summary(), seen)
}

/// A thread reads; the workers, one or more, are handed the same batches.
fn fed(
    reader: Reader,
    registry: &Registry,
    workers: usize,
    publisher: &Publisher,
    progress: &Progress,
) -> Fed {
    let meeting = Meeting::new(workers, publisher, progress);
    std::thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..workers).map(|_| bounded(BATCHES)).unzip();
        let source = scope.spawn(move || read(reader, &senders, progress));
        let meeting = &meeting;
        let threads: Vec<_> = receivers
            .into_iter()
            .enumerate()
            .map(|(index, batches)| scope.spawn(move || work(&batches, registry, index, workers, meeting)))
            .collect();
        let fed = gather(
            threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .map(|summary| (summary, Seen::default())),
        );
        let seen = source.join().unwrap_or_default();
        Fed { packets: seen.packets, warnings: seen.warnings, error: seen.error, ..fed }
    })
}

fn read(mut reader: Reader, senders: &[Sender<Arc<packetbeat_sniffer::Batch>>], progress: &Progress) -> Seen {
    let mut seen = Seen::default();
    let mut batch = packetbeat_sniffer::Batch::new();
    let mut over = false;
    while !over {
        match reader.next() {
            Ok(Some(packet)) => {
                seen.packets = packet.number;
                batch.push(&packet);
            }
            Ok(None) => over = true,
            Err(error) => {
                seen.error = Some(error);
                over = true;
            }
        }
        over |= progress.is_stopped();
        // A batch goes when it is full, or at once to workers that have nothing to do: a pipe that trickles is not held up.
        let waited_for = senders.first().is_none_or(Sender::is_empty);
        if over || batch.len() as u64 >= BATCH_PACKETS || waited_for {
            let full = Arc::new(std::mem::take(&mut batch));
            progress.set(reader.position());
            over |= senders.iter().any(|sender| sender.send(Arc::clone(&full)).is_err());
        }
    }
    seen.warnings = reader.warnings().iter().map(ToString::to_string).collect();
    seen
}

fn work(
    batches: &Receiver<Arc<packetbeat_sniffer::Batch>>,
    registry: &Registry,
    index: usize,
    workers: usize,
    meeting: &Meeting<'_>,
) -> Summary {
    let mut worker = Worker::new(registry, index, workers);
    let mut events = Batch::default();
    let mut number = 0;
    loop {
        match batches.recv_timeout(IDLE) {
            Ok(batch) => {
                for packet in &*batch {
                    worker.packet(&packet);
                }
                worker.take_batch(&mut events);
                let go_on = meeting.post(index, number, &mut events);
                number += 1;
                if !go_on {
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    worker.finish();
    worker.take_batch(&mut events);
    meeting.post(index, number, &mut events);
    worker.into_summary()
}

fn gather(results: impl Iterator<Item = (Summary, Seen)>) -> Fed {
    let mut fed = Fed { summary: Summary::default(), packets: 0, warnings: Vec::new(), error: None };
    for (summary, seen) in results {
        fed.summary.merge(&summary);
        // All walked the same input: what one reader saw, all saw.
        fed.packets = fed.packets.max(seen.packets);
        if fed.warnings.is_empty() {
            fed.warnings = seen.warnings;
        }
        fed.error = fed.error.or(seen.error);
    }
    fed
}

/// One worker's way to the output.
struct Outlet<'p> {
    publisher: &'p Publisher,
    batch: Batch,
}

impl<'p> Outlet<'p> {
    fn new(publisher: &'p Publisher) -> Self {
        Self { publisher, batch: Batch::default() }
    }

    /// Hands on what the worker has; false if the output takes no more.
    fn ship(&mut self, worker: &mut Worker<'_>) -> bool {
        worker.take_batch(&mut self.batch);
        let events = self.batch.ends.len() as u64;
        if events == 0 {
            return true;
        }
        let end = self.batch.json.len() as u32; // a block is far below 4 GiB
        let block = std::mem::take(&mut self.batch.json);
        let lines = Lines { blocks: vec![block], pieces: vec![Piece { block: 0, start: 0, end }], events };
        match self.publisher.send(lines) {
            Ok(used) => {
                if let Some(block) = used.and_then(|lines| lines.blocks.into_iter().next()) {
                    self.batch.json = block;
                }
                true
            }
            Err(_) => false,
        }
    }
}

/// Where the workers' batches meet.
struct Meeting<'p> {
    state: Mutex<State>,
    moved: Condvar,
    publisher: &'p Publisher,
    progress: &'p Progress,
}

struct State {
    /// Batches from number `first` on, each with one place a worker.
    slots: VecDeque<Vec<Option<Batch>>>,
    first: u64,
    /// The highest number that any worker has posted.
    highest: u64,
    stop_after: Option<u64>,
    spare: Vec<Batch>,
    reuse: Lines,
    closed: bool,
    workers: usize,
}

impl<'p> Meeting<'p> {
    fn new(workers: usize, publisher: &'p Publisher, progress: &'p Progress) -> Self {
        let state = State {
            slots: VecDeque::new(),
            first: 0,
            highest: 0,
            stop_after: None,
            spare: Vec::new(),
            reuse: Lines::default(),
            closed: false,
            workers,
        };
        Self { state: Mutex::new(state), moved: Condvar::new(), publisher, progress }
    }

    /// A worker has finished batch `number`; an empty batch comes back in its place. False if the worker is to stop: all
    /// stop behind the same batch.
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
            let row = (0..state.workers).map(|_| None).collect();
            state.slots.push_back(row);
        }
        let fresh = state.spare.pop().unwrap_or_default();
        if let Some(slot) = state.slots.get_mut(place).and_then(|row| row.get_mut(worker)) {
            *slot = Some(std::mem::replace(batch, fresh));
        }
        while state.slots.front().is_some_and(|row| row.iter().all(Option::is_some)) {
            let Some(row) = state.slots.pop_front() else { break };
            state.first += 1;
            self.hand_on(&mut state, row.into_iter().flatten().collect());
            self.moved.notify_all();
        }
        state.stop_after.is_none_or(|last| number < last)
    }

    fn hand_on(&self, state: &mut State, mut batches: Vec<Batch>) {
        let lines = merge(&mut batches, std::mem::take(&mut state.reuse));
        state.spare.append(&mut batches);
        if lines.events == 0 {
            state.reuse = lines;
        } else if !state.closed {
            match self.publisher.send(lines) {
                Ok(used) => state.reuse = used.unwrap_or_default(),
                Err(_) => state.closed = true,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
