//! Processors that look something up or compute something of the event.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    FIELD, FIELDS, ID, IGNORE_FAILURE, IGNORE_MISSING, IGNORING_MISSING, OVERWRITE_KEYS, TAG, TARGET_FIELD,
    TARGET_FIELD_REQUIRED,
};
use crate::ssl::SSL;

const CACHE_KEY: Setting =
    Setting::unset("key_field", Type::Text, "The field with the key.").example("source.ip").required();
const CACHE_ID: Setting =
    Setting::unset("id", Type::Text, "Its name, by which processors share it.").example("names").required();

pub(super) const CACHE: &[Setting] = &[
    Setting::unset(
        "backend",
        Type::Section(&[
            Setting::whole("capacity", 0, -1..=1 << 40, "Values that are kept; 0 or less is no limit."),
            Setting::section("memory", &[CACHE_ID], "In memory."),
            Setting::section(
                "file",
                &[
                    CACHE_ID,
                    Setting::duration(
                        "write_interval",
                        Duration::ZERO,
                        "How often the file is written; 0 is at the end alone.",
                    ),
                    Setting::duration("write_period", Duration::ZERO, "The same in old versions."),
                ],
                "In memory and in a file.",
            ),
        ]),
        "Where values are kept.",
    )
    .example("{memory: {id: names}}")
    .required(),
    Setting::section(
        "put",
        &[
            CACHE_KEY,
            Setting::unset("value_field", Type::Text, "The field with the value.")
                .example("source.domain")
                .required(),
            Setting::unset(
                "ttl",
                Type::Duration { least: Duration::ZERO, or_never: false },
                "How long it is kept.",
            )
            .example("168h"),
        ],
        "Keep a value.",
    ),
    Setting::section(
        "get",
        &[
            CACHE_KEY,
            Setting::unset("target_field", Type::Text, "The field that the value goes to.")
                .example("source.domain")
                .required(),
        ],
        "Write a value that was kept.",
    ),
    Setting::section("delete", &[CACHE_KEY], "Forget a value."),
    IGNORING_MISSING,
    OVERWRITE_KEYS,
];

pub(super) const COMMUNITY_ID: &[Setting] = &[
    Setting::section(
        "fields",
        &[
            Setting::text("source_ip", "source.ip", "The source's address."),
            Setting::text("source_port", "source.port", "The source's port."),
            Setting::text("destination_ip", "destination.ip", "The destination's address."),
            Setting::text("destination_port", "destination.port", "The destination's port."),
            Setting::text("iana_number", "network.iana_number", "The protocol's number."),
            Setting::text("transport", "network.transport", "The protocol's name."),
            Setting::text("icmp_type", "icmp.type", "The type of ICMP."),
            Setting::text("icmp_code", "icmp.code", "The code of ICMP."),
        ],
        "The fields that are read.",
    ),
    Setting::text("target", "network.community_id", "The field that is written."),
    Setting::whole("seed", 0, 0..=65_535, "Makes the hashes of one site differ from others'."),
];

const CAPACITY: Setting = Setting::section(
    "capacity",
    &[
        Setting::whole("initial", 1000, 0..=1 << 30, "Answers that there is room for at the start."),
        Setting::whole("max", 10_000, 1..=1 << 30, "Answers that are kept."),
    ],
    "Its size.",
);

pub(super) const DNS: &[Setting] = &[
    Setting::unset(
        "type",
        Type::Word(&["A", "AAAA", "PTR", "reverse", "TXT"]),
        "What is asked for; `reverse` is `PTR`.",
    )
    .example("reverse")
    .required(),
    Setting::word("action", &["append", "replace"], 0, "What becomes of a field that is there."),
    Setting::unset("fields", Type::Map(&Type::Any), "From which field to which.")
        .example("{source.ip: source.domain}")
        .required(),
    Setting::section(
        "success_cache",
        &[
            Setting::bool("enabled", true, "Use it."),
            CAPACITY,
            Setting::duration("min_ttl", Duration::from_secs(60), "An answer is kept for so long at least."),
        ],
        "What was found.",
    ),
    Setting::section(
        "failure_cache",
        &[
            Setting::bool("enabled", true, "Use it."),
            CAPACITY,
            Setting::duration("ttl", Duration::from_secs(60), "A failure is kept for so long."),
        ],
        "What was not.",
    ),
    Setting::list_of("nameservers", &Type::Host, &[], "Who is asked; the system's unless set.")
        .example("[192.0.2.1]"),
    Setting::duration("timeout", Duration::from_millis(500), "How long each may take."),
    Setting::list("tag_on_failure", &[], "Tags of an event whose question was not answered.")
        .example("[_dns_failed]"),
    Setting::word("transport", &["udp", "tls"], 0, "How they are asked."),
];

