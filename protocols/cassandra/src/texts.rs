//! Texts side by side in one buffer.

use crate::limits::{PARAMETER_BYTES, PARAMETERS, PARAMETERS_BYTES};

/// The values of a statement as texts.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds one, which `write` appends; false if there is no room for it.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let start = self.bytes.len();
        if self.ends.len() >= PARAMETERS || start >= PARAMETERS_BYTES {
            return false;
        }
        write(&mut self.bytes);
        self.bytes.truncate((start + PARAMETER_BYTES).min(PARAMETERS_BYTES));
        self.ends.push(self.bytes.len() as u32);
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.bytes.get(start as usize..*end as usize).unwrap_or_default())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}
