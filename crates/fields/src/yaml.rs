//! YAML text to values that know their line. As much of YAML as `fields.yml` files use: one document, anchors, no tags.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::error::{Error, Place};
use crate::limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES};

/// A value and its line.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) line: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    /// A scalar as it was spelled.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// What it is, in the words of a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a section",
        }
    }
}

/// Reads one document; an empty one is null.
///
/// # Errors
/// Broken YAML, a name written twice in a section, a second document, a limit that is passed.
pub(crate) fn parse(file: &Place, text: &str) -> Result<Node, Error> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Error::new(file.clone(), "", format!("larger than {MAX_TEXT_BYTES} bytes")));
    }
    let mut reader = Reader { file, anchors: HashMap::new(), nodes: 0, open: Vec::new(), done: None };
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|err| {
            Error::new(reader.place(line(*err.marker())), "", format!("not valid YAML: {}", err.info()))
        })?;
        reader.event(event, line(span.start))?;
    }
    Ok(reader.done.unwrap_or(Node { value: Value::Null, line: 1 }))
}

fn line(marker: Marker) -> u32 {
    u32::try_from(marker.line()).unwrap_or(u32::MAX)
}

/// A collection whose end has not come yet.
struct Open {
    anchor: usize,
    line: u32,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { entries: Vec<(String, Node)>, key: Option<String> },
}

struct Reader<'a> {
    file: &'a Place,
    /// Finished nodes with an anchor, and how many values they hold.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    open: Vec<Open>,
    done: Option<Node>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, line: u32) -> Result<(), Error> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let null = style == ScalarStyle::Plain && matches!(text.as_ref(), "" | "~" | "null");
                let value = if null { Value::Null } else { Value::Scalar(text.into_owned()) };
                self.count(1, line)?;
                self.finished(Node { value, line }, anchor)
            }
            Event::Alias(anchor) => {
                let Some((node, nodes)) = self.anchors.get(&anchor).cloned() else {
                    return Err(self.wrong(line, "this alias stands inside the value it refers to"));
                };
                self.count(nodes, line)?;
                self.finished(node, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, line, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.begin(anchor, line, Kind::Map { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(self.wrong(line, "a second YAML document; fields are one document"))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, line: u32, kind: Kind) -> Result<(), Error> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.wrong(line, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.count(1, line)?;
        self.open.push(Open { anchor, line, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some(Open { anchor, line, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map { entries, .. } => Value::Map(entries),
        };
        self.finished(Node { value, line }, anchor)
    }

    fn finished(&mut self, node: Node, anchor: usize) -> Result<(), Error> {
        if anchor != 0 {
            let nodes = size(&node);
            // The copy that is kept counts too: anchors inside anchors would multiply it.
            self.count(nodes, node.line)?;
            self.anchors.insert(anchor, (node.clone(), nodes));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Map { entries, key }) => match key.take() {
                Some(name) => entries.push((name, node)),
                None => {
                    let name = match &node.value {
                        Value::Scalar(text) => text.clone(),
                        _ => {
                            let what = format!("a name is expected here, not {}", node.kind());
                            return Err(self.wrong(node.line, what));
                        }
                    };
                    if entries.iter().any(|(other, _)| *other == name) {
                        return Err(self.wrong(node.line, format!("{name} is written twice")));
                    }
                    *key = Some(name);
                }
            },
        }
        Ok(())
    }

    fn count(&mut self, more: usize, line: u32) -> Result<(), Error> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES {
            return Err(
                self.wrong(line, format!("more than {MAX_NODES} values (aliases count what they repeat)"))
            );
        }
        Ok(())
    }

    fn place(&self, line: u32) -> Place {
        Place { file: self.file.file.clone(), line }
    }

    fn wrong(&self, line: u32, what: impl Into<String>) -> Error {
        Error::new(self.place(line), "", what)
    }
}

/// Values in a node, itself included.
fn size(node: &Node) -> usize {
    let mut todo = vec![node];
    let mut count = 0usize;
    while let Some(node) = todo.pop() {
        count = count.saturating_add(1);
        match &node.value {
            Value::List(items) => todo.extend(items),
            Value::Map(entries) => todo.extend(entries.iter().map(|(_, node)| node)),
            Value::Null | Value::Scalar(_) => {}
        }
    }
    count
}
