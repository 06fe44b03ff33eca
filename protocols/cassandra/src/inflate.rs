//! LZ4 and snappy, as far as the start of a text goes.
//!
//! Bodies are read up to a limit, so what is decompressed may be cut on both ends: the input where it was not kept, the output at
//! the limit. Libraries want all or nothing, and as much memory as a body says it becomes.
//!
//! LZ4 block format; snappy format description.

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

const BROKEN: WireError = WireError::new("compressed body", 0);

/// How a session's bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Lz4,
    Snappy,
}

impl Codec {
    /// The compression of this name.
    pub(crate) fn named(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"lz4") {
            Some(Self::Lz4)
        } else if name.eq_ignore_ascii_case(b"snappy") {
            Some(Self::Snappy)
        } else {
            None
        }
    }

    /// Decompresses the body of a message of versions 1 to 4, up to `limit` bytes. `whole`: the input is all there. True if the output is
    /// all there.
    ///
    /// # Errors
    /// It is not compressed in this way.
    pub(crate) fn body(
        self,
        from: &[u8],
        whole: bool,
        limit: usize,
        to: &mut Vec<u8>,
    ) -> Result<bool, WireError> {
        to.clear();
        match self {
            Self::Lz4 => {
                let (length, block) = from.split_first_chunk().ok_or(BROKEN)?;
                let length = u32::from_be_bytes(*length) as usize;
                block_of_lz4(block, length.min(limit), to)?;
                finished(length, limit, whole, to)
            }
            Self::Snappy => {
                let mut from = Reader::new(from);
                let length = varint(&mut from)?;
                block_of_snappy(&mut from, length.min(limit), to)?;
                finished(length, limit, whole, to)
            }
        }
    }
}

fn finished(length: usize, limit: usize, whole: bool, to: &[u8]) -> Result<bool, WireError> {
    if whole && to.len() < length.min(limit) {
        return Err(BROKEN);
    }
    Ok(to.len() == length)
}

/// Appends what an LZ4 block becomes until there are `limit` bytes, or the input ends.
///
/// # Errors
/// A copy of what is not there.
pub(crate) fn block_of_lz4(block: &[u8], limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    let mut from = Reader::new(block);
    while to.len() < limit {
        let Ok(token) = from.u8("token") else { return Ok(()) };
        let Some(literals) = length_of_lz4(&mut from, token >> 4) else { return Ok(()) };
        if !literal(&mut from, literals, limit, to) {
            return Ok(());
        }
        let Ok(offset) = from.array("offset").map(u16::from_le_bytes) else { return Ok(()) };
        let Some(length) = length_of_lz4(&mut from, token & 0xf) else { return Ok(()) };
        copy(usize::from(offset), length.saturating_add(4), limit, to)?;
    }
    Ok(())
}

fn length_of_lz4(from: &mut Reader<'_>, nibble: u8) -> Option<usize> {
    let mut length = usize::from(nibble);
    if nibble == 15 {
        loop {
            let more = from.u8("length").ok()?;
            length += usize::from(more);
            if more < 255 {
                break;
            }
        }
    }
    Some(length)
}

fn block_of_snappy(from: &mut Reader<'_>, limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    while to.len() < limit {
        let Ok(tag) = from.u8("tag") else { return Ok(()) };
        let high = usize::from(tag >> 2);
        let little = |from: &mut Reader<'_>, count: usize| {
            let bytes = from.take(count, "length").ok()?;
            Some(bytes.iter().rev().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
        };
        let (offset, length) = match tag & 3 {
            0 => {
                let length = if high < 60 { Some(high) } else { little(from, high - 59) };
                let Some(length) = length else { return Ok(()) };
                if !literal(from, length.saturating_add(1), limit, to) {
                    return Ok(());
                }
                continue;
            }
            1 => (little(from, 1).map(|low| (high >> 3) << 8 | low), (high & 7) + 4),
            2 => (little(from, 2), high + 1),
            _ => (little(from, 4), high + 1),
        };
        let Some(offset) = offset else { return Ok(()) };
        copy(offset, length, limit, to)?;
    }
    Ok(())
}

fn varint(from: &mut Reader<'_>) -> Result<usize, WireError> {
    let mut value = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = from.u8("length")?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).map_err(|_| BROKEN);
        }
    }
    Err(BROKEN)
}

/// Appends the next bytes of the input; false where it ends within them.
fn literal(from: &mut Reader<'_>, length: usize, limit: usize, to: &mut Vec<u8>) -> bool {
    let rest = from.rest();
    let there = rest.get(..length).unwrap_or(rest);
    let room = limit.saturating_sub(to.len());
    to.extend_from_slice(there.get(..room).unwrap_or(there));
    from.take(length, "literals").is_ok()
}

/// Appends `length` bytes that stand `offset` bytes in front of the end; they may overlap with what they become.
fn copy(offset: usize, length: usize, limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    if offset == 0 || offset > to.len() {
        return Err(BROKEN);
    }
    let mut left = length.min(limit.saturating_sub(to.len()));
    while left > 0 {
        let start = to.len() - offset;
        let part = left.min(offset);
        to.extend_from_within(start..start + part);
        left -= part;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<u8> {
        let mut text = Vec::new();
        for at in 0..900_u32 {
            text.extend(format!("row {at} of {} ", at * 7919 % 613).bytes());
            text.extend(std::iter::repeat_n(b'x', (at % 90) as usize));
        }
        text
    }

    #[test]
    fn what_lz4_makes_is_read_whole_and_in_part() {
        let text = text();
        let mut body = (text.len() as u32).to_be_bytes().to_vec();
        body.extend(lz4_flex::block::compress(&text));
        let mut to = Vec::new();
        assert_eq!(Codec::Lz4.body(&body, true, usize::MAX, &mut to), Ok(true));
        assert_eq!(to, text);
        assert_eq!(Codec::Lz4.body(&body, true, 1000, &mut to), Ok(false));
        assert_eq!(to, text[..1000]);
        for cut in (4..body.len()).step_by(97) {
            assert!(Codec::Lz4.body(&body[..cut], false, usize::MAX, &mut to).is_ok());
            assert!(text.starts_with(&to));
        }
        assert!(Codec::Lz4.body(&body[..body.len() - 1], true, usize::MAX, &mut to).is_err());
    }

    #[test]
    fn snappy_with_all_its_tags() {
        let mut to = Vec::new();
        // Literals, a copy that overlaps with one byte of offset, one with two.
        let body = b"\x11\x0cabcd\x11\x04\x12\x0c\0";
        assert_eq!(Codec::Snappy.body(body, true, 64, &mut to), Ok(true));
        assert_eq!(to, b"abcdabcdabcdabcda");
        assert_eq!(Codec::Snappy.body(b"\x05\x10hello", true, 64, &mut to), Ok(true));
        assert_eq!(to, b"hello");
        assert_eq!(Codec::Snappy.body(b"\x08\x0cabcd\x0f\x04\0\0\0", true, 64, &mut to), Ok(true));
        assert_eq!(to, b"abcdabcd");
        assert!(Codec::Snappy.body(b"\x05\x01\x01", true, 64, &mut to).is_err());
        assert!(Codec::Snappy.body(b"\xff\xff\xff\xff\xff\x01", true, 64, &mut to).is_err());
    }
}
