//! One line for a cause, however often it comes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::monotonic;
use crate::limits::CAUSES;

/// Lets one line through for each interval, and counts the others.
///
/// What was held back is told with the next line that comes after the interval; nobody tells it if none comes.
///
/// ```
/// use std::time::Duration;
/// use packetbeat_logging::Throttle;
///
/// static FULL: Throttle = Throttle::new(Duration::from_secs(60));
///
/// assert_eq!(FULL.pass(), Some(0));
/// assert_eq!(FULL.pass(), None);
/// ```
#[derive(Debug)]
pub struct Throttle {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// When the next line may come.
    next: Duration,
    held_back: u64,
}

impl State {
    const NEW: Self = Self { next: Duration::ZERO, held_back: 0 };

    fn pass(&mut self, now: Duration, interval: Duration) -> Option<u64> {
        if now < self.next {
            self.held_back = self.held_back.saturating_add(1);
            return None;
        }
        self.next = now.saturating_add(interval);
        Some(std::mem::take(&mut self.held_back))
    }
}

impl Throttle {
    /// One line for each `interval`.
    #[must_use]
    pub const fn new(interval: Duration) -> Self {
        Self { interval, state: Mutex::new(State::NEW) }
    }

    /// Whether the line may be written: then how many were held back since the last one.
    pub fn pass(&self) -> Option<u64> {
        self.pass_at(monotonic())
    }

    fn pass_at(&self, now: Duration) -> Option<u64> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).pass(now, self.interval)
    }
}

/// A [`Throttle`] for each cause: 64 of them, and one more for all others.
#[derive(Debug)]
pub struct Causes<K> {
    interval: Duration,
    states: Mutex<Vec<(Option<K>, State)>>,
}

impl<K: Eq> Causes<K> {
    /// One line for each cause and `interval`.
    #[must_use]
    pub const fn new(interval: Duration) -> Self {
        Self { interval, states: Mutex::new(Vec::new()) }
    }

    /// Whether a line about this cause may be written: then how many were held back since the last one.
    pub fn pass(&self, cause: K) -> Option<u64> {
        self.pass_at(monotonic(), cause)
    }

    fn pass_at(&self, now: Duration, cause: K) -> Option<u64> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        // No cause: all that came when there was no room for another.
        let cause = Some(cause);
        let room = states.len() < CAUSES || states.iter().any(|(known, _)| *known == cause);
        let cause = if room { cause } else { None };
        if let Some((_, state)) = states.iter_mut().find(|(known, _)| *known == cause) {
            return state.pass(now, self.interval);
        }
        let mut state = State::NEW;
        let passed = state.pass(now, self.interval);
        states.push((cause, state));
        passed
    }
}

/// Logs a line at most once an interval; the line has a field `repeated` with the number of those that were held back.
///
/// The interval is a constant `Duration`, then come the level (`debug`, `info`, `warn`, `error`) and what
/// `tracing`'s macro of that name takes, except for a target. Each place where it stands is a cause of its own.
///
/// ```
/// use std::time::Duration;
///
/// for attempt in 0..1000 {
///     packetbeat_logging::throttled!(Duration::from_secs(10), warn, attempt, "the queue is full");
/// }
/// ```
#[macro_export]
macro_rules! throttled {
    ($interval:expr, $level:ident, $($rest:tt)+) => {{
        static THROTTLE: $crate::Throttle = $crate::Throttle::new($interval);
        if let ::core::option::Option::Some(held_back) = THROTTLE.pass() {
            $crate::tracing::$level!(repeated = $crate::repeated(held_back), $($rest)+);
        }
    }};
}

/// The field `repeated` of a line that a [`Throttle`] let through: absent when nothing was held back.
#[must_use]
pub const fn repeated(held_back: u64) -> Option<u64> {
    if held_back == 0 { None } else { Some(held_back) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CAUSES, Causes, Throttle};

    #[test]
    fn one_line_an_interval() {
        let throttle = Throttle::new(Duration::from_secs(10));
        let pass = |second| throttle.pass_at(Duration::from_secs(second));
        assert_eq!([0, 1, 9, 10, 11, 30].map(pass), [Some(0), None, None, Some(2), None, Some(1)]);
    }

    #[test]
    fn causes_are_told_apart_as_long_as_there_is_room() {
        let causes = Causes::new(Duration::from_secs(10));
        let pass = |second, cause| causes.pass_at(Duration::from_secs(second), cause);
        for cause in 0..CAUSES {
            assert_eq!(pass(0, cause), Some(0));
        }
        assert_eq!(pass(1, 3), None);
        assert_eq!(pass(1, 1000), Some(0), "the first that finds no room");
        assert_eq!(pass(2, 1001), None, "shares its entry");
        assert_eq!(pass(11, 3), Some(1));
        assert_eq!(pass(11, 1002), Some(1));
        assert_eq!(causes.states.lock().unwrap().len(), CAUSES + 1);
    }
}
