//! Reading wire bytes without a way to read past their end.

use crate::stream::WireError;

/// A cursor over bytes; every read says what it is about, so that an error names the field.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    /// From the first byte.
    #[inline]
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// From byte `at` of `bytes`; reads behind the end fail.
    #[inline]
    #[must_use]
    pub const fn starting_at(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Position from the start of the bytes.
    #[inline]
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// All bytes, those already read included.
    #[inline]
    #[must_use]
    pub const fn whole(&self) -> &'b [u8] {
        self.bytes
    }

    /// What was not read yet.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether everything was read.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest().is_empty()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// `what` (a constant such as `"short header"`), where fewer are left.
    #[inline]
    pub fn take(&mut self, count: usize, what: &'static str) -> Result<&'b [u8], WireError> {
        let end = self.at.checked_add(count).ok_or(WireError::new(what, self.at))?;
        let taken = self.bytes.get(self.at..end).ok_or(WireError::new(what, self.at))?;
        self.at = end;
        Ok(taken)
    }

    /// The next `N` bytes by value.
    ///
    /// # Errors
    /// As [`Reader::take`].
    #[inline]
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], WireError> {
        let found = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let array = *found.ok_or(WireError::new(what, self.at))?;
        self.at += N;
        Ok(array)
    }

    /// A reader over the next `count` bytes alone: nested lengths cannot reach beyond their own.
    ///
    /// # Errors
    /// As [`Reader::take`].
    #[inline]
    pub fn sub(&mut self, count: usize, what: &'static str) -> Result<Self, WireError> {
        self.take(count, what).map(Self::new)
    }

    /// One byte.
    ///
    /// # Errors
    /// As [`Reader::take`].
    #[inline]
    pub fn u8(&mut self, what: &'static str) -> Result<u8, WireError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Two bytes, the high one first.
    ///
    /// # Errors
    /// As [`Reader::take`].
    #[inline]
    pub fn u16_be(&mut self, what: &'static str) -> Result<u16, WireError> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Four bytes, the highest first.
    ///
    /// # Errors
    /// As [`Reader::take`].
    #[inline]
    pub fn u32_be(&mut self, what: &'static str) -> Result<u32, WireError> {
        self.array(what).map(u32::from_be_bytes)
    }
}
