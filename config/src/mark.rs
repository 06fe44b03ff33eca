//! Where a setting was written.

use crate::one_line::OneLine;
use std::fmt::{self, Write};
use std::sync::Arc;

/// What a setting was read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A configuration file, by the name it was given with.
    File(Arc<str>),
    /// The text after `-E` on the command line.
    Override(Arc<str>),
    /// No file says it: the built-in default.
    Default,
}

/// The place of a key or a value: source, line and column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// File or command-line argument.
    pub source: Source,
    /// Line, counted from 1; 0 speaks of the source as a whole.
    pub line: u32,
    /// Column in characters, counted from 1; 0 speaks of the source as a whole.
    pub column: u32,
}

impl Mark {
    /// The place of what nobody wrote.
    pub const DEFAULT: Self = Self { source: Source::Default, line: 0, column: 0 };

    /// A source as a whole, such as a file that cannot be read.
    #[must_use]
    pub fn whole(source: Source) -> Self {
        Self { source, line: 0, column: 0 }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = OneLine(f);
        match &self.source {
            Source::File(name) if self.line == 0 => f.write_str(name),
            Source::File(name) => write!(f, "{name}:{}:{}", self.line, self.column),
            Source::Override(text) => write!(f, "-E {text}"),
            Source::Default => f.write_str("built-in defaults"),
        }
    }
}
