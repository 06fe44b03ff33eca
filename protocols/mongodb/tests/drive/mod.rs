//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
use packetbeat_mongodb::Mongodb;
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;

/// MongoDB with these options, requests and responses as text.
pub fn mongodb(options: &[(&'static str, u64)]) -> Plugin {
    Plugin::of::<Mongodb>(Some(true), options)
}
