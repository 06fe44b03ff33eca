//! The section `smtp` of the configuration.

use packetbeat_core::options::{Common, Options};

/// What the parser was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// `send_request`: the commands of a mail as text. Never its content, never an `AUTH` dialogue.
    pub(crate) send_request: bool,
    /// `send_response`: the replies to a mail's commands as text.
    pub(crate) send_response: bool,
    /// `transaction_timeout` in nanoseconds: how long a mail waits for the reply to its content. Without it, as long as the
    /// connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section; there are no keys beyond those that every protocol has.
    pub(crate) fn read(common: &Common, _options: &mut dyn Options) -> Self {
        Self {
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            timeout: common.transaction_timeout.and_then(|timeout| i64::try_from(timeout.as_nanos()).ok()),
        }
    }
}
