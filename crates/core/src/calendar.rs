//! Days and dates.

/// Year, month (1 to 12) and day (1 to 31) of a day since 1970-01-01, in UTC and the proleptic Gregorian calendar; the year
/// before 1 is 0. The year is taken to begin in March, so that the leap day is its last.
///
/// A time in any unit of 64 bits has few enough days; days themselves may be up to 10^18 away.
#[must_use]
pub const fn civil(day: i64) -> (i64, i64, i64) {
    const ERA: i64 = 146_097; // days in 400 years
    let from_march = day.saturating_add(719_468); // since 0000-03-01
    let (era, of_era) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + (month <= 2) as i64, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_every_kind() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (-25_509, (1900, 2, 28)),
            (-25_508, (1900, 3, 1)),
            (20_778, (2026, 11, 21)),
            (-719_468, (0, 3, 1)),
            (-719_529, (-1, 12, 31)),
        ] {
            assert_eq!(civil(day), date, "{day}");
        }
        let _no_overflow = (civil(i64::MAX), civil(i64::MIN));
    }

    #[test]
    fn no_day_is_left_out() {
        let mut last = civil(-800_000);
        for day in -799_999..800_000 {
            let next = civil(day);
            let (year, month, of_month) = next;
            assert!(
                next > last && (of_month == 1 || next == (last.0, last.1, last.2 + 1)),
                "{day}: {next:?}"
            );
            assert!((1..=12).contains(&month) && (1..=31).contains(&of_month), "{year}-{month}-{of_month}");
            last = next;
        }
    }
}
