//! What the endpoint shows of this program.

use std::sync::Arc;

use packetbeat_endpoint::Source;
use packetbeat_metrics::{Snapshot, expvar};
use serde_json::{Value, json};

use crate::counters::Counters;
use crate::identity::{Identity, VERSION};

/// The program, for the endpoint.
pub(crate) struct Serving {
    pub(crate) counters: Arc<Counters>,
    pub(crate) identity: Arc<Identity>,
    /// Names of what packets are read from.
    pub(crate) inputs: Vec<String>,
}

impl Source for Serving {
    fn info(&self) -> Value {
        json!({
            "beat": "packetbeat",
            "binary_arch": std::env::consts::ARCH,
            "elastic_licensed": false,
            "ephemeral_id": self.identity.ephemeral_id,
            "hostname": self.identity.host,
            "name": self.identity.name,
            "uuid": self.identity.id,
            "version": VERSION,
        })
    }

    fn stats(&self) -> Snapshot {
        self.counters.snapshot()
    }

    fn state(&self) -> Value {
        json!({
            "beat": { "name": self.identity.name },
            "host": {
                "architecture": std::env::consts::ARCH,
                "hostname": self.identity.host,
                "os": { "family": std::env::consts::FAMILY, "platform": std::env::consts::OS },
            },
            "input": { "count": self.inputs.len(), "names": self.inputs },
            "management": { "enabled": false },
            "output": { "name": self.counters.output_name },
            "protocols": { "count": self.counters.protocols.len(), "names": self.counters.protocols },
            "queue": { "name": "mem" },
            "service": { "id": self.identity.id, "name": self.identity.name, "version": VERSION },
        })
    }

    fn command_line(&self) -> Vec<String> {
        expvar::redact(std::env::args())
    }
}
