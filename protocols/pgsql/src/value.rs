//! Values of the binary format as text, as the server itself would print them.
//!
//! The format of each type is that of its `…_send` function in the server's source.

use packetbeat_core::calendar::civil;
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::limits::ARRAY_ITEMS;
use crate::wire;

/// Object ids of types (`pg_type.dat`).
mod oid {
    pub(super) const BOOL: u32 = 16;
    pub(super) const CHAR: u32 = 18;
    pub(super) const NAME: u32 = 19;
    pub(super) const INT8: u32 = 20;
    pub(super) const INT2: u32 = 21;
    pub(super) const INT4: u32 = 23;
    pub(super) const TEXT: u32 = 25;
    pub(super) const OID: u32 = 26;
    pub(super) const XID: u32 = 28;
    pub(super) const JSON: u32 = 114;
    pub(super) const XML: u32 = 142;
    pub(super) const CIDR: u32 = 650;
    pub(super) const FLOAT4: u32 = 700;
    pub(super) const FLOAT8: u32 = 701;
    pub(super) const UNKNOWN: u32 = 705;
    pub(super) const INET: u32 = 869;
    pub(super) const BPCHAR: u32 = 1042;
    pub(super) const VARCHAR: u32 = 1043;
    pub(super) const DATE: u32 = 1082;
    pub(super) const TIME: u32 = 1083;
    pub(super) const TIMESTAMP: u32 = 1114;
    pub(super) const TIMESTAMPTZ: u32 = 1184;
    pub(super) const INTERVAL: u32 = 1186;
    pub(super) const NUMERIC: u32 = 1700;
    pub(super) const UUID: u32 = 2950;
    pub(super) const JSONB: u32 = 3802;
    /// Arrays of the types above.
    pub(super) const ARRAYS: [u32; 22] = [
        1000, 1001, 1002, 1003, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1028, 1041, 1115, 1182, 1183,
        1185, 1231, 2951, 199, 3807,
    ];
}

const SHORT: &str = "short value";

/// Appends the text of a value in the binary format, about `limit` bytes of it. What is no value of its type, or of a type that
/// is not known here, is written as the server writes bytes: `\x` and hexadecimal digits.
pub(crate) fn write_binary(type_oid: u32, bytes: &[u8], limit: usize, to: &mut Vec<u8>) {
    let start = to.len();
    if typed(type_oid, bytes, limit, to).is_err() {
        to.truncate(start);
        hex(bytes.get(..limit / 2).unwrap_or(bytes), to);
    }
}

fn typed(type_oid: u32, bytes: &[u8], limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    const NOT_KNOWN: WireError = WireError::new("type not known", 0);
    let cut = bytes.get(..limit).unwrap_or(bytes);
    let mut from = Reader::new(bytes);
    match type_oid {
        oid::TEXT
        | oid::VARCHAR
        | oid::BPCHAR
        | oid::NAME
        | oid::CHAR
        | oid::JSON
        | oid::XML
        | oid::UNKNOWN => {
            to.extend_from_slice(cut);
            return Ok(());
        }
        oid::JSONB => {
            if from.u8(SHORT)? != 1 {
                return Err(NOT_KNOWN);
            }
            to.extend_from_slice(cut.get(1..).unwrap_or_default());
            return Ok(());
        }
        oid::BOOL => to.push(if from.u8(SHORT)? == 0 { b'f' } else { b't' }),
        oid::INT2 => print(to, i16::from_be_bytes(from.array(SHORT)?)),
        oid::INT4 => print(to, i32::from_be_bytes(from.array(SHORT)?)),
        oid::INT8 => print(to, i64::from_be_bytes(from.array(SHORT)?)),
        oid::OID | oid::XID => print(to, from.u32_be(SHORT)?),
        oid::FLOAT4 => float(f64::from(f32::from_be_bytes(from.array(SHORT)?)), true, to),
        oid::FLOAT8 => float(f64::from_be_bytes(from.array(SHORT)?), false, to),
        oid::NUMERIC => numeric(&mut from, limit, to)?,
        oid::DATE => date(i64::from(i32::from_be_bytes(from.array(SHORT)?)), to),
        oid::TIME => clock(i64::from_be_bytes(from.array(SHORT)?), to),
        oid::TIMESTAMP | oid::TIMESTAMPTZ => {
            timestamp(i64::from_be_bytes(from.array(SHORT)?), type_oid == oid::TIMESTAMPTZ, to);
        }
        oid::INTERVAL => interval(&mut from, to)?,
        oid::UUID => uuid(from.array(SHORT)?, to),
        oid::INET | oid::CIDR => inet(&mut from, to)?,
        other if oid::ARRAYS.contains(&other) => array(&mut from, limit, to)?,
        _ => return Err(NOT_KNOWN),
    }
    if from.is_empty() { Ok(()) } else { Err(WireError::new("long value", from.at())) }
}

