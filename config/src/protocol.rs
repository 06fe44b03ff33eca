//! `packetbeat.protocols`: which protocols are analysed, on which ports, with what options.

use crate::check::is_off;
use crate::mark::Mark;
use crate::node::{Node, Value};
use crate::read;
use crate::schema::{Schema, protocol_rows};
use crate::section::Section;
use std::time::Duration;

/// One protocol's section.
#[derive(Clone, Debug)]
pub struct ProtocolSection {
    /// Its name, one of [`Schema::protocol_names`].
    pub kind: String,
    /// Where the section starts.
    pub at: Mark,
    /// Is it on?
    pub enabled: bool,
    /// The ports it is asked about first, 1 to 65535, in the order of the file; `None` when the file does not
    /// say, `Some` of nothing silences the protocol.
    pub ports: Option<Vec<u16>>,
    /// What all protocols have.
    pub common: CommonOptions,
    /// All its options, by the names of its table and of the common ones.
    pub options: Section,
}

/// The options that all protocols have.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonOptions {
    /// Put the request's text into the event; `None` leaves it to the protocol.
    pub send_request: Option<bool>,
    /// Put the response's text into the event; `None` leaves it to the protocol.
    pub send_response: Option<bool>,
    /// How long a request waits for its response; `None` leaves it to the protocol.
    pub transaction_timeout: Option<Duration>,
    /// Tags for its events, besides the general ones.
    pub tags: Vec<String>,
    /// A map of fields for its events.
    pub fields: Option<Node>,
    /// Put `fields` at the root of the event.
    pub fields_under_root: bool,
    /// Write fields that are null.
    pub keep_null: bool,
    /// The index its events ask for.
    pub index: Option<String>,
    /// Processors for its events, as written.
    pub processors: Option<Node>,
}

/// A section with its protocol's name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'n> {
    pub(crate) name: &'n str,
    /// Where the name stands.
    pub(crate) name_at: &'n Mark,
    pub(crate) node: &'n Node,
}

/// One item of the list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'n> {
    Named(Named<'n>),
    NotASection(&'n Node),
    /// A section without a `type`, at its place.
    Nameless(&'n Mark),
}

/// All sections: a list of maps with `type`, or the older form, a map by name. `None` for anything else.
pub(crate) fn named(node: &Node) -> Option<Vec<Item<'_>>> {
    match &node.value {
        Value::List(items) => Some(items.iter().filter(|item| !item.is_null()).map(item).collect()),
        Value::Map(map) => {
            let named = map.entries().iter().map(|entry| {
                Item::Named(Named { name: &entry.key, name_at: &entry.key_at, node: &entry.node })
            });
            Some(named.collect())
        }
        _ => None,
    }
}

fn item(node: &Node) -> Item<'_> {
    let Some(map) = node.as_map() else { return Item::NotASection(node) };
    match map.get("type").map(|kind| (kind.text(), kind)) {
        Some((Some(name), kind)) => Item::Named(Named { name, name_at: &kind.at, node }),
        Some((None, kind)) => Item::Nameless(&kind.at),
        None => Item::Nameless(&node.at),
    }
}

/// The sound sections; of two with one name the later stays, in the place of the first.
pub(crate) fn read(node: Option<&Node>, schema: &Schema) -> Option<Vec<ProtocolSection>> {
    let mut sections: Vec<ProtocolSection> = Vec::new();
    for item in named(node?).unwrap_or_default() {
        let Item::Named(one) = item else { continue };
        if one.node.is_null() {
            continue;
        }
        let Some((table, _)) = schema.protocol(one.name) else { continue };
        let key = format!("packetbeat.protocols[{}]", one.name);
        let section =
            section(one.name.to_owned(), Section::with_rows(key, one.node.clone(), protocol_rows(table)));
        match sections.iter_mut().find(|known| known.kind == section.kind) {
            Some(known) => *known = section,
            None => sections.push(section),
        }
    }
    Some(sections)
}

fn section(kind: String, options: Section) -> ProtocolSection {
    let ports = options.items("ports");
    ProtocolSection {
        kind,
        at: options.mark().clone(),
        enabled: !is_off(options.written()),
        ports: ports.map(|ports| ports.iter().filter_map(read::port).collect()),
        common: CommonOptions {
            send_request: options.bool_if_given("send_request"),
            send_response: options.bool_if_given("send_response"),
            transaction_timeout: options.duration_if_any("transaction_timeout"),
            tags: options.list("tags"),
            fields: options.map("fields"),
            fields_under_root: options.bool("fields_under_root"),
            keep_null: options.bool("keep_null"),
            index: options.text("index"),
            processors: options.node("processors"),
        },
        options,
    }
}
