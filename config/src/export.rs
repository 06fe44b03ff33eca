//! The complete configuration: what was written, and the defaults of all the rest.

use crate::check::{is_off, join};
use crate::config::Config;
use crate::elasticsearch;
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};
use crate::preset::{self, Preset};
use crate::protocol::ProtocolSection;
use crate::read;
use crate::scalar;
use crate::schema::{self, Row, Schema};
use crate::units;
use packetbeat_core::setting::{Default as Standard, Setting, Type};
use packetbeat_settings::ProtocolTable;

/// All settings in the order of the tables.
pub(crate) fn complete(config: &Config, schema: &Schema) -> Node {
    let export = Export { config, schema };
    export.section(&schema::rows(schema.root()), Some(&config.settings), "")
}

/// Is a section acted on because it is there? Then it is not to be written where nobody wrote it.
pub(crate) fn presence_matters(path: &str) -> bool {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    match name {
        "flows" => above == "packetbeat",
        "elasticsearch" => true,
        "queue" => !above.is_empty(),
        "ssl" | "kerberos" | "disk" | "format" | "hash" | "random" | "round_robin" => true,
        _ => above == "output",
    }
}

/// The default as it is written, if there is one that says something.
pub(crate) fn default_node(setting: &Setting) -> Option<Node> {
    let plain = |text: &str| scalar::plain(text, Mark::DEFAULT);
    let text = |text: &str| Node::new(Value::Str(text.to_owned()), Mark::DEFAULT);
    Some(match setting.default {
        Standard::Unset => return None,
        Standard::Bool(value) => plain(if value { "true" } else { "false" }),
        Standard::Whole(number) => match setting.kind {
            Type::Bytes { .. } => plain(&units::show_size(u64::try_from(number).unwrap_or(0))),
            Type::Permissions => plain(&format!("0{number:o}")),
            _ => plain(&number.to_string()),
        },
        Standard::Duration(length) => text(&units::show_duration(length)),
        Standard::Never => text("-1s"),
        Standard::Text("") => return None,
        Standard::Text(value) => text(value),
        Standard::Word(place) => match setting.kind {
            Type::Word(words) => text(words.get(place)?),
            _ => return None,
        },
        Standard::List(items) => list(items.iter().map(|item| plain(item))),
    })
}

fn list(items: impl Iterator<Item = Node>) -> Node {
    Node::new(Value::List(items.collect()), Mark::DEFAULT)
}

struct Export<'a> {
    config: &'a Config,
    schema: &'a Schema,
}

