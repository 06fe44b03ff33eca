//! How TTC writes numbers and texts.
//!
//! ```text
//!  thin clients       01 2a             42: how many bytes follow, then these, the highest first; 00 is zero
//!  thick clients      2a 00 00 00       42 as the client's machine has it; pointers have 8 bytes: fe ff ff ff ff ff ff ff or zeros
//!  a text             05 h e l l o      up to 252 bytes
//!                     fe 05 h e … 00    in chunks, each behind its length, a byte or (12.2 on) a number
//! ```

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

/// Lead byte of a text in chunks.
const CHUNKS: u8 = 254;
/// Lead byte of no text at all.
const NULL: u8 = 255;

/// How a client writes its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Each with its length in front: thin clients.
    #[default]
    Counted,
    /// As a machine has them, the lowest byte first, pointers of 8 bytes: thick clients (OCI).
    Native,
}

/// A pointer of a thick client to something.
pub(crate) const POINTER: [u8; 8] = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/// A cursor over a TTC message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ttc<'b> {
    pub(crate) reader: Reader<'b>,
    pub(crate) numbers: Numbers,
}

impl<'b> Ttc<'b> {
    pub(crate) const fn at(bytes: &'b [u8], at: usize, numbers: Numbers) -> Self {
        Self { reader: Reader::starting_at(bytes, at), numbers }
    }

    pub(crate) fn u8(&mut self) -> Result<u8, WireError> {
        self.reader.u8("short call")
    }

    pub(crate) fn u16(&mut self) -> Result<u16, WireError> {
        match self.numbers {
            Numbers::Counted => self.counted(2).map(|number| number as u16),
            Numbers::Native => self.reader.array("short call").map(u16::from_le_bytes),
        }
    }

    pub(crate) fn u32(&mut self) -> Result<u32, WireError> {
        match self.numbers {
            Numbers::Counted => self.counted(4).map(|number| number as u32),
            Numbers::Native => self.reader.array("short call").map(u32::from_le_bytes),
        }
    }

    /// A number of up to eight bytes with its length in front, which thick clients have as well where it is a new field.
    pub(crate) fn u64(&mut self) -> Result<u64, WireError> {
        self.counted(8)
    }

    /// A signed number whose length has the sign.
    pub(crate) fn i16(&mut self) -> Result<(), WireError> {
        if self.numbers == Numbers::Native {
            return self.skip(2);
        }
        let len = usize::from(self.u8()? & 0x7f);
        if len > 2 { Err(self.wrong("long number")) } else { self.skip(len) }
    }

    /// A place for a pointer: whether it points at something.
    pub(crate) fn pointer(&mut self) -> Result<bool, WireError> {
        match self.numbers {
            Numbers::Counted => match self.u8()? {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(self.wrong("no pointer")),
            },
            Numbers::Native => match self.reader.array::<8>("short call")? {
                POINTER => Ok(true),
                [0, 0, 0, 0, 0, 0, 0, 0] => Ok(false),
                _ => Err(self.wrong("no pointer")),
            },
        }
    }

    pub(crate) fn skip(&mut self, count: usize) -> Result<(), WireError> {
        self.reader.take(count, "short call").map(|_| ())
    }

    /// A text, whole.
    pub(crate) fn text(&mut self) -> Result<Chunks<'b>, WireError> {
        let text = lead(self.reader.whole(), self.reader.at(), None).ok_or(self.wrong("short text"))?;
        if !text.whole {
            return Err(self.wrong("short text"));
        }
        self.reader = Reader::starting_at(self.reader.whole(), text.end);
        Ok(text.chunks)
    }

    /// A text behind a number that is not zero.
    pub(crate) fn text_behind_number(&mut self) -> Result<Chunks<'b>, WireError> {
        if self.u32()? == 0 { Ok(Chunks::Plain(&[])) } else { self.text() }
    }

    pub(crate) const fn wrong(&self, reason: &'static str) -> WireError {
        WireError::new(reason, self.reader.at())
    }

    fn counted(&mut self, most: u8) -> Result<u64, WireError> {
        let len = self.u8()?;
        if len > most {
            return Err(self.wrong("long number"));
        }
        let bytes = self.reader.take(usize::from(len), "short call")?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// The bytes of a text, in one piece or in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunks<'b> {
    /// One piece.
    Plain(&'b [u8]),
    /// Chunks, each behind its length; `wide` ones behind a number.
    Many { bytes: &'b [u8], wide: bool },
}

impl<'b> Chunks<'b> {
    /// The pieces in their order.
    pub(crate) fn pieces(self) -> Pieces<'b> {
        match self {
            Self::Plain(bytes) => Pieces { plain: Some(bytes), chunks: &[], at: 0, wide: false },
            Self::Many { bytes, wide } => Pieces { plain: None, chunks: bytes, at: 0, wide },
        }
    }
}

/// Made by [`Chunks::pieces`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces<'b> {
    plain: Option<&'b [u8]>,
    chunks: &'b [u8],
    at: usize,
    wide: bool,
}

