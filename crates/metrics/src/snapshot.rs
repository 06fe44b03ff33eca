//! The list of named values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::{prometheus, tree};

/// All metrics at one moment, ordered by name.
///
/// A name that is given twice keeps its last value. A name that is also the beginning of another (`a.b` beside
/// `a.b.c`) is `a.b.value` in JSON. So no order of calls makes a snapshot wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    metrics: BTreeMap<Key, Value>,
    help: BTreeMap<Cow<'static, str>, Cow<'static, str>>,
}

/// What a metric is, and its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Counts up from zero as long as the process lives.
    Counter(u64),
    /// A whole number that goes up and down.
    Gauge(i64),
    /// A number that goes up and down.
    Float(f64),
    /// A text that may change.
    Text(String),
    /// A text that says whose metrics these are: it is told in every [`Delta`](crate::Delta).
    Constant(String),
    /// Yes or no.
    Flag(bool),
}

/// One metric of a [`Snapshot`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric<'a> {
    /// Dotted name.
    pub name: &'a str,
    /// Name and value of its label, if it has one.
    pub label: Option<(&'a str, &'a str)>,
    /// Its value.
    pub value: &'a Value,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: Cow<'static, str>,
    label: Option<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Snapshot {
    /// A snapshot without metrics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what counts up from the start of the process.
    pub fn counter(&mut self, name: impl Into<Cow<'static, str>>, count: u64) -> &mut Self {
        self.set(name, Value::Counter(count))
    }

    /// Sets one part of what is counted by cause, protocol or the like.
    ///
    /// `counter_by("packetbeat.drops.packets", "cause", "bad_checksum", 7)` is
    /// `{"packetbeat":{"drops":{"packets":{"bad_checksum":7}}}}` in JSON and
    /// `packetbeat_drops_packets_total{cause="bad_checksum"} 7` for Prometheus. Dots in `value` do not nest. A name
    /// should not be counted both with and without labels: sums over it would count twice.
    pub fn counter_by(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
        count: u64,
    ) -> &mut Self {
        self.set_by(name, label, value, Value::Counter(count))
    }

    /// Sets a whole number that goes up and down.
    pub fn gauge(&mut self, name: impl Into<Cow<'static, str>>, now: i64) -> &mut Self {
        self.set(name, Value::Gauge(now))
    }

    /// Sets a whole number that goes up and down and has no sign; beyond `i64::MAX` it is that.
    pub fn size(&mut self, name: impl Into<Cow<'static, str>>, now: u64) -> &mut Self {
        self.gauge(name, i64::try_from(now).unwrap_or(i64::MAX))
    }

    /// Sets one part of what [`gauge`](Self::gauge) has by label; see [`counter_by`](Self::counter_by).
    pub fn gauge_by(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
        now: i64,
    ) -> &mut Self {
        self.set_by(name, label, value, Value::Gauge(now))
    }

    /// Sets a number with a fraction. What is not finite is left out of JSON.
    pub fn float(&mut self, name: impl Into<Cow<'static, str>>, now: f64) -> &mut Self {
        self.set(name, Value::Float(now))
    }

    /// Sets a text, such as the type of the output.
    pub fn text(&mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> &mut Self {
        self.set(name, Value::Text(text.into()))
    }

    /// Sets a text that stays the same as long as the process lives and is told in every [`Delta`](crate::Delta).
    pub fn constant(&mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> &mut Self {
        self.set(name, Value::Constant(text.into()))
    }

    /// Sets a yes or no.
    pub fn flag(&mut self, name: impl Into<Cow<'static, str>>, now: bool) -> &mut Self {
        self.set(name, Value::Flag(now))
    }

    /// Says in a sentence what `name` means: the HELP line of Prometheus, without labels.
    pub fn help(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        self.help.insert(name.into(), text.into());
        self
    }

    /// Takes over all that `other` has; its values win.
    pub fn extend(&mut self, other: Self) -> &mut Self {
        self.metrics.extend(other.metrics);
        self.help.extend(other.help);
        self
    }

    /// Number of metrics.
    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// Whether there is no metric.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty()
    }

    /// The value of a metric without label.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name, None)
    }

    /// The value of a metric with this value of its label.
    pub fn get_by(&self, name: &str, label: &str, value: &str) -> Option<&Value> {
        self.find(name, Some((label, value)))
    }

    /// All metrics, ordered by name, then by label.
    pub fn iter(&self) -> impl Iterator<Item = Metric<'_>> {
        self.metrics.iter().map(|(key, value)| Metric { name: &key.name, label: key.label(), value })
    }

    /// The sentence about `name`, if one was given.
    pub fn help_of(&self, name: &str) -> Option<&str> {
        self.help.get(name).map(AsRef::as_ref)
    }

    /// The metrics as Packetbeat's `/stats` nests them: one object for each part of a name.
    pub fn to_json(&self) -> serde_json::Value {
        tree::nest(self.iter().filter_map(|metric| Some((metric, metric.value.to_json()?))))
    }

    /// The metrics in Prometheus' text format 0.0.4 ([`PROMETHEUS_CONTENT_TYPE`](crate::PROMETHEUS_CONTENT_TYPE)).
    ///
    /// `packetbeat_` stands before every name that does not begin so itself, `_total` behind counters; what a name may
    /// not have becomes `_`. Texts become labels of `NAME_info 1`, where NAME is what stands before the last dot.
    /// Of two metrics that end up with one name the first in order stays.
    pub fn prometheus(&self) -> String {
        prometheus::text(self)
    }

    fn set(&mut self, name: impl Into<Cow<'static, str>>, value: Value) -> &mut Self {
        self.metrics.insert(Key { name: name.into(), label: None }, value);
        self
    }

    fn set_by(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        of: impl Into<Cow<'static, str>>,
        value: Value,
    ) -> &mut Self {
        self.metrics.insert(Key { name: name.into(), label: Some((label.into(), of.into())) }, value);
        self
    }

    fn find(&self, name: &str, label: Option<(&str, &str)>) -> Option<&Value> {
        let key = Key {
            name: Cow::Owned(name.to_owned()),
            label: label.map(|(label, of)| (Cow::Owned(label.to_owned()), Cow::Owned(of.to_owned()))),
        };
        self.metrics.get(&key)
    }
}

