//! `preset`: sizes that suit a purpose, as Elastic documents them for Beats.
//!
//! They replace what is written of these settings. One differs: `balanced` leaves the queue's time at its default, as no preset
//! does, since packetbeat.yml of 9.x writes it out and yet wants the default.

use crate::node::Node;
use crate::{read, units};
use std::time::Duration;

/// What a preset sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preset {
    pub(crate) name: &'static str,
    pub(crate) bulk_max_size: u32,
    pub(crate) workers: u32,
    pub(crate) compression_level: u8,
    pub(crate) idle_connection_timeout: Duration,
    pub(crate) events: u64,
    pub(crate) min_events: u64,
    pub(crate) flush_timeout: Duration,
}

/// Settings below the output that a preset sets.
pub(crate) const OF_OUTPUT: [&str; 5] =
    ["worker", "workers", "bulk_max_size", "compression_level", "idle_connection_timeout"];
/// Settings below the queue that a preset sets.
pub(crate) const OF_QUEUE: [&str; 3] = ["mem.events", "mem.flush.min_events", "mem.flush.timeout"];

const PRESETS: [Preset; 4] = [
    Preset {
        name: "balanced",
        bulk_max_size: 1600,
        workers: 1,
        compression_level: 1,
        idle_connection_timeout: Duration::from_secs(3),
        events: 3200,
        min_events: 1600,
        flush_timeout: Duration::from_secs(1),
    },
    Preset {
        name: "throughput",
        bulk_max_size: 1600,
        workers: 4,
        compression_level: 1,
        idle_connection_timeout: Duration::from_secs(15),
        events: 12_800,
        min_events: 1600,
        flush_timeout: Duration::from_secs(5),
    },
    Preset {
        name: "scale",
        bulk_max_size: 1600,
        workers: 1,
        compression_level: 1,
        idle_connection_timeout: Duration::from_secs(1),
        events: 3200,
        min_events: 1600,
        flush_timeout: Duration::from_secs(20),
    },
    Preset {
        name: "latency",
        bulk_max_size: 50,
        workers: 1,
        compression_level: 1,
        idle_connection_timeout: Duration::from_secs(60),
        events: 4100,
        min_events: 2050,
        flush_timeout: Duration::from_secs(1),
    },
];

impl Preset {
    /// What the preset sets where something else is written; `None` where it is the same, or no setting of a preset.
    pub(crate) fn instead(&self, name: &str, written: &Node) -> Option<String> {
        let number = |value: u64| {
            let same = read::whole(written).and_then(|number| u64::try_from(number).ok()) == Some(value);
            (!same).then(|| value.to_string())
        };
        let length = |value: Duration| {
            let same = read::duration(written) == Some(Some(value));
            (!same).then(|| units::show_duration(value))
        };
        match name {
            "worker" | "workers" => number(self.workers.into()),
            "bulk_max_size" => number(self.bulk_max_size.into()),
            "compression_level" => number(self.compression_level.into()),
            "idle_connection_timeout" => length(self.idle_connection_timeout),
            "mem.events" => number(self.events),
            "mem.flush.min_events" => number(self.min_events),
            "mem.flush.timeout" => length(self.flush_timeout),
            _ => None,
        }
    }

    /// The preset of this name; `custom` is none.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
    }
}
