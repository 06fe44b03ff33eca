//! What is wrong with a `fields.yml`, all of it at once.

use std::fmt;
use std::sync::Arc;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, by the name that it was given with.
    pub file: Arc<str>,
    /// Line, counted from 1; 0 speaks of the file as a whole, or of what no file says.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// One thing that is wrong. Displays as `FILE:LINE: field: what (hint)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where it stands.
    pub at: Place,
    /// Full name of the field; empty for what belongs to none.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead; may be empty.
    pub hint: String,
}

impl Error {
    /// An error without a hint.
    #[must_use]
    pub fn new(at: Place, field: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at, field: field.into(), what: what.into(), hint: String::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " ({})", self.hint) }
    }
}

impl std::error::Error for Error {}

/// Everything that is wrong, in the order in which it was found; a line each when displayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
