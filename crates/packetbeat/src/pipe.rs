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
use packetbeat_engine::merge::BATCH_PACKETS;
use packetbeat_engine::{Summary, Worker};
use packetbeat_sniffer::{Batch, LeftOut, Player};

use crate::feed::{Fed, Job, Seen, close, finish, gather};
use crate::meeting::Meeting;
use crate::progress::Progress;

/// How long a packet may wait for others while the pipe is silent.
const TICK: Duration = Duration::from_millis(50);
/// Batches of packets between the reading thread and a worker.
const BATCHES: usize = 8;

/// A thread reads; the workers, one or more, are handed the same batches.
pub(crate) fn fed(player: Player, job: Job<'_>) -> Fed {
    let Job { workers, publisher, progress, .. } = job;
    let meeting = &Meeting::new(workers, publisher, progress);
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..workers).map(|_| bounded(BATCHES)).unzip();
    let desk = Arc::new(Desk::new(senders));
    // Nothing is sent: that the sender has gone tells that the reading thread is done.
    let (reading, done) = bounded::<()>(0);
    let (its_desk, its_progress) = (Arc::clone(&desk), progress.clone());
    std::thread::spawn(move || {
        read(player, &its_desk, &its_progress);
        drop(reading);
    });
    let fed = std::thread::scope(|scope| {
        let threads: Vec<_> = receivers
            .into_iter()
            .enumerate()
            .map(|(index, batches)| scope.spawn(move || work(&batches, index, meeting, job)))
            .collect();
        while done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            // That nobody reads the output is found by writing alone, and only the next event would tell the workers.
            if progress.is_stopped() || publisher.is_closed() || !desk.lock().hand_on() {
                break;
            }
        }
        desk.lock().close();
        gather(threads.into_iter().filter_map(|thread| thread.join().ok()))
    });
    let seen = std::mem::take(&mut desk.lock().seen);
    let packets = fed.packets + seen.left_out.total();
    Fed { packets, left_out: seen.left_out, warnings: seen.warnings, error: seen.error, ..fed }
}

fn read(mut player: Player, desk: &Desk, progress: &Progress) {
    let error = loop {
        match player.next() {
            Ok(Some(packet)) => {
                let mut desk = desk.lock();
                desk.waiting.push(&packet);
                desk.seen.left_out = player.left_out();
                // A batch goes when it is full, or at once to workers that have nothing to do.
                let idle = desk.senders.first().is_none_or(Sender::is_empty);
                if idle || desk.waiting.len() as u64 >= BATCH_PACKETS {
                    progress.set(player.position());
                    if !desk.hand_on() {
                        break None;
                    }
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    let (warnings, left_out) = (player.warnings(), player.left_out());
    desk.lock().seen = Seen { warnings, error, left_out, ..Seen::default() };
}

fn work(
    batches: &Receiver<Arc<Batch>>,
    index: usize,
    meeting: &Meeting<'_>,
    job: Job<'_>,
) -> (Summary, Seen) {
    let mut worker = Worker::new(job.registry, index, job.workers);
    let mut events = packetbeat_engine::Batch::default();
    let mut seen = Seen::default();
    let mut seat = meeting.seat(index);
    let mut place = job.board.place(index);
    loop {
        match batches.recv_timeout(TICK) {
            Ok(batch) => {
                for packet in &*batch {
                    seen.packets += 1;
                    worker.packet(&packet);
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

/// What the reading thread and the watch share.
struct Desk {
    state: Mutex<State>,
}

struct State {
    /// Packets that no worker has yet.
    waiting: Batch,
    /// Ways to the workers; none once the desk is closed.
    senders: Vec<Sender<Arc<Batch>>>,
    /// What the reading thread leaves when it is done.
    seen: Seen,
}

impl Desk {
    fn new(senders: Vec<Sender<Arc<Batch>>>) -> Self {
        let state = State { waiting: Batch::new(), senders, seen: Seen::default() };
        Self { state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Hands the packets that wait to every worker. False if nobody takes them any more.
    fn hand_on(&mut self) -> bool {
        if !self.waiting.is_empty() {
            let batch = Arc::new(std::mem::take(&mut self.waiting));
            if self.senders.iter().any(|sender| sender.send(Arc::clone(&batch)).is_err()) {
                self.senders.clear();
            }
        }
        !self.senders.is_empty()
    }

    /// Hands on what waits and lets the workers finish.
    fn close(&mut self) {
        self.hand_on();
        self.senders.clear();
    }
}
