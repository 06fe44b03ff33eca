//! Values of the binary protocol as text, as the server itself would print them.

use std::io::Write as _;

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::wire::{self, ColumnKind};

/// Numbers of types ("Column Type").
mod kind {
    pub(super) const TINY: u8 = 1;
    pub(super) const SHORT: u8 = 2;
    pub(super) const LONG: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const DOUBLE: u8 = 5;
    pub(super) const NULL: u8 = 6;
    pub(super) const TIMESTAMP: u8 = 7;
    pub(super) const LONGLONG: u8 = 8;
    pub(super) const INT24: u8 = 9;
    pub(super) const DATE: u8 = 10;
    pub(super) const TIME: u8 = 11;
    pub(super) const DATETIME: u8 = 12;
    pub(super) const YEAR: u8 = 13;
}

/// How a missing value is written.
pub(crate) const NULL: &[u8] = b"NULL";

/// A value of the binary protocol ("Binary Protocol Value").
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'b> {
    Null,
    Signed(i64),
    Unsigned(u64),
    Float(f32),
    Double(f64),
    /// Year, month and day, and the time of day where the type has one.
    Date {
        date: [u16; 3],
        time: Option<[u32; 4]>,
    },
    /// Sign, hours, minutes, seconds and microseconds.
    Time {
        negative: bool,
        time: [u32; 4],
    },
    /// Texts, numbers with a decimal point, blobs.
    Bytes(&'b [u8]),
}

impl<'b> Value<'b> {
    /// The next value.
    ///
    /// # Errors
    /// If the bytes end within it. A text that was cut with its packet is no error: what is there of it is given.
    pub(crate) fn read(from: &mut Reader<'b>, kind: ColumnKind) -> Result<Self, WireError> {
        const SHORT: &str = "short value";
        let signed = |value: i64, unsigned: u64| {
            if kind.unsigned { Self::Unsigned(unsigned) } else { Self::Signed(value) }
        };
        Ok(match kind.code {
            kind::TINY => {
                let byte = from.u8(SHORT)?;
                signed(i64::from(byte.cast_signed()), u64::from(byte))
            }
            kind::SHORT | kind::YEAR => {
                let value = from.array(SHORT).map(u16::from_le_bytes)?;
                signed(i64::from(value.cast_signed()), u64::from(value))
            }
            kind::LONG | kind::INT24 => {
                let value = from.array(SHORT).map(u32::from_le_bytes)?;
                signed(i64::from(value.cast_signed()), u64::from(value))
            }
            kind::LONGLONG => {
                let value = from.array(SHORT).map(u64::from_le_bytes)?;
                signed(value.cast_signed(), value)
            }
            kind::FLOAT => Self::Float(from.array(SHORT).map(f32::from_le_bytes)?),
            kind::DOUBLE => Self::Double(from.array(SHORT).map(f64::from_le_bytes)?),
            kind::NULL => Self::Null,
            kind::DATE | kind::DATETIME | kind::TIMESTAMP => Self::date(from, kind.code != kind::DATE)?,
            kind::TIME => Self::time(from)?,
            _ => wire::text_or_start(from)?.map_or(Self::Null, Self::Bytes),
        })
    }

    /// Length 0, 4, 7 or 11.
    fn date(from: &mut Reader<'b>, with_time: bool) -> Result<Self, WireError> {
        let len = usize::from(from.u8("short date")?);
        let mut from = from.sub(len, "short date")?;
        let mut date = [0; 3];
        let mut time = [0; 4];
        if len >= 4 {
            let [low, high, month, day] = from.array("short date")?;
            date = [u16::from_le_bytes([low, high]), u16::from(month), u16::from(day)];
        }
        if len >= 7 {
            let [hour, minute, second] = from.array("short date")?;
            time = [u32::from(hour), u32::from(minute), u32::from(second), 0];
        }
        if len >= 11 {
            time = [time[0], time[1], time[2], from.array("short date").map(u32::from_le_bytes)?];
        }
        Ok(Self::Date { date, time: (with_time || len >= 7).then_some(time) })
    }

