//! The configuration as the program uses it.

use crate::error::{Error, Errors, Warning};
use crate::interfaces::{self, Interfaces};
use crate::known_keys;
use crate::mark::Mark;
use crate::names::Names;
use crate::node::{Node, Value};
use crate::output::{self, Output};
use crate::protocol::{self, ProtocolSection};
use crate::section::Section;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

/// All settings, with their defaults where the files say nothing.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where packets come from: the first interface.
    pub interfaces: Interfaces,
    /// The other interfaces, when `packetbeat.interfaces` is a list.
    pub more_interfaces: Vec<Interfaces>,
    /// `packetbeat.workers`; `None` leaves it to the program.
    pub workers: Option<NonZeroU16>,
    /// `packetbeat.detect`: find protocols by content on any port. Unless told, true while
    /// `packetbeat.protocols` is absent.
    pub detect: bool,
    /// `packetbeat.flush_pending_at_eof`: requests that wait when the capture ends become events.
    pub flush_pending_at_eof: bool,
    /// `packetbeat.ignore_outgoing`: drop transactions whose direction is egress.
    pub ignore_outgoing: bool,
    /// `packetbeat.publish_timeout`: how long to wait for the last events at the end of a file.
    pub publish_timeout: Duration,
    /// `packetbeat.shutdown_timeout`: how long to wait for the outputs at shutdown.
    pub shutdown_timeout: Duration,
    /// `packetbeat.protocols`; `None` stands for the built-in defaults.
    pub protocols: Option<Vec<ProtocolSection>>,
    /// `packetbeat.flows`.
    pub flows: Flows,
    /// The one output.
    pub output: Output,
    /// The queue in memory.
    pub queue: Queue,
    /// What `agent.name` says; `None` is the host's name.
    pub name: Option<String>,
    /// Tags for all events.
    pub tags: Vec<String>,
    /// A map of fields for all events.
    pub fields: Option<Node>,
    /// Put `fields` at the root of the event.
    pub fields_under_root: bool,
    /// `timestamp.precision`.
    pub timestamp_precision: Precision,
    /// The global processors, as written.
    pub processors: Option<Node>,
    /// `logging.*`.
    pub logging: Logging,
    /// `path.*`.
    pub paths: Paths,
    /// What is accepted and yet not as its author may expect.
    pub warnings: Vec<Warning>,
    /// The merged and expanded settings, as written.
    pub settings: Node,
}

/// `packetbeat.flows`.
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// Is it on? Without the section it is not.
    pub enabled: bool,
    /// Where the section starts.
    pub at: Mark,
    /// A flow without packets for so long is over; 30 s unless told, at least 1 s.
    pub timeout: Duration,
    /// How often flows are reported; `None` is at their end alone. 10 s unless told, at least 1 s.
    pub period: Option<Duration>,
    /// Counters begin again after each report.
    pub delta: bool,
    /// MAC addresses are no part of what makes a flow.
    pub allow_mismatched_eth: bool,
    /// Write fields that are null.
    pub keep_null: bool,
    /// Tags for flow events.
    pub tags: Vec<String>,
    /// Fields for flow events.
    pub fields: Option<Node>,
    /// Put `fields` at the root of the event.
    pub fields_under_root: bool,
    /// The index flow events ask for.
    pub index: Option<String>,
    /// Processors for flow events, as written.
    pub processors: Option<Node>,
}

/// `queue.mem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many events it holds; 3200 unless told.
    pub events: u64,
    /// A batch is handed on when it has so many events; 1600 unless told.
    pub flush_min_events: u64,
    /// A batch is handed on after so long at the latest; 10 s unless told.
    pub flush_timeout: Duration,
}

/// `timestamp.precision`: digits of `@timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Three digits.
    Millisecond,
    /// Up to six.
    Microsecond,
    /// Up to nine.
    Nanosecond,
}

/// `logging.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// From this level on.
    pub level: Level,
    /// At debug level, only these components; empty or `*` is all.
    pub selectors: Vec<String>,
    /// Log to standard error.
    pub to_stderr: bool,
    /// Log to files; true unless told.
    pub to_files: bool,
    /// Log the counters now and then.
    pub metrics_enabled: bool,
    /// How often; 30 s unless told.
    pub metrics_period: Duration,
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

/// `path.*`, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// `path.home`.
    pub home: Option<PathBuf>,
    /// `path.config`; `path.home` when absent.
    pub config: Option<PathBuf>,
    /// `path.data`; `data` below `path.home` when absent.
    pub data: Option<PathBuf>,
    /// `path.logs`; `logs` below `path.home` when absent.
    pub logs: Option<PathBuf>,
}

