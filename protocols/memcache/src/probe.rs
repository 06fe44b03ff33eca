//! What memcache looks like at its first bytes, and where a message may begin in the middle.
//!
//! A text line is known by its command and all that belongs to it, a binary message by a header in which everything is as it must
//! be. What is too short to be certain (`END`, a number) claims no connection; on the protocol's own port it is read all the same.

use packetbeat_core::direction::Dir;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::stream::Boundary;

use crate::binary::{Header, REPLY, REQUEST};
use crate::command;
use crate::head::is_text;
use crate::limits::{LINE_BYTES, SOUGHT_BYTES};
use crate::{reply, request};

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
const SERVER: Verdict = Verdict::Match { sender: Role::Server };

/// The head of one direction of a connection.
pub(crate) fn stream(head: &[u8]) -> Verdict {
    match head {
        [] => Verdict::NeedMore,
        [REQUEST | REPLY, ..] => binary(head),
        [b'a'..=b'z', ..] => lines(head, command::may_become, request::is_sound, CLIENT),
        _ => lines(head, may_become_reply, is_certain_reply, SERVER),
    }
}

fn binary(head: &[u8]) -> Verdict {
    let Some(header) = Header::read(head) else { return Verdict::NeedMore };
    match header.is_sound() {
        true if header.is_request => CLIENT,
        true => SERVER,
        false => Verdict::Reject,
    }
}

/// By the first line; one that is not whole may still become one. What rejects a beginning
/// rejects every line that begins so, or the verdict would depend on how the bytes came in segments.
fn lines(
    head: &[u8],
    may_become: fn(&[u8]) -> bool,
    is_sound: fn(&[u8]) -> bool,
    matched: Verdict,
) -> Verdict {
    let end = memchr::memchr(b'\n', head);
    let line = head.get(..end.unwrap_or(head.len())).unwrap_or_default();
    let text = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() >= LINE_BYTES || !is_text(text) || !may_become(text) {
        return Verdict::Reject;
    }
    match end {
        None => Verdict::NeedMore,
        Some(_) if text.len() < line.len() && is_sound(text) => matched,
        Some(_) => Verdict::Reject,
    }
}

/// Replies that no other protocol has.
const CERTAIN: [&[u8]; 8] =
    [b"VALUE", b"STORED", b"NOT_STORED", b"STAT", b"CLIENT_ERROR", b"SERVER_ERROR", b"VERSION", b"TOUCHED"];

fn is_certain_reply(line: &[u8]) -> bool {
    CERTAIN.contains(&command::split(line).0) && reply::is_sound(line)
}

fn may_become_reply(start: &[u8]) -> bool {
    let end = memchr::memchr(b' ', start);
    let word = start.get(..end.unwrap_or(start.len())).unwrap_or_default();
    CERTAIN.iter().any(|certain| if end.is_some() { *certain == word } else { certain.starts_with(word) })
}

/// Where a message begins in bytes of which nothing is known.
pub(crate) fn boundary(dir: Dir, bytes: &[u8]) -> Boundary {
    let magic = if dir == Dir::ToServer { REQUEST } else { REPLY };
    let mut kept = None;
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match begins(dir, rest) {
            Verdict::Match { .. } => return Boundary::At(at),
            Verdict::NeedMore if rest.len() <= SOUGHT_BYTES => kept = kept.or(Some(rest.len())),
            Verdict::NeedMore | Verdict::Reject => {}
        }
        // Behind the next line end, or at the next byte that begins a binary message.
        let line = memchr::memchr(b'\n', rest);
        let header = rest.get(1..).and_then(|behind| memchr::memchr(magic, behind));
        at += match (line, header) {
            (Some(line), Some(header)) => line.min(header),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => break,
        } + 1;
        if at >= bytes.len() {
            break;
        }
    }
    Boundary::KeepLast(kept.unwrap_or(0))
}

/// Whether a reply of any kind begins here.
pub(crate) fn is_reply(bytes: &[u8]) -> bool {
    matches!(begins(Dir::ToClient, bytes), Verdict::Match { .. })
}

