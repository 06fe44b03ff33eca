//! What databases say of one address, as ECS names it.

use maxminddb::{LookupResult, MaxMindDbError};

use super::raw::{ENGLISH, Part, Raw};
use crate::value::{Object, Value};

/// What is known of one address, borrowed from databases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Record<'d> {
    city_name: Option<&'d str>,
    continent_code: Option<&'d str>,
    continent_name: Option<&'d str>,
    country_iso_code: Option<&'d str>,
    country_name: Option<&'d str>,
    /// Latitude and longitude, degrees.
    location: Option<(f64, f64)>,
    postal_code: Option<&'d str>,
    /// The country that it is in, and its code there.
    region: Option<(&'d str, &'d str)>,
    region_name: Option<&'d str>,
    timezone: Option<&'d str>,
    as_number: Option<u32>,
    as_name: Option<&'d str>,
}

/// Which properties go into an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Properties(u16);

impl Properties {
    /// Names, in the order of the bits and of the members of `geo`.
    const NAMES: [&str; 11] = [
        "city_name",
        "continent_code",
        "continent_name",
        "country_iso_code",
        "country_name",
        "location",
        "postal_code",
        "region_iso_code",
        "region_name",
        "timezone",
        "as",
    ];

    /// Those of these names; all of them if there are none.
    pub(crate) fn of(names: &[String]) -> Self {
        if names.is_empty() {
            return Self(u16::MAX);
        }
        let bits = Self::NAMES.iter().enumerate();
        Self(bits.filter(|(_, name)| names.iter().any(|own| own == *name)).map(|(bit, _)| 1 << bit).sum())
    }

    fn has(self, name: &str) -> bool {
        Self::NAMES.iter().position(|own| *own == name).is_some_and(|bit| self.0 >> bit & 1 == 1)
    }
}

impl<'d> Record<'d> {
    /// Reads what a database found, with names in this language, or else in English.
    pub(crate) fn decode(found: &LookupResult<'d, Vec<u8>>, language: &str) -> Result<Self, MaxMindDbError> {
        Ok(if language == ENGLISH {
            found.decode::<Raw<'d, false>>()?.map(|raw| Self::of(&raw, language)).unwrap_or_default()
        } else {
            found.decode::<Raw<'d, true>>()?.map(|raw| Self::of(&raw, language)).unwrap_or_default()
        })
    }

    fn of<const EVERY: bool>(raw: &Raw<'d, EVERY>, language: &str) -> Self {
        let name = |part: &Part<'d, EVERY>, flat: Option<&'d str>| flat.or_else(|| part.name(language));
        let country_iso_code = raw.country_code.or(raw.country.code);
        Self {
            city_name: name(&raw.city, None),
            continent_code: raw.continent_code.or(raw.continent.code),
            continent_name: name(&raw.continent, raw.continent_name),
            country_iso_code,
            country_name: name(&raw.country, raw.country_name),
            location: raw.location(),
            postal_code: raw.postal_code.or(raw.postal.code).or(raw.postal.text),
            region: country_iso_code.zip(raw.region_code.or(raw.region.code)),
            region_name: name(&raw.region, raw.region_name),
            timezone: raw.timezone.or(raw.location.time_zone),
            as_number: raw.as_number,
            as_name: raw.as_name,
        }
    }

    /// Takes from another record what this one lacks.
    pub(crate) fn fill(&mut self, other: Self) {
        self.city_name = self.city_name.or(other.city_name);
        self.continent_code = self.continent_code.or(other.continent_code);
        self.continent_name = self.continent_name.or(other.continent_name);
        self.country_iso_code = self.country_iso_code.or(other.country_iso_code);
        self.country_name = self.country_name.or(other.country_name);
        self.location = self.location.or(other.location);
        self.postal_code = self.postal_code.or(other.postal_code);
        self.region = self.region.or(other.region);
        self.region_name = self.region_name.or(other.region_name);
        self.timezone = self.timezone.or(other.timezone);
        self.as_number = self.as_number.or(other.as_number);
        self.as_name = self.as_name.or(other.as_name);
    }

    /// `geo` of ECS; `None` if nothing of it is known or wanted.
    pub(crate) fn geo(&self, wanted: Properties) -> Option<Object> {
        let mut geo = Object::default();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value.filter(|_| wanted.has(name)) {
                geo.insert(name, value);
            }
        };
        put("city_name", self.city_name.map(Value::from));
        put("continent_code", self.continent_code.map(Value::from));
        put("continent_name", self.continent_name.map(Value::from));
        put("country_iso_code", self.country_iso_code.map(Value::from));
        put("country_name", self.country_name.map(Value::from));
        put("location", self.location.map(place));
        put("postal_code", self.postal_code.map(Value::from));
        put("region_iso_code", self.region.map(|(country, code)| region(country, code).into()));
        put("region_name", self.region_name.map(Value::from));
        put("timezone", self.timezone.map(Value::from));
        (!geo.is_empty()).then_some(geo)
    }

    /// `as` of ECS; `None` if nothing of it is known or wanted.
    pub(crate) fn autonomous_system(&self, wanted: Properties) -> Option<Object> {
        let mut system = Object::default();
        if !wanted.has("as") {
            return None;
        }
        if let Some(number) = self.as_number {
            system.insert("number", i64::from(number).into());
        }
        if let Some(name) = self.as_name {
            let mut organization = Object::default();
            organization.insert("name", name.into());
            system.insert("organization", organization.into());
        }
        (!system.is_empty()).then_some(system)
    }
}

/// `location`, as servers take a point.
fn place((latitude, longitude): (f64, f64)) -> Value {
    let mut place = Object::default();
    place.insert("lat", latitude.into());
    place.insert("lon", longitude.into());
    place.into()
}

/// `DE-BY`: databases have the second part alone, or both (ISO 3166-2).
fn region(country: &str, code: &str) -> String {
    if code.contains('-') { code.to_owned() } else { format!("{country}-{code}") }
}
