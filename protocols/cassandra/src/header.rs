//! The header of a message.
//!
//! ```text
//!  0         1       2        4    5             9        versions 3 and up; versions 1 and 2 have one byte for the stream
//!  ┌─────────┬───────┬────────┬────┬─────────────┬──────
//!  │ version │ flags │ stream │ op │ body length │ body
//!  └─────────┴───────┴────────┴────┴─────────────┴──────
//!    0x80: a response
//! ```
//!
//! CQL Binary Protocol v1 to v5, section 2 "Frame header".

use packetbeat_core::direction::Dir;
use packetbeat_core::stream::WireError;

use crate::limits::LONGEST_BODY;

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Op(pub(crate) u8);

/// The names of all operations, by their numbers.
pub(crate) const OPS: [&str; 17] = [
    "ERROR",
    "STARTUP",
    "READY",
    "AUTHENTICATE",
    "CREDENTIALS",
    "OPTIONS",
    "SUPPORTED",
    "QUERY",
    "RESULT",
    "PREPARE",
    "EXECUTE",
    "REGISTER",
    "EVENT",
    "BATCH",
    "AUTH_CHALLENGE",
    "AUTH_RESPONSE",
    "AUTH_SUCCESS",
];

impl Op {
    pub(crate) const ERROR: Self = Self(0);
    pub(crate) const STARTUP: Self = Self(1);
    pub(crate) const READY: Self = Self(2);
    pub(crate) const AUTHENTICATE: Self = Self(3);
    pub(crate) const CREDENTIALS: Self = Self(4);
    pub(crate) const OPTIONS: Self = Self(5);
    pub(crate) const SUPPORTED: Self = Self(6);
    pub(crate) const QUERY: Self = Self(7);
    pub(crate) const RESULT: Self = Self(8);
    pub(crate) const PREPARE: Self = Self(9);
    pub(crate) const EXECUTE: Self = Self(10);
    pub(crate) const REGISTER: Self = Self(11);
    pub(crate) const EVENT: Self = Self(12);
    pub(crate) const BATCH: Self = Self(13);
    pub(crate) const AUTH_CHALLENGE: Self = Self(14);
    pub(crate) const AUTH_RESPONSE: Self = Self(15);
    pub(crate) const AUTH_SUCCESS: Self = Self(16);

    /// Its name in the specification.
    pub(crate) fn name(self) -> &'static str {
        OPS.get(usize::from(self.0)).copied().unwrap_or("UNKNOWN")
    }

    /// Who sends it; `None` for what is no operation.
    const fn sent(self) -> Option<Dir> {
        match self.0 {
            1 | 4 | 5 | 7 | 9 | 10 | 11 | 13 | 15 => Some(Dir::ToServer),
            0 | 2 | 3 | 6 | 8 | 12 | 14 | 16 => Some(Dir::ToClient),
            _ => None,
        }
    }
}

/// Bits of a header's flags.
pub(crate) mod flag {
    pub(crate) const COMPRESSED: u8 = 0x01;
    pub(crate) const TRACING: u8 = 0x02;
    pub(crate) const PAYLOAD: u8 = 0x04;
    pub(crate) const WARNING: u8 = 0x08;
    pub(crate) const BETA: u8 = 0x10;
}

/// A header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// The version without the bit for responses.
    pub(crate) version: u8,
    pub(crate) flags: u8,
    pub(crate) stream: i16,
    pub(crate) op: Op,
    /// Bytes of the body.
    pub(crate) body: usize,
    /// Bytes of the header itself.
    pub(crate) len: usize,
}

/// Versions whose headers have one byte for the stream.
const SHORT: std::ops::RangeInclusive<u8> = 1..=2;

/// How many bytes the header of this version has; `None` for what is no version. 0x41 and 0x42 are those of DataStax Enterprise, which
/// some drivers try first.
const fn header_len(version: u8) -> Option<usize> {
    match version {
        1 | 2 => Some(8),
        3..=6 | 0x41 | 0x42 => Some(9),
        _ => None,
    }
}

