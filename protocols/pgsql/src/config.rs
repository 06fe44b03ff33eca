//! The `pgsql` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

use crate::limits::ROW_BYTES;

/// The options of PostgreSQL.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::whole("max_rows", 10, 0..=1 << 20, "Rows of a result that go into `response`."),
    Setting::bytes(
        "max_row_length",
        1024,
        0..=1 << 30,
        "Bytes of a row's values that go into `response`, 64 KiB at most; columns behind them are left out.",
    ),
    Setting::duration(
        "statement_timeout",
        Duration::from_secs(3600),
        "How long a prepared statement that is not used is remembered.",
    ),
    Setting::bool(
        "mask_literals",
        false,
        "No value leaves the machine: literals in statements and every parameter become `?`, rows and the texts of errors are \
         left out.",
    ),
    Setting::bool(
        "all_commands",
        false,
        "Events also for what is no statement of its own: logins, statements that are only prepared, rows that are fetched on, `SET` \
         of the extended protocol, requests to cancel.",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// `max_rows`.
    pub(crate) max_rows: u64,
    /// `max_row_length`, in bytes.
    pub(crate) max_row_length: usize,
    /// `statement_timeout`, in nanoseconds.
    pub(crate) statement_timeout: i64,
    /// `mask_literals`.
    pub(crate) mask: bool,
    /// `all_commands`.
    pub(crate) all_commands: bool,
    /// `send_request`: the statement as it came.
    pub(crate) send_request: bool,
    /// `send_response`: the rows, as comma-separated values.
    pub(crate) send_response: bool,
    /// `transaction_timeout`, in nanoseconds: how long a command waits for its answer. Without it, as long as the connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
        Self {
            max_rows: options.u64("max_rows"),
            max_row_length: usize::try_from(options.bytes("max_row_length"))
                .unwrap_or(ROW_BYTES)
                .min(ROW_BYTES),
            statement_timeout: nanos(options.duration("statement_timeout")),
            mask: options.bool("mask_literals"),
            all_commands: options.bool("all_commands"),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            timeout: common.transaction_timeout.map(nanos),
        }
    }

    /// Whether rows go into the text of responses.
    pub(crate) const fn shows_rows(&self) -> bool {
        self.send_response && !self.mask
    }
}
