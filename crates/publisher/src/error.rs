//! What goes wrong with an output: what, where, and what to do about it.

use std::io;
use std::path::PathBuf;

/// The output cannot be opened, or failed while events were written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder is missing and cannot be made, or is no folder, or cannot be listed.
    #[error("output.file: cannot use the folder {}: {source}; make it writable or set another output.file.path", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be created, or not opened to append to it.
    #[error("output.file: cannot open {} for writing: {source}; make the folder writable or set another output.file.path", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No name is free for a new file.
    #[error("output.file: no free name after {}; clear the folder or set another output.file.filename", path.display())]
    Names {
        /// The last name that was tried.
        path: PathBuf,
    },
    /// A file cannot take more events.
    #[error("output.file: cannot write to {}: {source}; free some space or set another output.file.path", path.display())]
    Write {
        /// The file; it ends with the last event that it could take whole.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Standard output cannot take events.
    #[error(
        "output.console: cannot write to standard output: {source}; redirect it elsewhere or use output.file"
    )]
    Console {
        /// What the system said.
        source: io::Error,
    },
    /// A value that no output can work with.
    #[error("{key}: {value} {wanted}")]
    Option {
        /// The configuration key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it and what would be right.
        wanted: &'static str,
    },
    /// The writer thread cannot start.
    #[error("output: cannot start the writer thread: {source}; raise the limit of processes (ulimit -u)")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// A server refuses the connection in a way that does not end by itself.
    #[error("output: {message}")]
    Server {
        /// What is wrong, where, and what to do.
        message: String,
    },
    /// The writer thread ended before its time: a defect of this program.
    #[error("output: the writer thread ended unexpectedly; please report this with the lines above")]
    Stopped,
}

/// The output takes no more events: it failed, or its reader has gone. What was handed over is counted as dropped;
/// [`Publisher::finish`](crate::Publisher::finish) tells why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the output takes no more events")]
pub struct Closed;

/// Errors of the files, under the keys of `output.file`.
impl From<packetbeat_rotate::Error> for OutputError {
    fn from(error: packetbeat_rotate::Error) -> Self {
        use packetbeat_rotate::Error;
        match error {
            Error::Folder { path, source } => Self::Folder { path, source },
            Error::Open { path, source } => Self::Open { path, source },
            Error::Names { path } => Self::Names { path },
            Error::Write { path, source } => Self::Write { path, source },
            // The output looks at its own options first, so that the message has the user's key.
            Error::Option { option, value, wanted } => Self::Option { key: option, value, wanted },
        }
    }
}
