//! Input that one reader reads for all: pipes, compressed files, and files that are not read plainly (in real time, several
//! times, packet by packet, with a dump).
//!
//! ```text
//!  reading thread ──packet──▶ desk ──the same batches──▶ every worker
//!   may wait for bytes         ▲
//!   for ever                   └─ watch: hands on what waits, closes the desk when somebody asks to stop
//! ```
//!
//! The reading thread is never joined: nothing ends a read of a pipe in which nothing comes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use packetbeat_core::packet::Packet;
use packetbeat_engine::merge::BATCH_PACKETS;
use packetbeat_engine::{Summary, Worker};
use packetbeat_sniffer::{Batch, LeftOut, Player};

use crate::board::{Counts, Place, Shown};
use crate::feed::{Fed, Job, Seen, close, finish, gather};
use crate::meeting::Meeting;
use crate::progress::Progress;

/// How long a packet may wait for others while the pipe is silent.
const TICK: Duration = Duration::from_millis(50);
/// Batches of packets between the reading thread and a worker.
const BATCHES: usize = 8;

/// What one thread reads for all.
pub(crate) trait Source: Send + 'static {
    /// How soon it ends when somebody asks to stop; zero if nothing ends its waiting for bytes.
    const ENDS_WITHIN: Duration;

    /// Hands everything on, until the desk says that nobody takes it any more.
    fn read(self, desk: &Desk, progress: &Progress, place: Place<'_>);
}

/// A thread reads; the workers, one or more, are handed the same batches.
pub(crate) fn fed<S: Source>(source: S, job: Job<'_>) -> Fed {
    let Job { workers, publisher, progress, .. } = job;
    let meeting = &Meeting::new(workers, publisher, progress);
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..workers).map(|_| bounded(BATCHES)).unzip();
    let desk = Arc::new(Desk::new(senders));
    // Nothing is sent: that the sender has gone tells that the reading thread is done.
    let (reading, done) = bounded::<()>(0);
    let (its_desk, its_progress, its_board) = (Arc::clone(&desk), progress.clone(), Arc::clone(job.board));
    std::thread::spawn(move || {
        source.read(&its_desk, &its_progress, its_board.place(workers));
        drop(reading);
    });
    let fed = std::thread::scope(|scope| {
        let threads: Vec<_> = receivers
            .into_iter()
            .enumerate()
            .map(|(index, loads)| scope.spawn(move || work(&loads, index, meeting, job)))
            .collect();
        while done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            // That nobody reads the output is found by writing alone, and only the next event would tell the workers.
            if progress.is_stopped() || publisher.is_closed() || !desk.lock().hand_on() {
                break;
            }
        }
        // What it leaves when it ends is wanted.
        let _ = done.recv_timeout(S::ENDS_WITHIN);
        desk.lock().close();
        gather(threads.into_iter().filter_map(|thread| thread.join().ok()), Shown::Same)
    });
    let seen = std::mem::take(&mut desk.lock().seen);
    let packets = fed.packets + seen.left_out.total();
    let Seen { left_out, live, warnings, error, .. } = seen;
    Fed { packets, left_out, live, warnings, error, ..fed }
}

impl Source for Player {
    const ENDS_WITHIN: Duration = Duration::ZERO;

    fn read(mut self, desk: &Desk, progress: &Progress, place: Place<'_>) {
        // What is counted of a file is counted by the workers.
        place.close(Counts::default());
        let error = loop {
            match self.next() {
                Ok(Some(packet)) => {
                    let mut desk = desk.lock();
                    let put = desk.put(&packet);
                    desk.seen.left_out = self.left_out();
                    if put == Put::HandedOn {
                        progress.set(self.position());
                    }
                    if desk.is_closed() {
                        break None;
                    }
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        let (warnings, left_out) = (self.warnings(), self.left_out());
        desk.lock().seen = Seen { warnings, error, left_out, ..Seen::default() };
    }
}

fn work(loads: &Receiver<Load>, index: usize, meeting: &Meeting<'_>, job: Job<'_>) -> (Summary, Seen) {
    let mut worker = Worker::new(job.registry, index, job.workers);
    let mut events = packetbeat_engine::Batch::default();
    let mut seen = Seen::default();
    let mut seat = meeting.seat(index);
    let mut place = job.board.place(index);
    loop {
        match loads.recv_timeout(TICK) {
            Ok(load) => {
                match load {
                    Load::Packets(batch) => {
                        for packet in &*batch {
                            seen.packets += 1;
                            worker.packet(&packet);
                        }
                    }
                    Load::Silence(until) => worker.advance(until),
                }
                worker.take_batch(&mut events);
                if !seat.post(&mut events) {
                    break;
                }
            }
            // Nothing comes, and somebody may want to know what came so far.
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        place.tell(&worker, seen.packets, LeftOut::default());
    }
    finish(&mut worker, &mut events, &mut seat);
    close(&worker, place, seen)
}

/// What workers are handed, all the same.
#[derive(Clone)]
enum Load {
    Packets(Arc<Batch>),
    /// The wire is silent: everything from before this time was handed on.
    Silence(i64),
}

/// What the reading thread and the watch share.
pub(crate) struct Desk {
    state: Mutex<State>,
}

pub(crate) struct State {
    /// Packets that no worker has yet.
    waiting: Batch,
    /// Ways to the workers; none once the desk is closed.
    senders: Vec<Sender<Load>>,
    /// What the reading thread leaves when it is done.
    pub(crate) seen: Seen,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It waits for others.
    Waits,
    /// The workers have it.
    HandedOn,
}

impl Desk {
    fn new(senders: Vec<Sender<Load>>) -> Self {
        let state = State { waiting: Batch::new(), senders, seen: Seen::default() };
        Self { state: Mutex::new(state) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a packet in. A batch goes when it is full, or at once to workers that have nothing to do.
    pub(crate) fn put(&mut self, packet: &Packet<'_>) -> Put {
        self.waiting.push(packet);
        let idle = self.senders.first().is_none_or(Sender::is_empty);
        if idle || self.waiting.len() as u64 >= BATCH_PACKETS {
            self.hand_on();
            return Put::HandedOn;
        }
        Put::Waits
    }

    /// Hands the packets that wait to every worker. False if nobody takes them any more.
    pub(crate) fn hand_on(&mut self) -> bool {
        if !self.waiting.is_empty() {
            let batch = Arc::new(std::mem::take(&mut self.waiting));
            self.give(&Load::Packets(batch));
        }
        !self.senders.is_empty()
    }

    /// Tells every worker, behind what waits, that nothing else came before a time.
    pub(crate) fn silence(&mut self, until: i64) {
        if self.hand_on() {
            self.give(&Load::Silence(until));
        }
    }

    fn give(&mut self, load: &Load) {
        if self.senders.iter().any(|sender| sender.send(load.clone()).is_err()) {
            self.senders.clear();
        }
    }

    /// Whether nobody takes packets any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.senders.is_empty()
    }

    /// Hands on what waits and lets the workers finish.
    fn close(&mut self) {
        self.hand_on();
        self.senders.clear();
    }
}
