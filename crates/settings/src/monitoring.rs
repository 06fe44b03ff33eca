//! `monitoring`.

use packetbeat_core::setting::{Setting, Type};

use crate::outputs;

/// `monitoring`.
pub(crate) const MONITORING: &[Setting] = &[
    Setting::bool("enabled", false, "Send the figures."),
    Setting::unset("cluster_uuid", Type::Text, "The cluster that the figures are shown under.")
        .example("PzRGmpQBQiCVn1x-wRTWKg"),
    Setting::section("elasticsearch", outputs::MONITORING, "The cluster that they go to."),
    Setting::section(
        "cloud",
        &[
            Setting::unset("id", Type::Text, "As `cloud.id`.")
                .example("staging:dXMtZWFzdC0xLmF3cy5mb3VuZC5pbyRjZWM2"),
            Setting::unset("auth", Type::Secret, "As `cloud.auth`.").example("elastic:changeme"),
        ],
        "Elastic Cloud.",
    ),
];
