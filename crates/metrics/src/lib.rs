//! What the program counts, as seen from outside.
//!
//! ```text
//!                         ┌─▶ Snapshot::to_json      /stats, nested as Packetbeat nests it
//! counters ──▶ Snapshot ──┼─▶ Snapshot::prometheus   /metrics, text format 0.0.4
//! Process ───▶            ├─▶ expvar::page           /debug/vars, flat
//!                         └─▶ Delta::between         the log's "Non-zero metrics in the last 30s"
//! ```
//!
//! A [`Snapshot`] is a list of named values at one moment. Whoever counts builds it when it is asked for; nothing is
//! registered, nothing is kept here, and there is no thread and no socket. Names are dotted
//! (`libbeat.pipeline.events.published`) and those of Packetbeat where it has the metric. What is counted by cause,
//! protocol or output is one name with a label ([`Snapshot::counter_by`]).
//!
//! [`Process`] adds what `/proc` says of this process, under Packetbeat's names.
//!
//! # Limits
//!
//! A snapshot is as long as the caller makes it. Names and labels are written by the program, so nothing here bounds
//! them; what comes from the wire must not become a name or a label.
//!
//! # Left out
//!
//! Histograms. Metrics of Go's runtime (`memstats.gc_next`, `runtime.goroutines`): this program has no such runtime.
//! On systems without `/proc` the metrics of the process are absent.
//!
//! # Example
//!
//! ```
//! use packetbeat_metrics::{Delta, Snapshot};
//!
//! let before = Snapshot::new();
//! let mut now = Snapshot::new();
//! now.counter("libbeat.output.events.acked", 3);
//! now.counter_by("packetbeat.drops.packets", "cause", "bad_checksum", 1);
//!
//! assert_eq!(now.to_json()["packetbeat"]["drops"]["packets"]["bad_checksum"], 1);
//! assert!(now.prometheus().contains("packetbeat_drops_packets_total{cause=\"bad_checksum\"} 1\n"));
//! assert_eq!(
//!     Delta::between(&before, &now).to_json()["monitoring"]["metrics"]["libbeat"]["output"]["events"]["acked"],
//!     3
//! );
//! ```
#![forbid(unsafe_code)]

mod cgroup;
mod delta;
pub mod expvar;
mod proc;
mod process;
mod prometheus;
mod snapshot;
mod tree;

pub use delta::Delta;
pub use process::{Identity, Process};
pub use prometheus::CONTENT_TYPE as PROMETHEUS_CONTENT_TYPE;
pub use snapshot::{Metric, Snapshot, Value};
