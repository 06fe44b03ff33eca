//! Everything that is counted, as the endpoint and the log's metrics line show it.
//!
//! Names are Packetbeat's where it has the counter, `packetbeat.*` where it has none.

use std::sync::Arc;
use std::time::Duration;

use packetbeat_core::ledger::Tally;
use packetbeat_engine::{StreamBytes, Summary};
use packetbeat_metrics::{Process, Snapshot};
use packetbeat_publisher::{Figures, Filled, Watch};

use crate::board::{Board, Counts};
use crate::live::by_name;

/// Where counts come from while the program runs.
pub(crate) struct Counters {
    pub(crate) board: Arc<Board>,
    pub(crate) output: Watch,
    pub(crate) process: Process,
    /// What `output.` calls the output.
    pub(crate) output_name: &'static str,
    /// Protocols in the order of the tallies.
    pub(crate) protocols: Vec<String>,
}

impl Counters {
    /// All counts now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let counts = self.board.read();
        let summary = &counts.summary;
        let mut snapshot = Snapshot::new();
        self.process.add_to(&mut snapshot);
        self.events(&mut snapshot, summary);
        capture(&mut snapshot, &counts);
        for (name, tally) in self.protocols.iter().zip(&summary.tallies) {
            protocol(&mut snapshot, name, tally);
        }
        for (reason, count) in summary.unmatched() {
            snapshot.counter_by("packetbeat.requests.unmatched", "reason", reason.name(), count);
        }
        helps(&mut snapshot);
        snapshot
    }

    /// How long the program runs.
    pub(crate) fn uptime(&self) -> Duration {
        self.process.uptime()
    }

    /// libbeat's names: the pipeline takes events from the workers, the output acknowledges them.
    fn events(&self, to: &mut Snapshot, summary: &Summary) {
        let made = summary.collected + summary.filtered + summary.pending_at_eof;
        let output = self.output.figures();
        let published = output.published;
        let dropped: u64 = output.dropped.iter().map(|(_, events)| events).sum();
        to.counter("libbeat.pipeline.events.total", made);
        to.counter("libbeat.pipeline.events.published", summary.collected);
        to.counter("libbeat.pipeline.events.filtered", summary.filtered);
        to.counter("libbeat.pipeline.events.dropped", dropped + summary.pending_at_eof);
        for (cause, count) in &summary.filtered_by {
            to.counter_by("packetbeat.events.filtered", "cause", *cause, *count);
        }
        let active = summary.collected.saturating_sub(published + dropped);
        to.size("libbeat.pipeline.events.active", active);
        to.size("libbeat.pipeline.clients", 1);
        to.text("libbeat.output.type", self.output_name);
        to.counter("libbeat.output.events.total", published + dropped);
        to.counter("libbeat.output.events.acked", published);
        to.counter("libbeat.output.events.dropped", dropped);
        to.counter("libbeat.output.write.bytes", output.bytes);
        if let Some((filled, most)) = output.filled {
            network(to, &output, filled, most);
        }
        if summary.pending_at_eof > 0 {
            to.counter_by("packetbeat.events.dropped", "cause", "pending_at_eof", summary.pending_at_eof);
        }
        for (cause, events) in output.dropped {
            to.counter_by("packetbeat.events.dropped", "cause", cause, events);
        }
    }
}

/// What only an output over a network has: its queue, and what servers answered.
fn network(to: &mut Snapshot, output: &Figures, filled: Filled, most: usize) {
    let events = (filled.waiting + filled.in_flight) as u64;
    to.size("libbeat.pipeline.queue.filled.events", events);
    to.size("libbeat.pipeline.queue.filled.bytes", filled.bytes as u64);
    to.size("libbeat.pipeline.queue.max_events", most as u64);
    to.counter("libbeat.pipeline.queue.acked", output.published);
    to.size("libbeat.output.events.active", filled.in_flight as u64);
    to.counter("libbeat.output.events.batches", output.batches);
    to.counter("libbeat.output.events.dead_letter", output.dead);
    to.counter("libbeat.output.events.duplicates", output.duplicates);
    to.counter("libbeat.output.events.failed", output.again);
    to.counter("libbeat.output.events.toomany", output.too_many);
    to.counter("libbeat.output.write.errors", output.troubles);
    to.counter("packetbeat.output.sent", output.sent);
    to.counter("packetbeat.output.busy.ns", u64::try_from(output.busy.as_nanos()).unwrap_or(u64::MAX));
}

