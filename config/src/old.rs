//! Old spellings: settings of Packetbeat 1.0 to 8.0 that have other names today, and of tutorials that still show them.
//!
//! Each is taken out of the merged tree and put where it belongs; a warning shows the line to write.

mod rewrite;
mod step;
mod table;

use crate::error::{Error, Warning};
use crate::mark::Mark;
use crate::nearest::nearest;
use crate::node::{Entry, Map, Node, Value};
use crate::protocol::{Item, named};
use crate::read;
use crate::schema;
use packetbeat_core::setting::Type;
use step::{Old, Step};

/// So many characters of a value are shown in a warning.
const SHOWN: usize = 80;

/// Replaces all old spellings.
pub(crate) fn migrate(settings: &mut Node, warnings: &mut Vec<Warning>, errors: &mut Vec<Error>) {
    let mut migration = Migration { settings, warnings, errors };
    for old in table::OLD {
        for path in migration.paths(old.name) {
            migration.step(old, &path);
        }
    }
    migration.protocols();
    migration.shipper();
}

struct Migration<'a> {
    settings: &'a mut Node,
    warnings: &'a mut Vec<Warning>,
    errors: &'a mut Vec<Error>,
}

impl Migration<'_> {
    fn step(&mut self, old: &Old, path: &str) {
        let Some(entry) = self.take(path) else { return };
        match old.step {
            Step::To(new) => {
                let new = match path.split('.').nth(1) {
                    Some(output) => new.replace('*', output),
                    None => new.to_owned(),
                };
                self.put(path, &new, entry, old.since);
            }
            Step::By(rewrite) => rewrite(self, path, entry, old.since),
            Step::Gone(instead) => self.dropped(path, &entry, old.since, instead),
        }
    }

    /// The paths that a name with `*` stands for.
    fn paths(&self, name: &str) -> Vec<String> {
        let Some((above, below)) = name.split_once(".*.") else {
            let there = self.settings.at_path(name).is_some_and(|node| !node.is_null());
            return if there { vec![name.to_owned()] } else { Vec::new() };
        };
        let outputs =
            self.settings.at_path(above).and_then(Node::as_map).map(Map::entries).unwrap_or_default();
        // Of outputs that there are: there may be thousands of other names.
        let known = schema::at_path(&schema::rows(packetbeat_settings::root()), above);
        let known = known.and_then(|setting| schema::table_of(setting.kind)).unwrap_or_default();
        let outputs = outputs.iter().filter(|entry| known.iter().any(|row| row.name == entry.key));
        let there = |entry: &&Entry| entry.node.at_path(below).is_some_and(|node| !node.is_null());
        outputs.filter(there).map(|entry| format!("{above}.{}.{below}", entry.key)).collect()
    }

    /// Takes a setting out, with sections that nothing else is in.
    fn take(&mut self, path: &str) -> Option<Entry> {
        fn from(node: &mut Node, path: &str) -> Option<Entry> {
            let Value::Map(map) = &mut node.value else { return None };
            let Some((first, rest)) = path.split_once('.') else { return map.remove(path) };
            let inner = &mut map.entry_mut(first)?.node;
            let taken = from(inner, rest)?;
            if inner.as_map().is_some_and(Map::is_empty) {
                map.remove(first);
            }
            Some(taken)
        }
        from(self.settings, path)
    }

    /// Puts the value under its new name, where nothing else says the same, and tells.
    fn put(&mut self, old: &str, new: &str, entry: Entry, since: &str) {
        let what = format!("old spelling, replaced in {since}: write {}", line(new, &entry.node));
        self.warnings.push(Warning { at: entry.key_at.clone(), key: old.to_owned(), what });
        self.insert(old, new, entry);
    }

    /// Tells of a value that cannot be understood.
    fn wrong(&mut self, path: &str, entry: &Entry, wanted: &str, new: &str) {
        let what = read::no(Type::Any, &entry.node, wanted).what;
        self.error(&entry.node.at, path, &what, &format!("{new} is its name today"));
    }

    fn insert(&mut self, old: &str, new: &str, entry: Entry) {
        let mut clash = None;
        let at = entry.key_at.clone();
        let parts: Vec<&str> = new.split('.').collect();
        into(self.settings, &parts, entry, &mut clash);
        if let Some(Clash { first, name }) = clash {
            let new = name.map_or_else(|| new.to_owned(), |name| format!("{new}.{name}"));
            let what = format!("says the same as {new} at {first}");
            self.error(&at, old, &what, &format!("keep {new} alone"));
        }
    }

    /// Adds an item to a list at the top; what is no list is said to be wrong by the check.
    fn append(&mut self, name: &str, item: Node) {
        let at = item.at.clone();
        let Value::Map(map) = &mut self.settings.value else { return };
        if map.get(name).is_none_or(Node::is_null) {
            map.remove(name);
            let node = Node::new(Value::List(Vec::new()), at.clone());
            map.push(Entry { key: name.to_owned(), key_at: at, node });
        }
        if let Some(Value::List(items)) = map.entry_mut(name).map(|entry| &mut entry.node.value) {
            items.push(item);
        }
    }

    fn dropped(&mut self, path: &str, entry: &Entry, since: &str, instead: &str) {
        let what = format!("removed in {since}, left out: {instead}");
        self.warnings.push(Warning { at: entry.key_at.clone(), key: path.to_owned(), what });
    }

    fn error(&mut self, at: &Mark, key: &str, what: &str, hint: &str) {
        self.errors.push(Error::new(at.clone(), key, what).hint(hint));
    }

    /// The older form of the list, and options that were renamed.
    fn protocols(&mut self) {
        const KEY: &str = "packetbeat.protocols";
        let Some(node) = self.settings.at_path(KEY) else { return };
        let mut renamed = Vec::new();
        for (index, item) in named(node).unwrap_or_default().into_iter().enumerate() {
            let Item::Named(one) = item else { continue };
            for (_, old, new, since) in table::OF_PROTOCOLS.iter().filter(|row| row.0 == one.name) {
                if one.node.at_path(old).is_some() {
                    renamed.push((index, one.name.to_owned(), *old, *new, *since));
                }
            }
        }
        if let Value::Map(map) = &node.value
            && let Some(entry) = map.entries().first()
        {
            let what = format!("old form, replaced in 6.0: write a list, such as - type: {}", entry.key);
            self.warnings.push(Warning { at: entry.key_at.clone(), key: KEY.to_owned(), what });
        }
        for (index, name, old, new, since) in renamed {
            self.rename(index, &format!("{KEY}[{name}]"), old, new, since);
        }
    }

    /// What `shipper` never had.
    fn shipper(&mut self) {
        const KEY: &str = "shipper";
        let names = || table::OLD.iter().filter_map(|old| old.name.strip_prefix("shipper."));
        let Some(Value::Map(map)) = self.take(KEY).map(|entry| entry.node.value) else { return };
        for entry in map.entries() {
            let hint = match nearest(&entry.key, names()) {
                Some(name) => format!("did you mean {KEY}.{name}?"),
                None => format!(
                    "{KEY} was taken apart in 5.0; it had: {}",
                    names().collect::<Vec<_>>().join(", ")
                ),
            };
            self.error(&entry.key_at, &format!("{KEY}.{}", entry.key), "unknown setting", &hint);
        }
    }

    fn rename(&mut self, index: usize, path: &str, old: &str, new: &str, since: &str) {
        let Some(list) = at_mut(self.settings, &["packetbeat", "protocols"]) else { return };
        let section = match &mut list.value {
            Value::List(items) => items.iter_mut().filter(|item| !item.is_null()).nth(index),
            Value::Map(map) => map.entries_mut().get_mut(index).map(|entry| &mut entry.node),
            _ => None,
        };
        let Some(Value::Map(map)) = section.map(|section| &mut section.value) else { return };
        let Some(entry) = remove(map, old) else { return };
        let at = entry.key_at.clone();
        let what = format!("old spelling, replaced in {since}: write {}", line(new, &entry.node));
        match map.get(new) {
            Some(known) => {
                let what = format!("says the same as {path}.{new} at {}", known.at);
                self.error(&at, &format!("{path}.{old}"), &what, &format!("keep {new} alone"));
            }
            None => {
                map.push(Entry { key: new.to_owned(), ..entry });
                self.warnings.push(Warning { at, key: format!("{path}.{old}"), what });
            }
        }
    }
}

