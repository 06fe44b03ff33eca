//! Packets on their way to the workers, and their events on the way to the output.
//!
//! A mapped file is walked by every worker; what can only be read once comes through `pipe`.

use std::collections::VecDeque;
use std::sync::Arc;

use packetbeat_core::lines::{Lines, Piece};
use packetbeat_engine::merge::BATCH_PACKETS;
use packetbeat_engine::{Batch, Registry, Summary, Worker};
use packetbeat_publisher::Publisher;
use packetbeat_sniffer::{
    Input, LeftOut, LiveCounters, Play, PlayError, Player, ReadError, Reader, Selection, Selector,
};

use crate::board::{Board, Counts, Place, Shown};
use crate::meeting::{Meeting, Seat};
use crate::pipe;
use crate::progress::Progress;

/// Bytes of events that one worker gathers before it hands them on.
pub(crate) const BLOCK: usize = 256 << 10;

/// What came of a run.
#[derive(Default)]
pub(crate) struct Fed {
    pub(crate) summary: Summary,
    /// Packets that the source gave.
    pub(crate) packets: u64,
    /// Those of them that were not wanted.
    pub(crate) left_out: LeftOut,
    /// What a live capture counted, the kernel's drops among it.
    pub(crate) live: LiveCounters,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<ReadError>,
}

/// What one reader saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// All packets, those that were left out included.
    pub(crate) packets: u64,
    pub(crate) left_out: LeftOut,
    pub(crate) live: LiveCounters,
    pub(crate) warnings: Vec<String>,
    pub(crate) error: Option<ReadError>,
}

/// What the workers of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Job<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) workers: usize,
    pub(crate) publisher: &'r Publisher,
    pub(crate) progress: &'r Progress,
    pub(crate) board: &'r Arc<Board>,
}

/// Analyses everything that `play` hands out.
///
/// # Errors
/// If the input cannot be played so.
pub(crate) fn run(input: &Input, mut first: Reader, play: Play, job: Job<'_>) -> Result<Fed, PlayError> {
    if !input.can_map() || !play.is_plain() {
        return Ok(pipe::fed(Player::new(first, play)?, job));
    }
    let selection = &play.selection;
    Ok(if job.workers == 1 {
        alone(&mut first, selection, job)
    } else {
        walking(input, first, selection, job)
    })
}

/// Shows a worker every packet that is wanted; behind each batch `go_on` is asked, with the bytes of the input that were read.
fn read_all<'r>(
    reader: &mut Reader,
    mut selector: Option<Selector>,
    worker: &mut Worker<'r>,
    place: &mut Place<'_>,
    mut go_on: impl FnMut(&mut Worker<'r>, u64) -> bool,
) -> Seen {
    let mut seen = Seen::default();
    loop {
        match reader.next() {
            Ok(Some(packet)) => {
                seen.packets = packet.number;
                if selector.as_mut().is_none_or(|selector| selector.wants(&packet)) {
                    worker.packet(&packet);
                }
            }
            Ok(None) => break,
            Err(error) => {
                seen.error = Some(error);
                break;
            }
        }
        if seen.packets.is_multiple_of(BATCH_PACKETS) {
            let left_out = selector.as_ref().map(Selector::left_out).unwrap_or_default();
            place.tell(worker, seen.packets, left_out);
            if !go_on(worker, reader.position()) {
                break;
            }
        }
    }
    seen.warnings = reader.warnings().iter().map(ToString::to_string).collect();
    if let Some(selector) = &mut selector {
        seen.left_out = selector.left_out();
        let failures = selector.failures();
        seen.warnings.extend(failures.iter().map(|error| format!("{error}: they are left out")));
    }
    seen
}

/// What decides for a reader; nothing where all is wanted.
fn selector(selection: &Selection) -> Option<Selector> {
    (!selection.is_all()).then(|| selection.selector())
}

/// The last counts of a worker that has finished.
pub(crate) fn close(worker: &Worker<'_>, place: Place<'_>, seen: Seen) -> (Summary, Seen) {
    let summary = worker.summary();
    let Seen { packets, left_out, live, .. } = seen;
    place.close(Counts { summary: summary.clone(), packets, left_out, live });
    (summary, seen)
}