    /// Length 0, 8 or 12.
    fn time(from: &mut Reader<'b>) -> Result<Self, WireError> {
        let len = usize::from(from.u8("short time")?);
        let mut from = from.sub(len, "short time")?;
        let (mut negative, mut time) = (false, [0; 4]);
        if len >= 8 {
            negative = from.u8("short time")? != 0;
            let days = from.array("short time").map(u32::from_le_bytes)?;
            let [hour, minute, second] = from.array("short time")?;
            let hours = days.saturating_mul(24).saturating_add(u32::from(hour));
            time = [hours, u32::from(minute), u32::from(second), 0];
        }
        if len >= 12 {
            time = [time[0], time[1], time[2], from.array("short time").map(u32::from_le_bytes)?];
        }
        Ok(Self::Time { negative, time })
    }

    /// Appends its text, of long ones the first `limit` bytes.
    pub(crate) fn write_at_most(self, limit: usize, to: &mut Vec<u8>) {
        match self {
            Self::Bytes(bytes) => Self::Bytes(bytes.get(..limit).unwrap_or(bytes)).write(to),
            other => other.write(to),
        }
    }

    /// Appends its text.
    pub(crate) fn write(self, to: &mut Vec<u8>) {
        // Writing to memory does not fail.
        let _ = match self {
            Self::Null => to.write_all(NULL),
            Self::Signed(value) => write!(to, "{value}"),
            Self::Unsigned(value) => write!(to, "{value}"),
            Self::Float(value) => write!(to, "{value}"),
            Self::Double(value) => write!(to, "{value}"),
            Self::Date { date: [year, month, day], time } => {
                let date = write!(to, "{year:04}-{month:02}-{day:02}");
                match time {
                    Some(time) => {
                        to.push(b' ');
                        clock(time, to)
                    }
                    None => date,
                }
            }
            Self::Time { negative, time } => {
                if negative {
                    to.push(b'-');
                }
                clock(time, to)
            }
            Self::Bytes(bytes) => to.write_all(bytes),
        };
    }
}

fn clock([hour, minute, second, micros]: [u32; 4], to: &mut Vec<u8>) -> std::io::Result<()> {
    write!(to, "{hour:02}:{minute:02}:{second:02}")?;
    if micros > 0 { write!(to, ".{micros:06}") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: u8, unsigned: bool, bytes: &[u8]) -> String {
        let mut from = Reader::new(bytes);
        let mut to = Vec::new();
        Value::read(&mut from, ColumnKind { code, unsigned }).unwrap().write(&mut to);
        assert!(from.is_empty(), "type {code}");
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn values_of_every_type() {
        assert_eq!(text(1, false, &[0xff]), "-1");
        assert_eq!(text(1, true, &[0xff]), "255");
        assert_eq!(text(2, false, &[0, 0x80]), "-32768");
        assert_eq!(text(13, true, &[0xea, 7]), "2026");
        assert_eq!(text(3, false, &[1, 0, 0, 0]), "1");
        assert_eq!(text(9, false, &[0xff; 4]), "-1");
        assert_eq!(text(8, true, &[0xff; 8]), "18446744073709551615");
        assert_eq!(text(4, false, &1.5_f32.to_le_bytes()), "1.5");
        assert_eq!(text(5, false, &(-0.1_f64).to_le_bytes()), "-0.1");
        assert_eq!(text(6, false, &[]), "NULL");
        assert_eq!(text(10, false, &[4, 0xea, 7, 1, 15]), "2026-01-15");
        assert_eq!(text(10, false, &[0]), "0000-00-00");
        assert_eq!(text(12, false, &[0]), "0000-00-00 00:00:00");
        assert_eq!(text(12, false, &[7, 0xea, 7, 1, 15, 9, 8, 7]), "2026-01-15 09:08:07");
        assert_eq!(text(7, false, &[11, 0xea, 7, 1, 15, 9, 8, 7, 1, 0, 0, 0]), "2026-01-15 09:08:07.000001");
        assert_eq!(text(11, false, &[0]), "00:00:00");
        assert_eq!(text(11, false, &[8, 1, 1, 0, 0, 0, 2, 3, 4]), "-26:03:04");
        assert_eq!(text(253, false, b"\x03abc"), "abc");
        assert_eq!(text(246, false, b"\x041.50"), "1.50");
        assert_eq!(text(252, false, b"\x05ab"), "ab");
        assert!(Value::read(&mut Reader::new(&[9]), ColumnKind { code: 12, unsigned: false }).is_err());
    }
}
