//! A tree written as YAML, for `export config`.

use crate::node::{Node, Value};
use crate::scalar;
use std::fmt::Write as _;

impl Node {
    /// The tree, its references expanded, as YAML in block style; loading it gives the same values.
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
}

fn block(node: &Node, indent: usize, out: &mut String) {
    match &node.value {
        Value::Map(map) => {
            for entry in map.entries() {
                pad(indent, out);
                text(&entry.key, out);
                out.push(':');
                below(&entry.node, indent, out);
            }
        }
        Value::List(items) => {
            for item in items {
                pad(indent, out);
                out.push('-');
                below(item, indent, out);
            }
        }
        _ => {}
    }
}

/// What follows a name's colon or an item's dash.
fn below(node: &Node, indent: usize, out: &mut String) {
    let empty = match &node.value {
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
    if starts && stays && !word && value.chars().all(bare) {
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
