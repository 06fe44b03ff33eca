//! Processors that move, change and remove fields.

use packetbeat_core::setting::{Setting, Type};

use super::shared::{
    FAIL_ON_ERROR, FIELD, FIELDS, FROM_TO, IGNORE_MISSING, OVERWRITE_KEYS, TAG, TARGET_FIELD_REQUIRED,
};

pub(super) const APPEND: &[Setting] = &[
    TARGET_FIELD_REQUIRED,
    Setting::list("fields", &[], "Fields whose values are appended.").example("[field1]"),
    Setting::unset("values", Type::List(&Type::Any), "Values that are appended.").example("[value1]"),
    Setting::bool("ignore_empty_values", false, "Empty texts and nulls are not appended."),
    Setting::bool("allow_duplicate", true, "What is there already is appended all the same."),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
];

pub(super) const CONVERT: &[Setting] = &[
    Setting::unset(
        "fields",
        Type::List(&Type::Section(&[
            Setting::unset("from", Type::Text, "The field that is read.").example("src_port").required(),
            Setting::unset("to", Type::Text, "The field that is written; the same unless set.")
                .example("source.port"),
            Setting::unset(
                "type",
                Type::Word(&["integer", "long", "float", "double", "string", "boolean", "ip"]),
                "The type; none copies or renames.",
            )
            .example("integer"),
        ])),
        "From which field to which, and the type.",
    )
    .example("[{from: src_port, to: source.port, type: integer}]")
    .required(),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
    TAG,
    Setting::word(
        "mode",
        &["copy", "rename"],
        0,
        "What becomes of the field that was read: it stays, or goes.",
    ),
];

pub(super) const COPY: &[Setting] = &[FROM_TO, FAIL_ON_ERROR, IGNORE_MISSING];

pub(super) const RENAME: &[Setting] = &[FROM_TO, IGNORE_MISSING, FAIL_ON_ERROR];

pub(super) const DROP: &[Setting] = &[
    Setting::unset(
        "fields",
        Type::List(&Type::Text),
        "The fields; `/.../` is a regular expression for their names.",
    )
    .example("[source.mac, destination.mac]")
    .required(),
    IGNORE_MISSING,
];

pub(super) const INCLUDE: &[Setting] = &[Setting::unset(
    "fields",
    Type::List(&Type::Text),
    "The fields that stay; `/.../` is a regular expression for their names.",
)
.example("[source.ip, destination.ip]")
.required()];

pub(super) const EXTRACT_ARRAY: &[Setting] = &[
    Setting::unset("field", Type::Text, "The field with the list.").example("my_array").required(),
    Setting::unset("mappings", Type::Map(&Type::Any), "Which field gets which item; the first is 0.")
        .example("{source.ip: 0, destination.ip: 1}")
        .required(),
    IGNORE_MISSING,
    OVERWRITE_KEYS,
    FAIL_ON_ERROR,
    Setting::bool("omit_empty", false, "Empty items make no fields."),
];

pub(super) const EXTRACT_FIELD: &[Setting] = &[
    FIELD,
    Setting::unset("separator", Type::Text, "What stands between the parts.").example("\"/\"").required(),
    Setting::unset("index", Type::Whole { least: 0, most: 1 << 20 }, "Which part; the first is 0.")
        .example("1")
        .required(),
    Setting::unset("target", Type::Text, "The field that is written.").example("field2").required(),
];

/// `lowercase` and `uppercase`.
pub(super) const CASE: &[Setting] = &[
    FIELDS,
    Setting::list("values", &[], "Fields whose values change instead of their names.").example("[user.name]"),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
    Setting::bool("alter_full_field", false, "All parts of a nested name change, and not its last alone."),
    Setting::bool("full_path", false, "The same in old versions."),
];

pub(super) const MOVE: &[Setting] = &[
    Setting::text("parent_path", "", "The object that is moved from; the root unless set."),
    Setting::list("from", &[], "Fields in it that are moved; all unless set.")
        .example("[method, elapsed_time]"),
    Setting::list("exclude", &[], "Fields in it that are not.").example("[message]"),
    Setting::text("to", "", "What is put before their names.").example("app.rpc."),
];

pub(super) const NOW: &[Setting] =
    &[Setting::unset("field", Type::Text, "The field that is written.").example("event.ingested").required()];

pub(super) const REPLACE: &[Setting] = &[
    Setting::unset(
        "fields",
        Type::List(&Type::Section(&[
            Setting::unset("field", Type::Text, "The field.").example("file.path").required(),
            Setting::unset("pattern", Type::Regexp, "What is replaced.").example("/usr/").required(),
            Setting::unset("replacement", Type::Text, "By what.").example("/usr/local/").required(),
        ])),
        "What is replaced where.",
    )
    .example("[{field: file.path, pattern: /usr/, replacement: /usr/local/}]")
    .required(),
    IGNORE_MISSING,
    FAIL_ON_ERROR,
];

pub(super) const TRUNCATE: &[Setting] = &[
    FIELDS,
    Setting::unset("max_bytes", Type::Whole { least: 1, most: 1 << 40 }, "Bytes that stay.").example("1024"),
    Setting::unset("max_characters", Type::Whole { least: 1, most: 1 << 40 }, "Characters that stay.")
        .example("1000"),
    FAIL_ON_ERROR,
    IGNORE_MISSING,
];
