//! Lists of processors: names, options, conditions.

use super::{Checker, Mood, join};
use crate::nearest::nearest;
use crate::node::{Entry, Map, Node, Value};
use crate::read;
use crate::schema::{self, Row};
use packetbeat_core::setting::{Setting, Type};
use packetbeat_settings::PROCESSORS;

/// What every processor has besides its own options.
const WHEN: &Setting = &Setting::unset("when", Type::Condition, "Only events for which this holds.");

impl Checker<'_> {
    pub(super) fn processors(&mut self, node: &Node, path: &str, mood: Mood) {
        let Value::List(items) = &node.value else {
            let what = read::no(Type::Processors, node, "a list").what;
            return self.error(&node.at, path, what, "such as [{drop_fields: {fields: [a]}}]");
        };
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
            let path = format!("{path}[{index}]");
            match item.as_map() {
                Some(map) if map.get("if").is_some() || map.get("then").is_some() => {
                    self.branch(map, item, &path, mood);
                }
                Some(map) => self.one_processor(map, item, &path, mood),
                None => {
                    let what = read::no(Type::Processors, item, "a processor").what;
                    self.error(&item.at, path, what, "such as `add_tags: {tags: [a]}`");
                }
            }
        }
    }

    fn one_processor(&mut self, map: &Map, item: &Node, path: &str, mood: Mood) {
        match map.entries() {
            [entry] => self.processor(entry, path, mood),
            [] => self.error(&item.at, path, "no processor", "such as `add_tags: {tags: [a]}`"),
            several => {
                let names: Vec<_> = several.iter().map(|entry| entry.key.as_str()).collect();
                let at = several.get(1).map_or(&item.at, |entry| &entry.key_at).clone();
                let what = format!("several names in one item: {}", names.join(", "));
                self.error(
                    &at,
                    path,
                    what,
                    "each processor is an item of its own, its options further to the right",
                );
            }
        }
    }

    fn processor(&mut self, entry: &Entry, path: &str, mood: Mood) {
        let full = join(path, &entry.key);
        let Some(table) = PROCESSORS.iter().find(|table| table.name == entry.key) else {
            let hint = match nearest(&entry.key, PROCESSORS.iter().map(|table| table.name)) {
                Some(name) => format!("did you mean {name}?"),
                None => format!(
                    "there are: {}",
                    PROCESSORS.iter().map(|table| table.name).collect::<Vec<_>>().join(", ")
                ),
            };
            return self.error(&entry.key_at, full, "unknown processor", hint);
        };
        if table.later && !mood.quiet {
            self.later.note(&full, &entry.key_at);
        }
        let mut rows: Vec<Row> = schema::rows(table.options);
        if schema::exact(&rows, WHEN.name).is_none() {
            rows.push((WHEN.name, WHEN));
        }
        let quiet = Mood { quiet: true, ..mood };
        match &entry.node.value {
            Value::Map(map) => self.map(map, &rows, &full, &entry.key_at, quiet),
            Value::Null => self.map(&Map::default(), &rows, &full, &entry.key_at, quiet),
            _ => self.not_a_section(&entry.node, &rows, &full),
        }
    }

    /// `if`, `then` and `else`.
    fn branch(&mut self, map: &Map, item: &Node, path: &str, mood: Mood) {
        for entry in map.entries() {
            let full = join(path, &entry.key);
            match entry.key.as_str() {
                "if" => self.condition(&entry.node, &full),
                "then" | "else" => match &entry.node.value {
                    Value::Map(one) => self.one_processor(one, &entry.node, &full, mood),
                    Value::Null => {}
                    _ => self.processors(&entry.node, &full, mood),
                },
                _ => self.error(&entry.key_at, full, "unknown setting", "valid here: if, then, else"),
            }
        }
        for name in ["if", "then"] {
            if map.get(name).is_none_or(Node::is_null) {
                let hint = if name == "if" { "a condition" } else { "a list of processors" };
                self.error(&item.at, join(path, name), "missing", hint);
            }
        }
    }
}
