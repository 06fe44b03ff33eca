//! A protocol's section of `packetbeat.yml`, as the protocol reads it.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Options of one section, read by name. A null or missing key gives the default. What is wrong (type, range, a key that
/// nobody read) is collected with its file, line and column and reported at once: reading itself never fails.
pub trait Options {
    /// `true` or `false`.
    fn bool(&mut self, key: &'static str, default: bool) -> bool;
    /// A whole number within `range`.
    fn u64(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64;
    /// A size in bytes: a number, or one with a unit (`10MiB`).
    fn bytes(&mut self, key: &'static str, default: u64) -> u64;
    /// A duration: `10s`, `400ms`, `1h30m`; a bare number is seconds.
    fn duration(&mut self, key: &'static str, default: Duration) -> Duration;
    /// A text; `None` where it is missing.
    fn text(&mut self, key: &'static str) -> Option<String>;
    /// A list of texts; one text alone is a list of one.
    fn list(&mut self, key: &'static str) -> Vec<String>;
    /// One of some words: its place in `words`.
    fn choice(&mut self, key: &'static str, words: &[&'static str], default: usize) -> usize;
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

/// All defaults: for tests, and for protocols that nobody configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults;

impl Options for Defaults {
    fn bool(&mut self, _: &'static str, default: bool) -> bool {
        default
    }
    fn u64(&mut self, _: &'static str, default: u64, _: RangeInclusive<u64>) -> u64 {
        default
    }
    fn bytes(&mut self, _: &'static str, default: u64) -> u64 {
        default
    }
    fn duration(&mut self, _: &'static str, default: Duration) -> Duration {
        default
    }
    fn text(&mut self, _: &'static str) -> Option<String> {
        None
    }
    fn list(&mut self, _: &'static str) -> Vec<String> {
        Vec::new()
    }
    fn choice(&mut self, _: &'static str, _: &[&'static str], default: usize) -> usize {
        default
    }
    fn reject(&mut self, _: &'static str, _: String) {}
}
