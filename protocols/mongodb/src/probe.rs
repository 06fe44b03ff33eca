//! What MongoDB looks like at the start of a message.
//!
//! The operation code is one of nine among four billion; what follows it has to fit as well: lengths within the message, names
//! that can be names, and the first member of the first document.

use packetbeat_core::direction::Dir;
use packetbeat_core::limits::PROBE_BYTES;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::stream::Boundary;

use crate::bson::{self, Doc};
use crate::inflate::Packed;
use crate::limits::NAMESPACE_BYTES;
use crate::snappy;
use crate::span::{Span, Stop};
use crate::wire::{HEADER, Header, Op, flags};

/// Bytes of a message that are looked at; a name that is longer is none.
const LOOKED_AT: usize = PROBE_BYTES / 2;

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    let Some(first) = head.first_chunk() else {
        // No message is longer than 48 MB, the highest byte of its length is 0, 1 or 2; and the upper half of the code is 0.
        let may_be = head.get(3).is_none_or(|byte| *byte < 3) && head.get(14).is_none_or(|byte| *byte == 0);
        return if may_be { Verdict::NeedMore } else { Verdict::Reject };
    };
    let Some(header) = Header::read(first) else { return Verdict::Reject };
    let Some(op) = Op::of(header.code) else { return Verdict::Reject };
    let body = head.get(HEADER..).unwrap_or_default();
    let kept = body.get(..LOOKED_AT).unwrap_or(body);
    match begins(op, Span::new(kept, header.len - HEADER)) {
        Ok(()) => Verdict::Match { sender: sender(op, header) },
        Err(Stop::Cut) if kept.len() < LOOKED_AT => Verdict::NeedMore,
        Err(_) => Verdict::Reject,
    }
}

/// Where a message of one direction begins.
pub(crate) fn boundary(dir: Dir, bytes: &[u8]) -> Boundary {
    let mut kept = None;
    for at in 0..bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let fits = |op: Op| if dir == Dir::ToServer { op.is_of_client() } else { op.is_of_server() };
        let code = rest.get(12..).and_then(<[u8]>::first_chunk).map(|code| i32::from_le_bytes(*code));
        if code.is_some_and(|code| !Op::of(code).is_some_and(fits)) {
            continue;
        }
        match probe(rest) {
            Verdict::Match { .. } => return Boundary::At(at),
            Verdict::NeedMore => kept = kept.or(Some(at)),
            Verdict::Reject => {}
        }
    }
    Boundary::KeepLast(kept.map_or(0, |at| bytes.len() - at))
}

/// Who sends such a message.
const fn sender(op: Op, header: Header) -> Role {
    match op {
        Op::Reply => Role::Server,
        // Requests answer nothing; some clients write -1.
        Op::Msg | Op::Compressed if header.to != 0 && header.to != -1 => Role::Server,
        _ => Role::Client,
    }
}

