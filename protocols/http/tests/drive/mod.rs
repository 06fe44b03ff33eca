//! Connections of tests.
#![allow(unreachable_pub, unused_imports, dead_code, reason = "each test takes what it needs")]

use std::sync::Arc;

pub use packetbeat_core::direction::Dir::{ToClient, ToServer};
use packetbeat_core::options::{Common, Defaults};
use packetbeat_http::Http;
use packetbeat_http::config::Config;
pub use packetbeat_testkit::drive::Drive;
use packetbeat_testkit::drive::Plugin;
use serde_json::Value;

/// HTTP with the default configuration, changed by `with`.
pub fn http(with: impl FnOnce(&mut Config)) -> Plugin {
    let mut config = Config::read(&Common::default(), &mut Defaults(packetbeat_http::config::OPTIONS));
    with(&mut config);
    Plugin::configured::<Http>(Arc::new(Http::from(config)))
}

/// `METHOD path status` of each event; `-` for what is not known.
pub fn digest(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        let query = event["query"].as_str().unwrap_or("-");
        let code = event["http"]["response"]["status_code"].as_u64();
        format!("{query} {}", code.map_or("-".to_owned(), |code| code.to_string()))
    };
    events.iter().map(one).collect()
}
