//! The top of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use crate::{http, instrumentation, logging, monitoring, outputs, packetbeat, queue, setup};

/// All settings but the options of protocols and processors, in the order of the reference.
pub(crate) const ROOT: &[Setting] = &[
    Setting::section("packetbeat", packetbeat::PACKETBEAT, "What is captured, and how it is analysed."),
    Setting::unset("name", Type::Text, "`agent.name` and `host.name` of events; the host's name unless set.")
        .example("web-1"),
    Setting::list("tags", &[], "Tags that every event gets in `tags`.").example("[service-X, web-tier]"),
    Setting::unset("fields", Type::Map(&Type::Any), "Fields that every event gets under `fields`.")
        .example("{env: staging}"),
    Setting::bool(
        "fields_under_root",
        false,
        "Put `fields` at the root of the event instead. They replace or extend `agent`, `ecs`, `host` and `tags`; a root \
         that the analysis fills itself is left out, with a warning.",
    ),
    Setting::section("timestamp", TIMESTAMP, "How times are written."),
    Setting::section("queue", queue::QUEUE, "Where events wait for the output."),
    Setting::unset(
        "max_procs",
        Type::Whole { least: 0, most: 65_535 },
        "Processors that may be used at once; 0 is all.",
    )
    .example("2")
    .later(),
    Setting::unset(
        "gc_percent",
        Type::Whole { least: -1, most: 100_000 },
        "Tuned the garbage collector of Packetbeat; there is none here.",
    )
    .example("100")
    .later(),
    Setting::unset("processors", Type::Processors, "What is done to every event before it is written."),
    Setting::section("cloud", CLOUD, "Elastic Cloud."),
    Setting::section("output", outputs::OUTPUTS, "Where events go. One of them may be on."),
    Setting::section("path", PATH, "Folders."),
    Setting::section("keystore", KEYSTORE, "The store of secrets."),
    Setting::section("setup", setup::SETUP, "What `setup` and `export` prepare in Elasticsearch and Kibana."),
    Setting::section("logging", logging::LOGGING, "The program's own log."),
    Setting::section(
        "monitoring",
        monitoring::MONITORING,
        "Sends the program's own figures to Elasticsearch.",
    )
    .later(),
    Setting::section("http", http::HTTP, "The page with the program's own figures."),
    Setting::section("seccomp", SECCOMP, "Which system calls are allowed, on Linux.").later(),
    Setting::section(
        "instrumentation",
        instrumentation::INSTRUMENTATION,
        "Traces of the program itself, for an APM server.",
    )
    .later(),
    Setting::section("migration", MIGRATION, "Help with old versions.").later(),
    Setting::section("features", FEATURES, "Switches of single features.").later(),
    Setting::section("management", MANAGEMENT, "Control by a Fleet server, which is not supported.").later(),
];

/// `timestamp`.
const TIMESTAMP: &[Setting] = &[Setting::word(
    "precision",
    &["millisecond", "microsecond", "nanosecond"],
    0,
    "Digits of `@timestamp`, `event.start` and `event.end`.",
)];

/// `cloud`.
const CLOUD: &[Setting] = &[
    Setting::unset(
        "id",
        Type::Text,
        "Names a deployment: stands for the hosts of `output.elasticsearch` and `setup.kibana`.",
    )
    .example("staging:dXMtZWFzdC0xLmF3cy5mb3VuZC5pbyRjZWM2"),
    Setting::unset("auth", Type::Secret, "User and password of the deployment, `user:password`.")
        .example("elastic:changeme"),
];

/// `path`.
const PATH: &[Setting] = &[
    Setting::unset("home", Type::Path, "The folder that the others are below unless told otherwise.")
        .example("/usr/share/packetbeat"),
    Setting::unset("config", Type::Path, "The folder of configurations; `path.home` unless set.")
        .example("/etc/packetbeat"),
    Setting::unset(
        "data",
        Type::Path,
        "The folder of what the program keeps; `data` in `path.home` unless set.",
    )
    .example("/var/lib/packetbeat"),
    Setting::unset("logs", Type::Path, "The folder of logs; `logs` in `path.home` unless set.")
        .example("/var/log/packetbeat"),
];

/// `keystore`.
const KEYSTORE: &[Setting] = &[Setting::unset(
    "path",
    Type::Path,
    "The file that `packetbeat keystore` writes and `${NAME}` is looked up in; `packetbeat.keystore` in `path.data` unless \
     set.",
)
.example("/var/lib/packetbeat/packetbeat.keystore")];

/// `seccomp`.
const SECCOMP: &[Setting] = &[
    Setting::bool("enabled", true, "Install the filter."),
    Setting::unset(
        "default_action",
        Type::Word(SECCOMP_ACTIONS),
        "What happens at a call that no rule names.",
    )
    .example("errno"),
    Setting::unset(
        "syscalls",
        Type::List(&Type::Section(&[
            Setting::unset("action", Type::Word(SECCOMP_ACTIONS), "What happens at these calls.")
                .example("allow")
                .required(),
            Setting::unset("names", Type::List(&Type::Text), "The calls.")
                .example("[read, write]")
                .required(),
        ])),
        "Rules instead of the built-in ones.",
    )
    .example("[{action: allow, names: [read, write]}]"),
];

/// What a filter of system calls can do.
const SECCOMP_ACTIONS: &[&str] =
    &["allow", "errno", "kill_process", "kill_thread", "log", "trace", "trap", "user_notif"];

/// `migration`.
const MIGRATION: &[Setting] = &[Setting::section(
    "6_to_7",
    &[Setting::bool("enabled", false, "Write the aliases that 7.0 had for the fields of 6.x.")],
    "From 6.x to 7.x.",
)];

/// `features`.
const FEATURES: &[Setting] = &[Setting::section(
    "fqdn",
    &[Setting::bool("enabled", false, "`host.name` is the name with its domain.")],
    "The host's full name.",
)];

/// `management`.
const MANAGEMENT: &[Setting] = &[
    Setting::bool("enabled", false, "Be told by a Fleet server what to do."),
    Setting::duration("period", Duration::from_secs(60), "How often the server is asked."),
];