pub(super) const FINGERPRINT: &[Setting] = &[
    FIELDS,
    IGNORE_MISSING,
    Setting::text("target_field", "fingerprint", "The field that is written."),
    Setting::word("method", &["sha256", "md5", "sha1", "sha384", "sha512", "xxhash"], 0, "The hash."),
    Setting::word("encoding", &["hex", "base32", "base64"], 0, "How it is written."),
];

pub(super) const RATE_LIMIT: &[Setting] = &[
    Setting::unset("limit", Type::Text, "So many in a second (`s`), minute (`m`) or hour (`h`).")
        .example("\"10000/m\"")
        .required(),
    Setting::list("fields", &[], "Each combination of their values has a limit of its own.")
        .example("[source.ip]"),
    Setting::section(
        "algorithm",
        &[Setting::section(
            "token_bucket",
            &[Setting::unset("burst_multiplier", Type::Number, "How far a burst may go beyond the limit.")
                .example("1.0")],
            "A bucket of tokens.",
        )],
        "How it is counted.",
    ),
];

pub(super) const REGISTERED_DOMAIN: &[Setting] = &[
    Setting::unset("field", Type::Text, "The field with the name.").example("dns.question.name").required(),
    TARGET_FIELD_REQUIRED,
    Setting::unset("target_subdomain_field", Type::Text, "The field that gets what stands before.")
        .example("url.subdomain"),
    Setting::unset("target_etld_field", Type::Text, "The field that gets the public suffix.")
        .example("url.top_level_domain"),
    IGNORE_MISSING,
    IGNORE_FAILURE,
    ID,
];

pub(super) const SCRIPT: &[Setting] = &[
    Setting::unset("lang", Type::Word(&["javascript", "js"]), "The language.")
        .example("javascript")
        .required(),
    Setting::unset("source", Type::Text, "The script.")
        .example("\"function process(event) { event.Tag('js'); }\""),
    Setting::unset("file", Type::Path, "The file of the script, from `path.config`.").example("filter.js"),
    Setting::list_of("files", &Type::Path, &[], "Its files, one after the other.").example("[a.js, b.js]"),
    Setting::unset("params", Type::Map(&Type::Any), "What its `register` is told.")
        .example("{threshold: 15}"),
    Setting::text("tag_on_exception", "_js_exception", "The tag of an event that it failed at."),
    Setting::duration(
        "timeout",
        Duration::ZERO,
        "How long it may take for an event; 0 is as long as it likes.",
    ),
    Setting::whole("max_cached_sessions", 4, 0..=1024, "Engines that are kept ready."),
    Setting::bool("only_cached_sessions", false, "No other engines are made."),
    TAG,
    ID,
];

pub(super) const LDAP: &[Setting] = &[
    FIELD,
    TARGET_FIELD,
    Setting::unset("ldap_address", Type::Url, "The server; found by the domain unless set.")
        .example("ldap://ds.example.com:389"),
    Setting::unset("ldap_domain", Type::Text, "The domain; the system's unless set.").example("example.com"),
    Setting::unset("ldap_base_dn", Type::Text, "Where the search begins; found unless set.")
        .example("\"dc=example,dc=com\""),
    Setting::unset("ldap_bind_user", Type::Text, "Who we are.").example("\"cn=reader,dc=example,dc=com\""),
    Setting::unset("ldap_bind_password", Type::Secret, "What proves it.").example("changeme"),
    Setting::text("ldap_search_attribute", "objectGUID", "The attribute that is searched."),
    Setting::text("ldap_mapped_attribute", "cn", "The attribute that is written."),
    Setting::whole("ldap_search_time_limit", 30, 0..=86_400, "Seconds that a search may take."),
    Setting::section("ldap_ssl", SSL, "TLS."),
    Setting::unset(
        "ad_guid_translation",
        Type::Word(&["auto", "always", "never"]),
        "Whether the identifier is one of Active Directory.",
    )
    .example("auto"),
    IGNORE_MISSING,
    IGNORE_FAILURE,
];

pub(super) const SID: &[Setting] = &[
    FIELD,
    Setting::unset("account_name_target", Type::Text, "The field that gets the name.").example("user.name"),
    Setting::unset("account_type_target", Type::Text, "The field that gets the kind of account.")
        .example("user.type"),
    Setting::unset("domain_target", Type::Text, "The field that gets the domain.").example("user.domain"),
    IGNORE_MISSING,
    IGNORE_FAILURE,
];
