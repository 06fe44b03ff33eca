//! Times that a user types.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, SpanRelativeTo, Timestamp};

/// A point of a capture. [`Moment::parse`] takes:
///
/// | form | example |
/// |---|---|
/// | RFC 3339, with a zone | `2026-11-21T10:00:00Z`, `2026-11-21 10:00:00.5+01:00` |
/// | date and time of the zone of this machine (`TZ`) | `2026-11-21 10:00`, `2026-11-21T10:00:00.25`, `2026-11-21` |
/// | seconds since 1970, UTC | `1795255200`, `1795255200.25` |
/// | from the first packet of the capture on | `+10m`, `+1h30m`, `+2.5s`, `+500ms`, `+1d` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Nanoseconds since the epoch (UTC).
    At(i64),
    /// Nanoseconds since the first packet of the capture; not negative.
    Into(i64),
}

/// Why a text is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "time {text:?}: {what}: write 2026-11-21T10:00:00Z, \"2026-11-21 10:00\" (time of this machine), seconds since \
     1970 such as 1795255200.5, or +10m from the first packet on"
)]
pub struct MomentError {
    text: String,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Unknown,
    Duration,
    Twice,
    Never,
    Range,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "is no time",
            Self::Duration => "no duration stands behind the +",
            Self::Twice => "comes twice on this machine, when the clock is put back: name the zone",
            Self::Never => "does not exist on this machine, the clock is put forward over it: name the zone",
            Self::Range => "no capture can be so far from 1970",
        })
    }
}

impl Moment {
    /// Reads a time; dates without a zone are of the zone of this machine.
    ///
    /// # Errors
    ///
    /// If it is none, or is not clear where the clock is put forward or back.
    pub fn parse(text: &str) -> Result<Self, MomentError> {
        Self::parse_in(text, TimeZone::system)
    }

    /// As [`Moment::parse`], in a zone that is asked for only where one is missing.
    pub(crate) fn parse_in(text: &str, zone: impl FnOnce() -> TimeZone) -> Result<Self, MomentError> {
        let text = text.trim();
        parse(text, zone).map_err(|what| MomentError { text: text.to_owned(), what })
    }

    /// Nanoseconds since the epoch, for a capture whose first packet has the time `first`.
    pub(crate) fn nanos(self, first: i64) -> i64 {
        match self {
            Self::At(nanos) => nanos,
            Self::Into(nanos) => first.saturating_add(nanos),
        }
    }
}

fn parse(text: &str, zone: impl FnOnce() -> TimeZone) -> Result<Moment, What> {
    if let Some(duration) = text.strip_prefix('+') {
        return span(duration).map(Moment::Into);
    }
    if text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return seconds(text).map(Moment::At);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return i64::try_from(time.as_nanosecond()).map(Moment::At).map_err(|_| What::Range);
    }
    // What is left has no zone; one that jiff would take and drop is a mistake.
    if text.contains(['Z', 'z', '[']) {
        return Err(What::Unknown);
    }
    let local: DateTime = text.parse().map_err(|_| What::Unknown)?;
    let ambiguous = zone().to_ambiguous_timestamp(local);
    let what = match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => What::Never,
        AmbiguousOffset::Fold { .. } | AmbiguousOffset::Unambiguous { .. } => What::Twice,
    };
    let time = ambiguous.unambiguous().map_err(|_| what)?;
    i64::try_from(time.as_nanosecond()).map(Moment::At).map_err(|_| What::Range)
}

/// Nanoseconds of a duration such as `1h30m`.
fn span(text: &str) -> Result<i64, What> {
    let span: Span = text.parse().map_err(|_| What::Duration)?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| What::Duration)?;
    if duration.is_negative() {
        return Err(What::Duration);
    }
    i64::try_from(duration.as_nanos()).map_err(|_| What::Range)
}

/// Nanoseconds of seconds with up to nine places; further ones are cut.
fn seconds(text: &str) -> Result<i64, What> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.contains('.') {
        return Err(What::Unknown);
    }
    let whole: i64 = whole.parse().map_err(|_| What::Range)?;
    let fraction = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanos = fraction.fold(0, |nanos, digit| nanos * 10 + i64::from(digit - b'0'));
    whole.checked_mul(1_000_000_000).and_then(|whole| whole.checked_add(nanos)).ok_or(What::Range)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000_000;

    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn parsed(text: &str) -> Result<Moment, What> {
        Moment::parse_in(text, berlin).map_err(|error| error.what)
    }

    #[test]
    fn every_form() {
        for (text, moment) in [
            ("2026-11-21T10:00:00Z", Moment::At(1_795_255_200 * S)),
            ("2026-11-21t10:00:00z", Moment::At(1_795_255_200 * S)),
            ("2026-11-21 10:00:00.5+01:00", Moment::At(1_795_251_600 * S + S / 2)),
            ("2026-11-21 10:00+01:00", Moment::At(1_795_251_600 * S)),
            ("2026-11-21 11:00", Moment::At(1_795_255_200 * S)),
            ("2026-11-21T11:00:00.25", Moment::At(1_795_255_200 * S + S / 4)),
            ("2026-11-21", Moment::At(1_795_215_600 * S)),
            (" 2026-07-21 12:00 ", Moment::At(1_784_628_000 * S)),
            ("1795255200", Moment::At(1_795_255_200 * S)),
            ("1795255200.25", Moment::At(1_795_255_200 * S + S / 4)),
            ("0.0000000019", Moment::At(1)),
            ("0", Moment::At(0)),
            ("1969-12-31T23:59:59Z", Moment::At(-S)),
            ("+10m", Moment::Into(600 * S)),
            ("+1h30m", Moment::Into(5_400 * S)),
            ("+2.5s", Moment::Into(5 * S / 2)),
            ("+500ms", Moment::Into(S / 2)),
            ("+1d", Moment::Into(86_400 * S)),
            ("+0s", Moment::Into(0)),
        ] {
            assert_eq!(parsed(text), Ok(moment), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_said() {
        for (text, what) in [
            ("", What::Unknown),
            ("yesterday", What::Unknown),
            ("10:00", What::Unknown),
            ("2026-13-01", What::Unknown),
            ("2026-11-21 25:00", What::Unknown),
            ("1.2.3", What::Unknown),
            ("+", What::Duration),
            ("+10", What::Duration),
            ("+-1s", What::Duration),
            ("+1 year", What::Duration),
            ("2026-10-25 02:30", What::Twice),
            ("2026-03-29 02:30", What::Never),
            ("99999999999", What::Range),
            ("99999999999999999999", What::Range),
            ("9999-01-01", What::Range),
            ("+9999999h", What::Range),
        ] {
            assert_eq!(parsed(text), Err(what), "{text}");
        }
        let error = Moment::parse("noon").unwrap_err().to_string();
        assert!(error.starts_with("time \"noon\": is no time: write 2026-11-21T10:00:00Z"), "{error}");
    }
}
