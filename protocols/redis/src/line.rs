//! Commands that are lines, and those that `MONITOR` shows: words, some of them in quotes.

use crate::wire;

/// The arguments of a command that is a line: words, those in quotes with their escapes.
#[derive(Debug, Default)]
pub(crate) struct Words {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Words {
    /// Splits a line as the server does. Where a quote has no end, or text behind it, the rest of the line is the last word.
    pub(crate) fn split(&mut self, line: &[u8]) {
        self.text.clear();
        self.ends.clear();
        let mut rest = line.trim_ascii_start();
        while let Some(first) = rest.first() {
            rest = match first {
                b'"' | b'\'' => self.quoted(rest),
                _ => self.bare(rest),
            };
            self.ends.push(self.text.len());
            rest = rest.trim_ascii_start();
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The words.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    /// A word without a quote at its beginning: what is behind it. A quote within it begins a quoted part.
    fn bare<'l>(&mut self, line: &'l [u8]) -> &'l [u8] {
        let end = line.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\''));
        let (word, rest) = line.split_at_checked(end.unwrap_or(line.len())).unwrap_or((line, &[]));
        self.text.extend_from_slice(word);
        match rest.first() {
            Some(b'"' | b'\'') => self.quoted(rest),
            _ => rest,
        }
    }

    /// A quoted word: what is behind it.
    fn quoted<'l>(&mut self, line: &'l [u8]) -> &'l [u8] {
        let start = self.text.len();
        let Some((quote, mut rest)) = line.split_first() else { return line };
        loop {
            rest = match rest {
                [b'\\', b'x', high, low, more @ ..]
                    if *quote == b'"' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
                {
                    self.text.push(hex(*high) << 4 | hex(*low));
                    more
                }
                [b'\\', escaped, more @ ..] if *quote == b'"' => {
                    self.text.push(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'b' => 8,
                        b'a' => 7,
                        other => *other,
                    });
                    more
                }
                [b'\\', b'\'', more @ ..] => {
                    self.text.push(b'\'');
                    more
                }
                [byte, more @ ..] if byte == quote && more.first().is_none_or(u8::is_ascii_whitespace) => {
                    return more;
                }
                [byte, more @ ..] if byte != quote => {
                    self.text.push(*byte);
                    more
                }
                // No end, or text behind it.
                _ => {
                    self.text.truncate(start);
                    self.text.extend_from_slice(line);
                    return &[];
                }
            };
        }
    }
}

const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A') + 10,
    }
}

/// Where the arguments begin in a line of `MONITOR`: `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`.
pub(crate) fn monitored(line: &[u8]) -> Option<&[u8]> {
    let space = memchr::memchr(b' ', line.get(..32).unwrap_or(line))?;
    let (seconds, micros) = line.get(..space).map(|time| {
        let dot = time.iter().position(|byte| *byte == b'.').unwrap_or(time.len());
        (time.get(..dot).unwrap_or_default(), time.get(dot + 1..).unwrap_or_default())
    })?;
    wire::number(seconds, u64::MAX)?;
    wire::number(micros, u64::MAX)?;
    let rest = line.get(space + 1..)?.strip_prefix(b"[")?;
    let close = memchr::memmem::find(rest.get(..256).unwrap_or(rest), b"] \"")?;
    rest.get(close + 2..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_the_server_does() {
        let words = |line: &str| {
            let mut words = Words::default();
            words.split(line.as_bytes());
            words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words("  set  key\tvalue "), ["set", "key", "value"]);
        assert_eq!(words(r#"set "a b" 'c\'d' "\x41\n\"""#), ["set", "a b", "c'd", "A\n\""]);
        assert_eq!(words(r#"set "" x"#), ["set", "", "x"]);
        assert_eq!(words(r#"AUTH "secret"#), ["AUTH", "\"secret"]);
        assert_eq!(words(r#"set "a"b c"#), ["set", "\"a\"b c"]);
        assert_eq!(words(""), [""; 0]);
    }

    #[test]
    fn lines_of_monitor() {
        let line = br#"1339518083.107412 [0 127.0.0.1:60866] "keys" "*""#;
        assert_eq!(monitored(line), Some(&br#""keys" "*""#[..]));
        assert_eq!(monitored(b"OK"), None);
        assert_eq!(monitored(b"13.x [0 lua] \"a\""), None);
    }
}
