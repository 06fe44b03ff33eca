//! Names made of an event: `packetbeat-%{[agent.version]}-%{+yyyy.MM.dd}`.

use jiff::civil::DateTime;
use packetbeat_processors::Event;

/// One part of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A text as it is. What is the same for all events of a run (`agent.version`) is best given so.
    Text(String),
    /// The value of a field of the event.
    Field {
        /// Its name, dots and all.
        name: String,
        /// What stands for it where it is missing; without, there is no name for such an event.
        default: Option<String>,
    },
    /// The event's time in UTC, in the letters of `%{+yyyy.MM.dd}`.
    Date(String),
}

/// A name made of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

/// How much of an event is needed to make a name, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Needs {
    Nothing,
    /// The first so many bytes of its time.
    Time(usize),
    /// All of it.
    Fields,
}

impl Template {
    /// A name made of these.
    #[must_use]
    pub const fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// A name that is always the same.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { parts: vec![Part::Text(text.to_owned())] }
    }

    pub(crate) fn needs(&self) -> Needs {
        let of = |part: &Part| match part {
            Part::Text(_) => Needs::Nothing,
            Part::Field { .. } => Needs::Fields,
            Part::Date(letters) => Needs::Time(precision(letters)),
        };
        self.parts.iter().map(of).max().unwrap_or(Needs::Nothing)
    }

    /// The name for an event with this time; `None` where something is missing.
    pub(crate) fn fill(&self, time: &str, event: Option<&Event>) -> Option<String> {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Field { name: field, default } => {
                    let value = event
                        .and_then(|event| event.get(field))
                        .and_then(packetbeat_processors::Value::to_text);
                    name.push_str(&value.or_else(|| default.clone())?);
                }
                Part::Date(letters) => date(letters, time, &mut name)?,
            }
        }
        Some(name)
    }
}

/// How many bytes of a time like `2026-11-21T17:05:59.123Z` matter for these letters.
fn precision(letters: &str) -> usize {
    if letters.contains(['S', 'f', 'n']) {
        30
    } else if letters.contains('s') {
        19
    } else if letters.contains('m') {
        16
    } else if letters.contains(['H', 'h', 'k', 'K', 'a']) {
        13
    } else {
        10
    }
}

/// Writes the time in these letters: those of Joda that name indices. Others stand for themselves.
fn date(letters: &str, time: &str, to: &mut String) -> Option<()> {
    let moment: DateTime = time.trim_end_matches('Z').parse().ok()?;
    let mut rest = letters;
    while let Some(letter) = rest.chars().next() {
        let count = rest.chars().take_while(|&other| other == letter).count();
        rest = rest.get(count * letter.len_utf8()..)?;
        if letter == '\'' {
            // A quoted text; two quotes are one.
            if count > 1 {
                to.push('\'');
                continue;
            }
            let end = rest.find('\'').unwrap_or(rest.len());
            to.push_str(rest.get(..end)?);
            rest = rest.get(end + 1..).unwrap_or_default();
            continue;
        }
        let week = moment.date().iso_week_date();
        let number = match letter {
            'y' | 'Y' if count == 2 => i32::from(moment.year()) % 100,
            'y' | 'Y' => i32::from(moment.year()),
            'x' if count == 2 => i32::from(week.year()) % 100,
            'x' => i32::from(week.year()),
            'w' => i32::from(week.week()),
            'e' => i32::from(week.weekday().to_monday_one_offset()),
            'M' => i32::from(moment.month()),
            'd' => i32::from(moment.day()),
            'D' => i32::from(moment.day_of_year()),
            'H' => i32::from(moment.hour()),
            'm' => i32::from(moment.minute()),
            's' => i32::from(moment.second()),
            'S' => moment.subsec_nanosecond() / 1_000_000,
            _ => {
                to.extend(std::iter::repeat_n(letter, count));
                continue;
            }
        };
        to.push_str(&format!("{number:0count$}"));
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(letters: &str) -> String {
        let template = Template::new(vec![Part::Date(letters.to_owned())]);
        template.fill("2026-01-02T03:04:05.678Z", None).unwrap()
    }

    #[test]
    fn dates() {
        assert_eq!(dated("yyyy.MM.dd"), "2026.01.02");
        assert_eq!(dated("yy-M-d'T'HH:mm:ss.SSS"), "26-1-2T03:04:05.678");
        assert_eq!(dated("xxxx.ww"), "2026.01");
        assert_eq!(dated("YYYY-DDD"), "2026-002");
        assert_eq!(Template::new(vec![Part::Date("yyyy".to_owned())]).fill("yesterday", None), None);
    }

    #[test]
    fn fields() {
        let field = |default: Option<&str>| {
            let name = "http.response.status_code".to_owned();
            Template::new(vec![
                Part::Text("s-".to_owned()),
                Part::Field { name, default: default.map(str::to_owned) },
            ])
        };
        let event = Event::parse(br#"{"http":{"response":{"status_code":404}}}"#, 0).unwrap();
        assert_eq!(field(None).fill("", Some(&event)).as_deref(), Some("s-404"));
        let other = Event::parse(b"{}", 0).unwrap();
        assert_eq!(field(None).fill("", Some(&other)), None);
        assert_eq!(field(Some("none")).fill("", Some(&other)).as_deref(), Some("s-none"));
        assert_eq!(field(None).needs(), Needs::Fields);
        assert_eq!(Template::text("x").needs(), Needs::Nothing);
        assert_eq!(Template::new(vec![Part::Date("yyyy.MM.dd".to_owned())]).needs(), Needs::Time(10));
    }
}
