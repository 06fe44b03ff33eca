//! Recognising HTTP/1.x: a request line or a status line.

use packetbeat_core::limits::PROBE_BYTES;
use packetbeat_core::probe::{Role, Verdict};

use crate::scan::METHODS;
use crate::wire;

/// Looks at the first line. Empty lines in front of it are passed over (RFC 9112, 2.2).
#[must_use]
pub fn probe(head: &[u8]) -> Verdict {
    let blank = head.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if blank > 4 {
        return Verdict::Reject;
    }
    let head = head.get(blank..).unwrap_or_default();
    if head.is_empty() {
        return Verdict::NeedMore;
    }
    if head.starts_with(b"HTTP/") || b"HTTP/".starts_with(head) {
        return response(head);
    }
    match wire::line(head) {
        Some((line, _)) => match wire::request_line(line) {
            Some((_, version)) if version.major == 1 && can_be_request(line) => CLIENT,
            _ => Verdict::Reject,
        },
        None if !can_be_request(head) => Verdict::Reject,
        None if head.len() + blank < PROBE_BYTES => Verdict::NeedMore,
        // The version is behind what probes may look at.
        None if has_known_method(head) => CLIENT,
        None => Verdict::Reject,
    }
}

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };

fn response(head: &[u8]) -> Verdict {
    const STATUS: usize = 12; // HTTP/1.1 200
    let Some((status, behind)) = head.split_at_checked(STATUS) else {
        return if wire::may_be_status_line(head) && !head.starts_with(b"HTTP/0") {
            Verdict::NeedMore
        } else {
            Verdict::Reject
        };
    };
    let good = matches!(wire::status_line(status), Some((_, version)) if version.major == 1);
    match behind.first() {
        _ if !good => Verdict::Reject,
        None => Verdict::NeedMore,
        Some(b' ' | b'\r' | b'\n') => Verdict::Match { sender: Role::Server },
        Some(_) => Verdict::Reject,
    }
}

/// Whether nothing in a line, or in its beginning, speaks against a request. Any method: what stands behind the target decides.
fn can_be_request(line: &[u8]) -> bool {
    if !wire::may_be_request_line(line) {
        return false;
    }
    let method = line.iter().take_while(|byte| wire::is_token(**byte)).count();
    let rest = line.get(method..).unwrap_or_default();
    // Blanks at the end are none of the target's, however many: another one may follow.
    let rest = rest.trim_ascii();
    rest.iter().all(|byte| *byte >= b' ') && !foreign_scheme(rest)
}

/// Whether a line begins with a known method and the target of an HTTP request.
fn has_known_method(line: &[u8]) -> bool {
    METHODS.iter().any(|method| {
        let target = line.strip_prefix(method.as_bytes()).and_then(|rest| rest.strip_prefix(b" "));
        target.is_some_and(|target| target.starts_with(b"/") || target.starts_with(b"http://"))
    })
}

/// RTSP, SIP and ICAP have request lines of the same make.
fn foreign_scheme(target: &[u8]) -> bool {
    ["rtsp:", "rtspu:", "sip:", "sips:", "icap:", "tel:"].iter().any(|scheme| {
        target.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Verdict = Verdict::Match { sender: Role::Server };

    #[test]
    fn what_is_http() {
        for request in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nPOST /form HTTP/1.0\n",
            "PROPFIND /dav HTTP/1.1\r\n",
            "CONNECT example.org:443 HTTP/1.1\r\n",
            "WHATEVER * HTTP/1.1\r\n",
        ] {
            assert_eq!(probe(request.as_bytes()), CLIENT, "{request}");
        }
        for response in ["HTTP/1.1 200 OK\r\n", "HTTP/1.0 404", "HTTP/1.1 204\r\n"] {
            let want = if response.len() == 12 { Verdict::NeedMore } else { SERVER };
            assert_eq!(probe(response.as_bytes()), want, "{response}");
        }
        let long = format!("GET /{}", "a".repeat(PROBE_BYTES));
        assert_eq!(probe(&long.as_bytes()[..PROBE_BYTES]), CLIENT);
    }

    #[test]
    fn every_prefix_needs_more() {
        for (text, whole) in [
            ("GET /a?b=c HTTP/1.1\r\n", CLIENT),
            ("HTTP/1.1 200 OK", SERVER),
            ("G l HTTP/1.1\r\r\n\n", CLIENT),
        ] {
            for cut in 0..text.len() {
                let got = probe(&text.as_bytes()[..cut]);
                assert!(got == Verdict::NeedMore || got == whole, "{text} cut at {cut}: {got:?}");
            }
        }
    }

    #[test]
    fn near_misses() {
        for other in [
            "DESCRIBE rtsp://example.org/a RTSP/1.0\r\n",
            "OPTIONS * RTSP/1.0\r\n",
            "OPTIONS rtsp://example.org/",
            "RTSP/1.0 200 OK\r\n",
            "REGISTER sip:example.org SIP/2.0\r\n",
            "OPTIONS sip:example.org SIP/2.0\r\n",
            "SIP/2.0 200 OK\r\n",
            "REQMOD icap://example.org/s ICAP/1.0\r\n",
            "OPTIONS icap://example.org/s",
            "ICAP/1.0 200 OK\r\n",
            "220 mail.example.org ESMTP\r\n",
            "EHLO client.example.org\r\n",
            "220 FTP server ready\r\n",
            "USER alice\r\n",
            "NICK alice\r\nUSER a b c :d\r\n",
            ":irc.example.org NOTICE * :hi\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "HTTP/2 200\r\n",
            "HTTP/1.x 200 OK\r\n",
            "get key\r\n",
            "GET key\r\n",
            "SSH-2.0-OpenSSH_9.2\r\n",
            "*1\r\n$4\r\nPING\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}",
            "MSETNX a b\r\n",
        ] {
            assert_eq!(probe(other.as_bytes()), Verdict::Reject, "{other}");
        }
    }
}
