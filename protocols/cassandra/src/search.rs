//! Where a message begins, in bytes that may begin anywhere.

use packetbeat_core::direction::Dir;
use packetbeat_core::reader::Reader;
use packetbeat_core::sql::{Dialect, Verb};
use packetbeat_core::stream::Boundary;

use crate::frame::Frame;
use crate::header::{Header, Op, flag};
use crate::wire;

/// Whether a message begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    Yes,
    No,
    /// More bytes will tell.
    Perhaps,
}

/// How the bytes of a direction travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Messages one behind the other.
    #[default]
    Plain,
    /// In frames of version 5.
    Framed { compressed: bool },
    /// The handshake was not seen.
    Unknown,
}

/// Bytes of a body that tell what it is.
const TELLING: usize = 48;

/// Finds the next message, or the next frame.
pub(crate) fn boundary(bytes: &[u8], dir: Dir, mode: Mode) -> Boundary {
    let mut perhaps = None;
    for at in 0..bytes.len() {
        match begins(bytes.get(at..).unwrap_or_default(), dir, mode) {
            // What is certain is better than what may be something, and in front of it.
            Begins::Yes => return Boundary::At(at),
            Begins::Perhaps => perhaps = perhaps.or(Some(at)),
            Begins::No => {}
        }
    }
    Boundary::KeepLast(perhaps.map_or(0, |at| bytes.len() - at))
}

fn begins(bytes: &[u8], dir: Dir, mode: Mode) -> Begins {
    match mode {
        Mode::Plain => message(bytes, dir),
        Mode::Framed { compressed } => frame(bytes, dir, compressed),
        Mode::Unknown => [message(bytes, dir), frame(bytes, dir, false), frame(bytes, dir, true)]
            .into_iter()
            .find(|begins| *begins != Begins::No)
            .unwrap_or(Begins::No),
    }
}

/// How the messages travel that begin here; `None` if more bytes will tell, or these are none.
pub(crate) fn mode(bytes: &[u8], dir: Dir) -> Result<Mode, Begins> {
    let frames = [false, true].map(|compressed| (frame(bytes, dir, compressed), Mode::Framed { compressed }));
    let all = [frames[0], frames[1], (message(bytes, dir), Mode::Plain)];
    if let Some((_, mode)) = all.iter().find(|(begins, _)| *begins == Begins::Yes) {
        return Ok(*mode);
    }
    Err(if all.iter().any(|(begins, _)| *begins == Begins::Perhaps) { Begins::Perhaps } else { Begins::No })
}

/// Whether a frame begins here: by its header's checksum, and what is in it if that is not compressed.
pub(crate) fn frame(bytes: &[u8], dir: Dir, compressed: bool) -> Begins {
    let frame = match Frame::read(bytes, compressed) {
        Ok(Some(frame)) => frame,
        Ok(None) => return Begins::Perhaps,
        Err(_) => return Begins::No,
    };
    if frame.payload == 0 {
        return Begins::No;
    }
    if !frame.is_whole {
        return Begins::Yes;
    }
    if frame.inflated.is_some_and(|inflated| inflated < Header::LEAST) {
        return Begins::No;
    }
    if frame.inflated.is_some() {
        return Begins::Yes;
    }
    let payload = bytes.get(frame.header..).unwrap_or_default();
    let payload = payload.get(..frame.payload).unwrap_or(payload);
    if let Ok(Some(header)) = Header::read(payload, dir)
        && header.whole() > frame.payload
    {
        return Begins::No;
    }
    if payload.len() == frame.payload && frame.payload < Header::LEAST {
        return Begins::No;
    }
    message(payload, dir)
}

/// Whether a message begins here: by its header and the start of its body.
pub(crate) fn message(bytes: &[u8], dir: Dir) -> Begins {
    let header = match Header::read(bytes, dir) {
        Ok(Some(header)) => header,
        Ok(None) => return Begins::Perhaps,
        Err(_) => return Begins::No,
    };
    let rest = bytes.get(header.len..).unwrap_or_default();
    // No more than that, so that what was said stays when more comes.
    let Some(body) = rest.get(..header.body.min(TELLING)) else { return Begins::Perhaps };
    if says(header, body, dir).unwrap_or(false) { Begins::Yes } else { Begins::No }
}