/// Appends a number as text.
pub(crate) fn print(to: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to memory does not fail.
    let _ = write!(to, "{value}");
}

fn hex(bytes: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(b"\\x");
    for byte in bytes {
        let _ = write!(to, "{byte:02x}");
    }
}

fn float(value: f64, single: bool, to: &mut Vec<u8>) {
    match value {
        _ if value.is_nan() => to.extend_from_slice(b"NaN"),
        f64::INFINITY => to.extend_from_slice(b"Infinity"),
        f64::NEG_INFINITY => to.extend_from_slice(b"-Infinity"),
        #[expect(clippy::cast_possible_truncation, reason = "it came from one")]
        _ if single => print(to, value as f32),
        _ => print(to, value),
    }
}

/// Groups of four decimal digits, and where the point stands.
fn numeric(from: &mut Reader<'_>, limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    const NEGATIVE: u16 = 0x4000;
    let count = from.u16_be(SHORT)?;
    let weight = i16::from_be_bytes(from.array(SHORT)?);
    let sign = from.u16_be(SHORT)?;
    let scale = usize::from(from.u16_be(SHORT)?);
    let groups = from.take(usize::from(count) * 2, SHORT)?;
    match sign {
        0 => {}
        NEGATIVE => to.push(b'-'),
        0xc000 => to.extend_from_slice(b"NaN"),
        0xd000 => to.extend_from_slice(b"Infinity"),
        0xf000 => to.extend_from_slice(b"-Infinity"),
        _ => return Err(WireError::new("sign", 4)),
    }
    if sign > NEGATIVE {
        return Ok(());
    }
    let group = |at: i32| {
        let at = usize::try_from(at).ok()?;
        let pair = groups.get(at * 2..at * 2 + 2)?.first_chunk::<2>()?;
        Some(u16::from_be_bytes(*pair))
    };
    let end = to.len() + limit;
    let weight = i32::from(weight);
    if weight < 0 {
        to.push(b'0');
    }
    for at in 0..=weight {
        let digits = group(at).unwrap_or(0);
        if to.len() > end {
            return Ok(());
        }
        if at == 0 { print(to, digits) } else { print(to, format_args!("{digits:04}")) }
    }
    if scale == 0 {
        return Ok(());
    }
    to.push(b'.');
    let mut left = scale;
    let mut at = weight + 1;
    while left > 0 && to.len() <= end {
        let start = to.len();
        let digits = if at < 0 { 0 } else { group(at).unwrap_or(0) };
        print(to, format_args!("{digits:04}"));
        to.truncate(start + left.min(4));
        left = left.saturating_sub(4);
        at += 1;
    }
    Ok(())
}

/// Days from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const EPOCH_DAYS: i64 = 10_957;
const DAY: i64 = 86_400_000_000;

fn date(day: i64, to: &mut Vec<u8>) {
    match i32::try_from(day) {
        Ok(i32::MAX) => return to.extend_from_slice(b"infinity"),
        Ok(i32::MIN) => return to.extend_from_slice(b"-infinity"),
        _ => {}
    }
    let (year, month, day) = civil(day + EPOCH_DAYS);
    if year > 0 {
        print(to, format_args!("{year:04}-{month:02}-{day:02}"));
    } else {
        print(to, format_args!("{:04}-{month:02}-{day:02} BC", 1 - year));
    }
}

fn timestamp(micros: i64, zone: bool, to: &mut Vec<u8>) {
    match micros {
        i64::MAX => return to.extend_from_slice(b"infinity"),
        i64::MIN => return to.extend_from_slice(b"-infinity"),
        _ => {}
    }
    date(micros.div_euclid(DAY), to);
    to.push(b' ');
    clock(micros.rem_euclid(DAY), to);
    if zone {
        to.extend_from_slice(b"+00");
    }
}

