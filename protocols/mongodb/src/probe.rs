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
