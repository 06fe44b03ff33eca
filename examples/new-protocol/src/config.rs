//! The `quote` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

/// The options of Quote.
pub(crate) const OPTIONS: &[Setting] = &[Setting::bool("include_values", true, "Values go into the event.")];

/// What Quote can be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    /// `include_values`: values go into the event. On unless they are told to stay out.
    pub(crate) include_values: bool,
    /// `transaction_timeout`: how long a request over UDP waits for its answer.
    pub(crate) timeout: Duration,
}

/// Default of `transaction_timeout`.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        Self {
            include_values: options.bool("include_values"),
            timeout: common.transaction_timeout.unwrap_or(TIMEOUT),
        }
    }
}
