//! What lines look like: JSON with the names of ECS, or text.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Configured};

use crate::error::Error;
use crate::escape;
use crate::line::{Line, METRICS, Value};
use crate::options::Level;

/// Version of ECS that Beats name in their own logs.
const ECS_VERSION: &str = "1.6.0";

/// Names that every line has. A field of an event that is called so is written as `fields.NAME`.
const OWN: [&str; 7] =
    ["log.level", "@timestamp", "log.logger", "log.origin", "message", "service.name", "ecs.version"];

/// Makes lines of what events say.
#[derive(Debug)]
pub(crate) struct Layout {
    zone: TimeZone,
    service: String,
    /// Configured fields: the name, as JSON with its colon, and the value as JSON.
    fields: Vec<(String, String, String)>,
}

/// A line's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Json,
    Text {
        /// Whether the level has a colour.
        colour: bool,
    },
}

impl Layout {
    /// With these fields in each line.
    pub(crate) fn new(service: String, fields: &Map<String, Configured>) -> Result<Self, Error> {
        let mut known = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            if OWN.contains(&name.as_str()) {
                return Err(Error::Field { name: name.clone() });
            }
            let mut key = String::new();
            escape::json(&mut key, name);
            key.push(':');
            let mut json = String::new();
            escape::valid_json(&mut json, &value.to_string());
            known.push((name.clone(), key, json));
        }
        Ok(Self { zone: TimeZone::try_system().unwrap_or(TimeZone::UTC), service, fields: known })
    }

    #[cfg(test)]
    pub(crate) fn within(zone: TimeZone) -> Self {
        Self { zone, service: "packetbeat".to_owned(), fields: Vec::new() }
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The line with its line feed.
    pub(crate) fn format(&self, style: Style, line: &Line<'_>) -> String {
        match style {
            Style::Json => self.json(line),
            Style::Text { colour } => self.text(line, colour),
        }
    }

    /// Beats' order: level, time, logger, origin, message, service, the line's fields, version.
    fn json(&self, line: &Line<'_>) -> String {
        let mut out = String::with_capacity(256 + line.message.len());
        out.push_str("{\"log.level\":\"");
        out.push_str(line.level.name());
        out.push_str("\",\"@timestamp\":\"");
        self.time(&mut out, line.at);
        out.push('"');
        if !line.logger.is_empty() {
            out.push_str(",\"log.logger\":");
            escape::json(&mut out, &line.logger);
        }
        origin(&mut out, line);
        out.push_str(",\"message\":");
        escape::json(&mut out, &line.message);
        out.push_str(",\"service.name\":");
        escape::json(&mut out, &self.service);
        for (name, value) in &line.fields {
            out.push(',');
            json_field(&mut out, name, value);
        }
        for (name, key, value) in &self.fields {
            if !line.fields.iter().any(|(other, _)| other == name) {
                out.push(',');
                out.push_str(key);
                out.push_str(value);
            }
        }
        out.push_str(",\"ecs.version\":\"");
        out.push_str(ECS_VERSION);
        out.push_str("\"}\n");
        out
    }

    fn text(&self, line: &Line<'_>, colour: bool) -> String {
        let mut out = String::with_capacity(64 + line.message.len());
        self.time(&mut out, line.at);
        let (name, code) = match line.level {
            Level::Debug => ("DEBUG", 34),
            Level::Info => (" INFO", 32),
            Level::Warning => (" WARN", 33),
            Level::Error => ("ERROR", 31),
        };
        if colour {
            let _ = write!(out, " \x1b[{code}m{name}\x1b[0m ");
        } else {
            let _ = write!(out, " {name} ");
        }
        escape::text(&mut out, &line.logger);
        out.push_str(": ");
        escape::text(&mut out, &line.message);
        for (name, value) in &line.fields {
            out.push(' ');
            out.push_str(name);
            out.push('=');
            text_value(&mut out, value);
        }
        for (name, _, value) in &self.fields {
            out.push(' ');
            escape::text(&mut out, name);
            out.push('=');
            out.push_str(value);
        }
        out.push('\n');
        out
    }

    /// As Go writes `2006-01-02T15:04:05.000Z0700`: local time to the millisecond, `Z` for UTC.
    fn time(&self, out: &mut String, at: Timestamp) {
        let offset = self.zone.to_offset(at);
        let local = offset.to_datetime(at);
        let millisecond = local.subsec_nanosecond() / 1_000_000;
        let _ = write!(
            out,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millisecond:03}",
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute(),
            local.second()
        );
        let seconds = offset.seconds();
        if seconds == 0 {
            out.push('Z');
        } else {
            let sign = if seconds < 0 { '-' } else { '+' };
            let minutes = seconds.unsigned_abs() / 60;
            let _ = write!(out, "{sign}{:02}{:02}", minutes / 60, minutes % 60);
        }
    }
}

/// `log.origin`: the module, and the file as Beats shorten it, to its name and the folder it is in.
fn origin(out: &mut String, line: &Line<'_>) {
    let (Some(file), Some(number)) = (line.file, line.line) else { return };
    out.push_str(",\"log.origin\":{");
    if let Some(module) = line.module {
        out.push_str("\"function\":");
        escape::json(out, module);
        out.push(',');
    }
    out.push_str("\"file.name\":");
    escape::json(out, &short(file));
    let _ = write!(out, ",\"file.line\":{number}}}");
}

/// `crates/publisher/src/file.rs` is `publisher/file.rs`.
fn short(path: &str) -> String {
    let mut parts = path.rsplit('/').filter(|part| *part != "src");
    match (parts.next(), parts.next()) {
        (Some(file), Some(folder)) => format!("{folder}/{file}"),
        (file, _) => file.unwrap_or_default().to_owned(),
    }
}

fn json_field(out: &mut String, name: &str, value: &Value) {
    match value {
        // Beats nest these two.
        Value::Error(text) if name == "error" => {
            out.push_str("\"error\":{\"message\":");
            escape::json(out, text);
            out.push('}');
            return;
        }
        Value::Json(json) if name == METRICS => {
            out.push_str("\"monitoring\":{\"metrics\":");
            escape::valid_json(out, json);
            out.push('}');
            return;
        }
        _ => {}
    }
    if OWN.contains(&name) {
        escape::json(out, &format!("fields.{name}"));
    } else {
        escape::json(out, name);
    }
    out.push(':');
    match value {
        Value::Float(number) if !number.is_finite() => escape::json(out, &number.to_string()),
        Value::Text(text) | Value::Error(text) => escape::json(out, text),
        other => text_value(out, other),
    }
}

fn text_value(out: &mut String, value: &Value) {
    let _ = match value {
        Value::Signed(number) => write!(out, "{number}"),
        Value::Unsigned(number) => write!(out, "{number}"),
        // As `1.0` and not `1`: a number keeps its type from line to line.
        Value::Float(number) => write!(out, "{number:?}"),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Text(text) | Value::Error(text) => {
            if text.is_empty() || text.contains([' ', '"', '=']) {
                escape::quoted(out, text);
            } else {
                escape::text(out, text);
            }
            Ok(())
        }
        Value::Json(json) => {
            escape::valid_json(out, json);
            Ok(())
        }
    };
}

#[cfg(test)]
mod tests;
