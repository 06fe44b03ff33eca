//! Which names a section may hold: those that were read, and those that Packetbeat knows.

use crate::error::{Error, Warning};
use crate::nearest::nearest;
use crate::node::{Entry, Map, Node, Value};

/// So many errors get hints: looking for the nearest name is slow where everything is wrong.
const MAX_HINTED: usize = 100;
/// At most so many valid names are listed when none is near.
const MAX_LISTED: usize = 10;

/// Names that are valid though nobody reads them, as a part of a table of full names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names {
    table: &'static [&'static str],
    /// What the table's names begin with; ends in a dot, or is empty.
    prefix: &'static str,
    /// Say nothing of names that are known and not read.
    quiet: bool,
}

impl Names {
    pub(crate) const fn new(table: &'static [&'static str], prefix: &'static str) -> Self {
        Self { table, prefix, quiet: false }
    }

    pub(crate) const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Unknown names, and known ones that nobody read.
    pub(crate) fn check(
        &self,
        section: &str,
        map: &Map,
        read: &[&'static str],
    ) -> (Vec<Error>, Vec<Warning>) {
        let mut check = Check { names: self, section, read, errors: Vec::new(), warnings: Vec::new() };
        check.map(map, "");
        (check.errors, check.warnings)
    }

    /// The table's names, relative to the section.
    fn known(&self) -> impl Iterator<Item = &'static str> {
        self.table.iter().filter_map(|name| name.strip_prefix(self.prefix))
    }
}

struct Check<'a> {
    names: &'a Names,
    section: &'a str,
    read: &'a [&'static str],
    errors: Vec<Error>,
    warnings: Vec<Warning>,
}

impl Check<'_> {
    fn map(&mut self, map: &Map, above: &str) {
        for entry in map.entries() {
            let path = join(above, &entry.key);
            if self.read.contains(&path.as_str()) {
                continue;
            }
            if self.read.iter().any(|name| is_below(name, &path)) {
                match &entry.node.value {
                    Value::Map(inner) => self.map(inner, &path),
                    Value::Null => {}
                    _ => self.not_a_section(entry, &path),
                }
            } else if self.accepts(entry, &path) && !self.names.quiet && says_something(&entry.node) {
                let what = "known, but not acted on yet".to_owned();
                self.warnings.push(Warning { at: entry.key_at.clone(), key: self.full(&path), what });
            }
        }
    }

    /// Is everything in this entry known? What is not becomes an error.
    fn accepts(&mut self, entry: &Entry, path: &str) -> bool {
        let exact = self.names.known().any(|name| name == path);
        let above = self.names.known().any(|name| is_below(name, path));
        match (&entry.node.value, above) {
            (Value::Map(inner), true) => {
                let mut all = true;
                for entry in inner.entries() {
                    all &= self.accepts(entry, &join(path, &entry.key));
                }
                all
            }
            (Value::Null, true) => true,
            _ if exact => true,
            (Value::List(_), true) => true,
            (_, true) => {
                self.not_a_section(entry, path);
                false
            }
            _ => {
                self.unknown(entry, path);
                false
            }
        }
    }

    fn not_a_section(&mut self, entry: &Entry, path: &str) {
        let what = format!("expected a section, found {}", entry.node.kind());
        let mut error = Error::new(entry.node.at.clone(), self.full(path), what);
        error.hint = self.valid_here(path);
        self.errors.push(error);
    }

    fn unknown(&mut self, entry: &Entry, path: &str) {
        let error = Error::new(entry.key_at.clone(), self.full(path), "unknown setting");
        let hint = if self.errors.len() < MAX_HINTED { self.meant(entry, path) } else { None };
        self.errors.push(match hint {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }

    fn meant(&self, entry: &Entry, path: &str) -> Option<String> {
        // A key may hold dots itself when they could not be split.
        let above = path.strip_suffix(&entry.key).and_then(|above| above.strip_suffix('.')).unwrap_or("");
        let near = nearest(&entry.key, self.siblings(above))
            .map(|name| join(above, name))
            .or_else(|| self.elsewhere(&entry.key));
        near.map(|name| format!("did you mean {}?", self.full(&name))).or_else(|| self.valid_here(above))
    }

    /// A valid name that ends like this one: `protocols` for `packetbeat.protocols`.
    fn elsewhere(&self, key: &str) -> Option<String> {
        let ends = |name: &&str| name.strip_suffix(key).is_some_and(|before| before.ends_with('.'));
        self.all().find(ends).map(str::to_owned)
    }

    fn valid_here(&self, above: &str) -> Option<String> {
        let names: Vec<&str> = self.siblings(above);
        (!names.is_empty() && names.len() <= MAX_LISTED).then(|| format!("valid here: {}", names.join(", ")))
    }

    /// The names that may stand directly below `above`.
    fn siblings(&self, above: &str) -> Vec<&'static str> {
        let below = |name: &'static str| {
            if above.is_empty() { Some(name) } else { name.strip_prefix(above)?.strip_prefix('.') }
        };
        let first = |name: &'static str| name.split('.').next();
        let mut names: Vec<_> = self.all().filter_map(below).filter_map(first).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.read.iter().copied().chain(self.names.known())
    }

    fn full(&self, path: &str) -> String {
        join(self.section, path)
    }
}

fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

/// `enabled: false`, nothing at all, and an empty list ask for nothing: no need to warn of them.
fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => false,
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => {
            let off = map.get("enabled").is_some_and(|node| node.value == Value::Bool(false));
            !off && map.entries().iter().any(|entry| says_something(&entry.node))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::known_keys::{PROTOCOLS, SETTINGS};

    #[test]
    fn tables_are_sorted() {
        assert!(SETTINGS.is_sorted_by(|left, right| left < right));
        assert!(PROTOCOLS.is_sorted_by(|left, right| left.0 < right.0));
        for (name, keys) in PROTOCOLS {
            assert!(keys.is_sorted_by(|left, right| left < right), "{name}");
        }
    }
}
