//! The section `dns` of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

/// How long a query in a datagram waits where `transaction_timeout` was not set.
const DATAGRAM_TIMEOUT: Duration = Duration::from_secs(10);

/// The options of DNS.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::bool("include_authorities", false, "List the records of the authority section."),
    Setting::bool("include_additionals", false, "List the records of the additional section."),
];

/// What can be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// `include_authorities`: list the records of the authority section.
    pub(crate) include_authorities: bool,
    /// `include_additionals`: list the records of the additional section.
    pub(crate) include_additionals: bool,
    /// `send_request`: put the query as text into `request`.
    pub(crate) send_request: bool,
    /// `send_response`: put the answer as text into `response`.
    pub(crate) send_response: bool,
    /// Nanoseconds that a query waits for its answer over UDP.
    pub(crate) udp_timeout: i64,
    /// The same over TCP, where it was set; as long as the connection lives otherwise.
    pub(crate) tcp_timeout: Option<i64>,
}

impl Settings {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |timeout: Duration| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX);
        Self {
            include_authorities: options.bool("include_authorities"),
            include_additionals: options.bool("include_additionals"),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            udp_timeout: nanos(common.transaction_timeout.unwrap_or(DATAGRAM_TIMEOUT)),
            tcp_timeout: common.transaction_timeout.map(nanos),
        }
    }
}
