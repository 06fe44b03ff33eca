//! YAML text to [`Node`]s: anchors, aliases, merge keys, duplicate keys, limits.
//!
//! JSON is YAML, so a configuration in JSON needs nothing else.

use crate::error::Error;
use crate::limits::{MAX_DEPTH, MAX_MAP_ENTRIES, MAX_NODES};
use crate::mark::{Mark, Source};
use crate::node::{Entry, Map, Node, Value};
use crate::{scalar, surrogates};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Reads one document; text without any content is an empty map.
///
/// Names that a map has twice go to `errors`, and the first one stays.
///
/// # Errors
/// Broken YAML, a second document, or a limit of [`crate::limits`] that is passed.
pub(crate) fn parse(text: &str, source: &Source, errors: &mut Vec<Error>) -> Result<Node, Error> {
    let found = read(text, source, errors);
    // JSON writes what lies beyond U+FFFF as two escapes; YAML knows one. Columns behind it shift: nobody counts there.
    match surrogates::join(text) {
        Some(joined) if found.is_err() => read(&joined, source, errors),
        _ => found,
    }
}

fn read(text: &str, source: &Source, errors: &mut Vec<Error>) -> Result<Node, Error> {
    let mut twice = Vec::new();
    let mut reader =
        Reader { errors: &mut twice, anchors: HashMap::new(), nodes: 0, open: Vec::new(), done: None };
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|err| not_yaml(&err, text, source))?;
        reader.event(event, mark(source, span.start))?;
    }
    let done = reader.done;
    errors.append(&mut twice);
    Ok(done.unwrap_or_else(|| Node::new(Value::Map(Map::default()), Mark::whole(source.clone()))))
}

fn not_yaml(err: &ScanError, text: &str, source: &Source) -> Error {
    let error = Error::new(mark(source, *err.marker()), "", format!("not valid YAML: {}", err.info()));
    let indented = |line: &str| line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t');
    let from = err.marker().line().saturating_sub(1);
    match text.lines().skip(from).position(indented) {
        Some(lines) if err.info().contains("tab") => {
            error.hint(format!("line {} is indented with a tab; YAML takes spaces", from + lines + 1))
        }
        _ => error,
    }
}

fn mark(source: &Source, marker: Marker) -> Mark {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Mark {
        source: source.clone(),
        line: number(marker.line()),
        column: number(marker.col()).saturating_add(1),
    }
}

/// A collection whose end has not come yet.
struct Open {
    anchor: usize,
    at: Mark,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { map: Map, names: HashSet<String>, key: Option<Key>, merged: Vec<Node> },
}

struct Key {
    name: String,
    at: Mark,
    /// `<<` without quotes.
    merges: bool,
}

/// How many nodes a value holds and how many levels.
#[derive(Clone, Copy)]
struct Extent {
    nodes: usize,
    levels: usize,
}

struct Reader<'a> {
    errors: &'a mut Vec<Error>,
    /// Finished anchored nodes and their extent.
    anchors: HashMap<usize, (Node, Extent)>,
    nodes: usize,
    open: Vec<Open>,
    done: Option<Node>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, at: Mark) -> Result<(), Error> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, &at)?;
                let node = scalar_node(text, style, tag.as_deref(), at)?;
                self.finished(node, anchor)
            }
            Event::Alias(anchor) => {
                let Some(&(_, extent)) = self.anchors.get(&anchor) else {
                    return Err(Error::new(at, "", "this alias stands inside the value it refers to"));
                };
                self.count(extent.nodes, &at)?;
                if self.open.len() + extent.levels > MAX_DEPTH {
                    return Err(too_deep(at));
                }
                let Some(mut node) = self.anchors.get(&anchor).map(|(node, _)| node.clone()) else {
                    return Ok(());
                };
                node.at = at;
                self.finished(node, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, at, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let (map, names) = (Map::default(), HashSet::new());
                self.begin(anchor, at, Kind::Map { map, names, key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(Error::new(at, "", "a second YAML document; a configuration is one document"))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, at: Mark, kind: Kind) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(at));
        }
        self.count(1, &at)?;
        self.open.push(Open { anchor, at, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(Open { anchor, at, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map { mut map, mut names, merged, .. } => {
                for node in merged {
                    merge_key(&mut map, &mut names, node)?;
                }
                Value::Map(map)
            }
        };
        self.finished(Node::new(value, at), anchor)
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<(), Error> {
        if anchor != 0 {
            let extent = extent(&node);
            // The copy that is kept counts too: anchors inside anchors would multiply it.
            self.count(extent.nodes, &node.at)?;
            self.anchors.insert(anchor, (node.clone(), extent));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Map { map, names, key, merged }) => match key.take() {
                None => *key = Some(key_of(&node)?),
                Some(Key { merges: true, .. }) => merged.push(node),
                Some(Key { name, at: key_at, .. }) => {
                    if !names.insert(name.clone()) {
                        let twice = duplicate(map, &name, key_at);
                        let key = self.path(&name);
                        self.errors.push(Error { key, ..twice });
                        return Ok(());
                    }
                    if names.len() > MAX_MAP_ENTRIES {
                        return Err(too_many_names(key_at));
                    }
                    map.push(Entry { key: name, key_at, node });
                }
            },
        }
        Ok(())
    }

    /// The full name of what stands in the collection that is open.
    fn path(&self, name: &str) -> String {
        let outer = self.open.iter().rev().skip(1).rev().filter_map(|open| match &open.kind {
            Kind::Map { key, .. } => key.as_ref().map(|key| key.name.clone()),
            Kind::List(items) => Some(items.len().to_string()),
        });
        outer.chain([name.to_owned()]).collect::<Vec<_>>().join(".")
    }

    fn count(&mut self, more: usize, at: &Mark) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            let what = format!("more than {MAX_NODES} values (aliases count what they repeat)");
            return Err(Error::new(at.clone(), "", what));
        }
        Ok(())
    }
}

