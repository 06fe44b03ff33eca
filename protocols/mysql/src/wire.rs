//! Packets and what stands in them: bytes to borrowed values, nothing kept.
//!
//! Names of sections are those of the MySQL source documentation, "Client/Server Protocol", and of MariaDB's "Clients & Utilities,
//! Protocol".

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::limits::PROXY_BYTES;

/// Bytes of a packet's header.
pub(crate) const HEADER: usize = 4;
/// A payload of this length goes on in the next packet.
pub(crate) const LONGEST: usize = 0xff_ffff;

/// Capabilities of the login that change how bytes are read.
pub(crate) mod caps {
    /// The client names a schema.
    pub(crate) const CONNECT_WITH_DB: u32 = 1 << 3;
    /// What follows the login is compressed with zlib.
    pub(crate) const COMPRESS: u32 = 1 << 5;
    /// The protocol of 4.1: SQL states, long column definitions.
    pub(crate) const PROTOCOL_41: u32 = 1 << 9;
    /// TLS begins behind this packet.
    pub(crate) const SSL: u32 = 1 << 11;
    /// The length of the secret is one byte.
    pub(crate) const SECURE_CONNECTION: u32 = 1 << 15;
    /// The length of the secret is a length-encoded number.
    pub(crate) const SECRET_LENENC: u32 = 1 << 21;
    /// No EOF packets: results end with an OK packet.
    pub(crate) const DEPRECATE_EOF: u32 = 1 << 24;
    /// What follows the login is compressed with zstd.
    pub(crate) const COMPRESS_ZSTD: u32 = 1 << 26;
}

/// Status flags of OK and EOF packets.
pub(crate) mod status {
    /// Another result follows.
    pub(crate) const MORE_RESULTS: u16 = 0x0008;
    /// The rows are fetched with commands of their own.
    pub(crate) const CURSOR_EXISTS: u16 = 0x0040;
    /// A backslash in a text is a backslash.
    pub(crate) const NO_BACKSLASH_ESCAPES: u16 = 0x0200;
}

/// The header of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the payload.
    pub(crate) len: usize,
    /// Number of the packet, from 0 with each command.
    pub(crate) seq: u8,
}

impl Header {
    /// The header in front of `bytes`; `None` if it is not whole.
    #[inline]
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, seq] = *bytes.first_chunk::<HEADER>()?;
        Some(Self { len: u32::from_le_bytes([a, b, c, 0]) as usize, seq })
    }
}

/// A length-encoded number ("Integer Types"); `None` for NULL and for what is none.
#[inline]
pub(crate) fn lenenc(from: &mut Reader<'_>) -> Result<Option<u64>, WireError> {
    const SHORT: &str = "short number";
    match from.u8(SHORT)? {
        small @ 0..=0xfa => Ok(Some(u64::from(small))),
        0xfc => from.array(SHORT).map(|bytes| Some(u64::from(u16::from_le_bytes(bytes)))),
        0xfd => from.array(SHORT).map(|[a, b, c]| Some(u64::from(u32::from_le_bytes([a, b, c, 0])))),
        0xfe => from.array(SHORT).map(|bytes| Some(u64::from_le_bytes(bytes))),
        0xfb | 0xff => Ok(None),
    }
}

/// A length-encoded text; `None` for NULL.
#[inline]
pub(crate) fn text<'b>(from: &mut Reader<'b>) -> Result<Option<&'b [u8]>, WireError> {
    let Some(len) = lenenc(from)? else { return Ok(None) };
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    from.take(len, "short text").map(Some)
}

/// A length-encoded text, or what is there of one that was cut.
#[inline]
pub(crate) fn text_or_start<'b>(from: &mut Reader<'b>) -> Result<Option<&'b [u8]>, WireError> {
    let Some(len) = lenenc(from)? else { return Ok(None) };
    let len = usize::try_from(len).unwrap_or(usize::MAX).min(from.rest().len());
    from.take(len, "short text").map(Some)
}

/// A text up to a zero byte.
pub(crate) fn zero_text<'b>(from: &mut Reader<'b>) -> Result<&'b [u8], WireError> {
    let len = memchr::memchr(0, from.rest()).ok_or(WireError::new("text without end", from.at()))?;
    let text = from.take(len, "short text")?;
    from.u8("short text")?;
    Ok(text)
}

