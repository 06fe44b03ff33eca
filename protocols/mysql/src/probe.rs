//! What MySQL looks like at its first bytes.
//!
//! The server speaks first. Its greeting, a client's login, and in the middle of a session a statement, a result or an error are certain;
//! everything else (an OK packet, a ping) is too short to be.

use packetbeat_core::probe::{Role, Verdict};

use crate::search::{self, Begins};
use crate::wire::{self, HEADER, Header};

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
const SERVER: Verdict = Verdict::Match { sender: Role::Server };

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    match wire::proxy_header(head) {
        None => Verdict::NeedMore,
        Some(0) => session(head),
        Some(taken) => session(head.get(taken..).unwrap_or_default()),
    }
}

/// The same, behind what a proxy may say.
fn session(head: &[u8]) -> Verdict {
    let Some(header) = Header::read(head) else {
        // No packet at the head of a connection is longer than 64 KiB or late in its order.
        let may_be = head.get(2).is_none_or(|high| *high == 0);
        return if may_be { Verdict::NeedMore } else { Verdict::Reject };
    };
    if !(1..1 << 16).contains(&header.len) || header.seq > 2 {
        return Verdict::Reject;
    }
    let Some(first) = head.get(HEADER) else { return Verdict::NeedMore };
    match (header.seq, *first) {
        (0, 9 | 10) => greeting(head, header),
        (0, 0xff) => verdict(search::begins_error(head), SERVER),
        (0, 3 | 22) => statement(head, header),
        (1, 0xff) => verdict(search::begins_error(head), SERVER),
        (1, 1..=250) if header.len == 1 => verdict(search::begins_result(head), SERVER),
        (1 | 2, _) => verdict(search::begins_login(head), CLIENT),
        _ => Verdict::Reject,
    }
}

const fn verdict(begins: Begins, matches: Verdict) -> Verdict {
    match begins {
        Begins::Yes => matches,
        Begins::No => Verdict::Reject,
        Begins::Perhaps(_) => Verdict::NeedMore,
    }
}

/// A greeting: a version that begins with a digit, and what follows it has its length.
fn greeting(head: &[u8], header: Header) -> Verdict {
    const LENGTHS: std::ops::RangeInclusive<usize> = 16..=512;
    const VERSION_BYTES: usize = 128;
    if !LENGTHS.contains(&header.len) {
        return Verdict::Reject;
    }
    let payload = head.get(HEADER..).unwrap_or_default();
    let version = payload.get(1..).unwrap_or_default();
    let end = memchr::memchr(0, version);
    let text = version.get(..end.unwrap_or(version.len())).unwrap_or_default();
    let printable = text.iter().all(|byte| (b' '..0x7f).contains(byte)) && text.len() <= VERSION_BYTES;
    if !printable || !text.first().is_none_or(u8::is_ascii_digit) || (end.is_some() && text.len() < 3) {
        return Verdict::Reject;
    }
    let Some(whole) = payload.get(..header.len) else { return Verdict::NeedMore };
    let Ok(greeting) = wire::greeting(whole) else { return Verdict::Reject };
    let behind = whole.get(text.len() + 2..).unwrap_or_default();
    let sound = text.contains(&b'.')
        && match greeting.protocol {
            // A connection id, a challenge without zeros, a zero.
            10 => matches!(behind.get(4..13), Some([challenge @ .., 0]) if !challenge.contains(&0)),
            _ => behind.get(4..).and_then(<[u8]>::split_last).is_some_and(|(last, challenge)| {
                *last == 0 && challenge.len() == 8 && !challenge.contains(&0)
            }),
        };
    if sound { SERVER } else { Verdict::Reject }
}

