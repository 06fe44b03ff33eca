//! How a value begins: bytes → head, nothing kept.
//!
//! ```text
//!  +OK\r\n            a line: + text, - error, : integer, , double, ( big number
//!  $5\r\nhello\r\n    a string with its length: $ any bytes, ! error, = text with its format in front (`txt:`)
//!  $?\r\n;2\r\nab;0   a string in parts
//!  *2\r\n… …          so many values: * array, ~ set, > push; % map, | attributes: so many pairs
//!  *?\r\n… … .\r\n    values until the end mark
//!  $-1 *-1 _          nothing
//!  #t #f              true and false
//! ```
//!
//! (Redis documentation, "Redis serialization protocol specification", RESP2 and RESP3.)

use crate::limits::{MAX_ELEMENTS, MAX_STRING, NUMBER_BYTES};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Simple,
    Error,
    Integer,
    Double,
    BigNumber,
    Boolean,
    Null,
    Bulk,
    Array,
    Map,
    Set,
    Push,
    Attribute,
}

impl Kind {
    /// Whether a line of this kind may hold these bytes.
    pub(crate) fn allows(self, bytes: &[u8]) -> bool {
        match self {
            Self::Integer | Self::BigNumber => {
                bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'))
            }
            Self::Double => {
                bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
            }
            _ => true,
        }
    }
}

/// The head of a value that is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    Null,
    Boolean(bool),
    /// A string of so many bytes; `prefix` of these say its format.
    String {
        kind: Kind,
        len: u64,
        prefix: u8,
    },
    /// A string in parts.
    Parts,
    /// A part; the last one is empty.
    Part(u64),
    /// So many values, a map's keys and values counted alike; `None` if an end mark will tell.
    Values {
        kind: Kind,
        count: Option<u64>,
    },
    /// The end mark.
    End,
}

/// What begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// A line, behind its first byte.
    Line(Kind),
    /// A head of so many bytes.
    Head(Head, usize),
    /// The head is not complete.
    Needs,
    /// Nothing of RESP.
    Bad(&'static str),
}

/// A string with a length of at most three digits that is there as a whole, and how many bytes it takes with its head and its line
/// end. What is none of these, [`begins`] tells about.
#[inline]
pub(crate) fn whole_string(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let digit = |byte: u8| {
        let value = byte.wrapping_sub(b'0');
        (value < 10).then_some(usize::from(value))
    };
    let (len, rest) = match bytes {
        [b'$', a, b'\r', b'\n', rest @ ..] => (digit(*a)?, rest),
        [b'$', a, b, b'\r', b'\n', rest @ ..] => (digit(*a)? * 10 + digit(*b)?, rest),
        [b'$', a, b, c, b'\r', b'\n', rest @ ..] => (digit(*a)? * 100 + digit(*b)? * 10 + digit(*c)?, rest),
        _ => return None,
    };
    let (text, behind) = rest.split_at_checked(len)?;
    match behind {
        [b'\r', b'\n', behind @ ..] => Some((text, bytes.len() - behind.len())),
        _ => None,
    }
}

/// What the first bytes of a value say.
pub(crate) fn begins(bytes: &[u8]) -> Begins {
    let Some((first, rest)) = bytes.split_first() else { return Begins::Needs };
    match first {
        b'+' => return Begins::Line(Kind::Simple),
        b'-' => return Begins::Line(Kind::Error),
        b':' => return Begins::Line(Kind::Integer),
        b',' => return Begins::Line(Kind::Double),
        b'(' => return Begins::Line(Kind::BigNumber),
        b'$' | b'!' | b'=' | b';' | b'*' | b'~' | b'>' | b'%' | b'|' | b'.' | b'_' | b'#' => {}
        _ => return Begins::Bad("no type of a value"),
    }
    let shown = rest.get(..NUMBER_BYTES + 2).unwrap_or(rest);
    let Some(end) = shown.iter().position(|byte| *byte == b'\n') else {
        return if shown.len() < rest.len().min(NUMBER_BYTES + 2) || shown.len() == NUMBER_BYTES + 2 {
            Begins::Bad("a length without an end")
        } else if shown.iter().all(|byte| may_be_of_head(*byte)) {
            Begins::Needs
        } else {
            Begins::Bad("a length that is no number")
        };
    };
    let Some(word) = shown.get(..end).and_then(|line| line.strip_suffix(b"\r")) else {
        return Begins::Bad("a length without an end");
    };
    head(*first, word).map_or(Begins::Bad("a length that is no number"), |head| Begins::Head(head, end + 2))
}

