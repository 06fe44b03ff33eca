//! `output`: where events go.

mod elasticsearch;
mod kafka;
mod local;
mod logstash;
mod redis;
mod shared;

use packetbeat_core::setting::Setting;

pub(crate) use elasticsearch::{MONITORING, PROTOCOL};
pub(crate) use shared::HEADERS;

/// `output`. The ones that write locally come last, as in Packetbeat's reference.
pub(crate) const OUTPUTS: &[Setting] = &[
    Setting::section(
        "elasticsearch",
        elasticsearch::ELASTICSEARCH,
        "Elasticsearch or OpenSearch, by bulk requests.",
    ),
    Setting::section(
        "opensearch",
        elasticsearch::ELASTICSEARCH,
        "Another name for `output.elasticsearch`: which of the two the server is, it says itself. (Ours.)",
    ),
    Setting::section("logstash", logstash::LOGSTASH, "Logstash, by the protocol of Beats.").later(),
    Setting::section("kafka", kafka::KAFKA, "Kafka.").later(),
    Setting::section("redis", redis::REDIS, "Redis, as a list or a channel.").later(),
    Setting::section("file", local::FILE, "Files that follow each other."),
    Setting::section("console", local::CONSOLE, "Standard output."),
    Setting::section("discard", local::DISCARD, "Nowhere: events are counted and not written."),
];