/// Time of day, or a length of time, in microseconds.
fn clock(micros: i64, to: &mut Vec<u8>) {
    if micros < 0 {
        to.push(b'-');
    }
    let micros = micros.unsigned_abs();
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    print(to, format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    if fraction > 0 {
        print(to, format_args!(".{fraction:06}"));
        while to.last() == Some(&b'0') {
            to.pop();
        }
    }
}

fn interval(from: &mut Reader<'_>, to: &mut Vec<u8>) -> Result<(), WireError> {
    let micros = i64::from_be_bytes(from.array(SHORT)?);
    let days = i32::from_be_bytes(from.array(SHORT)?);
    let months = i32::from_be_bytes(from.array(SHORT)?);
    let start = to.len();
    for (count, one, many) in
        [(months / 12, "year", "years"), (months % 12, "mon", "mons"), (days, "day", "days")]
    {
        if count != 0 {
            if to.len() > start {
                to.push(b' ');
            }
            print(to, format_args!("{count} {}", if count == 1 { one } else { many }));
        }
    }
    if micros != 0 || to.len() == start {
        if to.len() > start {
            to.push(b' ');
        }
        clock(micros, to);
    }
    Ok(())
}

fn uuid(bytes: [u8; 16], to: &mut Vec<u8>) {
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            to.push(b'-');
        }
        print(to, format_args!("{byte:02x}"));
    }
}

/// Family, bits of the network, whether it is a network, length of the address, address.
fn inet(from: &mut Reader<'_>, to: &mut Vec<u8>) -> Result<(), WireError> {
    let [_, bits, network, len] = from.array(SHORT)?;
    let most = match len {
        4 => {
            print(to, Ipv4Addr::from(from.array::<4>(SHORT)?));
            32
        }
        16 => {
            print(to, Ipv6Addr::from(from.array::<16>(SHORT)?));
            128
        }
        _ => return Err(WireError::new("length of an address", 3)),
    };
    if network != 0 || bits != most {
        print(to, format_args!("/{bits}"));
    }
    Ok(())
}

/// Dimensions, flags, type of the items; length and lower bound of each dimension; the items.
fn array(from: &mut Reader<'_>, limit: usize, to: &mut Vec<u8>) -> Result<(), WireError> {
    let dimensions = from.u32_be(SHORT)?;
    from.take(4, SHORT)?;
    let item = from.u32_be(SHORT)?;
    if dimensions > 1 || oid::ARRAYS.contains(&item) {
        return Err(WireError::new("dimensions", 0));
    }
    to.push(b'{');
    let end = to.len() + limit;
    if dimensions == 1 {
        let count = from.u32_be(SHORT)?;
        from.take(4, SHORT)?;
        for at in 0..count {
            let value = wire::value(from)?;
            if at as usize >= ARRAY_ITEMS || to.len() > end {
                // The rest is not written.
                *from = Reader::new(&[]);
                break;
            }
            if at > 0 {
                to.push(b',');
            }
            match value {
                None => to.extend_from_slice(b"NULL"),
                Some(value) => array_item(item, value, limit, to),
            }
        }
    }
    to.push(b'}');
    Ok(())
}

