//! What a server answers: where its answer ends, and what that end says.
//!
//! An answer is a row of messages whose forms depend on types, versions and capabilities; its end does not: message 4 with the call's
//! status, error, cursor and count of rows, or message 9 with the status alone. So answers are read from their end: the message must
//! fill what is there to the last byte, name the number of the call and the same error twice.

use packetbeat_core::stream::WireError;

use crate::limits::{LIST_ITEMS, TAIL_BYTES, TAIL_TRIES};
use crate::ttc::{Chunks, Numbers, Ttc};

mod message {
    pub(super) const PROTOCOL: u8 = 1;
    pub(super) const END_OF_CALL: u8 = 4;
    pub(super) const STATUS: u8 = 9;
    pub(super) const END_OF_RESPONSE: u8 = 29;
}

/// The end of a fetch: there are no more rows.
pub(crate) const NO_MORE_ROWS: u32 = 1403;

/// How an answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct End<'b> {
    /// `ORA-` number; 0 is none.
    pub(crate) error: u32,
    /// Text of the error.
    pub(crate) text: Option<Chunks<'b>>,
    /// The cursor of the statement; 0 is none.
    pub(crate) cursor: u32,
    /// Rows so far, or rows changed.
    pub(crate) rows: u64,
    /// Compiled with errors.
    pub(crate) warning: bool,
    /// There is a count of rows: not where only a status or an error's text was found.
    pub(crate) counted: bool,
}

/// Looks for the end of the answer to the call `number` at the end of `bytes`. `with_status`: a bare status may be it.
pub(crate) fn end(bytes: &[u8], number: Option<u8>, numbers: Numbers, with_status: bool) -> Option<End<'_>> {
    let shorter = match bytes {
        [rest @ .., message::END_OF_RESPONSE] => Some(rest),
        _ => None,
    };
    let whole = [Some(bytes), shorter];
    let mut found = whole.into_iter().flatten().find_map(|bytes| end_of_call(bytes, number, numbers));
    if found.is_none() && with_status {
        found = whole.into_iter().flatten().find_map(|bytes| status(bytes, numbers));
    }
    if found.is_none() && number.is_some() && ends_another(bytes, numbers) {
        return None;
    }
    found.or_else(|| whole.into_iter().flatten().find_map(error_text))
}

/// Whether these bytes end with the end of any call; for those that do not end the one that is asked for.
pub(crate) fn ends_another(bytes: &[u8], numbers: Numbers) -> bool {
    let shorter = bytes.strip_suffix(&[message::END_OF_RESPONSE]);
    [Some(bytes), shorter].into_iter().flatten().any(|bytes| end_of_call(bytes, None, numbers).is_some())
}

fn end_of_call(bytes: &[u8], number: Option<u8>, numbers: Numbers) -> Option<End<'_>> {
    let start = bytes.len().saturating_sub(TAIL_BYTES);
    let tail = bytes.get(start..)?;
    memchr::memrchr_iter(message::END_OF_CALL, tail).take(TAIL_TRIES).find_map(|at| match numbers {
        Numbers::Counted => counted(tail, at, number),
        Numbers::Native => native(tail, at, number),
    })
}

/// Message 4 of a thin client's session; three forms, by version.
fn counted(bytes: &[u8], at: usize, number: Option<u8>) -> Option<End<'_>> {
    let mut ttc = Ttc::at(bytes, at + 1, Numbers::Counted);
    let (end, first_error) = fixed_part(&mut ttc, number).ok()?;
    let old = finished(ttc, End { error: u32::from(first_error), ..end });
    if let Ok(error) = lists(&mut ttc)
        && let Ok(rows) = ttc.u64()
        && error & 0xffff == u32::from(first_error)
    {
        let end = End { error, rows, ..end };
        // Since 20c: kind of the statement, checksum.
        let mut newer = ttc;
        let newer = newer.u32().and_then(|_| newer.u32()).ok().and_then(|_| finished(newer, end));
        if let Some(end) = newer.or_else(|| finished(ttc, end)) {
            return Some(end);
        }
    }
    old
}

/// What all versions have, up to the rows of the call.
fn fixed_part<'b>(ttc: &mut Ttc<'b>, number: Option<u8>) -> Result<(End<'b>, u16), WireError> {
    ttc.u32()?; // status of the call
    ttc.u16()?; // end-to-end number
    let rows = ttc.u32()?;
    let error = ttc.u16()?;
    ttc.u16()?;
    ttc.u16()?;
    let cursor = u32::from(ttc.u16()?);
    ttc.i16()?; // place of the error
    ttc.skip(5)?; // kind of the statement, fatal, flags, cursor's options, parameter
    let warning = ttc.u8()? & 0x20 != 0;
    ttc.u32()?; // row id: five numbers
    ttc.u16()?;
    ttc.u8()?;
    ttc.u32()?;
    ttc.u16()?;
    ttc.u32()?; // error of the system
    ttc.u8()?; // statement
    let found = ttc.u8()?; // call
    if number.is_some_and(|number| number != found) {
        return Err(ttc.wrong("another call"));
    }
    ttc.u16()?;
    ttc.u32()?; // iterations
    if ttc.u32()? > 0 {
        ttc.text()?; // logical row id
    }
    let end = End { cursor, rows: u64::from(rows), warning, counted: true, ..End::default() };
    Ok((end, error))
}

