//! Processors that ask what runs containers.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use crate::ssl::SSL;

pub(super) const CLOUDFOUNDRY: &[Setting] = &[
    Setting::special("api_address", Type::Url, "http://api.bosh-lite.com", "The API."),
    Setting::unset("doppler_address", Type::Url, "The websocket of Doppler; the API tells it unless set.")
        .example("wss://doppler.example.org"),
    Setting::unset("uaa_address", Type::Url, "The API that logs in; the API tells it unless set.")
        .example("https://uaa.example.org"),
    Setting::unset("rlp_address", Type::Url, "The gateway of logs; the API tells it unless set.")
        .example("https://log-stream.example.org"),
    Setting::unset("client_id", Type::Text, "Who we are.").example("packetbeat").required(),
    Setting::unset("client_secret", Type::Secret, "What proves it.").example("changeme").required(),
    Setting::duration("cache_duration", Duration::from_secs(120), "How long what was found is kept."),
    Setting::duration("cache_retry_delay", Duration::from_secs(20), "How long to wait after an error."),
    Setting::section("ssl", SSL, "TLS."),
];

const DEDOT: &[Setting] = &[Setting::bool("dedot", true, "A `.` in their names becomes `_`.")];

pub(super) const DOCKER: &[Setting] = &[
    Setting::special("host", Type::Url, "unix:///var/run/docker.sock", "The socket of Docker."),
    Setting::section("ssl", SSL, "TLS."),
    Setting::list("match_fields", &[], "Fields that may have the container's identifier.")
        .example("[system.process.cgroup.id]"),
    Setting::list(
        "match_pids",
        &["process.pid", "process.parent.pid"],
        "Fields that may have the number of a process in the container.",
    ),
    Setting::bool("match_source", true, "Look for the identifier in `log.file.path`."),
    Setting::whole("match_source_index", 4, 0..=1024, "Which part of that path it is."),
    Setting::bool("match_short_id", false, "Short identifiers count too."),
    Setting::duration(
        "cleanup_timeout",
        Duration::from_secs(60),
        "A container not seen for so long is forgotten.",
    ),
    Setting::section("labels", DEDOT, "The container's labels."),
    Setting::list(
        "cgroup_prefixes",
        &["/kubepods", "/docker"],
        "Beginnings of paths of control groups that have it at the end.",
    ),
    Setting::bool("wait_for_metadata", false, "Events wait until Docker has answered."),
    Setting::duration("wait_for_metadata_timeout", Duration::from_secs(30), "How long they wait at most."),
    Setting::duration(
        "wait_for_metadata_retry_period",
        Duration::from_secs(10),
        "How often Docker is asked meanwhile.",
    ),
];

const ENABLED: &[Setting] = &[Setting::bool("enabled", true, "Use them.")];

/// One entry of `indexers` or `matchers`: a map of one name to its options.
const BLOCKS: Type = Type::Map(&Type::Any);

const RESOURCE: &[Setting] = &[
    Setting::bool("enabled", true, "Add it."),
    Setting::list("include_labels", &[], "Labels that are added; all unless set.").example("[app]"),
    Setting::list("exclude_labels", &[], "Labels that are not.").example("[pod-template-hash]"),
    Setting::list("include_annotations", &[], "Annotations that are added.").example("[owner]"),
    Setting::section("labels", DEDOT, "Its labels."),
    Setting::section("annotations", DEDOT, "Its annotations."),
];

pub(super) const KUBERNETES: &[Setting] = &[
    Setting::unset("node", Type::Text, "The node that we are on, where that is not found out.")
        .example("node-1"),
    Setting::unset("host", Type::Text, "The same in old versions.").example("node-1"),
    Setting::word("scope", &["node", "cluster"], 0, "Whose pods are known: the node's, or the cluster's."),
    Setting::text("namespace", "", "The namespace whose pods are known; all unless set."),
    Setting::section(
        "add_resource_metadata",
        &[
            Setting::section("node", RESOURCE, "Of the node."),
            Setting::section("namespace", RESOURCE, "Of the namespace."),
            Setting::bool("deployment", false, "The name of the deployment."),
            Setting::bool("cronjob", false, "The name of the cronjob."),
        ],
        "What is added of what the pod belongs to.",
    ),
    Setting::unset("kube_config", Type::Path, "The client's configuration; `KUBECONFIG` unless set.")
        .example("~/.kube/config"),
    Setting::bool("use_kubeadm", true, "Ask kubeadm for the name of the cluster."),
    Setting::section(
        "kube_client_options",
        &[
            Setting::unset("qps", Type::Number, "Requests in a second.").example("5"),
            Setting::unset("burst", Type::Whole { least: 0, most: 1 << 20 }, "Requests at once.")
                .example("10"),
        ],
        "How fast the API is asked.",
    ),
    Setting::duration("cleanup_timeout", Duration::from_secs(60), "A pod not seen for so long is forgotten."),
    Setting::duration("sync_period", Duration::from_secs(600), "How often everything is listed again."),
    Setting::section("default_indexers", ENABLED, "The usual indexers."),
    Setting::section("default_matchers", ENABLED, "The usual matchers."),
    Setting::unset(
        "indexers",
        Type::List(&BLOCKS),
        "How pods are known: `container`, `ip_port`, `pod_name`, `pod_uid`.",
    )
    .example("[{ip_port: {}}]"),
    Setting::unset(
        "matchers",
        Type::List(&BLOCKS),
        "How events are matched with them: `fields`, `field_format`.",
    )
    .example("[{fields: {lookup_fields: [source.ip]}}]"),
    Setting::list("include_labels", &[], "Labels that are added; all unless set.").example("[app]"),
    Setting::list("exclude_labels", &[], "Labels that are not.").example("[pod-template-hash]"),
    Setting::list("include_annotations", &[], "Annotations that are added.").example("[owner]"),
    Setting::section("labels", DEDOT, "The pod's labels."),
    Setting::section("annotations", DEDOT, "The pod's annotations."),
];

pub(super) const NOMAD: &[Setting] = &[
    Setting::special("address", Type::Url, "http://127.0.0.1:4646", "The API of the agent."),
    Setting::text("namespace", "", "The namespace whose allocations are known; all unless set."),
    Setting::text("region", "", "The region whose allocations are known; all unless set."),
    Setting::unset("secret_id", Type::Secret, "What proves who we are.").example("changeme"),
    Setting::duration("refresh_interval", Duration::from_secs(30), "How often the agent is asked."),
    Setting::duration(
        "cleanup_timeout",
        Duration::from_secs(60),
        "An allocation gone for so long is forgotten.",
    ),
    Setting::word("scope", &["node", "global"], 0, "Whose allocations are known: the node's, or all."),
    Setting::unset("node", Type::Text, "The node that we are on, where that is not found out.")
        .example("node-1"),
    Setting::section("default_indexers", ENABLED, "The usual indexers."),
    Setting::section("default_matchers", ENABLED, "The usual matchers."),
    Setting::unset(
        "indexers",
        Type::List(&BLOCKS),
        "How allocations are known: `allocation_name`, `allocation_uuid`.",
    )
    .example("[{allocation_uuid: {}}]"),
    Setting::unset(
        "matchers",
        Type::List(&BLOCKS),
        "How events are matched with them: `fields`, `field_format`.",
    )
    .example("[{fields: {lookup_fields: [host.name]}}]"),
];
