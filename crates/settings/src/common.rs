//! What every protocol can be told.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// The options that all protocols have, besides their own. A protocol's own row of one of these names says its own default.
pub const COMMON: &[Setting] = &[
    Setting::unset("type", Type::Text, "The protocol's name; first in each section of the list.").example("dns").required(),
    Setting::bool("enabled", true, "Analyse it."),
    Setting::unset(
        "ports",
        Type::List(&Type::Port),
        "Ports on which it is asked first; its usual ones unless set. `[]` silences it, unless `packetbeat.detect` is set.",
    )
    .example("[53, 5353]"),
    Setting::bool("send_request", false, "The request as text goes into the event as `request`."),
    Setting::bool("send_response", false, "The response as text goes into the event as `response`."),
    Setting::unset(
        "transaction_timeout",
        Type::Duration { least: Duration::ZERO, or_never: false },
        "Packet time after which a request without an answer is given up. Unless set, a request in a datagram waits 10s, and \
         one of a connection as long as the connection lives.",
    )
    .example("10s"),
    Setting::list("tags", &[], "Tags that its events get besides the general ones.").example("[dmz]"),
    Setting::unset("fields", Type::Map(&Type::Any), "Fields that its events get, laid upon the general ones.")
        .example("{zone: dmz}"),
    Setting::bool("fields_under_root", false, "Put `fields` at the root of the event."),
    Setting::unset("processors", Type::Processors, "What is done to its events before the general processors."),
    Setting::bool("keep_null", false, "Write fields that are null.").later(),
    Setting::unset("index", Type::Format, "The index that its events ask for, whatever the output says; it may refer to the agent.").example("packetbeat-dns"),
    Setting::section(
        "interface",
        &[Setting::unset("device", Type::Text, "Its name, as in `packetbeat.interfaces`.").example("eth1")],
        "Analyse what this device captured alone.",
    )
    .later(),
];
