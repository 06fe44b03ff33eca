//! What several outputs have alike.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use crate::queue::QUEUE;

/// `enabled`.
pub(crate) const ENABLED: Setting = Setting::bool("enabled", true, "Use this output; needs the section.");

/// `queue`.
pub(crate) const OWN_QUEUE: Setting = Setting::section(
    "queue",
    QUEUE,
    "The queue, where it is written with its output; then not at the top as well.",
);

/// `worker`.
pub(crate) const WORKER: Setting = Setting::whole("worker", 1, 1..=1024, "Connections to each host.");

/// `workers`.
pub(crate) const WORKERS: Setting =
    Setting::unset("workers", Type::Whole { least: 1, most: 1024 }, "The same as `worker`.").example("1");

/// `max_retries`.
pub(crate) const RETRIES: Setting = Setting::whole(
    "max_retries",
    3,
    -1..=1 << 20,
    "How often a batch is tried again before its events are dropped; a negative number is until it arrives.",
);

/// `backoff`.
pub(crate) const BACKOFF: Setting =
    Setting::section("backoff", BACKOFF_PARTS, "How long to wait before a connection is tried again.");

const BACKOFF_PARTS: &[Setting] = &[
    Setting::duration(
        "init",
        Duration::from_secs(1),
        "After the first failure; doubled at each further one, and spread by chance.",
    ),
    Setting::duration("max", Duration::from_secs(60), "At most."),
];

/// `escape_html`.
pub(crate) const ESCAPE_HTML: Setting =
    Setting::bool("escape_html", false, "Write `<`, `>` and `&` as `\\u003c` and so on.");

/// `headers` of requests.
pub(crate) const HEADERS: Setting =
    Setting::unset("headers", Type::Map(&Type::Text), "Headers that every request gets.")
        .example("{X-My-Header: contents}");

/// `proxy_url` of what speaks SOCKS.
pub(crate) const SOCKS_PROXY: Setting =
    Setting::unset("proxy_url", Type::Url, "A SOCKS5 proxy to go through.").example("socks5://proxy:2233");

/// `proxy_use_local_resolver`.
pub(crate) const SOCKS_RESOLVER: Setting =
    Setting::bool("proxy_use_local_resolver", false, "Names are looked up here and not by the proxy.");

/// `codec`.
pub(crate) const CODEC: Setting =
    Setting::section("codec", CODEC_KINDS, "How an event is written. One of them may be there.");

const CODEC_KINDS: &[Setting] = &[
    Setting::section("json", JSON, "As JSON."),
    Setting::section(
        "format",
        &[Setting::unset("string", Type::Format, "A text with fields of the event.")
            .example("'%{[@timestamp]} %{[type]} %{[status]}'")
            .required()],
        "As a text.",
    )
    .later(),
];

const JSON: &[Setting] = &[
    Setting::unset(
        "pretty",
        Type::Bool,
        "Over several lines. False unless set; with `output.console.pretty`, as that is.",
    )
    .example("true"),
    ESCAPE_HTML,
    Setting::bool("local_time", false, "Write times with the offset of the local zone and not in UTC.")
        .later(),
];

/// What chooses a name by the event: the rows of `indices`, `pipelines`, `topics` and `keys` besides the name itself.
pub(crate) const MAPPINGS: Setting = Setting::unset(
    "mappings",
    Type::Map(&Type::Text),
    "What the name becomes: a map from what the format gives.",
)
.example("{critical: sev1}");

/// `default` of such a row.
pub(crate) const DEFAULT: Setting =
    Setting::unset("default", Type::Text, "The name where `mappings` has none.").example("sev3");

/// `when` of such a row.
pub(crate) const WHEN: Setting =
    Setting::unset("when", Type::Condition, "Which events the row is for.").example("{equals: {type: dns}}");
