//! Who writes the events: the constant parts of every event.

use packetbeat_core::fields::Fields;
use packetbeat_core::json::Json;
use packetbeat_core::key;
use serde_json::{Map, Value, json};

/// The version that events carry.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The version of the Elastic Common Schema that the events follow.
const ECS_VERSION: &str = "8.0.0";

/// This host and this run.
pub(crate) struct Identity {
    /// The configured name, or the host's.
    pub(crate) name: String,
    /// The host's name.
    pub(crate) host: String,
    /// Of this host: the same on every run.
    pub(crate) id: String,
    /// Of this run.
    pub(crate) ephemeral_id: String,
}

impl Identity {
    /// `name` is the configured name, if any. The agent's id is the same on every run on this machine.
    pub(crate) fn new(name: Option<&str>) -> Self {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .map_or_else(|_| "localhost".to_owned(), |text| text.trim().to_owned());
        let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        let seed = format!("packetbeat\n{}\n{host}", machine.trim());
        Self {
            name: name.filter(|name| !name.is_empty()).unwrap_or(&host).to_owned(),
            id: uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, seed.as_bytes()).to_string(),
            ephemeral_id: uuid::Uuid::new_v4().to_string(),
            host,
        }
    }

    /// Members behind `@timestamp`. `index`: what the protocol's `index` asks for, which counts more than the output's.
    pub(crate) fn head(index: Option<&str>) -> Vec<u8> {
        let mut json = Json::default();
        json.open(key!("@metadata"));
        json.text(key!("beat"), "packetbeat");
        if let Some(index) = index {
            json.text(key!("raw_index"), index);
        }
        json.text(key!("type"), "_doc");
        json.text(key!("version"), VERSION);
        json.close();
        json.bytes().to_vec()
    }

    /// A field that is the same in all events of the run, by its name of today or of old.
    pub(crate) fn constant(&self, field: &str) -> Option<&str> {
        Some(match field {
            "agent.version" | "beat.version" => VERSION,
            "agent.name" | "beat.name" => &self.name,
            "agent.type" => "packetbeat",
            _ => return None,
        })
    }

    /// Members that every event has: agent, ecs, host.
    pub(crate) fn builtins(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let agent = json!({
            "ephemeral_id": self.ephemeral_id, "id": self.id, "name": self.name, "type": "packetbeat", "version": VERSION,
        });
        members.insert("agent".to_owned(), agent);
        members.insert("ecs".to_owned(), json!({ "version": ECS_VERSION }));
        members.insert("host".to_owned(), json!({ "name": self.name }));
        members
    }
}

/// Lays `upper` upon `lower`: objects are merged, everything else is replaced.
pub(crate) fn merge(lower: &mut Map<String, Value>, upper: &Map<String, Value>) {
    for (name, value) in upper {
        match (lower.get_mut(name), value) {
            (Some(Value::Object(lower)), Value::Object(upper)) => merge(lower, upper),
            _ => {
                lower.insert(name.clone(), value.clone());
            }
        }
    }
}
