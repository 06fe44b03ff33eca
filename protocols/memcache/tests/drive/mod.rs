//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
use packetbeat_memcache::Memcache;
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;

/// Memcache with these options; `texts` is whether requests and responses are shown as text.
pub fn memcache(options: &[(&'static str, u64)]) -> Plugin {
    let texts = options.iter().find(|(name, _)| *name == "texts").map(|(_, on)| *on == 1);
    Plugin::of::<Memcache>(texts, options)
}
