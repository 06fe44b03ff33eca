//! What Cassandra looks like at its first bytes.
//!
//! The client speaks first: OPTIONS or STARTUP. In the middle of a session a message that says what it is is recognised as well, and a
//! frame of version 5 by its checksum.

use packetbeat_core::direction::Dir;
use packetbeat_core::probe::{Role, Verdict};

use crate::header::{Header, Op, flag};
use crate::search::{self, Begins};

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    let Some(first) = head.first() else { return Verdict::NeedMore };
    let dir = if first & 0x80 == 0 { Dir::ToServer } else { Dir::ToClient };
    let plain = plain(head, dir);
    if plain == Begins::Yes {
        return matches(dir);
    }
    let mut waits = plain == Begins::Perhaps;
    for dir in Dir::BOTH {
        for compressed in [false, true] {
            match framed(head, dir, compressed) {
                Begins::Yes => return matches(dir),
                Begins::Perhaps => waits = true,
                Begins::No => {}
            }
        }
    }
    if waits { Verdict::NeedMore } else { Verdict::Reject }
}

const fn matches(dir: Dir) -> Verdict {
    match dir {
        Dir::ToServer => Verdict::Match { sender: Role::Client },
        Dir::ToClient => Verdict::Match { sender: Role::Server },
    }
}

fn plain(head: &[u8], dir: Dir) -> Begins {
    let header = match Header::read(head, dir) {
        Ok(Some(header)) => header,
        Ok(None) => return Begins::Perhaps,
        Err(_) => return Begins::No,
    };
    // Compressed bodies tell nothing, and what is short with them too little.
    if header.has(flag::COMPRESSED) || header.flags & !(flag::BETA | flag::TRACING) != 0 {
        return Begins::No;
    }
    let is_short = matches!(header.op, Op::AUTH_RESPONSE | Op::AUTH_CHALLENGE | Op::AUTH_SUCCESS);
    if is_short || (header.version < 3 && matches!(header.op, Op::OPTIONS | Op::READY)) {
        return Begins::No;
    }
    search::message(head, dir)
}

/// A frame that holds whole messages, and of a compressed one that it may be.
fn framed(head: &[u8], dir: Dir, compressed: bool) -> Begins {
    if compressed && dir == Dir::ToClient {
        // Who sent what is compressed cannot be seen.
        return Begins::No;
    }
    let begins = search::frame(head, dir, compressed);
    match crate::frame::Frame::read(head, compressed) {
        Ok(Some(frame)) if compressed && begins == Begins::Yes => {
            // Nothing says who sent it; another protocol's bytes have this checksum once in 16 million.
            if frame.is_whole && frame.inflated.is_none() { begins } else { Begins::No }
        }
        Ok(Some(frame)) if !frame.is_whole => Begins::No,
        _ => begins,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
    const SERVER: Verdict = Verdict::Match { sender: Role::Server };

    fn message(version: u8, op: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![version, 0, 0, 7, op];
        bytes.extend((body.len() as u32).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    fn statement(text: &str) -> Vec<u8> {
        let mut body = (text.len() as u32).to_be_bytes().to_vec();
        body.extend(text.bytes());
        body.extend([0, 1, 0]);
        body
    }

    #[test]
    fn cassandra_is_recognised() {
        let startup = message(4, 1, b"\0\x01\0\x0bCQL_VERSION\0\x053.0.0");
        let supported = message(0x84, 6, b"\0\x01\0\x0bCQL_VERSION\0\x01\0\x053.0.0");
        for (bytes, verdict) in [
            (message(4, 5, b""), CLIENT),
            (message(0x42, 5, b""), CLIENT),
            (startup, CLIENT),
            (supported, SERVER),
            (message(4, 7, &statement("SELECT 1 FROM t")), CLIENT),
            (message(0x84, 8, b"\0\0\0\x01"), SERVER),
            (message(0x85, 0, b"\0\0\x20\0\0\x05wrong"), SERVER),
        ] {
            assert_eq!(probe(&bytes), verdict, "{bytes:?}");
            for len in 0..bytes.len() {
                let early = probe(&bytes[..len]);
                assert!(early == Verdict::NeedMore || early == verdict, "{len} of {bytes:?}: {early:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_cassandra_is_not() {
        for bytes in [
            message(7, 5, b""),
            message(4, 5, b"\0"),
            message(4, 8, b"\0\0\0\x01"),
            message(0x84, 8, b"\0\0\0\x01\0"),
            message(0x84, 8, b"\0\0\0\x06"),
            message(4, 7, &statement("SELECTED")),
            message(4, 7, b"\0\0\x01\0SELECT 1"),
            message(4, 1, b"\0\x01\0\x0bcql-version\0\x053.0.0"),
            b"\x04\x01\0\x50\x7f\0\0\x01user\0".to_vec(),
            b"\x05\x01\0".to_vec().repeat(4),
            b"\x01\0\0\x05\0\0\0\0".to_vec(),
            b"\x04\0\0\0\x03abcd".to_vec(),
            b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x0b\0\0\0".to_vec(),
            b"\0\x1c\x12\x34\x01\0\0\x01\0\0".to_vec(),
        ] {
            assert_eq!(probe(&bytes), Verdict::Reject, "{bytes:?}");
        }
    }
}
