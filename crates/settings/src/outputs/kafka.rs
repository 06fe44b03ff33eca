//! `output.kafka`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{BACKOFF, CODEC, DEFAULT, ENABLED, MAPPINGS, OWN_QUEUE, RETRIES, WHEN, WORKER, WORKERS};
use crate::ssl::{KERBEROS, SSL};

/// `output.kafka`. Of `topic` and `topics` one must be there.
pub(crate) const KAFKA: &[Setting] = &[
    ENABLED,
    Setting::unset(
        "hosts",
        Type::List(&Type::Host),
        "Brokers to ask for the cluster, with port (9092) where it differs.",
    )
    .example("[\"localhost:9092\"]")
    .required(),
    Setting::unset("topic", Type::Format, "The topic that events go to.").example("beats"),
    Setting::unset(
        "topics",
        Type::List(&Type::Section(&[
            Setting::unset("topic", Type::Format, "The name.").example("'dns-%{[agent.version]}'").required(),
            MAPPINGS,
            DEFAULT,
            WHEN,
        ])),
        "Topics for some events; the first row that fits is taken, `topic` else.",
    )
    .example("[{topic: dns, when: {equals: {type: dns}}}]"),
    Setting::unset("key", Type::Format, "The key of a message, which can decide its partition.")
        .example("'%{[source.ip]}'"),
    Setting::section(
        "partition",
        PARTITION,
        "How the partition is chosen; by the key's hash unless set. One of them.",
    ),
    Setting::unset("username", Type::Text, "User; goes with `password`.").example("packetbeat"),
    Setting::unset("password", Type::Secret, "The user's password.").example("changeme"),
    Setting::section(
        "sasl",
        &[Setting::unset(
            "mechanism",
            Type::Word(&["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
            "How user and password are proved; `PLAIN` unless set.",
        )
        .example("SCRAM-SHA-512")],
        "Login.",
    ),
    Setting::text("version", "2.1.0", "The protocol's version that the brokers speak."),
    CODEC,
    Setting::section("metadata", METADATA, "What is known of the cluster."),
    WORKER,
    WORKERS,
    RETRIES,
    BACKOFF,
    Setting::whole("bulk_max_size", 2048, -1..=1 << 20, "Events in one request at most."),
    Setting::duration(
        "bulk_flush_frequency",
        Duration::ZERO,
        "How long a request may wait for more events; 0 is not at all.",
    ),
    Setting::duration("timeout", Duration::from_secs(30), "How long an answer may take."),
    Setting::duration(
        "broker_timeout",
        Duration::from_secs(10),
        "How long a broker may wait for the others.",
    ),
    Setting::whole("channel_buffer_size", 256, 1..=1 << 20, "Messages that wait for one broker."),
    Setting::duration("keep_alive", Duration::ZERO, "How often an idle connection is probed; 0 is never."),
    Setting::word(
        "compression",
        &["none", "snappy", "lz4", "gzip", "zstd", "no", "off"],
        3,
        "How messages are compressed.",
    ),
    Setting::whole("compression_level", 4, 0..=9, "How much, with `gzip`; 0 is not at all."),
    Setting::bytes(
        "max_message_bytes",
        1_000_000,
        1..=1 << 30,
        "Bytes of a message at most; a longer one is dropped.",
    ),
    Setting::whole(
        "required_acks",
        1,
        -1..=1,
        "Who must have a message: 0 nobody, 1 the leader, -1 all its replicas.",
    ),
    Setting::text("client_id", "beats", "What the brokers log us as."),
    Setting::unset(
        "headers",
        Type::List(&Type::Section(&[
            Setting::unset("key", Type::Text, "Its name.").example("some-key").required(),
            Setting::unset("value", Type::Text, "Its value.").example("some value").required(),
        ])),
        "Headers that every message gets.",
    )
    .example("[{key: some-key, value: some value}]"),
    Setting::section("ssl", SSL, "TLS."),
    Setting::section("kerberos", KERBEROS, "Kerberos."),
    OWN_QUEUE,
];

const REACHABLE: Setting = Setting::bool("reachable_only", false, "Use partitions that have a leader alone.");
const GROUP: Setting =
    Setting::whole("group_events", 1, 1..=1 << 20, "So many events in a row go to one partition.");

const PARTITION: &[Setting] = &[
    Setting::section("random", &[GROUP, REACHABLE], "By chance."),
    Setting::section("round_robin", &[GROUP, REACHABLE], "In turn."),
    Setting::section(
        "hash",
        &[
            Setting::list("hash", &[], "Fields whose values are hashed instead of the key.")
                .example("[source.ip]"),
            Setting::bool("random", true, "By chance where there is nothing to hash."),
            REACHABLE,
        ],
        "By a hash.",
    ),
];

const METADATA: &[Setting] = &[
    Setting::section(
        "retry",
        &[
            Setting::whole("max", 3, 0..=1 << 20, "How often to ask again."),
            Setting::duration("backoff", Duration::from_millis(250), "How long to wait before."),
        ],
        "Asking again while a leader is chosen.",
    ),
    Setting::duration(
        "refresh_frequency",
        Duration::from_secs(600),
        "How often the cluster is asked for its state.",
    ),
    Setting::bool("full", false, "Ask for all topics, and not for those alone that are written to."),
    Setting::bool("allow_auto_topic_creation", true, "Asking for a topic may create it."),
];
