//! A line before it is written: what an event of `tracing` says.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Debug, Write};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

use crate::limits::LINE_BYTES;
use crate::options::Level;
use crate::selectors::logger;

/// The field that names a logger which is known only when the line is written: `tracing`'s targets are constants.
pub(crate) const LOGGER: &str = "log.logger";
/// The field whose text is JSON and is written as such.
pub(crate) const METRICS: &str = "monitoring.metrics";

/// A line.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    pub(crate) level: Level,
    pub(crate) at: Timestamp,
    pub(crate) logger: Cow<'a, str>,
    pub(crate) module: Option<&'a str>,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: Option<u32>,
    pub(crate) message: String,
    /// In the order of the source, each name once.
    pub(crate) fields: Vec<(&'static str, Value)>,
}

/// What a field holds.
#[derive(Debug)]
pub(crate) enum Value {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Bool(bool),
    Text(String),
    /// An error with its causes.
    Error(String),
    /// Valid JSON.
    Json(String),
}

impl<'a> Line<'a> {
    /// What the event says.
    pub(crate) fn of(event: &Event<'_>, metadata: &'a Metadata<'a>, level: Level, at: Timestamp) -> Self {
        let mut reader =
            Reader { message: String::new(), logger: None, fields: Vec::new(), room: LINE_BYTES };
        event.record(&mut reader);
        Line {
            level,
            at,
            logger: reader.logger.map_or_else(|| logger(metadata.target()), Cow::Owned),
            module: metadata.module_path(),
            file: metadata.file(),
            line: metadata.line(),
            message: reader.message,
            fields: reader.fields,
        }
    }
}

struct Reader {
    message: String,
    logger: Option<String>,
    fields: Vec<(&'static str, Value)>,
    /// How much text the line still takes.
    room: usize,
}

impl Reader {
    fn text(&mut self, value: &dyn fmt::Display) -> String {
        let mut bounded = Bounded { text: String::new(), room: self.room };
        // It fails when there is no more room; what has gone in is what we want.
        let _ = write!(bounded, "{value}");
        self.room = bounded.room;
        bounded.text
    }

    fn put(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::Text(text) | Value::Error(text)) => self.message = text,
            (LOGGER, Value::Text(text)) => self.logger = Some(text),
            (METRICS, Value::Text(text)) if serde_json::from_str::<serde_json::Value>(&text).is_ok() => {
                self.fields.push((METRICS, Value::Json(text)));
            }
            (name, _) if self.fields.iter().any(|(other, _)| *other == name) => {}
            (name, value) => self.fields.push((name, value)),
        }
    }
}

impl Visit for Reader {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Unsigned(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let text = self.text(&value);
        self.put(field, Value::Text(text));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let text = self.text(&Chain(value));
        self.put(field, Value::Error(text));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = self.text(&format_args!("{value:?}"));
        // `%error` comes here as well.
        let value = if field.name() == "error" { Value::Error(text) } else { Value::Text(text) };
        self.put(field, value);
    }
}

/// An error and what caused it, unless the error's own text ends with that.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Errors do not have more causes than this, unless they are their own.
        const DEPTH: usize = 16;
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let causes = std::iter::successors(self.0.source(), |error| (*error).source());
        for cause in causes.take(DEPTH) {
            let text = cause.to_string();
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
        }
        Ok(())
    }
}

/// Takes so much text and no more.
struct Bounded {
    text: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        if more.len() <= self.room {
            self.text.push_str(more);
            self.room -= more.len();
            return Ok(());
        }
        let end = (0..=self.room).rev().find(|&end| more.is_char_boundary(end)).unwrap_or(0);
        self.text.push_str(more.get(..end).unwrap_or_default());
        self.text.push('…');
        self.room = 0;
        Err(fmt::Error)
    }
}
