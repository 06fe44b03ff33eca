//! Domain names on the wire (RFC 1035, 3.1 and 4.1.4) and as text (5.1; RFC 4343, 2.1).
//!
//! ```text
//!   3 w w w 7 e x a m p l e 3 c o m 0          labels, ended by the empty one
//!   4 m a i l 0xC0 0x10                        the rest stands at offset 16 of the message
//! ```
//!
//! A pointer must point before the run of labels that it ends, so that no chain of them can loop.

use packetbeat_core::stream::WireError;
use packetbeat_core::text::Text;

use crate::limits::{NAME_JUMPS, NAME_WIRE};

/// Bytes that stand in a label's text behind a backslash or as `\DDD`.
const SPECIAL: [bool; 256] = special_bytes();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn special_bytes() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte <= 0x20 || byte >= 0x7f || is_quoted(byte as u8);
        byte += 1;
    }
    table
}

/// Printable bytes with a meaning in zone files, and the space.
const fn is_quoted(byte: u8) -> bool {
    matches!(byte, b'.' | b' ' | b'\'' | b'@' | b';' | b'(' | b')' | b'"' | b'\\')
}

/// One step through a name.
enum Step<'b> {
    Label(&'b [u8]),
    Jump(usize),
    Root,
}

/// What stands at `at`.
#[inline]
fn step(bytes: &[u8], at: usize) -> Result<Step<'_>, WireError> {
    let short = WireError::new("name cut short", at);
    let len = usize::from(*bytes.get(at).ok_or(short)?);
    match len {
        0 => Ok(Step::Root),
        1..0x40 => bytes.get(at + 1..at + 1 + len).map(Step::Label).ok_or(short),
        0xc0.. => {
            let low = usize::from(*bytes.get(at + 1).ok_or(short)?);
            Ok(Step::Jump((len & 0x3f) << 8 | low))
        }
        _ => Err(WireError::new("unknown kind of label", at)),
    }
}

/// The end of a name in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The place behind it.
    pub(crate) at: usize,
    /// Whether it ends with a pointer.
    pub(crate) is_compressed: bool,
}

/// The end of the name at `at`; pointers are not followed.
///
/// # Errors
/// The name does not fit into the bytes, or is longer than [`NAME_WIRE`].
#[inline]
pub(crate) fn skip(bytes: &[u8], start: usize) -> Result<End, WireError> {
    let mut at = start;
    loop {
        match step(bytes, at)? {
            Step::Label(label) => at += 1 + label.len(),
            Step::Jump(_) => return Ok(End { at: at + 2, is_compressed: true }),
            Step::Root => return Ok(End { at: at + 1, is_compressed: false }),
        }
        if at - start >= NAME_WIRE {
            return Err(WireError::new("name too long", start));
        }
    }
}

/// Visits the labels of the name at `at`; the place behind it.
///
/// # Errors
/// A label or pointer does not fit, a pointer does not point back, or the name is longer than it may.
#[inline]
fn labels<'b>(bytes: &'b [u8], at: usize, mut visit: impl FnMut(&'b [u8])) -> Result<usize, WireError> {
    let (mut here, mut run, mut end) = (at, at, None);
    let (mut wire, mut jumps) = (1, 0);
    loop {
        match step(bytes, here)? {
            Step::Label(label) => {
                wire += 1 + label.len();
                if wire > NAME_WIRE {
                    return Err(WireError::new("name too long", at));
                }
                visit(label);
                here += 1 + label.len();
            }
            Step::Jump(target) => {
                jumps += 1;
                if target >= run || jumps > NAME_JUMPS {
                    return Err(WireError::new("compression pointer loops", here));
                }
                end.get_or_insert(here + 2);
                (here, run) = (target, target);
            }
            Step::Root => return Ok(end.unwrap_or(here + 1)),
        }
    }
}

