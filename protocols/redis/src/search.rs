//! Where a message begins, among bytes whose beginning is not known.

use packetbeat_core::stream::Boundary;

use crate::answer;
use crate::command;
use crate::limits::SEARCHED_LINE;
use crate::names::{self, Upper};
use crate::wire::{self, Begins, Head, Kind};

/// Whether something begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Yes,
    No,
    /// The bytes end before that can be told.
    Perhaps,
}

/// The first place, at the beginning or behind a line end, where `begins` says so. It is shown the bytes from there on, and the
/// line in front of them.
pub(crate) fn first(bytes: &[u8], begins: impl Fn(&[u8], &[u8]) -> Found) -> Boundary {
    let (mut at, mut before) = (0, 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            // Behind this line end something may begin.
            return Boundary::KeepLast(usize::from(bytes.ends_with(b"\n")));
        }
        // A line end that was kept is none of a message.
        let front = bytes.get(before..at).unwrap_or_default();
        match if rest.first() == Some(&b'\n') { Found::No } else { begins(rest, front) } {
            Found::Yes => return Boundary::At(at),
            Found::Perhaps => {
                // With the line end in front of it, if that was there: it shows that this is a beginning.
                let front = usize::from(at > 0);
                return Boundary::KeepLast(rest.len() + front);
            }
            Found::No => {}
        }
        let Some(end) = memchr::memchr(b'\n', rest) else { return Boundary::KeepLast(0) };
        (before, at) = (at, at + end + 1);
    }
}

/// A command, as an array.
pub(crate) fn command(bytes: &[u8]) -> Found {
    if bytes.first().is_some_and(|first| *first != b'*') {
        return Found::No;
    }
    let count = match head(bytes) {
        Ok((Head::Values { kind: Kind::Array, count: Some(count) }, len)) if count > 0 => len,
        Ok(_) => return Found::No,
        Err(found) => return found,
    };
    let rest = bytes.get(count..).unwrap_or_default();
    if rest.first().is_some_and(|first| *first != b'$') {
        return Found::No;
    }
    let (len, rest) = match head(rest) {
        Ok((Head::String { len, .. }, taken)) => (len, rest.get(taken..).unwrap_or_default()),
        Ok(_) => return Found::No,
        Err(found) => return found,
    };
    let Some(len) = usize::try_from(len).ok().filter(|len| (1..=crate::limits::NAME_BYTES).contains(len))
    else {
        return Found::No;
    };
    let name = rest.get(..len).unwrap_or(rest);
    if !name.is_empty() && !command::may_be_name(name) {
        return Found::No;
    }
    match rest.get(len..) {
        Some([b'\r', b'\n', ..]) => Found::Yes,
        None | Some([] | [b'\r']) => Found::Perhaps,
        Some(_) => Found::No,
    }
}

/// A command that is a line, and the line in front of it. `well_known`: nothing else says that it is one, so it has to be one of
/// those that are typed most.
pub(crate) fn typed(bytes: &[u8], before: &[u8], well_known: bool) -> Found {
    let shown = bytes.get(..SEARCHED_LINE).unwrap_or(bytes);
    let end = shown.iter().position(u8::is_ascii_whitespace);
    let word = shown.get(..end.unwrap_or(shown.len())).unwrap_or_default();
    let is_argument = || {
        let behind = memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(end + 1));
        before.starts_with(b"$") || matches!(behind, Some(b'$' | b'*'))
    };
    match end {
        _ if !command::may_be_name(word) => Found::No,
        None => Found::Perhaps,
        Some(_) if !well_known => Found::Yes,
        Some(_) if names::is_typed_often(Upper::of(word).bytes()) && !is_argument() => Found::Yes,
        Some(_) => Found::No,
    }
}

/// An answer.
pub(crate) fn answer(bytes: &[u8]) -> Found {
    let (head, len) = match wire::begins(bytes) {
        Begins::Needs => return Found::Perhaps,
        Begins::Bad(_) => return Found::No,
        Begins::Line(kind) => return answer_line(bytes, kind),
        Begins::Head(head, len) => (head, len),
    };
    match head {
        Head::End | Head::Part(_) => Found::No,
        Head::String { len: text, .. } => {
            let behind = usize::try_from(text).ok().and_then(|text| bytes.get(len..)?.get(text..));
            match behind {
                None | Some([] | [b'\r'] | [b'\r', b'\n', ..]) => Found::Yes,
                Some(_) => Found::No,
            }
        }
        Head::Values { count: Some(1..), .. } => match wire::begins(bytes.get(len..).unwrap_or_default()) {
            Begins::Bad(_) => Found::No,
            _ => Found::Yes,
        },
        _ => Found::Yes,
    }
}

/// An answer that is a line: printable as far as it goes, or to its end.
fn answer_line(bytes: &[u8], kind: Kind) -> Found {
    let shown = bytes.get(1..).unwrap_or_default();
    let shown = shown.get(..SEARCHED_LINE).unwrap_or(shown);
    let end = memchr::memchr(b'\n', shown);
    let line = shown.get(..end.unwrap_or(shown.len())).unwrap_or_default();
    let (text, ended) = match line.strip_suffix(b"\r") {
        Some(text) => (text, end.is_some()),
        None if end.is_some() => return Found::No,
        None => (line, false),
    };
    let is_code = |text: &[u8]| {
        let first = text.split(|byte| *byte == b' ').next().unwrap_or_default();
        first.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
    };
    let sound = kind.allows(text)
        && text.iter().all(|byte| !byte.is_ascii_control())
        && (kind != Kind::Error || is_code(text))
        && (!ended || !text.is_empty() || kind == Kind::Simple);
    match (sound, ended) {
        (false, _) => Found::No,
        (true, true) => Found::Yes,
        // What is this long is the text of somebody.
        (true, false) if shown.len() >= SEARCHED_LINE => Found::No,
        (true, false) => Found::Perhaps,
    }
}