/// What is there already.
struct Clash {
    first: Mark,
    /// Its name below the new one, when sections were joined.
    name: Option<String>,
}

fn into(node: &mut Node, path: &[&str], entry: Entry, clash: &mut Option<Clash>) {
    if node.is_null() {
        node.value = Value::Map(Map::default());
    }
    let Value::Map(map) = &mut node.value else {
        *clash = Some(Clash { first: node.at.clone(), name: None });
        return;
    };
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match map.entry_mut(first) {
            None => map.push(Entry { key: (*first).to_owned(), ..entry }),
            Some(known) => join(&mut known.node, &known.key_at, entry.node, clash),
        }
        return;
    }
    if map.entry(first).is_none() {
        let inner = Node::new(Value::Map(Map::default()), entry.key_at.clone());
        map.push(Entry { key: (*first).to_owned(), key_at: entry.key_at.clone(), node: inner });
    }
    if let Some(known) = map.entry_mut(first) {
        into(&mut known.node, rest, entry, clash);
    }
}

/// Two sections become one; what both say is told once.
fn join(known: &mut Node, known_at: &Mark, other: Node, clash: &mut Option<Clash>) {
    match (&mut known.value, other.value) {
        (_, Value::Null) => {}
        (Value::Null, value) => {
            *known = Node { value, at: other.at, spelling: other.spelling, reference: other.reference };
        }
        (Value::Map(map), Value::Map(other)) => {
            for entry in other.into_entries() {
                match map.entry_mut(&entry.key) {
                    None => map.push(entry),
                    Some(same) if same.node.is_null() => same.node = entry.node,
                    Some(_) if entry.node.is_null() => {}
                    Some(same) => {
                        let mut inner = None;
                        join(&mut same.node, &same.key_at, entry.node, &mut inner);
                        if let Some(Clash { first, name }) = inner {
                            let name = name
                                .map_or_else(|| entry.key.clone(), |name| format!("{}.{name}", entry.key));
                            *clash = Some(Clash { first, name: Some(name) });
                        }
                    }
                }
            }
        }
        _ => *clash = Some(Clash { first: known_at.clone(), name: None }),
    }
}

