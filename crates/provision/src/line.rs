//! What was done, line by line.

use std::fmt;

/// What a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something was written to the server.
    Done,
    /// Nothing was, because it is there already or is not wanted.
    Kept,
    /// Something was left out, or needs attention.
    Warning,
}

/// A line for the terminal or the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it tells.
    pub kind: Kind,
    /// Its text.
    pub text: String,
}

impl Line {
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self { kind: Kind::Done, text: text.into() }
    }

    pub(crate) fn kept(text: impl Into<String>) -> Self {
        Self { kind: Kind::Kept, text: text.into() }
    }

    pub(crate) fn warning(text: impl Into<String>) -> Self {
        Self { kind: Kind::Warning, text: text.into() }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
