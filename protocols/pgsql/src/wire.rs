//! Messages as they stand on the wire: borrowed, nothing kept ("Message Formats").

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::limits::{MESSAGE_BYTES, NAME_BYTES};

/// Bytes in front of a message's payload: its kind, and its length without the kind.
pub(crate) const HEADER: usize = 5;
/// What clients ask for before anything else, in place of a version.
pub(crate) const CANCEL: u32 = 80_877_102;
/// The same: TLS.
pub(crate) const TLS: u32 = 80_877_103;
/// The same: encryption by GSSAPI.
pub(crate) const GSS: u32 = 80_877_104;
/// The major version that is read, in the upper half.
pub(crate) const VERSION: u32 = 3;

/// The head of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// What it is; means something else from the client than from the server.
    pub(crate) kind: u8,
    /// Bytes of the payload.
    pub(crate) len: usize,
}

impl Header {
    /// The header at the start; `None` where it is not all there.
    ///
    /// # Errors
    /// If the length cannot be one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Result<Self, WireError>> {
        let [kind, length @ ..] = bytes.first_chunk::<HEADER>()?;
        let length = u32::from_be_bytes(*length) as usize;
        Some(match length.checked_sub(4) {
            Some(len) if len <= MESSAGE_BYTES => Ok(Self { kind: *kind, len }),
            _ => Err(WireError::new("length of a message", 1)),
        })
    }

    /// Bytes of the whole message.
    pub(crate) const fn whole(self) -> usize {
        HEADER + self.len
    }
}

/// A text up to its zero, which is taken too.
///
/// # Errors
/// If there is no zero.
pub(crate) fn text<'b>(from: &mut Reader<'b>, what: &'static str) -> Result<&'b [u8], WireError> {
    let end = memchr::memchr(0, from.rest()).ok_or(WireError::new(what, from.at()))?;
    let whole = from.take(end + 1, what)?;
    Ok(whole.get(..end).unwrap_or_default())
}

/// As much of a name as is kept.
pub(crate) fn name(name: &[u8]) -> &[u8] {
    name.get(..NAME_BYTES).unwrap_or(name)
}

/// A text that a payload ends with; all of it where the payload was cut.
pub(crate) fn last_text(payload: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, payload).unwrap_or(payload.len());
    payload.get(..end).unwrap_or_default()
}

/// The parameters of a startup message that are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Startup<'b> {
    pub(crate) user: &'b [u8],
    pub(crate) database: &'b [u8],
}

/// Reads the parameters of a startup message: names and values, a zero behind the last.
///
/// # Errors
/// If a text has no end.
pub(crate) fn startup(parameters: &[u8]) -> Result<Startup<'_>, WireError> {
    let mut from = Reader::new(parameters);
    let mut startup = Startup::default();
    loop {
        let key = text(&mut from, "name of a parameter")?;
        if key.is_empty() {
            break;
        }
        let value = text(&mut from, "value of a parameter")?;
        match key {
            b"user" => startup.user = value,
            b"database" => startup.database = value,
            _ => {}
        }
    }
    if startup.database.is_empty() {
        // What the server takes then.
        startup.database = startup.user;
    }
    Ok(startup)
}

/// A Bind message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bind<'b> {
    pub(crate) portal: &'b [u8],
    pub(crate) statement: &'b [u8],
    /// Formats of the parameters, two bytes each: none, one for all, or as many as there are.
    pub(crate) formats: &'b [u8],
    /// How many parameters there are.
    pub(crate) count: u16,
    /// At the first of them.
    values: Reader<'b>,
}

impl<'b> Bind<'b> {
    /// Reads up to the values.
    ///
    /// # Errors
    /// If the bytes end before.
    pub(crate) fn read(payload: &'b [u8]) -> Result<Self, WireError> {
        let mut from = Reader::new(payload);
        let portal = text(&mut from, "portal")?;
        let statement = text(&mut from, "statement's name")?;
        let formats = from.u16_be("number of formats")?;
        let formats = from.take(usize::from(formats) * 2, "formats")?;
        let count = from.u16_be("number of parameters")?;
        Ok(Self { portal, statement, formats, count, values: from })
    }

    /// Shows each parameter, `None` for NULL, and gives the formats of the result's columns behind them.
    ///
    /// # Errors
    /// If the bytes end before, or do not end there.
    pub(crate) fn values(
        &self,
        mut with: impl FnMut(usize, Option<&'b [u8]>),
    ) -> Result<&'b [u8], WireError> {
        let mut from = self.values;
        for at in 0..usize::from(self.count) {
            with(at, value(&mut from)?);
        }
        let count = from.u16_be("number of result formats")?;
        let formats = from.take(usize::from(count) * 2, "result formats")?;
        if from.is_empty() { Ok(formats) } else { Err(WireError::new("bytes behind a Bind", from.at())) }
    }

    /// Whether a parameter is in the binary format.
    pub(crate) fn is_binary(&self, at: usize) -> bool {
        is_binary(self.formats, at)
    }
}

/// Whether the format at `at` is the binary one, in a list that is empty (text), has one for all or one for each.
pub(crate) fn is_binary(formats: &[u8], at: usize) -> bool {
    let at = if formats.len() == 2 { 0 } else { at * 2 };
    formats.get(at + 1) == Some(&1)
}

