//! Reading one section of the configuration by its table.
//!
//! Types, ranges and defaults stand in the table, and the check has told what is wrong before anybody reads: what is wrong
//! or missing reads as its default, and reading never fails. Only rules beyond the table are noted here
//! ([`Section::reject`]).

use crate::check::{self, join};
use crate::error::{Error, Errors, Warning};
use crate::mark::Mark;
use crate::node::{Map, Node, Value};
use crate::read;
use crate::schema::{self, Row};
use crate::secret::Secret;
use packetbeat_core::setting::{Default as Standard, Setting, Type};
use std::time::Duration;

/// Settings of one section; keys are names below it, dotted where they are nested.
#[derive(Clone, Debug)]
pub struct Section {
    name: String,
    node: Node,
    rows: Vec<Row>,
    errors: Vec<Error>,
}

impl Section {
    /// The section called `name` (as errors show it), with the settings of `table`. What is no map is an empty section.
    #[must_use]
    pub fn new(name: impl Into<String>, node: Node, table: &'static [Setting]) -> Self {
        Self::with_rows(name.into(), node, schema::rows(table))
    }

    pub(crate) fn with_rows(name: String, node: Node, rows: Vec<Row>) -> Self {
        let node = match node.value {
            Value::Map(_) => node,
            _ => Node::new(Value::Map(Map::default()), node.at),
        };
        Self { name, node, rows, errors: Vec::new() }
    }

    /// The section `key` in this one, empty where it is not written.
    #[must_use]
    pub fn section(&self, key: &str) -> Self {
        let table = self.setting(key).and_then(|setting| schema::table_of(setting.kind)).unwrap_or_default();
        let node = self.node(key).unwrap_or_else(|| Node::new(Value::Null, Mark::DEFAULT));
        Self::new(self.full_name(key), node, table)
    }

    /// Another section of the same name and table.
    pub(crate) fn same(&self, node: Node) -> Self {
        Self::with_rows(self.name.clone(), node, self.rows.clone())
    }

    /// The same section with nothing in it.
    pub(crate) fn empty(&self) -> Self {
        self.same(Node::new(Value::Null, self.node.at.clone()))
    }

    /// Where the section starts.
    #[must_use]
    pub fn mark(&self) -> &Mark {
        &self.node.at
    }

    /// The section as it was written.
    #[must_use]
    pub fn written(&self) -> &Node {
        &self.node
    }

    /// The raw value of a key that is there and not null.
    #[must_use]
    pub fn node(&self, key: &str) -> Option<Node> {
        self.note_read(key);
        self.peek(key).cloned()
    }

    /// Is the key there, and not null?
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// The raw value of a key that holds a section.
    #[must_use]
    pub fn map(&self, key: &str) -> Option<Node> {
        self.node(key).filter(|node| node.as_map().is_some())
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(&self, key: &str) -> bool {
        self.bool_if_given(key).unwrap_or(self.default(key) == Standard::Bool(true))
    }

    /// `true` or `false`, if it was written.
    #[must_use]
    pub fn bool_if_given(&self, key: &str) -> Option<bool> {
        self.sound(key).and_then(|node| read::bool(&node))
    }

    /// A whole number that was written or has a default; a negative one is 0.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.whole(key).map(|number| u64::try_from(number).unwrap_or(0))
    }

    /// A whole number where a negative one says something; none is 0.
    #[must_use]
    pub fn i64(&self, key: &str) -> i64 {
        self.whole(key).unwrap_or(0)
    }

    fn whole(&self, key: &str) -> Option<i64> {
        let written = self.sound(key).and_then(|node| read::whole(&node));
        written.or(match self.default(key) {
            Standard::Whole(number) => Some(number),
            _ => None,
        })
    }

    /// A whole number; a negative one, or none, is 0.
    #[must_use]
    pub fn u64(&self, key: &str) -> u64 {
        self.number(key).unwrap_or(0)
    }

    /// A whole number that fits 32 bits: the largest one where it does not.
    #[must_use]
    pub fn u32(&self, key: &str) -> u32 {
        u32::try_from(self.u64(key)).unwrap_or(u32::MAX)
    }

    /// A whole number that fits 16 bits, such as a port, if it was written or has a default.
    #[must_use]
    pub fn u16(&self, key: &str) -> Option<u16> {
        self.number(key).and_then(|number| u16::try_from(number).ok())
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(&self, key: &str) -> u64 {
        let written = self.sound(key).and_then(|node| read::bytes(&node));
        written.or_else(|| self.number_by_default(key)).unwrap_or(0)
    }

    /// Permission bits.
    #[must_use]
    pub fn permissions(&self, key: &str) -> u32 {
        let written = self.sound(key).and_then(|node| read::permissions(&node));
        written.or_else(|| u32::try_from(self.number_by_default(key)?).ok()).unwrap_or(0)
    }

    /// A length of time; zero where it is never or nothing.
    #[must_use]
    pub fn duration(&self, key: &str) -> Duration {
        self.duration_if_any(key).unwrap_or_default()
    }

    /// A length of time; `None` where it is never, or neither written nor a default.
    #[must_use]
    pub fn duration_if_any(&self, key: &str) -> Option<Duration> {
        match self.sound(key).and_then(|node| read::duration(&node)) {
            Some(written) => written,
            None => match self.default(key) {
                Standard::Duration(length) => Some(length),
                _ => None,
            },
        }
    }

    /// A text; numbers and booleans as they are spelled. `None` where it is missing and has no default, or an empty one.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        let written = self.sound(key).and_then(|node| node.text().map(str::to_owned));
        written.or(match self.default(key) {
            Standard::Text(text) if !text.is_empty() => Some(text.to_owned()),
            _ => None,
        })
    }

