//! `output.logstash`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    BACKOFF, ENABLED, ESCAPE_HTML, OWN_QUEUE, RETRIES, SOCKS_PROXY, SOCKS_RESOLVER, WORKER, WORKERS,
};
use crate::ssl::SSL;

/// `output.logstash`.
pub(crate) const LOGSTASH: &[Setting] = &[
    ENABLED,
    Setting::unset("hosts", Type::List(&Type::Host), "Servers, with port (5044) where it differs.")
        .example("[\"localhost:5044\"]")
        .required(),
    WORKER,
    WORKERS,
    Setting::bool("loadbalance", false, "Use all hosts at once, and not one until it fails."),
    Setting::whole(
        "compression_level",
        3,
        0..=9,
        "How much batches are compressed: 0 is not at all, 9 is most.",
    ),
    ESCAPE_HTML,
    Setting::whole(
        "pipelining",
        2,
        0..=1 << 16,
        "Batches that may wait for their acknowledgement; 0 is one after the other.",
    ),
    Setting::bool("slow_start", false, "Begin with small batches, and again after each error."),
    Setting::duration(
        "ttl",
        Duration::ZERO,
        "A connection is made again after so long; 0 is never. Not with `pipelining`.",
    ),
    Setting::text("index", "packetbeat", "What `@metadata.beat` says."),
    Setting::whole(
        "bulk_max_size",
        2048,
        -1..=1 << 20,
        "Events in one batch at most; 0 or less does not split.",
    ),
    Setting::duration("timeout", Duration::from_secs(30), "How long an answer may take."),
    RETRIES,
    BACKOFF,
    SOCKS_PROXY,
    SOCKS_RESOLVER,
    Setting::section("ssl", SSL, "TLS."),
    OWN_QUEUE,
];
