//! Memory that the kernel fills with packets and we read in place.
//!
//! The ring is a row of blocks. A block belongs to the kernel until it sets the flag `TP_STATUS_USER` in the block's
//! status, then to us until we clear it. The kernel fills one block after the other, so that a reader that looks at
//! the next one alone misses none.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU32, Ordering};

use memmap2::{MmapOptions, MmapRaw};

use super::socket::Socket;

/// Bytes of a block. The largest packet and its headers must fit; beyond that small blocks are better, since one that
/// was handed over for its age is as used up as a full one.
pub(crate) const RING_BLOCK_BYTES: usize = 512 << 10;
/// Fewest bytes of a ring: with fewer blocks, the kernel would wait for us while we wait for it.
pub(crate) const MIN_RING_BYTES: usize = 2 << 20;
/// Most bytes of a ring.
pub(crate) const MAX_RING_BYTES: usize = 1 << 31;

/// After this time the kernel looks whether the block that it fills has grown older than that, and hands it over. So a
/// packet waits for twice as long at most. A shorter time wakes the reader more often, and a reader that stands still
/// loses packets earlier: after as many of these times as there are blocks, however few packets are in them.
pub(crate) const BLOCK_PATIENCE_MS: u32 = 50;

/// Where the status of a block stands in it.
const STATUS: usize = 8;
/// `TP_STATUS_USER`: the block is ours.
const OURS: u32 = 1;

/// The ring of a socket. It must not outlive the socket's set-up: dropped, it is unmapped.
#[derive(Debug)]
pub(crate) struct Ring {
    pages: MmapRaw,
    blocks: usize,
    /// The block that comes next.
    at: usize,
}

impl Ring {
    /// Makes a ring of about so many bytes, and maps it. `reserve`: room in front of each packet. Returns its length in
    /// bytes as well if it cannot be.
    pub(crate) fn new(socket: &Socket, bytes: usize, reserve: u32) -> Result<Self, (usize, io::Error)> {
        let blocks = bytes.clamp(MIN_RING_BYTES, MAX_RING_BYTES) / RING_BLOCK_BYTES;
        let len = blocks * RING_BLOCK_BYTES;
        let map = || {
            socket.make_ring(RING_BLOCK_BYTES, blocks, BLOCK_PATIENCE_MS, reserve)?;
            // All of it is there already: it does not hurt that the mapping knows nothing of the socket's lifetime.
            MmapOptions::new().len(len).map_raw(socket.as_fd().as_raw_fd())
        };
        map().map(|pages| Self { pages, blocks, at: 0 }).map_err(|error| (len, error))
    }

    /// The next block, if the kernel has handed it over. It goes back when it is dropped.
    pub(crate) fn take(&mut self) -> Option<Block<'_>> {
        let start = self.at * RING_BLOCK_BYTES;
        // The ring has whole blocks and `at` is one of them.
        debug_assert!(self.at < self.blocks && start + RING_BLOCK_BYTES <= self.pages.len());
        // SAFETY: within the mapping (see above), which is aligned to pages and blocks are a multiple of them. The
        // kernel writes the status as a whole word, and nobody makes a reference to it that is not atomic while the
        // block belongs to the kernel.
        let status = unsafe { AtomicU32::from_ptr(self.pages.as_mut_ptr().add(start + STATUS).cast()) };
        // What the kernel wrote before it set the flag is seen by who has seen the flag.
        if status.load(Ordering::Acquire) & OURS == 0 {
            return None;
        }
        Some(Block { ring: self, start })
    }
}

/// A block that is ours.
pub(crate) struct Block<'r> {
    ring: &'r mut Ring,
    start: usize,
}

impl Block<'_> {
    /// Its bytes, header and all.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: within the mapping, as `Ring::take` saw. The kernel neither reads nor writes a block that is ours, the
        // mapping is known to nobody else in this process, and `self` is borrowed for as long as the slice lives.
        unsafe {
            let first = self.ring.pages.as_mut_ptr().add(self.start);
            std::slice::from_raw_parts_mut(first, RING_BLOCK_BYTES)
        }
    }
}

impl Drop for Block<'_> {
    fn drop(&mut self) {
        // SAFETY: as in `Ring::take`; no slice of the block lives.
        let status =
            unsafe { AtomicU32::from_ptr(self.ring.pages.as_mut_ptr().add(self.start + STATUS).cast()) };
        // All our reads of the block are done before the kernel sees that it is its own.
        status.store(0, Ordering::Release);
        self.ring.at = if self.ring.at + 1 < self.ring.blocks { self.ring.at + 1 } else { 0 };
    }
}
