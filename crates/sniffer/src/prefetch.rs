//! Asking the processor for bytes that will be wanted soon.
//!
//! Walking a capture is a chain of cache misses: where the next header stands hangs on this one's length. Asking for
//! each cache line some way ahead breaks the chain; the distance hardly matters, one to eight KiB do the same.

/// Bytes of a cache line. Where lines are longer, some requests are in vain.
const LINE: usize = 64;

/// How far ahead of the reader's place lines are asked for, in bytes.
const DISTANCE: usize = 4_096;

/// The line up to which a walk has asked already.
#[derive(Debug, Default)]
pub(crate) struct Prefetch {
    asked: usize,
}

impl Prefetch {
    /// Asks for the lines of `bytes` that came within reach now that the walk is at `pos`.
    #[inline]
    pub(crate) fn ahead(&mut self, bytes: &[u8], pos: usize) {
        let until = pos.saturating_add(DISTANCE);
        // After a jump only what lies ahead is of use.
        let mut line = self.asked.max(pos);
        while line < until {
            request(bytes, line);
            line += LINE;
        }
        self.asked = line;
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn request(bytes: &[u8], at: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    let line = bytes.as_ptr().wrapping_add(at).cast::<i8>();
    // SAFETY: SSE is part of x86_64. The instruction is a hint: it reads nothing that the program can see and does
    // not fault whatever the address, so `line` may lie beyond the slice or in a page that is gone.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
}

/// Stable Rust has no prefetch elsewhere.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn request(_bytes: &[u8], _at: usize) {}
