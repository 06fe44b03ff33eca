//! `output.elasticsearch`, which is `output.opensearch` too, and `monitoring.elasticsearch`, which is much the same.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    BACKOFF, DEFAULT, ENABLED, ESCAPE_HTML, HEADERS, MAPPINGS, OWN_QUEUE, RETRIES, WHEN, WORKER, WORKERS,
};
use crate::ssl::{KERBEROS, SSL};

/// `output.elasticsearch`.
pub(crate) const ELASTICSEARCH: &[Setting] = &[
    ENABLED,
    HOSTS,
    Setting::unset(
        "preset",
        Type::Word(&["balanced", "throughput", "scale", "latency", "custom"]),
        "Sizes of batches, queue and connections that suit a purpose: `worker`, `bulk_max_size`, `compression_level`, \
         `idle_connection_timeout`, and `events`, `flush.min_events` and `flush.timeout` of the queue. It replaces what is set \
         of these; `custom`, or none, keeps it.",
    )
    .example("balanced"),
    PROTOCOL,
    PATH,
    PARAMETERS,
    HEADERS,
    USERNAME,
    PASSWORD,
    API_KEY,
    WORKER,
    WORKERS,
    Setting::bool("loadbalance", true, "Use all hosts at once; `false` uses one until it fails, then the next."),
    Setting::whole("compression_level", 1, 0..=9, COMPRESSION),
    ESCAPE_HTML,
    Setting::unset(
        "index",
        Type::Format,
        "The index or data stream that events go to; `packetbeat-VERSION` unless set. Goes with `setup.template.name` and \
         `setup.template.pattern`.",
    )
    .example("\"packetbeat-%{[agent.version]}\""),
    Setting::unset(
        "indices",
        Type::List(&Type::Section(&[
            Setting::unset("index", Type::Format, "The name.").example("\"dns-%{+yyyy.MM.dd}\"").required(),
            MAPPINGS,
            DEFAULT,
            WHEN,
        ])),
        "Indexes for some events; the first row that fits is taken, `index` else.",
    )
    .example("[{index: \"dns-%{+yyyy.MM.dd}\", when: {equals: {type: dns}}}]"),
    Setting::unset("ilm", Type::Any, "Known from old versions; `setup.ilm` is what counts.").example("{}").later(),
    Setting::unset("pipeline", Type::Format, "The ingest pipeline that events go through.").example("my_pipeline"),
    Setting::unset(
        "pipelines",
        Type::List(&Type::Section(&[
            Setting::unset("pipeline", Type::Format, "The name.").example("dns").required(),
            MAPPINGS,
            DEFAULT,
            WHEN,
        ])),
        "Pipelines for some events; the first row that fits is taken, `pipeline` else.",
    )
    .example("[{pipeline: dns, when: {equals: {type: dns}}}]"),
    PROXY_URL,
    Setting::bool("proxy_disable", false, "Use no proxy, not even that of the environment."),
    Setting::unset("proxy_headers", Type::Map(&Type::Text), "Headers for the proxy, with CONNECT.")
        .example("{X-My-Header: contents}"),
    Setting::whole(
        "max_retries",
        3,
        -1..=1 << 20,
        "How often an event at which the server fails (5xx) is tried again before it is dropped; a negative number is until it \
         arrives. While the server is away or busy events wait, and this does not count.",
    ),
    Setting::whole("bulk_max_size", 1600, -1..=1 << 20, BULK),
    Setting::bytes(
        "bulk_max_bytes",
        10 << 20,
        64 << 10..=100 << 20,
        "Bytes of one request at most, before it is compressed; an event that is longer alone has a request of its own. (Ours.)",
    ),
    BACKOFF,
    Setting::duration("idle_connection_timeout", Duration::from_secs(3), "A connection unused for so long is closed."),
    TIMEOUT,
    Setting::bool("allow_older_versions", true, "The server may be older than the program."),
    Setting::unset(
        "non_indexable_policy",
        Type::Section(POLICY),
        "What becomes of events that the server refuses for good: one of the two; they are dropped, and counted, unless told.",
    )
    .example("{drop: null}"),
    Setting::bool(
        "idempotent",
        false,
        "Events get an `_id` that follows from what they are, so that what is sent twice is there once. (Ours.)",
    ),
    Setting::section("ssl", SSL, "TLS, with hosts of `https`."),
    Setting::section("kerberos", KERBEROS, "Kerberos.").later(),
    OWN_QUEUE,
];

