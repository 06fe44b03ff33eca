//! `logging`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// `logging`.
pub(crate) const LOGGING: &[Setting] = &[
    Setting::word(
        "level",
        &["debug", "info", "warning", "error", "warn", "critical"],
        1,
        "What is logged at least. `warn` is `warning`, `critical` is `error`.",
    ),
    Setting::list(
        "selectors",
        &[],
        "At level `debug`, log these parts of the program alone (`-d`); none or `*` is all.",
    )
    .example("[publisher]"),
    Setting::bool("to_stderr", false, "Log to standard error (`-e`), and nowhere else."),
    Setting::bool("to_syslog", false, "Log to syslog."),
    Setting::bool("to_eventlog", false, "Log to the event log of Windows.").later(),
    Setting::bool("to_files", true, "Log to files."),
    Setting::word(
        "format",
        &["auto", "text", "json"],
        0,
        "How lines on standard error look; `auto` is text on a terminal and JSON elsewhere. (Ours.)",
    ),
    Setting::bool("json", true, "Known from old versions; files are JSON in any case.").later(),
    Setting::bool("ecs", true, "Known from old versions; JSON has the names of ECS in any case.").later(),
    Setting::unset("with_fields", Type::Map(&Type::Any), "Fields that every line gets.")
        .example("{site: north}"),
    Setting::section("files", FILES, "The files."),
    Setting::section("metrics", METRICS, "The program's own figures in the log."),
    Setting::section("event_data", EVENT_DATA, "A log of its own for the events that messages quote.")
        .later(),
];

const FILES: &[Setting] = &[
    Setting::unset("path", Type::Path, "The folder; `path.logs` unless set.").example("/var/log/packetbeat"),
    Setting::text(
        "name",
        "packetbeat",
        "Files are called `NAME-YYYYMMDD.ndjson`, then `-1`, `-2` and so on.",
    ),
    Setting::bytes(
        "rotateeverybytes",
        10 << 20,
        1..=1 << 40,
        "A file that has so many bytes is followed by a new one.",
    ),
    Setting::whole(
        "keepfiles",
        7,
        1..=1024,
        "Older files that stay beside the one being written; the oldest are deleted.",
    ),
    Setting::whole("permissions", 0o600, 0..=0o777, "Of new files.").of(Type::Permissions),
    Setting::duration(
        "interval",
        Duration::ZERO,
        "A new file begins after so long, 1s at least; 0 is never. 1h, 24h, 7d and the like go by the calendar.",
    ),
    Setting::bool("rotateonstartup", true, "A run begins a new file."),
    Setting::bool("redirect_stderr", false, "What goes to standard error otherwise goes to the file too."),
];

const METRICS: &[Setting] = &[
    Setting::bool("enabled", true, "Log what changed in the figures now and then."),
    Setting::duration("period", Duration::from_secs(30), "How often."),
    Setting::list("namespaces", &["stats"], "Which figures.").example("[stats, dataset]"),
];

const EVENT_DATA: &[Setting] = &[
    Setting::bool("to_files", true, "Write it."),
    Setting::section("files", EVENT_DATA_FILES, "The files."),
    // The same without `files`, as the reference configuration writes them.
    EVENT_DATA_PATH,
    EVENT_DATA_NAME,
    ROTATED_EVENT_DATA,
    EVENT_DATA_KEEP,
    EVENT_DATA_PERMISSIONS,
    EVENT_DATA_INTERVAL,
    EVENT_DATA_STARTUP,
];

const EVENT_DATA_FILES: &[Setting] = &[
    EVENT_DATA_PATH,
    EVENT_DATA_NAME,
    ROTATED_EVENT_DATA,
    EVENT_DATA_KEEP,
    EVENT_DATA_PERMISSIONS,
    EVENT_DATA_INTERVAL,
    EVENT_DATA_STARTUP,
];

const EVENT_DATA_PATH: Setting =
    Setting::unset("path", Type::Path, "The folder; `path.logs` unless set.").example("/var/log/packetbeat");
const EVENT_DATA_NAME: Setting = Setting::text("name", "packetbeat-events-data", "How files are called.");
const ROTATED_EVENT_DATA: Setting = Setting::bytes(
    "rotateeverybytes",
    5 << 20,
    1..=1 << 40,
    "A file that has so many bytes is followed by a new one.",
);
const EVENT_DATA_KEEP: Setting = Setting::whole("keepfiles", 2, 1..=1024, "Files that stay.");
const EVENT_DATA_PERMISSIONS: Setting =
    Setting::whole("permissions", 0o600, 0..=0o777, "Of new files.").of(Type::Permissions);
const EVENT_DATA_INTERVAL: Setting =
    Setting::duration("interval", Duration::ZERO, "A new file begins after so long; 0 is never.");
const EVENT_DATA_STARTUP: Setting = Setting::bool("rotateonstartup", false, "A run begins a new file.");
