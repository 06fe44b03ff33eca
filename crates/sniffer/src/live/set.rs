//! Several interfaces of one worker.

use std::time::Duration;

use packetbeat_core::packet::Packet;

use super::report::{LiveCounters, Polled};
use super::source::LiveSource;
use super::turn::{self, Turn};

/// Sources that one thread reads. Their packets are numbered from 1 over all of them, in the order in which they are
/// found: those of one source in the order of the wire, those of several a portion of each in turn.
#[derive(Debug, Default)]
pub struct LiveSet {
    sources: Vec<LiveSource>,
    turn: Turn,
}

impl LiveSet {
    /// A set of these.
    #[must_use]
    pub fn new(sources: Vec<LiveSource>) -> Self {
        Self { sources, turn: Turn::default() }
    }

    /// As [`LiveSource::poll`], for all at once: a portion of one of them.
    pub fn poll(&mut self, patience: Duration, each: impl FnMut(&Packet<'_>)) -> Polled {
        turn::poll(&mut self.sources, &mut self.turn, patience, each)
    }

    /// What was counted by all of them.
    pub fn counters(&mut self) -> LiveCounters {
        let mut sum = LiveCounters::default();
        for source in &mut self.sources {
            sum += source.counters();
        }
        sum
    }

    /// Each of them, to ask it for its name and its counters.
    pub fn sources_mut(&mut self) -> &mut [LiveSource] {
        &mut self.sources
    }
}
