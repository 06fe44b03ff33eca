//! HTTP/1.x on the wire (RFC 9112): start lines, header fields, chunk sizes. Pure, and tolerant the way servers are.
//!
//! ```text
//!  request-line  GET /path?query HTTP/1.1 CRLF        status-line  HTTP/1.1 200 OK CRLF
//!  field-line    Name: value CRLF                     chunk        1a;ext=1 CRLF data CRLF
//!  empty line    CRLF                                 last chunk   0 CRLF trailers CRLF
//! ```
//!
//! A line may end with LF alone (RFC 9112, 2.2), a value may be continued on the next line (obs-fold, 5.2).

use memchr::{memchr, memrchr};

/// A part of a message's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// From byte `start` up to `end`; positions beyond 4 GiB cannot occur ([`crate::conn::HEAD_BYTES`]).
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The bytes of the span.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The bytes of the span, to be changed.
    pub fn of_mut(self, bytes: &mut [u8]) -> &mut [u8] {
        bytes.get_mut(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Where it starts.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// Where it ends.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end as usize
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// Protocol version of a start line: one digit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Version {
    /// In front of the dot.
    pub major: u8,
    /// Behind it.
    pub minor: u8,
}

/// The first line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine {
    /// `METHOD target HTTP/1.x`.
    Request {
        /// The method as sent.
        method: Span,
        /// The target as sent.
        target: Span,
    },
    /// `HTTP/1.x code phrase`.
    Response {
        /// 0 to 999.
        code: u16,
        /// May be empty.
        phrase: Span,
    },
}

impl Default for StartLine {
    fn default() -> Self {
        Self::Request { method: Span::default(), target: Span::default() }
    }
}

/// Longest method that is taken for one.
const METHOD_BYTES: usize = 32;

/// Whether a byte may stand in a token (RFC 9110, 5.6.2).
#[must_use]
pub const fn is_token(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*'
        | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// A line without its end; `None` if the end is not there yet. Gives the line and the bytes it takes.
#[inline]
#[must_use]
pub fn line(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let end = memchr(b'\n', bytes)?;
    let line = bytes.get(..end)?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), end + 1))
}

/// `HTTP/d.d`, the digits of the versions that this grammar serves (0 and 1; HTTP/2 is another protocol).
fn version(text: &[u8]) -> Option<Version> {
    match text {
        [b'H' | b'h', b'T' | b't', b'T' | b't', b'P' | b'p', b'/', major @ (b'0' | b'1'), b'.', minor]
            if minor.is_ascii_digit() =>
        {
            Some(Version { major: major - b'0', minor: minor - b'0' })
        }
        _ => None,
    }
}

/// A request line (RFC 9112, 3). Spaces within the target are kept: the version is what follows the last one.
#[must_use]
pub fn request_line(line: &[u8]) -> Option<(StartLine, Version)> {
    let method_end = line.iter().take(METHOD_BYTES + 1).position(|byte| !is_token(*byte))?;
    if method_end == 0 || !matches!(line.get(method_end), Some(b' ' | b'\t')) {
        return None;
    }
    let trimmed = line.trim_ascii_end();
    let version_start = memrchr(b' ', trimmed)? + 1;
    let version = version(trimmed.get(version_start..)?)?;
    let between = line.get(method_end..version_start)?;
    let target = between.trim_ascii();
    if target.is_empty() {
        return None;
    }
    let start = method_end + (between.len() - between.trim_ascii_start().len());
    let target = Span::new(start, start + target.len());
    Some((StartLine::Request { method: Span::new(0, method_end), target }, version))
}

/// A Simple-Request (HTTP/0.9; RFC 1945, 5): `GET /path` without a version and with nothing behind its line.
#[must_use]
pub fn simple_request(line: &[u8]) -> Option<(StartLine, Version)> {
    const GET: &[u8] = b"GET ";
    let target = line.trim_ascii_end().strip_prefix(GET)?;
    if !target.starts_with(b"/") || !target.iter().all(|byte| *byte > b' ' && *byte != 0x7f) {
        return None;
    }
    let method = Span::new(0, GET.len() - 1);
    let target = Span::new(GET.len(), GET.len() + target.len());
    Some((StartLine::Request { method, target }, Version { major: 0, minor: 9 }))
}

