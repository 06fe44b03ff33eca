//! Options that several processors have alike.

use packetbeat_core::setting::{Setting, Type};

/// `ignore_missing`, off unless told.
pub(super) const IGNORE_MISSING: Setting =
    Setting::bool("ignore_missing", false, "A missing field is no error.");
/// `ignore_missing`, on unless told.
pub(super) const IGNORING_MISSING: Setting =
    Setting::bool("ignore_missing", true, "A missing field is no error.");
/// `ignore_failure`.
pub(super) const IGNORE_FAILURE: Setting = Setting::bool("ignore_failure", false, "No error is one.");
/// `fail_on_error`.
pub(super) const FAIL_ON_ERROR: Setting =
    Setting::bool("fail_on_error", true, "An error undoes what was done to the event; otherwise it goes on.");
/// `overwrite_keys`, off unless told.
pub(super) const OVERWRITE_KEYS: Setting =
    Setting::bool("overwrite_keys", false, "Fields that are there are replaced.");
/// `overwrite_keys`, on unless told.
pub(super) const OVERWRITING_KEYS: Setting =
    Setting::bool("overwrite_keys", true, "Fields that are there are replaced.");
/// `field`.
pub(super) const FIELD: Setting =
    Setting::unset("field", Type::Text, "The field that is read.").example("message").required();
/// `fields`, a list.
pub(super) const FIELDS: Setting =
    Setting::unset("fields", Type::List(&Type::Text), "The fields.").example("[field1, field2]").required();
/// `target_field`.
pub(super) const TARGET_FIELD: Setting = Setting::unset(
    "target_field",
    Type::Text,
    "The field that is written; the one that was read unless set.",
)
.example("field2");
/// `target_field`, where it must be told.
pub(super) const TARGET_FIELD_REQUIRED: Setting =
    Setting::unset("target_field", Type::Text, "The field that is written.").example("field2").required();
/// `tag`.
pub(super) const TAG: Setting =
    Setting::unset("tag", Type::Text, "A name of this processor for the log.").example("mine");
/// `id`.
pub(super) const ID: Setting =
    Setting::unset("id", Type::Text, "A name of this processor for the log.").example("mine");
/// `fields`, from one name to another.
pub(super) const FROM_TO: Setting =
    Setting::unset("fields", Type::List(&Type::Section(FROM_TO_PARTS)), "From which field to which.")
        .example("[{from: field1, to: field2}]")
        .required();

/// `from` and `to`.
pub(super) const FROM_TO_PARTS: &[Setting] = &[
    Setting::unset("from", Type::Text, "The field that is read.").example("field1").required(),
    Setting::unset("to", Type::Text, "The field that is written.").example("field2").required(),
];
/// `from`, and `to` where it differs.
pub(super) const FROM_MAYBE_TO_PARTS: &[Setting] = &[
    Setting::unset("from", Type::Text, "The field that is read.").example("field1").required(),
    Setting::unset("to", Type::Text, "The field that is written; the same unless set.").example("field2"),
];
