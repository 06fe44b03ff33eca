//! Which conversation a packet belongs to: keys, shards, and the table of what is known of each.
//!
//! A flow belongs to one of [`SHARDS`] shards by a fixed, symmetric hash of its endpoints: both directions meet, and the order of
//! events depends on it, so it never changes from run to run. Tables within a shard hash with a seed of their own: who sends
//! packets may fill a shard, which has its budget, but not a bucket.
#![forbid(unsafe_code)]

mod key;
mod table;

pub use key::{FlowKey, SHARDS};
pub use table::Table;
