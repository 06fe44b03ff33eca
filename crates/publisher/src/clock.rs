//! The wall clock: how long events wait and servers take has nothing to do with packet time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Now.
#[allow(clippy::disallowed_methods, reason = "queues and servers run on the wall clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// A number that differs between runs.
#[allow(clippy::disallowed_methods, reason = "it only makes waits differ")]
pub(crate) fn nanos() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64 // the low bits are wanted
}