/// Errors of a batch: codes, offsets, texts; then the number of the error in full.
fn lists(ttc: &mut Ttc<'_>) -> Result<u32, WireError> {
    let codes = usize::from(ttc.u16()?);
    list(ttc, codes, |ttc| ttc.u16().map(|_| ()))?;
    let offsets = ttc.u32()? as usize;
    list(ttc, offsets, |ttc| ttc.u32().map(|_| ()))?;
    let texts = usize::from(ttc.u16()?);
    if texts > LIST_ITEMS {
        return Err(ttc.wrong("long list"));
    }
    if texts > 0 {
        ttc.skip(1)?;
        for _ in 0..texts {
            ttc.u16()?;
            ttc.text()?;
            ttc.skip(2)?;
        }
    }
    ttc.u32()
}

fn list(
    ttc: &mut Ttc<'_>,
    count: usize,
    item: impl Fn(&mut Ttc<'_>) -> Result<(), WireError>,
) -> Result<(), WireError> {
    if count == 0 {
        return Ok(());
    }
    if count > LIST_ITEMS {
        return Err(ttc.wrong("long list"));
    }
    let in_chunks = ttc.u8()? == 254;
    for _ in 0..count {
        if in_chunks {
            ttc.u32()?;
        }
        item(ttc)?;
    }
    if in_chunks { ttc.skip(1) } else { Ok(()) }
}

/// The end, if nothing follows but the text of the error.
fn finished<'b>(mut ttc: Ttc<'b>, mut end: End<'b>) -> Option<End<'b>> {
    if end.error != 0 && !ttc.reader.is_empty() {
        end.text = Some(ttc.text().ok()?);
    }
    ttc.reader.is_empty().then_some(end)
}

/// Message 4 of a thick client's session: the same fields at fixed places.
fn native(bytes: &[u8], at: usize, number: Option<u8>) -> Option<End<'_>> {
    let message = bytes.get(at..)?;
    let u16_at =
        |at: usize| message.get(at..at + 2).and_then(<[u8]>::first_chunk).copied().map(u16::from_le_bytes);
    let error = u16_at(11)?;
    let found = *message.get(45)?;
    if number.is_some_and(|number| number != found) {
        return None;
    }
    let mut ttc = Ttc::at(bytes, at + 66, Numbers::Native);
    let number = ttc.u32().ok()?;
    let rows = ttc.u64().ok()?;
    if number & 0xffff != u32::from(error) {
        return None;
    }
    let end = End {
        error: number,
        cursor: u32::from(u16_at(17)?),
        rows,
        warning: message.get(26)? & 0x20 != 0,
        counted: true,
        text: None,
    };
    let mut newer = ttc;
    newer.skip(8).ok().and_then(|()| finished(newer, end)).or_else(|| finished(ttc, end))
}

/// Message 9 at the end: status and end-to-end number.
fn status(bytes: &[u8], numbers: Numbers) -> Option<End<'_>> {
    /// The longest one.
    const LONGEST: usize = 9;
    let from = bytes.len().saturating_sub(LONGEST);
    (from..bytes.len()).filter(|at| bytes.get(*at) == Some(&message::STATUS)).find_map(|at| {
        let mut ttc = Ttc::at(bytes, at + 1, numbers);
        let read = ttc.u32().and_then(|_| ttc.u16()).is_ok();
        (read && ttc.reader.is_empty()).then(End::default)
    })
}

/// Any form that ends with the text of an error behind its length.
fn error_text(bytes: &[u8]) -> Option<End<'_>> {
    const NAME: &[u8] = b"ORA-";
    let start = bytes.len().saturating_sub(TAIL_BYTES);
    let tail = bytes.get(start..)?;
    if !matches!(tail, [.., b'\n']) {
        return None;
    }
    memchr::memmem::find_iter(tail, NAME).take(TAIL_TRIES).find_map(|at| {
        let found = crate::ttc::lead(tail, at.checked_sub(1)?, None)?;
        let text = tail.get(at..)?;
        let digits: [u8; 5] = *text.get(NAME.len()..)?.first_chunk()?;
        let error = digits.iter().try_fold(0_u32, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(*digit - b'0'))
        })?;
        let fits = found.whole && found.end == tail.len() && text.get(9) == Some(&b':');
        fits.then_some(End { error, text: Some(found.chunks), ..End::default() })
    })
}

/// The field version of TTC that a server offers, in its answer to message 1.
pub(crate) fn field_version(payload: &[u8]) -> Option<u8> {
    let [message::PROTOCOL, rest @ ..] = payload else { return None };
    // Versions up to a zero, a banner up to a zero.
    let version = memchr::memchr(0, rest)?;
    let banner = memchr::memchr(0, rest.get(version + 1..)?)?;
    let rest = rest.get(version + 1 + banner + 1..)?;
    // Character set, flags, elements of five bytes; a table behind its length; then what it is capable of.
    let elements = usize::from(u16::from_le_bytes([*rest.get(3)?, *rest.get(4)?]));
    let rest = rest.get(5 + elements * 5..)?;
    let table = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
    let (len, capabilities) = rest.get(2 + table..)?.split_first()?;
    capabilities.get(..usize::from(*len))?.get(7).copied()
}