/// One worker that reads for itself.
fn alone(reader: &mut Reader, selection: &Selection, job: Job<'_>) -> Fed {
    let Job { registry, publisher, progress, board, .. } = job;
    let mut worker = Worker::new(registry, 0, 1);
    let mut outlet = Outlet::new(publisher);
    let mut place = board.place(0);
    let seen = read_all(reader, selector(selection), &mut worker, &mut place, |worker, position| {
        progress.set(position);
        (worker.pending().0 < BLOCK || outlet.ship(worker)) && !progress.is_stopped()
    });
    while worker.finish_next() {
        if worker.pending().0 >= BLOCK {
            outlet.ship(&mut worker);
        }
    }
    outlet.ship(&mut worker);
    let (summary, seen) = close(&worker, place, seen);
    Fed {
        summary,
        packets: seen.packets,
        left_out: seen.left_out,
        live: seen.live,
        warnings: seen.warnings,
        error: seen.error,
    }
}

/// Several workers that walk the same map.
fn walking(input: &Input, first: Reader, selection: &Selection, job: Job<'_>) -> Fed {
    let meeting = Meeting::new(job.workers, job.publisher, job.progress);
    std::thread::scope(|scope| {
        let mut readers: VecDeque<Reader> = VecDeque::from([first]);
        let mut failed = None;
        while readers.len() < job.workers {
            match input.reader() {
                Ok(reader) => readers.push_back(reader),
                Err(error) => {
                    failed = Some(error.to_string());
                    break;
                }
            }
        }
        if let Some(error) = failed {
            return Fed { warnings: vec![error], ..Fed::default() };
        }
        let meeting = &meeting;
        let threads: Vec<_> = readers
            .into_iter()
            .enumerate()
            .map(|(index, reader)| scope.spawn(move || walk(reader, selection, index, meeting, job)))
            .collect();
        gather(threads.into_iter().filter_map(|thread| thread.join().ok()), Shown::Same)
    })
}

fn walk(
    mut reader: Reader,
    selection: &Selection,
    index: usize,
    meeting: &Meeting<'_>,
    job: Job<'_>,
) -> (Summary, Seen) {
    let mut worker = Worker::new(job.registry, index, job.workers);
    let mut batch = Batch::default();
    let mut seat = meeting.seat(index);
    let mut place = job.board.place(index);
    let seen = read_all(&mut reader, selector(selection), &mut worker, &mut place, |worker, position| {
        if index == 0 {
            job.progress.set(position);
        }
        worker.take_batch(&mut batch);
        seat.post(&mut batch)
    });
    finish(&mut worker, &mut batch, &mut seat);
    close(&worker, place, seen)
}

/// Ends a worker shard by shard: the requests that wait in all of them can be more than should be in memory as events.
pub(crate) fn finish(worker: &mut Worker<'_>, batch: &mut Batch, seat: &mut Seat<'_, '_>) {
    loop {
        let more = worker.finish_next();
        worker.take_batch(batch);
        seat.post(batch);
        if !more {
            return;
        }
    }
}

pub(crate) fn gather(results: impl Iterator<Item = (Summary, Seen)>, shown: Shown) -> Fed {
    let mut fed = Fed::default();
    for (index, (summary, seen)) in results.enumerate() {
        fed.summary.merge(&summary);
        fed.live += seen.live;
        // Where all are shown the same, the first worker counts packets for all.
        if index == 0 || shown == Shown::Own {
            fed.packets += seen.packets;
            fed.left_out = seen.left_out;
        }
        if fed.warnings.is_empty() {
            fed.warnings = seen.warnings;
        }
        fed.error = fed.error.or(seen.error);
    }
    fed
}

/// One worker's way to the output.
pub(crate) struct Outlet<'p> {
    publisher: &'p Publisher,
    batch: Batch,
}

impl<'p> Outlet<'p> {
    pub(crate) fn new(publisher: &'p Publisher) -> Self {
        Self { publisher, batch: Batch::default() }
    }

    /// Hands on what the worker has; false if the output takes no more.
    pub(crate) fn ship(&mut self, worker: &mut Worker<'_>) -> bool {
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
