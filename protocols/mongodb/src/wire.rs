//! Messages and what they are.
//!
//! ```text
//!  0      4       8            12       16
//!  ┌──────┬───────┬────────────┬────────┬───────────
//!  │length│ id    │ answers to │ opcode │ body          all numbers little endian; the length counts the header
//!  └──────┴───────┴────────────┴────────┴───────────
//! ```
//!
//! MongoDB manual, "Wire Protocol".

use crate::limits::MESSAGE_BYTES;

/// Bytes of a message's header.
pub(crate) const HEADER: usize = 16;
/// Bytes between the header of a compressed message and what is compressed.
pub(crate) const COMPRESSED_HEADER: usize = 9;
/// How the name ends of the collection that commands are sent to in OP_QUERY.
pub(crate) const COMMANDS: &[u8] = b".$cmd";

/// Flags of OP_MSG.
pub(crate) mod flags {
    /// A checksum of four bytes stands behind the sections.
    pub(crate) const CHECKSUM: u32 = 1;
    /// Another message follows without a further request; to a request with it there is no reply.
    pub(crate) const MORE_TO_COME: u32 = 1 << 1;
    /// Those that a reader must know; the other half it may pass over.
    pub(crate) const REQUIRED: u32 = 0xffff;
}

/// Flags of OP_REPLY.
pub(crate) mod reply_flags {
    /// The cursor is not there.
    pub(crate) const CURSOR_NOT_FOUND: u32 = 1;
    /// The query failed.
    pub(crate) const QUERY_FAILURE: u32 = 1 << 1;
}

/// What a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Op {
    Reply,
    /// A text without a reply, up to MongoDB 2.
    Note,
    Update,
    Insert,
    #[default]
    Query,
    GetMore,
    Delete,
    KillCursors,
    Compressed,
    Msg,
}

impl Op {
    /// The number of [`Op::Compressed`].
    pub(crate) const COMPRESSED: i32 = 2012;

    /// By its number.
    pub(crate) const fn of(code: i32) -> Option<Self> {
        Some(match code {
            1 => Self::Reply,
            1000 => Self::Note,
            2001 => Self::Update,
            2002 => Self::Insert,
            2004 => Self::Query,
            2005 => Self::GetMore,
            2006 => Self::Delete,
            2007 => Self::KillCursors,
            Self::COMPRESSED => Self::Compressed,
            2013 => Self::Msg,
            _ => return None,
        })
    }

    /// Whether a client sends it.
    pub(crate) const fn is_of_client(self) -> bool {
        !matches!(self, Self::Reply)
    }

    /// Whether a server sends it.
    pub(crate) const fn is_of_server(self) -> bool {
        matches!(self, Self::Reply | Self::Msg | Self::Compressed)
    }
}

/// A message's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the message, those of the header included: from [`HEADER`] to [`MESSAGE_BYTES`].
    pub(crate) len: usize,
    /// Its number.
    pub(crate) id: i32,
    /// The number of the message that it answers.
    pub(crate) to: i32,
    /// Its operation code.
    pub(crate) code: i32,
}

impl Header {
    /// The header at the start of the bytes, of which there are enough; `None` if its length is none of a message.
    pub(crate) fn read(bytes: &[u8; HEADER]) -> Option<Self> {
        let number = |at: usize| {
            let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).copied();
            i32::from_le_bytes(bytes.unwrap_or_default())
        };
        let len = usize::try_from(number(0)).ok().filter(|len| (HEADER..=MESSAGE_BYTES).contains(len))?;
        Some(Self { len, id: number(4), to: number(8), code: number(12) })
    }
}

/// A collection's name in its parts: the database ends at the first dot.
pub(crate) fn split(namespace: &[u8]) -> (&[u8], &[u8]) {
    let dot = memchr::memchr(b'.', namespace).unwrap_or(namespace.len());
    let (database, rest) = namespace.split_at_checked(dot).unwrap_or((namespace, &[]));
    (database, rest.get(1..).unwrap_or_default())
}
