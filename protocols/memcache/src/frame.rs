//! The header in front of every datagram.
//!
//! ```text
//!   0          2          4          6          8
//!  ┌──────────┬──────────┬──────────┬──────────┬────────
//!  │request id│ number   │ datagrams│ reserved │ message, or a part of it
//!  └──────────┴──────────┴──────────┴──────────┴────────
//! ```

use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::stream::WireError;

use crate::probe;

/// Bytes of the header.
pub(crate) const FRAME: usize = 8;

/// A datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'d> {
    pub(crate) id: u16,
    /// Its place among those of the message.
    pub(crate) number: u16,
    pub(crate) count: u16,
    pub(crate) payload: &'d [u8],
}

impl<'d> Frame<'d> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// It is none of memcache.
    pub(crate) fn read(datagram: &'d [u8]) -> Result<Self, WireError> {
        let Some((header, payload)) = datagram.split_first_chunk::<FRAME>() else {
            return Err(WireError::new("short datagram", 0));
        };
        // The last two must be 0; clients are seen that leave there what was.
        let [i0, i1, n0, n1, c0, c1, ..] = *header;
        let [id, number, count] = [[i0, i1], [n0, n1], [c0, c1]].map(u16::from_be_bytes);
        if number >= count || payload.is_empty() {
            return Err(WireError::new("number of a datagram", 2));
        }
        Ok(Self { id, number, count, payload })
    }
}

/// Recognises a datagram: the first of its message, which must begin with a whole line or header. With the certainty of the frame,
/// any reply will do.
pub(crate) fn probe(datagram: &[u8]) -> Verdict {
    let Ok(frame) = Frame::read(datagram) else { return Verdict::Reject };
    if frame.number > 0 {
        return Verdict::Reject;
    }
    let is_reserved = matches!(datagram, [_, _, 0, 0, _, _, 0, 0, ..]);
    match probe::stream(frame.payload) {
        Verdict::Match { sender: Role::Client } if frame.count > 1 => Verdict::Reject,
        Verdict::Match { sender } => Verdict::Match { sender },
        _ if is_reserved && probe::is_reply(frame.payload) => Verdict::Match { sender: Role::Server },
        _ => Verdict::Reject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datagrams_are_known_by_frame_and_message() {
        let client = Verdict::Match { sender: Role::Client };
        assert_eq!(probe(b"\0\x01\0\0\0\x01\0\0get k\r\n"), client);
        assert_eq!(probe(b"\0\x01\0\0\0\x01\x03\0get k\r\n"), client);
        assert_eq!(probe(b"\0\x01\0\0\0\x02\0\0VALUE k 0 3\r\nabc"), Verdict::Match { sender: Role::Server });
        assert_eq!(probe(b"\0\x01\0\0\0\x01\0\0END\r\n"), Verdict::Match { sender: Role::Server });
        for almost in [
            &b"\0\x01\0\0\0\x01\0\x01END\r\n"[..],
            b"\0\x01\0\0\0\x02\0\0get k\r\n",
            b"\0\x01\0\x01\0\x01\0\0get k\r\n",
            b"\0\x01\0\0\0\x01\0\0get k",
            b"\0\x01\0\0\0\x01\0\0",
            b"get k\r\n",
            b"\0\x01\0\x01\0\x02\0\0VALUE k 0 3\r\nabc",
        ] {
            assert_eq!(probe(almost), Verdict::Reject, "{almost:?}");
        }
    }
}
