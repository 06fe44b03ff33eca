//! Reading one section of the configuration: typed, checked, all errors at once.
//!
//! A [`Section`] owns its part of the tree and knows nothing of files. Whoever reads an option from it names
//! the key and the default; the section remembers which names were asked for, so that [`Section::finish`] can
//! tell what nobody wanted. A wrong value is noted and the default returned: reading goes on.

use crate::error::{Error, Errors, Warning};
use crate::mark::Mark;
use crate::names::Names;
use crate::node::{Map, Node, Value};
use crate::units;
use packetbeat_core::setting::Setting;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Options of one section; keys are names below it, dotted where they are nested.
#[derive(Clone, Debug)]
pub struct Section {
    name: String,
    at: Mark,
    map: Map,
    names: Names,
    read: Vec<&'static str>,
    errors: Vec<Error>,
    warnings: Vec<Warning>,
    /// What its options are, when a protocol reads it.
    pub(crate) table: &'static [Setting],
}

impl Section {
    /// The section called `name` (as errors show it); `node` must be a map, or null for an empty one.
    #[must_use]
    pub fn new(name: impl Into<String>, node: Node) -> Self {
        Self::known(name.into(), node, Names::default())
    }

    /// A section of which `names` are valid though nobody may read them.
    pub(crate) fn known(name: String, node: Node, names: Names) -> Self {
        let mut errors = Vec::new();
        let kind = node.kind();
        let map = match node.value {
            Value::Map(map) => map,
            Value::Null => Map::default(),
            _ => {
                errors.push(Error::new(node.at.clone(), &name, format!("expected a section, found {kind}")));
                Map::default()
            }
        };
        Self { name, at: node.at, map, names, read: Vec::new(), errors, warnings: Vec::new(), table: &[] }
    }

    /// The same section, read by the names of a table of options.
    #[must_use]
    pub fn described_by(mut self, table: &'static [Setting]) -> Self {
        self.table = table;
        self
    }

    /// Where the section starts.
    #[must_use]
    pub fn mark(&self) -> &Mark {
        &self.at
    }

    /// Is nothing wrong so far?
    pub(crate) fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// The raw value of a key that is there and not null; counts as read.
    pub fn node(&mut self, key: &'static str) -> Option<Node> {
        if !self.read.contains(&key) {
            self.read.push(key);
        }
        self.peek(key).cloned()
    }

    /// Is the key there, and not null? Does not count as read.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// The raw value of a key that must hold a section.
    pub fn map(&mut self, key: &'static str) -> Option<Node> {
        let node = self.node(key)?;
        self.checked(key, &node, |node| node.as_map().map(|_| ()), "a section")?;
        Some(node)
    }

    /// `true` or `false`; `yes`, `on`, `no` and `off` too, which were booleans in YAML 1.1.
    pub fn bool(&mut self, key: &'static str, default: bool) -> bool {
        self.bool_if_given(key).unwrap_or(default)
    }

    /// `true` or `false`, if there is one.
    pub fn bool_if_given(&mut self, key: &'static str) -> Option<bool> {
        let parse = |node: &Node| {
            let text = node.text()?;
            let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is(["true", "yes", "on"]) { Some(true) } else { is(["false", "no", "off"]).then_some(false) }
        };
        self.read_as(key, parse, "true or false")
    }

    /// A whole number within `range`.
    pub fn u64(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        self.number(key, range).unwrap_or(default)
    }

