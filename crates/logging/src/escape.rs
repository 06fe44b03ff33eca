//! Characters that must not reach a terminal as they are.

use std::fmt::Write;

/// Whether a character moves, hides or reorders others on a terminal, or ends a line: controls of ASCII and Latin-1 (ESC,
/// CSI), line and paragraph separators, marks of writing direction (UAX #9), and the byte order mark.
pub(crate) const fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Text for people: hidden characters as Rust writes them (`\n`, `\u{1b}`), all else as it is.
pub(crate) fn text(out: &mut String, value: &str) {
    replace(out, value, is_hidden, |out, c| out.extend(c.escape_default()));
}

/// Text for people within quotes.
pub(crate) fn quoted(out: &mut String, value: &str) {
    out.push('"');
    replace(out, value, is_special, |out, c| match c {
        '"' | '\\' => out.extend(['\\', c]),
        c => out.extend(c.escape_default()),
    });
    out.push('"');
}

/// A JSON string with its quotes (RFC 8259, section 7). Hidden characters are escaped although JSON would allow some of them.
pub(crate) fn json(out: &mut String, value: &str) {
    out.push('"');
    replace(out, value, is_special, |out, c| match c {
        '"' | '\\' => out.extend(['\\', c]),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => units(out, c),
    });
    out.push('"');
}

/// JSON that is valid already: hidden characters stand in its strings, and are escaped; line ends and tabs between values
/// become spaces.
pub(crate) fn valid_json(out: &mut String, json: &str) {
    replace(out, json, is_hidden, |out, c| match c {
        '\n' | '\r' | '\t' => out.push(' '),
        c => units(out, c),
    });
}

const fn is_special(c: char) -> bool {
    matches!(c, '"' | '\\') || is_hidden(c)
}

/// `\u001b`, and two of them beyond the basic plane.
fn units(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        // A String takes everything.
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Copies `value`, and has `with` write something else for what `special` tells.
fn replace(out: &mut String, value: &str, special: impl Fn(char) -> bool, with: impl Fn(&mut String, char)) {
    let mut rest = value;
    while let Some(at) = rest.find(&special) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut tail = tail.chars();
        if let Some(c) = tail.next() {
            with(out, c);
        }
        rest = tail.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::{json, quoted, text};

    fn with(escape: fn(&mut String, &str), value: &str) -> String {
        let mut out = String::new();
        escape(&mut out, value);
        out
    }

    #[test]
    fn every_character_comes_back_from_json_and_none_is_hidden() {
        for c in '\0'..=char::MAX {
            let value = c.to_string();
            let written = with(json, &value);
            assert!(!written.chars().any(super::is_hidden), "{c:?}");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), value);
            assert!(!with(text, &value).chars().any(super::is_hidden), "{c:?}");
            assert!(!with(quoted, &value).chars().any(super::is_hidden), "{c:?}");
        }
    }

    #[test]
    fn text_stays_readable() {
        assert_eq!(with(text, "a\n\x1b[31mé\u{202e}\"\\"), "a\\n\\u{1b}[31mé\\u{202e}\"\\");
        assert_eq!(with(quoted, "a\"\\\t"), "\"a\\\"\\\\\\t\"");
    }
}
