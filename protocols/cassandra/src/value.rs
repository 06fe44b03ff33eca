//! Values as text, much as CQL writes them.
//!
//! CQL Binary Protocol v5, section 6 "Data Type Serialization Formats". What does not fit its type is written as a blob.

use packetbeat_core::calendar::civil;
use std::io::Write as _;

use packetbeat_core::decimal;
use packetbeat_core::reader::Reader;

use crate::kind::{self, Kind};
use crate::limits::{TYPE_DEPTH, TYPE_STEPS};
use crate::wire::{self, Value};

/// Writes values into a buffer, up to a limit.
pub(crate) struct Writer<'w> {
    to: &'w mut Vec<u8>,
    /// Length of the buffer behind which nothing more is begun.
    end: usize,
    /// Collections count in two bytes (versions 1 and 2).
    is_old: bool,
    /// Types and values that may still be looked at.
    steps: u32,
}

impl<'w> Writer<'w> {
    /// At most about `limit` bytes behind what the buffer has.
    pub(crate) const fn new(to: &'w mut Vec<u8>, limit: usize, is_old: bool) -> Self {
        let end = to.len().saturating_add(limit);
        Self { to, end, is_old, steps: TYPE_STEPS }
    }

    /// Writes one value of the type that stands at `kind`, and passes over the type.
    pub(crate) fn write(&mut self, kind: &mut Reader<'_>, value: Value<'_>) {
        self.write_only(*kind, value);
        if kind::skip(kind, 0).is_err() {
            // Nothing follows that could be understood.
            *kind = Reader::new(&[]);
        }
    }

    /// Writes one value of a type.
    pub(crate) fn write_only(&mut self, kind: Reader<'_>, value: Value<'_>) {
        match value {
            Value::Null => self.put(b"NULL"),
            Value::Unset => self.put(b"UNSET"),
            Value::Bytes(bytes) => self.typed(kind, bytes, 0),
        }
    }

