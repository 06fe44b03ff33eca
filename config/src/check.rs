//! The check: one pass over the merged tree by the tables finds everything that is wrong, each with its place.

mod conditions;
mod later;
mod processors;
mod protocols;
mod rules;
mod servers;
mod tls;
mod unknown;

use crate::elasticsearch;
use crate::error::{Error, Warning};
use crate::limits::MAX_REGEXPS;
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};
use crate::read;
use crate::scalar;
use crate::schema::{self, Row, Schema};
use later::Later;
use packetbeat_core::setting::{Setting, Type};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) errors: Vec<Error>,
    pub(crate) warnings: Vec<Warning>,
}

/// Checks all settings.
pub(crate) fn check(settings: &Node, schema: &Schema) -> Findings {
    let mut checker = Checker {
        schema,
        errors: Vec::new(),
        warnings: Vec::new(),
        later: Later::default(),
        hinted: 0,
        regexps: 0,
    };
    if let Value::Map(map) = &settings.value {
        checker.map(map, &schema::rows(schema.root()), "", &settings.at, Mood::default());
        checker.rules(settings);
    }
    checker.warnings.extend(checker.later.warnings());
    Findings { errors: checker.errors, warnings: checker.warnings }
}

/// How a section is looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Mood {
    /// Say nothing of what is not acted on yet: it was said of the section around, or the section is off.
    quiet: bool,
    /// The section is off: what it lacks does not matter.
    off: bool,
}

struct Checker<'a> {
    schema: &'a Schema,
    errors: Vec<Error>,
    warnings: Vec<Warning>,
    later: Later,
    /// Errors with a hint about names so far.
    hinted: usize,
    /// Regular expressions so far.
    regexps: usize,
}

