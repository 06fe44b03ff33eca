//! The types of columns and values.
//!
//! CQL Binary Protocol v5, section 4.2.5.2 "Rows": an `[option]`, types within types.

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::limits::TYPE_DEPTH;
use crate::wire;

/// The outermost type; those within it follow in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'b> {
    Text,
    Int,
    Blob,
    Boolean,
    Decimal,
    Double,
    Float,
    Timestamp,
    Uuid,
    Varint,
    Inet,
    Date,
    Time,
    Duration,
    List,
    Map,
    Set,
    /// So many fields: a name and a type each.
    Udt(u16),
    /// So many types.
    Tuple(u16),
    /// Elements of one type, which is named by its class, so many.
    Vector(&'b [u8], usize),
    /// A class of somebody's own.
    Custom,
}

impl<'b> Kind<'b> {
    /// Reads the head of a type.
    pub(crate) fn read(from: &mut Reader<'b>) -> Result<Self, WireError> {
        const WHAT: &str = "type";
        let at = from.at();
        Ok(match from.u16_be(WHAT)? {
            0x00 => Self::of_class(wire::string(from, WHAT)?),
            0x01 | 0x0a | 0x0d => Self::Text,
            0x02 | 0x05 | 0x09 | 0x13 | 0x14 => Self::Int,
            0x03 => Self::Blob,
            0x04 => Self::Boolean,
            0x06 => Self::Decimal,
            0x07 => Self::Double,
            0x08 => Self::Float,
            0x0b => Self::Timestamp,
            0x0c | 0x0f => Self::Uuid,
            0x0e => Self::Varint,
            0x10 => Self::Inet,
            0x11 => Self::Date,
            0x12 => Self::Time,
            0x15 => Self::Duration,
            0x20 => Self::List,
            0x21 => Self::Map,
            0x22 => Self::Set,
            0x30 => {
                wire::string(from, WHAT)?;
                wire::string(from, WHAT)?;
                Self::Udt(from.u16_be(WHAT)?)
            }
            0x31 => Self::Tuple(from.u16_be(WHAT)?),
            _ => return Err(WireError::new(WHAT, at)),
        })
    }

    /// What a class of the server's stands for, as far as it can be written without reading on.
    pub(crate) fn of_class(class: &'b [u8]) -> Self {
        const PACKAGE: &[u8] = b"org.apache.cassandra.db.marshal.";
        let class = class.trim_ascii();
        let class = class.strip_prefix(PACKAGE).unwrap_or(class);
        if let Some((element, count)) = vector(class) {
            return Self::Vector(element, count);
        }
        match class {
            b"AsciiType" | b"UTF8Type" => Self::Text,
            b"LongType" | b"CounterColumnType" | b"Int32Type" | b"ShortType" | b"ByteType" => Self::Int,
            b"BytesType" => Self::Blob,
            b"BooleanType" => Self::Boolean,
            b"DecimalType" => Self::Decimal,
            b"DoubleType" => Self::Double,
            b"FloatType" => Self::Float,
            b"TimestampType" | b"DateType" => Self::Timestamp,
            b"UUIDType" | b"TimeUUIDType" | b"LexicalUUIDType" => Self::Uuid,
            b"IntegerType" => Self::Varint,
            b"InetAddressType" => Self::Inet,
            b"SimpleDateType" => Self::Date,
            b"TimeType" => Self::Time,
            b"DurationType" => Self::Duration,
            _ => Self::Custom,
        }
    }

    /// Bytes of a value of this type within a vector; `None` where each says its own.
    pub(crate) fn fixed(self, class: &[u8]) -> Option<usize> {
        let is = |name: &[u8]| class.ends_with(name);
        Some(match self {
            Self::Boolean => 1,
            Self::Float => 4,
            Self::Double | Self::Timestamp => 8,
            Self::Uuid => 16,
            Self::Int if is(b"Int32Type") => 4,
            Self::Int if is(b"LongType") => 8,
            _ => return None,
        })
    }
}

/// `VectorType(ELEMENT , COUNT)`.
fn vector(class: &[u8]) -> Option<(&[u8], usize)> {
    let inside = class.strip_prefix(b"VectorType(")?.strip_suffix(b")")?;
    let comma = inside.iter().rposition(|byte| *byte == b',')?;
    let (element, count) = inside.split_at_checked(comma)?;
    let count = std::str::from_utf8(count.get(1..)?).ok()?.trim().parse().ok()?;
    Some((element.trim_ascii(), count))
}

/// Passes over a type.
///
/// # Errors
/// It is none, or deeper than anybody nests.
pub(crate) fn skip(from: &mut Reader<'_>, depth: u32) -> Result<(), WireError> {
    if depth > TYPE_DEPTH {
        return Err(WireError::new("types nested too deep", from.at()));
    }
    match Kind::read(from)? {
        Kind::List | Kind::Set => skip(from, depth + 1),
        Kind::Map => {
            skip(from, depth + 1)?;
            skip(from, depth + 1)
        }
        Kind::Udt(fields) => {
            for _ in 0..fields {
                wire::string(from, "type")?;
                skip(from, depth + 1)?;
            }
            Ok(())
        }
        Kind::Tuple(types) => (0..types).try_for_each(|_| skip(from, depth + 1)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_passed_over_whole() {
        // map<text, frozen<list<tuple<int, udt>>>>
        let bytes = b"\0\x21\0\x0d\0\x20\0\x31\0\x02\0\x09\0\x30\0\x01k\0\x01t\0\x01\0\x01f\0\x0c";
        let mut from = Reader::new(bytes);
        skip(&mut from, 0).unwrap();
        assert!(from.is_empty());
        for len in 0..bytes.len() {
            assert!(skip(&mut Reader::new(&bytes[..len]), 0).is_err(), "{len}");
        }
        assert!(skip(&mut Reader::new(&b"\0\x20".repeat(100)), 0).is_err());
        assert!(skip(&mut Reader::new(b"\0\x99"), 0).is_err());
    }

    #[test]
    fn classes_of_vectors() {
        let class =
            b"org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)";
        let Kind::Vector(element, 3) = Kind::of_class(class) else { panic!() };
        assert_eq!(Kind::of_class(element), Kind::Float);
        assert_eq!(Kind::Float.fixed(element), Some(4));
        assert_eq!(Kind::of_class(b"VectorType(x)"), Kind::Custom);
        assert_eq!(Kind::of_class(b"VectorType(x,-1)"), Kind::Custom);
    }
}
