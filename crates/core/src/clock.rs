//! Packet time as text.

use crate::calendar::civil;
use crate::event::Precision;
use crate::pen::Pen;
use crate::time::SECOND;

/// Room for `YYYY-MM-DDThh:mm:ss.`, which has 20 bytes, to be copied in two moves.
const TEXT: usize = 32;

/// Times as text (RFC 3339, UTC); the text of the last second is kept.
#[derive(Debug)]
pub(crate) struct Clock {
    precision: Precision,
    /// When the second of `text` began.
    start: i64,
    text: [u8; TEXT],
}

impl Clock {
    pub(crate) fn new(precision: Precision) -> Self {
        Self { precision, start: 0, text: second_text(0) }
    }

    /// Writes a time in nanoseconds since 1970: at most 30 bytes, and two to spare.
    #[inline]
    pub(crate) fn write<const ROOM: usize>(&mut self, pen: &mut Pen<'_, ROOM>, nanos: i64) {
        // Within the last second, less than 2^32; before it, or far behind it, more than a second when read without a sign.
        let since = nanos.wrapping_sub(self.start) as u64;
        let rest = if since < SECOND as u64 { since as u32 } else { self.turn(nanos) };
        pen.first(&self.text, 20);
        let millis = rest / 1_000_000;
        let millis = [digit(millis / 100), digit(millis / 10), digit(millis)];
        if self.precision == Precision::Millisecond {
            pen.put(&[millis[0], millis[1], millis[2], b'Z']);
        } else {
            pen.put(&millis);
            self.fine(pen, rest);
        }
    }

    /// Another second begins: nanoseconds since it did.
    #[cold]
    #[inline(never)]
    fn turn(&mut self, nanos: i64) -> u32 {
        let second = nanos.div_euclid(SECOND);
        // The second in which the earliest time lies began before it.
        (self.start, self.text) = (second.wrapping_mul(SECOND), second_text(second));
        nanos.rem_euclid(SECOND) as u32
    }

    /// Digits beyond the milliseconds, zeros at the end cut in threes.
    fn fine<const ROOM: usize>(&self, pen: &mut Pen<'_, ROOM>, rest: u32) {
        let (micros, nanos) = (rest / 1000 % 1000, rest % 1000);
        let keep = match (self.precision, micros, nanos) {
            (Precision::Nanosecond, _, 1..) => 2,
            (_, 1.., _) => 1,
            _ => 0,
        };
        for group in [micros, nanos].into_iter().take(keep) {
            pen.put(&[digit(group / 100), digit(group / 10), digit(group)]);
        }
        pen.put(b"Z");
    }
}

const fn digit(value: u32) -> u8 {
    b'0' + (value % 10) as u8
}

/// `YYYY-MM-DDThh:mm:ss.` of a second since the epoch. Years beyond 9999 lose their leading digits; no `i64` of
/// nanoseconds reaches them (1677 to 2262).
fn second_text(second: i64) -> [u8; TEXT] {
    let (day, of_day) = (second.div_euclid(86_400), second.rem_euclid(86_400) as u32);
    let (year, month, day) = civil(day);
    let (month, day) = (month as u32, day as u32); // at most 31
    let (hour, minute, sec) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let year = year.unsigned_abs() as u32;
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
        b'T',
        digit(hour / 10),
        digit(hour),
        b':',
        digit(minute / 10),
        digit(minute),
        b':',
        digit(sec / 10),
        digit(sec),
        b'.',
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn written(clock: &mut Clock, nanos: i64) -> String {
        let mut json = Json::default();
        json.pen::<64>(|pen| clock.write(pen, nanos));
        String::from_utf8(json.bytes().to_vec()).unwrap()
    }

    fn text(nanos: i64, precision: Precision) -> String {
        written(&mut Clock::new(precision), nanos)
    }

    #[test]
    fn seconds_change_forwards_and_backwards() {
        let mut clock = Clock::new(Precision::Millisecond);
        for (nanos, want) in [
            (1_999_999_999, "01.999Z"),
            (2_000_000_000, "02.000Z"),
            (1_000_000_000, "01.000Z"),
            (999_999_999, "00.999Z"),
            (-1, "59.999Z"),
        ] {
            assert_eq!(&written(&mut clock, nanos)[17..], want);
        }
    }

    #[test]
    fn times_of_known_moments() {
        assert_eq!(text(0, Precision::Millisecond), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(1_700_000_000_900_657_000, Precision::Millisecond), "2023-11-14T22:13:20.900Z");
        assert_eq!(text(1_700_000_000_900_657_000, Precision::Nanosecond), "2023-11-14T22:13:20.900657Z");
        assert_eq!(text(1_700_000_000_817_000_000, Precision::Microsecond), "2023-11-14T22:13:20.817Z");
        assert_eq!(text(1_709_164_800_000_000_001, Precision::Nanosecond), "2024-02-29T00:00:00.000000001Z");
        assert_eq!(text(i64::MIN, Precision::Nanosecond), "1677-09-21T00:12:43.145224192Z");
        assert_eq!(text(i64::MAX, Precision::Nanosecond), "2262-04-11T23:47:16.854775807Z");
        assert_eq!(text(-1, Precision::Millisecond), "1969-12-31T23:59:59.999Z");
    }
}
