//! The `redis` section of `packetbeat.yml`.

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

use crate::limits::{QUEUE_BYTES, QUEUE_MESSAGES};

/// The options of Redis.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::bytes(
        "queue_max_bytes",
        1 << 20,
        0..=1 << 30,
        "Bytes of a connection's commands that may wait for their answers, 4 MiB at most; 0 is as much as that.",
    ),
    Setting::whole(
        "queue_max_messages",
        20_000,
        0..=1 << 30,
        "Commands of a connection that may wait for their answers, 32768 at most; 0 is as many as that.",
    ),
    Setting::bool(
        "mask_literals",
        false,
        "No value leaves the machine: of a command its name and its first key are written, every other argument and every value of \
         an answer is `?`, of an error its first word.",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// `queue_max_bytes`, at least 1.
    pub(crate) queue_bytes: usize,
    /// `queue_max_messages`, at least 1.
    pub(crate) queue_messages: usize,
    /// `mask_literals`.
    pub(crate) mask: bool,
    /// `send_request`: the command as text.
    pub(crate) send_request: bool,
    /// `send_response`: the answer as text.
    pub(crate) send_response: bool,
    /// `transaction_timeout`, in nanoseconds: how long a command waits for its answer. Without it, as long as the connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let within = |number: u64, most: usize| match usize::try_from(number) {
            Ok(0) | Err(_) => most,
            Ok(number) => number.min(most),
        };
        Self {
            queue_bytes: within(options.bytes("queue_max_bytes"), QUEUE_BYTES),
            queue_messages: within(options.u64("queue_max_messages"), QUEUE_MESSAGES),
            mask: options.bool("mask_literals"),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            timeout: common
                .transaction_timeout
                .map(|time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}
