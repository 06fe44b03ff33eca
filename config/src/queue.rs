//! `queue`: where events wait for the output.

use crate::mark::Mark;
use crate::preset::Preset;
use crate::section::Section;
use std::time::Duration;

/// The queue in memory: that of the output where it has one, else the general one; a preset of the output counts more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many events it holds, those included that are on their way.
    pub events: u64,
    /// How many bytes of events it holds.
    pub bytes: u64,
    /// A batch is handed on when it has so many events; 0 is at once. Never more than `events`.
    pub min_events: u64,
    /// A batch is handed on after so long at the latest; zero is at once.
    pub flush_timeout: Duration,
    /// What a full queue does to a live capture. A capture file waits.
    pub full: QueueFull,
    /// Where the section starts.
    pub at: Mark,
}

/// `queue.full`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueFull {
    /// The event that comes is dropped, and counted.
    DropNewest,
    /// The analysis waits.
    Block,
}

/// `general`: the section at the top. `own`: the output's, where it is written.
pub(crate) fn read(general: &Section, own: Option<&Section>, preset: Option<&Preset>) -> Queue {
    let queue = own.unwrap_or(general);
    let mem = queue.section("mem");
    let events = preset.map_or_else(|| mem.u64("events"), |preset| preset.events);
    let least = preset.map_or_else(|| mem.u64("flush.min_events"), |preset| preset.min_events);
    Queue {
        events,
        bytes: mem.bytes("bytes"),
        // The default is more than a small queue holds.
        min_events: least.min(events),
        flush_timeout: preset.map_or_else(|| mem.duration("flush.timeout"), |preset| preset.flush_timeout),
        full: match queue.word("full") {
            "block" => QueueFull::Block,
            _ => QueueFull::DropNewest,
        },
        at: queue.mark().clone(),
    }
}
