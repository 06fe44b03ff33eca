//! A tree written as YAML, for `export config`, and as JSON, for fields that go into events.

use crate::node::{Node, Value};
use crate::scalar;
use std::fmt::Write as _;

/// Characters of a name with its quotes that may stand before its colon without a question mark (YAML 1.2, 7.4.2).
const SIMPLE_KEY: usize = 1024;

impl Node {
    /// The tree as YAML in block style, references expanded but those to the keystore; loading it gives the same values.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        match &self.value {
            Value::Map(map) if !map.is_empty() => block(self, 0, &mut out),
            Value::List(items) if !items.is_empty() => block(self, 0, &mut out),
            _ => {
                scalar_text(self, &mut out);
                out.push('\n');
            }
        }
        out
    }

    /// The tree as JSON on one line. What JSON has no number for (`.inf`, `.nan`) is null, and so is null.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json(self, &mut out);
        out
    }
}

fn json(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "{value}");
        }
        Value::Float(value) if value.is_finite() => {
            let _ = write!(out, "{value:?}");
        }
        Value::Float(_) => out.push_str("null"),
        Value::Str(value) => json_text(value, out),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                comma(index, out);
                json(item, out);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, entry) in map.entries().iter().enumerate() {
                comma(index, out);
                json_text(&entry.key, out);
                out.push(':');
                json(&entry.node, out);
            }
            out.push('}');
        }
    }
}

fn comma(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn json_text(value: &str, out: &mut String) {
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn block(node: &Node, indent: usize, out: &mut String) {
    match &node.value {
        Value::Map(map) => {
            for entry in map.entries() {
                pad(indent, out);
                name(&entry.key, indent, out);
                below(&entry.node, indent, out);
            }
        }
        Value::List(items) => {
            for item in items {
                let start = out.len();
                match &item.value {
                    // The first name stands on the line of the dash.
                    Value::Map(map) if !map.is_empty() && item.reference.is_none() => {
                        block(item, indent + 2, out);
                        out.replace_range(start + indent..start + indent + 1, "-");
                    }
                    _ => {
                        pad(indent, out);
                        out.push('-');
                        below(item, indent, out);
                    }
                }
            }
        }
        _ => {}
    }
}

/// A name and its colon, a long one as an explicit key.
fn name(key: &str, indent: usize, out: &mut String) {
    let start = out.len();
    text(key, out);
    if out.get(start..).is_some_and(|written| written.chars().count() > SIMPLE_KEY) {
        out.insert_str(start, "? ");
        out.push('\n');
        pad(indent, out);
    }
    out.push(':');
}

/// What follows a name's colon or an item's dash.
fn below(node: &Node, indent: usize, out: &mut String) {
    let empty = match &node.value {
        _ if node.reference.is_some() => true,
        Value::Map(map) => map.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => true,
    };
    if empty {
        out.push(' ');
        scalar_text(node, out);
        out.push('\n');
    } else {
        out.push('\n');
        block(node, indent + 2, out);
    }
}

fn scalar_text(node: &Node, out: &mut String) {
    if let Some(reference) = node.reference() {
        return text(reference, out);
    }
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Map(_) => out.push_str("{}"),
        Value::List(_) => out.push_str("[]"),
        // What still looks like a reference is meant as it stands.
        Value::Str(value) => text(&value.replace("${", "$${"), out),
        _ => out.push_str(node.text().unwrap_or("null")),
    }
}

/// Bare where no reader could take it for something else, otherwise in double quotes with JSON's escapes.
fn text(value: &str, out: &mut String) {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
    let starts = value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/');
    // YAML 1.1 readers take these for booleans.
    let word = ["y", "n", "yes", "no", "on", "off"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let stays = matches!(scalar::plain(value, crate::mark::Mark::DEFAULT).value, Value::Str(_));
    // `10s`, `5MiB`.
    let with_unit = value.trim_start_matches(|c: char| c.is_ascii_digit());
    let amount = !with_unit.is_empty()
        && value.len() > with_unit.len()
        && with_unit.chars().all(|c| c.is_ascii_alphabetic());
    if (starts || amount) && stays && !word && value.chars().all(bare) {
        out.push_str(value);
        return;
    }
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c if u32::from(c) <= 0xffff => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
