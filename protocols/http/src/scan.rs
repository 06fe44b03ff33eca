//! Where a message starts, in bytes joined mid-stream or after a gap.

use memchr::memmem;
use packetbeat_core::direction::Dir;
use packetbeat_core::stream::Boundary;

use crate::wire;

/// Methods that are known: RFC 9110, RFC 5789, WebDAV and its extensions (RFC 4918, 3253, 3648, 3744, 4437, 5323, 5842, 4791),
/// UPnP, caches, Microsoft's.
pub const METHODS: &[&str] = &[
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "CONNECT",
    "TRACE",
    "PATCH",
    "QUERY",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "VERSION-CONTROL",
    "REPORT",
    "CHECKOUT",
    "CHECKIN",
    "UNCHECKOUT",
    "MKWORKSPACE",
    "UPDATE",
    "LABEL",
    "MERGE",
    "BASELINE-CONTROL",
    "MKACTIVITY",
    "ORDERPATCH",
    "ACL",
    "SEARCH",
    "BIND",
    "REBIND",
    "UNBIND",
    "MKCALENDAR",
    "MKREDIRECTREF",
    "UPDATEREDIRECTREF",
    "LINK",
    "UNLINK",
    "PURGE",
    "BAN",
    "M-SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "RPC_IN_DATA",
    "RPC_OUT_DATA",
    "RPC_CONNECT",
    "BCOPY",
    "BDELETE",
    "BMOVE",
    "BPROPFIND",
    "BPROPPATCH",
    "POLL",
    "X-MS-ENUMATTS",
    "CCM_POST",
    "SSTP_DUPLEX_POST",
    "BITS_POST",
    "RDG_IN_DATA",
    "RDG_OUT_DATA",
];

/// Longest request line that is looked for.
const LINE_BYTES: usize = 64 << 10;
/// Longest request line that is looked for where a body should begin.
const NEXT_LINE_BYTES: usize = 8 << 10;
/// `HTTP/1.1 200` and the byte behind it.
const STATUS_BYTES: usize = 13;

/// Where the first message starts. What is shown may be cut anywhere, and again: the answer is the same message.
#[must_use]
pub fn boundary(dir: Dir, bytes: &[u8]) -> Boundary {
    match dir {
        Dir::ToServer => request(bytes),
        Dir::ToClient => response(bytes),
    }
}

/// Looks for ` HTTP/1.x` at a line's end with a target and a method in front of it. A method that is known may stand right behind a
/// body, any other one only behind a line end that is shown: the first byte may be any byte of a line.
fn request(bytes: &[u8]) -> Boundary {
    let mut line_start = 0;
    while let Some(rest) = bytes.get(line_start..) {
        let Some((text, taken)) = wire::line(rest) else { break };
        if let Some(at) = request_in_line(text, line_start > 0) {
            return Boundary::At(line_start + at);
        }
        line_start += taken;
    }
    let last = bytes.get(line_start..).unwrap_or_default();
    let keep = if line_start > 0 && wire::may_be_request_line(last) {
        // With the line end, which says that a line starts here.
        last.len() + 1
    } else {
        unfinished_request(last)
    };
    Boundary::KeepLast(keep.min(LINE_BYTES))
}

fn request_in_line(text: &[u8], whole: bool) -> Option<usize> {
    memmem::find(text, b" HTTP/1.").or_else(|| memmem::find(text, b" HTTP/0."))?;
    let text = text.trim_ascii_end();
    if whole && wire::request_line(text).is_some() {
        return Some(0);
    }
    starts_of_methods(text).find(|at| text.get(*at..).is_some_and(|text| wire::request_line(text).is_some()))
}

/// Where ` ` follows a known method.
fn starts_of_methods(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr_iter(b' ', text).filter_map(|space| {
        let before = text.get(..space)?;
        let method =
            METHODS.iter().filter(|method| before.ends_with(method.as_bytes())).max_by_key(|m| m.len())?;
        Some(space - method.len())
    })
}

/// How many bytes at the end of an unfinished line can be the beginning of a request.
fn unfinished_request(line: &[u8]) -> usize {
    if let Some(at) = starts_of_methods(line).next() {
        return line.len() - at;
    }
    let longest = METHODS.iter().map(|method| method.len()).max().unwrap_or_default();
    let is_prefix = |tail: &[u8]| METHODS.iter().any(|method| method.as_bytes().starts_with(tail));
    (1..=longest.min(line.len()))
        .rev()
        .find(|len| line.get(line.len() - len..).is_some_and(is_prefix))
        .unwrap_or(0)
}

