//! The types that a field may have.

use std::net::IpAddr;

use serde_json::Value;

/// A type of Elasticsearch, as `fields.yml` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// Another name of a field: `path` says which.
    Alias,
    /// A list of anything; a type of Beats. Mapped by its `object_type`, or not at all.
    Array,
    /// Bytes in Base64.
    Binary,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 8 bits.
    Byte,
    /// A keyword that is the same in all events of an index.
    ConstantKeyword,
    /// A time, in milliseconds.
    Date,
    /// A time, in nanoseconds.
    DateNanos,
    /// A number of 64 bits.
    Double,
    /// An object whose parts are all keywords and no fields of the index.
    Flattened,
    /// A number of 32 bits.
    Float,
    /// A place on Earth.
    GeoPoint,
    /// A shape on Earth.
    GeoShape,
    /// A number of 16 bits.
    HalfFloat,
    /// Numbers already counted by size.
    Histogram,
    /// A whole number of 32 bits; mapped as `long`, as Beats does.
    Integer,
    /// An address.
    Ip,
    /// A range of addresses, or a network.
    IpRange,
    /// Text that is found as a whole.
    Keyword,
    /// A whole number of 64 bits.
    Long,
    /// Text that is found by its words, without scores and positions.
    MatchOnlyText,
    /// Objects in a list that are found one by one.
    Nested,
    /// An object; without fields of its own, whatever it holds.
    Object,
    /// A number that is kept as a whole one, times `scaling_factor`.
    ScaledFloat,
    /// A whole number of 16 bits.
    Short,
    /// Text that is found by its words.
    Text,
    /// A whole number of 64 bits without sign.
    UnsignedLong,
    /// A version number, in its own order.
    Version,
    /// Text that is found by any part of it.
    Wildcard,
}

/// All types by name, in alphabetical order.
pub(crate) const TYPES: &[(&str, Type)] = &[
    ("alias", Type::Alias),
    ("array", Type::Array),
    ("binary", Type::Binary),
    ("boolean", Type::Boolean),
    ("byte", Type::Byte),
    ("constant_keyword", Type::ConstantKeyword),
    ("date", Type::Date),
    ("date_nanos", Type::DateNanos),
    ("double", Type::Double),
    ("flattened", Type::Flattened),
    ("float", Type::Float),
    ("geo_point", Type::GeoPoint),
    ("geo_shape", Type::GeoShape),
    ("half_float", Type::HalfFloat),
    ("histogram", Type::Histogram),
    ("integer", Type::Integer),
    ("ip", Type::Ip),
    ("ip_range", Type::IpRange),
    ("keyword", Type::Keyword),
    ("long", Type::Long),
    ("match_only_text", Type::MatchOnlyText),
    ("nested", Type::Nested),
    ("object", Type::Object),
    ("scaled_float", Type::ScaledFloat),
    ("short", Type::Short),
    ("text", Type::Text),
    ("unsigned_long", Type::UnsignedLong),
    ("version", Type::Version),
    ("wildcard", Type::Wildcard),
];

impl Type {
    /// The type of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TYPES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// May other fields stand below it?
    #[must_use]
    pub const fn has_fields(self) -> bool {
        matches!(self, Self::Object | Self::Nested)
    }

    /// Is it text that a search without a field's name should look through?
    #[must_use]
    pub const fn is_searched(self) -> bool {
        matches!(self, Self::Keyword | Self::Text | Self::MatchOnlyText | Self::Wildcard)
    }

    /// Does the server index a value, one of several or the only one, under this type? Numbers and booleans in quotes
    /// are taken where numbers and booleans are, as Elasticsearch takes them (its `coerce`).
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Keyword
            | Self::ConstantKeyword
            | Self::Wildcard
            | Self::Text
            | Self::MatchOnlyText
            | Self::Version => matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)),
            Self::Long => whole(value).is_some_and(|number| i64::try_from(number).is_ok()),
            Self::Integer => whole(value).is_some_and(|number| i32::try_from(number).is_ok()),
            Self::Short => whole(value).is_some_and(|number| i16::try_from(number).is_ok()),
            Self::Byte => whole(value).is_some_and(|number| i8::try_from(number).is_ok()),
            Self::UnsignedLong => whole(value).is_some_and(|number| u64::try_from(number).is_ok()),
            Self::Double | Self::Float | Self::HalfFloat | Self::ScaledFloat => number(value),
            Self::Boolean => match value {
                Value::Bool(_) => true,
                Value::String(text) => matches!(text.as_str(), "true" | "false" | ""),
                _ => false,
            },
            Self::Ip => value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok()),
            Self::Date | Self::DateNanos => match value {
                Value::String(text) => is_time(text.as_bytes()),
                other => other.is_i64(),
            },
            Self::Binary | Self::IpRange => value.is_string(),
            Self::Object | Self::Nested | Self::Flattened | Self::GeoShape | Self::Histogram => {
                value.is_object()
            }
            Self::GeoPoint => value.is_object() || value.is_string() || value.is_number(),
            Self::Array => true,
            // An alias is written by nobody.
            Self::Alias => false,
        }
    }
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => text.parse::<f64>().is_ok_and(f64::is_finite),
        _ => false,
    }
}

/// `strict_date_optional_time`, as far as events use it: a date, and perhaps a time of day with its zone.
fn is_time(text: &[u8]) -> bool {
    let shape = |text: &[u8], shape: &[u8]| {
        text.len() == shape.len()
            && text.iter().zip(shape).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    if !shape(date, b"0000-00-00") {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let Some((time, zone)) = rest.split_at_checked(9) else { return false };
    if !shape(time, b"T00:00:00") {
        return false;
    }
    let zone = match zone.split_first() {
        Some((b'.', rest)) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return false;
            }
            rest.get(digits..).unwrap_or_default()
        }
        _ => zone,
    };
    zone == b"Z" || shape(zone, b"+00:00") || shape(zone, b"-00:00")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_in_order_and_lead_back() {
        assert!(TYPES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, kind) in TYPES {
            assert_eq!(Type::of(name), Some(*kind));
            assert_eq!(kind.name(), *name);
        }
        assert_eq!(Type::of("string"), None);
    }

    #[test]
    fn values_fit_or_do_not() {
        let cases = [
            (Type::Long, json!(5), true),
            (Type::Long, json!("5"), true),
            (Type::Long, json!(1.5), false),
            (Type::Long, json!(u64::MAX), false),
            (Type::UnsignedLong, json!(u64::MAX), true),
            (Type::Short, json!(40000), false),
            (Type::Keyword, json!(60344), true),
            (Type::Keyword, json!({"a": 1}), false),
            (Type::Ip, json!("192.0.2.1"), true),
            (Type::Ip, json!("2001:db8::1"), true),
            (Type::Ip, json!("example.org"), false),
            (Type::Date, json!("2026-01-15T09:00:00Z"), true),
            (Type::Date, json!("2026-01-15T09:00:00.123+01:00"), true),
            (Type::Date, json!("15 Jan 2026"), false),
            (Type::Date, json!("2026-01-15T09:00:00.Z"), false),
            (Type::Boolean, json!("false"), true),
            (Type::Boolean, json!(0), false),
            (Type::Object, json!([]), false),
            (Type::ScaledFloat, json!("0.5"), true),
            (Type::Alias, json!("x"), false),
        ];
        for (kind, value, fits) in cases {
            assert_eq!(kind.fits(&value), fits, "{kind:?} {value}");
        }
    }
}
