//! How long to wait before trying again.

use std::time::Duration;

/// `backoff`: the first wait, and the longest. A wait is twice the one before, less a random part of up to a half: outputs
/// that lost the same server do not come back at the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffOptions {
    /// `backoff.init`, 1 s by default.
    pub init: Duration,
    /// `backoff.max`, 60 s by default.
    pub max: Duration,
}

impl Default for BackoffOptions {
    fn default() -> Self {
        Self { init: Duration::from_secs(1), max: Duration::from_secs(60) }
    }
}

/// The waits of one output.
#[derive(Debug)]
pub(crate) struct Backoff {
    options: BackoffOptions,
    next: Duration,
    random: u64,
}

impl Backoff {
    /// `seed` makes outputs differ.
    pub(crate) fn new(options: BackoffOptions, seed: u64) -> Self {
        Self { options, next: options.init, random: seed | 1 }
    }

    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.next = self.options.init;
    }

    /// How long to wait now.
    pub(crate) fn wait(&mut self) -> Duration {
        let whole = self.next.min(self.options.max);
        self.next = whole.saturating_mul(2).min(self.options.max);
        // xorshift64: where the waits fall does not matter, only that they differ.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let half = whole / 2;
        half + half.mul_f64((self.random >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_again() {
        let options = BackoffOptions { init: Duration::from_secs(1), max: Duration::from_secs(6) };
        let mut backoff = Backoff::new(options, 7);
        for whole in [1, 2, 4, 6, 6, 6] {
            let wait = backoff.wait();
            let whole = Duration::from_secs(whole);
            assert!(wait >= whole / 2 && wait <= whole, "{wait:?} of {whole:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= Duration::from_secs(1));
    }
}
