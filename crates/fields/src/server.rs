//! Which server a template is for, and what it lacks.

use std::fmt;
use std::str::FromStr;

use crate::kind::Type;

/// A version, as far as it matters here: major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 8 of 8.19.2.
    pub major: u16,
    /// 19 of 8.19.2.
    pub minor: u16,
}

impl Version {
    /// `major.minor`.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A text that is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version; write it as 8.19.0")]
pub struct NoVersion(pub String);

impl FromStr for Version {
    type Err = NoVersion;

    /// Reads `9`, `9.1`, `9.1.0`, `9.1.0-SNAPSHOT`.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let number = |text: Option<&str>, absent| text.map_or(Some(absent), |text| text.parse().ok());
        let plain = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = plain.split('.');
        let read =
            (number(parts.next(), u16::MAX), number(parts.next(), 0), number(parts.next(), 0), parts.next());
        match read {
            (Some(major), Some(minor), Some(_), None) => Ok(Self { major, minor }),
            _ => Err(NoVersion(text.to_owned())),
        }
    }
}

/// The server that events go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Elasticsearch; `--es.version`.
    Elasticsearch(Version),
    /// OpenSearch.
    OpenSearch(Version),
}

impl Target {
    /// What is assumed of a server that nobody asked.
    pub const DEFAULT: Self = Self::Elasticsearch(Version::new(9, 0));
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elasticsearch(version) => write!(f, "Elasticsearch {version}"),
            Self::OpenSearch(version) => write!(f, "OpenSearch {version}"),
        }
    }
}

/// What a type becomes on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    /// A type that it has.
    Type(Type),
    /// OpenSearch's word for `flattened`.
    FlatObject,
    /// Kept, and not indexed.
    Opaque,
}

/// Since when a server has a type, and what takes its place on one that has it not.
struct Rule {
    kind: Type,
    elasticsearch: Version,
    /// None: no version has it.
    opensearch: Option<Version>,
    instead: Native,
}

const fn rule(
    kind: Type,
    elasticsearch: (u16, u16),
    opensearch: Option<(u16, u16)>,
    instead: Native,
) -> Rule {
    let opensearch = match opensearch {
        Some((major, minor)) => Some(Version::new(major, minor)),
        None => None,
    };
    Rule { kind, elasticsearch: Version::new(elasticsearch.0, elasticsearch.1), opensearch, instead }
}

/// All types that are younger than the oldest server we write to (Elasticsearch 7.8, OpenSearch 1.0), from the two
/// references of field types, and those that are modules which a build of a server may lack. OpenSearch's `version` is left out: it is too young to be relied upon.
const RULES: &[Rule] = &[
    rule(Type::ConstantKeyword, (7, 7), Some((2, 14)), Native::Type(Type::Keyword)),
    rule(Type::Flattened, (7, 3), None, Native::Opaque),
    rule(Type::GeoShape, (0, 0), Some((0, 0)), Native::Opaque),
    rule(Type::Histogram, (7, 6), None, Native::Opaque),
    rule(Type::MatchOnlyText, (7, 14), Some((2, 12)), Native::Type(Type::Text)),
    rule(Type::ScaledFloat, (0, 0), Some((0, 0)), Native::Type(Type::Double)),
    rule(Type::UnsignedLong, (7, 10), Some((2, 8)), Native::Type(Type::Long)),
    rule(Type::Version, (7, 10), None, Native::Type(Type::Keyword)),
    rule(Type::Wildcard, (7, 9), Some((2, 15)), Native::Type(Type::Keyword)),
];

/// OpenSearch has `flat_object` since then.
const FLAT_OBJECT: Version = Version::new(2, 7);

/// What a server knows of types: its version, and what was left out when it was built (its modules are plug-ins).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect<'a> {
    pub(crate) target: Target,
    pub(crate) without: &'a [Type],
}

impl Dialect<'_> {
    pub(crate) fn native(self, kind: Type) -> Native {
        let without = self.without.contains(&kind);
        if kind == Type::Flattened
            && !without
            && matches!(self.target, Target::OpenSearch(version) if version >= FLAT_OBJECT)
        {
            return Native::FlatObject;
        }
        // As Beats does: what is whole and small today is larger tomorrow.
        if kind == Type::Integer {
            return Native::Type(Type::Long);
        }
        let Some(rule) = RULES.iter().find(|rule| rule.kind == kind) else { return Native::Type(kind) };
        let has = match self.target {
            Target::Elasticsearch(version) => version >= rule.elasticsearch,
            Target::OpenSearch(version) => rule.opensearch.is_some_and(|since| version >= since),
        };
        if has && !without { Native::Type(kind) } else { rule.instead }
    }
}

impl Type {
    /// Is there something that takes the place of this type on a server that lacks it?
    /// See [`TemplateOptions::without`](crate::TemplateOptions::without).
    #[must_use]
    pub fn has_substitute(self) -> bool {
        RULES.iter().any(|rule| rule.kind == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, wanted) in
            [("9", (9, 0)), ("8.19", (8, 19)), ("7.17.29", (7, 17)), ("9.1.0-SNAPSHOT", (9, 1))]
        {
            assert_eq!(text.parse(), Ok(Version::new(wanted.0, wanted.1)), "{text}");
        }
        for text in ["", "nine", "8.x", "1.2.3.4", "8..1", "-1", "70000.1"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_server_gets_what_it_has() {
        let dialect = |target| Dialect { target, without: &[] };
        let es = |major, minor| dialect(Target::Elasticsearch(Version::new(major, minor)));
        let os = |major, minor| dialect(Target::OpenSearch(Version::new(major, minor)));
        assert_eq!(es(7, 8).native(Type::Wildcard), Native::Type(Type::Keyword));
        assert_eq!(es(7, 9).native(Type::Wildcard), Native::Type(Type::Wildcard));
        assert_eq!(es(7, 13).native(Type::MatchOnlyText), Native::Type(Type::Text));
        assert_eq!(es(9, 0).native(Type::Flattened), Native::Type(Type::Flattened));
        assert_eq!(os(2, 6).native(Type::Flattened), Native::Opaque);
        assert_eq!(os(3, 0).native(Type::Flattened), Native::FlatObject);
        assert_eq!(os(2, 14).native(Type::Wildcard), Native::Type(Type::Keyword));
        assert_eq!(os(2, 19).native(Type::Wildcard), Native::Type(Type::Wildcard));
        assert_eq!(os(2, 19).native(Type::Version), Native::Type(Type::Keyword));
        assert_eq!(os(1, 3).native(Type::Ip), Native::Type(Type::Ip));
    }

    #[test]
    fn what_a_build_lacks_has_a_substitute() {
        let target = Target::OpenSearch(Version::new(2, 19));
        let without = [Type::Wildcard, Type::Flattened, Type::ScaledFloat, Type::MatchOnlyText, Type::Ip];
        let native = |kind| Dialect { target, without: &without }.native(kind);
        assert_eq!(native(Type::Wildcard), Native::Type(Type::Keyword));
        assert_eq!(native(Type::Flattened), Native::Opaque);
        assert_eq!(native(Type::ScaledFloat), Native::Type(Type::Double));
        assert_eq!(native(Type::MatchOnlyText), Native::Type(Type::Text));
        assert_eq!(native(Type::Version), Native::Type(Type::Keyword));
        assert!(!Type::Ip.has_substitute() && Type::Wildcard.has_substitute());
    }
}
