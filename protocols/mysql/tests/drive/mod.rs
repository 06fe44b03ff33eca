//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
use packetbeat_mysql::Mysql;
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;

/// MySQL with these options, requests and responses as text.
pub fn mysql(options: &[(&'static str, u64)]) -> Plugin {
    Plugin::of::<Mysql>(Some(true), options)
}
