//! One worker: decodes every packet, analyses those of its own shards.

use packetbeat_core::flow::{Endpoint, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::packet::Packet;
use packetbeat_core::time::Stamp;
use packetbeat_decoder::{Decoder, Limits, Outcome, Plain};
use packetbeat_flows::{FlowKey, SHARDS};

use crate::collector::{Batch, Collector};
use crate::env::Env;
use crate::limits::TICK;
use crate::registry::Registry;
use crate::shard::Shard;
use crate::summary::Summary;

/// One of the workers of a run. All are shown the same packets in the same order.
pub struct Worker<'r> {
    registry: &'r Registry,
    index: usize,
    workers: usize,
    decoder: Decoder,
    shards: Vec<Shard>,
    collector: Collector<'r>,
    summary: Summary,
    /// The largest packet time so far, and when the next tick is due.
    clock: i64,
    next_tick: i64,
    last_packet: u64,
    /// Shards that were told that the capture is over.
    finished: usize,
}

impl<'r> Worker<'r> {
    /// Worker number `index` of `workers` (at least one).
    #[must_use]
    pub fn new(registry: &'r Registry, index: usize, workers: usize) -> Self {
        let tallies = vec![Tally::default(); registry.len()];
        Self {
            registry,
            index,
            workers: workers.max(1),
            decoder: Decoder::new(Limits::default()),
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            collector: Collector::new(registry),
            summary: Summary { tallies, ..Summary::default() },
            clock: i64::MIN,
            next_tick: i64::MIN,
            last_packet: 0,
            finished: 0,
        }
    }

    /// One packet.
    pub fn packet(&mut self, packet: &Packet<'_>) {
        self.last_packet = packet.number;
        if packet.nanos > self.clock {
            self.clock = packet.nanos;
            if self.clock >= self.next_tick {
                self.tick(packet.number);
            }
        }
        let counts = self.index == 0;
        if counts {
            self.summary.packets.wire_bytes += u64::from(packet.wire_len);
        }
        // Shown times are those of the packet itself; only timers run on the clock.
        let now = Stamp { packet: packet.number, nanos: packet.nanos };
        if let Some(plain) = self.decoder.plain(packet) {
            self.plain(&plain, now);
        } else {
            self.other(packet, now);
        }
        if self.decoder.has_dropped() {
            self.take_dropped();
        }
    }

    /// A message whose owner is known before it is put together: nearly all are such, and most are another worker's.
    #[inline]
    fn plain(&mut self, plain: &Plain<'_>, now: Stamp) {
        let Self { registry, shards, collector, summary, .. } = self;
        if self.index == 0 {
            summary.packets.analysed += 1;
        }
        let number = match plain.ends_v4() {
            Some([src, dst]) => FlowKey::shard_v4(plain.transport(), src, dst),
            None => key(plain).shard(),
        };
        let Some(shard) = own(shards, number, self.index, self.workers) else { return };
        collector.at_packet(now.packet);
        if let Some(datagram) = plain.datagram() {
            summary.datagrams += 1;
            shard.datagram(&datagram, &mut env(registry, collector, summary, now));
        } else if let Some(segment) = plain.segment() {
            shard.segment(key(plain), &segment, &mut env(registry, collector, summary, now));
        }
    }

    /// Any other packet.
    #[inline(never)]
    fn other(&mut self, packet: &Packet<'_>, now: Stamp) {
        let counts = self.index == 0;
        let Self { registry, decoder, shards, collector, summary, .. } = self;
        match decoder.other(packet) {
            Outcome::Tcp(segment) => {
                if counts {
                    summary.packets.analysed += u64::from(segment.fragments.max(1));
                }
                let src = Endpoint { ip: segment.ip.src, port: segment.src_port };
                let dst = Endpoint { ip: segment.ip.dst, port: segment.dst_port };
                let (key, _) = FlowKey::new(Transport::Tcp, src, dst);
                if let Some(shard) = own(shards, key.shard(), self.index, self.workers) {
                    collector.at_packet(packet.number);
                    shard.segment(key, &segment, &mut env(registry, collector, summary, now));
                }
            }
            Outcome::Udp(datagram) => {
                if counts {
                    summary.packets.analysed += u64::from(datagram.fragments.max(1));
                }
                let src = Endpoint { ip: datagram.ip.src, port: datagram.src_port };
                let dst = Endpoint { ip: datagram.ip.dst, port: datagram.dst_port };
                let (key, _) = FlowKey::new(Transport::Udp, src, dst);
                if let Some(shard) = own(shards, key.shard(), self.index, self.workers) {
                    collector.at_packet(packet.number);
                    summary.datagrams += 1;
                    shard.datagram(&datagram, &mut env(registry, collector, summary, now));
                }
            }
            Outcome::Icmp(icmp) => {
                if counts {
                    summary.packets.icmp += u64::from(icmp.fragments.max(1));
                }
            }
            Outcome::Held => {}
            Outcome::Dropped(cause) => {
                if counts {
                    summary.packets.drop(cause);
                }
            }
        }
    }

