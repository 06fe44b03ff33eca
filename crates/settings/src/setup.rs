//! `setup`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use crate::outputs::{HEADERS, PROTOCOL};
use crate::ssl::SSL;

/// `setup`.
pub(crate) const SETUP: &[Setting] = &[
    Setting::section("dashboards", DASHBOARDS, "Dashboards for Kibana.").later(),
    Setting::section(
        "template",
        TEMPLATE,
        "The index template: which types the fields have in Elasticsearch.",
    ),
    Setting::section("ilm", ILM, "The life of an index: when it is followed by a new one."),
    Setting::section("dsl", DSL, "The same for a data stream, where the server has no ILM."),
    Setting::section("kibana", KIBANA, "The server of Kibana."),
    Setting::section(
        "pipelines",
        &[Setting::bool("enabled", false, "`setup` loads the ingest pipelines.")],
        "Ingest pipelines.",
    ),
];

const DASHBOARDS: &[Setting] = &[
    Setting::bool("enabled", false, "Load them at each start."),
    Setting::unset("directory", Type::Path, "The folder that they are read from.")
        .example("/usr/share/packetbeat/kibana"),
    Setting::unset("url", Type::Url, "An archive of them to fetch.")
        .example("https://example.org/dashboards.zip"),
    Setting::unset("file", Type::Path, "An archive of them.").example("dashboards.zip"),
    Setting::text("beat", "packetbeat", "The folder within the archive."),
    Setting::text("kibana_index", ".kibana", "The index in which Kibana keeps them."),
    Setting::unset("index", Type::Text, "The pattern of indexes that they look at.")
        .example("\"packetbeat-*\""),
    Setting::bool("always_kibana", false, "Load them by Kibana in any case."),
    Setting::bool("only_dashboards", false, "Load the dashboards without the index pattern."),
    Setting::bool("only_index", false, "Load the index pattern without the dashboards."),
    Setting::section(
        "retry",
        &[
            Setting::bool("enabled", false, "Try again when Kibana cannot be reached."),
            Setting::duration("interval", Duration::from_secs(1), "How long to wait before."),
            Setting::whole("maximum", 0, 0..=1 << 20, "How often; 0 is for ever."),
        ],
        "When Kibana cannot be reached.",
    ),
];

const TEMPLATE: &[Setting] = &[
    Setting::bool("enabled", true, "Load it when the output connects."),
    Setting::unset(
        "type",
        Type::Word(&["index", "component", "legacy"]),
        "The kind of template; `index` is what there is.",
    )
    .example("index")
    .later(),
    Setting::special("name", Type::Format, "packetbeat-%{[agent.version]}", "Its name."),
    Setting::special(
        "pattern",
        Type::Format,
        "packetbeat-%{[agent.version]}",
        "The names of indexes that it holds for.",
    ),
    Setting::unset("fields", Type::Path, "A file of fields instead of the built-in ones.")
        .example("fields.yml")
        .later(),
    Setting::unset(
        "append_fields",
        Type::List(&Type::Map(&Type::Any)),
        "Fields to add, written as in `fields.yml`.",
    )
    .example("[{name: site, type: keyword}]"),
    Setting::section(
        "json",
        &[
            Setting::bool("enabled", false, "Take the whole template from a file."),
            Setting::unset("path", Type::Path, "The file.").example("template.json"),
            Setting::unset("name", Type::Text, "The name of that template.").example("packetbeat"),
            Setting::bool("data_stream", false, "It is for a data stream."),
        ],
        "A template as JSON.",
    ),
    Setting::bool("overwrite", false, "Replace a template that is there."),
    Setting::whole("priority", 150, 0..=1 << 31, "Which template counts where several match: the highest."),
    Setting::unset("order", Type::Whole { least: 0, most: 1 << 31 }, "The same for old servers.")
        .example("1")
        .later(),
    Setting::unset(
        "settings",
        Type::Map(&Type::Any),
        "Settings of the index, laid upon ours: `index`, `_source`.",
    )
    .example("{index: {number_of_shards: 1, codec: best_compression}}"),
];

const ILM: &[Setting] = &[
    Setting::bool("enabled", true, "Use it."),
    Setting::special("policy_name", Type::Format, "packetbeat", "The policy's name."),
    Setting::unset("policy_file", Type::Path, "A file with the policy instead of the built-in one.")
        .example("policy.json"),
    Setting::bool("check_exists", true, "Look whether the policy is there, which needs a right of its own."),
    Setting::bool("overwrite", false, "Replace a policy that is there."),
    Setting::unset("rollover_alias", Type::Format, "Known from 7.x: the alias that was written to.")
        .example("\"packetbeat-%{[agent.version]}\"")
        .later(),
    Setting::unset("pattern", Type::Text, "Known from 7.x: how indexes were numbered.")
        .example("\"{now/d}-000001\"")
        .later(),
];

const DSL: &[Setting] = &[
    Setting::bool("enabled", true, "Use it where the server has it."),
    Setting::special(
        "data_stream_pattern",
        Type::Format,
        "packetbeat-%{[agent.version]}",
        "The data streams that it holds for.",
    ),
    Setting::unset("policy_file", Type::Path, "A file with the policy instead of the built-in one.")
        .example("policy.json"),
    Setting::bool("check_exists", true, "Look whether it is there."),
    Setting::bool("overwrite", false, "Replace one that is there."),
];

const KIBANA: &[Setting] = &[
    Setting::unset(
        "host",
        Type::Host,
        "The server, with scheme, port (5601) and path where they differ. Without it there is none; `cloud.id` may name it.",
    )
    .example("\"localhost:5601\""),
    PROTOCOL,
    Setting::unset("path", Type::Text, "What the paths of requests begin with.").example("/kibana"),
    Setting::unset("username", Type::Text, "User; that of `output.elasticsearch` unless set.")
        .example("elastic"),
    Setting::unset("password", Type::Secret, "The user's password.").example("changeme"),
    Setting::unset("api_key", Type::Secret, "A key, `ID:KEY`, instead of user and password.")
        .example("\"id:api_key\""),
    Setting::unset("service_token", Type::Secret, "A token, instead of user and password.")
        .example("changeme"),
    Setting::section(
        "space",
        &[Setting::unset("id", Type::Text, "Its name; the default one unless set.").example("network")],
        "The space that dashboards go to.",
    ),
    HEADERS,
    Setting::duration("timeout", Duration::from_secs(90), "How long a request may take."),
    Setting::section("ssl", SSL, "TLS."),
];