/// Whether a body begins as the operation's does; `None` where it ends within what is looked at.
fn says(header: Header, body: &[u8], dir: Dir) -> Option<bool> {
    let len = header.body;
    if header.flags & flag::COMPRESSED != 0 {
        return Some(compressed(header, body));
    }
    let mut from = Reader::new(body);
    if dir == Dir::ToClient && header.has(flag::TRACING) {
        from.take(16, "tracing id").ok()?;
    }
    if header.has(flag::PAYLOAD) || (dir == Dir::ToClient && header.has(flag::WARNING)) {
        // What is in front of the answer may be long.
        return Some((1..=64).contains(&from.u16_be("count").ok()?) && len > 8);
    }
    let before = from.at();
    Some(match header.op {
        Op::OPTIONS | Op::READY => len == before,
        Op::STARTUP | Op::SUPPORTED => {
            (1..=64).contains(&from.u16_be("count").ok()?) && is_option(start(&mut from)?)
        }
        Op::CREDENTIALS => {
            (1..=8).contains(&from.u16_be("count").ok()?)
                && matches!(start(&mut from)?, b"username" | b"password")
        }
        Op::QUERY => {
            let text = wire::count(&mut from, "statement").ok()?;
            text + 6 <= len && is_statement(from.rest(), text)
        }
        Op::PREPARE => {
            let text = wire::count(&mut from, "statement").ok()?;
            let tail = len.checked_sub(text + 4)?;
            (tail == 0 || (header.is_framed() && tail >= 4)) && is_statement(from.rest(), text)
        }
        Op::EXECUTE => from.u16_be("id").ok()? == 16 && len >= 20,
        Op::REGISTER => {
            let count = from.u16_be("count").ok()?;
            (1..=8).contains(&count) && is_event(start(&mut from)?)
        }
        Op::BATCH => {
            let (kind, count, first) =
                (from.u8("type").ok()?, from.u16_be("count").ok()?, from.u8("kind").ok());
            match first {
                Some(0) => {
                    let text = wire::count(&mut from, "statement").ok()?;
                    kind <= 2 && text < len && is_statement(from.rest(), text)
                }
                Some(1) => kind <= 2 && from.u16_be("id").ok()? == 16,
                _ => kind <= 2 && count == 0,
            }
        }
        Op::AUTH_RESPONSE | Op::AUTH_CHALLENGE | Op::AUTH_SUCCESS => {
            let token = wire::int(&mut from, "token").ok()?;
            token == -1 && len == 4 || usize::try_from(token).is_ok_and(|token| token + 4 == len)
        }
        Op::ERROR => {
            let code = from.u32_be("code").ok()?;
            let text = usize::from(from.u16_be("text").ok()?);
            code <= 0x2500 && text + 6 <= len - before && is_text(from.rest(), text)
        }
        Op::AUTHENTICATE => {
            let class = usize::from(from.u16_be("class").ok()?);
            class + 2 == len - before && class > 4 && from.rest().iter().take(class).all(u8::is_ascii_graphic)
        }
        Op::EVENT => header.stream < 0 && is_event(start(&mut from)?),
        Op::RESULT => is_result(&mut from, len - before)?,
        _ => false,
    })
}

/// A compressed body: what LZ4 says that it becomes is possible. Snappy tells less.
fn compressed(header: Header, body: &[u8]) -> bool {
    if header.is_framed() || header.body < 4 {
        return false;
    }
    let first = body.first_chunk().map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let lz4 = (1..=(header.body - 4).saturating_mul(255)).contains(&first);
    let snappy = body.first().is_some_and(|byte| *byte != 0);
    lz4 || snappy
}

fn is_result(from: &mut Reader<'_>, len: usize) -> Option<bool> {
    Some(match wire::int(from, "kind").ok()? {
        1 => len == 4,
        2 => {
            let (flags, columns) = (from.u32_be("flags").ok()?, from.u32_be("columns").ok()?);
            flags <= 0xf && columns <= 0xffff && len >= 16
        }
        3 => usize::from(from.u16_be("keyspace").ok()?) + 6 == len,
        4 => from.u16_be("id").ok()? == 16,
        5 => matches!(start(from)?, b"CREATED" | b"UPDATED" | b"DROPPED"),
        _ => false,
    })
}

/// A string that is all there.
fn start<'b>(from: &mut Reader<'b>) -> Option<&'b [u8]> {
    wire::string(from, "string").ok()
}

/// A name as `CQL_VERSION`.
fn is_option(name: &[u8]) -> bool {
    (3..=40).contains(&name.len())
        && name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_' || byte.is_ascii_digit())
}

fn is_event(name: &[u8]) -> bool {
    matches!(name, b"TOPOLOGY_CHANGE" | b"STATUS_CHANGE" | b"SCHEMA_CHANGE")
}

/// The start of a statement of CQL of `len` bytes.
fn is_statement(bytes: &[u8], len: usize) -> bool {
    const VERBS: [&str; 18] = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "BEGIN", "USE", "CREATE", "ALTER", "DROP", "TRUNCATE",
        "GRANT", "REVOKE", "LIST", "DESCRIBE", "DESC", "APPLY", "ADD", "COMMENT",
    ];
    let text = bytes.get(..len.min(TELLING)).unwrap_or(bytes);
    let verb = Verb::of(text, Dialect::Cql);
    len >= 3 && is_text(text, len) && VERBS.iter().any(|known| verb.is(known))
}

/// Text without controls, as far as it is there.
fn is_text(bytes: &[u8], len: usize) -> bool {
    let text = bytes.get(..len.min(TELLING)).unwrap_or(bytes);
    text.iter().all(|byte| (b' '..0x7f).contains(byte) || *byte >= 0x80 || byte.is_ascii_whitespace())
}
