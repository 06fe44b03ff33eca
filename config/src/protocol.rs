//! `packetbeat.protocols`: which protocols are analysed, on which ports, with what options.

use crate::error::{Error, Errors, Warning};
use crate::known_keys;
use crate::mark::Mark;
use crate::names::Names;
use crate::nearest::nearest;
use crate::node::{Node, Value};
use crate::section::{Section, whole};
use std::collections::HashMap;
use std::time::Duration;

/// One protocol's section.
#[derive(Clone, Debug)]
pub struct ProtocolSection {
    /// Its name, one of [`protocol_names`].
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
    /// What it has of its own: read, then [`Section::finish`]. The common options are marked as read.
    pub options: Section,
    port_marks: Vec<Mark>,
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

/// Which transports a protocol listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transports {
    /// TCP.
    pub tcp: bool,
    /// UDP.
    pub udp: bool,
}

impl ProtocolSection {
    /// Ends a section that nobody reads, because its protocol is not there yet: its names are checked all the same.
    ///
    /// # Errors
    /// Names that Packetbeat does not know for this protocol.
    pub fn finish_unread(self) -> Result<(), Errors> {
        self.options.silent().finish().map(drop)
    }
}

/// The names that `type` may have: Packetbeat's protocols, and those that it lacks.
pub fn protocol_names() -> impl Iterator<Item = &'static str> {
    known_keys::PROTOCOLS.iter().map(|(name, _)| *name)
}

/// Ports that two protocols of one transport claim; sections that are off claim none.
///
/// `transports` says where a protocol listens; `None` for one that is not there.
///
/// # Errors
/// Each port that is claimed twice, with both places.
pub fn check_ports(
    sections: &[ProtocolSection],
    transports: impl Fn(&str) -> Option<Transports>,
) -> Result<(), Errors> {
    let mut owners: HashMap<(bool, u16), (&str, &Mark)> = HashMap::new();
    let mut errors = Vec::new();
    for section in sections.iter().filter(|section| section.enabled) {
        let Some(on) = transports(&section.kind) else { continue };
        for (&port, mark) in section.ports.iter().flatten().zip(&section.port_marks) {
            let clash =
                [(on.tcp, true), (on.udp, false)].into_iter().filter(|(on, _)| *on).find_map(|(_, tcp)| {
                    let (owner, first) = *owners.entry((tcp, port)).or_insert((&section.kind, mark));
                    (owner != section.kind).then_some((tcp, owner, first))
                });
            if let Some((tcp, owner, first)) = clash {
                let transport = if tcp { "TCP" } else { "UDP" };
                let what = format!("{transport} port {port} belongs to {owner} already, at {first}");
                errors.push(Error::new(mark.clone(), section.options.full_name("ports"), what));
            }
        }
    }
    Errors(errors).or(())
}

/// All sections: a list of maps with `type`, or the older form, a map by name. Of two with one name the later stays.
pub(crate) fn read(
    node: Option<Node>,
    warnings: &mut Vec<Warning>,
    errors: &mut Vec<Error>,
) -> Option<Vec<ProtocolSection>> {
    let node = node?;
    let named: Vec<(String, Mark, Node)> = match node.value {
        Value::List(items) => items.into_iter().filter_map(|item| typed(item, errors)).collect(),
        Value::Map(map) => map.into_entries().into_iter().map(|e| (e.key, e.key_at, e.node)).collect(),
        _ => {
            let what = format!("expected a list, found {}", node.kind());
            errors.push(
                Error::new(node.at, "packetbeat.protocols", what).hint("such as [{type: dns, ports: [53]}]"),
            );
            return Some(Vec::new());
        }
    };
    let mut sections: Vec<ProtocolSection> = Vec::new();
    for (kind, kind_at, node) in named {
        if node.is_null() {
            let key = format!("packetbeat.protocols[{kind}]");
            warnings.push(Warning { at: kind_at, key, what: "is null, as if it were not there".to_owned() });
            continue;
        }
        let Some((_, keys)) = known_keys::PROTOCOLS.iter().find(|(name, _)| *name == kind) else {
            errors.push(unknown(&kind, kind_at));
            continue;
        };
        let mut section = one(kind, node, keys);
        errors.extend(section.options.take_errors());
        match sections.iter_mut().find(|known| known.kind == section.kind) {
            Some(known) => {
                let what = format!("replaces the section of the same protocol at {}", known.at);
                let key = section.options.full_name("");
                warnings.push(Warning { at: section.at.clone(), key, what });
                *known = section;
            }
            None => sections.push(section),
        }
    }
    Some(sections)
}

/// The `type` of a list item, taken out of it.
fn typed(node: Node, errors: &mut Vec<Error>) -> Option<(String, Mark, Node)> {
    const KEY: &str = "packetbeat.protocols";
    if node.is_null() {
        return None;
    }
    let Some(map) = node.as_map() else {
        let what = format!("expected a section, found {}", node.kind());
        errors.push(Error::new(node.at, KEY, what).hint("such as {type: dns, ports: [53]}"));
        return None;
    };
    match map.get("type").map(|kind| (kind.text(), kind)) {
        Some((Some(kind), at)) => Some((kind.to_owned(), at.at.clone(), node)),
        other => {
            let at = other.map_or_else(|| node.at.clone(), |(_, kind)| kind.at.clone());
            errors.push(
                Error::new(at, format!("{KEY}.type"), "missing").hint("the protocol's name, such as dns"),
            );
            None
        }
    }
}

fn one(kind: String, node: Node, keys: &'static [&'static str]) -> ProtocolSection {
    let at = node.at.clone();
    let name = format!("packetbeat.protocols[{kind}]");
    let mut options = Section::known(name, node, Names::new(keys, ""));
    // Read already in the list form, and allowed to repeat the name in the other.
    options.text("type");
    let enabled = options.bool("enabled", true);
    let has_ports = keys.contains(&"ports");
    let (ports, port_marks) = if has_ports { ports(&mut options) } else { (None, Vec::new()) };
    let common = common(&mut options);
    ProtocolSection { kind, at, enabled, ports, common, options, port_marks }
}

fn common(options: &mut Section) -> CommonOptions {
    CommonOptions {
        send_request: options.bool_if_given("send_request"),
        send_response: options.bool_if_given("send_response"),
        transaction_timeout: options.duration_if_given("transaction_timeout"),
        tags: options.list("tags"),
        fields: options.map("fields"),
        fields_under_root: options.bool("fields_under_root", false),
        keep_null: options.bool("keep_null", false),
        index: options.text("index"),
        processors: options.node("processors"),
    }
}

fn ports(options: &mut Section) -> (Option<Vec<u16>>, Vec<Mark>) {
    const KEY: &str = "ports";
    let Some(items) = options.items(KEY) else { return (None, Vec::new()) };
    let parse = |node: &Node| whole(node).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0);
    let (ports, marks) = items
        .iter()
        .filter_map(|item| {
            let port = options.checked(KEY, item, parse, "a port from 1 to 65535")?;
            Some((port, item.at.clone()))
        })
        .unzip();
    (Some(ports), marks)
}

fn unknown(kind: &str, at: Mark) -> Error {
    let error =
        Error::new(at, "packetbeat.protocols", format!("unknown protocol \"{}\"", kind.escape_debug()));
    match nearest(kind, protocol_names()) {
        Some(name) => error.hint(format!("did you mean {name}?")),
        None => error.hint(format!("there are: {}", protocol_names().collect::<Vec<_>>().join(", "))),
    }
}
