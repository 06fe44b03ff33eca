//! `output.redis`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    BACKOFF, CODEC, DEFAULT, ENABLED, MAPPINGS, OWN_QUEUE, RETRIES, SOCKS_PROXY, SOCKS_RESOLVER, WHEN,
    WORKER, WORKERS,
};
use crate::ssl::SSL;

/// `output.redis`.
pub(crate) const REDIS: &[Setting] = &[
    ENABLED,
    Setting::unset(
        "hosts",
        Type::List(&Type::Host),
        "Servers, with port (6379) where it differs; `rediss://` is with TLS.",
    )
    .example("[\"localhost:6379\"]")
    .required(),
    Setting::text("index", "packetbeat", "What `@metadata.beat` says, and the key unless `key` is set."),
    Setting::unset("key", Type::Format, "The list or channel that events go to; `packetbeat` unless set.")
        .example("packetbeat"),
    Setting::unset(
        "keys",
        Type::List(&Type::Section(&[
            Setting::unset("key", Type::Format, "The name.").example("dns").required(),
            MAPPINGS,
            DEFAULT,
            WHEN,
        ])),
        "Keys for some events; the first row that fits is taken, `key` else.",
    )
    .example("[{key: dns, when: {equals: {type: dns}}}]"),
    Setting::unset("password", Type::Secret, "The server's password.").example("changeme"),
    Setting::whole("db", 0, 0..=65_535, "The number of the database."),
    Setting::word("datatype", &["list", "channel"], 0, "Append to a list, or publish to a channel."),
    CODEC,
    WORKER,
    WORKERS,
    Setting::bool("loadbalance", true, "Use all hosts at once, and not one until it fails."),
    Setting::duration("timeout", Duration::from_secs(5), "How long an answer may take."),
    RETRIES,
    BACKOFF,
    Setting::whole(
        "bulk_max_size",
        2048,
        -1..=1 << 20,
        "Events in one request at most; 0 or less does not split.",
    ),
    SOCKS_PROXY,
    SOCKS_RESOLVER,
    Setting::section("ssl", SSL, "TLS."),
    OWN_QUEUE,
];