impl Config {
    /// Reads the settings of a merged and expanded tree.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn from_settings(settings: Node) -> Result<Self, Errors> {
        let (config, errors) = Self::as_far_as_sound(settings);
        errors.or(config)
    }

    /// The settings with defaults in place of what is wrong, and what is.
    pub(crate) fn as_far_as_sound(settings: Node) -> (Self, Errors) {
        let mut root = Section::known(String::new(), settings.clone(), Names::new(known_keys::SETTINGS, ""));
        let (mut warnings, mut errors) = (Vec::new(), Vec::new());
        let (interfaces, more_interfaces) =
            interfaces::read(root.node("packetbeat.interfaces"), &mut warnings, &mut errors);
        let protocols = protocol::read(root.node("packetbeat.protocols"), &mut warnings, &mut errors);
        let output = output::read(root.node("output"), &mut warnings, &mut errors);
        let workers = root.number("packetbeat.workers", 1..=u64::from(u16::MAX));
        let mut config = Self {
            interfaces,
            more_interfaces,
            workers: workers.and_then(|count| u16::try_from(count).ok()).and_then(NonZeroU16::new),
            detect: root.bool("packetbeat.detect", protocols.is_none()),
            flush_pending_at_eof: root.bool("packetbeat.flush_pending_at_eof", true),
            ignore_outgoing: root.bool("packetbeat.ignore_outgoing", false),
            publish_timeout: root.duration("packetbeat.publish_timeout", Duration::ZERO),
            shutdown_timeout: root.duration("packetbeat.shutdown_timeout", Duration::ZERO),
            protocols,
            flows: flows(&mut root),
            output,
            queue: queue(&mut root),
            name: root.text("name"),
            tags: root.list("tags"),
            fields: root.map("fields"),
            fields_under_root: root.bool("fields_under_root", false),
            timestamp_precision: precision(&mut root),
            processors: root.node("processors"),
            logging: logging(&mut root),
            paths: paths(&mut root),
            warnings: Vec::new(),
            settings,
        };
        match root.finish() {
            Ok(more) => warnings.extend(more),
            Err(more) => errors.extend(more.0),
        }
        // A file is read from top to bottom: so are its errors.
        errors.sort_by(|left: &Error, right: &Error| left.at.cmp(&right.at));
        config.warnings = warnings;
        (config, Errors(errors))
    }
}

fn flows(root: &mut Section) -> Flows {
    let node = root.node("packetbeat.flows");
    let present = node.is_some();
    let node = node.unwrap_or_else(|| Node::new(Value::Null, Mark::DEFAULT));
    let names = Names::new(known_keys::SETTINGS, "packetbeat.flows.");
    let mut section = Section::known("packetbeat.flows".to_owned(), node, names);
    let least = Duration::from_secs(1);
    let flows = Flows {
        enabled: section.bool("enabled", true) && present,
        at: section.mark().clone(),
        timeout: section.duration("timeout", Duration::from_secs(30)),
        period: section.duration_or_off("period", Some(Duration::from_secs(10))),
        delta: section.bool("enable_delta_flow_reports", false),
        allow_mismatched_eth: section.bool("allow_mismatched_eth", false),
        keep_null: section.bool("keep_null", false),
        tags: section.list("tags"),
        fields: section.map("fields"),
        fields_under_root: section.bool("fields_under_root", false),
        index: section.text("index"),
        processors: section.node("processors"),
    };
    for (key, length) in [("timeout", Some(flows.timeout)), ("period", flows.period)] {
        if length.is_some_and(|length| length < least) {
            section.reject(key, "at least 1s");
        }
    }
    root.absorb(section);
    flows
}

fn queue(root: &mut Section) -> Queue {
    const MOST: u64 = 1 << 24;
    Queue {
        events: root.u64("queue.mem.events", 3200, 32..=MOST),
        flush_min_events: root.u64("queue.mem.flush.min_events", 1600, 0..=MOST),
        flush_timeout: root.duration("queue.mem.flush.timeout", Duration::from_secs(10)),
    }
}

fn precision(root: &mut Section) -> Precision {
    match root.choice("timestamp.precision", &["millisecond", "microsecond", "nanosecond"], 0) {
        1 => Precision::Microsecond,
        2 => Precision::Nanosecond,
        _ => Precision::Millisecond,
    }
}

fn logging(root: &mut Section) -> Logging {
    Logging {
        level: match root.choice(
            "logging.level",
            &["debug", "info", "warning", "error", "warn", "critical"],
            1,
        ) {
            0 => Level::Debug,
            1 => Level::Info,
            2 | 4 => Level::Warning,
            _ => Level::Error,
        },
        selectors: root.list("logging.selectors"),
        to_stderr: root.bool("logging.to_stderr", false),
        to_files: root.bool("logging.to_files", true),
        metrics_enabled: root.bool("logging.metrics.enabled", true),
        metrics_period: root.duration("logging.metrics.period", Duration::from_secs(30)),
    }
}

fn paths(root: &mut Section) -> Paths {
    let mut path = |key| root.text(key).map(PathBuf::from);
    Paths {
        home: path("path.home"),
        config: path("path.config"),
        data: path("path.data"),
        logs: path("path.logs"),
    }
}
