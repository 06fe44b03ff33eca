//! What is wrong with a configuration, all of it at once.

use crate::mark::Mark;
use crate::one_line::OneLine;
use std::fmt::{self, Write};
use std::sync::Arc;

/// One thing that is wrong: where, which key, what, and what to write instead.
///
/// Displays as `FILE:LINE:COLUMN: key: what (hint)` on one line: control characters in what it quotes are escaped.
#[derive(Clone, Debug)]
pub struct Error {
    /// Where it was written.
    pub at: Mark,
    /// Full name of the setting; empty for what belongs to no setting, such as broken YAML.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// The nearest valid name, the range, or the command that puts it right.
    pub hint: Option<String>,
    pub(crate) cause: Option<Arc<std::io::Error>>,
}

impl Error {
    /// An error without a hint.
    #[must_use]
    pub fn new(at: Mark, key: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at, key: key.into(), what: what.into(), hint: None, cause: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Keeps the system's error as the source of this one.
    #[must_use]
    pub fn caused_by(mut self, cause: std::io::Error) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = OneLine(f);
        show(&mut f, &self.at, &self.key, &self.what)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

/// Everything that is wrong, in the order it was found; one line each when displayed.
#[derive(Clone, Debug, Default)]
pub struct Errors(pub Vec<Error>);

impl Errors {
    /// `value` when nothing is wrong.
    ///
    /// # Errors
    /// These errors, if there are any.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// Something that is accepted, yet does not do what its author may expect. Displays as an [`Error`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where it was written.
    pub at: Mark,
    /// Full name of the setting.
    pub key: String,
    /// What to know about it.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&mut OneLine(f), &self.at, &self.key, &self.what)
    }
}

fn show(f: &mut impl Write, at: &Mark, key: &str, what: &str) -> fmt::Result {
    if key.is_empty() { write!(f, "{at}: {what}") } else { write!(f, "{at}: {key}: {what}") }
}
