//! What certainly begins a message, in bytes of which nothing is known: after a hole, or from the middle of a session on.

use crate::limits::SEARCHED_BYTES;
use crate::request::{Kind, Request};
use crate::wire::{self, Bind, HEADER, Header};

/// What was found of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It begins here.
    At(usize),
    /// It does not begin in front of `at`; so many more bytes tell whether it begins there.
    Perhaps { at: usize, more: usize },
}

/// Whether something begins at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    Yes,
    No,
    /// So many more bytes tell.
    Perhaps(usize),
}

/// The first request in `bytes`: a statement as text, or a Bind.
pub(crate) fn request(bytes: &[u8]) -> Found {
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'Q', b'P', b'B', rest)) {
        at += next;
        match begins_request(bytes.get(at..).unwrap_or_default()) {
            Begins::Yes => return Found::At(at),
            Begins::Perhaps(more) => return Found::Perhaps { at, more },
            Begins::No => at += 1,
        }
    }
    Found::Perhaps { at: bytes.len(), more: 1 }
}

/// Whether a request begins `bytes`, which are not empty.
pub(crate) fn begins_request(bytes: &[u8]) -> Begins {
    // No request that is taken up is longer than 16 MiB.
    if bytes.get(1).is_some_and(|high| *high != 0) {
        return Begins::No;
    }
    let header = match Header::read(bytes) {
        None => return Begins::Perhaps(HEADER - bytes.len()),
        Some(Ok(header)) => header,
        Some(Err(_)) => return Begins::No,
    };
    let payload = bytes.get(HEADER..).unwrap_or_default();
    let payload = payload.get(..header.len).unwrap_or(payload);
    match header.kind {
        b'Q' => begins_text(payload, header.len),
        b'P' => {
            /// Bytes of a statement's name.
            const NAME: usize = 64;
            let head = payload.get(..NAME).unwrap_or(payload);
            match memchr::memchr(0, head) {
                Some(end) if !is_printable(head.get(..end).unwrap_or_default()) => Begins::No,
                Some(end) => {
                    let text = payload.get(end + 1..).unwrap_or_default();
                    begins_text(text, header.len - end - 1)
                }
                None if !is_printable(head) || head.len() == NAME || header.len == head.len() => Begins::No,
                None => Begins::Perhaps(1),
            }
        }
        b'B' if header.len <= SEARCHED_BYTES => {
            if payload.len() < header.len {
                return Begins::Perhaps(header.len - payload.len());
            }
            let sound = Bind::read(payload).is_ok_and(|bind| {
                let formats = bind.values(|_, _| ());
                formats.is_ok_and(|results| are_formats(results) && are_formats(bind.formats))
            });
            let follows = bytes.get(header.whole()).is_none_or(|next| b"BCDEHPS".contains(next));
            if sound && follows { Begins::Yes } else { Begins::No }
        }
        _ => Begins::No,
    }
}

fn are_formats(formats: &[u8]) -> bool {
    formats.chunks(2).all(|format| matches!(format, [0, 0 | 1]))
}

/// Whether a statement with its zero, `len` bytes of which some are there, begins so.
fn begins_text(there: &[u8], len: usize) -> Begins {
    /// Bytes that tell.
    const TELLING: usize = 24;
    let telling = len.min(TELLING);
    let head = there.get(..telling).unwrap_or(there);
    let text = wire::last_text(head);
    if !is_printable(text) || len < 3 {
        return Begins::No;
    }
    if head.len() < telling && text.len() == head.len() {
        return Begins::Perhaps(telling - head.len());
    }
    if is_statement(text) { Begins::Yes } else { Begins::No }
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| (b' '..0x7f).contains(byte) || byte.is_ascii_whitespace())
}

