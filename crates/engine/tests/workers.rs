//! Several workers give what one gives.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

mod common;

use common::{Frame, Talk, registry};
use packetbeat_core::lines::Lines;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_engine::merge::merge;
use packetbeat_engine::{Batch, Summary, Worker};

fn capture() -> Vec<Frame> {
    let mut frames: Vec<Frame> = (0..60u16)
        .flat_map(|n| {
            let mut talk = Talk::new(2000 + n, 7777);
            talk.clock = i64::from(n) * 700_000;
            talk.handshake();
            for line in 0..n % 7 {
                talk.ask(&format!("Q {n} {line}\n")).wait(i64::from(n) * 13).say("A\n");
                if n % 5 == 1 {
                    talk.unseen();
                }
            }
            talk.frames
        })
        .collect();
    frames.sort_by_key(|(nanos, _)| *nanos);
    frames
}

fn events(frames: &[Frame], workers: usize, batch_packets: usize) -> (Vec<u8>, Summary) {
    let registry = registry(true);
    let mut all: Vec<Worker<'_>> = (0..workers).map(|index| Worker::new(&registry, index, workers)).collect();
    let mut out = Vec::new();
    let mut batches: Vec<Batch> = (0..workers).map(|_| Batch::default()).collect();
    let mut lines = Lines::default();
    let mut hand_on = |all: &mut [Worker<'_>], lines: &mut Lines| {
        for (worker, batch) in all.iter_mut().zip(&mut batches) {
            worker.take_batch(batch);
        }
        *lines = merge(&mut batches, std::mem::take(lines));
        for chunk in lines.chunks() {
            out.extend_from_slice(chunk);
        }
    };
    for (at, (nanos, data)) in frames.iter().enumerate() {
        let (number, wire_len) = (at as u64 + 1, data.len() as u32);
        for worker in &mut all {
            worker.packet(&Packet { number, nanos: *nanos, link: LinkType::ETHERNET, wire_len, data });
        }
        if (at + 1) % batch_packets == 0 {
            hand_on(&mut all, &mut lines);
        }
    }
    all.iter_mut().for_each(Worker::finish);
    hand_on(&mut all, &mut lines);
    let mut summary = Summary::default();
    for worker in all {
        summary.merge(&worker.summary());
    }
    (out, summary)
}

#[test]
fn the_same_bytes_for_any_number_of_workers_and_any_batch() {
    let frames = capture();
    let (want, summary) = events(&frames, 1, 512);
    let count = want.iter().filter(|byte| **byte == b'\n').count() as u64;
    assert!(count > 100 && want.windows(4).any(|word| word == b"\"gap"), "{count}");
    assert_eq!(summary.discrepancies(frames.len() as u64, count, 0), Vec::<String>::new());
    for workers in [2, 3, 8, 256] {
        for batch in [1, 17, 512] {
            let (got, counted) = events(&frames, workers, batch);
            assert!(got == want, "{workers} workers, batches of {batch}");
            assert_eq!(counted.bytes, summary.bytes);
            assert_eq!(counted.packets.analysed, summary.packets.analysed);
        }
    }
}

#[test]
fn timers_fire_on_a_silent_wire_and_time_never_runs_back() {
    let registry = registry(true);
    let mut worker = Worker::new(&registry, 0, 1);
    let frames = capture();
    // All but the very end: the last request of a conversation waits for its answer.
    for (at, (nanos, data)) in frames.iter().enumerate() {
        let (number, wire_len) = (at as u64 + 1, data.len() as u32);
        worker.packet(&Packet { number, nanos: *nanos, link: LinkType::ETHERNET, wire_len, data });
    }
    let open = worker.summary().connections.idle;
    let last = frames.last().unwrap().0;
    worker.advance(last - 1);
    assert_eq!(worker.summary().connections.idle, open);
    // A day later no connection is remembered any more: idle ones were given up by their timers.
    worker.advance(last + 86_400_000_000_000);
    assert!(worker.summary().connections.idle > open, "{:?}", worker.summary().connections);
}