impl Value {
    /// The value in JSON; `None` for a number that JSON cannot write.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Counter(count) => (*count).into(),
            Self::Gauge(now) => (*now).into(),
            Self::Float(now) => serde_json::Number::from_f64(*now)?.into(),
            Self::Text(text) | Self::Constant(text) => text.as_str().into(),
            Self::Flag(now) => (*now).into(),
        })
    }
}

impl Key {
    fn label(&self) -> Option<(&str, &str)> {
        self.label.as_ref().map(|(label, of)| (label.as_ref(), of.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_nest_at_their_dots_and_labels_do_not() {
        let mut snapshot = Snapshot::new();
        snapshot.counter("libbeat.output.events.acked", 7).gauge("libbeat.pipeline.clients", -1);
        snapshot
            .float("system.load.1", 0.5)
            .text("libbeat.output.type", "file")
            .flag("packetbeat.live", true);
        snapshot.counter_by("drops", "cause", "with.dots", 2);
        assert_eq!(
            snapshot.to_json(),
            json!({
                "drops": {"with.dots": 2},
                "libbeat": {"output": {"events": {"acked": 7}, "type": "file"}, "pipeline": {"clients": -1}},
                "packetbeat": {"live": true},
                "system": {"load": {"1": 0.5}},
            })
        );
    }

    #[test]
    fn the_last_value_of_a_name_stays() {
        let mut snapshot = Snapshot::new();
        snapshot.counter("a", 1).gauge("a", 2);
        assert_eq!(snapshot.len(), 1);
        assert_eq!(snapshot.get("a"), Some(&Value::Gauge(2)));
    }

    #[test]
    fn a_name_that_begins_another_loses_nothing_in_any_order() {
        let expected = json!({"a": {"b": {"value": 1, "c": 2, "d": {"e": 3}}}});
        let mut one = Snapshot::new();
        one.counter("a.b", 1).counter("a.b.c", 2).counter("a.b.d.e", 3);
        let mut other = Snapshot::new();
        other.counter("a.b.d.e", 3).counter("a.b.c", 2).counter("a.b", 1);
        assert_eq!(one.to_json(), expected);
        assert_eq!(other.to_json(), expected);
    }

    #[test]
    fn numbers_are_exact_and_what_is_not_finite_is_left_out() {
        let mut snapshot = Snapshot::new();
        snapshot.counter("big", u64::MAX).float("nan", f64::NAN).float("infinite", f64::INFINITY);
        snapshot.size("size", u64::MAX);
        assert_eq!(snapshot.to_json(), json!({"big": u64::MAX, "size": i64::MAX}));
    }

    #[test]
    fn values_of_what_is_added_win() {
        let mut other = Snapshot::new();
        other.counter("a", 2).help("a", "two");
        let mut snapshot = Snapshot::new();
        snapshot.counter("a", 1).counter_by("b", "cause", "x", 4).extend(other);
        assert_eq!(snapshot.get("a"), Some(&Value::Counter(2)));
        assert_eq!(snapshot.get_by("b", "cause", "x"), Some(&Value::Counter(4)));
        assert_eq!(snapshot.help_of("a"), Some("two"));
    }
}
