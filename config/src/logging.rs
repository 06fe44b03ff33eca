//! `logging.*`: the program's own log.

use crate::node::Node;
use crate::places::Places;
use crate::section::Section;
use std::path::PathBuf;
use std::time::Duration;

/// `logging.*`.
#[derive(Clone, Debug, PartialEq)]
pub struct Logging {
    /// From this level on.
    pub level: Level,
    /// At debug level, only these components; empty or `*` is all.
    pub selectors: Vec<String>,
    /// Log to standard error, and nowhere else.
    pub to_stderr: bool,
    /// Log to syslog.
    pub to_syslog: bool,
    /// Log to files.
    pub to_files: bool,
    /// How lines on standard error look.
    pub format: LogFormat,
    /// A map of fields that every line gets.
    pub with_fields: Option<Node>,
    /// `logging.files`.
    pub files: LogFiles,
    /// Log the counters now and then.
    pub metrics_enabled: bool,
    /// How often.
    pub metrics_period: Duration,
    /// Which counters.
    pub metrics_namespaces: Vec<String>,
}

/// `logging.files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFiles {
    /// Their folder; `path.logs` where it is not set.
    pub path: PathBuf,
    /// What their names begin with.
    pub name: String,
    /// A file that has so many bytes is followed by a new one.
    pub rotate_every_bytes: u64,
    /// How many files stay.
    pub keep_files: u32,
    /// Permission bits of new files.
    pub permissions: u32,
    /// A new file begins after so long; `None` is never.
    pub interval: Option<Duration>,
    /// A run begins a new file.
    pub rotate_on_startup: bool,
    /// What goes to standard error otherwise goes to the file too.
    pub redirect_stderr: bool,
}

/// `logging.level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    Debug,
    /// The usual.
    Info,
    /// What may be wrong.
    Warning,
    /// What is wrong.
    Error,
}

/// `logging.format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Lines for people.
    Text,
    /// Lines of JSON.
    Json,
}

impl Logging {
    pub(crate) fn read(section: &Section, paths: &Places) -> Self {
        let files = section.section("files");
        Self {
            level: match section.word("level") {
                "debug" => Level::Debug,
                "warning" | "warn" => Level::Warning,
                "error" | "critical" => Level::Error,
                _ => Level::Info,
            },
            selectors: section.list("selectors"),
            to_stderr: section.bool("to_stderr"),
            to_syslog: section.bool("to_syslog"),
            to_files: section.bool("to_files"),
            format: match section.word("format") {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => LogFormat::Auto,
            },
            with_fields: section.map("with_fields"),
            files: LogFiles {
                path: files.text("path").map_or_else(|| paths.logs.clone(), PathBuf::from),
                name: files.text("name").unwrap_or_default(),
                rotate_every_bytes: files.bytes("rotateeverybytes"),
                keep_files: files.u32("keepfiles"),
                permissions: files.permissions("permissions"),
                interval: files.duration_if_any("interval").filter(|every| !every.is_zero()),
                rotate_on_startup: files.bool("rotateonstartup"),
                redirect_stderr: files.bool("redirect_stderr"),
            },
            metrics_enabled: section.bool("metrics.enabled"),
            metrics_period: section.duration("metrics.period"),
            metrics_namespaces: section.list("metrics.namespaces"),
        }
    }
}
