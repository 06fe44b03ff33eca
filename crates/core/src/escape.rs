//! JSON string escaping in one pass over the bytes.
//!
//! What can be copied as it is: every byte from 0x20 to 0x7e but `"` and `\`. All else is looked at one by one, in runs, so
//! that text with a line end here and there still is copied in large pieces.

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
/// Bytes that need a second look: control characters, quote, backslash, DEL and everything above ASCII.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte < 0x20 || byte >= 0x7f || byte == b'"' as usize || byte == b'\\' as usize;
        byte += 1;
    }
    table
};

/// Eight bytes at a time: a set high bit where a byte is special (or, rarely, where its lower neighbour is).
#[inline]
fn special_bits(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let less_than_space = word.wrapping_sub(ONES * 0x20);
    let quote = (word ^ (ONES * 0x22)).wrapping_sub(ONES);
    let backslash = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
    let delete = (word ^ (ONES * 0x7f)).wrapping_sub(ONES);
    (less_than_space | quote | backslash | delete | word) & HIGH
}

/// Whether one of sixteen bytes is special. Written so that the compiler looks at all of them at once, question by question.
#[inline]
fn has_special(block: &[u8; 16]) -> bool {
    let any = |is: fn(u8) -> bool| block.iter().fold(false, |any, byte| any | is(*byte));
    // As signed numbers, bytes from 0x80 on are below 0.
    any(|byte| (byte as i8) < 0x20)
        | any(|byte| byte == 0x7f)
        | any(|byte| byte == b'"')
        | any(|byte| byte == b'\\')
}

/// Where the first special one of sixteen bytes stands, of which there is one.
#[inline(never)]
fn special_place(block: &[u8; 16]) -> usize {
    let word = u128::from_le_bytes(*block);
    match special_bits(word as u64) {
        0 => 8 + special_bits((word >> 64) as u64).trailing_zeros() as usize / 8,
        bits => bits.trailing_zeros() as usize / 8,
    }
}

/// How many bytes from the start can be copied as they are.
#[inline]
#[must_use]
pub fn plain_prefix(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<16>();
    for (number, block) in blocks.iter().enumerate() {
        if has_special(block) {
            return number * 16 + special_place(block);
        }
    }
    bytes.len() - rest.len() + plain_tail(rest)
}

/// Copies bytes to the beginning of `to`, which has at least as many, up to the first one that is special: how many. What is behind
/// these in `to` may be written as well.
#[inline]
pub fn copy_plain(to: &mut [u8], from: &[u8]) -> usize {
    let (blocks, rest) = from.as_chunks::<16>();
    let mut at = 0;
    for block in blocks {
        let Some(room) = to.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<16>) else { return at };
        *room = *block;
        if has_special(block) {
            return at + special_place(block);
        }
        at += 16;
    }
    let Some(room) = to.get_mut(at..at + rest.len()) else { return at };
    copy_tail(room, rest);
    at + plain_tail(rest)
}

/// Copies at most 15 bytes to as many.
#[inline]
fn copy_tail(to: &mut [u8], from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<8>(), from.last_chunk::<8>()) {
        if let Some(room) = to.first_chunk_mut::<8>() {
            *room = *first;
        }
        if let Some(room) = to.last_chunk_mut::<8>() {
            *room = *last;
        }
    } else if let (Some(first), Some(last)) = (from.first_chunk::<4>(), from.last_chunk::<4>()) {
        if let Some(room) = to.first_chunk_mut::<4>() {
            *room = *first;
        }
        if let Some(room) = to.last_chunk_mut::<4>() {
            *room = *last;
        }
    } else {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

/// How many of at most 15 bytes from the start can be copied as they are.
#[inline]
fn plain_tail(rest: &[u8]) -> usize {
    // The first and the last ones as words, which may overlap.
    let place = |bits: u64| bits.trailing_zeros() as usize / 8;
    if let (Some(first), Some(last)) = (rest.first_chunk::<8>(), rest.last_chunk::<8>()) {
        let (first, last) =
            (special_bits(u64::from_le_bytes(*first)), special_bits(u64::from_le_bytes(*last)));
        return match (first, last) {
            (0, 0) => rest.len(),
            (0, _) => rest.len() - 8 + place(last),
            _ => place(first),
        };
    }
    if let (Some(first), Some(last)) = (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        let word = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        let bits = special_bits(word);
        return match place(bits) {
            _ if bits == 0 => rest.len(),
            at @ 0..4 => at,
            at => rest.len() + at - 8,
        };
    }
    let is_plain = |byte: &u8| !SPECIAL.get(usize::from(*byte)).copied().unwrap_or(true);
    rest.iter().take_while(|byte| is_plain(byte)).count()
}

/// Whether all of the bytes can be copied as they are.
#[inline]
#[must_use]
pub fn is_plain(bytes: &[u8]) -> bool {
    plain_prefix(bytes) == bytes.len()
}

/// The second character of the escape of a byte that has one of two characters; 0 for others.
#[inline]
#[must_use]
pub fn short(byte: u8) -> u8 {
    match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => 0,
    }
}

