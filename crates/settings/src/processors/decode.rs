//! Processors that parse what a field holds.

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    FAIL_ON_ERROR, FIELD, FROM_MAYBE_TO_PARTS, FROM_TO_PARTS, ID, IGNORE_FAILURE, IGNORE_MISSING,
    OVERWRITE_KEYS, OVERWRITING_KEYS, TAG,
};

pub(super) const BASE64: &[Setting] = &[
    Setting::unset("field", Type::Section(FROM_MAYBE_TO_PARTS), "From which field to which.")
        .example("{from: field1, to: field2}")
        .required(),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
];

pub(super) const GZIP: &[Setting] = &[
    Setting::unset("field", Type::Section(FROM_TO_PARTS), "From which field to which.")
        .example("{from: field1, to: field2}"),
    // The reference configuration writes these two without `field`.
    Setting::unset("from", Type::Text, "The field that is read.").example("field1"),
    Setting::unset("to", Type::Text, "The field that is written.").example("field2"),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
];

pub(super) const CSV: &[Setting] = &[
    Setting::unset("fields", Type::Map(&Type::Any), "From which field to which.")
        .example("{message: decoded.csv}")
        .required(),
    Setting::text("separator", ",", "What stands between the columns."),
    IGNORE_MISSING,
    OVERWRITE_KEYS,
    Setting::bool("trim_leading_space", false, "Spaces after a separator are cut."),
    FAIL_ON_ERROR,
];

pub(super) const DURATION: &[Setting] = &[
    Setting::unset("field", Type::Text, "The field.").example("app.rpc.cost").required(),
    Setting::word("format", &["milliseconds", "seconds", "minutes", "hours"], 0, "The unit of the number."),
];

pub(super) const JSON: &[Setting] = &[
    Setting::unset("fields", Type::List(&Type::Text), "The fields.").example("[message]").required(),
    Setting::whole("max_depth", 1, 1..=64, "How often JSON within JSON is parsed."),
    Setting::bool("process_array", false, "Lists are parsed too."),
    Setting::unset(
        "target",
        Type::Text,
        "Where it goes; in place of the field unless set, an empty text is the root.",
    )
    .example("json"),
    OVERWRITE_KEYS,
    Setting::bool("expand_keys", false, "Names with dots become nested."),
    Setting::bool("add_error_key", false, "An error becomes a field `error`."),
    Setting::unset("document_id", Type::Text, "The key whose value becomes `@metadata._id`.").example("id"),
];

pub(super) const XML: &[Setting] = &[
    Setting::text("field", "message", "The field that is read."),
    Setting::unset(
        "target_field",
        Type::Text,
        "The field that is written; the one that was read unless set, an empty text is the root.",
    )
    .example("xml"),
    OVERWRITING_KEYS,
    Setting::bool("to_lower", true, "Names become lower case."),
    Setting::unset("document_id", Type::Text, "The key whose value becomes `@metadata._id`.").example("id"),
    IGNORE_MISSING,
    IGNORE_FAILURE,
];

pub(super) const WINEVENTLOG: &[Setting] = &[
    Setting::text("field", "message", "The field that is read."),
    Setting::text("target_field", "winlog", "The field that is written; an empty text is the root."),
    OVERWRITING_KEYS,
    Setting::bool("map_ecs_fields", true, "Fields of ECS are added."),
    IGNORE_MISSING,
    IGNORE_FAILURE,
    Setting::whole("language", 0, 0..=65_535, "The language of messages; 0 is the system's."),
];

pub(super) const MIME: &[Setting] = &[
    Setting::unset("field", Type::Text, "The field with the content.")
        .example("http.request.body.content")
        .required(),
    Setting::unset("target", Type::Text, "The field that is written.")
        .example("http.request.mime_type")
        .required(),
];

pub(super) const DISSECT: &[Setting] = &[
    Setting::unset("tokenizer", Type::Text, "The pattern: names in `%{}` with what stands between.")
        .example("\"%{key1} - %{key2}\"")
        .required(),
    Setting::text("field", "message", "The field that is read."),
    Setting::text("target_prefix", "dissect", "Where the parts go; an empty text is the root."),
    IGNORE_FAILURE,
    OVERWRITE_KEYS,
    Setting::word("trim_values", &["none", "left", "right", "all"], 0, "On which side spaces are cut."),
    Setting::text("trim_chars", " ", "What is cut there."),
    Setting::unset("tag", Type::Text, "A name of this processor for the log.").example("mine"),
];

pub(super) const SYSLOG: &[Setting] = &[
    Setting::text("field", "message", "The field that is read."),
    Setting::word("format", &["auto", "rfc3164", "rfc5424"], 0, "How it is written."),
    Setting::text("timezone", "Local", "The zone of times that do not say it."),
    OVERWRITING_KEYS,
    IGNORE_MISSING,
    IGNORE_FAILURE,
    TAG,
];

pub(super) const TIMESTAMP: &[Setting] = &[
    FIELD,
    Setting::text("target_field", "@timestamp", "The field that is written, in UTC."),
    Setting::unset(
        "layouts",
        Type::List(&Type::Text),
        "How it may be written: the time 2006-01-02 15:04:05 as it would be, `UNIX` or `UNIX_MS`.",
    )
    .example("[\"2006-01-02T15:04:05Z\"]")
    .required(),
    Setting::text("timezone", "UTC", "The zone of times that do not say it."),
    IGNORE_MISSING,
    IGNORE_FAILURE,
    Setting::list("test", &[], "Times that must be readable at the start.")
        .example("[\"2019-06-22T16:33:51Z\"]"),
    ID,
];

pub(super) const URL: &[Setting] = &[
    Setting::unset("fields", Type::List(&Type::Section(FROM_MAYBE_TO_PARTS)), "From which field to which.")
        .example("[{from: field1, to: field2}]")
        .required(),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
];
