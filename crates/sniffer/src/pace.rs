//! Waiting until a packet is due.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Longest that a wait goes on after somebody asked to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// The world's time, so that tests need not wait.
pub(crate) trait Clock: Send {
    /// Since some fixed instant.
    fn elapsed(&self) -> Duration;
    /// Lets time pass.
    fn wait(&mut self, time: Duration);
    /// Nanoseconds since the epoch.
    fn now(&self) -> i64;
}

/// The clock on the wall.
pub(crate) struct Wall(Instant);

impl Wall {
    #[allow(
        clippy::disallowed_methods,
        reason = "a replay runs by the clock on the wall: that is its purpose"
    )]
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Wall {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    #[allow(clippy::disallowed_methods, reason = "a replay waits for time to pass: that is its purpose")]
    fn wait(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    #[allow(clippy::disallowed_methods, reason = "a replay gives packets the time at which it shows them")]
    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }
}

/// Holds packets back so that they come with the distances that they were captured with.
pub(crate) struct Pace {
    clock: Box<dyn Clock>,
    /// When the first packet came, by the clock and by its own time.
    start: Option<(Duration, i64)>,
}

impl Pace {
    pub(crate) fn new(clock: Box<dyn Clock>) -> Self {
        Self { clock, start: None }
    }

    /// Nanoseconds since the epoch, by the clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Waits until a packet with the time `nanos` is due: the first at once, others as long behind it as they were captured
    /// behind it. Late ones and those of an earlier time do not wait, so that no delay adds up. False if somebody asked to
    /// stop.
    pub(crate) fn wait(&mut self, nanos: i64, stop: &AtomicBool) -> bool {
        let (start, first) = *self.start.get_or_insert_with(|| (self.clock.elapsed(), nanos));
        let due = u64::try_from(nanos.saturating_sub(first)).map(Duration::from_nanos).unwrap_or_default();
        loop {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let gone = self.clock.elapsed().saturating_sub(start);
            let Some(left) = due.checked_sub(gone).filter(|left| !left.is_zero()) else { return true };
            self.clock.wait(left.min(PATIENCE));
        }
    }
}

#[cfg(test)]
pub(crate) mod fake {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A clock that waiting alone moves, and that asks to stop at a certain time.
    #[derive(Clone, Default)]
    pub(crate) struct Fake {
        pub(crate) elapsed: Arc<Mutex<Duration>>,
        pub(crate) stop_at: Option<(Duration, Arc<AtomicBool>)>,
    }

    impl Clock for Fake {
        fn elapsed(&self) -> Duration {
            *self.elapsed.lock().unwrap()
        }

        fn wait(&mut self, time: Duration) {
            assert!(time <= PATIENCE && !time.is_zero(), "{time:?}");
            let mut elapsed = self.elapsed.lock().unwrap();
            *elapsed += time;
            if let Some((at, stop)) = &self.stop_at
                && *elapsed >= *at
            {
                stop.store(true, Ordering::Relaxed);
            }
        }

        fn now(&self) -> i64 {
            1_900_000_000_000_000_000
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::Fake;
    use super::*;

    #[test]
    fn packets_come_when_they_are_due() {
        let clock = Fake::default();
        let mut pace = Pace::new(Box::new(clock.clone()));
        let stop = AtomicBool::new(false);
        let ms = |ms: i64| ms * 1_000_000;
        let mut times = Vec::new();
        // The fourth is from before the first; the sixth comes late, and the seventh makes up for it.
        for nanos in [ms(5_000), ms(5_010), ms(5_300), ms(-9), ms(5_300), ms(5_400), ms(5_900)] {
            if nanos == ms(5_400) {
                *clock.elapsed.lock().unwrap() += Duration::from_millis(400);
            }
            assert!(pace.wait(nanos, &stop));
            times.push(clock.elapsed().as_millis());
        }
        assert_eq!(times, [0, 10, 300, 300, 300, 700, 900]);
    }

    #[test]
    fn a_wait_of_centuries_can_be_ended() {
        let stop = Arc::new(AtomicBool::new(false));
        let at = Duration::from_secs(3);
        let clock = Fake { stop_at: Some((at, Arc::clone(&stop))), ..Fake::default() };
        let mut pace = Pace::new(Box::new(clock.clone()));
        assert!(pace.wait(i64::MIN, &stop));
        assert!(!pace.wait(i64::MAX, &stop));
        assert!(clock.elapsed() < at + PATIENCE);
    }

    use std::sync::Arc;
}
