//! Where a statement stands in a call.

use crate::limits::SEARCH_BYTES;
use crate::ttc::{Chunks, Found, lead};

/// Words that statements begin with.
const WORDS: [&str; 32] = [
    "ADMINISTER",
    "ALTER",
    "ANALYZE",
    "ASSOCIATE",
    "AUDIT",
    "BEGIN",
    "CALL",
    "COMMENT",
    "COMMIT",
    "CREATE",
    "DECLARE",
    "DELETE",
    "DISASSOCIATE",
    "DROP",
    "EXPLAIN",
    "FLASHBACK",
    "GRANT",
    "INSERT",
    "LOCK",
    "MERGE",
    "NOAUDIT",
    "PURGE",
    "RENAME",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "TABLE",
    "TRUNCATE",
    "UPDATE",
    "WITH",
];

/// Bytes at the start of a text that tell whether it is one.
const TELLING: usize = 48;

/// Whether these bytes begin with a word of SQL, or with a comment.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    let skip = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'(' | b'{'));
    let Some(start) = skip.filter(|skip| *skip <= 64).and_then(|skip| bytes.get(skip..)) else {
        return false;
    };
    if start.starts_with(b"/*") || start.starts_with(b"--") {
        return is_text(start);
    }
    let len = start.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(start.len());
    let word = start.get(..len).unwrap_or_default();
    let ends = start
        .get(len)
        .is_none_or(|next| !next.is_ascii_digit() && !matches!(next, b'_' | b'$' | b'#') && next.is_ascii());
    ends && len >= 3 && WORDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether these bytes look like text at their start.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let start = bytes.get(..TELLING).unwrap_or(bytes);
    !start.is_empty() && start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..))
}

/// The text of `expected` bytes whose lead byte, or (as JDBC writes it) first byte is at `at`.
pub(crate) fn at(bytes: &[u8], at: usize, expected: usize) -> Option<Found<'_>> {
    if expected == 0 {
        return None;
    }
    if let Some(found) = lead(bytes, at, Some(expected))
        && found.chunks.pieces().next().is_some_and(is_text)
    {
        return Some(found);
    }
    let end = at.checked_add(expected)?;
    let there = bytes.get(at..end.min(bytes.len()))?;
    let plain = Found { chunks: Chunks::Plain(there), end, whole: end <= bytes.len() };
    is_text(there).then_some(plain)
}

/// Looks for a text that begins as a statement does, with its length in front: where the form of a call is not known.
pub(crate) fn search(bytes: &[u8], from: usize) -> Option<Found<'_>> {
    let last = bytes.len().min(from.saturating_add(SEARCH_BYTES));
    (from.max(1)..last).find_map(|start| {
        let text = bytes.get(start..)?;
        if !text.first()?.is_ascii_graphic() && !text.first()?.is_ascii_whitespace() {
            return None;
        }
        if !begins(text) {
            return None;
        }
        behind_lead(bytes, start)
    })
}

/// Whether there is the beginning of a statement behind its length; `None` if more bytes may tell. What is said of some bytes stays
/// said of them with more behind.
pub(crate) fn tells(bytes: &[u8]) -> Option<bool> {
    /// Bytes that are looked at behind each place.
    const SHOWN: usize = 16;
    for start in 4..bytes.len() {
        let shown = bytes.get(start..start + SHOWN)?;
        if !begins(shown) || !is_text(shown) {
            continue;
        }
        let in_front = bytes.get(start - 4..start).unwrap_or_default();
        let fits = |len: &u8| usize::from(*len) >= SHOWN && *len < 253;
        let leads = match in_front {
            [254, 2, _, _] | [_, 254, 1, _] => true,
            [.., len] => fits(len),
            _ => false,
        };
        if leads {
            return Some(true);
        }
    }
    None
}

/// The text whose first byte is at `start`, if what stands in front of it is its length.
fn behind_lead(bytes: &[u8], start: usize) -> Option<Found<'_>> {
    // In front of it: its length; or the mark of chunks with a length of a byte, or of one to four bytes behind their count.
    for back in [2, 3, 4, 5, 6, 1] {
        let Some(at) = start.checked_sub(back) else { continue };
        let first = *bytes.get(at)?;
        if (back == 1) == (first == 254) || matches!(first, 0 | 255) {
            continue;
        }
        if back > 1 && first != 254 {
            continue;
        }
        if let Some(found) = lead(bytes, at, None)
            && found.chunks.pieces().next().is_some_and(|piece| is_at(bytes, start, piece))
            && found.chunks.pieces().all(is_text)
        {
            return Some(found);
        }
    }
    None
}

fn is_at(bytes: &[u8], start: usize, piece: &[u8]) -> bool {
    bytes.get(start..).is_some_and(|text| text.starts_with(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(found: Option<Found<'_>>) -> Option<String> {
        found.map(|found| String::from_utf8(found.chunks.pieces().collect::<Vec<_>>().concat()).unwrap())
    }

    #[test]
    fn statements_are_known_by_their_first_word() {
        for yes in ["select 1", "SELECT\n*", " (WITH x", "/* a */ select", "{call f}", "begin", "begin\0"] {
            assert!(begins(yes.as_bytes()), "{yes}");
        }
        for no in ["", "selector", "se", "AUTH_SESSKEY", "set_1", "123", "/\0"] {
            assert!(!begins(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn a_statement_is_found_behind_its_length() {
        assert_eq!(text(search(b"\0\0\x08select 1\x01\x02", 0)).as_deref(), Some("select 1"));
        assert_eq!(text(search(b"\0\0\xfe\x03sel\x05ect 1\0\x01", 0)), None);
        assert_eq!(text(search(b"\0\0\xfe\x06select\x02 1\0\x01", 0)).as_deref(), Some("select 1"));
        assert_eq!(text(search(b"\0\0\xfe\x01\x06select\x01\x02 1\0\x01", 0)).as_deref(), Some("select 1"));
        assert_eq!(text(search(b"\0\0\0select 1\x01", 0)), None);
        assert_eq!(text(at(b"\x08select 1\0", 0, 8)).as_deref(), Some("select 1"));
        assert_eq!(text(at(b"select 1\0", 0, 8)).as_deref(), Some("select 1"));
        assert_eq!(text(at(b"\0\0\0\0select 1", 0, 8)), None);
    }
}
