//! Waiting for packets of several sources, fairly.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll as wait_for};
use packetbeat_core::packet::Packet;

use super::report::Polled;
use super::source::LiveSource;

/// How far behind the clock a silent source is: a packet waits in a ring for twice the patience of its blocks, at most,
/// until it is shown; the rest is for the machine to be late.
pub const LIVE_LAG: Duration = Duration::from_millis(150);

/// What is remembered between two calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turn {
    /// Packets so far.
    number: u64,
    /// Whose turn it is.
    next: usize,
}

/// See [`LiveSource::poll`].
pub(crate) fn poll(
    sources: &mut [LiveSource],
    turn: &mut Turn,
    patience: Duration,
    mut each: impl FnMut(&Packet<'_>),
) -> Polled {
    let now = clock();
    if let Some(change) = sources.iter_mut().find_map(|source| source.tend(now)) {
        return Polled { change: Some(change), ..Polled::default() };
    }
    if let Some(packets) = take(sources, turn, &mut each) {
        return Polled { packets, ..Polled::default() };
    }
    // Not longer than until somebody wants to look after an interface.
    let due = sources.iter().filter_map(LiveSource::due).min();
    let patience = due.map_or(patience, |due| patience.min(due.saturating_duration_since(now)));
    let Some(faults) = wait(sources, patience) else { return Polled::default() };
    if !faults.is_empty() {
        let now = clock();
        for at in faults {
            if let Some(source) = sources.get_mut(at) {
                source.fault(now);
            }
        }
        return Polled::default();
    }
    match take(sources, turn, &mut each) {
        Some(packets) => Polled { packets, ..Polled::default() },
        None => Polled { quiet_until: Some(quiet_until()), ..Polled::default() },
    }
}

/// A portion of the next source that has something.
fn take(sources: &mut [LiveSource], turn: &mut Turn, each: &mut impl FnMut(&Packet<'_>)) -> Option<u32> {
    let count = sources.len();
    for step in 0..count {
        let at = (turn.next + step) % count;
        if let Some(packets) =
            sources.get_mut(at).and_then(|source| source.drain(&mut turn.number, &mut *each))
        {
            turn.next = (at + 1) % count;
            return Some(packets);
        }
    }
    None
}

/// Waits until there is something to take. The places of those with a fault; `None` if a signal came.
fn wait(sources: &[LiveSource], patience: Duration) -> Option<Vec<usize>> {
    // Rounded up: who waits for the rest of a millisecond would ask again and again.
    let millis = patience.as_nanos().div_ceil(1_000_000);
    let timeout = PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX);
    let (places, mut fds): (Vec<usize>, Vec<PollFd<'_>>) = sources
        .iter()
        .enumerate()
        .filter_map(|(at, source)| Some((at, PollFd::new(source.fd()?, PollFlags::POLLIN))))
        .unzip();
    match wait_for(&mut fds, timeout) {
        Err(Errno::EINTR) => return None,
        // Nothing of this can go wrong but for want of memory: as if nothing came.
        Ok(0) | Err(_) => return Some(Vec::new()),
        Ok(_) => {}
    }
    let wrong = PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL;
    let has_fault = |fd: &PollFd<'_>| fd.revents().is_some_and(|events| events.intersects(wrong));
    Some(places.into_iter().zip(&fds).filter(|(_, fd)| has_fault(fd)).map(|(at, _)| at).collect())
}

#[allow(clippy::disallowed_methods, reason = "the edge: interfaces are looked after by the machine's clock")]
fn clock() -> Instant {
    Instant::now()
}

/// See [`Polled::quiet_until`].
#[allow(clippy::disallowed_methods, reason = "the edge: the kernel stamps packets by the same clock")]
fn quiet_until() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.saturating_sub(LIVE_LAG).as_nanos()).unwrap_or(i64::MAX)
}