fn at_mut<'n>(node: &'n mut Node, path: &[&str]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, name| match &mut node.value {
        Value::Map(map) => map.entry_mut(name).map(|entry| &mut entry.node),
        _ => None,
    })
}

/// The line to write, without secrets.
fn line(name: &str, node: &Node) -> String {
    let is_map = |node: &Node| matches!(node.value, Value::Map(_));
    let below = is_map(node) || matches!(&node.value, Value::List(items) if items.iter().any(is_map));
    let kind = schema::at_path(&schema::rows(packetbeat_settings::root()), name).map(|setting| setting.kind);
    let secret =
        matches!(kind, Some(Type::Secret | Type::Url | Type::Host | Type::List(&Type::Host) | Type::Any));
    match node.reference() {
        Some(reference) => format!("{name}: {reference}"),
        None if below => format!("{name}, with all that stands below"),
        None if secret && node_holds_password(node) => format!("{name}: …"),
        None => {
            let value = flow(node);
            let shown = if value.chars().count() > SHOWN { "…".to_owned() } else { value };
            format!("{name}: {shown}")
        }
    }
}

/// A line that is not too long to show.
fn cut(line: &str) -> String {
    const SHOWN: usize = 160;
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

fn node_holds_password(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().any(node_holds_password),
        _ => node.text().is_some_and(|text| text.contains('@')),
    }
}

/// On one line.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(_) => "{…}".to_owned(),
        _ => node.to_yaml().trim_end().to_owned(),
    }
}

/// Takes an entry out by its name, which may lead into a section below; a section that becomes empty goes too.
fn remove(map: &mut Map, name: &str) -> Option<Entry> {
    let Some((above, below)) = name.split_once('.') else { return map.remove(name) };
    let Value::Map(inner) = &mut map.entry_mut(above)?.node.value else { return None };
    let entry = remove(inner, below)?;
    if inner.is_empty() {
        map.remove(above);
    }
    Some(entry)
}
