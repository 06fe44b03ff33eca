//! `queue`, at the top and in each output.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// `queue`: one of `mem` and `disk` may be there.
pub(crate) const QUEUE: &[Setting] = &[
    Setting::section("mem", MEM, "The queue in memory."),
    Setting::word(
        "full",
        &["drop_newest", "block"],
        0,
        "What a full queue does to a live capture: `drop_newest` drops the event that comes, and counts it; `block` waits, and \
         the kernel drops packets in the end. A capture file always waits. (Ours.)",
    ),
    Setting::section("disk", DISK, "A queue on disk, which outlives the program.").later(),
];

const MEM: &[Setting] = &[
    Setting::whole(
        "events",
        3200,
        32..=MOST_EVENTS,
        "Events that it holds: those that the output has not acknowledged yet.",
    ),
    Setting::bytes(
        "bytes",
        64 << 20,
        1 << 20..=1 << 40,
        "Bytes that it holds, whatever their number of events. (Ours.)",
    ),
    Setting::section("flush", FLUSH, "When events are handed on."),
];

const FLUSH: &[Setting] = &[
    Setting::whole(
        "min_events",
        1600,
        0..=MOST_EVENTS,
        "A batch is handed on when it has so many events; 0 is at once.",
    ),
    Setting::duration(
        "timeout",
        Duration::from_secs(1),
        "A batch is handed on after so long at the latest; 0 is at once. Packetbeat waits 10s.",
    ),
];

const DISK: &[Setting] = &[
    Setting::unset("path", Type::Path, "The folder; `diskqueue` in `path.data` unless set.")
        .example("/var/lib/packetbeat/diskqueue"),
    Setting::unset(
        "max_size",
        Type::Bytes { least: 10_000_000, most: 1 << 60 },
        "Bytes on disk at most, at least twice `segment_size`.",
    )
    .example("10GB")
    .required(),
    Setting::unset(
        "segment_size",
        Type::Bytes { least: 1_000_000, most: 1 << 60 },
        "Bytes of one file; a tenth of `max_size` unless set.",
    )
    .example("1GB"),
    Setting::whole(
        "read_ahead",
        512,
        0..=MOST_EVENTS,
        "Events that are read before the output asks for them.",
    ),
    Setting::whole("write_ahead", 2048, 0..=MOST_EVENTS, "Events in memory that wait to be written."),
    Setting::duration(
        "retry_interval",
        Duration::from_secs(1),
        "How long to wait after the first failure of the disk.",
    ),
    Setting::duration("max_retry_interval", Duration::from_secs(30), "How long the wait gets at most."),
];

const MOST_EVENTS: i64 = 1 << 24;
