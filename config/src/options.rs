//! How protocols see a section: by the trait that `packetbeat-core` gives them.

use crate::protocol::CommonOptions;
use crate::section::Section;
use packetbeat_core::options::{Common, Options};
use std::ops::RangeInclusive;
use std::time::Duration;

impl Options for Section {
    fn bool(&mut self, key: &'static str, default: bool) -> bool {
        Self::bool(self, key, default)
    }

    fn u64(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        Self::u64(self, key, default, range)
    }

    fn bytes(&mut self, key: &'static str, default: u64) -> u64 {
        Self::bytes(self, key, default)
    }

    fn duration(&mut self, key: &'static str, default: Duration) -> Duration {
        Self::duration(self, key, default)
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        Self::text(self, key)
    }

    fn list(&mut self, key: &'static str) -> Vec<String> {
        Self::list(self, key)
    }

    fn choice(&mut self, key: &'static str, words: &[&'static str], default: usize) -> usize {
        Self::choice(self, key, words, default)
    }

    fn reject(&mut self, key: &'static str, what: String) {
        Self::reject(self, key, what);
    }
}

impl From<&CommonOptions> for Common {
    fn from(options: &CommonOptions) -> Self {
        Self {
            send_request: options.send_request,
            send_response: options.send_response,
            transaction_timeout: options.transaction_timeout,
        }
    }
}
