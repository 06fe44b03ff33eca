//! Messages that stay on their line and leave the terminal alone, whatever they quote.

use std::fmt::{self, Write};

/// Hands text on with control characters escaped: line breaks, the escape that begins a terminal's sequences, and what
/// turns the direction of text.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| acts(*c)) {
            let (plain, behind) = rest.split_at(at);
            write!(self.0, "{plain}{}", c.escape_default())?;
            rest = behind.get(c.len_utf8()..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

/// Does something instead of being seen: C0, DEL, C1, line and paragraph separators, marks of direction (Unicode, UAX 9).
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_seen() {
        let mut out = String::new();
        let text = "a\nb\r\t\u{1b}[31m\u{7f}\u{9b}\u{2028}\u{202e}é\\n\u{0}";
        OneLine(&mut out).write_str(text).unwrap();
        assert_eq!(out, "a\\nb\\r\\t\\u{1b}[31m\\u{7f}\\u{9b}\\u{2028}\\u{202e}é\\n\\u{0}");
    }
}