/// Whether a body begins as one of its kind.
fn begins(op: Op, mut body: Span<'_>) -> Result<(), Stop> {
    const NO: Stop = Stop::Lie("no message");
    match op {
        Op::Reply => {
            let flags = body.i32("")?.cast_unsigned();
            body.i64("")?;
            let (from, count) = (body.i32("")?, body.i32("")?);
            let most = i32::try_from(body.left() / 5).unwrap_or(i32::MAX);
            if flags > 15 || from < 0 || !(0..=most).contains(&count) || (count == 0) != (body.left() == 0) {
                return Err(NO);
            }
            if count > 0 { document(&mut body) } else { Ok(()) }
        }
        Op::Msg => {
            if body.i32("")?.cast_unsigned() & flags::REQUIRED & !(flags::CHECKSUM | flags::MORE_TO_COME) != 0
            {
                return Err(NO);
            }
            match body.u8("")? {
                0 => document(&mut body),
                1 => {
                    let mut sequence = body.measured(5, "")?;
                    name(sequence.cstr("")?)?;
                    document(&mut sequence)
                }
                _ => Err(NO),
            }
        }
        Op::Query => {
            if body.i32("")?.cast_unsigned() > 0xff {
                return Err(NO);
            }
            namespace(&mut body)?;
            body.i64("")?;
            document(&mut body)
        }
        Op::Insert => {
            if body.i32("")?.cast_unsigned() > 1 {
                return Err(NO);
            }
            namespace(&mut body)?;
            document(&mut body)
        }
        Op::Update | Op::Delete => {
            zero(&mut body)?;
            namespace(&mut body)?;
            if body.i32("")?.cast_unsigned() > 3 {
                return Err(NO);
            }
            document(&mut body)
        }
        Op::GetMore => {
            zero(&mut body)?;
            namespace(&mut body)?;
            if body.left() == 12 { Ok(()) } else { Err(NO) }
        }
        Op::KillCursors => {
            zero(&mut body)?;
            let count = usize::try_from(body.i32("")?).map_err(|_| NO)?;
            if count > 0 && count.checked_mul(8) == Some(body.left()) { Ok(()) } else { Err(NO) }
        }
        Op::Compressed => {
            let packed = Packed::read(&mut body)?;
            let first = body.array::<5>("")?;
            let sound = match packed.algorithm {
                0 => packed.len == body.left() + 5,
                1 => snappy::length(&first).is_some_and(|(len, _)| len as usize == packed.len),
                2 => first.starts_with(&[0x78]),
                _ => first.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]),
            };
            if sound && packed.len > 4 { Ok(()) } else { Err(NO) }
        }
        // A text alone: too little to be certain.
        Op::Note => Err(NO),
    }
}

fn zero(body: &mut Span<'_>) -> Result<(), Stop> {
    if body.i32("")? == 0 { Ok(()) } else { Err(Stop::Lie("")) }
}

/// A database's name, a dot, a collection's.
fn namespace(body: &mut Span<'_>) -> Result<(), Stop> {
    let text = body.cstr("")?;
    let dot = memchr::memchr(b'.', text);
    let sound = dot.is_some_and(|dot| dot > 0 && dot + 1 < text.len()) && text.len() < NAMESPACE_BYTES;
    if sound { name(text) } else { Err(Stop::Lie("")) }
}

/// No control characters, and not empty.
fn name(text: &[u8]) -> Result<(), Stop> {
    let sound = !text.is_empty() && text.iter().all(|byte| *byte >= b' ' && *byte != 0x7f);
    if sound && std::str::from_utf8(text).is_ok() { Ok(()) } else { Err(Stop::Lie("")) }
}

