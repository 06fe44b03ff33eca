//! What an output is told.

use std::path::PathBuf;

/// Where events go.
#[derive(Clone, Debug)]
pub enum Target {
    /// Rotating files in a folder.
    File(FileOptions),
    /// Standard output.
    Console(ConsoleOptions),
    /// Nowhere: events are counted.
    Discard,
}

/// `output.file`.
///
/// The files are `FOLDER/FILENAME-YYYYMMDD.ndjson`, then `FILENAME-YYYYMMDD-1.ndjson`, `-2` and so on. The date is
/// today's in UTC, like the times in the events, so that a name does not depend on where the machine stands.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// `path`: the folder. It is created (mode 0750, less the umask) when it is missing.
    pub folder: PathBuf,
    /// `filename`: the first part of each name, `packetbeat` by default. Not empty, no path separator.
    pub filename: String,
    /// `rotate_every_kb` in bytes, 10,240 KiB by default, at least 1. A file holds whole events and gets no further
    /// event that would take it beyond this. A single event that is larger has a file of its own.
    pub rotate_every_bytes: u64,
    /// `number_of_files`: how many files stay, with the one being written; at least 2, by default 7. The oldest by
    /// date and number are deleted first, those of earlier runs included.
    pub number_of_files: u32,
    /// `permissions` of a new file, by default 0o600; the umask is taken off.
    pub permissions: u32,
    /// `rotate_on_startup`, by default true: a run never writes into a file of an earlier one. False appends to
    /// today's newest file, if it ends with a whole line.
    pub rotate_on_startup: bool,
    /// `codec.json`.
    pub format: Format,
}

impl Default for FileOptions {
    /// The documented defaults; the folder is the current one.
    fn default() -> Self {
        Self {
            folder: PathBuf::from("."),
            filename: "packetbeat".to_owned(),
            rotate_every_bytes: 10_240 * 1024,
            number_of_files: 7,
            permissions: 0o600,
            rotate_on_startup: true,
            format: Format::default(),
        }
    }
}

/// `output.console`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConsoleOptions {
    /// `codec.json`, `pretty`.
    pub format: Format,
}

/// `codec.json`: how an event is written. By default as it comes, compact and on one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format {
    /// `pretty`: an event over several lines, indented by two spaces a level.
    pub pretty: bool,
    /// `escape_html`: `<`, `>` and `&` become `\u003c`, `\u003e` and `\u0026`.
    pub escape_html: bool,
}

impl Format {
    /// Whether events are written as they come.
    pub(crate) const fn is_compact(self) -> bool {
        !self.pretty && !self.escape_html
    }
}