impl Header {
    /// The shortest header.
    pub(crate) const LEAST: usize = 8;

    /// How many bytes more tell something, where so many are there of a header: its first two are judged at once, so that what is no
    /// header is none at the same byte however the stream was cut.
    pub(crate) const fn missing(there: usize) -> usize {
        if there < 2 { 1 } else { Self::LEAST.saturating_sub(there) }
    }

    /// Reads a header of one direction; `None` where bytes are missing.
    ///
    /// # Errors
    /// These bytes are no header that is sent in this direction.
    #[inline]
    pub(crate) fn read(bytes: &[u8], dir: Dir) -> Result<Option<Self>, WireError> {
        let Some(first) = bytes.first() else { return Ok(None) };
        let response = first & 0x80 != 0;
        let version = first & 0x7f;
        let len = header_len(version).ok_or(WireError::new("version", 0))?;
        if response != (dir == Dir::ToClient) {
            return Err(WireError::new("message of the other side", 0));
        }
        if bytes.get(1).is_some_and(|flags| flags & 0xe0 != 0) {
            return Err(WireError::new("flags", 1));
        }
        let Some(header) = bytes.get(..len) else { return Ok(None) };
        let (flags, stream, op, body) = match *header {
            [_, flags, stream, op, a, b, c, d] => (flags, i16::from(stream as i8), op, [a, b, c, d]),
            [_, flags, high, low, op, a, b, c, d] => {
                (flags, i16::from_be_bytes([high, low]), op, [a, b, c, d])
            }
            _ => return Ok(None),
        };
        let body = u32::from_be_bytes(body);
        let op = Op(op);
        if op.sent() != Some(dir) || (op == Op::CREDENTIALS && version > 1) {
            return Err(WireError::new("operation", len - 5));
        }
        if body > LONGEST_BODY {
            return Err(WireError::new("body length", len - 4));
        }
        Ok(Some(Self { version, flags, stream, op, body: body as usize, len }))
    }

    /// Bytes of the whole message.
    pub(crate) const fn whole(&self) -> usize {
        self.len + self.body
    }

    /// Whether collections are counted in two bytes and not in four.
    pub(crate) fn is_old(&self) -> bool {
        SHORT.contains(&self.version)
    }

    /// Whether messages travel in frames of their own behind the handshake. DataStax's versions are based on the fourth.
    pub(crate) const fn is_framed(&self) -> bool {
        matches!(self.version, 5 | 6)
    }

    /// Whether this flag is set.
    pub(crate) const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_all_versions() {
        let old = Header::read(b"\x02\0\xff\x07\0\0\0\x05", Dir::ToServer).unwrap().unwrap();
        assert_eq!((old.version, old.stream, old.op, old.body, old.len), (2, -1, Op::QUERY, 5, 8));
        let new = Header::read(b"\x85\x02\x01\x02\x08\0\x01\0\0", Dir::ToClient).unwrap().unwrap();
        assert_eq!((new.version, new.stream, new.op, new.body, new.len), (5, 0x102, Op::RESULT, 65536, 9));
        assert!(new.is_framed() && new.has(flag::TRACING) && !new.is_old() && old.is_old());
        for len in 0..9 {
            assert_eq!(Header::read(&b"\x85\x02\x01\x02\x08\0\x01\0\0"[..len], Dir::ToClient), Ok(None));
        }
    }

    #[test]
    fn what_is_no_header() {
        for (bytes, dir) in [
            (&b"\x07"[..], Dir::ToServer),
            (b"\x04\x20", Dir::ToServer),
            (b"\x84\0", Dir::ToServer),
            (b"\x04\0", Dir::ToClient),
            (b"\x04\0\0\0\x08\0\0\0\0", Dir::ToServer),
            (b"\x04\0\0\0\x11\0\0\0\0", Dir::ToServer),
            (b"\x04\0\0\0\x04\0\0\0\0", Dir::ToServer),
            (b"\x04\0\0\0\x07\x10\0\0\x01", Dir::ToServer),
        ] {
            assert!(Header::read(bytes, dir).is_err(), "{bytes:?}");
        }
    }
}
