//! The events of a run, as the lines that the product would write.

use std::collections::BTreeSet;
use std::fmt;

use packetbeat_core::event::{Encoder, Envelope, Origin, Precision};
use packetbeat_core::record::{AnyRecord, Sink};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Collects events as lines.
#[derive(Debug)]
pub(crate) struct Events {
    encoder: Encoder,
    pub(crate) lines: Vec<String>,
    /// How many may come before the parser is taken to spin.
    limit: usize,
}

impl Events {
    pub(crate) fn new(name: &str) -> Self {
        Self { encoder: encoder(name), lines: Vec::new(), limit: usize::MAX }
    }

    /// Forgets all events; at most `limit` may come from now on.
    pub(crate) fn restart(&mut self, limit: usize) {
        self.encoder.json_mut().clear();
        self.lines.clear();
        self.limit = limit;
    }
}

impl Sink for Events {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        // The only way out of a parser that gives events without end.
        assert!(self.lines.len() < self.limit, "{SPINS}: more than {} events", self.limit);
        record.encode(origin, &mut self.encoder);
        self.lines.push(String::from_utf8_lossy(self.encoder.json().bytes()).trim_end().to_owned());
        self.encoder.json_mut().clear();
    }
}

/// How the panic of [`Events`] over too many events begins.
pub(crate) const SPINS: &str = "events without end";

/// Encodes events and forgets them, without allocating.
#[derive(Debug)]
pub(crate) struct Discard {
    encoder: Encoder,
    pub(crate) count: usize,
}

impl Discard {
    pub(crate) fn new(name: &str) -> Self {
        Self { encoder: encoder(name), count: 0 }
    }
}

impl Sink for Discard {
    fn accept(&mut self, origin: &Origin<'_>, record: &dyn AnyRecord) {
        record.encode(origin, &mut self.encoder);
        self.encoder.json_mut().clear();
        self.count += 1;
    }
}

fn encoder(name: &str) -> Encoder {
    let envelope = Envelope { name: name.to_owned(), ..Envelope::default() };
    Encoder::new(&[envelope], Precision::Nanosecond)
}

/// The event without what depends on which packet brought which byte.
pub(crate) fn timeless(line: &str) -> String {
    let Ok(mut event) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    if let Some(event) = event.as_object_mut() {
        event.remove("@timestamp");
        if let Some(inner) = event.get_mut("event").and_then(Value::as_object_mut) {
            for name in ["start", "end", "duration"] {
                inner.remove(name);
            }
        }
    }
    event.to_string()
}

/// Whether the event claims that nothing of it is missing: it has both halves, and neither notes nor reasons.
pub(crate) fn claims_to_be_whole(line: &str) -> bool {
    let Ok(event) = serde_json::from_str::<Value>(line) else { return false };
    let times = event.get("event");
    let has = |name| times.and_then(|times| times.get(name)).is_some();
    has("start") && has("end") && event.get("packetbeat").is_none() && event.get("error").is_none()
}

/// That a line is JSON, an object, and has no name twice.
pub(crate) fn valid(line: &str) -> Result<(), String> {
    serde_json::from_str::<Unique>(line).map(|_| ()).map_err(|error| format!("{error}\n  {line}"))
}

/// Any JSON without a name twice in one object.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON without a name twice in one object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{name}` twice in one object")));
            }
            names.insert(name);
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_twice_is_found_at_any_depth() {
        assert!(valid(r#"{"a":[{"b":1,"c":null}],"d":{"b":"x","a":-1.5}}"#).is_ok());
        assert!(valid(r#"{"a":[{"b":1,"b":2}]}"#).unwrap_err().contains("`b` twice"));
        assert!(valid(r#"{"a":1,}"#).is_err());
    }
}