/// Whether a text begins with a word that begins statements, or with a comment.
pub(crate) fn is_statement(text: &[u8]) -> bool {
    const WORDS: [&str; 50] = [
        "ABORT",
        "ALTER",
        "ANALYZE",
        "BEGIN",
        "CALL",
        "CHECKPOINT",
        "CLOSE",
        "CLUSTER",
        "COMMENT",
        "COMMIT",
        "COPY",
        "CREATE",
        "DEALLOCATE",
        "DECLARE",
        "DELETE",
        "DISCARD",
        "DO",
        "DROP",
        "END",
        "EXECUTE",
        "EXPLAIN",
        "FETCH",
        "GRANT",
        "IMPORT",
        "INSERT",
        "LISTEN",
        "LOAD",
        "LOCK",
        "MERGE",
        "MOVE",
        "NOTIFY",
        "PREPARE",
        "REASSIGN",
        "REFRESH",
        "REINDEX",
        "RELEASE",
        "RESET",
        "REVOKE",
        "ROLLBACK",
        "SAVEPOINT",
        "SECURITY",
        "SELECT",
        "SET",
        "SHOW",
        "START",
        "TABLE",
        "TRUNCATE",
        "UNLISTEN",
        "UPDATE",
        "VACUUM",
    ];
    let text = text.trim_ascii_start();
    let text = text.strip_prefix(b"(").unwrap_or(text);
    if text.starts_with(b"/*") || text.starts_with(b"--") {
        return true;
    }
    let end = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default();
    ["WITH", "VALUES"].iter().chain(&WORDS).any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether `bytes`, of which a header and a byte are there, are the first of an answer to `request`.
pub(crate) fn is_answer(bytes: &[u8], request: &Request) -> bool {
    let Some(Ok(header)) = Header::read(bytes) else { return false };
    let is_sound = match (header.kind, bytes.get(HEADER)) {
        (b'E' | b'N', Some(first)) => header.len > 8 && *first == b'S',
        (b'C', Some(first)) => header.len > 1 && first.is_ascii_uppercase(),
        (b'I' | b's' | b'1' | b'2' | b'n', _) => header.len == 0,
        (b'T', Some(0..=6)) => header.len >= 2,
        (b't' | b'D' | b'G' | b'H' | b'W', _) => header.len >= 2,
        (b'V' | b'R', _) => header.len >= 4,
        (b'S', Some(first)) => first.is_ascii_alphabetic(),
        _ => false,
    };
    let fits: &[u8] = match request.kind {
        Kind::Simple => b"TCIENGHWS",
        Kind::Function => b"VEN",
        Kind::Login => b"RE",
        Kind::Cancel => b"",
        Kind::Extended if request.wants_parse => b"1EN",
        Kind::Extended if request.wants_bind => b"2EN",
        Kind::Extended if request.executes => b"TnDCsIENGH",
        Kind::Extended => b"tTnE",
    };
    is_sound && fits.contains(&header.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_found_behind_anything() {
        let noise = [&b"\0\0QPB order by Q"[..], b"Q\0\0\0\x0dselector", b"P\0\0\0\x05a"].concat();
        for request_bytes in [
            &b"Q\0\0\0\x0dselect 1\0"[..],
            b"P\0\0\0\x12s1\0select 1\0\0\0",
            b"B\0\0\0\x13\0s1\0\0\0\0\x01\0\0\0\x01x\0\0",
        ] {
            let whole = [&noise[..], request_bytes].concat();
            assert_eq!(request(&whole), Found::At(noise.len()), "{request_bytes:?}");
            for end in noise.len()..whole.len() {
                match request(&whole[..end]) {
                    Found::At(at) => assert_eq!(at, noise.len(), "{end}"),
                    Found::Perhaps { at, more } => {
                        assert!(at <= noise.len() && more > 0, "{end}");
                        assert!(at < noise.len() || end + more <= whole.len(), "{end}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_almost_is_a_request_is_none() {
        for bytes in [
            &b"Q\0\0\0\x0cselector1\0"[..],
            b"Q\0\0\0\x05\0",
            b"Q\x01\0\0\x0dselect 1\0",
            b"P\0\0\0\x11\x01\0select 1\0\0\0",
            b"B\0\0\0\x13\0s1\0\0\0\0\x01\0\0\0\x02x\0\0",
            b"B\0\0\0\x0c\0\0\0\0\0\0\0\0Q",
        ] {
            assert_eq!(begins_request(bytes), Begins::No, "{bytes:?}");
        }
    }
}