const fn may_be_of_head(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'?' | b't' | b'f' | b'\r')
}

fn head(first: u8, word: &[u8]) -> Option<Head> {
    let string = |kind, prefix| {
        let len = number(word, MAX_STRING)?;
        (len >= u64::from(prefix)).then_some(Head::String { kind, len, prefix })
    };
    let values = |kind, each: u64| match word {
        b"?" => Some(Head::Values { kind, count: None }),
        _ => Some(Head::Values { kind, count: Some(number(word, MAX_ELEMENTS)? * each) }),
    };
    match (first, word) {
        (b'$' | b'*', b"-1") | (b'_', b"") => Some(Head::Null),
        (b'#', b"t") => Some(Head::Boolean(true)),
        (b'#', b"f") => Some(Head::Boolean(false)),
        (b'.', b"") => Some(Head::End),
        (b'$', b"?") => Some(Head::Parts),
        (b'$', _) => string(Kind::Bulk, 0),
        (b'!', _) => string(Kind::Error, 0),
        (b'=', _) => string(Kind::Bulk, 4),
        (b';', _) => number(word, MAX_STRING).map(Head::Part),
        (b'*', _) => values(Kind::Array, 1),
        (b'~', _) => values(Kind::Set, 1),
        (b'>', _) => values(Kind::Push, 1),
        (b'%', _) => values(Kind::Map, 2),
        (b'|', _) => values(Kind::Attribute, 2),
        _ => None,
    }
}

/// A decimal number without a sign, `most` at most.
pub(crate) fn number(word: &[u8], most: u64) -> Option<u64> {
    if word.is_empty() || word.len() > NUMBER_BYTES {
        return None;
    }
    let value = word.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })?;
    (value <= most).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_every_kind() {
        let head = |bytes: &[u8]| match begins(bytes) {
            Begins::Head(head, len) if len == bytes.len() => head,
            other => panic!("{other:?}"),
        };
        assert_eq!(head(b"$5\r\n"), Head::String { kind: Kind::Bulk, len: 5, prefix: 0 });
        assert_eq!(head(b"=15\r\n"), Head::String { kind: Kind::Bulk, len: 15, prefix: 4 });
        assert_eq!(head(b"!21\r\n"), Head::String { kind: Kind::Error, len: 21, prefix: 0 });
        assert_eq!(head(b"$?\r\n"), Head::Parts);
        assert_eq!(head(b";0\r\n"), Head::Part(0));
        assert_eq!(head(b"*3\r\n"), Head::Values { kind: Kind::Array, count: Some(3) });
        assert_eq!(head(b"%3\r\n"), Head::Values { kind: Kind::Map, count: Some(6) });
        assert_eq!(head(b"~?\r\n"), Head::Values { kind: Kind::Set, count: None });
        assert_eq!(head(b".\r\n"), Head::End);
        for nothing in [&b"$-1\r\n"[..], b"*-1\r\n", b"_\r\n"] {
            assert_eq!(head(nothing), Head::Null);
        }
        assert_eq!(head(b"#f\r\n"), Head::Boolean(false));
        assert_eq!(begins(b":1\r\n"), Begins::Line(Kind::Integer));
    }

    #[test]
    fn whole_strings() {
        assert_eq!(whole_string(b"$0\r\n\r\nx"), Some((&b""[..], 6)));
        assert_eq!(whole_string(b"$10\r\n0123456789\r\n"), Some((&b"0123456789"[..], 17)));
        let long = [b"$100\r\n", &[b'a'; 100][..], b"\r\n"].concat();
        assert_eq!(whole_string(&long), Some((&long[6..106], long.len())));
        for other in [
            &b"$5\r\nhello"[..],
            b"$5\r\nhello\r",
            b"$5\r\nhello!\n",
            b"$-1\r\n",
            b"$?\r\n",
            b"$1",
            b":1\r\n",
            b"",
        ] {
            assert_eq!(whole_string(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_no_head() {
        for bad in [
            &b"x"[..],
            b"$-2\r\n",
            b"$\r\n",
            b"$5\n",
            b"$5a",
            b"*99999999999\r\n",
            b"$99999999999999999999999",
            b"=3\r\n",
            b"#x\r\n",
            b"_1\r\n",
            b"\r\n",
        ] {
            assert!(matches!(begins(bad), Begins::Bad(_)), "{bad:?}");
        }
        for part in [&b""[..], b"$", b"$5", b"$5\r", b"*-", b"#t\r"] {
            assert_eq!(begins(part), Begins::Needs, "{part:?}");
        }
    }
}
