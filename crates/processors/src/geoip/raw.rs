//! What a database has for one address, in its own layout.
//!
//! Two layouts are in use. MaxMind's, which DB-IP has as well, nests: `country: {iso_code, names: {en, de, …}}`. IPinfo's and
//! others' are flat: `country: "Germany"`, `country_code: "DE"`. Both are read alike: a value is a text, a number, an object
//! of which a few members are of interest, or a list of such. What is missing or of another type is left out.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::limits::MAX_LANGUAGES;

/// Spoken where the language is missing.
pub(super) const ENGLISH: &str = "en";

/// Members of a record. `EVERY`: names are kept in every language, not in English alone.
#[derive(Debug, Default)]
pub(super) struct Raw<'d, const EVERY: bool> {
    pub(super) city: Part<'d, EVERY>,
    pub(super) continent: Part<'d, EVERY>,
    pub(super) country: Part<'d, EVERY>,
    pub(super) location: Part<'d, EVERY>,
    pub(super) postal: Part<'d, EVERY>,
    pub(super) region: Part<'d, EVERY>,
    pub(super) continent_code: Option<&'d str>,
    pub(super) continent_name: Option<&'d str>,
    pub(super) country_code: Option<&'d str>,
    pub(super) country_name: Option<&'d str>,
    pub(super) postal_code: Option<&'d str>,
    pub(super) region_code: Option<&'d str>,
    pub(super) region_name: Option<&'d str>,
    pub(super) timezone: Option<&'d str>,
    pub(super) as_number: Option<u32>,
    pub(super) as_name: Option<&'d str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl<'d, const EVERY: bool> Raw<'d, EVERY> {
    /// Latitude and longitude, if both are there and on this earth: a server refuses an event with others.
    pub(super) fn location(&self) -> Option<(f64, f64)> {
        let latitude = self.latitude.or(self.location.latitude)?;
        let longitude = self.longitude.or(self.location.longitude)?;
        let sound = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        sound.then_some((latitude, longitude))
    }

    fn put(&mut self, key: &str, value: Part<'d, EVERY>) {
        match key {
            "city" => self.city = value,
            "continent" => self.continent = value.spelt(),
            "continent_code" => self.continent_code = value.text,
            "continent_name" => self.continent_name = value.text,
            "country" => self.country = value.spelt(),
            "country_code" => self.country_code = value.text,
            "country_name" => self.country_name = value.text,
            "lat" | "latitude" => self.latitude = value.number(),
            "lng" | "lon" | "longitude" => self.longitude = value.number(),
            "location" => self.location = value,
            "postal" => self.postal = value,
            "postal_code" | "zip" => self.postal_code = value.text,
            "region" | "subdivisions" => self.region = value,
            "region_code" => self.region_code = value.text,
            "region_name" => self.region_name = value.text,
            "time_zone" | "timezone" => self.timezone = value.text,
            "asn" | "as_number" | "autonomous_system_number" => self.as_number = value.as_number(),
            "as_name" | "autonomous_system_organization" | "name" => self.as_name = value.text,
            _ => {}
        }
    }

    /// Is the member of any interest?
    fn knows(key: &str) -> bool {
        matches!(
            key,
            "city"
                | "continent"
                | "continent_code"
                | "continent_name"
                | "country"
                | "country_code"
                | "country_name"
                | "lat"
                | "latitude"
                | "lng"
                | "lon"
                | "longitude"
                | "location"
                | "postal"
                | "postal_code"
                | "zip"
                | "region"
                | "subdivisions"
                | "region_code"
                | "region_name"
                | "time_zone"
                | "timezone"
                | "asn"
                | "as_number"
                | "autonomous_system_number"
                | "as_name"
                | "autonomous_system_organization"
                | "name"
        )
    }
}

/// A member's value: what of it is of interest.
#[derive(Debug, Default)]
pub(super) struct Part<'d, const EVERY: bool> {
    pub(super) text: Option<&'d str>,
    number: Option<f64>,
    pub(super) code: Option<&'d str>,
    english: Option<&'d str>,
    /// Languages and names.
    names: Vec<(&'d str, &'d str)>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    pub(super) time_zone: Option<&'d str>,
}

impl<'d, const EVERY: bool> Part<'d, EVERY> {
    /// The name in a language, in English, or the text that stands for all.
    pub(super) fn name(&self, language: &str) -> Option<&'d str> {
        let spoken = self.names.iter().find(|(own, _)| *own == language).map(|(_, name)| *name);
        spoken.or(self.english).or(self.text)
    }

    /// A country or continent that is a text: two capitals are a code.
    fn spelt(mut self) -> Self {
        let is_code = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if self.text.is_some_and(is_code) {
            self.code = self.text.take();
        }
        self
    }

    /// A number, which may be spelt as a text.
    fn number(&self) -> Option<f64> {
        self.number.or_else(|| self.text?.parse().ok()).filter(|number| number.is_finite())
    }

    /// A number of 32 bits, or `AS` and such a number.
    fn as_number(&self) -> Option<u32> {
        if let Some(text) = self.text {
            return text.strip_prefix("AS").unwrap_or(text).parse().ok();
        }
        let number = self.number.filter(|number| (0.0..=f64::from(u32::MAX)).contains(number))?;
        // Within the range, and databases have whole numbers.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(number as u32)
    }

    fn put(&mut self, key: &str, value: &Self) {
        match key {
            "code" | "iso_code" => self.code = value.text,
            "latitude" => self.latitude = value.number,
            "longitude" => self.longitude = value.number,
            "time_zone" => self.time_zone = value.text,
            _ => {}
        }
    }
}

