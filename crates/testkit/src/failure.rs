//! What a failed check says.

use std::fmt::Write as _;

/// A check that failed: its name, what happened, and how to see it again.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) check: &'static str,
    pub(crate) what: String,
}

impl Failure {
    pub(crate) fn new(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, what: what.into() }
    }

    /// Adds a line on how to see it again.
    pub(crate) fn with(mut self, line: impl AsRef<str>) -> Self {
        self.what.push_str("\n  ");
        self.what.push_str(line.as_ref());
        self
    }

    /// Ends the test.
    #[expect(clippy::panic, reason = "a failed check is a failed test, and tests fail by panic")]
    pub(crate) fn fail(&self) -> ! {
        panic!("check `{}`: {}", self.check, self.what)
    }
}

/// Hex and text of the bytes around `at`, for a message.
pub(crate) fn around(bytes: &[u8], at: usize) -> String {
    let (from, to) = (at.saturating_sub(24), at.saturating_add(24).min(bytes.len()));
    let mut out = format!("bytes {from}..{to}:");
    for (place, byte) in bytes.iter().enumerate().take(to).skip(from) {
        let mark = if place == at { " | " } else { " " };
        let _ = write!(out, "{mark}{byte:02x}");
    }
    let text = bytes.get(from..to).unwrap_or_default().escape_ascii();
    let _ = write!(out, "  \"{text}\"");
    out
}

/// The first line in which two lists of events differ.
pub(crate) fn difference(want: &[String], got: &[String]) -> String {
    let place = want.iter().zip(got).position(|(want, got)| want != got).unwrap_or(want.len().min(got.len()));
    let line = |lines: &[String]| lines.get(place).cloned().unwrap_or_else(|| "(none)".to_owned());
    format!(
        "{} events wanted, {} given; they differ at event {place}\n  wanted: {}\n  given:  {}",
        want.len(),
        got.len(),
        line(want),
        line(got)
    )
}
