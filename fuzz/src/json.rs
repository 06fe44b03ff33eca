//! That a line is JSON, and has no name twice in one object.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Why `line` is no event.
pub(crate) fn check(line: &[u8]) -> Result<(), String> {
    match serde_json::from_slice::<Unique>(line) {
        Ok(Unique { object: true }) => Ok(()),
        Ok(Unique { object: false }) => Err("no object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

struct Unique {
    object: bool,
}

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

const OTHER: Unique = Unique { object: false };

impl<'de> Visitor<'de> for Names {
    type Value = Unique;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<Unique>()?;
            if let Some(name) = names.replace(name) {
                return Err(A::Error::custom(format!("`{name}` twice in one object")));
            }
        }
        Ok(Unique { object: true })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
        while list.next_element::<Unique>()?.is_some() {}
        Ok(OTHER)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Unique, D::Error> {
        IgnoredAny::deserialize(inner).map(|_| OTHER)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(OTHER)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(OTHER)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(OTHER)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(OTHER)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(OTHER)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(OTHER)
    }
}