    /// Writes one value whose type is not known: text if it looks like it.
    pub(crate) fn untyped(&mut self, value: Value<'_>) {
        match value {
            Value::Null => self.put(b"NULL"),
            Value::Unset => self.put(b"UNSET"),
            Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => self.put(bytes),
                _ => self.blob(bytes),
            },
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        let room = self.end.saturating_sub(self.to.len());
        self.to.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn blob(&mut self, bytes: &[u8]) {
        let room = self.end.saturating_sub(self.to.len()) / 2;
        self.to.extend_from_slice(b"0x");
        wire::hex(bytes.get(..room).unwrap_or(bytes), false, self.to);
    }

    /// Whether one step more may be made.
    fn goes_on(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0 && self.to.len() < self.end
    }

    /// A value within another: texts are in quotes.
    fn inner(&mut self, kind: Reader<'_>, value: Value<'_>, depth: u32) {
        match value {
            Value::Null | Value::Unset => self.put(b"NULL"),
            Value::Bytes(bytes) => self.typed(kind, bytes, depth),
        }
    }

    fn typed(&mut self, mut kind: Reader<'_>, bytes: &[u8], depth: u32) {
        if depth > TYPE_DEPTH || !self.goes_on() {
            return;
        }
        let Ok(head) = Kind::read(&mut kind) else { return self.blob(bytes) };
        let start = self.to.len();
        let done = match head {
            Kind::List => self.list(kind, bytes, (b'[', b']'), depth),
            Kind::Set => self.list(kind, bytes, (b'{', b'}'), depth),
            Kind::Map => self.map(kind, bytes, depth),
            Kind::Udt(fields) => self.fields(kind, fields, true, bytes, depth),
            Kind::Tuple(types) => self.fields(kind, types, false, bytes, depth),
            Kind::Vector(class, count) => self.vector(class, count, bytes, depth),
            simple => self.simple(simple, bytes, depth > 0),
        };
        if done.is_none() {
            self.to.truncate(start);
            self.blob(bytes);
        }
    }

    fn element<'b>(&self, from: &mut Reader<'b>) -> Option<Value<'b>> {
        if self.is_old {
            wire::string(from, "element").ok().map(Value::Bytes)
        } else {
            wire::value(from, "element").ok()
        }
    }

    fn count(&self, from: &mut Reader<'_>) -> Option<usize> {
        if self.is_old { from.u16_be("count").ok().map(usize::from) } else { wire::count(from, "count").ok() }
    }

    fn list(&mut self, kind: Reader<'_>, bytes: &[u8], (open, close): (u8, u8), depth: u32) -> Option<()> {
        let mut from = Reader::new(bytes);
        let count = self.count(&mut from)?;
        self.to.push(open);
        for at in 0..count {
            if !self.goes_on() {
                break;
            }
            self.comma(at);
            let value = self.element(&mut from)?;
            self.inner(kind, value, depth + 1);
        }
        self.to.push(close);
        Some(())
    }

    fn map(&mut self, key: Reader<'_>, bytes: &[u8], depth: u32) -> Option<()> {
        let mut from = Reader::new(bytes);
        let count = self.count(&mut from)?;
        let mut to = key;
        if count > 0 {
            kind::skip(&mut to, depth).ok()?;
            // As long as the type is to be passed over.
            self.steps = self.steps.saturating_sub(u32::try_from(to.at() - key.at()).unwrap_or(u32::MAX));
        }
        self.to.push(b'{');
        for at in 0..count {
            if !self.goes_on() {
                break;
            }
            self.comma(at);
            let value = self.element(&mut from)?;
            self.inner(key, value, depth + 1);
            self.to.extend_from_slice(b": ");
            let value = self.element(&mut from)?;
            self.inner(to, value, depth + 1);
        }
        self.to.push(b'}');
        Some(())
    }

    /// The fields of a tuple or, with names, of a type of the user's. Those at the end may be missing.
    fn fields(
        &mut self,
        mut kind: Reader<'_>,
        count: u16,
        named: bool,
        bytes: &[u8],
        depth: u32,
    ) -> Option<()> {
        let mut from = Reader::new(bytes);
        self.to.push(if named { b'{' } else { b'(' });
        for at in 0..usize::from(count) {
            if from.is_empty() || !self.goes_on() {
                break;
            }
            self.comma(at);
            if named {
                let name = wire::string(&mut kind, "field").ok()?;
                self.put(name);
                self.to.extend_from_slice(b": ");
            }
            let value = wire::value(&mut from, "field").ok()?;
            self.inner(kind, value, depth + 1);
            let before = kind.at();
            kind::skip(&mut kind, depth).ok()?;
            self.steps = self.steps.saturating_sub(u32::try_from(kind.at() - before).unwrap_or(u32::MAX) / 8);
        }
        self.to.push(if named { b'}' } else { b')' });
        Some(())
    }

    fn vector(&mut self, class: &[u8], count: usize, bytes: &[u8], depth: u32) -> Option<()> {
        if depth > TYPE_DEPTH {
            return None;
        }
        let mut from = Reader::new(bytes);
        let head = Kind::of_class(class);
        let fixed = head.fixed(class);
        self.to.push(b'[');
        for at in 0..count {
            if !self.goes_on() {
                break;
            }
            let len = match fixed {
                Some(len) => len,
                None => usize::try_from(unsigned_vint(&mut from)?).ok()?,
            };
            let element = from.take(len, "element").ok()?;
            self.comma(at);
            match head {
                Kind::Vector(class, count) => self.vector(class, count, element, depth + 1)?,
                simple => self.simple(simple, element, true)?,
            }
        }
        self.to.push(b']');
        Some(())
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.to.extend_from_slice(b", ");
        }
    }

    /// A value that has no types within it; `None` if its bytes do not fit.
    fn simple(&mut self, kind: Kind<'_>, bytes: &[u8], quoted: bool) -> Option<()> {
        // An empty value is valid for every type, and not null.
        if bytes.is_empty() && !matches!(kind, Kind::Text | Kind::Blob | Kind::Custom) {
            return Some(());
        }
        match kind {
            Kind::Text => {
                if quoted {
                    self.to.push(b'\'');
                    self.put(bytes);
                    self.to.push(b'\'');
                } else {
                    self.put(bytes);
                }
                return Some(());
            }
            Kind::Uuid => {
                wire::uuid(bytes.try_into().ok()?, self.to);
                return Some(());
            }
            Kind::Inet => {
                let ip = wire::ip(bytes)?;
                return write!(self.to, "{ip}").ok();
            }
            _ => {}
        }
        let to = &mut *self.to;
        // Writing to memory does not fail.
        match kind {
            Kind::Int => {
                if !matches!(bytes.len(), 1 | 2 | 4 | 8) {
                    return None;
                }
                small_integer(bytes, to);
                Ok(())
            }
            Kind::Varint => write!(to, "{}", integer(bytes)?),
            Kind::Boolean => match bytes {
                [0] => to.write_all(b"false"),
                [_] => to.write_all(b"true"),
                _ => return None,
            },
            Kind::Float => write!(to, "{}", f32::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Double => write!(to, "{}", f64::from_be_bytes(bytes.try_into().ok()?)),
            Kind::Decimal => return decimal_number(bytes, to),
            Kind::Timestamp => timestamp(i64::from_be_bytes(bytes.try_into().ok()?), to),
            Kind::Date => {
                // Days since the epoch, which is in the middle of the range.
                let days = i64::from(u32::from_be_bytes(bytes.try_into().ok()?)) - (1 << 31);
                let (year, month, day) = civil(days);
                write!(to, "{year:04}-{month:02}-{day:02}")
            }
            Kind::Time => {
                let nanos = u64::from_be_bytes(bytes.try_into().ok()?);
                let (second, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
                write!(to, "{:02}:{:02}:{:02}.{rest:09}", second / 3600, second / 60 % 60, second % 60)
            }
            Kind::Duration => return duration(bytes, to),
            _ => return None,
        }
        .ok()
    }
}

/// A whole number in two's complement; `None` for more digits than anybody writes.
fn integer(bytes: &[u8]) -> Option<i128> {
    let first = bytes.first()?;
    if bytes.len() > 16 {
        return None;
    }
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    Some(bytes.iter().fold(sign, |number, byte| number << 8 | i128::from(*byte)))
}

/// Appends a whole number of at most 8 bytes.
fn small_integer(bytes: &[u8], to: &mut Vec<u8>) {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let number = bytes.iter().fold(-i64::from(is_negative), |number, byte| number << 8 | i64::from(*byte));
    if is_negative {
        to.push(b'-');
    }
    let (text, len) = decimal::decimal(number.unsigned_abs());
    to.extend_from_slice(text.get(..len).unwrap_or_default());
}

/// A scale, then a whole number.
fn decimal_number(bytes: &[u8], to: &mut Vec<u8>) -> Option<()> {
    /// More zeros than this are an exponent.
    const ZEROS: usize = 40;
    let (scale, digits) = bytes.split_first_chunk()?;
    let (scale, number) = (i32::from_be_bytes(*scale), integer(digits)?);
    let places = usize::try_from(scale).ok().filter(|places| *places <= ZEROS);
    let Some(places) = places else { return write!(to, "{number}E{}", -i64::from(scale)).ok() };
    if number < 0 {
        to.push(b'-');
    }
    let start = to.len();
    if let Ok(small) = u64::try_from(number.unsigned_abs()) {
        let (text, len) = decimal::decimal(small);
        to.extend(std::iter::repeat_n(b'0', (places + 1).saturating_sub(len)));
        to.extend_from_slice(text.get(..len).unwrap_or_default());
    } else {
        write!(to, "{:0width$}", number.unsigned_abs(), width = places + 1).ok()?;
    }
    if places > 0 {
        let point = to.len().saturating_sub(places).max(start);
        to.insert(point, b'.');
    }
    Some(())
}

fn timestamp(millis: i64, to: &mut Vec<u8>) -> std::io::Result<()> {
    let (day, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil(day);
    let (second, rest) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write!(to, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest:03}Z")
}

/// Months, days and nanoseconds, each a signed variable-length number.
fn duration(bytes: &[u8], to: &mut Vec<u8>) -> Option<()> {
    let mut from = Reader::new(bytes);
    let start = to.len();
    for unit in ["mo", "d", "ns"] {
        let raw = unsigned_vint(&mut from)?;
        // The sign is the lowest bit.
        let number = (raw >> 1) as i64 ^ -((raw & 1) as i64);
        if number != 0 {
            if number < 0 && to.len() == start {
                to.push(b'-');
            }
            write!(to, "{}{unit}", number.unsigned_abs()).ok()?;
        }
    }
    if to.len() == start {
        to.extend_from_slice(b"0s");
    }
    Some(())
}

/// A number whose first byte's leading ones say how many bytes follow.
fn unsigned_vint(from: &mut Reader<'_>) -> Option<u64> {
    let first = from.u8("vint").ok()?;
    let more = first.leading_ones();
    let mut value = if more >= 8 { 0 } else { u64::from(first & (0xff >> more)) };
    for byte in from.take(more as usize, "vint").ok()? {
        value = value << 8 | u64::from(*byte);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(kind: &[u8], bytes: &[u8]) -> String {
        let mut to = Vec::new();
        let mut kind = Reader::new(kind);
        Writer::new(&mut to, 200, false).write(&mut kind, Value::Bytes(bytes));
        assert!(kind.is_empty());
        String::from_utf8(to).unwrap()
    }

    fn text(kind: u16, bytes: &[u8]) -> String {
        text_of(&kind.to_be_bytes(), bytes)
    }

    #[test]
    fn simple_values() {
        assert_eq!(text(0x0d, "it's ü".as_bytes()), "it's ü");
        assert_eq!(text(0x09, &(-7_i32).to_be_bytes()), "-7");
        assert_eq!(text(0x02, &i64::MIN.to_be_bytes()), "-9223372036854775808");
        assert_eq!(text(0x14, &[0xff]), "-1");
        assert_eq!(text(0x13, &[1, 0]), "256");
        assert_eq!(text(0x09, &[1, 2, 3]), "0x010203");
        assert_eq!(text(0x09, &[]), "");
        assert_eq!(text(0x0e, &[0x80, 0, 0]), "-8388608");
        assert_eq!(text(0x0e, &[1; 17]), format!("0x{}", "01".repeat(17)));
        assert_eq!(text(0x04, &[1]), "true");
        assert_eq!(text(0x04, &[0]), "false");
        assert_eq!(text(0x08, &1.5_f32.to_be_bytes()), "1.5");
        assert_eq!(text(0x07, &(-0.1_f64).to_be_bytes()), "-0.1");
        assert_eq!(text(0x03, &[0xca, 0xfe]), "0xcafe");
        assert_eq!(text(0x10, &[127, 0, 0, 1]), "127.0.0.1");
        assert_eq!(text(0x10, &[0; 16]), "::");
        let id: Vec<u8> = (0..16).collect();
        assert_eq!(text(0x0c, &id), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(text(0x0c, &id[1..]), "0x0102030405060708090a0b0c0d0e0f");
        assert_eq!(text(0x0b, &1_700_000_000_123_i64.to_be_bytes()), "2023-11-14T22:13:20.123Z");
        assert_eq!(text(0x0b, &(-1_i64).to_be_bytes()), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(0x11, &((1_u32 << 31) + 19_000).to_be_bytes()), "2022-01-08");
        assert_eq!(text(0x12, &3_723_000_000_004_u64.to_be_bytes()), "01:02:03.000000004");
        assert_eq!(text(0x15, &[2, 4, 6]), "1mo2d3ns");
        assert_eq!(text(0x15, &[1, 3, 0xc0 | 1, 0x86, 0xa1]), "-1mo2d50001ns");
        assert_eq!(text(0x15, &[0, 0, 0]), "0s");
    }

    #[test]
    fn decimals() {
        let of = |scale: i32, digits: &[u8]| text(6, &[&scale.to_be_bytes()[..], digits].concat());
        assert_eq!(of(2, &[0x04, 0xd2]), "12.34");
        assert_eq!(of(2, &[0xff]), "-0.01");
        assert_eq!(of(0, &[5]), "5");
        assert_eq!(of(-3, &[5]), "5E3");
        assert_eq!(of(i32::MAX, &[5]), "5E-2147483647");
        assert_eq!(of(i32::MIN, &[5]), "5E2147483648");
    }

    #[test]
    fn values_within_values() {
        let list = b"\0\0\0\x02\0\0\0\x01a\0\0\0\x01b";
        assert_eq!(text_of(b"\0\x20\0\x0d", list), "['a', 'b']");
        assert_eq!(text_of(b"\0\x22\0\x0d", list), "{'a', 'b'}");
        let map = b"\0\0\0\x01\0\0\0\x01a\0\0\0\x04\0\0\0\x05";
        assert_eq!(text_of(b"\0\x21\0\x0d\0\x09", map), "{'a': 5}");
        let fields = b"\0\0\0\x01a\xff\xff\xff\xff";
        assert_eq!(text_of(b"\0\x31\0\x03\0\x0d\0\x09\0\x09", fields), "('a', NULL)");
        let udt = b"\0\x30\0\x01k\0\x01t\0\x02\0\x01f\0\x0d\0\x01g\0\x09";
        assert_eq!(text_of(udt, fields), "{f: 'a', g: NULL}");
        let class = b"VectorType(FloatType,2)";
        let kind = [&[0, 0, 0, class.len() as u8][..], class].concat();
        let floats = [1.5_f32.to_be_bytes(), (-2_f32).to_be_bytes()].concat();
        assert_eq!(text_of(&kind, &floats), "[1.5, -2]");
        let class = b"VectorType(UTF8Type,2)";
        let kind = [&[0, 0, 0, class.len() as u8][..], class].concat();
        assert_eq!(text_of(&kind, b"\x01a\x02bc"), "['a', 'bc']");
    }

    #[test]
    fn counts_that_lie_are_blobs_and_never_memory() {
        assert_eq!(text_of(b"\0\x20\0\x0d", b"\x7f\xff\xff\xff\0\0\0\x01a"), "0x7fffffff0000000161");
        let mut to = Vec::new();
        let empties = [&1_000_000_u32.to_be_bytes()[..], &[0; 4_000_000]].concat();
        Writer::new(&mut to, 1 << 30, false).write(&mut Reader::new(b"\0\x20\0\x0d"), Value::Bytes(&empties));
        assert!(to.len() < 4 << TYPE_STEPS.ilog2() << 1, "{}", to.len());
    }
}
