//! What the log is told.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use tracing::level_filters::LevelFilter;

use crate::selectors::Selectors;

/// `logging`, without what only files or syslog have.
#[derive(Clone, Debug)]
pub struct Options {
    /// `level`: lines of this and of more serious levels are written.
    pub level: Level,
    /// `selectors`, `-d`: at level [`Level::Debug`] only debug lines of these loggers; none, or `*`, is all. See
    /// [`Options::debugs`].
    pub selectors: Vec<String>,
    /// Where lines go: all of these. None is nowhere.
    pub targets: Vec<Target>,
    /// Of the lines that `level` lets through, those from this level on go to standard error: a run at a terminal may show
    /// warnings there and write all to files.
    pub stderr_level: Level,
    /// `format`: what lines on standard error look like. Files and syslog always get JSON.
    pub format: Format,
    /// `service.name` of each line, and the identity in syslog.
    pub service: String,
    /// `with_fields`: more fields of each line, under these names.
    pub with_fields: Map<String, Value>,
    /// How long a thread that logs waits for a target that is slow but moves on. A target that did not move for so long
    /// is stuck: nobody waits for it until it moves again, and its lines are lost and counted.
    pub patience: Duration,
}

impl Default for Options {
    /// Level info to standard error, as `packetbeat`, with 250 ms of patience.
    fn default() -> Self {
        Self {
            level: Level::Info,
            selectors: Vec::new(),
            targets: vec![Target::Stderr],
            stderr_level: Level::Debug,
            format: Format::Auto,
            service: "packetbeat".to_owned(),
            with_fields: Map::new(),
            patience: Duration::from_millis(250),
        }
    }
}

impl Options {
    /// Whether debug lines of this logger are written: for those who would have to work to make them.
    ///
    /// A selector names a logger, or what its dotted name begins with: `publisher` selects `publisher.file`.
    #[must_use]
    pub fn debugs(&self, logger: &str) -> bool {
        self.level == Level::Debug
            && !self.targets.is_empty()
            && Selectors::new(&self.selectors).select(logger)
    }
}

/// How serious a line is, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `debug`: details, if their selector is asked for.
    Debug,
    /// `info`: what is done.
    Info,
    /// `warning`, `warn`: what is not as it should be.
    Warning,
    /// `error`, and `critical`, which is the same here: what does not work.
    Error,
}

impl Level {
    /// The level that a line of `tracing` has here. TRACE, which is per packet, has none and is never written.
    pub(crate) fn of(level: tracing::Level) -> Option<Self> {
        match level {
            tracing::Level::ERROR => Some(Self::Error),
            tracing::Level::WARN => Some(Self::Warning),
            tracing::Level::INFO => Some(Self::Info),
            tracing::Level::DEBUG => Some(Self::Debug),
            _ => None,
        }
    }

    pub(crate) const fn filter(self) -> LevelFilter {
        match self {
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warning => LevelFilter::WARN,
            Self::Error => LevelFilter::ERROR,
        }
    }

    /// Its name in `log.level`, as Beats write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warn",
            Self::Error => "error",
        }
    }
}

/// What lines on standard error look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text where standard error is a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// `2026-11-21T10:00:00.000Z  INFO publisher: message key=value`.
    Text,
    /// One JSON object a line, with the names of ECS.
    Json,
}

/// Where lines go.
#[derive(Clone, Debug)]
pub enum Target {
    /// `to_stderr`, `-e`: standard error as it is when the log starts.
    Stderr,
    /// `to_files`.
    Files(FileOptions),
    /// `to_syslog`.
    Syslog(SyslogOptions),
}

/// `logging.files`.
#[derive(Clone, Debug)]
pub struct FileOptions {
    /// `path`: the folder. It is made (mode 0750, less the umask) with the first line, if it is missing.
    pub folder: PathBuf,
    /// `name`: files are `NAME-YYYYMMDD.ndjson`, then `NAME-YYYYMMDD-1.ndjson` and so on, with local days.
    pub name: String,
    /// `rotateeverybytes`: a file gets no line that would take it beyond this.
    pub rotate_every_bytes: u64,
    /// `keepfiles`: how many older files stay beside the one being written.
    pub keep_files: u32,
    /// `permissions` of a new file; the umask is taken off.
    pub permissions: u32,
    /// `interval`: a new file begins after so long; zero is never. A second, a minute, an hour, 24 hours, 7, 30 and 365 days
    /// are those of the local calendar; see [`packetbeat_rotate::Period::of`].
    pub interval: Duration,
    /// `rotateonstartup`: a run begins a new file.
    pub rotate_on_startup: bool,
    /// `redirect_stderr`: what this process writes to standard error (a panic's message, say) goes to the file, too.
    pub redirect_stderr: bool,
}

impl Default for FileOptions {
    /// Packetbeat's defaults, in the folder `logs`.
    fn default() -> Self {
        Self {
            folder: PathBuf::from("logs"),
            name: "packetbeat".to_owned(),
            rotate_every_bytes: 10 * 1024 * 1024,
            keep_files: 7,
            permissions: 0o600,
            interval: Duration::ZERO,
            rotate_on_startup: true,
            redirect_stderr: false,
        }
    }
}

/// `logging.to_syslog`.
#[derive(Clone, Debug)]
pub struct SyslogOptions {
    /// The local socket, of datagrams or of a stream.
    pub socket: PathBuf,
}

impl Default for SyslogOptions {
    /// `/dev/log`.
    fn default() -> Self {
        Self { socket: PathBuf::from("/dev/log") }
    }
}
