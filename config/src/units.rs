//! Durations and sizes as people write them.

use std::time::Duration;

/// Nanoseconds of each unit of a duration, longest suffix first where one begins like another.
const UNITS: [(&str, f64); 8] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];

/// Bytes of each unit of a size, in lower case: `k`, `kB` are 1000, `KiB` is 1024.
const SIZES: [(&str, f64); 14] = [
    ("", 1.0),
    ("b", 1.0),
    ("k", 1e3),
    ("kb", 1e3),
    ("ki", 1024.0),
    ("kib", 1024.0),
    ("m", 1e6),
    ("mb", 1e6),
    ("mi", 1_048_576.0),
    ("mib", 1_048_576.0),
    ("g", 1e9),
    ("gb", 1e9),
    ("gi", 1_073_741_824.0),
    ("gib", 1_073_741_824.0),
];

/// A duration with its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Was there a minus?
    pub negative: bool,
    /// How long.
    pub length: Duration,
}

/// Reads `10s`, `400ms`, `1h30m`, `0.1s`, `-1s`; a bare number is seconds. `None` for anything else.
#[must_use]
pub fn duration(text: &str) -> Option<Signed> {
    let text = text.trim();
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut nanoseconds = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = leading_number(rest)?;
        let unit_len = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, behind) = after.split_at_checked(unit_len)?;
        let bare = unit.is_empty() && rest.len() == text.trim_start_matches(['-', '+']).len();
        let factor = if bare { 1e9 } else { UNITS.iter().find(|(name, _)| *name == unit)?.1 };
        nanoseconds += number * factor;
        rest = behind;
    }
    // Rounded, so that 0.1s is 100 ms whatever the fraction's binary form.
    let nanoseconds = nanoseconds.round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range and not negative")]
    let length = (nanoseconds < 9.2e18).then(|| Duration::from_nanos(nanoseconds as u64))?;
    Some(Signed { negative, length })
}

/// Reads `10MiB`, `1MB`, `10485760`, a fraction too, into bytes. `None` for anything else.
#[must_use]
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = leading_number(text.trim())?;
    let unit = unit.trim().to_ascii_lowercase();
    let factor = SIZES.iter().find(|(name, _)| *name == unit)?.1;
    let bytes = number * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range and not negative")]
    (bytes < 9.2e18).then_some(bytes as u64)
}

/// A length of time as [`duration`] reads it, in the largest unit that makes it a whole number.
#[must_use]
pub fn show_duration(length: Duration) -> String {
    const UNITS: [(&str, u128); 6] = [
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1000),
        ("ns", 1),
    ];
    let nanoseconds = length.as_nanos();
    let fits = |unit: &&(&str, u128)| nanoseconds >= unit.1 && nanoseconds.is_multiple_of(unit.1);
    match UNITS.iter().find(fits) {
        Some((unit, factor)) => format!("{}{unit}", nanoseconds / factor),
        None => "0s".to_owned(),
    }
}

/// Bytes as [`size`] reads them, in the largest unit that makes them a whole number.
#[must_use]
pub fn show_size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let fits = |unit: &&(&str, u64)| bytes >= unit.1 && bytes.is_multiple_of(unit.1);
    match UNITS.iter().find(fits) {
        Some((unit, factor)) => format!("{}{unit}", bytes / factor),
        None => bytes.to_string(),
    }
}

/// Digits with at most one point, and what follows them.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let ms = |length| Some(Signed { negative: false, length: Duration::from_millis(length) });
        assert_eq!(duration("10s"), ms(10_000));
        assert_eq!(duration("400ms"), ms(400));
        assert_eq!(duration("1h30m"), ms(5_400_000));
        assert_eq!(duration("0.1s"), ms(100));
        assert_eq!(duration("90"), ms(90_000));
        assert_eq!(duration("1.5"), ms(1_500));
        assert_eq!(duration("0"), ms(0));
        assert_eq!(duration("2000us"), ms(2));
        assert_eq!(duration("-1s"), Some(Signed { negative: true, length: Duration::from_secs(1) }));
        for wrong in ["", "-", "s", "10x", "1h30", "30 s", "1..5s", ".", "1e3s", "99999999999h", "--1s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_reads_the_same() {
        for (length, shown) in [(0, "0s"), (90, "90s"), (120, "2m"), (7200, "2h")] {
            assert_eq!(show_duration(Duration::from_secs(length)), shown);
        }
        assert_eq!(show_duration(Duration::from_millis(1500)), "1500ms");
        for (bytes, shown) in
            [(0, "0"), (1000, "1000"), (2048, "2KiB"), (10 << 20, "10MiB"), (5 << 30, "5GiB")]
        {
            assert_eq!((show_size(bytes).as_str(), size(shown)), (shown, Some(bytes)));
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(size("10MiB"), Some(10_485_760));
        assert_eq!(size("10485760"), Some(10_485_760));
        assert_eq!(size("1MB"), Some(1_000_000));
        assert_eq!(size("1.5 KiB"), Some(1536));
        assert_eq!(size("10GB"), Some(10_000_000_000));
        for wrong in ["", "MB", "-1", "1XB", "1.2.3", "99999999999999GiB"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }
}
