//! What PostgreSQL looks like at its first bytes.
//!
//! The client speaks first: with a startup message, or a request for encryption. In the middle of a session a statement, the
//! description of a result or an error are certain; everything else is too short to be.

use packetbeat_core::probe::{Role, Verdict};

use crate::limits::STARTUP_BYTES;
use crate::search::{self, Begins};
use crate::wire::{CANCEL, GSS, HEADER, Header, TLS, VERSION};

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
const SERVER: Verdict = Verdict::Match { sender: Role::Server };

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    match head.first() {
        None => Verdict::NeedMore,
        Some(0) => startup(head),
        Some(b'Q' | b'P' | b'B') => match search::begins_request(head) {
            // A Bind alone may be anything.
            Begins::Yes if head.first() == Some(&b'B') => Verdict::Reject,
            Begins::Yes => CLIENT,
            Begins::No => Verdict::Reject,
            Begins::Perhaps(_) => Verdict::NeedMore,
        },
        Some(_) => server(head),
    }
}

/// A startup packet.
fn startup(head: &[u8]) -> Verdict {
    /// Bytes of a parameter's name.
    const NAME: usize = 64;
    let [_, b, rest @ ..] = head else { return Verdict::NeedMore };
    let [c, d, rest @ ..] = rest else {
        return if *b == 0 { Verdict::NeedMore } else { Verdict::Reject };
    };
    let len = u32::from_be_bytes([0, *b, *c, *d]) as usize;
    if !(8..=STARTUP_BYTES).contains(&len) {
        return Verdict::Reject;
    }
    let Some((version, parameters)) = rest.split_first_chunk::<4>() else {
        let versions = [TLS, GSS, CANCEL].map(u32::to_be_bytes);
        let may_be = versions.iter().any(|known| known.starts_with(rest))
            || [0, VERSION as u8].starts_with(rest.get(..2).unwrap_or(rest));
        return if may_be { Verdict::NeedMore } else { Verdict::Reject };
    };
    match u32::from_be_bytes(*version) {
        TLS | GSS if len == 8 => CLIENT,
        CANCEL if (16..=268).contains(&len) => CLIENT,
        version if version >> 16 == VERSION => {
            let name = parameters.get(..NAME).unwrap_or(parameters);
            let end = memchr::memchr(0, name);
            let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(*byte, b'_' | b'.');
            match end {
                _ if !name.iter().all(is_name) => Verdict::Reject,
                Some(0) => Verdict::Reject,
                Some(end) if len < 8 + end + 3 => Verdict::Reject,
                Some(_) => CLIENT,
                None if name.len() < NAME && 8 + name.len() < len => Verdict::NeedMore,
                None => Verdict::Reject,
            }
        }
        _ => Verdict::Reject,
    }
}

/// What a server says.
fn server(head: &[u8]) -> Verdict {
    let longest = match head.first() {
        Some(b'R') => 1 << 10,
        Some(b'T') => 1 << 16,
        Some(b'E') => 1 << 12,
        _ => return Verdict::Reject,
    };
    let header = match Header::read(head) {
        None => {
            let [high, middle] = [head.get(1), head.get(2)];
            let small = high.is_none_or(|byte| *byte == 0) && middle.is_none_or(|byte| *byte <= 1);
            return if small { Verdict::NeedMore } else { Verdict::Reject };
        }
        Some(Ok(header)) if header.len <= longest => header,
        Some(_) => return Verdict::Reject,
    };
    let there = head.get(HEADER..).unwrap_or_default();
    let payload = there.get(..header.len).unwrap_or(there);
    match header.kind {
        b'R' => authentication(payload, header.len, there.get(header.len..).unwrap_or_default()),
        b'E' => error(payload, header.len),
        _ => columns(payload, header.len),
    }
}

/// A request for authentication: which one, and as long as that one is.
fn authentication(payload: &[u8], len: usize, behind: &[u8]) -> Verdict {
    let Some((kind, rest)) = payload.split_first_chunk::<4>() else {
        let small = payload.iter().take(3).all(|byte| *byte == 0) && len >= 4;
        return if small { Verdict::NeedMore } else { Verdict::Reject };
    };
    let whole = payload.len() == len;
    match u32::from_be_bytes(*kind) {
        // Let in: settings and a key follow.
        0 if len == 4 => match behind.first() {
            None => Verdict::NeedMore,
            Some(b'S' | b'K' | b'v' | b'N' | b'E') => SERVER,
            Some(_) => Verdict::Reject,
        },
        3 | 7 | 9 if len == 4 && behind.is_empty() => SERVER,
        5 if len == 8 => {
            if whole {
                SERVER
            } else {
                Verdict::NeedMore
            }
        }
        10 if len > 8 => {
            let upper = |byte: &u8| byte.is_ascii_uppercase() || matches!(*byte, b'-' | b'0'..=b'9' | 0);
            match rest.get(..3) {
                Some(start) if start.iter().all(upper) && rest.first() != Some(&0) => SERVER,
                Some(_) => Verdict::Reject,
                None => Verdict::NeedMore,
            }
        }
        _ => Verdict::Reject,
    }
}

