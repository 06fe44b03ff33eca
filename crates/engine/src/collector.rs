//! Where a worker's events go: encoded at once, with the place at which each was completed.

use std::collections::BTreeMap;

use packetbeat_core::event::{Encoder, Origin};
use packetbeat_core::flow::Direction;
use packetbeat_core::json::Json;
use packetbeat_core::record::{AnyRecord, Sink};

use crate::registry::{Fate, Registry, Rewriter, Watcher};

/// Where an event ends in its block, and its place in the order of all events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventEnd {
    /// Packet number, tick before packet, shard: ascending within a worker, never equal for two workers.
    pub key: u64,
    /// Byte behind the event.
    pub end: u32,
}

/// Events of one worker since the last batch.
#[derive(Debug, Default)]
pub struct Batch {
    /// Their JSON lines.
    pub json: Json,
    /// Where each ends.
    pub ends: Vec<EventEnd>,
}

/// Encodes events into the current batch.
pub(crate) struct Collector<'r> {
    watcher: Option<&'r Watcher>,
    rewriter: Option<&'r Rewriter>,
    /// Where the rewriter writes.
    rewritten: Vec<u8>,
    encoder: Encoder,
    ends: Vec<EventEnd>,
    key: u64,
    ignore_outgoing: bool,
    muted: bool,
    pub(crate) filtered: u64,
    /// Those that the rewriter dropped, by its names for why; part of `filtered`.
    pub(crate) filtered_by: BTreeMap<&'static str, u64>,
    pub(crate) muted_events: u64,
    pub(crate) collected: u64,
}

impl<'r> Collector<'r> {
    pub(crate) fn new(registry: &'r Registry) -> Self {
        Self {
            watcher: registry.watcher(),
            rewriter: registry.rewriter(),
            rewritten: Vec::new(),
            encoder: Encoder::new(&registry.envelopes(), registry.settings.precision),
            ends: Vec::new(),
            key: 0,
            ignore_outgoing: registry.settings.ignore_outgoing,
            muted: false,
            filtered: 0,
            filtered_by: BTreeMap::new(),
            muted_events: 0,
            collected: 0,
        }
    }

    /// What follows is completed by a packet.
    #[inline]
    pub(crate) fn at_packet(&mut self, number: u64) {
        self.key = number << 9 | 1 << 8;
    }

    /// What follows is completed in a shard by the tick that a packet set off.
    pub(crate) fn at_tick(&mut self, packet: u64, shard: u8) {
        self.key = packet << 9 | u64::from(shard);
    }

    /// What follows is completed in a shard by the end of the capture.
    pub(crate) fn at_end(&mut self, shard: u8) {
        self.key = u64::MAX << 8 | u64::from(shard);
    }

    /// Events from now on are counted and dropped.
    pub(crate) fn mute(&mut self) {
        self.muted = true;
    }

    /// Bytes and events waiting.
    pub(crate) fn pending(&self) -> (usize, usize) {
        (self.encoder.json().len(), self.ends.len())
    }

    /// Exchanges the events so far for an empty batch.
    pub(crate) fn swap(&mut self, batch: &mut Batch) {
        batch.json.clear();
        batch.ends.clear();
        std::mem::swap(self.encoder.json_mut(), &mut batch.json);
        std::mem::swap(&mut self.ends, &mut batch.ends);
    }

    /// Lets the rewriter decide on the event behind `start`: whether it goes on.
    fn rewrite(&mut self, rewriter: &Rewriter, origin: &Origin<'_>, start: usize) -> bool {
        self.rewritten.clear();
        let json = self.encoder.json_mut();
        let event = json.bytes().get(start..).unwrap_or_default();
        match rewriter(origin.protocol, origin.now.nanos, event, &mut self.rewritten) {
            Fate::Keep => true,
            Fate::Replace => {
                json.truncate(start);
                json.raw(&self.rewritten);
                true
            }
            Fate::Drop(cause) => {
                json.truncate(start);
                self.filtered += 1;
                *self.filtered_by.entry(cause).or_default() += 1;
                false
            }
        }
    }
}

impl Sink for Collector<'_> {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        if self.muted {
            self.muted_events += 1;
        } else if self.ignore_outgoing && origin.flow.direction == Direction::Egress {
            self.filtered += 1;
        } else {
            let start = self.encoder.json().len();
            record.encode(origin, &mut self.encoder);
            if let Some(rewriter) = self.rewriter
                && !self.rewrite(rewriter, origin, start)
            {
                return;
            }
            if let Some(watcher) = self.watcher {
                watcher(
                    origin.protocol,
                    origin.now.packet,
                    self.encoder.json().bytes().get(start..).unwrap_or_default(),
                );
            }
            // A block is handed on long before 4 GiB.
            self.ends.push(EventEnd { key: self.key, end: self.encoder.json().len() as u32 });
            self.collected += 1;
        }
    }
}
