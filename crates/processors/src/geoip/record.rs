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
    /// The bit of the last one.
    const SYSTEM: usize = 10;

    /// Those of these names; all of them if there are none.
    pub(crate) fn of(names: &[String]) -> Self {
        if names.is_empty() {
            return Self(u16::MAX);
        }
        let bits = Self::NAMES.iter().enumerate();
        Self(bits.filter(|(_, name)| names.iter().any(|own| own == *name)).map(|(bit, _)| 1 << bit).sum())
    }

    const fn has(self, bit: usize) -> bool {
        self.0 >> bit & 1 == 1
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

    /// Members of `geo` of ECS: what is known and wanted.
    pub(crate) fn geo(&self, wanted: Properties) -> impl Iterator<Item = (&'static str, Known<'d>)> {
        let text = |text: Option<&'d str>| text.map(Known::Text);
        let all = [
            text(self.city_name),
            text(self.continent_code),
            text(self.continent_name),
            text(self.country_iso_code),
            text(self.country_name),
            self.location.map(|(latitude, longitude)| Known::Place { latitude, longitude }),
            text(self.postal_code),
            self.region.map(|(country, code)| Known::Region { country, code }),
            text(self.region_name),
            text(self.timezone),
        ];
        let named = Properties::NAMES.into_iter().zip(all).enumerate();
        named.filter_map(move |(bit, (name, known))| Some((name, known.filter(|_| wanted.has(bit))?)))
    }

    /// Members of `as` of ECS: what is known and wanted.
    pub(crate) fn autonomous_system(
        &self,
        wanted: Properties,
    ) -> impl Iterator<Item = (&'static str, Known<'d>)> {
        let all =
            [("number", self.as_number.map(Known::Number)), ("organization", self.as_name.map(Known::Name))];
        let named = all.into_iter().filter(move |_| wanted.has(Properties::SYSTEM));
        named.filter_map(|(name, known)| Some((name, known?)))
    }
}

/// Something that is known of an address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known<'d> {
    Text(&'d str),
    Number(u32),
    /// Degrees.
    Place {
        latitude: f64,
        longitude: f64,
    },
    /// `DE-BY` (ISO 3166-2): databases have the second part alone, or both.
    Region {
        country: &'d str,
        code: &'d str,
    },
    /// An object with a `name`.
    Name(&'d str),
}

impl From<Known<'_>> for Value {
    fn from(known: Known<'_>) -> Self {
        let mut object = Object::default();
        match known {
            Known::Text(text) => return text.into(),
            Known::Number(number) => return i64::from(number).into(),
            Known::Region { country, code } => return region(country, code).into(),
            Known::Place { latitude, longitude } => {
                object.insert("lat", latitude.into());
                object.insert("lon", longitude.into());
            }
            Known::Name(name) => object.insert("name", name.into()),
        }
        object.into()
    }
}

/// The object that these are members of; `None` without any.
pub(crate) fn object<'d>(members: impl Iterator<Item = (&'static str, Known<'d>)>) -> Option<Object> {
    let mut object = Object::default();
    for (name, known) in members {
        object.insert(name, known.into());
    }
    (!object.is_empty()).then_some(object)
}

/// Writes the same object as JSON, as a further member of another one; without members nothing.
pub(crate) fn write<'d>(
    name: &str,
    members: impl Iterator<Item = (&'static str, Known<'d>)>,
    to: &mut Vec<u8>,
) {
    let mut is_first = true;
    for (member, known) in members {
        if is_first {
            name_to(b',', name, to);
        }
        name_to(if is_first { b'{' } else { b',' }, member, to);
        is_first = false;
        match known {
            Known::Text(text) => json(text, to),
            Known::Number(number) => json(&number, to),
            Known::Region { country, code } => json(&region(country, code), to),
            Known::Place { latitude, longitude } => {
                name_to(b'{', "lat", to);
                json(&latitude, to);
                name_to(b',', "lon", to);
                json(&longitude, to);
                to.push(b'}');
            }
            Known::Name(text) => {
                name_to(b'{', "name", to);
                json(text, to);
                to.push(b'}');
            }
        }
    }
    if !is_first {
        to.push(b'}');
    }
}

/// `,"NAME":`
fn name_to(before: u8, name: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(&[before, b'"']);
    to.extend_from_slice(name.as_bytes());
    to.extend_from_slice(b"\":");
}

fn json<T: serde::Serialize + ?Sized>(value: &T, to: &mut Vec<u8>) {
    // Neither such a value nor a vector can fail.
    let _ = serde_json::to_writer(to, value);
}

fn region(country: &str, code: &str) -> String {
    if code.contains('-') { code.to_owned() } else { format!("{country}-{code}") }
}
