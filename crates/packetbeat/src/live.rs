//! Packets from interfaces on their way to the workers.
//!
//! ```text
//! af_packet   ring ─▶ worker ─▶ output        each worker has rings of its own, one of each interface; the kernel keeps a
//!             ring ─▶ worker ─▶ output        conversation to one of them
//!
//! pcap        handle ─▶ worker ─▶ output      one worker reads for itself
//!             handle ─▶ desk ─▶ all workers   several are handed the same batches, as from a pipe
//! ```
//!
//! Where the wire is silent, timers run on the wall clock: the sources say until when nothing more can come.

mod open;

use std::time::Duration;

use packetbeat_core::packet::Packet;
use packetbeat_engine::{Summary, Worker};
use packetbeat_sniffer::{Dump, LeftOut, LiveChange, LiveCounters, LiveSet, Polled};
use tracing::{info, warn};

use crate::board::{Board, Counts, Place, Shown};
use crate::feed::{BLOCK, Fed, Job, Outlet, Seen, close, gather};
use crate::pipe::{self, Desk, Source};
use crate::progress::Progress;

pub(crate) use open::open;

/// How long to wait for a packet: then somebody may have asked to stop, or for counts.
const PATIENCE: Duration = Duration::from_millis(100);

/// Open interfaces.
pub(crate) enum Capture {
    /// A set of rings for each worker.
    Rings(Vec<LiveSet>),
    /// One set that is read for all workers.
    Handle(LiveSet),
}

impl Capture {
    /// Where the counts of so many workers meet.
    pub(crate) fn board(&self, workers: usize) -> Board {
        match self {
            Self::Rings(sets) => Board::new(sets.len(), Shown::Own),
            Self::Handle(_) => Board::new(workers + 1, Shown::Same),
        }
    }

    /// Analyses what comes until somebody asks to stop, or the output takes no more.
    pub(crate) fn run(self, dump: Option<&Dump>, job: Job<'_>) -> Fed {
        match self {
            Self::Rings(sets) => rings(sets, dump, job),
            Self::Handle(set) => pipe::fed(Handle { set, dump: dump.cloned() }, job),
        }
    }
}

/// A worker for each set.
fn rings(sets: Vec<LiveSet>, dump: Option<&Dump>, job: Job<'_>) -> Fed {
    std::thread::scope(|scope| {
        let threads: Vec<_> = sets
            .into_iter()
            .enumerate()
            .map(|(index, set)| scope.spawn(move || work(set, index, dump, job)))
            .collect();
        gather(threads.into_iter().filter_map(|thread| thread.join().ok()), Shown::Own)
    })
}

/// Reads a ring and analyses what is in it, to the end.
fn work(mut set: LiveSet, index: usize, dump: Option<&Dump>, job: Job<'_>) -> (Summary, Seen) {
    let Job { registry, publisher, progress, board, .. } = job;
    // The only one of its shards: it owns them all, and counts its packets itself.
    let mut worker = Worker::new(registry, 0, 1);
    let mut outlet = Outlet::new(publisher);
    let mut place = board.place(index);
    let mut seen = Seen::default();
    let analyse = |worker: &mut Worker<'_>, packet: &Packet<'_>| {
        if let Some(dump) = dump {
            dump.write(packet);
        }
        worker.packet(packet);
    };
    while !progress.is_stopped() {
        let polled = set.poll(PATIENCE, |packet| analyse(&mut worker, packet));
        seen.packets += u64::from(polled.packets);
        // Every ring of an interface says what becomes of it.
        if index == 0 {
            tell(&polled);
        }
        if let Some(until) = polled.quiet_until {
            worker.advance(until);
        }
        if !outlet.ship(&mut worker) {
            break;
        }
        if place.is_asked() {
            let (summary, live) = (worker.summary(), set.counters());
            place.leave(Counts { summary, packets: seen.packets, left_out: LeftOut::default(), live });
        }
    }
    // What the kernel has yet came before we were asked to stop; a wire that never falls silent must not hold us.
    if !publisher.is_closed() {
        let mut rest = REST;
        while rest > 0 {
            let polled = set.poll(Duration::ZERO, |packet| analyse(&mut worker, packet));
            seen.packets += u64::from(polled.packets);
            rest -= 1;
            if polled.packets == 0 || !outlet.ship(&mut worker) {
                break;
            }
        }
    }
    while worker.finish_next() {
        if worker.pending().0 >= BLOCK {
            outlet.ship(&mut worker);
        }
    }
    outlet.ship(&mut worker);
    seen.live = set.counters();
    close(&worker, place, seen)
}

/// How many blocks of a ring are read at most once somebody has asked to stop.
const REST: usize = 64;

/// One reader for several workers.
struct Handle {
    set: LiveSet,
    dump: Option<Dump>,
}

impl Source for Handle {
    // It looks whether somebody asked to stop before it waits again.
    const ENDS_WITHIN: Duration = Duration::from_secs(1);

    fn read(self, desk: &Desk, progress: &Progress, mut place: Place<'_>) {
        let Self { mut set, dump } = self;
        while !progress.is_stopped() {
            let mut open = true;
            let polled = set.poll(PATIENCE, |packet| {
                if let Some(dump) = &dump {
                    dump.write(packet);
                }
                let mut desk = desk.lock();
                desk.put(packet);
                open = !desk.is_closed();
            });
            tell(&polled);
            if let Some(until) = polled.quiet_until {
                let mut desk = desk.lock();
                desk.silence(until);
                open = !desk.is_closed();
            }
            if !open {
                break;
            }
            if place.is_asked() {
                place.leave(counted(set.counters()));
            }
        }
        let live = set.counters();
        desk.lock().seen = Seen { live, ..Seen::default() };
        place.close(counted(live));
    }
}

fn counted(live: LiveCounters) -> Counts {
    Counts { live, ..Counts::default() }
}

/// Says what has become of an interface.
fn tell(polled: &Polled) {
    match &polled.change {
        Some(change @ (LiveChange::Back { .. } | LiveChange::Moved { .. })) => info!("{change}"),
        Some(change) => warn!("{change}"),
        None => {}
    }
}

/// What a capture counted before packets came in, by name.
pub(crate) fn by_name(live: &LiveCounters) -> [(&'static str, u64); 9] {
    let LiveCounters {
        received,
        dropped_by_kernel,
        dropped_by_interface,
        freezes,
        outgoing_copies_skipped,
        unknown_link_skipped,
        filtered,
        malformed,
        gone,
    } = *live;
    [
        ("received", received),
        ("dropped_by_kernel", dropped_by_kernel),
        ("dropped_by_interface", dropped_by_interface),
        ("ring_full", freezes),
        ("outgoing_copies", outgoing_copies_skipped),
        ("unknown_link", unknown_link_skipped),
        ("filtered", filtered),
        ("malformed_records", malformed),
        ("interface_gone", gone),
    ]
}
