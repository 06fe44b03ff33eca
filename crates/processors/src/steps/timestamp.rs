//! `timestamp`: a time as text becomes the time of the event, or another field, in UTC with milliseconds.

use jiff::Timestamp as Instant;
use jiff::tz::{Offset, TimeZone};
use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};
use crate::layout::{self, Layout};
use crate::value::Value;

pub(crate) struct Timestamp {
    field: String,
    target: String,
    layouts: Vec<Layout>,
    zone: TimeZone,
    ignore_missing: bool,
    ignore_failure: bool,
}

impl Timestamp {
    pub(crate) fn read(options: &mut Section) -> Self {
        let name = text(options, "timezone");
        let zone = zone(&name).unwrap_or_else(|| {
            options.reject("timezone", format!("expected UTC, Local, an offset such as +02:00, or a name such as Europe/Berlin, found {name:?}"));
            TimeZone::UTC
        });
        let this = Self {
            field: text(options, "field"),
            target: text(options, "target_field"),
            layouts: options.list("layouts").iter().map(|text| Layout::read(text)).collect(),
            zone,
            ignore_missing: options.bool("ignore_missing"),
            ignore_failure: options.bool("ignore_failure"),
        };
        for test in options.list("test") {
            if this.parse(&test, 1970).is_none() {
                options.reject("test", format!("{test:?} is in none of the layouts"));
            }
        }
        this
    }

    fn parse(&self, text: &str, year: i16) -> Option<Instant> {
        self.layouts.iter().find_map(|layout| layout.parse(text, &self.zone, year))
    }

    fn work<'p>(&'p self, event: &mut Event) -> Result<(), Fault<'p>> {
        let field = self.field.as_str();
        let text = match event.get(field) {
            None if self.ignore_missing => return Ok(()),
            None => return Err(Fault::missing(field)),
            Some(value @ (Value::Text(_) | Value::Number(_))) => value.to_text().unwrap_or_default(),
            Some(_) => return Err(Fault::new(field, "no text")),
        };
        // Without a year it is that of the packet.
        let packet = Instant::from_nanosecond(event.nanos().into()).unwrap_or(Instant::UNIX_EPOCH);
        let year = self.zone.to_datetime(packet).year();
        let at = self.parse(&text, year).ok_or(Fault::new(field, "in none of the layouts"))?;
        let made = format!("{at:.3}");
        if self.target == "@timestamp" {
            event.set_timestamp(made);
            return Ok(());
        }
        put(event, &self.target, made.into())
    }
}

impl Processor for Timestamp {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        match self.work(event) {
            Err(fault) if !self.ignore_failure => Err(fault),
            _ => Ok(Verdict::Keep),
        }
    }
}

fn zone(name: &str) -> Option<TimeZone> {
    match name {
        "" | "UTC" => Some(TimeZone::UTC),
        "Local" => Some(TimeZone::system()),
        name => match layout::offset(name) {
            Some((offset, "")) => Some(TimeZone::fixed(offset)),
            _ => TimeZone::get(name).ok().or_else(|| (name == "GMT").then(|| TimeZone::fixed(Offset::UTC))),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{errors, run};

    #[test]
    fn times() {
        let yaml = "[{timestamp: {field: t, layouts: ['2006-01-02 15:04:05', UNIX], timezone: '+01:00', test: ['2019-06-22 16:33:51', '5']}}]";
        assert_eq!(
            run(yaml, r#"{"@timestamp":"x","t":"2019-06-22 16:33:51.1239"}"#),
            r#"{"@timestamp":"2019-06-22T15:33:51.123Z","t":"2019-06-22 16:33:51.1239"}"#
        );
        assert_eq!(
            run(yaml, r#"{"@timestamp":"x","t":1500000000}"#),
            r#"{"@timestamp":"2017-07-14T02:40:00.000Z","t":1500000000}"#
        );
        let other = "[{timestamp: {field: t, target_field: u.v, layouts: [UNIX_MS]}}]";
        assert_eq!(run(other, r#"{"t":"1"}"#), r#"{"t":"1","u":{"v":"1970-01-01T00:00:00.001Z"}}"#);
        assert!(run(other, r#"{"t":"soon"}"#).contains("t: in none of the layouts"));
    }

    #[test]
    fn mistakes_are_told_at_the_start() {
        assert!(
            errors("[{timestamp: {field: t, layouts: [UNIX], test: [soon]}}]")
                .contains("is in none of the layouts")
        );
        assert!(
            errors("[{timestamp: {field: t, layouts: [UNIX], timezone: Nowhere/City}}]")
                .contains("expected UTC, Local")
        );
    }
}
