//! Why the log cannot begin.

use std::io;

/// A set-up error of the log: which part, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard error cannot be used.
    #[error(
        "logging.to_stderr: cannot use standard error: {source}; open it or log to files (logging.to_files)"
    )]
    Stderr {
        /// What the system said.
        source: io::Error,
    },
    /// Files cannot be what the options say.
    #[error(
        "logging.files: {source}; set another logging.files.path or logging.files.name, or log to standard error (-e)"
    )]
    Files {
        /// What is wrong with them.
        source: packetbeat_rotate::Error,
    },
    /// Too short an interval.
    #[error("logging.files.interval: less than a second is too short; set 0 (never) or at least 1s")]
    Interval,
    /// A configured field that every line has anyway.
    #[error("logging.with_fields: every line has a {name:?} of its own; choose another name")]
    Field {
        /// Its name.
        name: String,
    },
    /// A thread that writes cannot start.
    #[error("logging: cannot start a thread: {source}; raise the limit of processes (ulimit -u)")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else takes the lines of this process already.
    #[error("logging: a log is already set up in this process; start it once, before anything else logs")]
    Already,
}
