//! The `memcache` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

use crate::limits::{VALUES, VALUES_BYTES};

/// The options of memcache.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::bool(
        "parseunknown",
        false,
        "Events also for commands that are not known, with their line as `memcache.request.line`.",
    ),
    Setting::whole(
        "maxvalues",
        0,
        -1..=1 << 20,
        "Values of a message that go into the event, in base64; -1 is all of them, 1,024 at most.",
    ),
    Setting::bytes(
        "maxbytespervalue",
        1 << 30,
        0..=1 << 30,
        "Bytes of a value that go into the event; all values of a message together have 1 MiB at most.",
    ),
    Setting::duration(
        "udptransactiontimeout",
        Duration::from_secs(10),
        "How long a request over UDP waits for its answer.",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// `parseunknown`.
    pub(crate) parse_unknown: bool,
    /// `maxvalues`.
    pub(crate) max_values: usize,
    /// `maxbytespervalue`.
    pub(crate) max_value_bytes: usize,
    /// `udptransactiontimeout`, in nanoseconds.
    pub(crate) udp_timeout: i64,
    /// `transaction_timeout`, in nanoseconds, where it was set: over TCP a request waits as long as its connection otherwise.
    pub(crate) timeout: Option<i64>,
    /// `send_request`: commands as text.
    pub(crate) send_request: bool,
    /// `send_response`: replies as text.
    pub(crate) send_response: bool,
}

impl Config {
    /// Nothing is kept.
    pub(crate) const NOTHING: Self = Self {
        parse_unknown: false,
        max_values: 0,
        max_value_bytes: 0,
        udp_timeout: 0,
        timeout: None,
        send_request: false,
        send_response: false,
    };

    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
        let max_values = match options.i64("maxvalues") {
            all if all < 0 => VALUES,
            some => usize::try_from(some).unwrap_or(VALUES).min(VALUES),
        };
        Self {
            parse_unknown: options.bool("parseunknown"),
            max_values,
            max_value_bytes: usize::try_from(options.bytes("maxbytespervalue"))
                .unwrap_or(VALUES_BYTES)
                .min(VALUES_BYTES),
            udp_timeout: nanos(options.duration("udptransactiontimeout")),
            timeout: common.transaction_timeout.map(nanos),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
        }
    }
}