/// Whether a message begins here.
fn begins(dir: Dir, bytes: &[u8]) -> Verdict {
    let is_binary = |magic| bytes.first() == Some(&magic);
    match dir {
        _ if bytes.is_empty() => Verdict::Reject,
        Dir::ToServer if is_binary(REQUEST) => binary(bytes),
        Dir::ToClient if is_binary(REPLY) => binary(bytes),
        Dir::ToServer => lines(bytes, command::may_become, request::is_sound, CLIENT),
        Dir::ToClient => lines(bytes, |_| true, reply::is_sound, SERVER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memcache_is_known() {
        for head in [
            &b"get k\r\n"[..],
            b"set k 0 0 5\r\nhel",
            b"mg k v\r\n",
            b"stats\r\n",
            b"version\r\n",
            b"\x80\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(stream(head), CLIENT, "{head:?}");
        }
        for head in
            [&b"STORED\r\n"[..], b"VALUE k 0 5\r\n", b"STAT pid 5\r\n", b"SERVER_ERROR out of memory\r\n"]
        {
            assert_eq!(stream(head), SERVER, "{head:?}");
        }
        for head in [&b"get k"[..], b"set", b"STO", b"\x80\x0a\0", b"gets k\r", b"CLIENT_ERROR line"] {
            assert_eq!(stream(head), Verdict::NeedMore, "{head:?}");
        }
    }

    #[test]
    fn what_is_almost_memcache_is_not() {
        for head in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"get k\n",
            b"get\r\n",
            b"set k v\r\n",
            b"getx k\r\n",
            b"delete 17 now\r\n",
            b"incr k\r\n",
            b"use tube\r\n",
            b"quit now\r\n",
            b"STAT\r\n",
            b"VALUE k v\r\n",
            b"OK\r\n",
            b"+OK\r\n",
            b"*1\r\n$4\r\nPING\r\n",
            b"220 mail.example.org ESMTP\r\n",
            b"DELETED\r\n",
            b"END\r\n",
            b"12\r\n",
            b"get \x01",
            b"STAT itb 16 \0\r\n",
            b"STAT itb 16 \r \r\n",
            b" STORED\r\n",
            // SSL 2, a remote procedure call, RTP.
            b"\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\x80\0\0\x5c\x12\x34\x56\x78\0\0\0\0\0\0\0\x02\0\x01\x86\xa3\0\0\0\x03",
            b"\x80\x60\x12\x34\0\0\0\xa0\x12\x34\x56\x78\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(stream(head), Verdict::Reject, "{head:?}");
        }
    }

    #[test]
    fn a_part_is_judged_as_the_whole() {
        let long = [b"get ", &b"k ".repeat(LINE_BYTES / 2)[..], b"\r\n"].concat();
        assert_eq!(lines(&long, command::may_become, request::is_sound, CLIENT), Verdict::Reject);
        for text in [
            "set k 0 0 5",
            "get a b",
            "slabs reassign 1 2",
            "STORED",
            "VALUE k 0 5",
            "STAT a b c",
            "VERSION 1.6 x",
        ] {
            for byte in 0..=u8::MAX {
                for at in 0..=text.len() {
                    let (before, behind) = text.as_bytes().split_at(at);
                    let head = [before, &[byte], behind, b"\r\n"].concat();
                    let wanted = stream(&head);
                    let all_may = (1..head.len()).all(|len| stream(&head[..len]) == Verdict::NeedMore);
                    let sound = wanted == Verdict::Reject || all_may;
                    assert!(sound, "{:?}", head.escape_ascii().to_string());
                }
            }
        }
    }

    #[test]
    fn a_message_is_found_in_the_middle() {
        let at = |dir, bytes: &[u8]| boundary(dir, bytes);
        assert_eq!(at(Dir::ToServer, b"get k\r\n"), Boundary::At(0));
        assert_eq!(at(Dir::ToServer, b"aaa\r\n\r\nset k 0 0 1\r\n"), Boundary::At(7));
        assert_eq!(at(Dir::ToServer, b"aaa\r\nset k"), Boundary::KeepLast(5));
        assert_eq!(at(Dir::ToClient, b"RED\r\nSTORED\r\n"), Boundary::At(5));
        assert_eq!(at(Dir::ToClient, b"x\r\n17\r\n"), Boundary::At(3));
        let noop = b"zz\x80\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        assert_eq!(at(Dir::ToServer, noop), Boundary::At(2));
        assert_eq!(at(Dir::ToServer, &noop[..12]), Boundary::KeepLast(10));
    }
}