/// An item, in quotes where it must be.
fn array_item(item: u32, value: &[u8], limit: usize, to: &mut Vec<u8>) {
    let start = to.len();
    write_binary(item, value, limit, to);
    let written = to.get(start..).unwrap_or_default();
    let special =
        |byte: &u8| matches!(*byte, b'{' | b'}' | b',' | b'"' | b'\\') || byte.is_ascii_whitespace();
    if !written.is_empty() && !written.iter().any(special) && !written.eq_ignore_ascii_case(b"null") {
        return;
    }
    let text = to.split_off(start);
    to.push(b'"');
    for byte in text {
        if matches!(byte, b'"' | b'\\') {
            to.push(b'\\');
        }
        to.push(byte);
    }
    to.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(type_oid: u32, bytes: &[u8]) -> String {
        let mut to = Vec::new();
        write_binary(type_oid, bytes, 100, &mut to);
        String::from_utf8(to).unwrap()
    }

    fn numeric(count: u16, weight: i16, sign: u16, scale: u16, groups: &[u16]) -> String {
        let mut bytes = count.to_be_bytes().to_vec();
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(scale.to_be_bytes());
        bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
        text(oid::NUMERIC, &bytes)
    }

    #[test]
    fn values_of_every_type() {
        assert_eq!(text(16, &[1]), "t");
        assert_eq!(text(21, &[0xff, 0xfe]), "-2");
        assert_eq!(text(23, &7_i32.to_be_bytes()), "7");
        assert_eq!(text(20, &i64::MIN.to_be_bytes()), "-9223372036854775808");
        assert_eq!(text(26, &u32::MAX.to_be_bytes()), "4294967295");
        assert_eq!(text(700, &0.1_f32.to_be_bytes()), "0.1");
        assert_eq!(text(701, &(-1.5_f64).to_be_bytes()), "-1.5");
        assert_eq!(text(701, &f64::NAN.to_be_bytes()), "NaN");
        assert_eq!(text(25, b"pens"), "pens");
        assert_eq!(text(3802, b"\x01{}"), "{}");
        assert_eq!(text(1082, &9511_i32.to_be_bytes()), "2026-01-15");
        assert_eq!(text(1082, &(-1_i32).to_be_bytes()), "1999-12-31");
        assert_eq!(text(1082, &(-730_120_i32).to_be_bytes()), "0001-12-31 BC");
        assert_eq!(text(1083, &3_723_500_000_i64.to_be_bytes()), "01:02:03.5");
        assert_eq!(text(1114, &0_i64.to_be_bytes()), "2000-01-01 00:00:00");
        assert_eq!(text(1184, &i64::MAX.to_be_bytes()), "infinity");
        let mut interval = 14_706_789_000_i64.to_be_bytes().to_vec();
        interval.extend([0, 0, 0, 3, 0, 0, 0, 14]);
        assert_eq!(text(1186, &interval), "1 year 2 mons 3 days 04:05:06.789");
        assert_eq!(text(1186, &[0; 16]), "00:00:00");
        assert_eq!(text(869, &[2, 32, 0, 4, 192, 0, 2, 1]), "192.0.2.1");
        assert_eq!(text(650, &[2, 24, 1, 4, 192, 0, 2, 0]), "192.0.2.0/24");
        let uuid: Vec<u8> = (0..16).collect();
        assert_eq!(text(2950, &uuid), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }

    #[test]
    fn numbers_with_a_point() {
        assert_eq!(numeric(2, 0, 0, 2, &[12, 3400]), "12.34");
        assert_eq!(numeric(3, 1, 0x4000, 1, &[1, 2, 5000]), "-10002.5");
        assert_eq!(numeric(1, -1, 0, 4, &[25]), "0.0025");
        assert_eq!(numeric(1, -2, 0, 6, &[2500]), "0.000025");
        assert_eq!(numeric(0, 0, 0, 2, &[]), "0.00");
        assert_eq!(numeric(1, 1, 0, 0, &[3]), "30000");
        assert_eq!(numeric(0, 0, 0xc000, 0, &[]), "NaN");
        assert!(numeric(1, i16::MAX, 0, u16::MAX, &[1]).len() < 200);
    }

    #[test]
    fn arrays() {
        let mut array = Vec::new();
        for number in [1, 1, 25, 4, 1] {
            array.extend(i32::to_be_bytes(number));
        }
        for item in [&b"a"[..], b"b c", b""] {
            array.extend((item.len() as i32).to_be_bytes());
            array.extend(item);
        }
        array.extend((-1_i32).to_be_bytes());
        assert_eq!(text(1009, &array), "{a,\"b c\",\"\",NULL}");
        assert_eq!(text(1007, &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23]), "{}");
    }

    #[test]
    fn what_is_not_of_its_type_is_shown_as_bytes() {
        assert_eq!(text(23, &[1, 2]), "\\x0102");
        assert_eq!(text(23, &[0, 0, 0, 1, 9]), "\\x0000000109");
        assert_eq!(text(17, b"\xca\xfe"), "\\xcafe");
        assert_eq!(text(99_999, b"a"), "\\x61");
        assert_eq!(text(2950, &[]), "\\x");
    }
}
