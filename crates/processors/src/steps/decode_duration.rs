//! `decode_duration`: a length of time as text becomes a number of milliseconds, seconds, minutes or hours.

use packetbeat_config::{Section, units};

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};

pub(crate) struct DecodeDuration {
    field: String,
    seconds: f64,
}

impl DecodeDuration {
    pub(crate) fn read(options: &Section) -> Self {
        let seconds = match options.word("format") {
            "seconds" => 1.0,
            "minutes" => 60.0,
            "hours" => 3600.0,
            _ => 0.001,
        };
        Self { field: text(options, "field"), seconds }
    }
}

impl Processor for DecodeDuration {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        // A field that is missing or is no text has nothing to be decoded.
        if let Some(text) = event.text(&self.field) {
            let length = units::duration(text).ok_or(Fault::new(&self.field, "no length of time"))?;
            let sign = if length.negative { -1.0 } else { 1.0 };
            let made = sign * (length.length.as_secs_f64() / self.seconds);
            put(event, &self.field, made.into())?;
        }
        Ok(Verdict::Keep)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn lengths() {
        assert_eq!(
            run("[{decode_duration: {field: a.b}}]", r#"{"a":{"b":"1m30s"}}"#),
            r#"{"a":{"b":90000.0}}"#
        );
        assert_eq!(run("[{decode_duration: {field: a, format: hours}}]", r#"{"a":"-90m"}"#), r#"{"a":-1.5}"#);
        assert!(run("[{decode_duration: {field: a}}]", r#"{"a":"soon"}"#).contains("a: no length of time"));
    }
}
