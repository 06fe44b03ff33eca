//! Workers: decoder, flows, TCP and sessions put together; the ledger; the same events for any number of workers.
//!
//! ```text
//!  packet ─▶ Worker ─▶ decode ─▶ shard of the flow ─▶ Conversation ─▶ Session::data ─▶ Collector ─▶ Batch ─▶ merge
//!              │ clock crossed 100 ms                    │ reassembly, windows, detection
//!              └─▶ tick to every shard: timeouts, holes, idle connections
//! ```
//!
//! A flow belongs to one of 256 shards and a shard to one worker, so workers share nothing; tables, budgets and timers are of
//! the shard. Every worker decodes every packet and passes over those of other workers' shards: that is cheaper than handing
//! packets from thread to thread. Events carry the place at which they were completed, and [`merge`](merge::merge) puts the
//! batches of several workers in the order in which one worker would have given them.
//!
//! The only clock is packet time: the largest timestamp read so far. Nothing here opens a file, a socket or a thread.
#![forbid(unsafe_code)]

mod collector;
mod conversation;
mod detect;
mod env;
pub mod limits;
pub mod merge;
mod parsing;
mod registry;
mod shard;
mod stream;
mod summary;
mod worker;

pub use collector::{Batch, EventEnd};
pub use registry::{Configured, Fate, Locality, Registry, Rewriter, Settings, Watcher};
pub use summary::{Connections, PacketCounts, StreamBytes, Summary};
pub use worker::Worker;