/// A status line (RFC 9112, 4); also `ICY`, as streaming servers answer.
#[must_use]
pub fn status_line(line: &[u8]) -> Option<(StartLine, Version)> {
    let name_end = memchr(b' ', line)?;
    let version = match line.get(..name_end)? {
        b"ICY" => Version { major: 1, minor: 0 },
        name => version(name)?,
    };
    let rest = line.get(name_end..)?;
    let code_start = name_end + (rest.len() - rest.trim_ascii_start().len());
    let digits = line.get(code_start..code_start + 3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let behind = line.get(code_start + 3..)?;
    if behind.first().is_some_and(|byte| !matches!(byte, b' ' | b'\t')) {
        return None;
    }
    let phrase = behind.trim_ascii();
    let start = code_start + 3 + (behind.len() - behind.trim_ascii_start().len());
    Some((StartLine::Response { code, phrase: Span::new(start, start + phrase.len()) }, version))
}

/// Whether what begins a line so can still become a status line.
#[must_use]
pub fn may_be_status_line(head: &[u8]) -> bool {
    let same = |pattern: &[u8]| {
        let len = head.len().min(pattern.len());
        head.get(..len).is_some_and(|head| head.eq_ignore_ascii_case(pattern.get(..len).unwrap_or_default()))
    };
    same(b"HTTP/1.") || same(b"HTTP/0.") || same(b"ICY ")
}

/// Whether what begins a line so can still become a request line.
#[must_use]
pub fn may_be_request_line(head: &[u8]) -> bool {
    match head.iter().take(METHOD_BYTES + 1).position(|byte| !is_token(*byte)) {
        None => head.len() <= METHOD_BYTES,
        Some(0) => false,
        Some(end) => matches!(head.get(end), Some(b' ' | b'\t')),
    }
}

/// A set of letters that names of fields begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letters(u32);

impl Letters {
    /// All names.
    pub const ALL: Self = Self(u32::MAX);

    /// The first letters of `names`, in either case. A name that begins with no letter wants all.
    #[must_use]
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let bits = names
            .into_iter()
            .filter_map(|name| name.bytes().next())
            .map(|first| if first.is_ascii_alphabetic() { 1 << (first & 31) } else { u32::MAX });
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// Whether a name that begins with this byte can be one of them. Says yes to some bytes that are no letters.
    #[inline]
    #[must_use]
    pub const fn has(self, first: u8) -> bool {
        self.0 & (1 << (first & 31)) != 0
    }
}

/// A field line. Both are positions within the bytes given to [`fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldLine {
    /// Without trailing blanks; not empty.
    pub name: Span,
    /// Without blanks around it; with the line ends of a continued value.
    pub value: Span,
    /// Where the line ends, its CRLF not included; the first byte behind the colon is `name.end() + 1` at the earliest.
    pub colon: usize,
}

/// Shows the field lines from byte `at` of `bytes` on, up to the empty line: those whose name begins with a letter that is
/// `wanted`. Lines without a colon are passed over. Gives the position behind the empty line, or `None` if it is not there yet.
#[inline]
pub fn fields(
    bytes: &[u8],
    mut at: usize,
    wanted: &Letters,
    mut each: impl FnMut(FieldLine),
) -> Option<usize> {
    loop {
        let (text, taken) = line(bytes.get(at..)?)?;
        let Some(first) = text.first() else { return Some(at + taken) };
        let (start, mut end) = (at, at + text.len());
        at += taken;
        if !wanted.has(*first) {
            // Of a continued line, what continues it is passed over as well.
            continue;
        }
        // A continued line needs its successor's first byte.
        while let Some(b' ' | b'\t') = bytes.get(at) {
            let (more, taken) = line(bytes.get(at..)?)?;
            end = at + more.len();
            at += taken;
        }
        if let Some(field) = field(bytes, start, end) {
            each(field);
        }
    }
}

