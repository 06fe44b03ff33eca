//! Passwords in statements: Oracle writes them without quotes (`ALTER USER ann IDENTIFIED BY tiger`), so that masking literals would
//! not see them. They never leave, whatever is configured.

/// Whether a statement with this verb may hold a password.
pub(crate) fn may_hold(verb: &[u8]) -> bool {
    !matches!(
        verb,
        b"SELECT" | b"INSERT" | b"UPDATE" | b"DELETE" | b"MERGE" | b"WITH" | b"COMMIT" | b"ROLLBACK" | b""
    )
}

/// Appends the text with what stands behind `IDENTIFIED BY` (also `VALUES`) and the `REPLACE` behind that as `?`; false, and nothing is
/// appended, if there is none.
pub(crate) fn passwords(text: &[u8], to: &mut Vec<u8>) -> bool {
    let (mut at, mut copied, mut found) = (0, 0, false);
    while let Some(secret) = next_secret(text, at) {
        to.extend_from_slice(text.get(copied..secret.start).unwrap_or_default());
        to.push(b'?');
        copied = secret.end;
        at = secret.end;
        found = true;
    }
    if found {
        to.extend_from_slice(text.get(copied..).unwrap_or_default());
    }
    found
}

/// The next password at or behind `from`.
fn next_secret(text: &[u8], from: usize) -> Option<std::ops::Range<usize>> {
    let mut at = from;
    loop {
        let word = next_word(text, at)?;
        at = word.end;
        let is = |name: &[u8]| text.get(word.clone()).is_some_and(|word| word.eq_ignore_ascii_case(name));
        // Behind a password, and nowhere else: the one that it replaces.
        let starts = (from > 0 && word.start - from <= 64 && is(b"REPLACE"))
            || (is(b"IDENTIFIED") && {
                let by = next_word(text, at)?;
                let fits = text.get(by.clone()).is_some_and(|word| word.eq_ignore_ascii_case(b"BY"));
                if fits {
                    at = by.end;
                }
                fits
            });
        if !starts {
            continue;
        }
        let mut secret = token(text, at);
        if text.get(secret.clone()).is_some_and(|word| word.eq_ignore_ascii_case(b"VALUES")) {
            secret = token(text, secret.end);
        }
        if !secret.is_empty() {
            return Some(secret);
        }
    }
}

/// The next word at or behind `from`.
fn next_word(text: &[u8], from: usize) -> Option<std::ops::Range<usize>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = from + text.get(from..)?.iter().position(is_word)?;
    let len = text.get(start..)?.iter().position(|byte| !is_word(byte));
    Some(start..len.map_or(text.len(), |len| start + len))
}

/// What stands behind the space at `from`, as far as its quotes or to the next space, comma or semicolon.
fn token(text: &[u8], from: usize) -> std::ops::Range<usize> {
    let rest = text.get(from..).unwrap_or_default();
    let space = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
    let start = from + space;
    let behind = text.get(start..).unwrap_or_default();
    let len = match behind {
        [quote @ (b'"' | b'\''), inside @ ..] => {
            memchr::memchr(*quote, inside).map_or(behind.len(), |end| end + 2)
        }
        _ => behind
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b',' | b'\''))
            .unwrap_or(behind.len()),
    };
    start..start + len
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str) -> Option<String> {
        let mut to = Vec::new();
        passwords(text.as_bytes(), &mut to).then(|| String::from_utf8(to).unwrap())
    }

    #[test]
    fn passwords_never_leave() {
        for (text, want) in [
            ("create user ann identified by tiger", "create user ann identified by ?"),
            (
                "ALTER USER ann IDENTIFIED  BY \"ti ger\" ACCOUNT UNLOCK",
                "ALTER USER ann IDENTIFIED  BY ? ACCOUNT UNLOCK",
            ),
            (
                "alter user a identified by values 'S:AB' default role x",
                "alter user a identified by values ? default role x",
            ),
            ("alter user a identified by new replace old", "alter user a identified by ? replace ?"),
            (
                "begin execute immediate 'alter user a identified by b'; end;",
                "begin execute immediate 'alter user a identified by ?'; end;",
            ),
            ("grant connect to a, b identified by c, d", "grant connect to a, b identified by ?, d"),
            ("create user a identified by \"open", "create user a identified by ?"),
        ] {
            assert_eq!(redacted(text).as_deref(), Some(want));
        }
        assert_eq!(redacted("create table identified (by_x int)"), None);
        assert_eq!(redacted("alter user a identified externally"), None);
        assert_eq!(redacted("alter user a identified by"), None);
    }
}
