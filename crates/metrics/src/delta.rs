//! What changed between two snapshots.

use serde_json::json;

use crate::snapshot::{Snapshot, Value};
use crate::tree;

/// What changed between two snapshots: the object that the log's "Non-zero metrics in the last 30s" line carries.
///
/// Counters are told as what was added, and left out if nothing was. Gauges are told as they are, and left out if they
/// are zero and were it before. Texts and flags are told when they changed, [constants](Value::Constant) always.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    metrics: serde_json::Value,
    changed: usize,
}

impl Delta {
    /// What changed from `before` to `now`.
    ///
    /// A counter below its value before has begun anew, so all of it was added. What is missing in `now` is not told.
    pub fn between(before: &Snapshot, now: &Snapshot) -> Self {
        let mut changed = 0;
        let metrics = tree::nest(now.iter().filter_map(|metric| {
            let old = match metric.label {
                Some((label, of)) => before.get_by(metric.name, label, of),
                None => before.get(metric.name),
            };
            let value = difference(old, metric.value)?;
            changed += usize::from(!matches!(metric.value, Value::Constant(_)));
            Some((metric, value))
        }));
        Self { metrics, changed }
    }

    /// All since the start of the process, for the line "Total metrics" at its end.
    pub fn total(now: &Snapshot) -> Self {
        Self::between(&Snapshot::new(), now)
    }

    /// Whether nothing is told but constants: the line then says "No non-zero metrics in the last 30s".
    pub fn is_empty(&self) -> bool {
        self.changed == 0
    }

    /// `{"monitoring":{"metrics":{…}}}`.
    pub fn to_json(&self) -> serde_json::Value {
        json!({"monitoring": {"metrics": self.metrics}})
    }
}

fn difference(old: Option<&Value>, now: &Value) -> Option<serde_json::Value> {
    match (old, now) {
        (old, Value::Counter(now)) => {
            let old = if let Some(Value::Counter(old)) = old { *old } else { 0 };
            let added = now.checked_sub(old).unwrap_or(*now);
            (added > 0).then(|| added.into())
        }
        (None | Some(Value::Gauge(0)), Value::Gauge(0)) => None,
        (None, Value::Float(now)) if *now == 0.0 => None,
        (Some(Value::Float(old)), Value::Float(now)) if *old == 0.0 && *now == 0.0 => None,
        (_, Value::Gauge(_) | Value::Float(_) | Value::Constant(_)) => now.to_json(),
        (None, Value::Flag(false)) => None,
        (old, Value::Text(_) | Value::Flag(_)) => {
            if old == Some(now) {
                None
            } else {
                now.to_json()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(acked: u64, active: i64, output: &str) -> Snapshot {
        let mut snapshot = Snapshot::new();
        snapshot.constant("beat.info.ephemeral_id", "e").counter("acked", acked).gauge("active", active);
        snapshot.text("output", output).counter_by("drops", "cause", "bad", acked).float("load", 0.0);
        snapshot
    }

    #[test]
    fn counters_are_told_as_what_was_added() {
        let delta = Delta::between(&sample(5, 3, "file"), &sample(9, 3, "file"));
        assert_eq!(
            delta.to_json(),
            json!({"monitoring": {"metrics": {
                "acked": 4, "active": 3, "beat": {"info": {"ephemeral_id": "e"}}, "drops": {"bad": 4},
            }}})
        );
        assert!(!delta.is_empty());
    }

    #[test]
    fn what_did_not_change_is_left_out() {
        let delta = Delta::between(&sample(5, 0, "file"), &sample(5, 0, "file"));
        assert!(delta.is_empty());
        assert_eq!(
            delta.to_json(),
            json!({"monitoring": {"metrics": {"beat": {"info": {"ephemeral_id": "e"}}}}})
        );
    }

    #[test]
    fn a_gauge_that_falls_to_zero_is_told_once() {
        let delta = Delta::between(&sample(5, 2, "file"), &sample(5, 0, "kafka"));
        assert_eq!(delta.to_json()["monitoring"]["metrics"]["active"], 0);
        assert_eq!(delta.to_json()["monitoring"]["metrics"]["output"], "kafka");
    }

    #[test]
    fn a_counter_that_fell_began_anew() {
        let delta = Delta::between(&sample(5, 0, "file"), &sample(2, 0, "file"));
        assert_eq!(delta.to_json()["monitoring"]["metrics"]["acked"], 2);
    }

    #[test]
    fn the_total_is_what_changed_since_nothing() {
        let total = Delta::total(&sample(5, 1, "file")).to_json();
        assert_eq!(total["monitoring"]["metrics"]["acked"], 5);
        assert_eq!(total["monitoring"]["metrics"]["output"], "file");
    }
}
