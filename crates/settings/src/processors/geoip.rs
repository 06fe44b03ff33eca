//! `geoip`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

use super::shared::IGNORING_MISSING;

pub(super) const GEOIP: &[Setting] = &[
    Setting::unset(
        "databases",
        Type::List(&Type::Path),
        "Files of databases in MaxMind's format (`.mmdb`): places, countries, autonomous systems. Of a field that several \
         know, the first one says it.",
    )
    .example("[/usr/share/GeoIP/GeoLite2-City.mmdb, /usr/share/GeoIP/GeoLite2-ASN.mmdb]")
    .required(),
    Setting::unset(
        "fields",
        Type::List(&Type::Section(FIELDS)),
        "Addresses that are looked up; `source.ip`, `destination.ip`, `client.ip` and `server.ip` unless set.",
    )
    .example("[{from: client.ip, to: client}]"),
    Setting::list_of(
        "properties",
        &Type::Word(PROPERTIES),
        &[],
        "What is added; all that the databases have unless set.",
    )
    .example("[country_iso_code, location, as]"),
    Setting::text("language", "en", "The language of names, as the database has it: `en`, `de`, `pt-BR`."),
    Setting::duration(
        "reload",
        Duration::from_secs(60),
        "How often is looked whether a file was replaced; 0 is never.",
    ),
    IGNORING_MISSING,
];

const FIELDS: &[Setting] = &[
    Setting::unset("from", Type::Text, "The field with the address.").example("client.ip").required(),
    Setting::unset(
        "to",
        Type::Text,
        "The object that gets `geo` and `as`; the one that the address is in unless set.",
    )
    .example("client"),
];

const PROPERTIES: &[&str] = &[
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
