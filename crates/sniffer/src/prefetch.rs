//! Asking the processor for bytes that will be wanted soon.
//!
//! Walking a capture is a chain of cache misses: where the next header stands hangs on this one's length. Asking for
//! each cache line some way ahead breaks the chain; the distance hardly matters, one to eight KiB do the same.

/// Bytes of a cache line. Where lines are longer, some requests are in vain.
const LINE: usize = 64;

/// How far ahead of the reader's place lines are asked for, in bytes.
const DISTANCE: usize = 4_096;

/// Asks for the lines of `bytes` that come within reach when a walk moves on from `pos` to `end`.
#[inline]
pub(crate) fn ahead(bytes: &[u8], pos: usize, end: usize) {
    let until = end.wrapping_add(DISTANCE);
    // Small packets go without a loop: whether one passes one line or two changes too often to be predicted, and
    // to ask twice costs less than to guess wrong.
    request(bytes, until);
    request(bytes, until.wrapping_sub(LINE));
    let mut left = end.wrapping_sub(pos);
    while left > 2 * LINE {
        request(bytes, until.wrapping_sub(left));
        left -= LINE;
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