/// Bytes of a proxy's header in front of all that the client says, text or binary ("The PROXY protocol", HAProxy); `None` if more
/// bytes are needed to tell, 0 if there is none.
pub(crate) fn proxy_header(bytes: &[u8]) -> Option<usize> {
    const TEXT: &[u8] = b"PROXY ";
    const BINARY: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
    if TEXT.starts_with(bytes) || BINARY.starts_with(bytes) {
        return None;
    }
    if bytes.starts_with(TEXT) {
        let line = bytes.get(..PROXY_BYTES).unwrap_or(bytes);
        return match memchr::memchr(b'\n', line) {
            Some(end) => Some(end + 1),
            None if bytes.len() < PROXY_BYTES => None,
            None => Some(0),
        };
    }
    if bytes.starts_with(BINARY) {
        let [high, low] = *bytes.get(14..)?.first_chunk()?;
        let whole = 16 + usize::from(u16::from_be_bytes([high, low]));
        return (bytes.len() >= whole).then_some(whole);
    }
    Some(0)
}

/// The figures of an OK or EOF packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) affected: u64,
    pub(crate) insert_id: u64,
    pub(crate) status: u16,
    pub(crate) warnings: u16,
}

/// An OK packet, its first byte (0x00 or 0xfe) included ("OK_Packet"). What a server of before 4.1 leaves out is zero.
pub(crate) fn ok(payload: &[u8]) -> Result<Figures, WireError> {
    let mut from = Reader::starting_at(payload, 1);
    let mut figures = Figures {
        affected: lenenc(&mut from)?.unwrap_or_default(),
        insert_id: lenenc(&mut from)?.unwrap_or_default(),
        ..Figures::default()
    };
    figures.status = from.array("short OK").map_or(0, u16::from_le_bytes);
    figures.warnings = from.array("short OK").map_or(0, u16::from_le_bytes);
    Ok(figures)
}

/// An EOF packet, or the OK packet that stands for it ("EOF_Packet").
pub(crate) fn end(payload: &[u8]) -> Figures {
    match *payload {
        [_, a, b, c, d] => Figures {
            warnings: u16::from_le_bytes([a, b]),
            status: u16::from_le_bytes([c, d]),
            ..Figures::default()
        },
        _ => ok(payload).unwrap_or_default(),
    }
}

/// Whether this is the EOF packet of those who still send one.
pub(crate) const fn is_eof(payload: &[u8]) -> bool {
    matches!(*payload, [0xfe, _, _, _, _] | [0xfe])
}

/// An ERR packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerError<'b> {
    pub(crate) code: u16,
    /// Five letters and digits; empty before 4.1 and before the login.
    pub(crate) state: &'b [u8],
    pub(crate) text: &'b [u8],
}

/// An ERR packet, its first byte 0xff included ("ERR_Packet").
pub(crate) fn error(payload: &[u8]) -> Result<ServerError<'_>, WireError> {
    let mut from = Reader::starting_at(payload, 1);
    let code = from.array("short ERR").map(u16::from_le_bytes)?;
    let (state, text) = match from.rest() {
        [b'#', rest @ ..] => rest.split_at_checked(5).unwrap_or((&[], rest)),
        rest => (&[][..], rest),
    };
    Ok(ServerError { code, state, text })
}

/// The code of MariaDB's progress reports, which look like errors and end nothing.
pub(crate) const PROGRESS: u16 = 0xffff;

/// A column of a result ("Column Definition").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column<'b> {
    pub(crate) schema: &'b [u8],
    pub(crate) table: &'b [u8],
    pub(crate) name: &'b [u8],
    pub(crate) kind: ColumnKind,
}

/// How a column's or parameter's values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnKind {
    /// Number of the type ("Column Type").
    pub(crate) code: u8,
    pub(crate) unsigned: bool,
}

/// A column definition.
pub(crate) fn column(payload: &[u8]) -> Result<Column<'_>, WireError> {
    /// What follows the names has this length (0x0c), MariaDB's extended types in between or not.
    const FIXED: usize = 12;
    const UNSIGNED: u8 = 0x20;
    let mut from = Reader::new(payload);
    let mut name = || text(&mut from).map(Option::unwrap_or_default);
    if name()? != b"def" {
        // Servers of before 4.1 write something else.
        return Err(WireError::new("catalog of a column", 0));
    }
    let (schema, table, _original) = (name()?, name()?, name()?);
    let (name, _original) = (name()?, name()?);
    let fixed = payload.len().checked_sub(FIXED + 1).and_then(|at| payload.get(at..)).unwrap_or_default();
    let kind = match *fixed {
        [0x0c, _, _, _, _, _, _, code, flags, ..] => ColumnKind { code, unsigned: flags & UNSIGNED != 0 },
        _ => ColumnKind::default(),
    };
    Ok(Column { schema, table, name, kind })
}

