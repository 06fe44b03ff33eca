//! Old settings whose values change with their names.

use super::{Migration, cut};
use crate::check::items;
use crate::error::Warning;
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};
use crate::{read, scalar};
use packetbeat_core::setting::Type;
use packetbeat_settings::CONDITIONS;

/// Versions of TLS in their order.
const VERSIONS: [&str; 4] = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// `filters`: as processors, where conditions stand below `when`.
pub(super) fn filters(migration: &mut Migration<'_>, path: &str, mut entry: Entry, since: &str) {
    if let Value::List(items) = &mut entry.node.value {
        let options = items.iter_mut().filter_map(|item| match &mut item.value {
            Value::Map(map) => map.entries_mut().first_mut(),
            _ => None,
        });
        for options in options {
            if let Value::Map(map) = &mut options.node.value {
                below_when(map);
            }
        }
    }
    migration.put(path, "processors", entry, since);
}

/// `geoip.paths`: a processor behind the others. The address that was looked up was the client's.
pub(super) fn geoip(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    let Some(files) = items(&entry.node, Type::Path) else {
        return migration.wrong(path, &entry, "a list of files", "the processor geoip");
    };
    if files.is_empty() {
        return migration.dropped(path, &entry, since, "the processor geoip looks addresses up");
    }
    let at = || entry.node.at.clone();
    let map = |entries: [(&str, Node); 1]| {
        let mut map = Map::default();
        entries.into_iter().for_each(|(name, node)| map.push(named(name, node, at())));
        Node::new(Value::Map(map), at())
    };
    let names: Vec<&str> = files.iter().filter_map(Node::text).collect();
    let line = format!(
        "processors: [{{geoip: {{databases: [{}], fields: [{{from: client.ip}}]}}}}]",
        names.join(", ")
    );
    let what = format!("old spelling, replaced in {since}: write {}", cut(&line));
    let address = map([("from", Node::new(Value::Str("client.ip".to_owned()), at()))]);
    let mut options = Map::default();
    options.push(named("databases", Node::new(Value::List(files), at()), at()));
    options.push(named("fields", Node::new(Value::List(vec![address]), at()), at()));
    let processor = map([("geoip", Node::new(Value::Map(options), at()))]);
    migration.warnings.push(Warning { at: entry.key_at, key: path.to_owned(), what });
    migration.append("processors", processor);
}

fn below_when(options: &mut Map) {
    let conditions: Vec<&str> =
        CONDITIONS.iter().copied().filter(|name| options.get(name).is_some()).collect();
    for name in conditions {
        if options.get("when").is_some() {
            return;
        }
        if let Some(condition) = options.remove(name) {
            let at = condition.key_at.clone();
            let mut when = Map::default();
            when.push(condition);
            options.push(named("when", Node::new(Value::Map(when), at.clone()), at));
        }
    }
}

/// `insecure: true` is `verification_mode: none`.
pub(super) fn insecure(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    match read::bool(&entry.node) {
        Some(true) => {
            let new = beside(path, "verification_mode");
            migration.put(path, &new, replaced(entry, Value::Str("none".to_owned())), since);
        }
        Some(false) => {
            migration.dropped(path, &entry, since, "certificates are verified unless told otherwise");
        }
        None => migration.wrong(path, &entry, "true or false", &beside(path, "verification_mode")),
    }
}

/// `disabled: true` is `enabled: false`.
pub(super) fn disabled(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    match read::bool(&entry.node) {
        Some(off) => {
            let new = beside(path, "enabled");
            let enabled = scalar::plain(if off { "false" } else { "true" }, entry.node.at.clone());
            migration.put(path, &new, Entry { node: enabled, ..entry }, since);
        }
        None => migration.wrong(path, &entry, "true or false", &beside(path, "enabled")),
    }
}

/// `min_version` and `max_version`, of which one was taken already: the versions from one to the other.
pub(super) fn versions(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let other = migration
        .take(&format!("{above}.{}", if name == "min_version" { "max_version" } else { "min_version" }));
    let other = other.map(|entry| entry.node);
    let (first, last) = if name == "min_version" {
        (Some(&entry.node), other.as_ref())
    } else {
        (other.as_ref(), Some(&entry.node))
    };
    let place = |node: Option<&Node>, default: usize| match node.and_then(Node::text) {
        None => Some(default),
        Some(text) => {
            let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
            VERSIONS
                .iter()
                .position(|version| version.ends_with(digits) || (digits == "1" && *version == "TLSv1.0"))
        }
    };
    match (place(first, 0), place(last, VERSIONS.len() - 1)) {
        (Some(first), Some(last)) if first <= last => {
            let at = entry.node.at.clone();
            let versions = VERSIONS.get(first..=last).unwrap_or_default();
            let items =
                versions.iter().map(|name| Node::new(Value::Str((*name).to_owned()), at.clone())).collect();
            migration.put(
                path,
                &beside(path, "supported_protocols"),
                replaced(entry, Value::List(items)),
                since,
            );
        }
        _ => migration.wrong(
            path,
            &entry,
            "a version of TLS such as 1.2",
            &beside(path, "supported_protocols"),
        ),
    }
}

/// `host`, and `port` beside it: one of `hosts`.
pub(super) fn host(migration: &mut Migration<'_>, path: &str, mut entry: Entry, since: &str) {
    let port = migration.take(&path.replace(".host", ".port"));
    let Some(mut text) = entry.node.text().map(str::to_owned) else {
        return migration.wrong(path, &entry, "a server", &beside(path, "hosts"));
    };
    if let Some(port) = port.as_ref().and_then(|entry| entry.node.text()) {
        text = format!("{text}:{port}");
    }
    entry.node.value = Value::Str(text);
    entry.node.spelling = None;
    let item = entry.node.clone();
    migration.put(path, &beside(path, "hosts"), replaced(entry, Value::List(vec![item])), since);
}

/// Ways of capturing that were removed or renamed.
pub(super) fn capture(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    match entry.node.text() {
        Some("pf_ring" | "pfring") => {
            let what = "pf_ring was removed from Packetbeat in 6.0";
            migration.error(&entry.node.at, path, what, "write type: af_packet");
        }
        Some("mmap") => migration.put(path, path, replaced(entry, Value::Str("af_packet".to_owned())), since),
        _ => migration.insert(path, path, entry),
    }
}

/// `auto`: on where the server has it, as `true` is today.
pub(super) fn automatic(migration: &mut Migration<'_>, path: &str, entry: Entry, since: &str) {
    match entry.node.text() {
        Some(text) if text.eq_ignore_ascii_case("auto") => {
            let on = scalar::plain("true", entry.node.at.clone());
            migration.put(path, path, Entry { node: on, ..entry }, since);
        }
        _ => migration.insert(path, path, entry),
    }
}

/// The setting called `name` in the section of `path`, which was called `tls` once.
fn beside(path: &str, name: &str) -> String {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    let above = above.strip_suffix(".tls").map_or_else(|| above.to_owned(), |output| format!("{output}.ssl"));
    format!("{above}.{name}")
}

fn replaced(entry: Entry, value: Value) -> Entry {
    let Node { at, reference, .. } = entry.node;
    Entry { node: Node { reference, ..Node::new(value, at) }, ..entry }
}

fn named(name: &str, node: Node, key_at: Mark) -> Entry {
    Entry { key: name.to_owned(), key_at, node }
}