/// A statement as text, printable as far as it goes.
fn statement(head: &[u8], header: Header) -> Verdict {
    /// Bytes that tell.
    const TELLING: usize = 24;
    let payload = head.get(HEADER..).unwrap_or_default();
    let kept = header.len.min(TELLING);
    let Some(start) = payload.get(..kept) else { return Verdict::NeedMore };
    let text = crate::command::statement(start);
    let printable = text.iter().all(|byte| (b' '..0x7f).contains(byte) || byte.is_ascii_whitespace());
    if text.len() >= 3 && printable && search::is_statement(text) { CLIENT } else { Verdict::Reject }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(seq: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = (payload.len() as u32).to_le_bytes().to_vec();
        bytes[3] = seq;
        bytes.extend(payload);
        bytes
    }

    fn hello() -> Vec<u8> {
        let mut payload = b"\x0a8.0.36-debian\0\x07\0\0\0abcdefgh\0".to_vec();
        payload.extend([0xff, 0xff, 33, 2, 0, 0xff, 0xdf, 21]);
        payload.extend([0; 10]);
        payload.extend(b"abcdefghijkl\0caching_sha2_password\0");
        packet(0, &payload)
    }

    fn login() -> Vec<u8> {
        let mut payload = vec![0x0d, 0xa6, 0x0f, 0, 0, 0, 0, 1, 33];
        payload.resize(32, 0);
        payload.extend(b"ann\0\0");
        packet(1, &payload)
    }

    #[test]
    fn mysql_is_recognised() {
        assert_eq!(probe(&hello()), SERVER);
        assert_eq!(probe(&login()), CLIENT);
        assert_eq!(probe(&packet(0, b"\x093.21.5\0\x07\0\0\0abcdefgh\0")), SERVER);
        assert_eq!(probe(&packet(0, b"\x03select 1")), CLIENT);
        assert_eq!(probe(&packet(0, b"\x03\0\x01select @@version_comment limit 1")), CLIENT);
        assert_eq!(probe(&packet(0, b"\x16insert into t values (?)")), CLIENT);
        assert_eq!(probe(&packet(1, b"\xff\x28\x04#42000You have an error")), SERVER);
        assert_eq!(probe(&packet(0, b"\xff\x10\x04Too many connections")), SERVER);
        let mut result = packet(1, &[1]);
        result.extend(packet(2, b"\x03def\0\0\0\x01a\0\x0c?\0\x01\0\0\0\x08\x81\0\0\0\0"));
        assert_eq!(probe(&result), SERVER);
        assert_eq!(probe(&[&b"PROXY UNKNOWN\r\n"[..], &login()].concat()), CLIENT);
    }

    #[test]
    fn what_is_short_waits_and_what_was_said_stays() {
        for whole in [hello(), login(), packet(0, b"\x03select 1"), packet(1, b"\xff\x28\x04#42000You have")]
        {
            let last = probe(&whole);
            for len in 0..whole.len() {
                let verdict = probe(&whole[..len]);
                assert!(verdict == Verdict::NeedMore || verdict == last, "{len} of {whole:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_mysql_is_not() {
        for head in [
            &b"\x05\0\0\0\x0a8.0\0"[..],
            b"\x40\0\0\0\x0aversion\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"\x20\0\0\0\x0b8.0.36\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"\x07\0\0\x01\0\0\0\x02\0\0\0",
            b"\x01\0\0\0\x0e",
            b"\x09\0\0\0\x03selector",
            b"\x04\0\0\0\x03abc",
            b"\x05\0\0\0\x03\x80\x81\x82\x83",
            b"\x20\0\0\x01\x85\xa6\x03\0\0\0\0\x01\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0",
            b"\x01\0\0\x01\x02\x10\0\0\x02\x04defg",
            b"\x09\0\0\x01\xff\x28\x04#4200\0abc",
            b"GET / HTTP/1.1\r\n",
            b"\x16\x03\x01\x02\0\x01\0\x01",
            b"220 mx.example.org ESMTP\r\n",
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            b"\0\0\0\0",
            b"*3\r\n$3\r\nSET\r\n",
            b"\x04\0\0\0\x01",
        ] {
            assert_eq!(probe(head), Verdict::Reject, "{head:?}");
        }
    }
}
