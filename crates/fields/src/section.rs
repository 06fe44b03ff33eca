//! Fields that belong together: those of one protocol.

use crate::field::Field;

/// Text of a `fields.yml` to be read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's name, for messages.
    pub file: &'a str,
    /// The section of fields that stand in none, in the way of a file name: `dns`.
    pub key: &'a str,
    /// The title of that section.
    pub title: &'a str,
    /// The text.
    pub text: &'a str,
}

/// A section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its name, in the way of a file name: `dns`.
    pub key: String,
    /// Its title: `DNS`.
    pub title: String,
    /// What its fields are about; may be empty.
    pub description: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl Section {
    pub(crate) fn new(key: &str, title: &str) -> Self {
        Self { key: key.to_owned(), title: title.to_owned(), description: String::new(), fields: Vec::new() }
    }
}