/// The answer to a prepared statement ("COM_STMT_PREPARE_OK").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PrepareOk {
    pub(crate) id: u32,
    pub(crate) columns: u16,
    pub(crate) parameters: u16,
    pub(crate) warnings: u16,
    /// Whether the definitions of columns and parameters follow.
    pub(crate) metadata: bool,
}

/// The first packet of the answer.
pub(crate) fn prepare_ok(payload: &[u8]) -> Result<PrepareOk, WireError> {
    const SHORT: &str = "short answer to a prepared statement";
    let mut from = Reader::starting_at(payload, 1);
    let id = from.array(SHORT).map(u32::from_le_bytes)?;
    let columns = from.array(SHORT).map(u16::from_le_bytes)?;
    let parameters = from.array(SHORT).map(u16::from_le_bytes)?;
    // Behind a filler; 4.1.0 has none of both.
    let warnings = from.array(SHORT).map_or(0, |[_, a, b]| u16::from_le_bytes([a, b]));
    let metadata = from.u8(SHORT) != Ok(0);
    Ok(PrepareOk { id, columns, parameters, warnings, metadata })
}

/// What begins a result: how many columns, and whether their definitions follow. Both servers can leave them out, and write the
/// flag on different sides of the number.
pub(crate) fn columns(payload: &[u8], mariadb: bool) -> Result<(u64, bool), WireError> {
    let mut from = Reader::new(payload);
    let number = |from: &mut Reader<'_>| {
        let at = from.at();
        lenenc(from)?.ok_or(WireError::new("number of columns", at))
    };
    let first = number(&mut from)?;
    if from.is_empty() {
        return Ok((first, true));
    }
    if mariadb {
        return Ok((first, from.u8("metadata flag")? != 0));
    }
    let count = number(&mut from)?;
    Ok((count, first != 0))
}

/// The server's greeting ("HandshakeV10", "HandshakeV9").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Greeting<'b> {
    pub(crate) protocol: u8,
    pub(crate) version: &'b [u8],
    /// The lower 32 of the server's capabilities.
    pub(crate) capabilities: u32,
    pub(crate) mariadb: bool,
}

/// A greeting: only as much of it as tells what follows. The challenge is never looked at.
pub(crate) fn greeting(payload: &[u8]) -> Result<Greeting<'_>, WireError> {
    const SHORT: &str = "short greeting";
    const CLIENT_MYSQL: u32 = 1;
    let mut from = Reader::new(payload);
    let protocol = from.u8(SHORT)?;
    let version = zero_text(&mut from)?;
    let mut capabilities = 0;
    if protocol == 10 {
        // Connection id, the first part of the challenge, a filler.
        from.take(4 + 8 + 1, SHORT)?;
        let low = from.array(SHORT).map(u16::from_le_bytes)?;
        // Character set and status; servers of before 4.1 end here.
        let high = from.array(SHORT).map_or(0, |[_, _, _, a, b]| u16::from_le_bytes([a, b]));
        capabilities = u32::from(high) << 16 | u32::from(low);
    }
    let says = |word: &[u8]| memchr::memmem::find(version, word).is_some();
    let mariadb = says(b"MariaDB") || (protocol == 10 && capabilities & CLIENT_MYSQL == 0);
    Ok(Greeting { protocol, version, capabilities, mariadb })
}

/// A login: who, where, and how the rest is read. The secret is passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Login<'b> {
    pub(crate) capabilities: u32,
    pub(crate) user: &'b [u8],
    pub(crate) schema: &'b [u8],
    /// It is only the wish for TLS ("SSLRequest").
    pub(crate) tls: bool,
}

/// A login ("HandshakeResponse41", "HandshakeResponse320") of a payload that is `len` bytes long.
pub(crate) fn login(payload: &[u8], len: usize) -> Result<Login<'_>, WireError> {
    const SHORT: &str = "short login";
    /// Capabilities, longest packet, character set, reserved.
    const FIXED: usize = 32;
    let mut from = Reader::new(payload);
    let low = from.array(SHORT).map(u16::from_le_bytes)?;
    if u32::from(low) & caps::PROTOCOL_41 == 0 {
        from.take(3, SHORT)?;
        let capabilities = u32::from(low);
        if from.is_empty() {
            return Ok(Login { capabilities, tls: capabilities & caps::SSL != 0, ..Login::default() });
        }
        return Ok(Login { capabilities, user: zero_text(&mut from)?, ..Login::default() });
    }
    let high = from.array(SHORT).map(u16::from_le_bytes)?;
    let capabilities = u32::from(high) << 16 | u32::from(low);
    from.take(FIXED - 4, SHORT)?;
    if len == FIXED {
        return Ok(Login { capabilities, tls: capabilities & caps::SSL != 0, ..Login::default() });
    }
    let user = zero_text(&mut from)?;
    let mut login = Login { capabilities, user, ..Login::default() };
    if capabilities & caps::CONNECT_WITH_DB != 0 && secret(&mut from, capabilities).is_ok() {
        let rest = from.rest();
        login.schema = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    }
    Ok(login)
}

