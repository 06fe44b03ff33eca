//! A protocol's section of `packetbeat.yml`, as the protocol reads it.

use std::time::Duration;

use crate::setting::{Default as Standard, Setting, find};

/// Options of one section, read by the names of the protocol's table ([`crate::plugin::Protocol::OPTIONS`]), where their
/// types, ranges and defaults stand. A null or missing key gives the default, and so does one whose value is wrong: that is
/// collected with its file, line and column and reported at once. Reading itself never fails.
///
/// A name that the table lacks, or has with another type, is a mistake in the protocol: checked where assertions are on.
pub trait Options {
    /// `true` or `false`.
    fn bool(&mut self, key: &'static str) -> bool;
    /// A whole number within its range; a negative one is 0.
    fn u64(&mut self, key: &'static str) -> u64;
    /// The same where a negative number says something, such as no limit.
    fn i64(&mut self, key: &'static str) -> i64 {
        i64::try_from(self.u64(key)).unwrap_or(i64::MAX)
    }
    /// A size in bytes.
    fn bytes(&mut self, key: &'static str) -> u64;
    /// A length of time.
    fn duration(&mut self, key: &'static str) -> Duration;
    /// A text; `None` where it is missing and has no default, or an empty one.
    fn text(&mut self, key: &'static str) -> Option<String>;
    /// A list of texts.
    fn list(&mut self, key: &'static str) -> Vec<String>;
    /// One of some words: its place among them.
    fn choice(&mut self, key: &'static str) -> usize;
    /// Reports that the value of `key` is wrong, for rules beyond type and range.
    fn reject(&mut self, key: &'static str, what: String);
}

/// What every protocol can be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Common {
    /// `send_request`: put the request's text into the event. `None` where the protocol's own default holds.
    pub send_request: Option<bool>,
    /// `send_response`: put the response's text into the event.
    pub send_response: Option<bool>,
    /// `transaction_timeout`, where it was set: requests without an answer for so long are given up. Without it datagram
    /// protocols take 10 s, and requests of a connection wait as long as the connection lives.
    pub transaction_timeout: Option<Duration>,
}

/// The defaults of a table: for tests, and for protocols that nobody configured.
#[derive(Clone, Copy, Debug)]
pub struct Defaults(pub &'static [Setting]);

impl Defaults {
    /// The default of `key`.
    #[must_use]
    pub fn of(&self, key: &str) -> Standard {
        let setting = find(self.0, key);
        debug_assert!(setting.is_some(), "{key} is not in the table of options");
        setting.map_or(Standard::Unset, |setting| setting.default)
    }
}

impl Options for Defaults {
    fn bool(&mut self, key: &'static str) -> bool {
        self.of(key) == Standard::Bool(true)
    }

    fn u64(&mut self, key: &'static str) -> u64 {
        if let Standard::Whole(number) = self.of(key) { u64::try_from(number).unwrap_or(0) } else { 0 }
    }

    fn i64(&mut self, key: &'static str) -> i64 {
        if let Standard::Whole(number) = self.of(key) { number } else { 0 }
    }

    fn bytes(&mut self, key: &'static str) -> u64 {
        self.u64(key)
    }

    fn duration(&mut self, key: &'static str) -> Duration {
        if let Standard::Duration(length) = self.of(key) { length } else { Duration::ZERO }
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        if let Standard::Text(text) = self.of(key) {
            (!text.is_empty()).then(|| text.to_owned())
        } else {
            None
        }
    }

    fn list(&mut self, key: &'static str) -> Vec<String> {
        let Standard::List(items) = self.of(key) else { return Vec::new() };
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    fn choice(&mut self, key: &'static str) -> usize {
        if let Standard::Word(place) = self.of(key) { place } else { 0 }
    }

    fn reject(&mut self, _: &'static str, _: String) {}
}