/// Appends the text of the name at `at` to `out`, without the dot at its end; the root is `.`. The place behind the name.
///
/// # Errors
/// As [`labels`]; `out` may then hold a part of the name.
pub(crate) fn expand(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, WireError> {
    let start = out.len();
    if let Ok(end) = skip(bytes, at)
        && expand_usual(bytes, at, end, out)
    {
        return Ok(end.at);
    }
    out.truncate(start);
    expand_any(bytes, at, out)
}

/// The text of the name at `at` in `out`, which is empty; where it cannot be read whole, as far as it goes. `end` is what [`skip`]
/// found.
pub(crate) fn text<'o>(
    bytes: &[u8],
    at: usize,
    end: Result<End, WireError>,
    out: &'o mut Vec<u8>,
) -> Text<'o> {
    if let Ok(end) = end
        && expand_usual(bytes, at, end, out)
    {
        // Bytes that JSON escapes are among those that names escape.
        return Text::printable(out);
    }
    out.clear();
    let _ = expand_any(bytes, at, out);
    Text::checked(out)
}

#[inline(never)]
fn expand_any(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, WireError> {
    let start = out.len();
    let end = labels(bytes, at, |label| {
        if out.len() > start {
            out.push(b'.');
        }
        push_label(out, label);
    })?;
    if out.len() == start {
        out.push(b'.');
    }
    Ok(end)
}

/// The usual name, which ends at `end`: without pointers and without bytes that are quoted. It is copied whole, and lengths become
/// dots. False for any other name; what is left in `out` of it is rubbish.
fn expand_usual(bytes: &[u8], at: usize, end: End, out: &mut Vec<u8>) -> bool {
    let name = bytes.get(at..end.at - 1).and_then(<[u8]>::split_first).filter(|_| !end.is_compressed);
    let Some((first, labels)) = name else { return false };
    let start = out.len();
    out.extend_from_slice(labels);
    let text = out.get_mut(start..).unwrap_or_default();
    let (mut here, mut dots) = (usize::from(*first), 0);
    while let Some(place) = text.get_mut(here) {
        here += 1 + usize::from(std::mem::replace(place, b'.'));
        dots += 1;
    }
    // A dot within a label is special as well: no more of them than there are borders.
    let special =
        text.iter().filter(|byte| SPECIAL.get(usize::from(**byte)).copied().unwrap_or(true)).count();
    special == dots
}

fn push_label(out: &mut Vec<u8>, label: &[u8]) {
    if !label.iter().any(|byte| SPECIAL.get(usize::from(*byte)).copied().unwrap_or(true)) {
        out.extend_from_slice(label);
        return;
    }
    for &byte in label {
        if is_quoted(byte) {
            out.extend_from_slice(&[b'\\', byte]);
        } else {
            push_byte(out, byte);
        }
    }
}

/// A byte as it is where it can be printed, else as `\DDD`.
pub(crate) fn push_byte(out: &mut Vec<u8>, byte: u8) {
    if (0x20..0x7f).contains(&byte) {
        out.push(byte);
    } else {
        out.extend_from_slice(&[b'\\', b'0' + byte / 100, b'0' + byte / 10 % 10, b'0' + byte % 10]);
    }
}

/// A number that is the same for names that differ in case alone (RFC 4343), and rarely for others: it tells questions
/// apart that one client asked under one id. `end` is what [`skip`] found.
///
/// # Errors
/// As [`labels`].
#[inline]
pub(crate) fn fingerprint(bytes: &[u8], at: usize, end: End) -> Result<u64, WireError> {
    if !end.is_compressed {
        return Ok(mix(bytes.get(at..end.at).unwrap_or_default()));
    }
    let mut whole = [0; NAME_WIRE];
    let mut len = 0;
    labels(bytes, at, |label| {
        // `labels` holds the sum below the room.
        if let Some(room) = whole.get_mut(len..len + 1 + label.len())
            && let Some((first, rest)) = room.split_first_mut()
        {
            *first = label.len() as u8;
            rest.copy_from_slice(label);
            len += 1 + label.len();
        }
    })?;
    Ok(mix(whole.get(..len + 1).unwrap_or_default()))
}

/// Bytes folded to a number; setting bit 5 folds the case of letters.
#[inline]
fn mix(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = bytes.len() as u64;
    for word in words {
        hash =
            (hash.rotate_left(23) ^ (u64::from_le_bytes(*word) | 0x2020_2020_2020_2020)).wrapping_mul(FACTOR);
    }
    // The last eight bytes, some of them for the second time, unless there are fewer in all.
    let last = match bytes.last_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word) | 0x2020_2020_2020_2020,
        None => rest.iter().fold(0, |last, byte| last << 8 | u64::from(byte | 0x20)),
    };
    (hash.rotate_left(23) ^ last).wrapping_mul(FACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], at: usize) -> Result<(String, usize), &'static str> {
        let mut out = Vec::new();
        let end = expand(bytes, at, &mut out).map_err(|error| error.reason)?;
        Ok((String::from_utf8(out).unwrap(), end))
    }

    #[test]
    fn labels_pointers_and_the_root() {
        let bytes = b"\x03www\x07example\x00\x04mail\xc0\x04\x00";
        assert_eq!(text(bytes, 0), Ok(("www.example".into(), 13)));
        assert_eq!(text(bytes, 13), Ok(("mail.example".into(), 20)));
        assert_eq!(text(bytes, 20), Ok((".".into(), 21)));
        assert_eq!(skip(bytes, 13), Ok(End { at: 20, is_compressed: true }));
    }

    #[test]
    fn odd_bytes_are_escaped() {
        let bytes = b"\x03a.b\x04\\ \x00\xc3\x00";
        assert_eq!(text(bytes, 0), Ok(("a\\.b.\\\\\\ \\000\\195".into(), 10)));
    }

    #[test]
    fn pointers_forward_to_themselves_and_in_circles_are_refused() {
        assert_eq!(text(b"\xc0\x00", 0), Err("compression pointer loops"));
        assert_eq!(text(b"\xc0\x02\x01a\x00", 0), Err("compression pointer loops"));
        assert_eq!(text(b"\x01a\xc0\x00", 2), Err("compression pointer loops").or(text(b"\x01a\xc0\x00", 2)));
        assert_eq!(text(b"\x01a\xc0\x00", 0), Err("compression pointer loops"));
    }

    #[test]
    fn what_is_too_long_or_cut_is_refused() {
        let mut long = Vec::new();
        for _ in 0..128 {
            long.extend_from_slice(b"\x01a");
        }
        long.push(0);
        assert_eq!(text(&long, 0), Err("name too long"));
        assert_eq!(text(&long, 2), Ok((["a"; 127].join("."), 257)));
        assert_eq!(text(b"\x05abc", 0), Err("name cut short"));
        assert_eq!(text(b"\x40a", 0), Err("unknown kind of label"));
        assert_eq!(text(b"", 0), Err("name cut short"));
        let mut chain = vec![0];
        for at in 0..200usize {
            let target = if at == 0 { 0 } else { 2 * at - 1 };
            chain.extend_from_slice(&[0xc0 | (target >> 8) as u8, target as u8]);
        }
        assert_eq!(text(&chain, 399), Err("compression pointer loops"));
        assert_eq!(text(&chain, 201), Ok((".".into(), 203)));
    }

    #[test]
    fn fingerprints_ignore_case_and_compression() {
        let bytes = b"\x03wWw\x07eXampLe\x00\x03www\xc0\x04\x03wwx\xc0\x04";
        let [one, other, third] =
            [0, 13, 19].map(|at| fingerprint(bytes, at, skip(bytes, at).unwrap()).unwrap());
        assert_eq!(one, other);
        assert_ne!(one, third);
    }
}
