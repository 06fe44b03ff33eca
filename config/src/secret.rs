//! Texts that no message and no log shows.

use std::fmt;

/// A password, a key or a token. It is shown as `…` and has no [`Display`](fmt::Display): who needs it says so.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A text to keep.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown() {
        let secret = Secret::new("s3cret");
        assert_eq!((format!("{secret:?}"), secret.expose()), ("…".to_owned(), "s3cret"));
    }
}
