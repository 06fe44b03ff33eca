//! Texts with references to fields and to the event's time: `packetbeat-%{[agent.version]}-%{+yyyy.MM.dd}`.
//!
//! ```
//! use packetbeat_config::{Format, FormatPart};
//!
//! let format: Format = "%{[type]:other}-%{+yyyy.MM}".parse()?;
//! let default = Some("other".to_owned());
//! assert_eq!(format.parts()[0], FormatPart::Field { path: "type".to_owned(), default });
//! assert_eq!(format.parts()[2], FormatPart::Time("yyyy.MM".to_owned()));
//! # Ok::<(), packetbeat_config::FormatError>(())
//! ```

use std::fmt;
use std::str::FromStr;

/// Letters of a time: those of Joda's patterns that Packetbeat knows.
const LETTERS: &str = "yYMdDhHkKmsSfnaeEwxzZ";

/// A text with references, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    parts: Vec<FormatPart>,
}

/// One part of a [`Format`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatPart {
    /// Text that stays as it is.
    Text(String),
    /// `%{[agent.version]}` or `%{[agent][version]}`: the value of a field.
    Field {
        /// The field's dotted name.
        path: String,
        /// What stands for it where the event lacks it (`%{[field]:default}`); without one, the whole text has no value.
        default: Option<String>,
    },
    /// `%{+yyyy.MM.dd}`: the event's time in UTC, by a pattern of letters; text between apostrophes stands for itself.
    Time(String),
}

/// Why a text is no [`Format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// The character where it went wrong, from 1.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

impl Format {
    /// The parts in order; two texts never follow each other.
    #[must_use]
    pub fn parts(&self) -> &[FormatPart] {
        &self.parts
    }

    /// Does it refer to nothing?
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, FormatPart::Text(_)))
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let (mut parts, mut plain) = (Vec::new(), String::new());
        let mut rest = text;
        let place = |rest: &str| text.chars().count() - rest.chars().count() + 1;
        while let Some(c) = rest.chars().next() {
            let behind = rest.get(c.len_utf8()..).unwrap_or_default();
            if let Some(inside) = rest.strip_prefix("%{") {
                let wrong = |what| FormatError { at: place(rest), what };
                let (content, after) = closing(inside).ok_or(wrong("`%{` without its `}`"))?;
                if !plain.is_empty() {
                    parts.push(FormatPart::Text(std::mem::take(&mut plain)));
                }
                parts.push(reference(content).map_err(wrong)?);
                rest = after;
            } else if c == '\\' {
                let escaped = behind.chars().next();
                plain.push(escaped.unwrap_or('\\'));
                rest = behind.get(escaped.map_or(0, char::len_utf8)..).unwrap_or_default();
            } else {
                plain.push(c);
                rest = behind;
            }
        }
        if !plain.is_empty() {
            parts.push(FormatPart::Text(plain));
        }
        Ok(Self { parts })
    }
}

/// Up to the brace that closes, a backslash taking what follows it as it is.
fn closing(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '}' => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

fn reference(content: &str) -> Result<FormatPart, &'static str> {
    if let Some(pattern) = content.strip_prefix('+') {
        return time(pattern);
    }
    let Some(inner) = content.strip_prefix('[') else {
        return Err("a field stands in brackets, as in %{[agent.version]}, and a time begins with +");
    };
    let (path, behind) = inner.rsplit_once(']').ok_or("`[` without its `]`")?;
    // A default may hold brackets itself.
    let (path, behind) = match inner.find("]:") {
        Some(at) => (inner.get(..at).unwrap_or_default(), inner.get(at + 1..).unwrap_or_default()),
        None => (path, behind),
    };
    let path = path.replace("][", ".");
    if path.is_empty() || path.split('.').any(str::is_empty) || path.contains(['[', ']', '%', '{']) {
        return Err("no name of a field between the brackets");
    }
    let default = match behind.strip_prefix(':') {
        Some(default) => Some(default.replace('\\', "")),
        None if behind.is_empty() => None,
        None => return Err("after the field only `:` and a default may follow"),
    };
    Ok(FormatPart::Field { path, default })
}

fn time(pattern: &str) -> Result<FormatPart, &'static str> {
    let mut quoted = false;
    for c in pattern.chars() {
        match c {
            '\'' => quoted = !quoted,
            c if !quoted && c.is_ascii_alphabetic() && !LETTERS.contains(c) => {
                return Err("an unknown letter in the time's pattern, which is such as yyyy.MM.dd");
            }
            _ => {}
        }
    }
    match (quoted, pattern.is_empty()) {
        (true, _) => Err("an apostrophe without its second one"),
        (_, true) => Err("no pattern of a time after the +"),
        _ => Ok(FormatPart::Time(pattern.to_owned())),
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at character {}", self.what, self.at)
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> FormatPart {
        FormatPart::Text(text.to_owned())
    }

    #[test]
    fn parts() {
        let field = |path: &str, default: Option<&str>| FormatPart::Field {
            path: path.to_owned(),
            default: default.map(str::to_owned),
        };
        let parsed = |text: &str| text.parse::<Format>().unwrap().parts;
        assert_eq!(parsed(""), []);
        assert_eq!(parsed("a%b\\%{c}é"), [text("a%b%{c}é")]);
        assert_eq!(parsed("%{[a][b.c]:[x]\\}}-"), [field("a.b.c", Some("[x]}")), text("-")]);
        assert_eq!(parsed("%{[a]:}"), [field("a", Some(""))]);
        assert_eq!(parsed("x%{+yyyy-'w'ww}"), [text("x"), FormatPart::Time("yyyy-'w'ww".to_owned())]);
    }

    #[test]
    fn wrong_ones_say_where() {
        for (text, at) in [
            ("a%{", 2),
            ("é%{}", 2),
            ("%{[a}", 1),
            ("%{[]}", 1),
            ("%{a}", 1),
            ("%{[a]b}", 1),
            ("%{+}", 1),
            ("%{+yyyy.bb}", 1),
            ("%{+'x}", 1),
            ("%{[a..b]}", 1),
        ] {
            assert_eq!(text.parse::<Format>().unwrap_err().at, at, "{text}");
        }
    }
}