/// What stands for the special bytes at the start of `rest`: how many of them it is for, and their JSON text.
///
/// Invalid UTF-8 becomes U+FFFD, one for each maximal ill-formed run (Unicode 3.9, U+FFFD substitution of maximal subparts).
pub fn special<'b>(rest: &'b [u8], scratch: &'b mut [u8; 6]) -> (usize, &'b [u8]) {
    let Some(&first) = rest.first() else { return (0, &[]) };
    match first {
        b'"' => (1, b"\\\""),
        b'\\' => (1, b"\\\\"),
        b'\n' => (1, b"\\n"),
        b'\r' => (1, b"\\r"),
        b'\t' => (1, b"\\t"),
        0x08 => (1, b"\\b"),
        0x0c => (1, b"\\f"),
        0..0x20 | 0x7f => {
            const HEX: [u8; 16] = *b"0123456789abcdef";
            let digit = |value: u8| HEX.get(usize::from(value & 15)).copied().unwrap_or(b'0');
            *scratch = [b'\\', b'u', b'0', b'0', digit(first >> 4), digit(first)];
            (1, scratch)
        }
        0x20..0x7f => (1, rest.get(..1).unwrap_or_default()),
        0x80.. => multibyte(rest),
    }
}

/// One UTF-8 sequence, or the replacement character for a run that is none. A whole run of valid text beyond ASCII is
/// returned at once.
fn multibyte(rest: &[u8]) -> (usize, &[u8]) {
    let run = rest.iter().take(256).take_while(|byte| **byte >= 0x80).count();
    let bytes = rest.get(..run).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.len(), text.as_bytes()),
        Err(error) if error.valid_up_to() > 0 => {
            let good = error.valid_up_to();
            (good, bytes.get(..good).unwrap_or_default())
        }
        // `error_len` is None where the run was cut: the sequence is incomplete, or it is longer than the run looked at.
        Err(error) => (error.error_len().unwrap_or(bytes.len()).max(1), "\u{fffd}".as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(bytes: &[u8]) -> String {
        let mut json = crate::json::Json::default();
        json.raw_text(bytes.into());
        String::from_utf8(json.bytes().to_vec()).unwrap()
    }

    #[test]
    fn prefix_stops_at_every_special_byte_in_every_place() {
        for special in 0..=255u8 {
            for len in 0..36 {
                for place in 0..len {
                    let mut bytes = [b'a'; 36];
                    // Behind the first special byte there may be others.
                    bytes[place] = special;
                    bytes[35] = special;
                    let bytes = &bytes[..len];
                    let is_plain = (0x20..0x7f).contains(&special) && special != b'"' && special != b'\\';
                    let want = if is_plain { len } else { place };
                    assert_eq!(plain_prefix(bytes), want, "{special:#x} at {place} of {len}");
                    let mut to = vec![0; len];
                    assert_eq!(copy_plain(&mut to, bytes), want, "{special:#x} at {place} of {len}");
                    assert_eq!(to[..want], bytes[..want]);
                }
            }
        }
        assert_eq!((plain_prefix(b""), copy_plain(&mut [], b"")), (0, 0));
    }

    #[test]
    fn agrees_with_serde_on_valid_text_and_replaces_the_rest() {
        assert_eq!(escaped(b"a\"b\\c\n\r\t\x08\x0c\x01\x1f"), "a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f");
        assert_eq!(escaped("Jürgen – 漢字 🦀".as_bytes()), "Jürgen – 漢字 🦀");
        assert_eq!(escaped(b"a\xffb\xc3"), "a\u{fffd}b\u{fffd}");
        assert_eq!(escaped(b"\xf0\x9f\xa6"), "\u{fffd}");
        let long = "ü".repeat(500);
        assert_eq!(escaped(long.as_bytes()), long);
    }
}
