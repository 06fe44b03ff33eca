//! The clock that waits and limits go by.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Time since the first call, which is never set back.
pub(crate) fn monotonic() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    #[expect(clippy::disallowed_methods, reason = "the log is an edge: what it limits is real time")]
    let now = Instant::now();
    now.saturating_duration_since(*START.get_or_init(|| now))
}
