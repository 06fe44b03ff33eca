//! How often a new file begins.

use std::time::Duration;

use jiff::civil::{Date, DateTime, date};

/// A period of the calendar, or a length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// Time alone begins no file.
    #[default]
    Never,
    /// With each second of the clock.
    Second,
    /// With each minute of the clock.
    Minute,
    /// With each hour of the clock.
    Hour,
    /// At midnight.
    Day,
    /// On Mondays.
    Week,
    /// On the first of a month.
    Month,
    /// On the first of January.
    Year,
    /// Every so many seconds since 1970-01-01 00:00 UTC.
    Every(i64),
}

impl Period {
    /// The period that an interval stands for, as libbeat reads `interval`: 1 s, 1 min, 1 h, 24 h, 7 days, 30 days and
    /// 365 days are those of the calendar, with months and years as long as they are. Any other length counts from 1970
    /// on; parts of a second are left out. 0 is [`Period::Never`].
    ///
    /// None for less than a second, which is too short.
    #[must_use]
    pub fn of(interval: Duration) -> Option<Self> {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        const WEEK: u64 = 7 * DAY;
        const MONTH: u64 = 30 * DAY;
        const YEAR: u64 = 365 * DAY;
        if interval.is_zero() {
            return Some(Self::Never);
        }
        // What is no whole second is no calendar's period either: 24 h and 1 ms are just that.
        let whole = if interval.subsec_nanos() == 0 { interval.as_secs() } else { 0 };
        Some(match whole {
            1 => Self::Second,
            60 => Self::Minute,
            HOUR => Self::Hour,
            DAY => Self::Day,
            WEEK => Self::Week,
            MONTH => Self::Month,
            YEAR => Self::Year,
            _ => match interval.as_secs() {
                0 => return None,
                seconds => Self::Every(i64::try_from(seconds).unwrap_or(i64::MAX)),
            },
        })
    }

    /// Which period a moment is in: equal within one, larger in later ones. `local` and `second` (since 1970, UTC) are the
    /// same moment.
    ///
    /// Periods of the calendar go by the clock on the wall. Where it is set back in autumn, the hour that comes twice is one.
    pub(crate) fn index(self, local: DateTime, second: i64) -> i64 {
        let day = days(local.date());
        let hour = day * 24 + i64::from(local.hour());
        let minute = hour * 60 + i64::from(local.minute());
        match self {
            Self::Never => 0,
            Self::Second => minute * 60 + i64::from(local.second()),
            Self::Minute => minute,
            Self::Hour => hour,
            Self::Day => day,
            // Day 0, 1970-01-01, was a Thursday.
            Self::Week => (day + 3).div_euclid(7),
            Self::Month => i64::from(local.year()) * 12 + i64::from(local.month()),
            Self::Year => i64::from(local.year()),
            Self::Every(seconds) => second.div_euclid(seconds.max(1)),
        }
    }

    /// Whether a file that was begun at `then` may be of the same period as `now`, as far as days can tell.
    pub(crate) fn shares(self, then: Date, now: Date) -> bool {
        let index = |day: Date| self.index(day.to_datetime(jiff::civil::Time::midnight()), 0);
        match self {
            Self::Never | Self::Every(_) => true,
            Self::Second | Self::Minute | Self::Hour | Self::Day => then == now,
            Self::Week | Self::Month | Self::Year => index(then) == index(now),
        }
    }
}

/// Days since 1970-01-01.
fn days(day: Date) -> i64 {
    date(1970, 1, 1).duration_until(day).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::{DateTime, date};

    use super::Period;

    fn changes(period: Period, before: DateTime, after: DateTime) -> bool {
        let second = |at: DateTime| at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second();
        let (then, now) = (period.index(before, second(before)), period.index(after, second(after)));
        assert!(now >= then, "{period:?} goes back");
        now > then
    }

    #[test]
    fn intervals_of_the_calendar_and_others() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        for (interval, period) in [
            (Duration::ZERO, Period::Never),
            (Duration::from_secs(1), Period::Second),
            (Duration::from_secs(60), Period::Minute),
            (hours(1), Period::Hour),
            (hours(24), Period::Day),
            (hours(7 * 24), Period::Week),
            (hours(30 * 24), Period::Month),
            (hours(365 * 24), Period::Year),
            (hours(2), Period::Every(7200)),
            (Duration::from_millis(1500), Period::Every(1)),
            (Duration::MAX, Period::Every(i64::MAX)),
        ] {
            assert_eq!(Period::of(interval), Some(period), "{interval:?}");
        }
        assert_eq!(Period::of(Duration::from_millis(999)), None);
    }

    #[test]
    fn periods_end_where_the_calendar_says() {
        let at = |year, month, day, hour, minute, second| date(year, month, day).at(hour, minute, second, 0);
        for (period, before, within, after) in [
            (Period::Second, at(2026, 1, 1, 0, 0, 1), at(2026, 1, 1, 0, 0, 1), at(2026, 1, 1, 0, 0, 2)),
            (Period::Minute, at(2026, 1, 1, 0, 0, 0), at(2026, 1, 1, 0, 0, 59), at(2026, 1, 1, 0, 1, 0)),
            (Period::Hour, at(2026, 1, 1, 5, 0, 0), at(2026, 1, 1, 5, 59, 59), at(2026, 1, 1, 6, 0, 0)),
            (Period::Day, at(2026, 2, 28, 0, 0, 0), at(2026, 2, 28, 23, 59, 59), at(2026, 3, 1, 0, 0, 0)),
            // 2026-11-16 and 2026-11-23 are Mondays.
            (
                Period::Week,
                at(2026, 11, 16, 0, 0, 0),
                at(2026, 11, 22, 23, 59, 59),
                at(2026, 11, 23, 0, 0, 0),
            ),
            (Period::Month, at(2026, 1, 1, 0, 0, 0), at(2026, 1, 31, 23, 59, 59), at(2026, 2, 1, 0, 0, 0)),
            (Period::Year, at(2026, 1, 1, 0, 0, 0), at(2026, 12, 31, 23, 59, 59), at(2027, 1, 1, 0, 0, 0)),
            (
                Period::Every(7200),
                at(2026, 1, 1, 0, 0, 0),
                at(2026, 1, 1, 1, 59, 59),
                at(2026, 1, 1, 2, 0, 0),
            ),
        ] {
            assert!(!changes(period, before, within), "{period:?}");
            assert!(changes(period, within, after), "{period:?}");
        }
        assert!(!changes(Period::Never, at(1970, 1, 1, 0, 0, 0), at(2999, 1, 1, 0, 0, 0)));
    }

    #[test]
    fn days_before_1970_are_in_order_too() {
        assert!(changes(Period::Week, date(1969, 12, 28).at(0, 0, 0, 0), date(1969, 12, 29).at(0, 0, 0, 0)));
        assert!(!changes(Period::Week, date(1969, 12, 29).at(0, 0, 0, 0), date(1970, 1, 4).at(0, 0, 0, 0)));
    }
}
