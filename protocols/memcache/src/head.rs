//! The beginning of a message: a line of the text protocol, or a header with its extras and key.

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::binary::{self, HEADER, Header, REPLY, REQUEST, STAT};
use crate::body::{Body, Sink, sink_of};
use crate::command::{Answer, Kind};
use crate::config::Config;
use crate::limits::LINE_BYTES;
use crate::message::Message;
use crate::reply::{self, Next};
use crate::request;

/// What came of the bytes at the head of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// So many more bytes are needed.
    Needs(usize),
    /// So many bytes are its beginning; its data follow, if a body was begun.
    Took(usize),
    /// The same, and the message goes on behind it, and behind its data.
    GoesOn(usize),
    /// The same of a line that is too long, the rest of which follows.
    Cut(usize),
}

const NO_REQUEST: WireError = WireError::new("neither a command nor a binary request", 0);
const NO_REPLY: WireError = WireError::new("neither a reply nor a binary one", 0);

/// A line.
enum Line<'l> {
    Whole(&'l [u8], usize),
    /// Its end is not there; it may become one.
    Part,
    /// Too long: the part of it that ends with a word.
    Long(&'l [u8]),
    /// What never is in a line is in it.
    Wrong,
}

fn line(bytes: &[u8], fresh: usize) -> Line<'_> {
    let seen = fresh.min(bytes.len());
    let new = bytes.get(seen..).unwrap_or_default();
    let Some(end) = memchr::memchr(b'\n', new).map(|at| at + seen).filter(|end| *end < LINE_BYTES) else {
        let Some(long) = bytes.get(..LINE_BYTES) else {
            let may_be = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\r');
            return if new.iter().all(may_be) { Line::Part } else { Line::Wrong };
        };
        if !is_text(long.strip_suffix(b"\r").unwrap_or(long)) {
            return Line::Wrong;
        }
        let word = memchr::memrchr(b' ', long).unwrap_or(LINE_BYTES);
        return Line::Long(long.get(..word).unwrap_or(long));
    };
    let line = bytes.get(..end).unwrap_or_default();
    Line::Whole(line.strip_suffix(b"\r").unwrap_or(line), end + 1)
}

/// Whether these bytes are of the binary protocol.
pub(crate) const fn is_binary(bytes: &[u8]) -> bool {
    matches!(bytes, [REQUEST | REPLY, ..])
}

/// Reads the head of a request.
///
/// # Errors
/// These bytes are none.
pub(crate) fn request(
    bytes: &[u8],
    fresh: usize,
    to: &mut Message,
    body: &mut Body,
    config: &Config,
) -> Result<Head, WireError> {
    if is_binary(bytes) {
        return header(bytes, true, to, body, config);
    }
    let (line, head) = match line(bytes, fresh) {
        Line::Part => return Ok(Head::Needs(1)),
        Line::Whole(line, len) => (line, Head::Took(len)),
        Line::Long(line) => (line, Head::Cut(line.len())),
        Line::Wrong => return Err(NO_REQUEST),
    };
    if !is_text(line) {
        return Err(NO_REQUEST);
    }
    let data = request::read(line, to);
    to.hidden = to.kind == Kind::Unknown && !config.parse_unknown;
    if config.send_request {
        to.keep_raw(line);
    }
    match (data, head) {
        (None, _) => {}
        (Some(_), Head::Cut(_)) => return Err(WireError::new("line too long", LINE_BYTES)),
        (Some(len), _) => {
            body.begin(len, true, Sink::Value, to, config);
            body.last = true;
        }
    }
    Ok(head)
}

/// Reads the head of a reply, or, `open`, of a further part of one.
///
/// # Errors
/// These bytes are none.
pub(crate) fn reply(
    bytes: &[u8],
    fresh: usize,
    (open, waits_for): (bool, Option<Answer>),
    to: &mut Message,
    body: &mut Body,
    config: &Config,
) -> Result<Head, WireError> {
    if is_binary(bytes) && (!open || to.binary.is_some()) {
        return header(bytes, false, to, body, config);
    }
    let (line, len) = match line(bytes, fresh) {
        Line::Part => return Ok(Head::Needs(1)),
        Line::Whole(line, len) => (line, len),
        Line::Long(_) => return Err(WireError::new("line too long", LINE_BYTES)),
        Line::Wrong => return Err(NO_REPLY),
    };
    if !is_text(line) {
        return Err(NO_REPLY);
    }
    if config.send_response {
        to.keep_raw(line);
    }
    let next = reply::read(line, open, waits_for, to);
    let mut begin = |len, last| {
        let sink = if last && to.kind == Kind::Counter { Sink::Counter } else { Sink::Value };
        body.begin(len, true, sink, to, config);
        body.last = last;
    };
    Ok(match next {
        Next::Done => Head::Took(len),
        Next::Lines => Head::GoesOn(len),
        Next::Value(bytes) => {
            begin(bytes, false);
            Head::GoesOn(len)
        }
        Next::Last(bytes) => {
            begin(bytes, true);
            Head::Took(len)
        }
    })
}

