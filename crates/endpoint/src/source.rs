//! What the endpoint asks the program.

use packetbeat_metrics::Snapshot;
use serde_json::{Value, json};

/// The program, as the endpoint sees it.
///
/// All of these are called in the endpoint's thread, for each request anew. They should answer within milliseconds and
/// wait for nobody: read counters, take no lock that is held for long. If one panics, its request is closed without an
/// answer, and the endpoint goes on.
pub trait Source: Send + Sync + 'static {
    /// Page `/`: who this is. Packetbeat's names are `beat`, `hostname`, `name`, `uuid`, `ephemeral_id`, `version`,
    /// `binary_arch`, `build_commit`, `build_time`, `elastic_licensed`, `username`, `uid` and `gid`.
    fn info(&self) -> Value;

    /// Pages `/stats`, `/metrics` and `/debug/vars`: all that is counted.
    fn stats(&self) -> Snapshot;

    /// Page `/state`: what was configured and does not change while the program runs.
    fn state(&self) -> Value;

    /// Page `/dataset`: metrics of data sets. Packetbeat has none.
    fn dataset(&self) -> Value {
        json!({})
    }

    /// Page `/inputs/`: metrics of each input, a list of objects with `id` and `input` (its type).
    fn inputs(&self) -> Value {
        json!([])
    }

    /// `cmdline` of `/debug/vars`, without secrets: see [`packetbeat_metrics::expvar::redact`]. Not told if it is empty.
    fn command_line(&self) -> Vec<String> {
        Vec::new()
    }
}
