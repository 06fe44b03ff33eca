//! What goes wrong with files that rotate.

use std::io;
use std::path::PathBuf;

use crate::chunks::Whole;

/// Files cannot be opened, or not be written. Who shows it says which setting it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder is missing and cannot be made, or is no folder, or cannot be listed.
    #[error("cannot use the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be created, or not opened to append to it.
    #[error("cannot open {} for writing: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No name is free for a new file.
    #[error("no free name after {}", path.display())]
    Names {
        /// The last name that was tried.
        path: PathBuf,
    },
    /// A file cannot take more records.
    #[error("cannot write to {}: {source}", path.display())]
    Write {
        /// The file; it ends with the last record that it could take whole.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An option that no rotation can work with.
    #[error("{option}: {value} {wanted}")]
    Option {
        /// The field of [`Options`](crate::Options).
        option: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it and what would be right.
        wanted: &'static str,
    },
}

/// A write that ended early: what the files hold of it, and what happened.
#[derive(Debug)]
pub struct Failure {
    /// The whole records that were written.
    pub whole: Whole,
    /// Why no more were.
    pub error: Error,
}