#[inline]
fn field(bytes: &[u8], start: usize, end: usize) -> Option<FieldLine> {
    let text = bytes.get(start..end)?;
    // Names are short: a loop is done before a search by blocks has begun.
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (name, behind) = text.split_at_checked(colon)?;
    let name_start = start + leading_blanks(name);
    let name = name.trim_ascii();
    let behind = behind.get(1..)?;
    let blanks = leading_blanks(behind);
    let value = behind.get(blanks..)?.trim_ascii_end();
    if name.is_empty() {
        return None;
    }
    let value_start = start + colon + 1 + blanks;
    Some(FieldLine {
        name: Span::new(name_start, name_start + name.len()),
        value: Span::new(value_start, value_start + value.len()),
        colon: start + colon,
    })
}

#[inline]
fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Whether the empty line behind a head is in `bytes[from..]` (looking back far enough for one that was cut).
#[must_use]
pub fn has_head_end(bytes: &[u8], from: usize) -> bool {
    let mut at = from.saturating_sub(3);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) {
        at += found + 1;
        if matches!(bytes.get(at..), Some([b'\n', ..] | [b'\r', b'\n', ..])) {
            return true;
        }
    }
    false
}

/// A chunk's size (RFC 9112, 7.1) from its line without the line end; extensions are passed over.
#[must_use]
pub fn chunk_size(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    // 15 digits are 2^60: more than any connection carries, and safe to add to.
    if digits == 0 || !matches!(line.get(digits), None | Some(b';' | b' ' | b'\t')) {
        return None;
    }
    let mut size = 0u64;
    for byte in line.get(..digits)? {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            byte => (byte | 0x20) - b'a' + 10,
        };
        size = size.checked_mul(16)?.checked_add(u64::from(digit))?;
        if size >= 1 << 60 {
            return None;
        }
    }
    Some(size)
}

/// A Content-Length (RFC 9110, 8.6): digits, or the same digits several times with commas. Sizes above 2^60 are none.
#[must_use]
pub fn content_length(value: &[u8]) -> Option<u64> {
    if (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit) {
        let length = decimal(value);
        return (length < 1 << 60).then_some(length);
    }
    let mut length = None;
    for part in value.split(|byte| *byte == b',') {
        let digits = part.trim_ascii();
        if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let value = decimal(digits);
        if length.is_some_and(|other| other != value) {
            return None;
        }
        length = Some(value);
    }
    length.filter(|length| *length < 1 << 60)
}

/// The value of at most 18 digits.
fn decimal(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit.wrapping_sub(b'0')))
}

/// Whether `name` is `lower` in any case. All bytes are looked at side by side; that a CR stands for a hyphen then is of no
/// consequence: no name of a field that was split off a line of its own has one.
#[inline]
#[must_use]
pub fn is_name<const N: usize>(name: &[u8], lower: &[u8; N]) -> bool {
    let Ok(name) = <&[u8; N]>::try_from(name) else { return false };
    name.iter().zip(lower).fold(0, |differs, (one, other)| differs | ((one | 0x20) ^ other)) == 0
}

/// Whether `value` names `token` in its comma list, in any case and whatever its parameters.
#[must_use]
pub fn lists(value: &[u8], token: &[u8]) -> bool {
    value.split(|byte| *byte == b',').any(|part| {
        let name = part.split(|byte| *byte == b';').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(token)
    })
}

