//! The writer thread: gathers what waits, writes it, gives the blocks back.

use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;
use packetbeat_core::lines::Lines;

use crate::counts::Counts;
use crate::error::OutputError;
use crate::options::Format;
use crate::render::render;
use crate::sink::{Failure, Sink};
use crate::spare::Spare;

/// How many `Lines` may wait.
pub(crate) const QUEUE: usize = 4;
/// The same of a live capture, where they are smaller: what one look at the ring gave.
pub(crate) const LIVE_QUEUE: usize = 64;
/// How many `Lines` are written at once, and how many wait for reuse.
pub(crate) const GATHER: usize = 16;
/// How many bytes are written at once: beyond it a batch leaves the processor's cache.
const GATHER_BYTES: usize = 1 << 20;

/// Why an output ended before its time.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) cause: &'static str,
    pub(crate) error: Option<OutputError>,
}

/// Writes until every sender has gone. After a failure it goes on receiving: no sender may wait for ever, and every
/// event is counted.
pub(crate) fn run<S: Sink>(
    mut sink: S,
    format: Format,
    queue: &Receiver<Lines>,
    used: &Spare,
    counts: &Counts,
) -> Option<End> {
    let mut end: Option<End> = None;
    let mut batch = Vec::with_capacity(GATHER);
    let mut text = Vec::new();
    while let Ok(first) = queue.recv() {
        gather(first, queue, &mut batch);
        let events: u64 = batch.iter().map(|lines| lines.events).sum();
        let mut published = 0;
        if end.is_none() {
            let result = if format.is_compact() {
                write(&mut sink, &batch, counts)
            } else {
                write_rendered(&mut sink, format, &batch, &mut text, counts)
            };
            published = match result {
                Ok(()) => events,
                Err((published, last)) => {
                    counts.end(last.cause);
                    end = Some(last);
                    published.min(events)
                }
            };
        }
        counts.published.fetch_add(published, Ordering::Relaxed);
        if let Some(end) = &end {
            counts.lose(end.cause, events - published);
        }
        give_back(&mut batch, used);
    }
    end
}

/// What waits, up to about [`GATHER_BYTES`]. With nothing waiting it is the first alone: an event that was seen is
/// written at once.
fn gather(first: Lines, queue: &Receiver<Lines>, batch: &mut Vec<Lines>) {
    let mut bytes = first.bytes();
    batch.push(first);
    while bytes < GATHER_BYTES && batch.len() < GATHER {
        let Ok(next) = queue.try_recv() else { return };
        bytes += next.bytes();
        batch.push(next);
    }
}

/// Writes the blocks as they are; tells how many events went out before it failed.
fn write<S: Sink>(sink: &mut S, batch: &[Lines], counts: &Counts) -> Result<(), (u64, End)> {
    let chunks: Vec<&[u8]> = batch.iter().flat_map(Lines::chunks).collect();
    put(sink, &chunks, counts).map_err(|failure| (failure.whole.records, failure.into()))
}

/// Writes the events as another text, a mebibyte at a time.
fn write_rendered<S: Sink>(
    sink: &mut S,
    format: Format,
    batch: &[Lines],
    text: &mut Vec<u8>,
    counts: &Counts,
) -> Result<(), (u64, End)> {
    let mut published = 0;
    let mut pending = 0;
    text.clear();
    let mut lines = batch.iter().flat_map(Lines::chunks).flat_map(lines_of);
    loop {
        let line = lines.next();
        if let Some(line) = line {
            render(format, line, text);
            pending += 1;
            if text.len() < GATHER_BYTES {
                continue;
            }
        }
        put(sink, &[text.as_slice()], counts)
            .map_err(|failure| (published + failure.whole.records, failure.into()))?;
        published += pending;
        pending = 0;
        text.clear();
        if line.is_none() {
            return Ok(());
        }
    }
}

/// The lines of a chunk, each with its line feed.
fn lines_of(mut chunk: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', chunk).map_or(chunk.len(), |at| at + 1);
        let (line, rest) = chunk.split_at_checked(end)?;
        chunk = rest;
        (!line.is_empty()).then_some(line)
    })
}

/// Writes chunks and counts their bytes.
fn put<S: Sink>(sink: &mut S, chunks: &[&[u8]], counts: &Counts) -> Result<(), Failure> {
    let result = sink.write(chunks);
    let bytes = match &result {
        Ok(()) => chunks.iter().map(|chunk| chunk.len() as u64).sum(),
        Err(failure) => failure.whole.bytes,
    };
    counts.bytes.fetch_add(bytes, Ordering::Relaxed);
    result
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self { cause: failure.cause, error: failure.error }
    }
}

fn give_back(batch: &mut Vec<Lines>, used: &Spare) {
    used.put(batch.drain(..).map(|mut lines| {
        clear(&mut lines);
        lines
    }));
}

/// Forgets the events and keeps the memory.
pub(crate) fn clear(lines: &mut Lines) {
    for block in &mut lines.blocks {
        block.clear();
    }
    lines.pieces.clear();
    lines.events = 0;
}
