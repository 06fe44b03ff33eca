//! `http`: the program's own page.

use packetbeat_core::setting::{Setting, Type};

/// `http`.
pub(crate) const HTTP: &[Setting] = &[
    Setting::bool("enabled", false, "Serve the page."),
    Setting::special(
        "host",
        Type::Host,
        "localhost",
        "Name or address to listen on; `unix:///PATH` is a socket in the file system.",
    ),
    Setting::whole("port", 5066, 1..=65_535, "Port to listen on.").of(Type::Port),
    Setting::section("named_pipe", NAMED_PIPE, "For `npipe://`, on Windows.").later(),
    Setting::section("pprof", PPROF, "Profiles under `/debug/pprof/`."),
    Setting::section(
        "debug",
        &[Setting::section(
            "state_inspector",
            &[Setting::bool("enabled", false, "Offer what looks into the program's state.")],
            "A page with the program's state.",
        )],
        "For who works on the program.",
    ),
];

const NAMED_PIPE: &[Setting] = &[
    Setting::unset("user", Type::Text, "Who may read from the pipe.").example("packetbeat"),
    Setting::unset("security_descriptor", Type::Text, "Who may, in the language of security descriptors.")
        .example("\"D:P(A;;GA;;;BA)\""),
];

const PPROF: &[Setting] = &[
    Setting::bool("enabled", false, "Serve profiles of the program; who reads them can slow it down."),
    Setting::whole(
        "block_profile_rate",
        0,
        0..=i64::MAX,
        "Known from Packetbeat; there is no such profile here.",
    ),
    Setting::whole(
        "mem_profile_rate",
        524_288,
        0..=i64::MAX,
        "Bytes between two samples of the heap's profile.",
    ),
    Setting::whole(
        "mutex_profile_rate",
        0,
        0..=i64::MAX,
        "Known from Packetbeat; there is no such profile here.",
    ),
];
