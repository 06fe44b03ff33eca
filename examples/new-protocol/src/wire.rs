//! Bytes to messages. Pure: borrows, allocates nothing, keeps nothing.

use packetbeat_core::stream::WireError;

use crate::limits::{ID_DIGITS, LINE_BYTES};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Verb {
    /// Tell the value.
    #[default]
    Get,
    /// Set it.
    Put,
    /// Forget it.
    Del,
}

impl Verb {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Get, Self::Put, Self::Del];

    /// As it is on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Del => "DEL",
        }
    }
}

/// `GET key`, `PUT key value`, `DEL key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request<'l> {
    pub(crate) verb: Verb,
    pub(crate) key: &'l [u8],
    /// Only with `PUT`.
    pub(crate) value: &'l [u8],
}

/// `OK`, `OK value`, `ERR text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer<'l> {
    pub(crate) ok: bool,
    /// The value or the text.
    pub(crate) text: &'l [u8],
}

/// The first line without its end, and its length with it; `None` if it is not complete yet. `seen` bytes are known to
/// have no LF.
pub(crate) fn line(bytes: &[u8], seen: usize) -> Result<Option<(&[u8], usize)>, WireError> {
    let fresh = bytes.get(seen..).unwrap_or_default();
    let end = memchr::memchr(b'\n', fresh).map(|at| seen + at);
    let len = end.unwrap_or(bytes.len());
    if len > LINE_BYTES {
        return Err(WireError::new("long line", LINE_BYTES));
    }
    let line = bytes.get(..len).unwrap_or_default();
    Ok(end.map(|end| (line.strip_suffix(b"\r").unwrap_or(line), end + 1)))
}

/// A request from its line.
pub(crate) fn request(line: &[u8]) -> Result<Request<'_>, WireError> {
    let (word, rest) = split(line);
    let verb = Verb::ALL.into_iter().find(|verb| verb.name().as_bytes() == word);
    let verb = verb.ok_or(WireError::new("unknown verb", 0))?;
    let (key, value) = split(rest);
    let complete = match verb {
        Verb::Get | Verb::Del => value.is_empty(),
        Verb::Put => !value.is_empty(),
    };
    if key.is_empty() || !complete {
        return Err(WireError::new("wrong number of words", word.len()));
    }
    Ok(Request { verb, key, value })
}

/// An answer from its line.
pub(crate) fn answer(line: &[u8]) -> Result<Answer<'_>, WireError> {
    match split(line) {
        (b"OK", text) => Ok(Answer { ok: true, text }),
        (b"ERR", text) => Ok(Answer { ok: false, text }),
        _ => Err(WireError::new("unknown answer", 0)),
    }
}

/// The number in front of a datagram, and what follows it.
pub(crate) fn numbered(datagram: &[u8]) -> Result<(u32, &[u8]), WireError> {
    let (digits, line) = split(datagram);
    if digits.is_empty() || digits.len() > ID_DIGITS || line.len() > LINE_BYTES {
        return Err(WireError::new("no number", 0));
    }
    let mut id = 0;
    for (at, digit) in digits.iter().enumerate() {
        if !digit.is_ascii_digit() {
            return Err(WireError::new("not a digit", at));
        }
        // Nine digits fit.
        id = id * 10 + u32::from(digit - b'0');
    }
    Ok((id, line))
}

/// The first word, and what follows the space behind it.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', bytes) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default()),
        None => (bytes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let put = Request { verb: Verb::Put, key: b"color", value: b"dark blue" };
        assert_eq!(request(b"PUT color dark blue"), Ok(put));
        assert_eq!(request(b"GET color"), Ok(Request { verb: Verb::Get, key: b"color", value: b"" }));
        for wrong in [&b""[..], b"GET", b"GET ", b"GET a b", b"PUT a", b"get a", b"GETS a"] {
            assert!(request(wrong).is_err(), "{}", wrong.escape_ascii());
        }
    }

    #[test]
    fn lines() {
        assert_eq!(line(b"GET a\r\nGET", 0), Ok(Some((&b"GET a"[..], 7))));
        assert_eq!(line(b"GET a\n", 5), Ok(Some((&b"GET a"[..], 6))));
        assert_eq!(line(b"GET a", 0), Ok(None));
        assert!(line(&[b'a'; LINE_BYTES + 1], 0).is_err());
    }

    #[test]
    fn numbers() {
        assert_eq!(numbered(b"17 GET a"), Ok((17, &b"GET a"[..])));
        for wrong in [&b""[..], b" GET a", b"1a GET a", b"1234567890 GET a", b"-1 GET a"] {
            assert!(numbered(wrong).is_err(), "{}", wrong.escape_ascii());
        }
    }
}
