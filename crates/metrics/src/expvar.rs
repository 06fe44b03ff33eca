//! The page `/debug/vars`: flat JSON in the manner of Go's package `expvar`.

use serde_json::{Map, Value, json};

use crate::snapshot::Snapshot;

/// Options whose argument is a setting that may hold a secret.
const SETTINGS: [&str; 2] = ["-E", "--E"];

/// The page: `cmdline`, `memstats`, and every metric under its dotted name; the value of a label is the last part.
///
/// `memstats` has what there is of Go's: `Sys`, the resident memory in bytes. Pass the command line through [`redact`].
pub fn page(snapshot: &Snapshot, command_line: &[String]) -> Value {
    let mut page = Map::new();
    for metric in snapshot.iter() {
        let Some(value) = metric.value.to_json() else { continue };
        let name = match metric.label {
            Some((_, of)) => format!("{}.{of}", metric.name),
            None => metric.name.to_owned(),
        };
        page.insert(name, value);
    }
    let resident = snapshot.get("beat.memstats.rss").and_then(crate::Value::to_json);
    page.insert("memstats".to_owned(), resident.map_or_else(|| json!({}), |bytes| json!({"Sys": bytes})));
    page.insert("cmdline".to_owned(), json!(command_line));
    Value::Object(page)
}

/// The command line with the values of `-E key=value` replaced by `xxxxx`: they hold passwords and keys.
pub fn redact(command_line: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut setting = false;
    command_line
        .into_iter()
        .map(|word| {
            let attached = SETTINGS.iter().any(|option| word.starts_with(option));
            let hidden = if setting || attached { hide(&word, attached) } else { word.clone() };
            setting = SETTINGS.contains(&word.as_str());
            hidden
        })
        .collect()
}

/// `-E k=v`, `-Ek=v` and `-E=k=v`: what stands behind the key's `=`.
fn hide(word: &str, attached: bool) -> String {
    let from = if attached { word.find('E').map_or(0, |at| at + 1) } else { 0 };
    let (option, rest) = word.split_at(from);
    let (sign, rest) = match rest.strip_prefix('=') {
        Some(rest) if attached => ("=", rest),
        _ => ("", rest),
    };
    match rest.split_once('=') {
        Some((key, _)) => format!("{option}{sign}{key}=xxxxx"),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_flat() {
        let mut snapshot = Snapshot::new();
        snapshot.counter("libbeat.output.events.acked", 3).counter_by("drops", "cause", "bad", 1);
        snapshot.size("beat.memstats.rss", 4096);
        assert_eq!(
            page(&snapshot, &["packetbeat".to_owned()]),
            json!({
                "cmdline": ["packetbeat"], "memstats": {"Sys": 4096}, "beat.memstats.rss": 4096,
                "libbeat.output.events.acked": 3, "drops.bad": 1,
            })
        );
    }

    #[test]
    fn values_of_settings_are_hidden() {
        let line = [
            "packetbeat",
            "-e",
            "-E",
            "a.password=se=cret",
            "-Ea.key=secret",
            "-E=a.b=secret",
            "--E",
            "x=y",
            "-c",
            "a=b",
        ];
        let redacted = redact(line.map(str::to_owned));
        assert_eq!(
            redacted,
            [
                "packetbeat",
                "-e",
                "-E",
                "a.password=xxxxx",
                "-Ea.key=xxxxx",
                "-E=a.b=xxxxx",
                "--E",
                "x=xxxxx",
                "-c",
                "a=b"
            ]
        );
    }
}
