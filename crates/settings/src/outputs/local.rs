//! `output.file`, `output.console`, `output.discard`.

use packetbeat_core::setting::{Setting, Type};

use super::shared::{CODEC, ENABLED, OWN_QUEUE};

/// `output.file`.
pub(crate) const FILE: &[Setting] = &[
    ENABLED,
    Setting::unset("path", Type::Path, "The folder; made with mode 0750 if it is not there.")
        .example("/var/log/packetbeat")
        .required(),
    Setting::text(
        "filename",
        "packetbeat",
        "Files are called `FILENAME-YYYYMMDD.ndjson`, then `-1`, `-2` and so on; the date is today's in UTC.",
    ),
    Setting::whole(
        "rotate_every_kb",
        10_240,
        1..=1 << 40,
        "KiB of a file: it gets no event that would take it beyond. Mind that with the default of `number_of_files` 70 MiB \
         are kept.",
    ),
    Setting::whole(
        "number_of_files",
        7,
        2..=1024,
        "Files that stay; the oldest are deleted, those of earlier runs included.",
    ),
    Setting::whole("permissions", 0o600, 0..=0o777, "Of new files.").of(Type::Permissions),
    Setting::bool("rotate_on_startup", true, "A run begins a new file; `false` appends to today's newest."),
    CODEC,
    OWN_QUEUE,
];

/// `output.console`.
pub(crate) const CONSOLE: &[Setting] = &[
    ENABLED,
    Setting::bool("pretty", false, "Over several lines."),
    CODEC,
    Setting::whole("bulk_max_size", 2048, -1..=1 << 20, "Events in one batch at most.").later(),
    OWN_QUEUE,
];

/// `output.discard`.
pub(crate) const DISCARD: &[Setting] = &[ENABLED, OWN_QUEUE];