/// A value with its length in front; `None` for NULL.
///
/// # Errors
/// If the bytes end before.
pub(crate) fn value<'b>(from: &mut Reader<'b>) -> Result<Option<&'b [u8]>, WireError> {
    match from.array("length of a value").map(i32::from_be_bytes)? {
        -1 => Ok(None),
        len => {
            let len = usize::try_from(len).map_err(|_| WireError::new("length of a value", from.at()))?;
            from.take(len, "short value").map(Some)
        }
    }
}

/// A column of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column<'b> {
    pub(crate) name: &'b [u8],
    /// Object id of its type.
    pub(crate) oid: u32,
    pub(crate) binary: bool,
}

/// The next column of a description.
///
/// # Errors
/// If the bytes end before.
pub(crate) fn column<'b>(from: &mut Reader<'b>) -> Result<Column<'b>, WireError> {
    let name = text(from, "column's name")?;
    from.take(6, "column's table")?;
    let oid = from.u32_be("column's type")?;
    from.take(6, "column's size")?;
    let binary = from.u16_be("column's format")? == 1;
    Ok(Column { name, oid, binary })
}

/// What an ErrorResponse or a NoticeResponse says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said<'b> {
    /// `ERROR`, `FATAL`, `WARNING` …, not translated where the server says it so.
    pub(crate) severity: &'b [u8],
    /// The SQLSTATE.
    pub(crate) code: &'b [u8],
    /// The primary message.
    pub(crate) text: &'b [u8],
}

/// Reads an ErrorResponse or a NoticeResponse.
///
/// # Errors
/// If a field has no end before that of the payload; one that was `cut` ends where it ends.
pub(crate) fn said(payload: &[u8], cut: bool) -> Result<Said<'_>, WireError> {
    let mut from = Reader::new(payload);
    let mut said = Said::default();
    loop {
        let field = match from.u8("kind of a field") {
            Ok(0) => return Ok(said),
            Ok(field) => field,
            Err(_) if cut => return Ok(said),
            Err(error) => return Err(error),
        };
        let value = match text(&mut from, "field of an error") {
            Ok(value) => value,
            Err(_) if cut => {
                let rest = from.rest();
                from = Reader::new(&[]);
                rest
            }
            Err(error) => return Err(error),
        };
        match field {
            b'S' if said.severity.is_empty() => said.severity = value,
            b'V' => said.severity = value,
            b'C' => said.code = value,
            b'M' => said.text = value,
            _ => {}
        }
    }
}

/// What a command tag says: `INSERT 0 5`, `SELECT 4`, `CREATE TABLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'b> {
    pub(crate) word: &'b [u8],
    /// Rows, where it says how many.
    pub(crate) rows: Option<u64>,
}

/// Reads a command tag.
pub(crate) fn tag(payload: &[u8]) -> Tag<'_> {
    let text = last_text(payload);
    let word = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let number = text.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let rows = std::str::from_utf8(number).ok().and_then(|digits| digits.parse().ok());
    Tag { word, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_length_that_counts_itself() {
        assert_eq!(Header::read(b"Q\0\0\0\x04"), Some(Ok(Header { kind: b'Q', len: 0 })));
        assert_eq!(Header::read(b"Q\0\0\0"), None);
        assert!(Header::read(b"Q\0\0\0\x03").unwrap().is_err());
        assert!(Header::read(b"Q\x7f\xff\xff\xff").unwrap().is_err());
    }

    #[test]
    fn startup_parameters() {
        let read = startup(b"user\0ann\0application_name\0psql\0\0").unwrap();
        assert_eq!((read.user, read.database), (&b"ann"[..], &b"ann"[..]));
        let read = startup(b"user\0ann\0database\0shop\0\0").unwrap();
        assert_eq!(read.database, b"shop");
        assert!(startup(b"user\0ann").is_err());
    }

    #[test]
    fn an_error_is_read_as_far_as_it_goes() {
        let whole = b"SFEHLER\0VERROR\0C42P01\0Mrelation \"t\" does not exist\0P15\0\0";
        let read = said(whole, false).unwrap();
        assert_eq!((read.severity, read.code), (&b"ERROR"[..], &b"42P01"[..]));
        assert_eq!(read.text, b"relation \"t\" does not exist");
        assert!(said(&whole[..30], false).is_err());
        assert_eq!(said(&whole[..30], true).unwrap().text, b"relatio");
        assert_eq!(said(&whole[..23], true).unwrap().code, b"42P01");
    }

    #[test]
    fn tags() {
        assert_eq!(tag(b"INSERT 0 5\0"), Tag { word: b"INSERT", rows: Some(5) });
        assert_eq!(tag(b"CREATE TABLE\0"), Tag { word: b"CREATE", rows: None });
        assert_eq!(tag(b"COPY 12\0").rows, Some(12));
        assert_eq!(tag(b"").rows, None);
    }

    #[test]
    fn formats_are_none_one_or_each() {
        assert!(!is_binary(b"", 3));
        assert!(is_binary(b"\0\x01", 3));
        assert!(is_binary(b"\0\0\0\x01", 1) && !is_binary(b"\0\0\0\x01", 0) && !is_binary(b"\0\0\0\x01", 2));
    }
}
