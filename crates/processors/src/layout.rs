//! Times as Go writes them: a layout shows the time Mon Jan 2 15:04:05 MST 2006 as it would be written.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A layout, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Seconds since 1970, with a fraction.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// Parts of a time.
    Parts(Vec<Item>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Literal(String),
    Year,
    ShortYear,
    Month,
    MonthName,
    ShortMonthName,
    Day,
    DayOfYear,
    DayName,
    ShortDayName,
    Hour,
    Hour12,
    Minute,
    Second,
    /// Behind a point or a comma; the layout may leave it out.
    Fraction,
    AmPm,
    /// `UTC`, `GMT`, `Z` or letters that say nothing.
    ZoneName,
    /// `-0700`, `-07:00`, `-07`; `Z` is taken too.
    Offset,
}

/// What stands for what; of two that begin alike the longer one first.
const TOKENS: [(&str, Item); 35] = [
    ("January", Item::MonthName),
    ("Jan", Item::ShortMonthName),
    ("Monday", Item::DayName),
    ("Mon", Item::ShortDayName),
    ("MST", Item::ZoneName),
    ("2006", Item::Year),
    ("-07:00:00", Item::Offset),
    ("-070000", Item::Offset),
    ("-07:00", Item::Offset),
    ("-0700", Item::Offset),
    ("-07", Item::Offset),
    ("Z07:00:00", Item::Offset),
    ("Z070000", Item::Offset),
    ("Z07:00", Item::Offset),
    ("Z0700", Item::Offset),
    ("Z07", Item::Offset),
    ("__2", Item::DayOfYear),
    ("002", Item::DayOfYear),
    ("_2", Item::Day),
    ("01", Item::Month),
    ("02", Item::Day),
    ("03", Item::Hour12),
    ("04", Item::Minute),
    ("05", Item::Second),
    ("06", Item::ShortYear),
    ("15", Item::Hour),
    ("PM", Item::AmPm),
    ("pm", Item::AmPm),
    ("1", Item::Month),
    ("2", Item::Day),
    ("3", Item::Hour12),
    ("4", Item::Minute),
    ("5", Item::Second),
    (".000", Item::Fraction),
    (",000", Item::Fraction),
];

impl Layout {
    pub(crate) fn read(text: &str) -> Self {
        match text {
            "UNIX" => return Self::Unix,
            "UNIX_MS" => return Self::UnixMillis,
            _ => {}
        }
        let mut items = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (item, after) = fraction(rest).or_else(|| token(rest)).unwrap_or_else(|| {
                let after = rest.get(first.len_utf8()..).unwrap_or_default();
                (Item::Literal(first.to_string()), after)
            });
            match (items.last_mut(), item) {
                (Some(Item::Literal(known)), Item::Literal(more)) => known.push_str(&more),
                (_, item) => items.push(item),
            }
            rest = after;
        }
        Self::Parts(items)
    }

    /// The instant; `zone` and `year` are those of times that do not say them. `None` if the text is written otherwise.
    pub(crate) fn parse(&self, text: &str, zone: &TimeZone, year: i16) -> Option<Timestamp> {
        match self {
            Self::Unix => unix(text, 9),
            Self::UnixMillis => unix(text, 6),
            Self::Parts(items) => {
                let mut found = Found { year, ..Found::default() };
                let mut rest = text;
                for item in items {
                    rest = found.take(item, rest)?;
                }
                rest.is_empty().then(|| found.instant(zone))?
            }
        }
    }
}

/// `.000` or `.999`, with any number of digits.
fn fraction(layout: &str) -> Option<(Item, &str)> {
    let digits = layout.strip_prefix(['.', ','])?;
    let first = digits.chars().next().filter(|digit| matches!(digit, '0' | '9'))?;
    let rest = digits.trim_start_matches(first);
    // `.05` is a point before the seconds.
    (!rest.starts_with(|next: char| next.is_ascii_digit())).then_some((Item::Fraction, rest))
}

fn token(layout: &str) -> Option<(Item, &str)> {
    TOKENS.iter().find_map(|(token, item)| Some((item.clone(), layout.strip_prefix(token)?)))
}

