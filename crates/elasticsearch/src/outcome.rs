//! The answer to a bulk request: what became of each event.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::answer::excerpt;
use crate::body::Refusal;
use crate::limits::MAX_DEAD_REASON_BYTES;

/// What the request asks to be told, and no more.
pub(crate) const PATH: &str = "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";

/// The answer.
#[derive(Debug, Deserialize)]
pub(crate) struct Outcome<'a> {
    #[serde(borrow, default)]
    pub(crate) items: Vec<Item<'a>>,
}

/// What became of one event.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(crate) status: u16,
    pub(crate) error: Option<Fault<'a>>,
}

/// Why it was not taken.
#[derive(Debug)]
pub(crate) enum Fault<'a> {
    Known(Known<'a>),
    /// Old servers say it with a text.
    Text(Cow<'a, str>),
}

/// The parts that we ask for.
#[derive(Debug, Deserialize)]
pub(crate) struct Known<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    caused_by: Option<Cause<'a>>,
}

#[derive(Debug, Deserialize)]
struct Cause<'a> {
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
}

impl<'a> Outcome<'a> {
    /// Reads an answer to a request with so many events.
    pub(crate) fn read(body: &'a [u8], events: usize) -> Result<Self, String> {
        let outcome: Self = serde_json::from_slice(body)
            .map_err(|error| format!("the answer to a bulk request is none ({error})"))?;
        let items = outcome.items.len();
        if items != events {
            return Err(format!("the answer to a bulk request with {events} events speaks of {items}"));
        }
        Ok(outcome)
    }
}

impl Item<'_> {
    /// The server's type of error, or nothing.
    pub(crate) fn kind(&self) -> &str {
        match &self.error {
            Some(Fault::Known(known)) => &known.kind,
            _ => "",
        }
    }

    /// Why the event was refused, in full.
    pub(crate) fn refusal(&self) -> Refusal {
        let mut reason = match &self.error {
            Some(Fault::Known(known)) => known.reason.as_deref().unwrap_or_default().to_owned(),
            Some(Fault::Text(text)) => text.to_string(),
            None => String::new(),
        };
        if let Some(Fault::Known(Known { caused_by: Some(Cause { reason: Some(cause) }), .. })) = &self.error
        {
            reason = format!("{reason} (caused by: {cause})");
        }
        let reason = excerpt(&reason, MAX_DEAD_REASON_BYTES).to_owned();
        Refusal { status: self.status, kind: self.kind().to_owned(), reason }
    }
}

impl<'a, 'de: 'a> Deserialize<'de> for Item<'a> {
    /// `{"create":{"status":201}}`, whatever the action is called.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Outer;
        impl<'de> Visitor<'de> for Outer {
            type Value = Item<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an item of a bulk answer")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let Some((_, item)) = map.next_entry::<IgnoredAny, Inner<'de>>()? else {
                    return Err(de::Error::custom("an item without an action"));
                };
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Item { status: item.status, error: item.error })
            }
        }
        deserializer.deserialize_map(Outer)
    }
}

#[derive(Deserialize)]
struct Inner<'a> {
    status: u16,
    #[serde(borrow, default)]
    error: Option<Fault<'a>>,
}

impl<'a, 'de: 'a> Deserialize<'de> for Fault<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Fault<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an error")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Fault::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Fault::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                Known::deserialize(de::value::MapAccessDeserializer::new(map)).map(Fault::Known)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_all_sorts() {
        let body = br#"{"errors":true,"items":[{"create":{"status":201}},{"index":{"status":400,"error":{"type":"document_parsing_exception","reason":"failed to parse \"x\"","caused_by":{"reason":"For input string"}}}},{"create":{"status":500,"error":"old"}}]}"#;
        let outcome = Outcome::read(body, 3).unwrap();
        let seen: Vec<(u16, &str)> = outcome.items.iter().map(|item| (item.status, item.kind())).collect();
        assert_eq!(seen, [(201, ""), (400, "document_parsing_exception"), (500, "")]);
        assert_eq!(outcome.items[1].refusal().reason, "failed to parse \"x\" (caused by: For input string)");
        assert_eq!(outcome.items[2].refusal().reason, "old");
    }

    #[test]
    fn answers_that_are_none() {
        for body in [
            "",
            "{",
            "<html>",
            "[]",
            r#"{"items":[{"create":{"status":201}}]}"#,
            r#"{"items":[{},{}]}"#,
            r#"{"items":[{"create":{"status":-1}},1]}"#,
        ] {
            assert!(Outcome::read(body.as_bytes(), 2).is_err(), "{body}");
        }
    }
}
