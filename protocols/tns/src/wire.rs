//! Packets of Oracle Net: header, CONNECT, ACCEPT, REFUSE, REDIRECT.

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::limits::{DESCRIPTOR_BYTES, PACKET_BYTES};

/// Bytes of a packet's header.
pub(crate) const HEADER: usize = 8;
/// Bytes of a DATA packet in front of its payload.
pub(crate) const DATA_HEADER: usize = 10;

/// Flags of a DATA packet.
pub(crate) mod data_flags {
    /// A request ends with this packet (23ai).
    pub(crate) const END_OF_REQUEST: u16 = 0x0800;
    /// A response ends with this packet (23ai).
    pub(crate) const END_OF_RESPONSE: u16 = 0x2000;
    /// All that were seen.
    pub(crate) const KNOWN: u16 = 0x3fff;
}

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Connect,
    Accept,
    Acknowledge,
    Refuse,
    Redirect,
    Data,
    Null,
    Abort,
    Resend,
    Marker,
    Attention,
    Control,
    Descriptor,
}

impl Kind {
    const fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Connect,
            2 => Self::Accept,
            3 => Self::Acknowledge,
            4 => Self::Refuse,
            5 => Self::Redirect,
            6 => Self::Data,
            7 => Self::Null,
            9 => Self::Abort,
            11 => Self::Resend,
            12 => Self::Marker,
            13 => Self::Attention,
            14 => Self::Control,
            15 => Self::Descriptor,
            _ => return None,
        })
    }

    /// Its name in `tns.packet_type`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Accept => "accept",
            Self::Acknowledge => "acknowledge",
            Self::Refuse => "refuse",
            Self::Redirect => "redirect",
            Self::Data => "data",
            Self::Null => "null",
            Self::Abort => "abort",
            Self::Resend => "resend",
            Self::Marker => "marker",
            Self::Attention => "attention",
            Self::Control => "control",
            Self::Descriptor => "data descriptor",
        }
    }
}

/// A packet's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the packet, the header included.
    pub(crate) len: usize,
    pub(crate) kind: Kind,
    /// The length has four bytes: since 12.1 (version 315), once both sides know each other; no packet of two bytes' length is empty.
    pub(crate) large: bool,
}

impl Header {
    /// Reads a header of 8 bytes. `large`: lengths have four bytes on this connection.
    ///
    /// # Errors
    /// What a header cannot be.
    pub(crate) fn read(bytes: [u8; HEADER], large: bool) -> Result<Self, WireError> {
        let [a, b, c, d, code, flags, check_high, check_low] = bytes;
        let short = u16::from_be_bytes([a, b]);
        let large = large || short == 0;
        let len = if large {
            usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX)
        } else {
            usize::from(short)
        };
        if !(HEADER..=PACKET_BYTES).contains(&len) {
            return Err(WireError::new("length of packet", 0));
        }
        let Some(kind) = Kind::of(code) else { return Err(WireError::new("type of packet", 4)) };
        let least = match kind {
            Kind::Connect => 28,
            Kind::Accept => 24,
            Kind::Data => DATA_HEADER,
            _ => HEADER,
        };
        if len < least {
            return Err(WireError::new("short packet", 0));
        }
        // Of the flags: 0x04 redirected, 0x08 to be made secure, 0x20 and others since 12.2.
        if flags & 0x41 != 0 {
            return Err(WireError::new("flags of packet", 5));
        }
        // Checksums are never in use; where the length has two bytes they are that of the packet and that of the header.
        if (!large && (c | d) != 0) || (check_high | check_low) != 0 {
            return Err(WireError::new("checksum", 6));
        }
        Ok(Self { len, kind, large })
    }

    /// A header at the start of the bytes, if they may begin with one.
    pub(crate) fn guess(bytes: &[u8]) -> Option<Self> {
        Self::read(*bytes.first_chunk()?, false).ok()
    }
}

/// A CONNECT packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connect<'b> {
    pub(crate) version: u16,
    /// The descriptor; empty where it follows in a DATA packet.
    pub(crate) descriptor: &'b [u8],
    /// It follows.
    pub(crate) follows: bool,
}

/// Reads a whole CONNECT packet.
///
/// # Errors
/// Which field is missing.
pub(crate) fn connect(packet: &[u8]) -> Result<Connect<'_>, WireError> {
    let mut reader = Reader::starting_at(packet, HEADER);
    let version = reader.u16_be("version")?;
    let lowest = reader.u16_be("lowest version")?;
    if !(280..=1000).contains(&version) || lowest > version {
        return Err(WireError::new("version", HEADER));
    }
    let mut reader = Reader::starting_at(packet, 24);
    let len = usize::from(reader.u16_be("length of descriptor")?);
    let offset = usize::from(reader.u16_be("place of descriptor")?);
    let descriptor = packet.get(offset..offset.saturating_add(len)).unwrap_or_default();
    Ok(Connect { version, descriptor: cut(descriptor), follows: len > 0 && descriptor.is_empty() })
}

