//! What the log may keep, and how long anybody waits for it.

use std::time::Duration;

/// Text of a line: its message and its fields together, before they are escaped. What is beyond is cut, with `…` for it.
pub(crate) const LINE_BYTES: usize = 256 * 1024;

/// Finished lines that wait for a target, in bytes; at least one line, however long.
pub(crate) const QUEUE_BYTES: usize = 4 * 1024 * 1024;

/// Lines that go to a target with one call.
pub(crate) const BATCH_LINES: usize = 256;

/// How long the end of the program waits for lines that are not yet written.
pub(crate) const LAST_WAIT: Duration = Duration::from_secs(2);

/// How long a target that cannot be opened is left alone before it is tried again.
pub(crate) const RETRY: Duration = Duration::from_secs(1);

/// How long syslog may take for a line.
pub(crate) const SYSLOG_WAIT: Duration = Duration::from_secs(1);

/// Causes that [`Causes`](crate::Causes) tells apart; further ones share one entry.
pub(crate) const CAUSES: usize = 64;
