//! What one look at the bytes of a capture can say.

use std::fmt;

use packetbeat_core::packet::LinkType;

/// Outcome of parsing the bytes at the reader's place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A packet. The next record begins `advance` bytes on.
    Packet { span: Span, advance: usize },
    /// Something that is no packet and was taken in whole.
    Advance(usize),
    /// Something nobody wants, this many bytes long; it need not be in memory.
    Skip(u64),
    /// Decryption secrets of a kind, at a place from the start of their block, and the length of the block.
    Secrets { kind: u32, start: usize, len: usize, advance: usize },
    /// At least this many bytes must be there to say more.
    Need(usize),
    /// Where the next record begins can no longer be known.
    Damage(Damage),
}

/// A packet by its place, so that it can be found again after the reader has moved on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Offset of the captured bytes from the start of the record.
    pub(crate) start: usize,
    /// Number of captured bytes, at most [`crate::MAX_PACKET`].
    pub(crate) len: usize,
    /// Nanoseconds since the epoch; `None` where the format has no time (simple packet block).
    pub(crate) nanos: Option<i64>,
    pub(crate) wire_len: u32,
    pub(crate) link: LinkType,
}

/// Keys that a capture carries for its own decryption (pcapng Decryption Secrets Block).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// What `data` is; 0x544c534b is a TLS key log in the format of NSS.
    pub kind: u32,
    /// The secrets as they stand in the file.
    pub data: Vec<u8>,
}

/// Why a capture cannot be read beyond a certain byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// A packet claims more captured bytes than [`crate::MAX_PACKET`].
    PacketTooLong(u32),
    /// A packet claims more bytes than its block has.
    PacketBeyondBlock {
        /// Bytes that the packet claims.
        claimed: u32,
        /// Bytes that the block has for it.
        room: u32,
    },
    /// A pcap record header of nothing but zeros: a hole in the file.
    Zeros,
    /// A pcap file header where a record must stand.
    SecondFile,
    /// A pcapng block whose length is less than its own frame, or more than [`crate::MAX_BLOCK`] where it
    /// must be held whole.
    BlockLength(u32),
    /// The two length fields of a pcapng block differ.
    BlockLengths {
        /// Length at the start of the block.
        first: u32,
        /// Length at its end.
        last: u32,
    },
    /// No section header where one must stand.
    NoSection(u32),
    /// The byte-order magic of a section header is neither of the two.
    ByteOrder(u32),
    /// A pcapng section of a major version that is not 1.
    SectionVersion(u16, u16),
    /// A packet of an interface that no block has described.
    UnknownInterface(u32),
    /// More than [`crate::MAX_INTERFACES`] interfaces in a section.
    TooManyInterfaces,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PacketTooLong(len) => {
                write!(f, "a packet claims {len} captured bytes, the most is {}", crate::MAX_PACKET)
            }
            Self::PacketBeyondBlock { claimed, room } => {
                write!(f, "a packet claims {claimed} captured bytes where its block has {room}")
            }
            Self::Zeros => write!(f, "a record header of nothing but zeros"),
            Self::SecondFile => write!(
                f,
                "a second file header: captures were strung together; name them one by one or join them with \
                 mergecap -a"
            ),
            Self::BlockLength(len) => write!(f, "a block cannot be {len} bytes long"),
            Self::BlockLengths { first, last } => {
                write!(f, "a block that says {first} bytes at its start says {last} at its end")
            }
            Self::NoSection(kind) => write!(f, "block type {kind:#x} stands before any section header"),
            Self::ByteOrder(magic) => write!(f, "a section header has byte-order magic {magic:#010x}"),
            Self::SectionVersion(major, minor) => {
                write!(f, "a section of pcapng version {major}.{minor}, known is 1")
            }
            Self::UnknownInterface(id) => write!(f, "a packet of interface {id}, which is not described"),
            Self::TooManyInterfaces => {
                write!(f, "more than {} interfaces in a section", crate::MAX_INTERFACES)
            }
        }
    }
}
