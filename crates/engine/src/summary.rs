//! The ledger of a run: what came in and under which name it left.

use std::collections::BTreeMap;

use packetbeat_core::ledger::{Reason, Tally};
use packetbeat_decoder::{Cause, Dropped};

/// Packets, counted by the worker that counts for all.
#[derive(Clone, Debug, Default)]
pub struct PacketCounts {
    /// Packets that became part of a conversation.
    pub analysed: u64,
    /// Packets with nothing to analyse, by cause.
    pub dropped: [u64; Cause::COUNT],
    /// ICMP messages: no protocol reads them.
    pub icmp: u64,
    /// Bytes of the frames on the wire.
    pub wire_bytes: u64,
}

impl PacketCounts {
    pub(crate) fn drop(&mut self, cause: Cause) {
        if let Some(count) = self.dropped.get_mut(cause as usize) {
            *count += 1;
        }
    }

    pub(crate) fn drop_held(&mut self, held: &Dropped) {
        for (cause, packets) in held.iter() {
            if let Some(count) = self.dropped.get_mut(cause as usize) {
                *count += packets;
            }
        }
    }

    /// Drops by name, those that occurred.
    pub fn dropped_by_name(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let causes = Cause::ALL.into_iter().map(Cause::name).zip(self.dropped);
        causes.chain([("icmp_not_analysed", self.icmp)]).filter(|(_, count)| *count > 0)
    }

    /// Packets of all drops.
    #[must_use]
    pub fn dropped_in_all(&self) -> u64 {
        self.dropped.iter().sum::<u64>() + self.icmp
    }
}

/// Payload bytes of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamBytes {
    /// What reassembly and datagrams brought, lost bytes included.
    pub in_all: u64,
    /// What parsers understood.
    pub parsed: u64,
    /// What parsers asked to pass over.
    pub skipped: u64,
    /// What the capture does not have.
    pub lost: u64,
    /// What nobody reads: no protocol, encrypted, malformed, cut off.
    pub opaque: u64,
    /// Retransmitted bytes; not part of `in_all`.
    pub repeated: u64,
    /// Bytes that cannot be of the stream: outside of its window or behind its end; not part of `in_all`.
    pub outside: u64,
}

/// TCP connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// All that were seen.
    pub seen: u64,
    /// Given up to stay within a memory limit.
    pub evicted: u64,
    /// Given up because nothing came for the idle timeout.
    pub idle: u64,
    /// Not recognised as any protocol.
    pub unrecognised: u64,
}

/// What one worker, or all together, counted.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Packets; only of the first worker, who counts for all.
    pub packets: PacketCounts,
    /// Payload bytes.
    pub bytes: StreamBytes,
    /// TCP connections.
    pub connections: Connections,
    /// Datagrams.
    pub datagrams: u64,
    /// Requests and events, by protocol in the order of the registry.
    pub tallies: Vec<Tally>,
    /// Events left out by a rule of the configuration.
    pub filtered: u64,
    /// Those of them that processors dropped, by the processor's name.
    pub filtered_by: BTreeMap<&'static str, u64>,
    /// Events of requests that waited at the end, left out by `flush_pending_at_eof: false`.
    pub pending_at_eof: u64,
    /// Events given to the output.
    pub collected: u64,
}

impl Summary {
    /// Adds what another worker counted.
    pub fn merge(&mut self, other: &Self) {
        let PacketCounts { analysed, dropped, icmp, wire_bytes } = &mut self.packets;
        *analysed += other.packets.analysed;
        *icmp += other.packets.icmp;
        *wire_bytes += other.packets.wire_bytes;
        for (mine, theirs) in dropped.iter_mut().zip(other.packets.dropped) {
            *mine += theirs;
        }
        let StreamBytes { in_all, parsed, skipped, lost, opaque, repeated, outside } = &mut self.bytes;
        *in_all += other.bytes.in_all;
        *parsed += other.bytes.parsed;
        *skipped += other.bytes.skipped;
        *lost += other.bytes.lost;
        *opaque += other.bytes.opaque;
        *repeated += other.bytes.repeated;
        *outside += other.bytes.outside;
        let Connections { seen, evicted, idle, unrecognised } = &mut self.connections;
        *seen += other.connections.seen;
        *evicted += other.connections.evicted;
        *idle += other.connections.idle;
        *unrecognised += other.connections.unrecognised;
        self.datagrams += other.datagrams;
        self.tallies.resize_with(self.tallies.len().max(other.tallies.len()), Tally::default);
        for (mine, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.merge(theirs);
        }
        self.filtered += other.filtered;
        for (cause, count) in &other.filtered_by {
            *self.filtered_by.entry(cause).or_default() += count;
        }
        self.pending_at_eof += other.pending_at_eof;
        self.collected += other.collected;
    }

    /// Requests of all protocols without their answer, by reason.
    #[must_use]
    pub fn unmatched(&self) -> Vec<(Reason, u64)> {
        let of = |reason| {
            self.tallies
                .iter()
                .flat_map(Tally::unmatched)
                .filter(|(other, _)| *other == reason)
                .map(|(_, count)| count)
                .sum()
        };
        Reason::ALL.into_iter().map(|reason| (reason, of(reason))).filter(|(_, count)| *count > 0).collect()
    }

    /// What does not add up, in words; empty if the ledger closes. `packets_in` is what the source says it gave, and
    /// `published` what the output says it took.
    #[must_use]
    pub fn discrepancies(&self, packets_in: u64, published: u64, dropped_by_output: u64) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut check = |what: &str, whole: u64, parts: u64| {
            if whole != parts {
                wrong.push(format!("{what}: {whole} came in and {parts} are accounted for"));
            }
        };
        check("packets", packets_in, self.packets.analysed + self.packets.dropped_in_all());
        let StreamBytes { in_all, parsed, skipped, lost, opaque, .. } = self.bytes;
        check("stream bytes", in_all, parsed + skipped + lost + opaque);
        let requests = self.tallies.iter().map(Tally::requests).sum();
        let unmatched: u64 = self.unmatched().iter().map(|(_, count)| count).sum();
        let settled =
            self.tallies.iter().map(|tally| tally.answered() + tally.unanswered_by_design()).sum::<u64>();
        check("requests", requests, settled + unmatched);
        let events = self.tallies.iter().map(Tally::events).sum();
        check("events", events, published + dropped_by_output + self.filtered + self.pending_at_eof);
        wrong
    }
}