const POLICY: &[Setting] = &[
    Setting::section("drop", &[], "They are dropped."),
    Setting::section(
        "dead_letter_index",
        &[Setting::unset("index", Type::Text, "Its name.").example("dead-letters").required()],
        "They go to an index of their own, as text, with the reason.",
    ),
];

/// `monitoring.elasticsearch`.
pub(crate) const MONITORING: &[Setting] = &[
    Setting::bool("enabled", true, "Send to it; needs the section."),
    Setting::list_of(
        "hosts",
        &Type::Host,
        &[],
        "Servers, with scheme, port (9200) and path where they differ; those of `output.elasticsearch` unless set.",
    )
    .example("[\"https://localhost:9200\"]"),
    PROTOCOL,
    PATH,
    PARAMETERS,
    HEADERS,
    USERNAME,
    PASSWORD,
    API_KEY,
    Setting::whole("compression_level", 0, 0..=9, COMPRESSION),
    PROXY_URL,
    RETRIES,
    Setting::whole("bulk_max_size", 50, -1..=1 << 20, BULK),
    BACKOFF,
    TIMEOUT,
    Setting::section("ssl", SSL, "TLS."),
    Setting::section("kerberos", KERBEROS, "Kerberos."),
    Setting::whole("buffer_size", 50, 1..=1 << 20, "Reports that wait while the cluster cannot be reached."),
    Setting::list("tags", &[], "Tags that reports get.").example("[edge]"),
    Setting::section(
        "metrics",
        &[Setting::duration("period", Duration::from_secs(10), "How often.")],
        "What the counters say.",
    ),
    Setting::section("state", &[Setting::duration("period", Duration::from_secs(60), "How often.")], "What is configured."),
];

const HOSTS: Setting = Setting::unset(
    "hosts",
    Type::List(&Type::Host),
    "Servers of one cluster, with scheme, port (9200) and path where they differ.",
)
.example("[\"https://localhost:9200\"]")
.required();

/// `protocol`, also of Kibana.
pub(crate) const PROTOCOL: Setting =
    Setting::word("protocol", &["http", "https"], 0, "The scheme of hosts that do not say theirs.");
const PATH: Setting =
    Setting::unset("path", Type::Text, "What the paths of requests begin with.").example("/elasticsearch");
const PARAMETERS: Setting =
    Setting::unset("parameters", Type::Map(&Type::Text), "Parameters in the addresses of requests.")
        .example("{param1: value1}");
const USERNAME: Setting =
    Setting::unset("username", Type::Text, "User; goes with `password`.").example("elastic");
const PASSWORD: Setting =
    Setting::unset("password", Type::Secret, "The user's password.").example("changeme");
const API_KEY: Setting =
    Setting::unset("api_key", Type::Secret, "A key, `ID:KEY`, instead of user and password.")
        .example("\"id:api_key\"");
const COMPRESSION: &str = "How much requests are compressed: 0 is not at all, 1 is fast, 9 is most.";
const PROXY_URL: Setting = Setting::unset(
    "proxy_url",
    Type::Url,
    "The proxy to go through; that of the environment (`HTTPS_PROXY` and so on) unless set.",
)
.example("http://proxy:3128");
const BULK: &str = "Events in one request at most; 0 or less does not split what the queue gives.";
const TIMEOUT: Setting =
    Setting::duration("timeout", Duration::from_secs(90), "How long a request may take.");