impl<'b> Iterator for Pieces<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        if let Some(plain) = self.plain.take() {
            return Some(plain);
        }
        let (start, len) = chunk(self.chunks, self.at, self.wide)?;
        if len == 0 {
            return None;
        }
        let end = start.saturating_add(len).min(self.chunks.len());
        self.at = end;
        self.chunks.get(start..end).filter(|piece| !piece.is_empty())
    }
}

/// A text and where it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'b> {
    pub(crate) chunks: Chunks<'b>,
    pub(crate) end: usize,
    /// All of it is there.
    pub(crate) whole: bool,
}

/// The text whose lead byte is at `at`; `expected` bytes long, if that is known. What is not there yet may be missing at its end.
pub(crate) fn lead(bytes: &[u8], at: usize, expected: Option<usize>) -> Option<Found<'_>> {
    let first = *bytes.get(at)?;
    let start = at + 1;
    match first {
        0 | NULL => {
            let fits = expected.is_none_or(|len| len == 0);
            fits.then_some(Found { chunks: Chunks::Plain(&[]), end: start, whole: true })
        }
        CHUNKS => {
            let rest = bytes.get(start..)?;
            [true, false].into_iter().find_map(|wide| chunked(rest, start, wide, expected))
        }
        len => {
            let len = usize::from(len);
            if expected.is_some_and(|expected| expected != len) {
                return None;
            }
            let end = start + len;
            let there = bytes.get(start..end.min(bytes.len()))?;
            Some(Found { chunks: Chunks::Plain(there), end, whole: end <= bytes.len() })
        }
    }
}

fn chunked(rest: &[u8], start: usize, wide: bool, expected: Option<usize>) -> Option<Found<'_>> {
    let (mut at, mut total) = (0_usize, 0_usize);
    let found = |at: usize, whole: bool| Found {
        chunks: Chunks::Many { bytes: rest.get(..at).unwrap_or(rest), wide },
        end: start + at,
        whole,
    };
    loop {
        let Some((from, len)) = chunk(rest, at, wide) else {
            // Cut in front of a chunk: it may go on.
            let short = rest.len().saturating_sub(at) < 5 && total > 0;
            return (short && expected.is_none_or(|all| total <= all)).then(|| found(rest.len(), false));
        };
        if len == 0 {
            return (total > 0 && expected.is_none_or(|all| all == total)).then(|| found(from, true));
        }
        total = total.saturating_add(len);
        if expected.is_some_and(|all| total > all) || total > crate::limits::PACKET_BYTES {
            return None;
        }
        at = from.saturating_add(len);
        if at > rest.len() {
            return Some(found(rest.len(), false));
        }
    }
}

/// Where a chunk's bytes begin and how many they are.
fn chunk(bytes: &[u8], at: usize, wide: bool) -> Option<(usize, usize)> {
    let first = *bytes.get(at)?;
    if !wide {
        return Some((at + 1, usize::from(first)));
    }
    let count = usize::from(first);
    if count > 4 {
        return None;
    }
    let number = bytes.get(at + 1..at + 1 + count)?;
    let len = number.iter().fold(0_usize, |len, byte| len << 8 | usize::from(*byte));
    Some((at + 1 + count, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunks: Chunks<'_>) -> Vec<u8> {
        chunks.pieces().collect::<Vec<_>>().concat()
    }

    #[test]
    fn numbers_have_their_length_in_front_or_are_native() {
        let mut ttc = Ttc::at(&[0, 1, 7, 2, 5, 0x7b, 4, 1, 2, 3, 4], 0, Numbers::Counted);
        assert_eq!(ttc.u32(), Ok(0));
        assert_eq!(ttc.u32(), Ok(7));
        assert_eq!(ttc.u16(), Ok(1403));
        assert!(ttc.u16().is_err());
        let mut ttc = Ttc::at(&[0x7b, 5, 0, 0, 9, 0], 0, Numbers::Native);
        assert_eq!(ttc.u32(), Ok(1403));
        assert_eq!(ttc.u16(), Ok(9));
        assert!(ttc.u32().is_err());
    }

    #[test]
    fn texts_come_whole_or_in_chunks() {
        assert_eq!(all(lead(b"\x05hello!", 0, None).unwrap().chunks), b"hello");
        assert!(lead(b"\x05hello", 0, Some(4)).is_none());
        let narrow = lead(b"\xfe\x03hel\x02lo\0x", 0, Some(5)).unwrap();
        assert_eq!((all(narrow.chunks), narrow.end, narrow.whole), (b"hello".to_vec(), 9, true));
        let wide = lead(b"\xfe\x01\x03hel\x01\x02lo\0x", 0, Some(5)).unwrap();
        assert_eq!((all(wide.chunks), wide.end, wide.whole), (b"hello".to_vec(), 11, true));
        let cut = lead(b"\xfe\x02\x01\x00hello", 0, Some(256)).unwrap();
        assert_eq!((all(cut.chunks), cut.whole), (b"hello".to_vec(), false));
        assert_eq!(all(lead(b"\xff", 0, None).unwrap().chunks), b"");
    }
}
