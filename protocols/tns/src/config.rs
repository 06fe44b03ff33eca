//! The `tns` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

/// The options of TNS.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::bool(
        "mask_literals",
        false,
        "No value leaves the machine: literals in statements become `?`; the texts of errors and the hash of a statement are left out.",
    ),
    Setting::bool(
        "all_commands",
        false,
        "Events also for calls without a statement that did not fail: what is negotiated, the first phase of logins, pings, large objects.",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// `mask_literals`.
    pub(crate) mask: bool,
    /// `all_commands`.
    pub(crate) all_commands: bool,
    /// `send_request`: the statement once more as `request`.
    pub(crate) send_request: bool,
    /// `transaction_timeout`, in nanoseconds. Without it a call waits as long as the connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
        Self {
            mask: options.bool("mask_literals"),
            all_commands: options.bool("all_commands"),
            send_request: common.send_request.unwrap_or(false),
            timeout: common.transaction_timeout.map(nanos),
        }
    }
}