/// A number of seconds with up to `digits` digits to the nanosecond, fractions included.
fn unix(text: &str, digits: u32) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let unit = 10_i128.pow(digits);
    let negative = whole.starts_with('-');
    let whole = whole.parse::<i64>().ok()?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut nanos = 0_i128;
    let mut place = unit / 10;
    for digit in fraction.bytes() {
        nanos += i128::from(digit - b'0') * place;
        place /= 10;
    }
    let nanos = if negative { -nanos } else { nanos };
    Timestamp::from_nanosecond(i128::from(whole) * unit + nanos).ok()
}

/// Parts of a time that were found so far.
#[derive(Debug, Default)]
struct Found {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: i8,
    afternoon: Option<bool>,
    minute: i8,
    second: i8,
    nanos: i32,
    offset: Option<Offset>,
}

impl Found {
    /// Takes one part off the text; what is behind it.
    fn take<'t>(&mut self, item: &Item, text: &'t str) -> Option<&'t str> {
        match item {
            Item::Literal(literal) => return text.strip_prefix(literal.as_str()),
            Item::Year => {
                let (year, rest) = number(text, 4, 4)?;
                self.year = year;
                return Some(rest);
            }
            Item::ShortYear => {
                let (year, rest) = number(text, 2, 2)?;
                self.year = if year >= 69 { 1900 + year } else { 2000 + year };
                return Some(rest);
            }
            Item::MonthName | Item::ShortMonthName => {
                let (at, rest) = name(text, &MONTHS, *item == Item::MonthName)?;
                self.month = i8::try_from(at + 1).ok();
                return Some(rest);
            }
            Item::DayName | Item::ShortDayName => {
                return name(text, &DAYS, *item == Item::DayName).map(|(_, rest)| rest);
            }
            Item::DayOfYear => {
                let (day, rest) = number(text.trim_start_matches(' '), 1, 3)?;
                self.day_of_year = Some(day);
                return Some(rest);
            }
            Item::Fraction => return self.fraction(text),
            Item::AmPm => {
                let (word, rest) = text.split_at_checked(2)?;
                self.afternoon = Some(match word {
                    "PM" | "pm" => true,
                    "AM" | "am" => false,
                    _ => return None,
                });
                return Some(rest);
            }
            Item::ZoneName => {
                let end = text.find(|letter: char| !letter.is_ascii_uppercase()).unwrap_or(text.len());
                let (word, rest) = text.split_at_checked(end)?;
                match word {
                    "" => return None,
                    "UTC" | "GMT" | "Z" => self.offset = Some(Offset::UTC),
                    // Letters of zones are ambiguous: the configured one counts.
                    _ => {}
                }
                return Some(rest);
            }
            Item::Offset => {
                let (offset, rest) = offset(text)?;
                self.offset = Some(offset);
                return Some(rest);
            }
            Item::Month | Item::Day | Item::Hour | Item::Hour12 | Item::Minute | Item::Second => {}
        }
        let (value, mut rest) =
            number(text.strip_prefix(' ').filter(|_| *item == Item::Day).unwrap_or(text), 1, 2)?;
        let value = i8::try_from(value).ok()?;
        match item {
            Item::Month => self.month = Some(value),
            Item::Day => self.day = Some(value),
            Item::Minute => self.minute = value,
            Item::Second => {
                self.second = value;
                // A fraction is taken although the layout has none.
                if rest.starts_with(['.', ','])
                    && rest
                        .get(1..2)
                        .is_some_and(|next| next.as_bytes().first().is_some_and(u8::is_ascii_digit))
                {
                    rest = self.fraction(rest)?;
                }
            }
            _ => self.hour = value,
        }
        Some(rest)
    }

    fn fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let Some(digits) = text.strip_prefix(['.', ',']) else { return Some(text) };
        let end = digits.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(digits.len());
        let (fraction, rest) = digits.split_at_checked(end)?;
        let mut place = 100_000_000;
        self.nanos = 0;
        for digit in fraction.bytes() {
            self.nanos += i32::from(digit - b'0') * place;
            place /= 10;
        }
        Some(rest)
    }

    fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        let hour = match (self.afternoon, self.hour) {
            (None, hour) => hour,
            (Some(_), 13..) => return None,
            (Some(false), hour) => hour % 12,
            (Some(true), hour) => hour % 12 + 12,
        };
        let date = match self.day_of_year {
            Some(day) => Date::new(self.year, 1, 1).ok()?.with().day_of_year(day).build().ok()?,
            None => Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()?,
        };
        let at = date.to_datetime(Time::new(hour, self.minute, self.second, self.nanos).ok()?);
        match self.offset {
            Some(offset) => offset.to_timestamp(at).ok(),
            None => zone.to_timestamp(at).ok(),
        }
    }
}

