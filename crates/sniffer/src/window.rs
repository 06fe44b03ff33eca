//! The bytes of one input that are in memory, by whatever way they came.

use std::sync::Arc;

use crate::map::Map;
use crate::stream::Stream;

/// Where a reader's bytes are.
pub(crate) enum Window {
    /// Between two files.
    Closed,
    /// All of a file.
    Map(Arc<Map>),
    /// A block of it.
    Stream(Stream),
}

impl Window {
    /// The bytes. Of a map that lost its file's end the rest reads as zeros: see [`Window::limit`].
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Map(map) => map.bytes(),
            Self::Stream(stream) => stream.bytes(),
            Self::Closed => &[],
        }
    }

    /// How many of the bytes are good. To be asked after reading them.
    #[inline]
    pub(crate) fn limit(&self) -> usize {
        match self {
            Self::Map(map) => map.limit(),
            Self::Stream(stream) => stream.bytes().len(),
            Self::Closed => 0,
        }
    }

    /// Tries to have `need` bytes at `pos`, which may move with them. False at the end of the input.
    pub(crate) fn refill(&mut self, pos: &mut usize, need: usize) -> bool {
        match self {
            Self::Map(map) => map.limit().saturating_sub(*pos) >= need,
            Self::Stream(stream) => stream.refill(pos, need),
            Self::Closed => false,
        }
    }

    /// Moves `pos` on by `len` bytes that need not be in memory. Returns how many are missing: 0 if there are all.
    pub(crate) fn skip(&mut self, pos: &mut usize, len: u64) -> u64 {
        match self {
            Self::Map(map) => {
                let here = map.limit().saturating_sub(*pos) as u64;
                *pos += len.min(here) as usize;
                len.saturating_sub(here)
            }
            Self::Stream(stream) => stream.skip(pos, len),
            Self::Closed => len,
        }
    }

    /// Offset of `pos` in the (decompressed) data.
    pub(crate) fn offset(&self, pos: usize) -> u64 {
        match self {
            Self::Stream(stream) => stream.passed() + pos as u64,
            Self::Map(_) | Self::Closed => pos as u64,
        }
    }

    /// Bytes of the file that are used up: compressed ones if it is compressed.
    pub(crate) fn consumed(&self, pos: usize) -> u64 {
        match self {
            Self::Stream(stream) => stream.consumed(),
            Self::Map(_) | Self::Closed => pos as u64,
        }
    }

    /// Whether the file lost bytes since it was mapped.
    pub(crate) fn has_shrunk(&self) -> bool {
        match self {
            Self::Map(map) => map.has_shrunk(),
            Self::Stream(_) | Self::Closed => false,
        }
    }
}
