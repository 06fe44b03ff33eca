//! How protocols see a section: by the trait that `packetbeat-core` gives them.

use crate::protocol::CommonOptions;
use crate::section::Section;
use packetbeat_core::options::{Common, Defaults, Options};
use packetbeat_core::setting::{Type, find};
use std::time::Duration;

impl Section {
    fn defaults(&self) -> Defaults {
        Defaults(self.table)
    }
}

impl Options for Section {
    fn bool(&mut self, key: &'static str) -> bool {
        let default = self.defaults().bool(key);
        Self::bool(self, key, default)
    }

    fn u64(&mut self, key: &'static str) -> u64 {
        let default = self.defaults().u64(key);
        let range = match find(self.table, key).map(|setting| setting.kind) {
            Some(Type::Whole { least, most }) => {
                u64::try_from(least).unwrap_or(0)..=u64::try_from(most).unwrap_or(0)
            }
            _ => 0..=u64::MAX,
        };
        Self::u64(self, key, default, range)
    }

    fn bytes(&mut self, key: &'static str) -> u64 {
        let default = self.defaults().bytes(key);
        Self::bytes(self, key, default)
    }

    fn duration(&mut self, key: &'static str) -> Duration {
        let default = self.defaults().duration(key);
        Self::duration(self, key, default)
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        Self::text(self, key).or_else(|| self.defaults().text(key))
    }

    fn list(&mut self, key: &'static str) -> Vec<String> {
        self.list_if_given(key).unwrap_or_else(|| self.defaults().list(key))
    }

    fn choice(&mut self, key: &'static str) -> usize {
        let default = self.defaults().choice(key);
        let words = match find(self.table, key).map(|setting| setting.kind) {
            Some(Type::Word(words)) => words,
            _ => &[],
        };
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
