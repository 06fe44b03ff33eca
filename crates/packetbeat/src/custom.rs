//! Tags and fields that the configuration adds to events.

use packetbeat_config::{Config, Node, ProtocolSection};
use packetbeat_core::plugin::Kind;
use serde_json::{Map, Value, json};

use crate::identity::merge;

/// Roots that every event has, or may have, from the analysis.
const SHARED: [&str; 19] = [
    "@metadata",
    "@timestamp",
    "client",
    "destination",
    "error",
    "event",
    "method",
    "network",
    "packetbeat",
    "params",
    "path",
    "query",
    "related",
    "request",
    "resource",
    "response",
    "server",
    "source",
    "status",
];

/// What the configuration adds to one protocol's events.
#[derive(Default)]
pub(crate) struct Custom {
    tags: Vec<String>,
    /// Under `fields`.
    fields: Map<String, Value>,
    /// At the root; none of them a root of the analysis.
    under_root: Map<String, Value>,
}

impl Custom {
    /// The general additions with those of a protocol's section laid upon them. A field at the root that the analysis writes
    /// itself would stand in the event twice: it is left out, with a warning.
    pub(crate) fn new(
        config: &Config,
        section: Option<&ProtocolSection>,
        kind: &Kind,
        warnings: &mut Vec<String>,
    ) -> Self {
        let mut custom = Self { tags: config.tags.clone(), ..Self::default() };
        custom.lay(config.fields.as_ref(), config.fields_under_root, kind, warnings);
        if let Some(section) = section {
            custom.tags.extend(section.common.tags.iter().cloned());
            custom.lay(section.common.fields.as_ref(), section.common.fields_under_root, kind, warnings);
        }
        custom
    }

    /// Members at the end of an event: those that it has anyway, tags, and the configured fields.
    ///
    /// Fields under the root may replace these, and nothing else: the roots that analysis fills are not theirs.
    pub(crate) fn upon(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        if !self.tags.is_empty() {
            members.insert("tags".to_owned(), json!(self.tags));
        }
        if !self.fields.is_empty() {
            members.insert("fields".to_owned(), Value::Object(self.fields.clone()));
        }
        merge(&mut members, &self.under_root);
        members
    }

    fn lay(&mut self, node: Option<&Node>, at_root: bool, kind: &Kind, warnings: &mut Vec<String>) {
        let Some(node) = node else { return };
        let mut more = object(node);
        if !at_root {
            return merge(&mut self.fields, &more);
        }
        more.retain(|name, _| {
            let taken = is_root_of(kind, name);
            let warning = format!("{}: fields: {name} is written by the analysis itself: left out", node.at);
            if taken && !warnings.contains(&warning) {
                warnings.push(warning);
            }
            !taken
        });
        merge(&mut self.under_root, &more);
    }
}

/// A map of the configuration as JSON has it.
pub(crate) fn object(node: &Node) -> Map<String, Value> {
    match serde_json::from_str(&node.to_json()) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Whether events of a protocol have this root: a shared one, or one of its declared fields.
pub(crate) fn is_root_of(kind: &Kind, name: &str) -> bool {
    let declared = kind.fields.lines().filter_map(|line| line.trim().strip_prefix("- name:"));
    let root = |field: &str| field.trim().split('.').next().is_some_and(|root| root == name);
    SHARED.contains(&name) || name == "type" || declared.into_iter().any(root)
}
