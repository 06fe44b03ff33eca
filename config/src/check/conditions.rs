//! Conditions: `equals`, `contains`, `regexp`, `range`, `has_fields`, `network`, `and`, `or`, `not`.

use super::{Checker, join};
use crate::nearest::nearest;
use crate::node::{Entry, Node, Value};
use crate::read;
use packetbeat_core::setting::Type;
use packetbeat_settings::CONDITIONS;

/// How `range` compares.
const OPERATORS: [&str; 4] = ["lt", "lte", "gt", "gte"];

impl Checker<'_> {
    /// Recursion goes as deep as the tree, which is limited.
    pub(super) fn condition(&mut self, node: &Node, path: &str) {
        const HINT: &str = "such as {equals: {type: dns}}";
        let Some(map) = node.as_map() else {
            let what = read::no(Type::Condition, node, "a condition").what;
            return self.error(&node.at, path, what, HINT);
        };
        match map.entries() {
            [] => self.error(&node.at, path, "an empty condition", HINT),
            [one] => self.one_condition(one, path),
            [first, second, ..] => {
                let what = format!("two conditions side by side: {}, {}", first.key, second.key);
                self.error(&second.key_at, path, what, "make them a list below `and` or `or`");
                map.entries().iter().for_each(|entry| self.one_condition(entry, path));
            }
        }
    }

    fn one_condition(&mut self, entry: &Entry, path: &str) {
        let full = join(path, &entry.key);
        let node = &entry.node;
        match entry.key.as_str() {
            "and" | "or" => match &node.value {
                Value::List(items) if !items.is_empty() => {
                    for (index, item) in items.iter().enumerate() {
                        self.condition(item, &format!("{full}[{index}]"));
                    }
                }
                _ => {
                    let what = read::no(Type::Condition, node, "a list of conditions").what;
                    self.error(&node.at, full, what, "such as [{equals: {type: dns}}, {has_fields: [tags]}]");
                }
            },
            "not" => self.condition(node, &full),
            "has_fields" => self.has_fields(node, &full),
            "equals" | "contains" | "regexp" | "range" | "network" => match node.as_map() {
                Some(map) if !map.is_empty() => {
                    map.entries().iter().for_each(|leaf| self.leaf(&entry.key, leaf, &full));
                }
                _ => {
                    let what = read::no(Type::Condition, node, "fields and what to compare them with").what;
                    self.error(&node.at, full, what, example(&entry.key));
                }
            },
            other => {
                let hint = match nearest(other, CONDITIONS.iter().copied()) {
                    Some(name) => format!("did you mean {name}?"),
                    None => format!("there are: {}", CONDITIONS.join(", ")),
                };
                self.error(&entry.key_at, full, "unknown condition", hint);
            }
        }
    }

    fn has_fields(&mut self, node: &Node, path: &str) {
        let items = super::items(node, Type::Text).filter(|items| !items.is_empty());
        let Some(items) = items else {
            let what = read::no(Type::Condition, node, "a list of fields").what;
            return self.error(&node.at, path, what, "such as [http.response.code]");
        };
        for item in items.iter().filter(|item| item.text().is_none()) {
            self.expected(item, Type::Text, path, "the name of a field");
        }
    }

    /// What one field is compared with; its name was split at its dots.
    fn leaf(&mut self, condition: &str, entry: &Entry, path: &str) {
        let full = join(path, &entry.key);
        if let Value::Map(map) = &entry.node.value
            && !map.is_empty()
        {
            return map.entries().iter().for_each(|inner| self.leaf(condition, inner, &full));
        }
        if condition == "range" && !OPERATORS.contains(&entry.key.as_str()) {
            let hint = match nearest(&entry.key, OPERATORS) {
                Some(near) if entry.key.len() <= 3 => format!("did you mean {near}?"),
                _ => "such as http.response.code.gte: 400".to_owned(),
            };
            return self.error(&entry.key_at, full, "none of lt, lte, gt, gte", hint);
        }
        let one = std::slice::from_ref(&entry.node);
        let (values, kind) = match (condition, &entry.node.value) {
            ("contains", Value::List(items)) => (items.as_slice(), Type::Text),
            ("regexp", Value::List(items)) => (items.as_slice(), Type::Regexp),
            ("network", Value::List(items)) => (items.as_slice(), Type::Network),
            ("regexp", _) => (one, Type::Regexp),
            ("network", _) => (one, Type::Network),
            ("range", _) => (one, Type::Number),
            _ => (one, Type::Text),
        };
        for value in values {
            if value.is_null() || matches!(value.value, Value::Map(_)) {
                let what = format!("nothing to compare {} with", entry.key);
                self.error(&value.at, full.as_str(), what, example(condition));
            } else {
                self.value(value, &entry.key_at, kind, &full, super::Mood::default());
            }
        }
    }
}

const fn example(condition: &str) -> &'static str {
    match condition.as_bytes() {
        b"range" => "such as {http.response.code.gte: 400}",
        b"regexp" => "such as {http.request.method: '^P'}",
        b"network" => "such as {source.ip: private}",
        _ => "such as {http.response.code: 200}",
    }
}