/// Looks for `HTTP/1.x NNN` followed by a blank or a line's end.
fn response(bytes: &[u8]) -> Boundary {
    let mut from = 0;
    for found in memmem::find_iter(bytes, b"HTTP/") {
        from = found + 1;
        let Some(rest) = bytes.get(found..) else { break };
        match begins_response(rest) {
            Begins::Yes => return Boundary::At(found),
            Begins::Unclear => return Boundary::KeepLast(rest.len()),
            Begins::No => {}
        }
    }
    let tail = bytes.get(from.max(bytes.len().saturating_sub(4))..).unwrap_or_default();
    let keep = (1..=tail.len()).rev().find(|len| tail.ends_with(b"HTTP".get(..*len).unwrap_or(b"\n")));
    Boundary::KeepLast(keep.unwrap_or(0))
}

/// Whether a message begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// There are not enough bytes.
    Unclear,
}

/// Whether these bytes begin with a request line of a known method.
#[must_use]
pub fn begins_request(bytes: &[u8]) -> Begins {
    let known = METHODS.iter().any(|method| match bytes.strip_prefix(method.as_bytes()) {
        Some(behind) => behind.first().is_none_or(|byte| *byte == b' '),
        None => method.as_bytes().starts_with(bytes),
    });
    match wire::line(bytes.get(..NEXT_LINE_BYTES).unwrap_or(bytes)) {
        _ if !known => Begins::No,
        Some((text, _)) if wire::request_line(text).is_some() => Begins::Yes,
        None if bytes.len() < NEXT_LINE_BYTES => Begins::Unclear,
        Some(_) | None => Begins::No,
    }
}

/// Whether these bytes begin with a status line; 13 bytes always tell.
#[must_use]
pub fn begins_response(bytes: &[u8]) -> Begins {
    let head = bytes.get(..STATUS_BYTES).unwrap_or(bytes);
    match head.split_last_chunk::<1>() {
        _ if head.len() < STATUS_BYTES && wire::may_be_status_line(head) => Begins::Unclear,
        Some((status, [b' ' | b'\r' | b'\n']))
            if head.len() == STATUS_BYTES && wire::status_line(status).is_some() =>
        {
            Begins::Yes
        }
        _ => Begins::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Boundary::{At, KeepLast};

    #[test]
    fn requests() {
        let find = |text: &str| boundary(Dir::ToServer, text.as_bytes());
        assert_eq!(find("GET / HTTP/1.1\r\n"), At(0));
        assert_eq!(find("rest of a body\r\nFOO / HTTP/1.1\r\n"), At(16));
        assert_eq!(find("a=b&c=dPOST /x HTTP/1.1\r\n"), At(7));
        assert_eq!(find("said GET / HTTP/1.1 and more\r\n"), KeepLast(1));
        assert_eq!(find("body PROPFI"), KeepLast(6));
        assert_eq!(find("body GET /long"), KeepLast(9));
        assert_eq!(find("body"), KeepLast(0));
        assert_eq!(find("FOO / HTTP/1.1\r\n"), KeepLast(1));
        assert_eq!(find("\nFOO / HTTP/1.1\r\n"), At(1));
        assert_eq!(find("body\r\nFOO / HT"), KeepLast(9));
        assert_eq!(find("\x04\x01\0P\n\n\n\nme\0GET / HTTP/1.1\r\n"), At(11));
        assert_eq!(find(""), KeepLast(0));
    }

    #[test]
    fn responses() {
        let find = |text: &str| boundary(Dir::ToClient, text.as_bytes());
        assert_eq!(find("}HTTP/1.1 200 OK\r\n"), At(1));
        assert_eq!(find("HTTP/2 is HTTP/1.1 x\r\nHTTP/1.0 404 Not Found\r\n"), At(22));
        assert_eq!(find("xxHTTP/1.1 2"), KeepLast(10));
        assert_eq!(find("xxHTTP/1.1 200 O"), At(2));
        assert_eq!(find("xxHT"), KeepLast(2));
        assert_eq!(find("xxHTTP/3"), KeepLast(0));
        assert_eq!(find("x"), KeepLast(0));
    }
}
