//! `instrumentation`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// `instrumentation`.
pub(crate) const INSTRUMENTATION: &[Setting] = &[
    Setting::bool("enabled", false, "Trace the program."),
    Setting::unset("environment", Type::Text, "What the traces call the environment.").example("production"),
    Setting::list_of("hosts", &Type::Host, &["http://localhost:8200"], "Servers that traces go to."),
    Setting::unset("api_key", Type::Secret, "The key that the servers ask for.").example("changeme"),
    Setting::unset("secret_token", Type::Secret, "The token that the servers ask for.").example("changeme"),
    Setting::section(
        "tls",
        &[
            Setting::bool("skip_verify", false, "Do not check the server's certificate."),
            Setting::unset("server_certificate", Type::Path, "The certificate that the server has.")
                .example("/etc/pki/apm.pem"),
            Setting::unset("server_ca", Type::Path, "The authority that signed it.")
                .example("/etc/pki/root/ca.pem"),
        ],
        "How the servers are known.",
    ),
    Setting::unset("transaction_sampling_rate", Type::Number, "The part of the traces that is kept, 0 to 1.")
        .example("0.5"),
    Setting::section("profiling", PROFILING, "Profiles that go along."),
];

const PROFILING: &[Setting] = &[
    Setting::section(
        "cpu",
        &[
            Setting::bool("enabled", false, "Profile the processor's time."),
            Setting::duration("interval", Duration::from_secs(60), "How often."),
            Setting::duration("duration", Duration::from_secs(10), "How long each time."),
        ],
        "Where the processor's time goes.",
    ),
    Setting::section(
        "heap",
        &[
            Setting::bool("enabled", false, "Profile the memory."),
            Setting::duration("interval", Duration::from_secs(60), "How often."),
        ],
        "Where the memory goes.",
    ),
];
