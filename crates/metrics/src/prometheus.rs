//! Prometheus' text format 0.0.4.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>: a family is a HELP line, a TYPE line and all its
//! samples in one piece; names are `[a-zA-Z_:][a-zA-Z0-9_:]*`, label names the same without colon; label values escape
//! backslash, quote and line feed, HELP texts backslash and line feed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::snapshot::{Metric, Snapshot, Value};

/// The media type of [`Snapshot::prometheus`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) fn text(snapshot: &Snapshot) -> String {
    let mut families = BTreeMap::<String, Family<'_>>::new();
    for metric in snapshot.iter() {
        let (name, kind) = match metric.value {
            Value::Counter(_) => (with_suffix(name(metric.name), "_total"), "counter"),
            Value::Gauge(_) | Value::Float(_) | Value::Flag(_) => (name(metric.name), "gauge"),
            Value::Text(_) | Value::Constant(_) => {
                (with_suffix(name(split(metric.name).0), "_info"), "gauge")
            }
        };
        let family = families.entry(name).or_insert_with(|| Family {
            kind,
            help: snapshot.help_of(metric.name),
            samples: BTreeMap::new(),
            info: BTreeMap::new(),
        });
        // Names that differ in dots and dashes alone may meet here with another type; a family has one.
        if family.kind == kind {
            family.add(metric);
        }
    }
    let mut out = String::new();
    for (name, family) in families {
        family.write(&name, &mut out);
    }
    out
}

struct Family<'a> {
    kind: &'static str,
    help: Option<&'a str>,
    /// By label.
    samples: BTreeMap<Option<(String, &'a str)>, &'a Value>,
    /// Texts, by label name: one sample of all.
    info: BTreeMap<String, &'a str>,
}

impl<'a> Family<'a> {
    fn add(&mut self, metric: Metric<'a>) {
        if let Value::Text(text) | Value::Constant(text) = metric.value {
            self.info.entry(label_name(split(metric.name).1)).or_insert(text);
            return;
        }
        let label = metric.label.map(|(label, of)| (label_name(label), of));
        self.samples.entry(label).or_insert(metric.value);
    }

    // Writing to a string does not fail.
    fn write(&self, name: &str, out: &mut String) {
        if let Some(help) = self.help {
            let _ = writeln!(out, "# HELP {name} {}", escape(help, false));
        }
        let _ = writeln!(out, "# TYPE {name} {}", self.kind);
        for (label, value) in &self.samples {
            out.push_str(name);
            if let Some((label, of)) = label {
                let _ = write!(out, "{{{label}=\"{}\"}}", escape(of, true));
            }
            out.push(' ');
            number(value, out);
            out.push('\n');
        }
        if !self.info.is_empty() {
            let labels: Vec<String> =
                self.info.iter().map(|(label, text)| format!("{label}=\"{}\"", escape(text, true))).collect();
            let _ = writeln!(out, "{name}{{{}}} 1", labels.join(","));
        }
    }
}

fn number(value: &Value, out: &mut String) {
    let _ = match value {
        Value::Counter(count) => write!(out, "{count}"),
        Value::Gauge(now) => write!(out, "{now}"),
        Value::Float(now) if now.is_infinite() => write!(out, "{}Inf", if *now > 0.0 { '+' } else { '-' }),
        Value::Float(now) => write!(out, "{now}"),
        Value::Flag(now) => write!(out, "{}", u8::from(*now)),
        Value::Text(_) | Value::Constant(_) => Ok(()),
    };
}

/// What stands before and behind the last dot.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