/// What was read, down to the bytes of conversations.
fn capture(to: &mut Snapshot, counts: &Counts) {
    let Counts { summary, packets, left_out, live } = counts;
    to.counter("packetbeat.packets.received", *packets);
    to.counter("packetbeat.packets.analysed", summary.packets.analysed);
    to.counter("packetbeat.packets.wire_bytes", summary.packets.wire_bytes);
    for (name, count) in by_name(live) {
        if count > 0 {
            to.counter_by("packetbeat.capture", "count", name, count);
        }
    }
    for (cause, count) in summary.packets.dropped_by_name().chain(left_out.by_name()) {
        to.counter_by("packetbeat.packets.dropped", "cause", cause, count);
    }
    let StreamBytes { in_all: _, parsed, skipped, lost, opaque, repeated, outside } = summary.bytes;
    for (fate, bytes) in [
        ("parsed", parsed),
        ("skipped", skipped),
        ("lost", lost),
        ("opaque", opaque),
        ("repeated", repeated),
        ("outside", outside),
    ] {
        to.counter_by("packetbeat.payload.bytes", "fate", fate, bytes);
    }
    let connections = summary.connections;
    to.counter("packetbeat.connections.seen", connections.seen);
    to.counter("packetbeat.connections.unrecognised", connections.unrecognised);
    to.counter("packetbeat.connections.evicted", connections.evicted);
    to.counter("packetbeat.connections.idle", connections.idle);
    to.counter("packetbeat.datagrams", summary.datagrams);
}

fn protocol(to: &mut Snapshot, name: &str, tally: &Tally) {
    let unmatched = tally.unmatched().map(|(_, count)| count).sum();
    to.counter(format!("{name}.unmatched_requests"), unmatched);
    to.counter(format!("{name}.unmatched_responses"), tally.unmatched_responses());
    let mut count = |what: &'static str, count| {
        to.counter_by(what, "protocol", name.to_owned(), count);
    };
    count("packetbeat.protocol.events", tally.events());
    count("packetbeat.protocol.errors", tally.errors());
    count("packetbeat.protocol.requests", tally.requests());
    count("packetbeat.protocol.answered", tally.answered());
    count("packetbeat.protocol.malformed", tally.malformed_count());
    for (what, part) in [
        ("packetbeat.protocol.response_time.median.ns", 0.5),
        ("packetbeat.protocol.response_time.p99.ns", 0.99),
    ] {
        if let Some(nanos) = tally.times().quantile(part) {
            to.gauge_by(what, "protocol", name.to_owned(), i64::try_from(nanos).unwrap_or(i64::MAX));
        }
    }
}

/// What the names mean that are ours.
fn helps(to: &mut Snapshot) {
    for (name, about) in [
        ("libbeat.pipeline.events.active", "Events on their way to the output."),
        ("libbeat.pipeline.events.total", "Transactions that became events."),
        ("libbeat.output.events.acked", "Events that the output has taken."),
        ("libbeat.output.events.active", "Events that are being sent."),
        ("libbeat.output.events.batches", "Batches that an output has dealt with."),
        (
            "libbeat.output.events.dead_letter",
            "Events that the server refused for good and took as dead letters.",
        ),
        ("libbeat.output.events.duplicates", "Events that the server had already."),
        ("libbeat.output.events.failed", "Events that were to be tried again, each time."),
        ("libbeat.output.events.toomany", "Events for which the server had no time, each time."),
        ("libbeat.output.write.errors", "Times that an output waited because something was wrong."),
        ("libbeat.pipeline.queue.filled.events", "Events in the queue, those that are being sent included."),
        ("libbeat.pipeline.queue.filled.bytes", "Bytes of the events in the queue."),
        ("libbeat.pipeline.queue.max_events", "How many events the queue holds at most."),
        ("packetbeat.output.sent", "Events that were given to an output, each time."),
        ("packetbeat.output.busy.ns", "How long outputs were busy with batches, in nanoseconds."),
        (
            "packetbeat.capture",
            "What an interface's capture counted before packets came in: the kernel's drops and such.",
        ),
        ("packetbeat.packets.received", "Packets that the source gave."),
        ("packetbeat.packets.analysed", "Packets that became part of a conversation."),
        ("packetbeat.packets.dropped", "Packets with nothing to analyse, by cause."),
        ("packetbeat.packets.wire_bytes", "Bytes of the packets on the wire."),
        ("packetbeat.payload.bytes", "Payload of conversations, by what became of it."),
        ("packetbeat.connections.seen", "TCP connections."),
        ("packetbeat.connections.unrecognised", "TCP connections of no protocol known here."),
        ("packetbeat.connections.evicted", "TCP connections given up to stay within a memory limit."),
        ("packetbeat.connections.idle", "TCP connections given up because they fell silent."),
        ("packetbeat.datagrams", "Datagrams."),
        ("packetbeat.events.filtered", "Events that processors dropped, by the processor's name."),
        ("packetbeat.events.dropped", "Events that reached no output, by cause."),
        ("packetbeat.requests.unmatched", "Requests without an answer, by reason."),
        ("packetbeat.protocol.events", "Events, by protocol."),
        ("packetbeat.protocol.errors", "Events whose status is not OK, by protocol."),
        ("packetbeat.protocol.requests", "Requests, by protocol."),
        ("packetbeat.protocol.answered", "Requests that were answered, by protocol."),
        ("packetbeat.protocol.malformed", "Conversations that turned out to be something else, by protocol."),
        ("packetbeat.protocol.response_time.median.ns", "Median response time in nanoseconds, by protocol."),
        ("packetbeat.protocol.response_time.p99.ns", "99th percentile of the response time in nanoseconds."),
    ] {
        to.help(name, about);
    }
}
