//! Rotating files: whole records, new names, a bounded number of files.
//!
//! ```text
//! chunks of whole records ──▶ Rotation ──▶ FOLDER/NAME-20260301.ndjson
//!                              size, time       NAME-20260301-1.ndjson
//!                                               NAME-20260302.ndjson    … the oldest go
//! ```
//!
//! A record ends with a line feed that neither a space nor a closing brace follows, so that JSON over several lines is one
//! record, too. A file holds whole records: one that a full disk cut is taken off again. It is never written to a
//! file that another program made, and a clock that is set back does not make names of the past.
//!
//! # Limits
//!
//! | what | limit |
//! |---|---|
//! | names that other programs may take from under us before we give up | 1,000 |
//! | number behind the date of a name | nine digits |
//!
//! # Left out
//!
//! Unix only. Files are not synchronised to the disk (`fsync`). Two programs may share a folder and a name without touching
//! each other's records, but each counts and deletes the other's files.
//!
//! # Example
//!
//! ```
//! use packetbeat_rotate::{Options, Rotation, System};
//!
//! let folder = tempfile::tempdir()?;
//! let options = Options { folder: folder.path().to_owned(), max_bytes: 20, ..Options::default() };
//! let mut rotation = Rotation::start(options, System)?;
//! rotation.write(&[b"{\"event\":1}\n{\"event\":2}\n"]).map_err(|failure| failure.error)?;
//! assert_eq!(std::fs::read_dir(folder.path())?.count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod chunks;
mod error;
mod names;
mod options;
mod period;
mod rotation;
mod world;

pub use chunks::{Short, Whole, write_all};
pub use error::{Error, Failure};
pub use options::{Calendar, Notice, Options};
pub use period::Period;
pub use rotation::Rotation;
pub use world::{Place, System, World};