/// Passes over a secret.
fn secret(from: &mut Reader<'_>, capabilities: u32) -> Result<(), WireError> {
    if capabilities & caps::SECRET_LENENC != 0 {
        text(from)?;
    } else if capabilities & caps::SECURE_CONNECTION != 0 {
        let len = from.u8("short secret")?;
        from.take(usize::from(len), "short secret")?;
    } else {
        zero_text(from)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length() {
        let read = |bytes: &[u8]| lenenc(&mut Reader::new(bytes));
        assert_eq!(read(&[0xfa]), Ok(Some(250)));
        assert_eq!(read(&[0xfb]), Ok(None));
        assert_eq!(read(&[0xfc, 1, 2]), Ok(Some(0x201)));
        assert_eq!(read(&[0xfd, 1, 2, 3]), Ok(Some(0x3_0201)));
        assert_eq!(read(&[0xfe, 1, 0, 0, 0, 0, 0, 0, 0x80]), Ok(Some(0x8000_0000_0000_0001)));
        assert!(read(&[0xfc, 1]).is_err());
        assert!(text(&mut Reader::new(&[5, b'a'])).is_err());
        assert_eq!(text_or_start(&mut Reader::new(&[5, b'a'])), Ok(Some(&b"a"[..])));
    }

    #[test]
    fn a_proxy_may_speak_first() {
        let text = b"PROXY TCP4 192.0.2.1 192.0.2.2 4000 3306\r\nrest";
        assert_eq!(proxy_header(text), Some(text.len() - 4));
        assert_eq!(proxy_header(b"PROXY UNKNOWN"), None);
        assert_eq!(proxy_header(&[&b"PROXY "[..], &[b'a'; 200]].concat()), Some(0));
        let binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x02abrest";
        assert_eq!(proxy_header(binary), Some(18));
        assert_eq!(proxy_header(&binary[..17]), None);
        assert_eq!(proxy_header(b"\x20\0\0\x01"), Some(0));
    }

    #[test]
    fn ends_of_results() {
        assert!(is_eof(&[0xfe, 0, 0, 2, 0]));
        assert!(!is_eof(&[0xfe, 0, 0, 2, 0, 0, 0]));
        assert_eq!(end(&[0xfe, 1, 0, 2, 0]), Figures { warnings: 1, status: 2, ..Figures::default() });
        assert_eq!(
            end(&[0xfe, 3, 4, 2, 0, 1, 0]),
            Figures { affected: 3, insert_id: 4, status: 2, warnings: 1 }
        );
        assert_eq!(ok(&[0, 3, 4]), Ok(Figures { affected: 3, insert_id: 4, ..Figures::default() }));
        let error = error(b"\xff\x16\x04#3D000No database selected").unwrap();
        assert_eq!(
            (error.code, error.state, error.text),
            (1046, &b"3D000"[..], &b"No database selected"[..])
        );
    }

    #[test]
    fn a_number_of_columns_with_its_flag() {
        assert_eq!(columns(&[3], false), Ok((3, true)));
        assert_eq!(columns(&[0, 3], false), Ok((3, false)));
        assert_eq!(columns(&[3, 0], true), Ok((3, false)));
        assert!(columns(&[0xfb], true).is_err());
    }

    #[test]
    fn a_login_is_read_without_its_secret() {
        let mut bytes =
            (caps::PROTOCOL_41 | caps::SECURE_CONNECTION | caps::CONNECT_WITH_DB).to_le_bytes().to_vec();
        bytes.resize(32, 0);
        bytes.extend(b"ann\0\x04\0abcshop\0mysql_native_password\0");
        let login = login(&bytes, bytes.len()).unwrap();
        assert_eq!((login.user, login.schema, login.tls), (&b"ann"[..], &b"shop"[..], false));
    }
}
