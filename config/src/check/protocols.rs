//! `packetbeat.protocols`: names, options, and ports that two protocols claim.

use super::{Checker, Mood, is_off};
use crate::error::Error;
use crate::mark::Mark;
use crate::nearest::nearest;
use crate::node::Node;
use crate::protocol::{Item, Named, named};
use crate::read;
use crate::schema;
use packetbeat_core::flow::Transport;
use packetbeat_core::setting::Type;
use std::collections::HashMap;

const KEY: &str = "packetbeat.protocols";

impl Checker<'_> {
    pub(super) fn protocols(&mut self, node: &Node, path: &str) {
        let Some(all) = named(node) else {
            let what = read::no(Type::Protocols, node, "a list").what;
            return self.error(&node.at, path, what, "such as [{type: dns, ports: [53]}]");
        };
        let mut kept: Vec<Named<'_>> = Vec::new();
        let mut not_built: Vec<(&'static str, &Mark)> = Vec::new();
        for item in all {
            let one = match item {
                Item::Named(one) => one,
                Item::NotASection(node) => {
                    let what = read::no(Type::Protocols, node, "a section").what;
                    self.error(&node.at, path, what, "such as {type: dns, ports: [53]}");
                    continue;
                }
                Item::Nameless(at) => {
                    self.error(at, format!("{path}.type"), "missing", "the protocol's name, such as dns");
                    continue;
                }
            };
            if let Some((name, at)) = self.protocol(&one) {
                not_built.push((name, at));
            }
            if self.schema.protocol(one.name).is_none() {
                continue;
            }
            match kept.iter_mut().find(|known| known.name == one.name) {
                Some(known) => {
                    let what = format!("replaces the section of the same protocol at {}", known.node.at);
                    self.warn(&one.node.at, format!("{path}[{}]", one.name), what);
                    *known = one;
                }
                None => kept.push(one),
            }
        }
        if let Some((_, at)) = not_built.first() {
            let names: Vec<_> = not_built.iter().map(|(name, _)| *name).collect();
            let what = format!("accepted, but not analysed by this version yet: {}", names.join(", "));
            self.warn(at, path, what);
        }
        self.ports(&kept);
    }

    /// One protocol's options. Gives its name where it is on and the program lacks it.
    fn protocol<'n>(&mut self, one: &Named<'n>) -> Option<(&'static str, &'n Mark)> {
        let key = format!("{KEY}[{}]", one.name);
        let Some((table, built)) = self.schema.protocol(one.name) else {
            let secret = one.node.at_path("type").and_then(Node::reference);
            self.errors.push(self.unknown_protocol(secret.unwrap_or(one.name), one.name_at));
            return None;
        };
        let name = table.name;
        let rows = schema::protocol_rows(table);
        let off = is_off(one.node);
        if one.node.is_null() {
            self.warn(one.name_at, key, "is null, as if it were not there");
            return None;
        }
        match one.node.as_map() {
            Some(map) => self.map(map, &rows, &key, &one.node.at, Mood { quiet: off || !built, off }),
            None => self.not_a_section(one.node, &rows, &key),
        }
        (!built && !off).then_some((name, one.name_at))
    }

    fn unknown_protocol(&self, name: &str, at: &Mark) -> Error {
        let names = self.schema.protocol_names();
        let error = Error::new(at.clone(), KEY, format!("unknown protocol \"{}\"", name.escape_debug()));
        match nearest(name, names.iter().copied()) {
            Some(name) => error.hint(format!("did you mean {name}?")),
            None => error.hint(format!("there are: {}", names.join(", "))),
        }
    }

    /// Ports that two protocols of one transport claim; sections that are off claim none.
    fn ports(&mut self, sections: &[Named<'_>]) {
        let mut owners: HashMap<(Transport, u16), (&str, Mark)> = HashMap::new();
        for section in sections.iter().filter(|section| !is_off(section.node)) {
            let Some((table, _)) = self.schema.protocol(section.name) else { continue };
            let ports = section.node.as_map().and_then(|map| map.get("ports"));
            let ports = ports.and_then(|node| super::items(node, Type::Port)).unwrap_or_default();
            for (port, at) in ports.iter().filter_map(|node| Some((read::port(node)?, &node.at))) {
                let clash = table.transports.iter().find_map(|transport| {
                    let (owner, first) =
                        owners.entry((*transport, port)).or_insert_with(|| (section.name, at.clone()));
                    (*owner != section.name).then(|| (*transport, *owner, first.clone()))
                });
                if let Some((transport, owner, first)) = clash {
                    let transport = if transport == Transport::Tcp { "TCP" } else { "UDP" };
                    let what = format!("{transport} port {port} belongs to {owner} already, at {first}");
                    let key = format!("{KEY}[{}].ports", section.name);
                    self.error(at, key, what, "give it to one of them");
                }
            }
        }
        // Usual ports give way.
        for section in sections.iter().filter(|section| !is_off(section.node)) {
            let Some((table, _)) = self.schema.protocol(section.name) else { continue };
            let own =
                section.node.as_map().and_then(|map| map.get("ports")).is_some_and(|node| !node.is_null());
            for port in table.ports.iter().filter(|_| !own) {
                let owner = table.transports.iter().find_map(|transport| owners.get(&(*transport, *port)));
                if let Some((owner, at)) = owner.filter(|(owner, _)| *owner != section.name) {
                    let what = format!("its usual port {port} goes to {owner}, which asks for it at {at}");
                    self.warn(&section.node.at, format!("{KEY}[{}].ports", section.name), what);
                }
            }
        }
    }
}