    /// A whole number within `range`, if there is one.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let wanted = match (*range.start(), *range.end()) {
            (0, u64::MAX) => "a whole number, 0 or more".to_owned(),
            (start, u64::MAX) => format!("a whole number, {start} or more"),
            (start, end) => format!("a whole number from {start} to {end}"),
        };
        self.read_as(key, |node| whole(node).filter(|number| range.contains(number)), &wanted)
    }

    /// Bytes: a whole number, or one with a unit (`10MiB`, `1MB`).
    pub fn bytes(&mut self, key: &'static str, default: u64) -> u64 {
        let parse = |node: &Node| node.text().and_then(units::size);
        self.read_as(key, parse, "a size such as 10485760, 10MiB or 1MB").unwrap_or(default)
    }

    /// A length of time (`10s`, `400ms`, `1h30m`); a bare number is seconds. Never negative.
    pub fn duration(&mut self, key: &'static str, default: Duration) -> Duration {
        self.duration_if_given(key).unwrap_or(default)
    }

    /// As [`Section::duration`], without a default.
    pub fn duration_if_given(&mut self, key: &'static str) -> Option<Duration> {
        let parse = |node: &Node| {
            let signed = node.text().and_then(units::duration)?;
            (!signed.negative || signed.length.is_zero()).then_some(signed.length)
        };
        self.read_as(key, parse, "a duration such as 10s, 400ms or 1h30m")
    }

    /// As [`Section::duration`], where a negative duration switches something off: `None`.
    pub fn duration_or_off(&mut self, key: &'static str, default: Option<Duration>) -> Option<Duration> {
        let parse = |node: &Node| {
            let signed = node.text().and_then(units::duration)?;
            Some((!signed.negative || signed.length.is_zero()).then_some(signed.length))
        };
        self.read_as(key, parse, "a duration such as 10s, or -1s for never").unwrap_or(default)
    }

    /// A single value as text; numbers and booleans as they are spelled.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.read_as(key, |node| node.text().map(str::to_owned), "text")
    }

    /// A list of texts. One value alone is split at its commas, since variables and `-E` give lists so.
    pub fn list(&mut self, key: &'static str) -> Vec<String> {
        self.list_if_given(key).unwrap_or_default()
    }

    /// As [`Section::list`]; `None` when the key is not there, `Some` of nothing when the list is empty.
    pub fn list_if_given(&mut self, key: &'static str) -> Option<Vec<String>> {
        let items = self.items(key)?;
        let parse = |node: &Node| node.text().map(str::to_owned);
        Some(items.iter().filter_map(|item| self.checked(key, item, parse, "text")).collect())
    }

    /// Permission bits: octal with a leading 0 (`0600`), otherwise decimal, as YAML 1.1 reads them.
    pub(crate) fn permissions(&mut self, key: &'static str, default: u32) -> u32 {
        let parse = |node: &Node| {
            let text = node.text()?;
            let digits =
                text.strip_prefix("0o").or_else(|| text.strip_prefix('0').filter(|rest| !rest.is_empty()));
            let bits = match digits {
                Some(octal) => u32::from_str_radix(octal, 8),
                None => text.parse(),
            };
            bits.ok().filter(|bits| *bits <= 0o777)
        };
        self.read_as(key, parse, "permission bits in octal with a leading 0, such as 0600").unwrap_or(default)
    }

    /// One of `names`, as its index; `default` is an index too.
    pub fn choice(&mut self, key: &'static str, names: &[&'static str], default: usize) -> usize {
        let wanted = format!("one of {}", names.join(", "));
        let parse = |node: &Node| {
            let text = node.text()?;
            names.iter().position(|name| name.eq_ignore_ascii_case(text))
        };
        self.read_as(key, parse, &wanted).unwrap_or(default)
    }

    /// The items of a list, each with its place, as [`Section::list`] finds them; nulls are left out.
    pub(crate) fn items(&mut self, key: &'static str) -> Option<Vec<Node>> {
        let node = self.node(key)?;
        let at = node.at.clone();
        match node.value {
            Value::List(items) => Some(items.into_iter().filter(|item| !item.is_null()).collect()),
            Value::Map(_) => {
                self.wrong(key, at, "expected a list, found a section");
                None
            }
            Value::Str(text) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(parts.map(|part| crate::scalar::plain(part, at.clone())).collect())
            }
            _ => Some(vec![node]),
        }
    }

    /// Parses one value of a key, or notes what was wanted instead.
    pub(crate) fn checked<T>(
        &mut self,
        key: &str,
        node: &Node,
        parse: impl FnOnce(&Node) -> Option<T>,
        wanted: &str,
    ) -> Option<T> {
        let parsed = parse(node);
        if parsed.is_none() {
            self.wrong(key, node.at.clone(), format!("expected {wanted}, found {}", found(node)));
        }
        parsed
    }

    /// Notes that the value of `key` is wrong, by a rule beyond its type and range.
    pub fn reject(&mut self, key: &str, what: impl Into<String>) {
        let at = self.peek(key).map_or_else(|| self.at.clone(), |node| node.at.clone());
        self.wrong(key, at, what);
    }

    /// Notes that the value of `key` at `at` is wrong.
    pub(crate) fn wrong(&mut self, key: &str, at: Mark, what: impl Into<String>) {
        self.errors.push(Error::new(at, self.full_name(key), what));
    }

    /// Notes an error that is complete.
    pub(crate) fn note(&mut self, error: Error) {
        self.errors.push(error);
    }

    /// The key's full name, as errors show it.
    #[must_use]
    pub fn full_name(&self, key: &str) -> String {
        match (self.name.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (_, true) => self.name.clone(),
            _ => format!("{}.{key}", self.name),
        }
    }

    /// Ends the reading: keys that nobody asked for are errors, or warnings when Packetbeat knows them.
    ///
    /// # Errors
    /// All that was wrong with values, then all unknown names with the nearest valid one.
    pub fn finish(mut self) -> Result<Vec<Warning>, Errors> {
        let (errors, warnings) = self.names.check(&self.name, &self.map, &self.read);
        self.errors.extend(errors);
        self.warnings.extend(warnings);
        Errors(self.errors).or(self.warnings)
    }

    /// Ends the reading of a section below this one; its errors and warnings become ours.
    pub(crate) fn absorb(&mut self, section: Self) {
        match section.finish() {
            Ok(more) => self.warnings.extend(more),
            Err(more) => self.errors.extend(more.0),
        }
    }

    /// What was wrong with the values read so far; [`Section::finish`] does not tell it again.
    pub(crate) fn take_errors(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.errors)
    }

    /// No warnings of names that are known and not read.
    pub(crate) fn silent(mut self) -> Self {
        self.names = self.names.quiet();
        self
    }

    fn peek(&self, key: &str) -> Option<&Node> {
        let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
        let node = self.map.get(first)?;
        rest.map_or(Some(node), |rest| node.at_path(rest)).filter(|node| !node.is_null())
    }

    fn read_as<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&Node) -> Option<T>,
        wanted: &str,
    ) -> Option<T> {
        let node = self.node(key)?;
        self.checked(key, &node, parse, wanted)
    }
}

/// A whole number, also when it is written as text (variables in quotes are).
pub(crate) fn whole(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => node.text()?.parse().ok(),
    }
}

/// The value in the words of an error message: cut, so that a whole file in quotes stays readable.
fn found(node: &Node) -> String {
    const SHOWN: usize = 40;
    match node.text() {
        Some(text) if text.chars().count() > SHOWN => {
            format!("\"{}…\"", text.chars().take(SHOWN).collect::<String>().escape_debug())
        }
        Some(text) if matches!(node.value, Value::Str(_)) => format!("\"{}\"", text.escape_debug()),
        Some(text) => text.to_owned(),
        None => node.kind().to_owned(),
    }
}