    /// The wire is silent, and all packets of before `nanos` (nanoseconds since 1970) were shown: timers fire as if one of that
    /// time had come. Time never runs back: a smaller one than was seen has no effect.
    pub fn advance(&mut self, nanos: i64) {
        if nanos > self.clock {
            self.clock = nanos;
            if self.clock >= self.next_tick {
                // Behind the events of the last packet, in front of those of the next.
                self.tick(self.last_packet + 1);
            }
        }
    }

    /// The capture is over: what waits is told.
    pub fn finish(&mut self) {
        while self.finish_next() {}
    }

    /// The same in steps: what waits in the next shard is told. False if that was the last. Whoever takes the events between
    /// the steps needs memory for one shard's alone; all workers take the same number of steps.
    pub fn finish_next(&mut self) -> bool {
        if self.finished == 0 {
            self.decoder.finish();
            self.take_dropped();
            if !self.registry.settings.flush_pending_at_eof {
                self.collector.mute();
            }
        }
        let now = Stamp { packet: self.last_packet, nanos: self.clock };
        let number = self.finished;
        let Self { registry, shards, collector, summary, .. } = self;
        if let Some(shard) = shards.get_mut(number) {
            collector.at_end(number as u8);
            shard.finish(&mut env(registry, collector, summary, now));
            self.finished += 1;
        }
        self.finished < self.shards.len()
    }

    /// Bytes and number of the events that wait to be taken.
    #[must_use]
    pub fn pending(&self) -> (usize, usize) {
        self.collector.pending()
    }

    /// Exchanges the events so far for an empty batch.
    pub fn take_batch(&mut self, batch: &mut Batch) {
        self.collector.swap(batch);
    }

    /// What was counted so far. The ledger closes behind [`Worker::finish`]; before, requests wait.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            filtered: self.collector.filtered,
            filtered_by: self.collector.filtered_by.clone(),
            pending_at_eof: self.collector.muted_events,
            collected: self.collector.collected,
            ..self.summary.clone()
        }
    }

    /// Packet time has crossed another 100 ms: timers of all own shards fire, in the order of the shards.
    #[cold]
    fn tick(&mut self, packet: u64) {
        self.next_tick = self.clock.saturating_add(TICK);
        let now = Stamp { packet, nanos: self.clock };
        let (index, workers) = (self.index, self.workers);
        let Self { registry, shards, collector, summary, .. } = self;
        for (number, shard) in shards.iter_mut().enumerate().skip(index).step_by(workers) {
            if shard.is_due(now.nanos) {
                collector.at_tick(packet, number as u8);
                shard.tick(&mut env(registry, collector, summary, now));
            }
        }
    }

    #[cold]
    fn take_dropped(&mut self) {
        let held = self.decoder.take_dropped();
        if self.index == 0 {
            self.summary.packets.drop_held(&held);
        }
    }
}

#[inline]
fn key(plain: &Plain<'_>) -> FlowKey {
    let [src, dst] = plain.ends();
    FlowKey::of_numbers(plain.transport(), src, dst).0
}

/// A shard, if it is one of this worker's.
#[inline]
fn own(shards: &mut [Shard], number: u8, index: usize, workers: usize) -> Option<&mut Shard> {
    let number = usize::from(number);
    // Dividing costs more than asking whether there is anything to divide.
    if workers > 1 && number % workers != index { None } else { shards.get_mut(number) }
}

fn env<'w>(
    registry: &'w Registry,
    collector: &'w mut Collector<'_>,
    summary: &'w mut Summary,
    now: Stamp,
) -> Env<'w> {
    let Summary { tallies, bytes, connections, .. } = summary;
    Env { registry, collector, tallies, bytes, connections, now }
}
