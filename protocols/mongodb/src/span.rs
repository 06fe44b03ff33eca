//! Bytes up to an end that was announced. A message is read up to a limit, so not all of them may be there: what is not
//! there is told apart from what cannot be.

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The bytes were not kept.
    Cut,
    /// A length or a type contradicts what it stands in.
    Lie(&'static str),
}

/// A cursor over bytes of which the last ones may be missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'b> {
    bytes: &'b [u8],
    at: usize,
    end: usize,
    /// Where in the outermost span the first byte stands.
    base: usize,
}

impl<'b> Span<'b> {
    /// `bytes` of those `end` that there are.
    pub(crate) fn new(bytes: &'b [u8], end: usize) -> Self {
        Self { bytes: bytes.get(..end).unwrap_or(bytes), at: 0, end, base: 0 }
    }

    /// All bytes that are there, those already read included.
    pub(crate) const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Position from the start.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    /// Position from the start of the outermost span; it may be behind the bytes that are there.
    pub(crate) const fn place(&self) -> usize {
        self.base + self.at
    }

    /// The same from byte `at` on.
    pub(crate) const fn moved_to(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Bytes to the announced end.
    pub(crate) const fn left(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    /// The end comes so many bytes earlier.
    pub(crate) fn shorten(&mut self, count: usize) {
        self.end = self.end.saturating_sub(count);
        self.bytes = self.bytes.get(..self.end).unwrap_or(self.bytes);
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize, what: &'static str) -> Result<&'b [u8], Stop> {
        if count > self.left() {
            return Err(Stop::Lie(what));
        }
        let taken = self.bytes.get(self.at..self.at + count).ok_or(Stop::Cut)?;
        self.at += count;
        Ok(taken)
    }

    /// The next `N` bytes by value.
    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Stop> {
        let taken = self.take(N, what)?;
        taken.first_chunk().copied().ok_or(Stop::Cut)
    }

    /// One byte.
    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, Stop> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Four bytes, the lowest first.
    pub(crate) fn i32(&mut self, what: &'static str) -> Result<i32, Stop> {
        self.array(what).map(i32::from_le_bytes)
    }

    /// Eight bytes, the lowest first.
    pub(crate) fn i64(&mut self, what: &'static str) -> Result<i64, Stop> {
        self.array(what).map(i64::from_le_bytes)
    }

    /// The next `count` bytes as a span of their own, as far as they are there.
    pub(crate) fn sub(&mut self, count: usize, what: &'static str) -> Result<Self, Stop> {
        if count > self.left() {
            return Err(Stop::Lie(what));
        }
        let there = self.bytes.get(self.at..).unwrap_or_default();
        let base = self.place();
        self.at += count;
        Ok(Self { base, ..Self::new(there, count) })
    }

    /// What is behind a length in four bytes that counts itself and is `least` at least.
    pub(crate) fn measured(&mut self, least: usize, what: &'static str) -> Result<Self, Stop> {
        let len = usize::try_from(self.i32(what)?).ok().filter(|len| *len >= least);
        self.sub(len.ok_or(Stop::Lie(what))?.saturating_sub(4), what)
    }

    /// A text up to a zero, without it.
    pub(crate) fn cstr(&mut self, what: &'static str) -> Result<&'b [u8], Stop> {
        let there = self.bytes.get(self.at..).unwrap_or_default();
        match memchr::memchr(0, there) {
            Some(len) => {
                self.at += len + 1;
                Ok(there.get(..len).unwrap_or_default())
            }
            None if self.bytes.len() >= self.end => Err(Stop::Lie(what)),
            None => Err(Stop::Cut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_no_lie() {
        let mut span = Span::new(b"\x03\0\0\0abc", 10);
        assert_eq!(span.i32("number"), Ok(3));
        assert_eq!(span.take(7, "text"), Err(Stop::Lie("text")));
        assert_eq!(span.take(6, "text"), Err(Stop::Cut));
        assert_eq!(span.cstr("text"), Err(Stop::Cut));
        assert_eq!(span.take(3, "text"), Ok(&b"abc"[..]));
        assert_eq!((span.left(), span.at()), (3, 7));
        assert_eq!(Span::new(b"abc", 3).cstr("text"), Err(Stop::Lie("text")));
        let mut sub = Span::new(b"\x08\0\0\0ab", 9).measured(5, "length").unwrap();
        assert_eq!(
            (sub.take(2, ""), sub.take(2, ""), sub.take(3, "")),
            (Ok(&b"ab"[..]), Err(Stop::Cut), Err(Stop::Lie("")))
        );
        assert!(Span::new(b"\x04\0\0\0", 9).measured(5, "length").is_err());
        assert!(Span::new(b"\x0a\0\0\0", 9).measured(5, "length").is_err());
    }
}
