//! Operation codes that nobody knows: each is told to the log once, and not for ever.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::limits::CODES_TOLD;

/// No code: they have four bytes.
const NONE: i64 = i64::MAX;

/// The codes that were told.
#[derive(Debug)]
pub(crate) struct Unknown {
    told: [AtomicI64; CODES_TOLD],
}

impl Default for Unknown {
    fn default() -> Self {
        Self { told: [const { AtomicI64::new(NONE) }; CODES_TOLD] }
    }
}

impl Unknown {
    /// Tells of a code, unless it was told before, or enough were.
    pub(crate) fn tell(&self, code: i32) {
        if self.is_new(code) {
            tracing::warn!("mongodb: Unknown operation code: {code}; its messages are passed over");
        }
    }

    fn is_new(&self, code: i32) -> bool {
        for place in &self.told {
            match place.compare_exchange(NONE, i64::from(code), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(there) if there == i64::from(code) => return false,
                Err(_) => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once_and_there_is_an_end() {
        let unknown = Unknown::default();
        assert!(unknown.is_new(2269) && unknown.is_new(-1));
        assert!(!unknown.is_new(2269) && !unknown.is_new(-1));
        let new = (0..100).filter(|code| unknown.is_new(*code)).count();
        assert_eq!(new, CODES_TOLD - 2);
    }
}