/// What comes unasked: a message, or a line of `MONITOR`.
pub(crate) fn unasked(bytes: &[u8]) -> Found {
    match bytes.first() {
        Some(b'>') => answer(bytes),
        Some(b'+') => match answer(bytes) {
            Found::Yes if crate::line::monitored(bytes.get(1..).unwrap_or_default()).is_none() => Found::No,
            found => found,
        },
        Some(b'*') => message(bytes),
        _ => Found::No,
    }
}

fn message(bytes: &[u8]) -> Found {
    let (count, taken) = match head(bytes) {
        Ok((Head::Values { count: Some(count @ 3..=4), .. }, taken)) => (count, taken),
        Ok(_) => return Found::No,
        Err(found) => return found,
    };
    let rest = bytes.get(taken..).unwrap_or_default();
    let (len, taken) = match head(rest) {
        Ok((Head::String { len: len @ 7..=12, .. }, taken)) => (len as usize, taken),
        Ok(_) => return Found::No,
        Err(found) => return found,
    };
    let Some(name) = rest.get(taken..).and_then(|rest| rest.get(..len)) else { return Found::Perhaps };
    let is_one = answer::comes_unasked(name) && (count == 4) == (name == b"pmessage");
    if is_one { Found::Yes } else { Found::No }
}

/// A head that is no line.
fn head(bytes: &[u8]) -> Result<(Head, usize), Found> {
    match wire::begins(bytes) {
        Begins::Head(head, len) => Ok((head, len)),
        Begins::Needs => Err(Found::Perhaps),
        Begins::Line(_) | Begins::Bad(_) => Err(Found::No),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_behind_what_is_left_of_one() {
        let bytes = b"ue\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
        assert_eq!(first(bytes, |rest, _| command(rest)), Boundary::At(4));
        assert_eq!(first(&bytes[4..], |rest, _| command(rest)), Boundary::At(0));
        assert_eq!(first(&bytes[..12], |rest, _| command(rest)), Boundary::KeepLast(9));
        assert_eq!(first(&bytes[..4], |rest, _| command(rest)), Boundary::KeepLast(1));
        assert_eq!(first(b"\n*1\r\n$4\r\nPING\r\n", |rest, _| command(rest)), Boundary::At(1));
        assert_eq!(first(b"$3\r\nabc\r\n$1\r\na", |rest, _| command(rest)), Boundary::KeepLast(0));
        assert_eq!(command(b"*1\r\n$4\r\nP\0NG\r\n"), Found::No);
    }

    #[test]
    fn lines_are_told_from_arguments() {
        assert_eq!(typed(b"get key\r\n", b"", true), Found::Yes);
        assert_eq!(typed(b"get key\r\n", b"$3\r\n", true), Found::No);
        assert_eq!(typed(b"GET\r\n$3\r\nkey\r\n", b"", true), Found::No);
        assert_eq!(typed(b"hello world\r\n", b"", true), Found::No);
        assert_eq!(typed(b"object freq key\r\n", b"ping\r\n", false), Found::Yes);
        assert_eq!(typed(b"pi", b"\n", false), Found::Perhaps);
    }

    #[test]
    fn answers_are_found() {
        for bytes in [
            &b"+OK\r\n"[..],
            b"-ERR no\r\n",
            b":12\r\n",
            b"$3\r\nabc\r\n",
            b"$3\r\na",
            b"*2\r\n:1\r\n",
            b"$-1\r\n",
            b"*0\r\n",
            b"%1\r\n+a\r\n",
            b"_\r\n",
            b"#t\r\n",
            b"|1\r\n+ttl\r\n",
        ] {
            assert_eq!(answer(bytes), Found::Yes, "{bytes:?}");
        }
        for bytes in
            [&b"abc"[..], b"$3\r\nabcd\r\n", b"*2\r\nab", b"-oops\r\n", b":1a\r\n", b".\r\n", b"+a\x01\r\n"]
        {
            assert_eq!(answer(bytes), Found::No, "{bytes:?}");
        }
        assert_eq!(answer(b"+O"), Found::Perhaps);
    }

    #[test]
    fn messages_are_found() {
        assert_eq!(unasked(b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n"), Found::Yes);
        assert_eq!(unasked(b"*4\r\n$8\r\npmessage\r\n"), Found::Yes);
        assert_eq!(unasked(b">2\r\n$10\r\ninvalidate\r\n"), Found::Yes);
        assert_eq!(unasked(b"+1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\r\n"), Found::Yes);
        assert_eq!(unasked(b"*3\r\n$7\r\nmess"), Found::Perhaps);
        for bytes in [&b"+OK\r\n"[..], b"*3\r\n$7\r\nmassage\r\n", b"*3\r\n$3\r\nabc\r\n", b":1\r\n"] {
            assert_eq!(unasked(bytes), Found::No, "{bytes:?}");
        }
    }
}
