//! Text from the wire on its way into an event.

use crate::escape;

/// Bytes that will be a JSON string: UTF-8 is not promised, what is none becomes U+FFFD when it is written.
///
/// `Text` remembers whether its bytes can be copied as they are, so that a text that is written several times is looked at
/// once ([`Text::checked`]).
#[derive(Clone, Copy, Debug, Default)]
pub struct Text<'t> {
    bytes: &'t [u8],
    plain: bool,
}

impl<'t> Text<'t> {
    /// Looks at the bytes now, so that every later use is a copy if they are plain ASCII without quotes, backslashes and
    /// control characters.
    #[must_use]
    pub fn checked(bytes: &'t [u8]) -> Self {
        Self { bytes, plain: escape::is_plain(bytes) }
    }

    /// A constant, looked at while compiling where the call is a constant too.
    ///
    /// # Panics
    /// If the text needs escaping. As constants are for use in `const` items, that is an error of the compiler's.
    #[must_use]
    pub const fn constant(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            #[expect(clippy::indexing_slicing, reason = "the condition of the loop")]
            let byte = bytes[at];
            assert!(
                byte >= 0x20 && byte < 0x7f && byte != b'"' && byte != b'\\',
                "a constant that needs escaping"
            );
            at += 1;
        }
        Self { bytes, plain: true }
    }

    /// A word of the program's own that is printable ASCII without quotes and backslashes. Looked at in debug builds alone.
    #[inline]
    #[must_use]
    pub fn word(text: &'static str) -> Self {
        debug_assert!(escape::is_plain(text.as_bytes()), "{text:?} needs escaping");
        Self { bytes: text.as_bytes(), plain: true }
    }

    /// Bytes of which the caller knows that they are printable ASCII without quotes and backslashes, because it wrote them so.
    /// Looked at in debug builds alone.
    #[inline]
    #[must_use]
    pub fn printable(bytes: &'t [u8]) -> Self {
        debug_assert!(escape::is_plain(bytes), "{bytes:?} needs escaping");
        Self { bytes, plain: true }
    }

    /// The bytes as they came.
    #[must_use]
    pub const fn bytes(self) -> &'t [u8] {
        self.bytes
    }

    /// Whether the bytes were found to need no escaping.
    #[must_use]
    pub const fn is_plain(self) -> bool {
        self.plain
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// A part of the text; what is outside of it is left out. Plain text has plain parts.
    #[must_use]
    pub fn part(self, range: std::ops::Range<usize>) -> Self {
        Self { bytes: self.bytes.get(range).unwrap_or_default(), plain: self.plain }
    }
}

impl<'t> From<&'t [u8]> for Text<'t> {
    #[inline]
    fn from(bytes: &'t [u8]) -> Self {
        Self { bytes, plain: false }
    }
}

impl<'t, const N: usize> From<&'t [u8; N]> for Text<'t> {
    #[inline]
    fn from(bytes: &'t [u8; N]) -> Self {
        Self { bytes, plain: false }
    }
}

impl<'t> From<&'t str> for Text<'t> {
    #[inline]
    fn from(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), plain: false }
    }
}

impl<'t> From<&'t String> for Text<'t> {
    #[inline]
    fn from(text: &'t String) -> Self {
        Self { bytes: text.as_bytes(), plain: false }
    }
}

impl<'t> From<&'t Vec<u8>> for Text<'t> {
    #[inline]
    fn from(bytes: &'t Vec<u8>) -> Self {
        Self { bytes, plain: false }
    }
}