/// The version that an ACCEPT packet settles on.
///
/// # Errors
/// Which field is missing.
pub(crate) fn accept(packet: &[u8]) -> Result<u16, WireError> {
    Reader::starting_at(packet, HEADER).u16_be("version")
}

/// Versions from which on a length has four bytes.
pub(crate) const LARGE_LENGTHS: u16 = 315;

/// What a REFUSE packet says.
pub(crate) fn refuse(packet: &[u8]) -> &[u8] {
    text_at(packet, 10)
}

/// Where a REDIRECT packet sends the client: an address, up to the zero behind which the descriptor to use may follow.
pub(crate) fn redirect(packet: &[u8]) -> &[u8] {
    text_at(packet, 8).split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A text behind its length of two bytes, or what there is of it.
fn text_at(packet: &[u8], at: usize) -> &[u8] {
    let mut reader = Reader::starting_at(packet, at);
    let len = reader.u16_be("length").map_or(0, usize::from);
    let rest = reader.rest();
    cut(rest.get(..len).unwrap_or(rest))
}

fn cut(text: &[u8]) -> &[u8] {
    text.get(..DESCRIPTOR_BYTES).unwrap_or(text)
}

/// The value of `(KEY=value)` in a descriptor; `key` in capitals with its `=`.
pub(crate) fn value<'d>(descriptor: &'d [u8], key: &str) -> Option<&'d [u8]> {
    let mut rest = descriptor;
    while let Some(at) = memchr::memchr(b'(', rest) {
        rest = rest.get(at + 1..)?;
        let inside = rest.trim_ascii_start();
        if inside.get(..key.len()).is_some_and(|name| name.eq_ignore_ascii_case(key.as_bytes())) {
            let value = inside.get(key.len()..)?;
            let end = memchr::memchr2(b'(', b')', value).unwrap_or(value.len());
            let value = value.get(..end)?.trim_ascii();
            return (!value.is_empty()).then_some(value);
        }
    }
    None
}

/// What stands behind `(KEY=`.
pub(crate) fn section<'d>(descriptor: &'d [u8], key: &str) -> &'d [u8] {
    let name = key.as_bytes();
    let found = descriptor.windows(name.len()).position(|part| part.eq_ignore_ascii_case(name));
    found.and_then(|at| descriptor.get(at + name.len()..)).unwrap_or_default()
}

/// A number in a descriptor.
pub(crate) fn number(descriptor: &[u8], key: &str) -> Option<u32> {
    std::str::from_utf8(value(descriptor, key)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_two_or_four_bytes() {
        let small = Header::read([0, 61, 0, 0, 2, 0, 0, 0], false).unwrap();
        assert_eq!((small.len, small.kind, small.large), (61, Kind::Accept, false));
        let large = Header::read([0, 0, 0, 61, 6, 0x20, 0, 0], false).unwrap();
        assert_eq!((large.len, large.kind, large.large), (61, Kind::Data, true));
        assert_eq!(Header::read([0, 1, 0x86, 0xa0, 6, 0, 0, 0], true).unwrap().len, 100_000);
        for broken in [
            [0, 61, 0, 0, 8, 0, 0, 0],
            [0, 7, 0, 0, 11, 0, 0, 0],
            [0, 9, 0, 0, 6, 0, 0, 0],
            [0, 61, 1, 0, 2, 0, 0, 0],
            [0, 61, 0, 0, 2, 0, 0, 1],
            [0x7f, 0xff, 0xff, 0xff, 6, 0, 0, 0],
            *b"GET / HT",
        ] {
            assert!(Header::read(broken, false).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn values_are_found_in_a_descriptor() {
        let text = b"(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME= shop )(CID=(PROGRAM=a b)(HOST=)(USER=ann)))(ERR=12514))";
        assert_eq!(value(text, "SERVICE_NAME="), Some(&b"shop"[..]));
        assert_eq!(value(text, "SID="), None);
        assert_eq!(value(section(text, "(CID="), "HOST="), None);
        assert_eq!(value(section(text, "(CID="), "USER="), Some(&b"ann"[..]));
        assert_eq!(number(text, "ERR="), Some(12514));
    }
}
