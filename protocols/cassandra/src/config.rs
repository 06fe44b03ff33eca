//! The `cassandra` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::{Setting, Type};

use crate::header::{OPS, Op};
use crate::inflate::Codec;
use crate::limits::ROW_BYTES;

/// The options of Cassandra.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::bool("send_request", true, "The request goes into the event."),
    Setting::bool(
        "send_request_header",
        true,
        "The request's header goes into the event; needs `send_request`.",
    ),
    Setting::bool("send_response", true, "The response goes into the event."),
    Setting::bool(
        "send_response_header",
        true,
        "The response's header goes into the event; needs `send_response`.",
    ),
    Setting::unset(
        "compressor",
        Type::Word(&["snappy", "lz4"]),
        "How bodies are compressed where the handshake was not seen. Without it, it is seen in the bodies.",
    )
    .example("snappy"),
    Setting::list_of("ignored_ops", &Type::Word(&OPS), &[], "Operations that make no events.")
        .example("[SUPPORTED, OPTIONS]"),
    Setting::whole("max_rows", 10, 0..=1 << 20, "Rows of a result that go into `response`."),
    Setting::bytes(
        "max_row_length",
        1024,
        0..=1 << 30,
        "Bytes of a row's values that go into `response`, 64 KiB at most; columns behind them are left out.",
    ),
    Setting::bool(
        "mask_literals",
        false,
        "No value leaves the machine: literals in statements and every value become `?`; rows, warnings, the texts of \
         errors and the states of pages are left out.",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) send_request: bool,
    pub(crate) send_request_header: bool,
    pub(crate) send_response: bool,
    pub(crate) send_response_header: bool,
    /// `compressor`.
    pub(crate) codec: Option<Codec>,
    /// `ignored_ops`: a bit for each.
    ignored: u32,
    /// `max_rows`.
    pub(crate) max_rows: u64,
    /// `max_row_length`, in bytes.
    pub(crate) max_row_length: usize,
    /// `mask_literals`.
    pub(crate) mask: bool,
    /// `transaction_timeout`, in nanoseconds: how long a request waits for its answer. Without it, as long as the connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
        let ignored = options.list("ignored_ops").iter().fold(0, |bits, name| {
            let place = OPS.iter().position(|op| op.eq_ignore_ascii_case(name));
            bits | place.map_or(0, |place| 1 << place)
        });
        Self {
            send_request: common.send_request.unwrap_or(true),
            send_request_header: options.bool("send_request_header"),
            send_response: common.send_response.unwrap_or(true),
            send_response_header: options.bool("send_response_header"),
            codec: options.text("compressor").and_then(|name| Codec::named(name.as_bytes())),
            ignored,
            max_rows: options.u64("max_rows"),
            max_row_length: usize::try_from(options.bytes("max_row_length"))
                .unwrap_or(ROW_BYTES)
                .min(ROW_BYTES),
            mask: options.bool("mask_literals"),
            timeout: common.transaction_timeout.map(nanos),
        }
    }

    /// Whether events of this operation are wanted.
    pub(crate) const fn shows(&self, op: Op) -> bool {
        self.ignored & (1 << op.0) == 0
    }
}