/// Lines have no control characters but tabs; keys may have any byte above.
pub(crate) fn is_text(line: &[u8]) -> bool {
    line.iter().all(|byte| *byte >= b' ' || *byte == b'\t')
}

/// Reads a header, its extras and its key.
fn header(
    bytes: &[u8],
    is_request: bool,
    to: &mut Message,
    body: &mut Body,
    config: &Config,
) -> Result<Head, WireError> {
    let Some(header) = Header::read(bytes) else { return Ok(Head::Needs(HEADER - bytes.len())) };
    if header.is_request != is_request {
        return Err(WireError::new("a binary message in the wrong direction", 0));
    }
    let value = header.value()?;
    let head = HEADER + header.head();
    let Some(whole) = bytes.get(..head) else { return Ok(Head::Needs(head - bytes.len())) };
    let mut reader = Reader::starting_at(whole, HEADER);
    let extras = reader.take(usize::from(header.extras), "extras")?;
    let key = reader.take(usize::from(header.key), "key")?;
    // The first message of several says what the reply is.
    let is_first = to.binary.is_none();
    if is_first {
        name(&header, to, config);
    }
    let is_statistic = !is_request && header.opcode == STAT && header.vbucket_or_status == 0;
    if !key.is_empty() && !is_statistic {
        to.key(key);
    }
    read_extras(&header, extras, to);
    if value == 0 && !is_statistic {
        return Ok(Head::Took(head));
    }
    if value > 0 || !key.is_empty() {
        let sink = sink_of(&header, to);
        if sink == Sink::Value {
            to.count_value(value);
        }
        body.begin(value, false, sink, to, config);
        if is_statistic {
            body.keep_name(key);
        }
        body.last = !is_statistic;
        return Ok(if is_statistic { Head::GoesOn(head) } else { Head::Took(head) });
    }
    Ok(Head::Took(head))
}

fn name(header: &Header, to: &mut Message, config: &Config) {
    to.binary = Some(*header);
    if header.cas != 0 {
        to.numbers.cas = Some(header.cas);
    }
    match binary::opcode(header.opcode) {
        Some(opcode) => {
            (to.name, to.kind) = (opcode.command, opcode.kind);
            to.quiet = opcode.quiet;
        }
        None => to.hidden = header.is_request && !config.parse_unknown,
    }
    to.hidden |= header.is_request && to.kind == Kind::Unknown && !config.parse_unknown;
    // The first store of a connection can be a login in the text protocol alone.
    to.may_be_login = false;
}

fn read_extras(header: &Header, extras: &[u8], to: &mut Message) {
    let mut reader = Reader::new(extras);
    let numbers = &mut to.numbers;
    let mut long = || reader.array::<8>("extras").ok().map(u64::from_be_bytes);
    if !header.is_request {
        if let (Kind::Load, Ok(flags)) = (to.kind, reader.u32_be("extras")) {
            numbers.flags = Some(u64::from(flags));
        }
        return;
    }
    if to.kind == Kind::Counter {
        (numbers.delta, numbers.initial) = (long(), long());
    }
    let mut short = || reader.u32_be("extras").ok();
    match (to.name, to.kind) {
        ("set" | "add" | "replace", _) => {
            numbers.flags = short().map(u64::from);
            numbers.exptime = short().map(i64::from);
        }
        ("verbosity", _) => numbers.verbosity = short().map(u64::from),
        ("touch" | "gat" | "flush_all", _) | (_, Kind::Counter) => numbers.exptime = short().map(i64::from),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(bytes: &[u8], fresh: usize) -> &'static str {
        match line(bytes, fresh) {
            Line::Whole(..) => "whole",
            Line::Part => "part",
            Line::Long(_) => "long",
            Line::Wrong => "wrong",
        }
    }

    #[test]
    fn a_line_is_too_long_however_it_comes() {
        let keys = b"k ".repeat(LINE_BYTES / 2);
        let longest = [&keys[1..], b"\n"].concat();
        assert_eq!((outcome(&longest, 0), outcome(&longest[..LINE_BYTES - 1], 0)), ("whole", "part"));
        let longer = [&keys[..], b"\n"].concat();
        assert_eq!((outcome(&longer, 0), outcome(&keys, LINE_BYTES - 1)), ("long", "long"));
    }

    #[test]
    fn what_is_no_text_is_wrong_however_it_comes() {
        let mut keys = b"k ".repeat(LINE_BYTES / 2);
        keys[LINE_BYTES - 2] = 0;
        assert_eq!((outcome(&keys, 0), outcome(&keys[..LINE_BYTES - 1], 0)), ("wrong", "wrong"));
    }
}