impl Checker<'_> {
    /// The entries of a section by its table. `at`: where the section is named.
    fn map(&mut self, map: &Map, rows: &[Row], path: &str, at: &Mark, mood: Mood) {
        for entry in map.entries() {
            let full = join(path, &entry.key);
            if let Some(setting) = schema::exact(rows, &entry.key) {
                self.entry(entry, setting, &full, mood);
                continue;
            }
            let below = schema::below(rows, &entry.key);
            match &entry.node.value {
                _ if below.is_empty() => self.unknown(entry, rows, path),
                Value::Map(inner) => self.map(inner, &below, &full, &entry.key_at, mood),
                Value::Null => {}
                _ => self.not_a_section(&entry.node, &below, &full),
            }
        }
        if mood.off {
            return;
        }
        // Of these hosts the rules know more: `cloud.id` may stand for them.
        let of_cloud = |name: &str| {
            name == "hosts"
                && path.strip_prefix("output.").is_some_and(|name| elasticsearch::NAMES.contains(&name))
        };
        let required = |row: &&Row| row.1.required && !of_cloud(row.0);
        for (name, setting) in rows.iter().filter(required) {
            if map.get(name).is_none_or(Node::is_null) {
                let hint = first_sentence(setting.about);
                self.errors.push(Error::new(at.clone(), join(path, name), "missing").hint(hint));
            }
        }
    }

    fn entry(&mut self, entry: &Entry, setting: &'static Setting, path: &str, mood: Mood) {
        let off = mood.off || is_off(&entry.node);
        // Whether an output that is not there matters is known to the program: with -N it does not.
        let of_output = path.strip_prefix("output.").is_some_and(|name| !name.contains('.'));
        if setting.later && !mood.quiet && !off && !of_output && later::asks(&entry.node, setting, path) {
            self.later.note(path, &entry.key_at);
        }
        let mood = Mood { quiet: mood.quiet || setting.later || off, off };
        self.value(&entry.node, &entry.key_at, setting.kind, path, mood);
    }

    /// A value of any type. `at`: where its name stands. Recursion goes as deep as the tree, which is limited.
    fn value(&mut self, node: &Node, at: &Mark, kind: Type, path: &str, mood: Mood) {
        if read::is_unset(kind, node) {
            return;
        }
        match kind {
            Type::Section(table) => match &node.value {
                Value::Map(map) => self.map(map, &schema::rows(table), path, at, mood),
                _ => self.not_a_section(node, &schema::rows(table), path),
            },
            Type::List(&Type::Section(table)) => match &node.value {
                Value::List(items) => {
                    for item in items {
                        self.value(item, &item.at, Type::Section(table), path, item_mood(item, mood));
                    }
                }
                _ => self.value(node, at, Type::Section(table), path, mood),
            },
            Type::List(inner) => self.list(node, at, *inner, path, mood),
            Type::Map(inner) => match &node.value {
                Value::Map(map) => self.named(map, *inner, path, mood),
                _ => self.expected(node, kind, path, "a section"),
            },
            Type::Any => {}
            Type::Protocols => self.protocols(node, path),
            Type::Processors => self.processors(node, path, mood),
            Type::Condition => self.condition(node, path),
            Type::Regexp if self.regexps >= MAX_REGEXPS => {
                if self.regexps == MAX_REGEXPS {
                    let what = format!("more than {MAX_REGEXPS} regular expressions");
                    self.error(&node.at, path, what, "join some of them: (one|other)");
                }
                self.regexps += 1;
            }
            _ => {
                self.regexps += usize::from(kind == Type::Regexp);
                if let Some(wrong) = read::wrong(kind, node) {
                    let error = Error::new(node.at.clone(), path, wrong.what);
                    self.errors.push(Error { hint: wrong.hint, ..error });
                }
            }
        }
    }

    /// A list of single values. One alone stands for a list of one, and is split at its commas where none can be in a value.
    fn list(&mut self, node: &Node, at: &Mark, inner: Type, path: &str, mood: Mood) {
        match items(node, inner) {
            Some(items) => {
                for item in items {
                    self.value(&item, at, inner, path, mood);
                }
            }
            None => self.expected(node, Type::List(&Type::Text), path, "a list"),
        }
    }

    /// Names that the user chose; what is nested was a dotted name.
    fn named(&mut self, map: &Map, inner: Type, path: &str, mood: Mood) {
        for entry in map.entries() {
            let full = join(path, &entry.key);
            match (&entry.node.value, inner) {
                (Value::Map(_), Type::Any | Type::Map(_) | Type::Section(_)) => {
                    self.value(&entry.node, &entry.key_at, inner, &full, mood);
                }
                (Value::Map(below), _) => self.named(below, inner, &full, mood),
                _ => self.value(&entry.node, &entry.key_at, inner, &full, mood),
            }
        }
    }

    fn expected(&mut self, node: &Node, kind: Type, path: &str, wanted: &str) {
        self.errors.push(Error::new(node.at.clone(), path, read::no(kind, node, wanted).what));
    }

    fn error(
        &mut self,
        at: &Mark,
        path: impl Into<String>,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.errors.push(Error::new(at.clone(), path, what).hint(hint));
    }

    fn warn(&mut self, at: &Mark, path: impl Into<String>, what: impl Into<String>) {
        self.warnings.push(Warning { at: at.clone(), key: path.into(), what: what.into() });
    }
}

/// The items of a list of single values, nulls left out; `None` for a section.
pub(crate) fn items(node: &Node, inner: Type) -> Option<Vec<Node>> {
    match &node.value {
        Value::List(items) => Some(items.iter().filter(|item| !item.is_null()).cloned().collect()),
        Value::Map(_) if !matches!(inner, Type::Map(_) | Type::Any | Type::Condition) => None,
        Value::Null => Some(Vec::new()),
        // Variables and -E give lists so.
        Value::Str(text) if splits(inner) && node.reference.is_none() => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            let node =
                |part| Node { reference: node.reference.clone(), ..scalar::plain(part, node.at.clone()) };
            Some(parts.map(node).collect())
        }
        _ => Some(vec![node.clone()]),
    }
}

/// Values that cannot hold a comma themselves, or of which Packetbeat's users expect that they do not.
const fn splits(inner: Type) -> bool {
    !matches!(inner, Type::Regexp | Type::Format | Type::Filter | Type::Secret | Type::Any)
}

/// Is this a section that says `enabled: false`?
pub(crate) fn is_off(node: &Node) -> bool {
    node.as_map().and_then(|map| map.get("enabled")).and_then(read::bool) == Some(false)
}

fn item_mood(item: &Node, mood: Mood) -> Mood {
    let off = mood.off || is_off(item);
    Mood { quiet: mood.quiet || off, off }
}

pub(crate) fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

/// What a setting is for, as a hint: without the full stop.
fn first_sentence(about: &str) -> String {
    let sentence = about.split(". ").next().unwrap_or(about).trim_end_matches('.');
    let mut chars = sentence.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