impl<'de, const EVERY: bool> Deserialize<'de> for Raw<'de, EVERY> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(RawVisitor)
    }
}

struct RawVisitor<const EVERY: bool>;

impl<'de, const EVERY: bool> Visitor<'de> for RawVisitor<EVERY> {
    type Value = Raw<'de, EVERY>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<&str>()? {
            if Raw::<EVERY>::knows(key) {
                raw.put(key, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(raw)
    }
}

impl<'de, const EVERY: bool> Deserialize<'de> for Part<'de, EVERY> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PartVisitor { of: Of::Record })
    }
}

struct PartVisitor<const EVERY: bool> {
    of: Of,
}

/// Whose member a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Record,
    /// An object of the record's: scalars alone are of interest.
    Part,
    /// An object of the record's, and the value may be an object: names by language.
    PartNames,
}

/// A value within a [`Part`].
struct Scalar<'d, const EVERY: bool>(Part<'d, EVERY>);

impl<'de, const EVERY: bool> Deserialize<'de> for Scalar<'de, EVERY> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PartVisitor { of: Of::Part }).map(Self)
    }
}

impl<'de, const EVERY: bool> Visitor<'de> for PartVisitor<EVERY> {
    type Value = Part<'de, EVERY>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Part { text: Some(text).filter(|text| !text.is_empty()), ..Part::default() })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Part { number: Some(number), ..Part::default() })
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        // Beyond 2^53 it is no number that is looked for.
        #[allow(clippy::cast_precision_loss)]
        self.visit_f64(number as f64)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        #[allow(clippy::cast_precision_loss)]
        self.visit_f64(number as f64)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Self::Value, E> {
        Ok(Part::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Part::default())
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Self::Value, E> {
        Ok(Part::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut part = Part::default();
        while let Some(key) = map.next_key::<&str>()? {
            match (self.of, key) {
                (Of::Record, "names") => {
                    let Names(named) = map.next_value::<Names<'de, EVERY>>()?;
                    (part.english, part.names) = (named.english, named.names);
                }
                (Of::Record, "code" | "iso_code" | "latitude" | "longitude" | "time_zone") => {
                    part.put(key, &map.next_value::<Scalar<'de, EVERY>>()?.0);
                }
                (Of::PartNames, ENGLISH) => part.english = map.next_value::<Scalar<'de, EVERY>>()?.0.text,
                (Of::PartNames, language) if EVERY && part.names.len() < MAX_LANGUAGES => {
                    let name = map.next_value::<Scalar<'de, EVERY>>()?.0.text;
                    part.names.extend(name.map(|name| (language, name)));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(part)
    }

    /// Regions go from the largest to the smallest: the last one says it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut last = Part::default();
        if self.of != Of::Record {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(last);
        }
        while let Some(part) = list.next_element::<Part<'de, EVERY>>()? {
            last = part;
        }
        Ok(last)
    }
}

/// The English name, and those of all languages if they are wanted, in a [`Part`].
struct Names<'d, const EVERY: bool>(Part<'d, EVERY>);

impl<'de, const EVERY: bool> Deserialize<'de> for Names<'de, EVERY> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PartVisitor { of: Of::PartNames }).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A member of another type than expected takes nothing away from the others.
    #[test]
    fn what_is_of_another_type_is_left_out() {
        let json = r#"{"city":{"names":{"en":5,"de":"Ulm","fr":[]}},"country":{"names":"x","iso_code":{"a":1}},
            "continent":{"names":[{"en":"y"}],"code":"EU"},"region":[[[1]],{"names":{"en":{"en":"z"}},"iso_code":"BW"}],
            "location":{"latitude":"north"},"timezone":{"x":[1]},"asn":{"x":5},"name":true,"zip":"89073"}"#;
        let raw: Raw<'_, true> = serde_json::from_str(json).unwrap();
        assert_eq!(
            (raw.city.name("de"), raw.city.name("en"), raw.city.name("fr")),
            (Some("Ulm"), None, None)
        );
        assert_eq!((raw.country.name("de"), raw.country.code), (None, None));
        assert_eq!((raw.continent.name("en"), raw.continent.code), (None, Some("EU")));
        assert_eq!((raw.region.name("en"), raw.region.code), (None, Some("BW")));
        assert_eq!((raw.location(), raw.timezone, raw.as_number, raw.as_name), (None, None, None, None));
        assert_eq!(raw.postal_code, Some("89073"));
    }
}
