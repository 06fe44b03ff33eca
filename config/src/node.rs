//! The tree that files are read into: values that know where they were written.

use crate::mark::Mark;
use std::sync::Arc;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it starts.
    pub at: Mark,
    /// How an unquoted scalar was spelled when `value` does not say so: `0600` stays readable as text.
    pub(crate) spelling: Option<Box<str>>,
    /// What was written where the value, or a part of it, came from the keystore.
    pub(crate) reference: Option<Arc<str>>,
}

/// YAML's core schema: what unquoted scalars mean, and the two collections.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing; the same as a key that is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in the order of the file.
    Map(Map),
}

/// Named values, in the order they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
}

/// One name and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name.
    pub key: String,
    /// Where the name stands.
    pub key_at: Mark,
    /// Its value.
    pub node: Node,
}

impl Node {
    /// A value at a place.
    #[must_use]
    pub fn new(value: Value, at: Mark) -> Self {
        Self { value, at, spelling: None, reference: None }
    }

    /// `${NAME}`, where the value came from the keystore: what may be shown in place of it.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Is it null (which is the same as absent)?
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The scalar as text, numbers and booleans as they were spelled; `None` for collections and null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match (&self.value, &self.spelling) {
            (Value::Str(text), _) => Some(text),
            (Value::Null, _) => None,
            (_, spelling) => spelling.as_deref(),
        }
    }

    /// The map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    /// Walks down a dotted path; `None` when it leads nowhere. List items are addressed by index from 0.
    #[must_use]
    pub fn at_path(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, name| match &node.value {
            Value::Map(map) => map.get(name),
            Value::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// What it is, in the words of an error message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Str(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a section",
        }
    }
}

impl Map {
    /// The value of a name; linear, maps being short.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// Name and value.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// All entries in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Is nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    pub(crate) fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Adds an entry; the caller has seen to it that the name is new.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}
