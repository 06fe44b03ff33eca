//! `add_locale`: the host's offset from UTC, or its zone's name, at the time of the event, as `event.timezone`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use packetbeat_config::Section;

use crate::event::Event;
use crate::fault::{Done, Processor, Verdict, put};

pub(crate) struct AddLocale {
    zone: TimeZone,
    abbreviation: bool,
}

impl AddLocale {
    pub(crate) fn read(options: &Section) -> Self {
        Self { zone: TimeZone::system(), abbreviation: options.word("format") == "abbreviation" }
    }
}

impl Processor for AddLocale {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let at = Timestamp::from_nanosecond(event.nanos().into()).unwrap_or(Timestamp::UNIX_EPOCH);
        let text = if self.abbreviation {
            self.zone.to_offset_info(at).abbreviation().to_owned()
        } else {
            offset(self.zone.to_offset(at).seconds())
        };
        put(event, "event.timezone", text.into())?;
        Ok(Verdict::Keep)
    }
}

/// `+02:00`.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        assert_eq!([offset(0), offset(7200), offset(-12_600)], ["+00:00", "+02:00", "-03:30"]);
    }

    #[test]
    fn the_zone_is_told() {
        assert!(crate::testing::run("[{add_locale: ~}]", "{}").starts_with(r#"{"event":{"timezone":""#));
    }
}
