//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

use packetbeat_cassandra::Cassandra;
pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;

/// Cassandra with these options.
pub fn cassandra(options: &[(&'static str, u64)]) -> Plugin {
    Plugin::of::<Cassandra>(None, options)
}
