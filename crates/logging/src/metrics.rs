//! The program's own figures as lines of the log.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Map, Value};

/// The logger of these lines, as Beats call it.
const LOGGER: &str = "monitoring";

/// Logs what is not zero among the figures of a period: `Non-zero metrics in the last 30s`, with the figures as an object
/// under `monitoring.metrics`. Objects without figures are left out.
pub fn metrics_line(metrics: &Value, period: Duration) {
    let period = go_duration(period);
    match non_zero(metrics) {
        Some(metrics) => tracing::info!(
            target: LOGGER,
            { monitoring.metrics = %metrics },
            "Non-zero metrics in the last {period}"
        ),
        None => tracing::info!(target: LOGGER, "No non-zero metrics in the last {period}"),
    }
}

/// Logs the figures of the whole run: `Total metrics` and `Uptime: 1m30s`.
pub fn total_metrics(metrics: &Value, uptime: Duration) {
    let metrics = non_zero(metrics).unwrap_or_else(|| Value::Object(Map::new()));
    tracing::info!(target: LOGGER, { monitoring.metrics = %metrics }, "Total metrics");
    tracing::info!(target: LOGGER, "Uptime: {}", go_duration(uptime));
}

/// The value without zeros, nulls and what is empty; none when nothing is left.
fn non_zero(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Number(number) if number.as_f64() == Some(0.0) => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Object(map) => {
            let map: Map<String, Value> =
                map.iter().filter_map(|(name, value)| Some((name.clone(), non_zero(value)?))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        other => Some(other.clone()),
    }
}

/// A length of time as Go writes it: `30s`, `1m30s`, `2h0m0.25s`, `250ms`.
fn go_duration(length: Duration) -> String {
    let (seconds, nanos) = (length.as_secs(), length.subsec_nanos());
    if seconds == 0 {
        return match nanos {
            0 => "0s".to_owned(),
            1..1_000 => format!("{nanos}ns"),
            1_000..1_000_000 => format!("{}µs", fraction(u64::from(nanos), 3)),
            _ => format!("{}ms", fraction(u64::from(nanos), 6)),
        };
    }
    let mut out = String::new();
    if seconds >= 3600 {
        let _ = write!(out, "{}h", seconds / 3600);
    }
    if seconds >= 60 {
        let _ = write!(out, "{}m", seconds / 60 % 60);
    }
    let last = seconds % 60 * 1_000_000_000 + u64::from(nanos);
    let _ = write!(out, "{}s", fraction(last, 9));
    out
}

/// A number with so many decimals, without zeros at the end.
fn fraction(number: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let width = decimals as usize;
    let text = format!("{}.{:0width$}", number / unit, number % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{go_duration, non_zero};

    #[test]
    fn zeros_go() {
        let metrics =
            json!({"a": 0, "b": {"c": 0.0, "d": {}}, "e": {"f": 1, "g": 0}, "h": false, "i": "x", "j": null});
        assert_eq!(non_zero(&metrics), Some(json!({"e": {"f": 1}, "h": false, "i": "x"})));
        assert_eq!(non_zero(&json!({"a": {"b": 0}})), None);
    }

    #[test]
    fn lengths_of_time_as_go_writes_them() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (250_000_000, "250ms"),
            (1_000_000_000, "1s"),
            (30_000_000_000, "30s"),
            (60_000_000_000, "1m0s"),
            (90_500_000_000, "1m30.5s"),
            (7_200_250_000_000, "2h0m0.25s"),
            (3_723_000_000_001, "1h2m3.000000001s"),
        ] {
            assert_eq!(go_duration(Duration::from_nanos(nanos)), text);
        }
    }
}