    /// A list of texts.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<String> {
        self.list_if_given(key).unwrap_or_else(|| match self.default(key) {
            Standard::List(items) => items.iter().map(|item| (*item).to_owned()).collect(),
            _ => Vec::new(),
        })
    }

    /// A list of texts; `None` where it was not written, `Some` of nothing where it was written empty.
    #[must_use]
    pub fn list_if_given(&self, key: &str) -> Option<Vec<String>> {
        Some(self.items(key)?.iter().filter_map(|item| item.text().map(str::to_owned)).collect())
    }

    /// A text that is shown to nobody; `None` where it is missing or empty.
    #[must_use]
    pub fn secret(&self, key: &str) -> Option<Secret> {
        self.text(key).filter(|text| !text.is_empty()).map(Secret::new)
    }

    /// Names that the user chose with their texts, in their order; a name that was split at its dots is whole again.
    #[must_use]
    pub fn pairs(&self, key: &str) -> Vec<(String, String)> {
        fn collect(map: &Map, above: &str, found: &mut Vec<(String, String)>) {
            for entry in map.entries() {
                let name = join(above, &entry.key);
                match &entry.node.value {
                    Value::Map(below) => collect(below, &name, found),
                    _ => found.extend(entry.node.text().map(|text| (name, text.to_owned()))),
                }
            }
        }
        let mut found = Vec::new();
        if let Some(map) = self.map(key).as_ref().and_then(Node::as_map) {
            collect(map, "", &mut found);
        }
        found
    }

    /// As [`Section::pairs`], of texts that are shown to nobody, such as those of headers.
    #[must_use]
    pub fn secrets(&self, key: &str) -> Vec<(String, Secret)> {
        self.pairs(key).into_iter().map(|(name, text)| (name, Secret::new(text))).collect()
    }

    /// One of some words: its place among them.
    #[must_use]
    pub fn choice(&self, key: &str) -> usize {
        let words = match self.setting(key).map(|setting| setting.kind) {
            Some(Type::Word(words)) => words,
            _ => &[],
        };
        let written = self.sound(key).and_then(|node| read::word(&node, words));
        written.unwrap_or(match self.default(key) {
            Standard::Word(place) => place,
            _ => 0,
        })
    }

    /// One of some words, as the table spells it.
    #[must_use]
    pub fn word(&self, key: &str) -> &'static str {
        match self.setting(key).map(|setting| setting.kind) {
            Some(Type::Word(words)) => words.get(self.choice(key)).copied().unwrap_or_default(),
            _ => "",
        }
    }

    /// The sound items of a list, each with its place; `None` where it was not written.
    #[must_use]
    pub fn items(&self, key: &str) -> Option<Vec<Node>> {
        self.note_read(key);
        let inner = match self.setting(key).map(|setting| setting.kind) {
            Some(Type::List(inner)) => *inner,
            _ => Type::Text,
        };
        let mut items = check::items(self.peek(key)?, inner)?;
        items.retain(|item| read::wrong(inner, item).is_none());
        Some(items)
    }

    /// Notes that the value of `key` is wrong, by a rule beyond the table.
    pub fn reject(&mut self, key: &str, what: impl Into<String>) {
        let at = self.peek(key).map_or_else(|| self.node.at.clone(), |node| node.at.clone());
        self.errors.push(Error::new(at, self.full_name(key), what));
    }

    /// The key's full name, as errors show it.
    #[must_use]
    pub fn full_name(&self, key: &str) -> String {
        if key.is_empty() { self.name.clone() } else { join(&self.name, key) }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// What was rejected.
    pub fn finish(self) -> Result<Vec<Warning>, Errors> {
        Errors(self.errors).or(Vec::new())
    }

    fn setting(&self, key: &str) -> Option<&'static Setting> {
        schema::at_path(&self.rows, key)
    }

    fn default(&self, key: &str) -> Standard {
        let setting = self.setting(key);
        debug_assert!(setting.is_some(), "{} is in no table", self.full_name(key));
        setting.map_or(Standard::Unset, |setting| setting.default)
    }

    fn number_by_default(&self, key: &str) -> Option<u64> {
        match self.default(key) {
            Standard::Whole(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    /// The value of a key, if nothing is wrong with it.
    fn sound(&self, key: &str) -> Option<Node> {
        let kind = self.setting(key).map_or(Type::Text, |setting| setting.kind);
        self.node(key).filter(|node| read::wrong(kind, node).is_none())
    }

    fn peek(&self, key: &str) -> Option<&Node> {
        let kind = self.setting(key).map_or(Type::Any, |setting| setting.kind);
        self.node.at_path(key).filter(|node| !read::is_unset(kind, node))
    }

    #[cfg(test)]
    fn note_read(&self, key: &str) {
        READ.with_borrow_mut(|read| read.insert(self.full_name(key)));
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "the tests look at what is read")]
    fn note_read(&self, _key: &str) {}
}

#[cfg(test)]
thread_local! {
    /// Full names of what was read by this thread.
    pub(crate) static READ: std::cell::RefCell<std::collections::BTreeSet<String>> = std::cell::RefCell::default();
}
