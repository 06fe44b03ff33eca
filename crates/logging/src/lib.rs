//! The log: lines to standard error, to rotating files and to syslog.
//!
//! ```text
//!                       level, selectors                       one queue and thread for each target
//! tracing::warn!(…) ──▶ Logging ──▶ Line ──▶ JSON or text ──┬──▶ bounded queue ──▶ standard error
//!    any thread                                             ├──▶ bounded queue ──▶ rotating files (JSON)
//!                                                           └──▶ bounded queue ──▶ syslog (JSON)
//! ```
//!
//! Code logs with `tracing`'s macros; this crate is a subscriber and needs no other. JSON lines have the names and the order
//! that Beats 9 give them (ECS); fields of an event are keys behind the message, numbers stay numbers, and `error` is
//! `{"error":{"message":…}}`. Characters that move a terminal's cursor, hide or reorder text, or end a line, are escaped
//! wherever a line goes.
//!
//! A line's *logger* is the target that the code names (`target: "monitoring"`) or its module (`publisher.file`); a field
//! `log.logger` gives the name at run time. Selectors choose loggers of debug lines.
//!
//! # Nobody waits for ever
//!
//! A thread that logs makes the line and puts it into the queues. Where a queue is full it waits as long as
//! [`Options::patience`] says; then that target is stuck: its lines are lost until it moves again. A target that
//! fails (full disk, closed pipe, no daemon) loses its lines as well and is tried again. Lost lines are counted
//! ([`Guard::lost`]), and the first line that is written again stands behind one that says how many were lost and why.
//! Files and syslog that fail also say so once on standard error. Whoever logs an error waits until it is written.
//!
//! # Limits
//!
//! | what | limit |
//! |---|---|
//! | text of a line, before it is escaped | 256 KiB; the rest is cut, with `…` |
//! | lines that wait, for each target | 4 MiB |
//! | wait at the end of the program | 2 s |
//! | wait before a target that cannot be opened is tried again | 1 s |
//! | causes that [`Causes`] tells apart | 64 |
//!
//! # Left out
//!
//! Unix only; no event log of Windows. Spans of `tracing`, events of level TRACE and the `log` crate are passed over.
//! `log.origin.function` is the module: Rust does not tell a function its name. There is no log of its own for events that
//! messages quote (`logging.event_data`); it would be one more target that takes lines of one logger.
//!
//! # Example
//!
//! ```
//! use packetbeat_logging::{Level, Logging, Options};
//!
//! let guard = Logging::start(&Options { level: Level::Debug, ..Options::default() })?;
//! tracing::info!(workers = 2, "reading packets");
//! assert_eq!(guard.lost(), 0);
//! # Ok::<(), packetbeat_logging::Error>(())
//! ```
#![forbid(unsafe_code)]

mod clock;
mod complaint;
mod error;
mod escape;
mod files;
mod guard;
mod layout;
mod limits;
mod line;
mod logging;
mod metrics;
mod options;
mod pipe;
mod selectors;
mod sink;
mod stderr;
mod syslog;
mod throttle;

pub use error::Error;
pub use guard::Guard;
pub use logging::Logging;
pub use metrics::{metrics_line, total_metrics};
pub use options::{FileOptions, Format, Level, Options, SyslogOptions, Target};
pub use throttle::{Causes, Throttle, repeated};

/// For [`throttled!`].
#[doc(hidden)]
pub use tracing;