/// A number of `least` to `most` digits.
fn number(text: &str, least: usize, most: usize) -> Option<(i16, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    if digits < least { None } else { Some((number.parse().ok()?, rest)) }
}

/// The place of a name, in any case.
fn name<'t>(text: &'t str, names: &[&str], whole: bool) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(at, name)| {
        let name = if whole { *name } else { name.get(..3)? };
        let (word, rest) = text.split_at_checked(name.len())?;
        word.eq_ignore_ascii_case(name).then_some((at, rest))
    })
}

/// `+02:00`, `-0700`, `+01`, `Z`.
pub(crate) fn offset(text: &str) -> Option<(Offset, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((Offset::UTC, rest));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(text.get(1..)?, 2, 2)?;
    let (minutes, rest) = match number(rest.strip_prefix(':').unwrap_or(rest), 2, 2) {
        Some((minutes, behind)) => (minutes, behind),
        None => (0, rest),
    };
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Some((Offset::from_seconds(sign * seconds).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(layout: &str, text: &str) -> String {
        let zone = TimeZone::fixed(Offset::constant(1));
        Layout::read(layout).parse(text, &zone, 2020).map_or_else(|| "none".to_owned(), |at| at.to_string())
    }

    #[test]
    fn layouts() {
        for (layout, text, instant) in [
            ("2006-01-02T15:04:05Z07:00", "2019-06-22T16:33:51+02:00", "2019-06-22T14:33:51Z"),
            ("2006-01-02T15:04:05Z", "2019-06-22T16:33:51Z", "2019-06-22T15:33:51Z"),
            ("2006-01-02T15:04:05.999Z07:00", "2019-06-22T16:33:51.012Z", "2019-06-22T16:33:51.012Z"),
            ("2006-01-02 15:04:05", "2019-06-22 16:33:51,5", "2019-06-22T15:33:51.5Z"),
            ("Jan _2 15:04:05", "Feb  3 01:02:03", "2020-02-03T00:02:03Z"),
            ("Mon, 02 Jan 2006 15:04:05 MST", "Tue, 03 Mar 2020 10:00:00 GMT", "2020-03-03T10:00:00Z"),
            ("Monday, 02-Jan-06 15:04:05 -0700", "Tuesday, 03-Mar-99 10:00:00 -0130", "1999-03-03T11:30:00Z"),
            ("1/2/2006 3:04 PM", "6/2/2019 12:05 AM", "2019-06-01T23:05:00Z"),
            ("1/2/2006 3:04PM", "6/2/2019 12:05PM", "2019-06-02T11:05:00Z"),
            ("2006-002", "2020-366", "2020-12-30T23:00:00Z"),
            ("UNIX", "1500000000.25", "2017-07-14T02:40:00.25Z"),
            ("UNIX", "-1.5", "1969-12-31T23:59:58.5Z"),
            ("UNIX_MS", "1500000000250", "2017-07-14T02:40:00.25Z"),
        ] {
            assert_eq!(parse(layout, text), instant, "{layout} {text}");
        }
    }

    #[test]
    fn what_is_written_otherwise() {
        for (layout, text) in [
            ("2006-01-02", "2019-06-31"),
            ("2006-01-02", "2019-06-3x"),
            ("2006-01-02", "2019-06-03 "),
            ("15:04", "24:00"),
            ("3:04 PM", "13:00 PM"),
            ("Jan", "Xyz"),
            ("MST", "cet"),
            ("-0700", "0700"),
            ("UNIX", "now"),
            ("UNIX", "99999999999999999999"),
            ("UNIX_MS", "1.x"),
        ] {
            assert_eq!(parse(layout, text), "none", "{layout} {text}");
        }
    }
}
