//! Snappy without a frame (format_description.txt): the length, then literals and copies of what was written before.
//!
//! Only as much is written as is asked for, whatever the length says.

/// Writes up to `limit` bytes behind what `out` has; whether the bytes could be understood as far as that.
pub(crate) fn decompress(bytes: &[u8], out: &mut Vec<u8>, limit: usize) -> bool {
    let Some((_, mut at)) = length(bytes) else { return false };
    let start = out.len();
    while out.len() - start < limit {
        let Some(tag) = bytes.get(at).copied() else { return true };
        at += 1;
        let room = limit - (out.len() - start);
        if tag & 3 == 0 {
            let Some((len, skip)) = literal(tag, bytes.get(at..).unwrap_or_default()) else { return false };
            at += skip;
            let rest = bytes.get(at..).unwrap_or_default();
            // What is missing of a literal was not kept.
            let there = rest.get(..len).unwrap_or(rest);
            out.extend_from_slice(there.get(..room).unwrap_or(there));
            at += len;
        } else {
            let Some((len, offset, skip)) = copy(tag, bytes.get(at..).unwrap_or_default()) else {
                return bytes.len() < at + 4;
            };
            at += skip;
            if offset == 0 || offset > out.len() - start {
                return false;
            }
            let from = out.len() - offset;
            let len = len.min(room);
            if offset >= len {
                out.extend_from_within(from..from + len);
            } else {
                // What is copied grows with what was copied.
                for place in from..from + len {
                    let byte = out.get(place).copied().unwrap_or_default();
                    out.push(byte);
                }
            }
        }
    }
    true
}

/// The length at the start, and how many bytes it has.
pub(crate) fn length(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0u64;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()?, place + 1));
        }
    }
    None
}

/// A literal's length, and how many bytes behind the tag say it.
fn literal(tag: u8, rest: &[u8]) -> Option<(usize, usize)> {
    let short = usize::from(tag >> 2);
    if short < 60 {
        return Some((short + 1, 0));
    }
    let bytes = short - 59;
    let mut len = 0usize;
    for (place, byte) in rest.get(..bytes)?.iter().enumerate() {
        len |= usize::from(*byte) << (8 * place);
    }
    Some((len.checked_add(1)?, bytes))
}

/// A copy's length, how far back it begins, and how many bytes behind the tag say so.
fn copy(tag: u8, rest: &[u8]) -> Option<(usize, usize, usize)> {
    let high = usize::from(tag >> 2);
    match (tag & 3, rest) {
        (1, [low, ..]) => Some(((high & 7) + 4, (high >> 3) << 8 | usize::from(*low), 1)),
        (2, [a, b, ..]) => Some((high + 1, usize::from(u16::from_le_bytes([*a, *b])), 2)),
        (3, [a, b, c, d, ..]) => Some((high + 1, u32::from_le_bytes([*a, *b, *c, *d]) as usize, 4)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflate(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut out = b"before".to_vec();
        decompress(bytes, &mut out, limit).then(|| out.split_off(6))
    }

    #[test]
    fn literals_and_copies_are_read() {
        assert_eq!(inflate(b"\x05\x10hello", 99), Some(b"hello".to_vec()));
        // A copy of 4 bytes from 2 back, which grows, with offsets of one, two and four bytes.
        assert_eq!(inflate(b"\x06\x04ab\x01\x02", 99), Some(b"ababab".to_vec()));
        assert_eq!(inflate(b"\x06\x04ab\x0e\x02\0", 99), Some(b"ababab".to_vec()));
        assert_eq!(inflate(b"\x06\x04ab\x0f\x02\0\0\0", 99), Some(b"ababab".to_vec()));
        // A literal whose length has a byte of its own.
        let long = [&b"\x64\xf0\x63"[..], &[b'x'; 100]].concat();
        assert_eq!(inflate(&long, 999), Some(vec![b'x'; 100]));
        assert_eq!(inflate(&long, 7), Some(vec![b'x'; 7]));
    }

    #[test]
    fn what_is_wrong_or_missing() {
        assert_eq!(inflate(b"", 99), None);
        assert_eq!(inflate(b"\xff\xff\xff\xff\xff", 99), None);
        assert_eq!(inflate(b"\x06\x04ab\x01\x03", 99), None, "from in front of the first byte");
        assert_eq!(inflate(b"\x06\x04ab\x01\x00", 99), None);
        assert_eq!(inflate(b"\x06\xf0", 99), None);
        assert_eq!(inflate(b"\x64\xf0\x63abc", 999), Some(b"abc".to_vec()), "the rest was not kept");
        assert_eq!(inflate(b"\xff\xff\xff\xff\x0f\xfc\xff\xff\xff\xffab", 999), Some(b"ab".to_vec()));
    }

    #[test]
    fn a_copy_is_bounded_by_what_is_asked_for() {
        let mut bytes = b"\xff\xff\xff\xff\x0f\x00a".to_vec();
        for _ in 0..10_000 {
            bytes.extend(b"\xfe\x01\0");
        }
        assert_eq!(inflate(&bytes, 1000), Some(vec![b'a'; 1000]));
    }
}
