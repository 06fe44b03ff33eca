//! How protocols see a section: by the trait that `packetbeat-core` gives them.

use crate::protocol::CommonOptions;
use crate::section::Section;
use packetbeat_core::options::{Common, Options};
use std::time::Duration;

impl Options for Section {
    fn bool(&mut self, key: &'static str) -> bool {
        Self::bool(self, key)
    }

    fn u64(&mut self, key: &'static str) -> u64 {
        Self::u64(self, key)
    }

    fn i64(&mut self, key: &'static str) -> i64 {
        Self::i64(self, key)
    }

    fn bytes(&mut self, key: &'static str) -> u64 {
        Self::bytes(self, key)
    }

    fn duration(&mut self, key: &'static str) -> Duration {
        Self::duration(self, key)
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        Self::text(self, key)
    }

    fn list(&mut self, key: &'static str) -> Vec<String> {
        Self::list(self, key)
    }

    fn choice(&mut self, key: &'static str) -> usize {
        Self::choice(self, key)
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
