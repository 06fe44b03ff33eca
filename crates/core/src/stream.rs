//! What passes between engine and parser about the bytes of one direction.

use std::num::{NonZeroU64, NonZeroUsize};

use crate::time::Stamp;

/// Position in one direction of a stream, from its first byte; not a TCP sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Offset(pub u64);

impl Offset {
    /// The position `bytes` further on.
    #[must_use]
    pub const fn plus(self, bytes: usize) -> Self {
        Self(self.0.saturating_add(bytes as u64))
    }
}

/// Contiguous bytes that were not consumed yet.
///
/// In order and with nothing pending the window is the packet's payload itself.
#[derive(Clone, Copy, Debug)]
pub struct Window<'w> {
    /// The bytes.
    pub bytes: &'w [u8],
    /// Where in the stream the first of them stands.
    pub start: Offset,
    /// How many of them were shown before: `bytes[fresh..]` is new. Never more than `bytes.len()`.
    pub fresh: usize,
}

impl<'w> Window<'w> {
    /// What is left behind the first `count` bytes.
    #[must_use]
    pub fn after(self, count: usize) -> Self {
        Self {
            bytes: self.bytes.get(count..).unwrap_or_default(),
            start: self.start.plus(count),
            fresh: self.fresh.saturating_sub(count),
        }
    }
}

/// How far a parser moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The first `consumed` bytes are done with. Call again when `more` bytes have come *past this window's end*,
    /// so that a parser cannot spin.
    Await {
        /// Bytes done with, from the window's start.
        consumed: usize,
        /// How many new bytes the parser needs before it can get further; 1 if it does not know.
        more: NonZeroUsize,
    },
    /// After `consumed`, drop what follows unseen: neither buffered nor copied. A hole in it is no gap; the parser hears
    /// of it in [`crate::parser::TcpParser::skipped`].
    ///
    /// How much of it has passed is told at its end alone: an event that may be completed while a skip is under way must not
    /// depend on that, or it depends on how the stream was cut. Skip what is content, and read what frames it.
    Skip {
        /// Bytes done with, from the window's start.
        consumed: usize,
        /// How much to drop behind them.
        then: SkipLen,
    },
    /// The parser is done with this connection; both directions end for it.
    Finish {
        /// Bytes done with, from the window's start.
        consumed: usize,
        /// Why, and who gets what follows.
        how: Finish,
    },
}

impl Progress {
    /// Everything was consumed; call again with the next byte.
    #[must_use]
    pub const fn all(consumed: usize) -> Self {
        Self::Await { consumed, more: NonZeroUsize::MIN }
    }

    /// `consumed` bytes are done with and at least `more` further ones are needed (0 counts as 1).
    #[must_use]
    pub const fn wait(consumed: usize, more: usize) -> Self {
        let more = match NonZeroUsize::new(more) {
            Some(more) => more,
            None => NonZeroUsize::MIN,
        };
        Self::Await { consumed, more }
    }

    /// Bytes done with.
    #[must_use]
    pub const fn consumed(&self) -> usize {
        match *self {
            Self::Await { consumed, .. } | Self::Skip { consumed, .. } | Self::Finish { consumed, .. } => {
                consumed
            }
        }
    }
}

/// How much to skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipLen {
    /// So many bytes.
    Exactly(NonZeroU64),
    /// All that comes until this direction ends.
    ToEnd,
}

/// Why a parser is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// These are no bytes of this protocol.
    Malformed(WireError),
    /// The rest cannot be read (encrypted, compressed in a way that is not known …).
    Opaque,
    /// What follows, and the peer's bytes that were not shown yet, belong to somebody else.
    Upgrade(Next),
}

/// Who reads on after an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The protocol of this name; nobody if it is not configured.
    Named(&'static str),
    /// Whoever's probe matches.
    Detect,
}

/// What is wrong with bytes: small, counted by its reason, never formatted on the packet path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// The rule that was broken, in a few words; a constant, so that causes can be counted.
    pub reason: &'static str,
    /// Byte offset within the window or datagram.
    pub at: usize,
}

impl WireError {
    /// `reason` broken at byte `at`.
    #[must_use]
    pub const fn new(reason: &'static str, at: usize) -> Self {
        Self { reason, at }
    }
}

/// What a parser does about a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterGap {
    /// Nothing sensible can follow: both directions become opaque.
    Abandon,
    /// The next byte after the hole is where the parser expects it.
    Continue,
    /// Look for the next message with [`crate::parser::TcpParser::boundary`].
    Resync,
}

/// Where a message starts in bytes joined mid-stream or after a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// At this offset of the bytes shown.
    At(usize),
    /// Not in here; the last so many bytes may be the beginning of one (they are shown again with more).
    KeepLast(usize),
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Both sides sent FIN, or one did and the other fell silent.
    Fin,
    /// RST.
    Reset,
    /// Nothing came for the idle timeout.
    Idle,
    /// Given up to stay within a memory limit.
    Evicted,
    /// The capture ended.
    CaptureEnd,
    /// Upgraded: another parser reads on.
    Handed,
    /// A hole that the parser could not get over, or bytes that it could not read.
    Broken,
}

/// The end of a [`Progress::Skip`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Bytes skipped, lost ones included.
    pub bytes: u64,
    /// Bytes of these that the capture does not have.
    pub lost: u64,
    /// Whether all that was asked for came; false when the stream ended before.
    pub complete: bool,
    /// The packet that brought the last of them.
    pub at: Stamp,
}
