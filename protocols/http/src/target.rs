//! Request targets (RFC 9112, 3.2) and parameters: split, decoded, sorted, encoded again.

use crate::redact;
use crate::wire::Span;

/// Parameters kept of one request; further ones are left out.
pub const PARAMETERS: usize = 1024;

/// A target in its parts, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Target<'t> {
    /// Of an absolute or authority form: `host` or `host:port`, without user information.
    pub authority: &'t [u8],
    /// With its escapes; empty for the authority form.
    pub path: &'t [u8],
    /// Behind the first question mark.
    pub query: &'t [u8],
}

impl<'t> Target<'t> {
    /// Splits a target; `connect` if the method is CONNECT, whose target is an authority.
    #[must_use]
    pub fn split(target: &'t [u8], connect: bool) -> Self {
        let (target, _) = cut(target, b'#');
        let (before, query) = cut(target, b'?');
        if connect && !before.starts_with(b"/") {
            return Self { authority: before, ..Self::default() };
        }
        if before.starts_with(b"/") {
            return Self { authority: &[], path: before, query };
        }
        let Some(colon) = memchr::memmem::find(before, b"://") else {
            return Self { authority: &[], path: before, query };
        };
        let rest = before.get(colon + 3..).unwrap_or_default();
        let slash = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(slash).unwrap_or((rest, &[]));
        let at = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
        let path = if path.is_empty() { &b"/"[..] } else { path };
        Self { authority: authority.get(at..).unwrap_or_default(), path, query }
    }
}

fn cut(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    match memchr::memchr(at, bytes) {
        Some(found) => (bytes.get(..found).unwrap_or_default(), bytes.get(found + 1..).unwrap_or_default()),
        None => (bytes, &[]),
    }
}

/// Splits `host`, `host:port`, `[v6]`, `[v6]:port`; the host without brackets. A port that is no number stays in the host.
#[must_use]
pub fn host_and_port(text: &[u8]) -> (&[u8], Option<u16>) {
    let colon = memchr::memrchr(b':', text);
    if colon.is_none() {
        return (text, None);
    }
    let bracket = memchr::memrchr(b']', text);
    // An address without brackets has several colons and no port.
    let bare_v6 = bracket.is_none() && memchr::memchr(b':', text) != colon;
    let split =
        colon.filter(|colon| !bare_v6 && bracket.is_none_or(|bracket| bracket < *colon)).and_then(|colon| {
            let port = std::str::from_utf8(text.get(colon + 1..)?).ok()?.parse::<u16>().ok()?;
            Some((text.get(..colon)?, Some(port)))
        });
    let (host, port) = split.unwrap_or((text, None));
    let host = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host);
    (host, port)
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Adds `text` with its percent escapes decoded; what only looks like one stays. `plus` stands for a space in parameters.
pub fn decode(text: &[u8], plus: bool, to: &mut Vec<u8>) {
    to.extend(decoded(text, plus));
}

/// The bytes of `text` with its percent escapes decoded, as [`decode`] adds them.
pub fn decoded(text: &[u8], plus: bool) -> impl Iterator<Item = u8> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *text.get(at)?;
        at += 1;
        let escaped = match (byte, text.get(at..at + 2)) {
            (b'%', Some(&[high, low])) => hex(high).zip(hex(low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        at += if escaped.is_some() { 2 } else { 0 };
        Some(escaped.unwrap_or(if plus && byte == b'+' { b' ' } else { byte }))
    })
}

/// Whether a byte stays as it is in a parameter that is encoded again.
const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~')
}

/// Whether a byte stays as it is in a path.
#[must_use]
pub const fn stays_in_path(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@')
}

fn escape(byte: u8, to: &mut Vec<u8>) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let digit = |value: u8| HEX.get(usize::from(value & 15)).copied().unwrap_or(b'0');
    to.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte)]);
}

/// Adds a decoded path with escapes where they are needed.
pub fn encode_path(path: &[u8], to: &mut Vec<u8>) {
    for byte in path {
        if stays_in_path(*byte) { to.push(*byte) } else { escape(*byte, to) }
    }
}

fn encode_parameter(text: &[u8], to: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b' ' => to.push(b'+'),
            byte if is_unreserved(*byte) => to.push(*byte),
            byte => escape(*byte, to),
        }
    }
}