fn scalar_node(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, at: Mark) -> Result<Node, Error> {
    match tag {
        // That it is not quoted makes it a merge key: see key_of.
        None if style == ScalarStyle::Plain && text == "<<" => {
            Ok(Node { spelling: Some("<<".into()), ..Node::new(Value::Str(text.to_string()), at) })
        }
        None if style == ScalarStyle::Plain => Ok(scalar::plain(&text, at)),
        None => Ok(Node::new(Value::Str(text.into_owned()), at)),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
            Ok(Node::new(Value::Str(text.into_owned()), at))
        }
        Some(tag) if tag.is_yaml_core_schema() => Ok(scalar::plain(&text, at)),
        Some(tag) => Err(Error::new(at, "", format!("unknown YAML tag {}{}", tag.handle, tag.suffix))),
    }
}

fn key_of(node: &Node) -> Result<Key, Error> {
    let text = if node.is_null() { None } else { node.text() };
    match text {
        Some(text) => Ok(Key {
            name: text.to_owned(),
            at: node.at.clone(),
            merges: text == "<<" && node.spelling.is_some(),
        }),
        None => Err(Error::new(node.at.clone(), "", format!("a name is expected here, not {}", node.kind()))),
    }
}

fn duplicate(map: &Map, name: &str, at: Mark) -> Error {
    let first = map.entry(name).map(|entry| format!(", first at {}", entry.key_at)).unwrap_or_default();
    Error::new(at, name, format!("written twice{first}")).hint("keep one of them")
}

/// `<<: *defaults`: names that the map does not have itself; of several, the earlier wins.
fn merge_key(map: &mut Map, names: &mut HashSet<String>, node: Node) -> Result<(), Error> {
    match node.value {
        Value::Map(other) => {
            for entry in other.into_entries() {
                if names.len() >= MAX_MAP_ENTRIES {
                    return Err(too_many_names(entry.key_at));
                }
                if names.insert(entry.key.clone()) {
                    map.push(entry);
                }
            }
            Ok(())
        }
        Value::List(items) if items.iter().all(|item| item.as_map().is_some()) => {
            items.into_iter().try_for_each(|item| merge_key(map, names, item))
        }
        _ => Err(Error::new(node.at, "<<", "merges a map or a list of maps")),
    }
}

fn too_deep(at: Mark) -> Error {
    Error::new(at, "", format!("nested deeper than {MAX_DEPTH} levels"))
}

fn too_many_names(at: Mark) -> Error {
    Error::new(at, "", format!("more than {MAX_MAP_ENTRIES} names in one map"))
}

/// Recursion goes as deep as MAX_DEPTH.
fn extent(node: &Node) -> Extent {
    let wrap = |inner: Extent, outer: Extent| Extent {
        nodes: outer.nodes.saturating_add(inner.nodes),
        levels: outer.levels.max(inner.levels + 1),
    };
    let own = Extent { nodes: 1, levels: 1 };
    match &node.value {
        Value::List(items) => items.iter().fold(own, |sum, item| wrap(extent(item), sum)),
        Value::Map(map) => map.entries().iter().fold(own, |sum, entry| wrap(extent(&entry.node), sum)),
        _ => Extent { nodes: 1, levels: 0 },
    }
}