impl Export<'_> {
    fn section(&self, rows: &[Row], written: Option<&Node>, path: &str) -> Node {
        let own = written.and_then(Node::as_map);
        let mut map = Map::default();
        for (name, setting) in rows {
            let full = join(path, name);
            let value = written.and_then(|node| node.at_path(name)).filter(|node| !node.is_null());
            if let Some(node) = self.value(setting, value, own, &full) {
                map.push(entry(name, node));
            }
        }
        // Dotted names of a protocol's table are sections here; what they do not name was not accepted.
        for other in own.map(Map::entries).unwrap_or_default() {
            let dotted = rows
                .iter()
                .any(|(name, _)| name.split_once('.').is_some_and(|(first, _)| first == other.key));
            if map.get(&other.key).is_none()
                && !other.node.is_null()
                && !dotted
                && schema::exact(rows, &other.key).is_none()
            {
                map.push(other.clone());
            }
        }
        Node::new(Value::Map(map), written.map_or(Mark::DEFAULT, |node| node.at.clone()))
    }

    fn value(
        &self,
        setting: &Setting,
        value: Option<&Node>,
        siblings: Option<&Map>,
        path: &str,
    ) -> Option<Node> {
        if let Some(node) = value.filter(|node| node.reference().is_some()) {
            return Some(node.clone());
        }
        let written = |name: &str| siblings.and_then(|map| map.get(name)).is_some_and(|node| !node.is_null());
        match (setting.kind, value) {
            (Type::Protocols, _) => Some(self.protocols()),
            (Type::Section(table), Some(node)) if node.as_map().is_some() => {
                Some(self.section(&schema::rows(table), value, path))
            }
            (Type::Section(_), None) if presence_matters(path) => None,
            // Of these one alone may be there.
            (Type::Section(_), None) if path.ends_with("queue.mem") && written("disk") => None,
            (Type::Section(_), None) if path.ends_with("codec.json") && written("format") => None,
            (Type::Section(_), None) if path == "queue" && self.output_has_queue() => None,
            (Type::Section(table), None) => {
                let node = self.section(&schema::rows(table), None, path);
                node.as_map().is_some_and(|map| !map.is_empty()).then_some(node)
            }
            (Type::List(&Type::Section(table)), Some(Node { value: Value::List(items), .. })) => Some(list(
                items
                    .iter()
                    .filter(|item| !item.is_null())
                    .map(|item| self.section(&schema::rows(table), Some(item), path)),
            )),
            (Type::List(&Type::Section(table)), Some(node)) if node.as_map().is_some() => {
                Some(self.section(&schema::rows(table), value, path))
            }
            (Type::List(&Type::Section(table)), None) if path == "packetbeat.interfaces" => {
                Some(self.section(&schema::rows(table), None, path))
            }
            (_, Some(node)) => Some(node.clone()),
            (Type::Bool, None) if path == "packetbeat.detect" => {
                let detect = if self.config.detect { "true" } else { "false" };
                Some(scalar::plain(detect, Mark::DEFAULT))
            }
            (_, None) if self.by_preset(path) => None,
            (_, None) => self.bounded(setting, siblings, path).or_else(|| default_node(setting)),
        }
    }

    /// Does an output that is on have a queue of its own?
    fn output_has_queue(&self) -> bool {
        let outputs = self.config.settings.at_path("output").and_then(Node::as_map);
        outputs.map(Map::entries).unwrap_or_default().iter().any(|entry| {
            !is_off(&entry.node) && entry.node.at_path("queue").is_some_and(|queue| !queue.is_null())
        })
    }

    /// Does a preset say it? Then a default beside it would say something else.
    fn by_preset(&self, path: &str) -> bool {
        let settings = &self.config.settings;
        elasticsearch::NAMES.into_iter().any(|name| {
            let output = format!("output.{name}");
            let preset = settings.at_path(&output).and_then(|section| section.at_path("preset")?.text());
            let own = settings.at_path(&output).and_then(|section| section.at_path("queue")).is_some();
            let queue = if own { format!("{output}.queue") } else { "queue".to_owned() };
            let below = |above: &str| path.strip_prefix(above).and_then(|rest| rest.strip_prefix('.'));
            preset.and_then(Preset::named).is_some()
                && (below(&output).is_some_and(|key| preset::OF_OUTPUT.contains(&key))
                    || below(&queue).is_some_and(|key| preset::OF_QUEUE.contains(&key)))
        })
    }

    /// A default that another setting bounds: what holds then is that setting.
    fn bounded(&self, setting: &Setting, siblings: Option<&Map>, path: &str) -> Option<Node> {
        let default = default_node(setting)?;
        if let Some(mem) = path.strip_suffix(".flush.min_events") {
            let events = self.config.settings.at_path(&format!("{mem}.events"))?;
            return (read::whole(events)? < read::whole(&default)?).then(|| events.clone());
        }
        if path.ends_with(".backoff.max") {
            let first = siblings?.get("init")?;
            return (read::duration(first)?? > read::duration(&default)??).then(|| first.clone());
        }
        None
    }

    /// The list that was written, or all protocols of the program on their usual ports.
    fn protocols(&self) -> Node {
        match &self.config.protocols {
            Some(sections) => list(sections.iter().filter_map(|section| self.written(section))),
            None => list(self.schema.built().iter().map(|table| self.protocol(table, None, table.ports))),
        }
    }

    fn written(&self, section: &ProtocolSection) -> Option<Node> {
        let (table, _) = self.schema.protocol(&section.kind)?;
        Some(self.protocol(table, Some(section.options.written()), &self.config.ports_of(section)))
    }

    fn protocol(&self, table: &ProtocolTable, written: Option<&Node>, ports: &[u16]) -> Node {
        let path = format!("packetbeat.protocols[{}]", table.name);
        let node = self.section(&schema::protocol_rows(table), written, &path);
        let Value::Map(options) = node.value else { return node };
        let mut map = Map::default();
        map.push(entry("type", Node::new(Value::Str(table.name.to_owned()), Mark::DEFAULT)));
        let lacks_ports = options.get("ports").is_none() && !table.ports.is_empty();
        for other in options.into_entries().into_iter().filter(|entry| entry.key != "type") {
            let ports = (lacks_ports && other.key == "enabled")
                .then(|| list(ports.iter().map(|port| scalar::plain(&port.to_string(), Mark::DEFAULT))));
            map.push(other);
            if let Some(ports) = ports {
                map.push(entry("ports", ports));
            }
        }
        Node::new(Value::Map(map), node.at)
    }
}

fn entry(name: &str, node: Node) -> Entry {
    Entry { key: name.to_owned(), key_at: Mark::DEFAULT, node }
}