/// Parameters of one request, decoded.
#[derive(Debug, Default)]
pub struct Parameters {
    text: Vec<u8>,
    pairs: Vec<(Span, Span)>,
}

impl Parameters {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.pairs.clear();
    }

    /// Bytes of memory held.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.pairs.capacity() * size_of::<(Span, Span)>()
    }

    /// Adds `name=value&…`.
    pub fn add(&mut self, query: &[u8]) {
        for pair in query.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if self.pairs.len() >= PARAMETERS {
                return;
            }
            let (name, value) = cut(pair, b'=');
            let name = self.decoded(name);
            let value = self.decoded(value);
            self.pairs.push((name, value));
        }
    }

    fn decoded(&mut self, text: &[u8]) -> Span {
        let start = self.text.len();
        decode(text, true, &mut self.text);
        Span::new(start, self.text.len())
    }

    /// Adds them sorted by name and encoded; the values of `hidden` names (lower case) are replaced.
    pub fn write(&mut self, hidden: &[String], to: &mut Vec<u8>) {
        let Self { text, pairs } = self;
        // Those of one name keep their order: later ones stand further on in the text.
        pairs.sort_unstable_by(|(one, _), (other, _)| {
            one.of(text).cmp(other.of(text)).then(one.start().cmp(&other.start()))
        });
        for (at, (name, value)) in pairs.iter().enumerate() {
            if at > 0 {
                to.push(b'&');
            }
            let name = name.of(text);
            encode_parameter(name, to);
            to.push(b'=');
            let hide = redact::hides_parameter(hidden, name);
            encode_parameter(if hide { redact::HIDDEN_PARAMETER } else { value.of(text) }, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(query: &str, hidden: &[&str]) -> String {
        let mut parameters = Parameters::default();
        parameters.add(query.as_bytes());
        let mut to = Vec::new();
        parameters.write(&hidden.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), &mut to);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn parameters_are_sorted_and_encoded() {
        assert_eq!(
            parameters("q=caf%C3%A9+au+lait&lang=de&empty=&flag&a=1&a=0", &[]),
            "a=1&a=0&empty=&flag=&lang=de&q=caf%C3%A9+au+lait"
        );
        assert_eq!(parameters("x=%26%3D%2f&b=100%&c=%zz", &[]), "b=100%25&c=%25zz&x=%26%3D%2F");
        assert_eq!(parameters("Pass=1&user=me&&=v", &["pass"]), "=v&Pass=xxxxx&user=me");
        assert_eq!(parameters("Pass=1", &["Pass"]), "Pass=1");
        assert_eq!(parameters("", &[]), "");
    }

    #[test]
    fn targets() {
        let split = |text: &'static str| {
            let target = Target::split(text.as_bytes(), false);
            [target.authority, target.path, target.query].map(|part| std::str::from_utf8(part).unwrap())
        };
        assert_eq!(split("/a/b?c=d?e#f"), ["", "/a/b", "c=d?e"]);
        assert_eq!(split("http://u:p@h:8080/x?y"), ["h:8080", "/x", "y"]);
        assert_eq!(split("http://h"), ["h", "/", ""]);
        assert_eq!(split("/r?u=http://x/"), ["", "/r", "u=http://x/"]);
        assert_eq!(split("*"), ["", "*", ""]);
        assert_eq!(Target::split(b"h:443", true).authority, b"h:443");
    }

    #[test]
    fn hosts() {
        let split = |text: &'static str| {
            let (host, port) = host_and_port(text.as_bytes());
            (std::str::from_utf8(host).unwrap(), port)
        };
        assert_eq!(split("example.org"), ("example.org", None));
        assert_eq!(split("example.org:50000"), ("example.org", Some(50000)));
        assert_eq!(split("example.org:x"), ("example.org:x", None));
        assert_eq!(split("[2001:db8::1]:80"), ("2001:db8::1", Some(80)));
        assert_eq!(split("[2001:db8::1]"), ("2001:db8::1", None));
        assert_eq!(split("2001:db8::1"), ("2001:db8::1", None));
        assert_eq!(split(""), ("", None));
    }
}
