//! The ledger of a run as JSON.

use crate::live::by_name;
use packetbeat_core::ledger::Tally;
use packetbeat_engine::Summary;
use packetbeat_sniffer::{LeftOut, LiveCounters};
use serde_json::{Map, Value, json};

/// Everything that was counted, from the source to the output.
pub(crate) struct Ledger {
    pub(crate) summary: Summary,
    /// Packets that the source gave.
    pub(crate) packets: u64,
    /// Those of them that were not wanted: a filter, a range of time.
    pub(crate) left_out: LeftOut,
    /// What happened in front of the packets in a live capture.
    pub(crate) captured: Option<LiveCounters>,
    /// Events that the output took, and those that it dropped, by cause.
    pub(crate) published: u64,
    pub(crate) dropped: Vec<(&'static str, u64)>,
    /// Protocols in the order of the tallies.
    pub(crate) names: Vec<String>,
}

impl Ledger {
    /// What does not add up; empty if the ledger closes.
    pub(crate) fn discrepancies(&self) -> Vec<String> {
        let dropped = self.dropped.iter().map(|(_, count)| count).sum();
        let wanted = self.packets.saturating_sub(self.left_out.total());
        self.summary.discrepancies(wanted, self.published, dropped)
    }

    /// Packets with nothing to analyse and those that were not wanted, by cause.
    pub(crate) fn dropped_packets(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.summary.packets.dropped_by_name().chain(self.left_out.by_name())
    }

    /// Events that were dropped, by cause.
    pub(crate) fn dropped_events(&self) -> Vec<(&'static str, u64)> {
        let at_eof = ("pending_at_eof", self.summary.pending_at_eof);
        self.dropped.iter().copied().chain([at_eof]).filter(|(_, count)| *count > 0).collect()
    }

    /// Protocols that had something to say, with their tallies.
    pub(crate) fn protocols(&self) -> impl Iterator<Item = (&str, &Tally)> {
        self.names
            .iter()
            .map(String::as_str)
            .zip(&self.summary.tallies)
            .filter(|(_, tally)| !tally.is_empty())
    }

    /// As `--summary` writes it.
    pub(crate) fn to_json(&self) -> String {
        let mut text = self.to_value().to_string();
        text.push('\n');
        text
    }

    /// The ledger as JSON.
    pub(crate) fn to_value(&self) -> Value {
        let summary = &self.summary;
        let requests = |count: fn(&Tally) -> u64| summary.tallies.iter().map(count).sum::<u64>();
        let protocols: Map<String, Value> =
            self.protocols().map(|(name, tally)| (name.to_owned(), protocol(tally))).collect();
        let bytes = summary.bytes;
        let connections = summary.connections;
        let mut value = json!({
            "packets": {
                "in": self.packets,
                "analysed": summary.packets.analysed,
                "dropped": counts(self.dropped_packets()),
            },
            "bytes": {
                "in": bytes.in_all, "parsed": bytes.parsed, "skipped": bytes.skipped, "lost": bytes.lost,
                "opaque": bytes.opaque, "repeated": bytes.repeated, "outside": bytes.outside,
            },
            "requests": {
                "in": requests(Tally::requests),
                "answered": requests(Tally::answered),
                "unmatched": counts(summary.unmatched().into_iter().map(|(reason, count)| (reason.name(), count))),
                "unanswered_by_design": requests(Tally::unanswered_by_design),
            },
            "events": {
                "published": self.published,
                "filtered": summary.filtered,
                "filtered_by": counts(summary.filtered_by.iter().map(|(cause, count)| (*cause, *count))),
                "dropped": counts(self.dropped_events().into_iter()),
            },
            "connections": {
                "seen": connections.seen, "unrecognised": connections.unrecognised,
                "evicted": connections.evicted, "idle": connections.idle,
            },
            "datagrams": summary.datagrams,
            "protocols": protocols,
            "closed": self.discrepancies().is_empty(),
        });
        if let (Some(captured), Some(members)) = (&self.captured, value.as_object_mut()) {
            let counts = by_name(captured).into_iter().map(|(name, count)| (name.to_owned(), json!(count)));
            members.insert("capture".to_owned(), Value::Object(counts.collect()));
        }
        value
    }
}

fn protocol(tally: &Tally) -> Value {
    let nanos = |part| tally.times().quantile(part);
    json!({
        "events": tally.events(),
        "errors": tally.errors(),
        "requests": tally.requests(),
        "answered": tally.answered(),
        "unmatched": counts(tally.unmatched().map(|(reason, count)| (reason.name(), count))),
        "unanswered_by_design": tally.unanswered_by_design(),
        "unmatched_responses": tally.unmatched_responses(),
        "malformed": tally.malformed_count(),
        "response_time_ns": { "median": nanos(0.5), "p99": nanos(0.99) },
    })
}

fn counts(items: impl Iterator<Item = (&'static str, u64)>) -> Value {
    Value::Object(items.map(|(name, count)| (name.to_owned(), json!(count))).collect())
}