/// The start of a document: an empty one, or one with a member that has a type and a name.
fn document(body: &mut Span<'_>) -> Result<(), Stop> {
    let Doc(mut inside) = Doc::read(body)?;
    match inside.u8("")? {
        0 if inside.left() == 0 => Ok(()),
        kind if bson::is_type(kind) => name(inside.cstr("")?),
        _ => Err(Stop::Lie("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{binary, doc, int, message, text};

    const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
    const SERVER: Verdict = Verdict::Match { sender: Role::Server };

    fn msg(to: i32, flags: u32, body: &[u8]) -> Vec<u8> {
        message(1, to, 2013, &[&flags.to_le_bytes()[..], &[0], body].concat())
    }

    fn query(namespace: &str, body: &[u8]) -> Vec<u8> {
        message(1, -1, 2004, &[&[0; 4][..], namespace.as_bytes(), &[0; 9], body].concat())
    }

    fn reply(count: i32, documents: &[u8]) -> Vec<u8> {
        message(2, 1, 1, &[&[8, 0, 0, 0][..], &[0; 12], &count.to_le_bytes(), documents].concat())
    }

    fn real() -> Vec<(Vec<u8>, Verdict)> {
        let find = doc(&[text("find", "orders"), text("$db", "shop")]);
        let ok = doc(&[binary("b", 0, b"x"), int("ok", 1)]);
        let sequence = [&[0, 0, 0, 0, 1, 19, 0, 0, 0][..], b"documents\0", &doc(&[])].concat();
        let snappy = [&[0xdd, 7, 0, 0, 9, 0, 0, 0, 1, 9][..], b"\x20abcdefghi"].concat();
        vec![
            (msg(0, 0, &find), CLIENT),
            (msg(-1, 1 << 16, &find), CLIENT),
            (msg(7, 1 << 1, &ok), SERVER),
            (message(1, 0, 2013, &sequence), CLIENT),
            (query("shop.orders", &doc(&[])), CLIENT),
            (query("admin.$cmd", &doc(&[int("isMaster", 1)])), CLIENT),
            (reply(0, &[]), SERVER),
            (reply(1, &ok), SERVER),
            (message(1, 0, 2012, &snappy), CLIENT),
            (message(1, 9, 2012, &snappy), SERVER),
            (message(1, 0, 2005, &[&[0; 4][..], b"a.b\0", &[0; 12]].concat()), CLIENT),
            (message(1, 0, 2007, &[0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]), CLIENT),
            (message(1, 0, 2002, &[&[0; 4][..], b"a.b\0", &find].concat()), CLIENT),
            (message(1, 0, 2006, &[&[0; 4][..], b"a.b\0", &[1, 0, 0, 0], &find].concat()), CLIENT),
        ]
    }

    #[test]
    fn mongodb_is_recognised_and_what_was_said_stays() {
        for (bytes, want) in real() {
            assert_eq!(probe(&bytes), want, "{bytes:?}");
            for len in 0..bytes.len() {
                let verdict = probe(&bytes[..len]);
                assert!(verdict == Verdict::NeedMore || verdict == want, "{len} of {bytes:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_mongodb_is_not() {
        let find = doc(&[text("find", "orders")]);
        let long = [&[0xff, 0xff, 0, 0][..], &find[4..]].concat();
        let mut no_type = find.clone();
        no_type[4] = 0x20;
        let mut no_name = find.clone();
        no_name[5] = 1;
        for bytes in [
            message(1, 0, 2014, &find),
            message(1, 0, 1000, b"text\0"),
            msg(0, 4, &find),
            msg(0, 0, &long),
            msg(0, 0, &no_type),
            msg(0, 0, &no_name),
            message(1, 0, 2013, &[&[0, 0, 0, 0, 2][..], &find].concat()),
            query("noDot", &find),
            query(".orders", &find),
            query("shop.", &find),
            query("sh\x01op.orders", &find),
            reply(0, &find),
            reply(9999, &find),
            reply(-1, &find),
            reply(1, &[]),
            message(1, 0, 2012, &[&[0xdd, 7, 0, 0, 9, 0, 0, 0, 1, 10][..], b"\x20abcdefghi"].concat()),
            message(1, 0, 2012, &[&[0xdd, 7, 0, 0, 9, 0, 0, 0, 4, 9][..], b"\x20abcdefghi"].concat()),
            message(1, 0, 2012, &[&[0xdc, 7, 0, 0, 9, 0, 0, 0, 1, 9][..], b"\x20abcdefghi"].concat()),
            b"\x0f\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0".to_vec(),
            b"\xff\xff\xff\x7f\x01\0\0\0\0\0\0\0\xdd\x07\0\0".to_vec(),
            b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            b"\x4a\0\0\0\x0a8.0.36\0\x07\0\0\0abcdefgh\0".to_vec(),
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03abcdef".to_vec(),
            b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n".to_vec(),
            b"\0\0\0\x08\x04\xd2\x16\x2f\0\0\0\0\0\0\0\0".to_vec(),
        ] {
            assert_eq!(probe(&bytes), Verdict::Reject, "{bytes:?}");
        }
    }

    #[test]
    fn messages_are_found_among_other_bytes() {
        for (bytes, verdict) in real() {
            let dir = if verdict == CLIENT { Dir::ToServer } else { Dir::ToClient };
            let shifted = [b"\0\x05rest of another\0\0", &bytes[..]].concat();
            assert_eq!(boundary(dir, &shifted), Boundary::At(shifted.len() - bytes.len()));
            let Boundary::KeepLast(kept) = boundary(dir, &shifted[..shifted.len() - bytes.len() + 14]) else {
                panic!("found too early: {bytes:?}");
            };
            assert!(kept >= 14);
        }
        assert_eq!(boundary(Dir::ToServer, &[0xee; 99]), Boundary::KeepLast(3));
    }
}
