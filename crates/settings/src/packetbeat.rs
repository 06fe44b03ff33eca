//! `packetbeat.*` besides the protocols.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use crate::interfaces::INTERFACES;

/// `packetbeat`.
pub(crate) const PACKETBEAT: &[Setting] = &[
    Setting::unset(
        "interfaces",
        Type::List(&Type::Section(INTERFACES)),
        "Where packets come from: one section, or a list of them with one device each.",
    ),
    Setting::section("flows", FLOWS, "Who talks to whom, whatever the protocol. Without the section there are none.").later(),
    Setting::unset(
        "protocols",
        Type::Protocols,
        "The protocols that are analysed: a list of sections, each with its `type`. Without the list it is all of them, with \
         their usual ports; with it, only those in it.",
    ),
    Setting::section("procs", PROCS, "Which process sent and received.").later(),
    Setting::unset(
        "detect",
        Type::Bool,
        "Recognise protocols by content on any port. True while there is no `packetbeat.protocols`, else false. (Ours.)",
    )
    .example("true"),
    Setting::unset(
        "workers",
        Type::Whole { least: 1, most: 65_535 },
        "Threads that analyse, of which 256 are used at most; 1 unless set. The events are the same for any number. (Ours.)",
    )
    .example("2"),
    Setting::bool(
        "flush_pending_at_eof",
        true,
        "Requests that wait when the capture ends become events; `false` drops them as Packetbeat does, counted as \
         `pending_at_eof`. (Ours.)",
    ),
    Setting::bool(
        "ignore_outgoing",
        false,
        "Drop transactions whose direction is `egress`; they are counted as filtered.",
    ),
    Setting::duration("publish_timeout", Duration::ZERO, "How long to wait for the last events at the end of a file.").later(),
    Setting::duration(
        "shutdown_timeout",
        Duration::ZERO,
        "How long to wait for the output when a live capture ends; unless set, up to 5s, where Packetbeat does not wait. A \
         capture file waits until all is written.",
    ),
    Setting::bool("overwrite_pipelines", false, "`setup --pipelines` replaces ingest pipelines that are there."),
    Setting::unset(
        "user",
        Type::Text,
        "The user that the program becomes once the devices are open: `USER` or `USER:GROUP`, by name or number; the group is \
         the user's own unless told. (Ours.)",
    )
    .example("packetbeat"),
    Setting::section("npcap", NPCAP, "The capture driver of Windows.").later(),
];

/// `packetbeat.flows`.
const FLOWS: &[Setting] = &[
    Setting::bool("enabled", true, "Report flows; needs the section."),
    Setting::duration("timeout", Duration::from_secs(30), "A flow without packets for so long is over.")
        .at_least(Duration::from_secs(1)),
    Setting::duration(
        "period",
        Duration::from_secs(10),
        "How often flows are reported; `-1s` is at their end alone.",
    )
    .or_never(Duration::from_secs(1)),
    Setting::bool(
        "enable_delta_flow_reports",
        false,
        "Counters of bytes and packets begin again after each report.",
    ),
    Setting::bool("allow_mismatched_eth", false, "MAC addresses are no part of what makes a flow."),
    Setting::list("tags", &[], "Tags that flows get besides the general ones.").example("[edge]"),
    Setting::unset("fields", Type::Map(&Type::Any), "Fields that flows get, laid upon the general ones.")
        .example("{zone: dmz}"),
    Setting::bool("fields_under_root", false, "Put `fields` at the root of the event."),
    Setting::unset("processors", Type::Processors, "What is done to flows before the general processors."),
    Setting::bool("keep_null", false, "Write fields that are null."),
    Setting::unset("index", Type::Format, "The index that flows ask for.").example("packetbeat-flows"),
];

/// `packetbeat.procs`.
const PROCS: &[Setting] = &[
    Setting::bool("enabled", false, "Add the local processes of a connection to its events."),
    Setting::unset(
        "monitored",
        Type::List(&Type::Section(&[
            Setting::unset("process", Type::Text, "The name that the process gets.")
                .example("gunicorn")
                .required(),
            Setting::unset(
                "cmdline_grep",
                Type::Text,
                "What its command line contains; the name unless set.",
            )
            .example("gunicorn"),
        ])),
        "Processes that get a name of ours.",
    )
    .example("[{process: pgsql, cmdline_grep: postgres}]"),
    Setting::duration(
        "max_proc_read_freq",
        Duration::from_millis(10),
        "Known from old versions; means nothing.",
    ),
    Setting::duration("refresh_pids_freq", Duration::from_secs(1), "Known from old versions; means nothing."),
];

/// `packetbeat.npcap`.
const NPCAP: &[Setting] = &[
    Setting::bool("never_install", false, "Do not install the driver."),
    Setting::bool("force_reinstall", false, "Install the driver even if it is there."),
    Setting::duration("install_timeout", Duration::from_secs(120), "How long an installation may take."),
    Setting::unset("install_destination", Type::Path, "Where the driver is installed.").example("C:\\Npcap"),
    Setting::unset("install_options", Type::Any, "Options of the installer.").example("[]"),
];
