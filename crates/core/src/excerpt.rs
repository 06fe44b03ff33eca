//! What a parser may keep of a stream's bytes: a copy up to a limit, reused.

/// Owned bytes with a limit; what goes beyond is counted and dropped.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    bytes: Vec<u8>,
    cut: u64,
}

impl Excerpt {
    /// Adds bytes until `limit` are kept in all; the rest is only counted.
    pub fn push(&mut self, bytes: &[u8], limit: usize) {
        let room = limit.saturating_sub(self.bytes.len());
        let (kept, cut) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.bytes.extend_from_slice(kept);
        self.cut = self.cut.saturating_add(cut.len() as u64);
    }

    /// What was kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes were dropped for the limit.
    #[must_use]
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    /// Whether nothing was kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets the bytes and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.cut = 0;
    }

    /// Bytes of memory held.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }
}