/// Whether `needle` is in `text`, ASCII letters in any case.
#[must_use]
pub fn contains_ignoring_case(text: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || text.windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str) -> Option<(String, String, u8)> {
        let (start, version) = request_line(line.as_bytes())?;
        let StartLine::Request { method, target } = start else { panic!("a request") };
        let text = |span: Span| String::from_utf8(span.of(line.as_bytes()).to_vec()).unwrap();
        Some((text(method), text(target), version.minor))
    }

    #[test]
    fn request_lines() {
        let some = |method: &str, target: &str, minor| Some((method.to_owned(), target.to_owned(), minor));
        assert_eq!(request("GET / HTTP/1.1"), some("GET", "/", 1));
        assert_eq!(request("get /a b HTTP/1.0 "), some("get", "/a b", 0));
        assert_eq!(request("VERSION-CONTROL  * HTTP/1.1"), some("VERSION-CONTROL", "*", 1));
        assert_eq!(request("M-SEARCH http://h/ HTTP/1.1"), some("M-SEARCH", "http://h/", 1));
        for bad in [
            "GET /",
            "GET  HTTP/1.1",
            "GET / HTTP/2.0",
            "GET / RTSP/1.0",
            "",
            " GET / HTTP/1.1",
            "G@T / HTTP/1.1",
        ] {
            assert_eq!(request(bad), None, "{bad}");
        }
    }

    #[test]
    fn simple_requests() {
        let target = |line: &'static str| match simple_request(line.as_bytes())? {
            (StartLine::Request { target, .. }, Version { major: 0, minor: 9 }) => {
                std::str::from_utf8(target.of(line.as_bytes())).ok()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(target("GET /"), Some("/"));
        assert_eq!(target("GET /a?b "), Some("/a?b"));
        for bad in
            ["GET", "GET ", "get /", "GET  /", "GET /a b", "GET / HTTP/2.0", "POST /", "GET key", "GET /\0"]
        {
            assert_eq!(target(bad), None, "{bad}");
        }
    }

    #[test]
    fn status_lines() {
        let parse = |line: &'static str| {
            let (start, version) = status_line(line.as_bytes())?;
            let StartLine::Response { code, phrase } = start else { panic!("a response") };
            Some((code, std::str::from_utf8(phrase.of(line.as_bytes())).unwrap(), version.minor))
        };
        assert_eq!(parse("HTTP/1.1 200 OK"), Some((200, "OK", 1)));
        assert_eq!(parse("HTTP/1.0 404 Not Found "), Some((404, "Not Found", 0)));
        assert_eq!(parse("HTTP/1.1 204"), Some((204, "", 1)));
        assert_eq!(parse("ICY 200 OK"), Some((200, "OK", 0)));
        for bad in [
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/2 200",
            "HTTP/1.1",
            "RTSP/1.0 200 OK",
            "SIP/2.0 200 OK",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn field_lines_are_tolerant() {
        let text = b"Host:  a \r\nX :1\nnone\r\nFold: a\r\n\t b\r\nEmpty:   \r\n: x\r\n\r\nrest";
        let mut seen = Vec::new();
        let show = |span: Span| String::from_utf8_lossy(span.of(text)).into_owned();
        let end =
            fields(text, 0, &Letters::ALL, |field| seen.push((show(field.name), show(field.value)))).unwrap();
        assert_eq!(&text[end..], b"rest");
        let want = [("Host", "a"), ("X", "1"), ("Fold", "a\r\n\t b"), ("Empty", "")];
        assert_eq!(seen, want.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(has_head_end(text, 0) && has_head_end(text, end));
        for cut in 0..end {
            assert_eq!(fields(&text[..cut], 0, &Letters::ALL, |_| ()), None, "{cut}");
            assert!(!has_head_end(&text[..cut], 0), "{cut}");
        }
    }

    #[test]
    fn lines_that_nobody_wants_are_passed_over() {
        let text = b"Accept: a\r\nHost: b\r\n\tmore\r\nDate: c\r\n folded: x\r\nhost: d\r\n\r\n";
        let mut seen = Vec::new();
        let end = fields(text, 0, &Letters::of(["host"]), |field| seen.push(field.value.of(text)));
        assert_eq!((end, seen), (Some(text.len()), vec![&b"b\r\n\tmore"[..], b"d"]));
    }

    #[test]
    fn sizes() {
        assert_eq!(chunk_size(b"1A;name=value"), Some(26));
        assert_eq!(chunk_size(b"0"), Some(0));
        assert_eq!(chunk_size(b"000000000000000000005 "), Some(5));
        assert_eq!([&b""[..], b"x", b"-1", b"5x", b"fffffffffffffffff"].map(chunk_size), [None; 5]);
        assert_eq!(content_length(b"42"), Some(42));
        assert_eq!(content_length(b"42, 42"), Some(42));
        assert_eq!(
            [&b"42,43"[..], b"", b"-1", b"+1", b"1e3", b"99999999999999999999"].map(content_length),
            [None; 6]
        );
        assert!(is_name(b"Content-LENGTH", b"content-length") && !is_name(b"Host:", b"host"));
        assert!(!is_name(b"hosT", b"hose"));
        assert!(lists(b"gzip, Chunked ;q=1", b"chunked") && !lists(b"xchunked", b"chunked"));
    }
}
