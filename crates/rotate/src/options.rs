//! What a rotation is told, and what it tells.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::error::Error;
use crate::period::Period;

/// Where files go, and when the next one begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder. It is created (mode 0750, less the umask) when it is missing.
    pub folder: PathBuf,
    /// The first part of each name. Not empty, no path separator.
    pub name: String,
    /// Bytes of a file, at least 1. It gets no further record that would take it beyond this; a single record that is larger
    /// has a file of its own.
    pub max_bytes: u64,
    /// How many files stay, with the one being written; at least 1. The oldest by date and number are deleted first, those
    /// of earlier runs included.
    pub files: u32,
    /// Permissions of a new file; the umask is taken off.
    pub permissions: u32,
    /// Whether a run never writes into a file of an earlier one. False appends to the newest file of the period, if it ends
    /// with a whole line.
    pub on_startup: bool,
    /// How often a new file begins, besides its size.
    pub period: Period,
    /// Which days are in the names, and where periods begin.
    pub calendar: Calendar,
    /// Is told what happens. Nothing, by default.
    pub notify: fn(&Notice<'_>),
}

impl Default for Options {
    /// 7 files of 10 MiB in the current folder, mode 0600, new ones at startup and by size; days in UTC.
    fn default() -> Self {
        Self {
            folder: PathBuf::from("."),
            name: "packetbeat".to_owned(),
            max_bytes: 10 * 1024 * 1024,
            files: 7,
            permissions: 0o600,
            on_startup: true,
            period: Period::Never,
            calendar: Calendar::Utc,
            notify: |_| {},
        }
    }
}

impl Options {
    /// Whether a rotation can work with these.
    ///
    /// # Errors
    ///
    /// [`Error::Option`] for the first that it cannot.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |option, value, wanted| Err(Error::Option { option, value, wanted });
        if self.max_bytes == 0 {
            return wrong("max_bytes", "0".to_owned(), "leaves no room for records; set at least 1");
        }
        if self.files == 0 {
            return wrong("files", "0".to_owned(), "leaves no file to write to; set at least 1");
        }
        if self.name.is_empty() || self.name.contains(['/', '\0']) {
            return wrong("name", format!("{:?}", self.name), "is no file name; set one without '/'");
        }
        Ok(())
    }
}

/// Whose days are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calendar {
    /// Days of UTC: names do not depend on where the machine stands.
    #[default]
    Utc,
    /// Days of the machine's time zone, as it was when the rotation began.
    Local,
}

impl Calendar {
    /// The zone; UTC when the machine's is not known.
    pub(crate) fn zone(self) -> TimeZone {
        match self {
            Self::Utc => TimeZone::UTC,
            Self::Local => TimeZone::try_system().unwrap_or(TimeZone::UTC),
        }
    }
}

/// What is worth knowing of a rotation that works.
#[derive(Debug)]
pub enum Notice<'a> {
    /// Another file has begun.
    Next(&'a Path),
    /// A file that this very run had written was deleted. Told once.
    Deleted(&'a Path),
    /// An old file cannot be deleted; it stays, because losing records would be worse.
    Kept(&'a Path, &'a std::io::Error),
    /// After a failed write the file ends within a record, because it cannot be cut.
    Torn(&'a Path, &'a std::io::Error),
}
