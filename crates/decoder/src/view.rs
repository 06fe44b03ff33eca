//! The bytes that a header may claim: those captured, and how many more there were on the wire.

/// What is left of a packet at some layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The captured bytes.
    pub(crate) data: &'a [u8],
    /// Bytes that follow `data` on the wire but not in the capture.
    pub(crate) missing: usize,
}

impl<'a> View<'a> {
    pub(crate) fn new(data: &'a [u8], wire_len: u32) -> Self {
        Self { data, missing: (wire_len as usize).saturating_sub(data.len()) }
    }

    /// A view with nothing missing.
    pub(crate) const fn whole(data: &'a [u8]) -> Self {
        Self { data, missing: 0 }
    }

    /// Captured and missing bytes together.
    pub(crate) const fn wire_len(&self) -> usize {
        self.data.len() + self.missing
    }

    /// `missing` for a public field: a frame is shorter than 4 GiB.
    pub(crate) fn cut(&self) -> u32 {
        u32::try_from(self.missing).unwrap_or(u32::MAX)
    }

    /// The view behind the next `count` bytes, when those were captured.
    pub(crate) fn skip(self, count: usize) -> Option<Self> {
        Some(Self { data: self.data.get(count..)?, missing: self.missing })
    }

    /// The view behind the next `count` bytes of the wire, captured or not.
    pub(crate) fn skip_wire(self, count: usize) -> Option<Self> {
        match self.data.get(count..) {
            Some(data) => Some(Self { data, missing: self.missing }),
            None => Some(Self { data: &[], missing: self.missing.checked_sub(count - self.data.len())? }),
        }
    }

    /// The next `N` bytes and the view behind them.
    pub(crate) fn take<const N: usize>(self) -> Option<(&'a [u8; N], Self)> {
        let (head, data) = self.data.split_first_chunk()?;
        Some((head, Self { data, missing: self.missing }))
    }

    /// The next `N` bytes.
    pub(crate) fn peek<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.data.first_chunk()
    }

    /// Two bytes in network order.
    pub(crate) fn take_u16(self) -> Option<(u16, Self)> {
        let (bytes, rest) = self.take()?;
        Some((u16::from_be_bytes(*bytes), rest))
    }

    /// The next `total` bytes of the wire. A header that claims more than the frame had is believed: the
    /// frame may have been cut before it was captured.
    pub(crate) fn limit(self, total: usize) -> Self {
        match self.data.get(..total) {
            Some(data) => Self { data, missing: 0 },
            None => Self { data: self.data, missing: total - self.data.len() },
        }
    }

    /// As `limit`, but a `total` beyond the wire's length changes nothing.
    pub(crate) fn limit_within(self, total: usize) -> Self {
        if total <= self.wire_len() { self.limit(total) } else { self }
    }
}
