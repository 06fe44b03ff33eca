//! Dotted and nested names made one tree, and several sources merged into one.

use crate::error::Error;
use crate::limits::MAX_DEPTH;
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};

/// Splits dotted names: `{a.b: 1, a: {c: 2}}` becomes `{a: {b: 1, c: 2}}`, in lists too. `path` leads to `node`.
///
/// # Errors
/// Every setting that the source gives twice, with both places, and what is nested deeper than [`MAX_DEPTH`].
pub(crate) fn split_names(node: Node, path: &mut Path, errors: &mut Vec<Error>) -> Node {
    Splitter { errors }.node(node, path)
}

/// Lays `over` upon `base`: maps are merged, a null changes nothing, all else replaces. Numbers as names
/// reach into a list of `base` (`packetbeat.protocols.0.ports`).
pub(crate) fn merge(base: &mut Node, over: Node) {
    match (&mut base.value, over.value) {
        (_, Value::Null) => {}
        (Value::Map(map), Value::Map(other)) => {
            for entry in other.into_entries() {
                match map.entry_mut(&entry.key) {
                    Some(known) => merge(&mut known.node, entry.node),
                    None => map.push(entry),
                }
            }
        }
        (Value::List(items), Value::Map(other)) if indexes(&other, items.len()) => {
            for entry in other.into_entries() {
                if let Some(item) = entry.key.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                    merge(item, entry.node);
                }
            }
        }
        (_, value) => *base = Node { value, at: over.at, spelling: over.spelling, reference: over.reference },
    }
}

fn indexes(map: &Map, len: usize) -> bool {
    !map.is_empty() && map.entries().iter().all(|e| e.key.parse::<usize>().is_ok_and(|index| index < len))
}

/// Names and indexes from the root to where we are.
pub(crate) type Path = Vec<String>;

struct Splitter<'a> {
    errors: &'a mut Vec<Error>,
}

impl Splitter<'_> {
    fn node(&mut self, node: Node, path: &mut Path) -> Node {
        // As YAML counts: the root is one of the levels, an empty map or list is one as well.
        if path.len() >= MAX_DEPTH && matches!(node.value, Value::List(_) | Value::Map(_)) {
            self.too_deep(node.at.clone());
            return Node::new(Value::Null, node.at);
        }
        let value = match node.value {
            Value::List(items) => Value::List(self.list(items, path)),
            Value::Map(map) => Value::Map(self.map(map, path)),
            scalar => scalar,
        };
        Node { value, at: node.at, spelling: node.spelling, reference: node.reference }
    }

    fn list(&mut self, items: Vec<Node>, path: &mut Path) -> Vec<Node> {
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            path.push(index.to_string());
            out.push(self.node(item, path));
            path.pop();
        }
        out
    }

    fn map(&mut self, map: Map, path: &mut Path) -> Map {
        let mut out = Map::default();
        for Entry { key, key_at, node } in map.into_entries() {
            let parts = parts(&key);
            let depth = path.len();
            if depth + parts.len() > MAX_DEPTH {
                self.too_deep(key_at);
                continue;
            }
            path.extend(parts.iter().map(|&part| part.to_owned()));
            let node = self.node(node, path);
            path.truncate(depth);
            if let Some(entry) = nested(&parts, &key_at, node) {
                self.insert(&mut out, entry, path);
            }
        }
        out
    }

    fn too_deep(&mut self, at: Mark) {
        let what = format!("nested deeper than {MAX_DEPTH} levels, names between dots counted");
        self.errors.push(Error::new(at, "", what));
    }

    fn insert(&mut self, map: &mut Map, entry: Entry, path: &mut Path) {
        let Some(known) = map.entry_mut(&entry.key) else { return map.push(entry) };
        path.push(entry.key);
        match (&mut known.node.value, entry.node.value) {
            (_, Value::Null) => {}
            (Value::Map(inner), Value::Map(other)) => {
                for entry in other.into_entries() {
                    self.insert(inner, entry, path);
                }
            }
            (Value::Null, value) => {
                known.key_at = entry.key_at;
                let Node { at, spelling, reference, .. } = entry.node;
                known.node = Node { value, at, spelling, reference };
            }
            _ => {
                let what = format!("written twice, first at {}", known.key_at);
                self.errors.push(Error::new(entry.key_at, path.join("."), what).hint("keep one of them"));
            }
        }
        path.pop();
    }
}

/// A name with nothing before, between or after its dots is left as it is.
fn parts(key: &str) -> Vec<&str> {
    if key.split('.').any(str::is_empty) { vec![key] } else { key.split('.').collect() }
}

/// `a.b: node` as `a: {b: node}`.
fn nested(parts: &[&str], at: &Mark, node: Node) -> Option<Entry> {
    let (last, outer) = parts.split_last()?;
    let mut entry = Entry { key: (*last).to_owned(), key_at: at.clone(), node };
    for part in outer.iter().rev() {
        let mut map = Map::default();
        map.push(entry);
        entry = Entry {
            key: (*part).to_owned(),
            key_at: at.clone(),
            node: Node::new(Value::Map(map), at.clone()),
        };
    }
    Some(entry)
}
