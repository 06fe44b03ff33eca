//! The ledger of a run as people like to read it.

use std::fmt::Write as _;

use packetbeat_engine::StreamBytes;

use crate::live::by_name;
use crate::report::Ledger;

/// The table, with a line end behind its last line.
pub(crate) fn render(ledger: &Ledger) -> String {
    let mut out = String::new();
    let summary = &ledger.summary;
    let StreamBytes { in_all, parsed, skipped, lost, opaque, repeated, outside } = summary.bytes;
    let connections = summary.connections;
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "\n packets      {:>14} in   {:>14} analysed   {} on the wire",
        grouped(ledger.packets),
        grouped(summary.packets.analysed),
        bytes(summary.packets.wire_bytes)
    );
    for (name, count) in ledger.captured.iter().flat_map(by_name) {
        if name != "received" && count > 0 {
            let _ =
                writeln!(out, "              {:>14} {} (before they came in)", grouped(count), words(name));
        }
    }
    for (name, count) in ledger.dropped_packets() {
        let _ = writeln!(out, "              {:>14} {}", grouped(count), words(name));
    }
    let _ = writeln!(
        out,
        " streams      {:>14} connections   {:>10} datagrams   {} payload",
        grouped(connections.seen),
        grouped(summary.datagrams),
        bytes(in_all)
    );
    let _ = writeln!(
        out,
        "              {} parsed, {} skipped, {} not understood, {} lost, {} retransmitted",
        bytes(parsed),
        bytes(skipped),
        bytes(opaque),
        bytes(lost),
        bytes(repeated)
    );
    if outside > 0 {
        let _ =
            writeln!(out, "              {} in segments that cannot be of their connection", bytes(outside));
    }
    for (what, count) in [
        ("connections in no protocol known here", connections.unrecognised),
        ("connections given up for memory", connections.evicted),
        ("connections that fell silent", connections.idle),
    ] {
        if count > 0 {
            let _ = writeln!(out, "              {:>14} {what}", grouped(count));
        }
    }
    protocols(&mut out, ledger);
    for (reason, count) in summary.unmatched() {
        let _ = writeln!(out, " unanswered   {:>14} {}", grouped(count), words(reason.name()));
    }
    let _ = writeln!(out, " events       {:>14} published", grouped(ledger.published));
    if summary.filtered > 0 {
        let _ = writeln!(out, "              {:>14} filtered", grouped(summary.filtered));
    }
    for (name, count) in &summary.filtered_by {
        let _ = writeln!(out, "              {:>14} of them by {name}", grouped(*count));
    }
    for (name, count) in ledger.dropped_events() {
        let _ = writeln!(out, "              {:>14} dropped: {}", grouped(count), words(name));
    }
    let closes = if ledger.discrepancies().is_empty() {
        "everything is accounted for"
    } else {
        "THE LEDGER DOES NOT CLOSE"
    };
    let _ = writeln!(out, " {closes}\n");
    out
}

fn protocols(out: &mut String, ledger: &Ledger) {
    if ledger.protocols().next().is_none() {
        return;
    }
    let _ = writeln!(
        out,
        "\n {:<12} {:>14} {:>12} {:>12} {:>12} {:>12}",
        "protocol", "transactions", "errors", "unanswered", "median", "99 %"
    );
    for (name, tally) in ledger.protocols() {
        let time = |part| tally.times().quantile(part).map_or_else(|| "-".to_owned(), duration);
        let unanswered: u64 = tally.unmatched().map(|(_, count)| count).sum();
        let _ = writeln!(
            out,
            " {name:<12} {:>14} {:>12} {:>12} {:>12} {:>12}",
            grouped(tally.events()),
            grouped(tally.errors()),
            grouped(unanswered),
            time(0.5),
            time(0.99)
        );
    }
    out.push('\n');
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{count} {name}") } else { format!("{value:.1} {name}") }
}

fn duration(nanos: u64) -> String {
    match nanos {
        0..1_000 => format!("{nanos} ns"),
        1_000..1_000_000 => format!("{:.1} µs", nanos as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} ms", nanos as f64 / 1e6),
        _ => format!("{:.2} s", nanos as f64 / 1e9),
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(duration(1_500), "1.5 µs");
        assert_eq!(duration(2_340_000_000), "2.34 s");
    }
}