/// An error: severity, the same not translated (from 9.6 on), SQLSTATE.
fn error(payload: &[u8], len: usize) -> Verdict {
    const SEVERITIES: [&[u8]; 3] = [b"ERROR", b"FATAL", b"PANIC"];
    let Some((b'S', rest)) = payload.split_first() else {
        return if payload.is_empty() && len > 20 { Verdict::NeedMore } else { Verdict::Reject };
    };
    match rest.get(..7) {
        None => {
            let may_be = SEVERITIES.iter().any(|word| word.starts_with(rest) || rest.starts_with(word));
            if may_be && len > 20 { Verdict::NeedMore } else { Verdict::Reject }
        }
        Some([word @ .., 0, b'V' | b'C']) if SEVERITIES.contains(&word) => SERVER,
        Some(_) => Verdict::Reject,
    }
}

/// The first column: a name that can be read, and behind it what is as it is in all: sizes, and a format.
fn columns(payload: &[u8], len: usize) -> Verdict {
    /// Bytes behind a name.
    const BEHIND: usize = 18;
    let Some((count, rest)) = payload.split_first_chunk::<2>() else {
        return if len >= 2 { Verdict::NeedMore } else { Verdict::Reject };
    };
    let count = usize::from(u16::from_be_bytes(*count));
    if count == 0 || count > 1664 || len < 2 + count * (BEHIND + 1) {
        return Verdict::Reject;
    }
    let head = rest.get(..64).unwrap_or(rest);
    let Some(end) = memchr::memchr(0, head) else {
        let may_be = head.len() < 64 && payload.len() < len && is_name(head);
        return if may_be { Verdict::NeedMore } else { Verdict::Reject };
    };
    if !is_name(head.get(..end).unwrap_or_default()) {
        return Verdict::Reject;
    }
    match rest.get(end + 1..end + 1 + BEHIND) {
        // Type, its size, its modifier, the format.
        Some([_, _, _, _, _, _, 0, _, _, _, _, _, _, _, _, _, 0, 0 | 1]) => SERVER,
        Some(_) => Verdict::Reject,
        None if payload.len() < len => Verdict::NeedMore,
        None => Verdict::Reject,
    }
}

fn is_name(name: &[u8]) -> bool {
    name.iter().all(|byte| *byte >= b' ' && *byte != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind][..], &(payload.len() as u32 + 4).to_be_bytes(), payload].concat()
    }

    fn login() -> Vec<u8> {
        b"\0\0\0\x24\0\x03\0\0user\0ann\0database\0shop\0\0".to_vec()
    }

    #[test]
    fn postgresql_is_recognised() {
        assert_eq!(probe(&login()), CLIENT);
        assert_eq!(probe(b"\0\0\0\x08\x04\xd2\x16\x2f"), CLIENT);
        assert_eq!(probe(b"\0\0\0\x08\x04\xd2\x16\x30"), CLIENT);
        assert_eq!(probe(b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02"), CLIENT);
        assert_eq!(probe(b"\0\0\0\x24\0\x03\0\x02user\0ann\0"), CLIENT);
        assert_eq!(probe(&message(b'Q', b"select 1\0")), CLIENT);
        assert_eq!(probe(&message(b'P', b"s1\0insert into t values ($1)\0\0\0")), CLIENT);
        assert_eq!(probe(&message(b'R', &[0, 0, 0, 5, 1, 2, 3, 4])), SERVER);
        assert_eq!(probe(&message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")), SERVER);
        assert_eq!(probe(&[&message(b'R', &[0; 4])[..], b"S"].concat()), SERVER);
        let error = b"SERROR\0VERROR\0C42P01\0Mrelation does not exist\0\0";
        assert_eq!(probe(&message(b'E', error)), SERVER);
        let columns = b"\0\x01id\0\0\0\x40\x01\0\x01\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0";
        assert_eq!(probe(&message(b'T', columns)), SERVER);
    }

    #[test]
    fn what_is_short_waits_and_what_was_said_stays() {
        let error = message(b'E', b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0");
        let columns = message(b'T', b"\0\x01id\0\0\0\x40\x01\0\x01\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0");
        for whole in [login(), message(b'Q', b"select 1\0"), error, columns] {
            let last = probe(&whole);
            assert_ne!(last, Verdict::Reject);
            for len in 0..whole.len() {
                let verdict = probe(&whole[..len]);
                assert!(verdict == Verdict::NeedMore || verdict == last, "{len} of {whole:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_postgresql_is_not() {
        for head in [
            &b"\0\0\0\x24\0\x02\0\0user\0ann\0"[..],
            b"\0\0\0\x24\0\x03\0\0\0\0\0\x01\0\x05admin",
            b"\0\0\0\x07\x04\xd2\x16\x2f",
            b"\0\0\0\x09\x04\xd2\x16\x2f",
            b"\0\x01\0\0\0\x03\0\0user\0",
            b"QUIT\r\n",
            b"POST / HTTP/1.1\r\n",
            b"PING\r\n",
            b"EHLO mail\r\n",
            b"Q\0\0\0\x0cselector1\0",
            b"R\0\0\0\x08\0\0\0\x04",
            b"R\0\0\0\x08\0\0\0\0X",
            b"E\0\0\0\x30SERRORS\0VERROR\0",
            b"T\0\0\0\x1b\0\0id\0",
            b"Z\0\0\0\x05I",
            b"N",
            b"S",
            b"\x16\x03\x01\x02\0\x01\0\x01",
            b"\x4a\0\0\0\x0a8.0.36\0",
            b"*1\r\n$4\r\nPING\r\n",
        ] {
            assert_eq!(probe(head), Verdict::Reject, "{head:?}");
        }
    }
}
