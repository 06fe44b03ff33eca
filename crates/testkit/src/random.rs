//! Numbers that look random and are the same for the same seed.

/// xorshift64*.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`; 0 if there is none.
    pub(crate) const fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() >> 11) as usize % end }
    }

    pub(crate) const fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }

    /// One of `all`.
    pub(crate) fn one_of<T: Copy, const N: usize>(&mut self, all: &[T; N]) -> Option<T> {
        all.get(self.below(N)).copied()
    }
}
