//! Tags and fields that the configuration adds to events.

use packetbeat_config::{Config, Format, FormatPart, Node, ProtocolSection};
use packetbeat_core::plugin::Kind;
use serde_json::{Map, Value, json};

use crate::identity::{Identity, merge};

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
    /// The index that the protocol's events ask for.
    pub(crate) index: Option<String>,
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
        identity: &Identity,
        warnings: &mut Vec<String>,
    ) -> Self {
        let mut custom = Self { tags: config.tags.clone(), ..Self::default() };
        custom.lay(config.fields.as_ref(), config.fields_under_root, kind, warnings);
        if let Some(section) = section {
            custom.index =
                section.common.index.as_deref().and_then(|text| index(section, text, identity, warnings));
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

/// A protocol's `index`, in lower case as servers want it. It is a part of what all its events have alike.
fn index(
    section: &ProtocolSection,
    text: &str,
    identity: &Identity,
    warnings: &mut Vec<String>,
) -> Option<String> {
    let format: Format = text.parse().ok()?; // the check has refused what is none
    let parts = format.parts().iter().map(|part| match part {
        FormatPart::Text(text) => Some(text.as_str()),
        FormatPart::Field { path, default } => identity.constant(path).or(default.as_deref()),
        FormatPart::Time(_) => None,
    });
    let index = parts.collect::<Option<String>>().map(|index| index.to_lowercase());
    if index.is_none() {
        warnings.push(format!(
            "{}: packetbeat.protocols[{}].index: only references to the agent have a value here ({text}): \
             output.elasticsearch.indices can refer to time and fields",
            section.at, section.kind
        ));
    }
    index
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
