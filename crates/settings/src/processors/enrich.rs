//! Processors that add what is known beside the event.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{IGNORING_MISSING, OVERWRITE_KEYS};
use crate::ssl::SSL;

pub(super) const AGENT: &[Setting] = &[];

pub(super) const CLOUD: &[Setting] = &[
    Setting::duration("timeout", Duration::from_secs(3), "How long to wait for the provider at the start."),
    Setting::list_of(
        "providers",
        &Type::Word(&[
            "alibaba",
            "ecs",
            "azure",
            "digitalocean",
            "aws",
            "ec2",
            "gcp",
            "openstack",
            "nova",
            "openstack-ssl",
            "nova-ssl",
            "tencent",
            "qcloud",
            "huawei",
            "hetzner",
        ]),
        &[],
        "Who is asked; all that are on the local network unless set.",
    )
    .example("[aws, gcp]"),
    Setting::bool("overwrite", false, "Fields of `cloud` that are there are replaced."),
    Setting::section("ssl", SSL, "TLS."),
];

pub(super) const FIELDS: &[Setting] = &[
    Setting::text("target", "fields", "Where they go; an empty text is the root of the event."),
    Setting::unset("fields", Type::Map(&Type::Any), "The fields.").example("{project: atlas}").required(),
];

pub(super) const FORMATTED_INDEX: &[Setting] =
    &[Setting::unset("index", Type::Format, "The index.").example("\"%{[type]}-%{+yyyy.MM.dd}\"").required()];

const CACHE: Setting = Setting::section(
    "cache",
    &[Setting::duration("ttl", Duration::from_secs(300), "How long.").or_never(Duration::ZERO)],
    "How long what was found is kept.",
);

const NETINFO: Setting = Setting::section(
    "netinfo",
    &[Setting::bool("enabled", true, "Add them.")],
    "The IP and MAC addresses of the host.",
);

const GEO: Setting = Setting::section(
    "geo",
    &[
        Setting::unset("name", Type::Text, "A name for it.").example("nyc-dc1-rack1"),
        Setting::unset("location", Type::Text, "Latitude and longitude.").example("\"40.7128, -74.0060\""),
        Setting::unset("continent_name", Type::Text, "The continent.").example("North America"),
        Setting::unset("country_name", Type::Text, "The country.").example("United States"),
        Setting::unset("country_iso_code", Type::Text, "The country's code.").example("US"),
        Setting::unset("region_name", Type::Text, "The region.").example("New York"),
        Setting::unset("region_iso_code", Type::Text, "The region's code.").example("NY"),
        Setting::unset("city_name", Type::Text, "The city.").example("New York"),
    ],
    "Where the host stands.",
);

pub(super) const HOST: &[Setting] = &[
    NETINFO,
    CACHE,
    GEO,
    Setting::bool("replace_fields", true, "Fields of `host` that are there are replaced."),
];

pub(super) const OBSERVER: &[Setting] = &[
    NETINFO,
    CACHE,
    GEO,
    Setting::bool("overwrite", false, "Fields of `observer` that are there are replaced."),
];

pub(super) const ADD_ID: &[Setting] = &[
    Setting::text("target_field", "@metadata._id", "The field that is written."),
    Setting::word("type", &["elasticsearch"], 0, "How identifiers are made."),
];

pub(super) const LABELS: &[Setting] =
    &[Setting::unset("labels", Type::Map(&Type::Any), "The labels.").example("{number: 1}").required()];

pub(super) const LOCALE: &[Setting] =
    &[Setting::word("format", &["offset", "abbreviation"], 0, "`+02:00`, or `CEST`.")];

pub(super) const DIRECTION: &[Setting] = &[
    Setting::unset("source", Type::Text, "The field with the source's address.")
        .example("source.ip")
        .required(),
    Setting::unset("destination", Type::Text, "The field with the destination's address.")
        .example("destination.ip")
        .required(),
    Setting::unset("target", Type::Text, "The field that is written.")
        .example("network.direction")
        .required(),
    Setting::unset(
        "internal_networks",
        Type::List(&Type::Network),
        "Networks, or names of ranges, that are internal.",
    )
    .example("[private]")
    .required(),
];

pub(super) const PROCESS: &[Setting] = &[
    Setting::unset("match_pids", Type::List(&Type::Text), "Fields that may have the number of the process.")
        .example("[process.pid]")
        .required(),
    Setting::text("target", "", "Where `process` goes; the root of the event unless set.")
        .example("system.process.parent"),
    Setting::list("include_fields", &[], "What is added; all but `process.env` unless set.")
        .example("[process.name]"),
    IGNORING_MISSING,
    OVERWRITE_KEYS,
    Setting::bool("restricted_fields", false, "Add `process.env` too, which may hold secrets."),
    Setting::special("host_path", Type::Path, "/", "Where `proc` is mounted."),
    Setting::list(
        "cgroup_prefixes",
        &[],
        "Beginnings of paths of control groups whose end is a container's identifier.",
    )
    .example("[/kubepods, /docker]"),
    Setting::unset("cgroup_regex", Type::Regexp, "The same as a regular expression with one group.")
        .example("\"/docker/([0-9a-f]{64})\""),
    Setting::duration(
        "cgroup_cache_expire_time",
        Duration::from_secs(30),
        "How long what was found is kept.",
    ),
];

pub(super) const TAGS: &[Setting] = &[
    Setting::unset("tags", Type::List(&Type::Text), "The tags.").example("[web, production]").required(),
    Setting::text("target", "tags", "The field that they go to."),
];
