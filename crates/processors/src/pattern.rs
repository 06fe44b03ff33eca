//! Names of fields as lists have them: literal, or `/…/`, an expression for names.

use regex::Regex;

/// One entry of such a list.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Name(String),
    Matching(Regex),
}

impl Pattern {
    /// What is in slashes is an expression; one that is none is an error, in words.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        match text.strip_prefix('/').and_then(|text| text.strip_suffix('/')).filter(|inner| !inner.is_empty())
        {
            Some(inner) => Regex::new(inner)
                .map(Self::Matching)
                .map_err(|_| format!("not a regular expression: {inner}")),
            None => Ok(Self::Name(text.to_owned())),
        }
    }

    /// The root that it names; `None` for an expression.
    pub(crate) fn root(&self) -> Option<&str> {
        match self {
            Self::Name(name) => name.split('.').next(),
            Self::Matching(_) => None,
        }
    }

    /// All of a list; what is wrong is noted with the section.
    pub(crate) fn list(options: &mut packetbeat_config::Section, key: &str) -> Vec<Self> {
        let mut found = Vec::new();
        for text in options.list(key) {
            match Self::read(&text) {
                Ok(pattern) => found.push(pattern),
                Err(what) => options.reject(key, what),
            }
        }
        found
    }
}