fn name(dotted: &str) -> String {
    let own = dotted == "packetbeat" || dotted.starts_with("packetbeat.");
    let prefix = if own { "" } else { "packetbeat_" };
    let mut name = String::with_capacity(prefix.len() + dotted.len());
    name.push_str(prefix);
    name.extend(dotted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
    name
}

fn label_name(text: &str) -> String {
    let digit = text.starts_with(|c: char| c.is_ascii_digit()) || text.is_empty();
    let mut name = String::from(if digit { "_" } else { "" });
    name.extend(text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
    name
}

fn with_suffix(mut name: String, suffix: &str) -> String {
    if !name.ends_with(suffix) {
        name.push_str(if name.ends_with('_') { suffix.trim_start_matches('_') } else { suffix });
    }
    name
}

fn escape(text: &str, quoted: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '"' if quoted => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_stands_in_one_piece_under_its_type() {
        let mut snapshot = Snapshot::new();
        snapshot.counter_by("packetbeat.drops.packets", "cause", "truncated", 2);
        snapshot.counter_by("packetbeat.drops.packets", "cause", "bad_checksum", 1);
        snapshot.help("packetbeat.drops.packets", "Packets that were dropped, by cause.");
        snapshot.counter("libbeat.output.events.acked", 5).gauge("libbeat.pipeline.clients", -1);
        snapshot.float("system.load.norm.1", 0.25).flag("packetbeat.live", true);
        assert_eq!(
            snapshot.prometheus(),
            "# HELP packetbeat_drops_packets_total Packets that were dropped, by cause.\n\
             # TYPE packetbeat_drops_packets_total counter\n\
             packetbeat_drops_packets_total{cause=\"bad_checksum\"} 1\n\
             packetbeat_drops_packets_total{cause=\"truncated\"} 2\n\
             # TYPE packetbeat_libbeat_output_events_acked_total counter\n\
             packetbeat_libbeat_output_events_acked_total 5\n\
             # TYPE packetbeat_libbeat_pipeline_clients gauge\n\
             packetbeat_libbeat_pipeline_clients -1\n\
             # TYPE packetbeat_live gauge\n\
             packetbeat_live 1\n\
             # TYPE packetbeat_system_load_norm_1 gauge\n\
             packetbeat_system_load_norm_1 0.25\n"
        );
    }

    #[test]
    fn texts_are_labels_of_one_sample() {
        let mut snapshot = Snapshot::new();
        snapshot.constant("beat.info.version", "0.1.0").constant("beat.info.name", "a \"b\" \\ \n");
        snapshot.text("libbeat.output.type", "file").text("alone", "x");
        assert_eq!(
            snapshot.prometheus(),
            "# TYPE packetbeat_beat_info gauge\n\
             packetbeat_beat_info{name=\"a \\\"b\\\" \\\\ \\n\",version=\"0.1.0\"} 1\n\
             # TYPE packetbeat_info gauge\n\
             packetbeat_info{alone=\"x\"} 1\n\
             # TYPE packetbeat_libbeat_output_info gauge\n\
             packetbeat_libbeat_output_info{type=\"file\"} 1\n"
        );
    }

    #[test]
    fn total_is_not_written_twice_and_help_is_escaped() {
        let mut snapshot = Snapshot::new();
        snapshot.counter("events.total", 1).help("events.total", "a \\ \n \"b\"");
        assert_eq!(
            snapshot.prometheus(),
            "# HELP packetbeat_events_total a \\\\ \\n \"b\"\n# TYPE packetbeat_events_total counter\n\
             packetbeat_events_total 1\n"
        );
    }

    #[test]
    fn names_that_meet_are_told_once() {
        let mut snapshot = Snapshot::new();
        snapshot.gauge("a-b", 1).gauge("a.b", 2).counter("x", 1).gauge("x.total", 3);
        assert_eq!(
            snapshot.prometheus(),
            "# TYPE packetbeat_a_b gauge\npacketbeat_a_b 1\n\
             # TYPE packetbeat_x_total counter\npacketbeat_x_total 1\n"
        );
    }

    #[test]
    fn numbers_that_are_none_have_their_names() {
        let mut snapshot = Snapshot::new();
        snapshot
            .float("a", f64::NAN)
            .float("b", f64::INFINITY)
            .float("c", f64::NEG_INFINITY)
            .float("d", 1e300);
        let text = snapshot.prometheus();
        let values: Vec<_> =
            text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split_once(' ').unwrap().1).collect();
        assert_eq!(&values[..3], ["NaN", "+Inf", "-Inf"]);
        assert_eq!(values[3].parse::<f64>().unwrap(), 1e300);
    }

    #[test]
    fn a_label_begins_with_a_letter() {
        let mut snapshot = Snapshot::new();
        snapshot.counter_by("a", "1st-label", "v", 1);
        assert!(snapshot.prometheus().contains("packetbeat_a_total{_1st_label=\"v\"} 1\n"));
    }
}
