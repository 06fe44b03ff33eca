//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;
use packetbeat_tns::Tns;

/// TNS with these options, requests and responses as text.
pub fn tns(options: &[(&'static str, u64)]) -> Plugin {
    Plugin::of::<Tns>(Some(true), options)
}
