//! The processors, one a file.

mod add_fields;
mod add_host_metadata;
mod add_observer_metadata;
mod add_tags;
mod copy_fields;
mod drop_event;
mod drop_fields;
mod include_fields;
mod rename;

pub(crate) use add_fields::AddFields;
pub(crate) use add_host_metadata::AddHostMetadata;
pub(crate) use add_observer_metadata::AddObserverMetadata;
pub(crate) use add_tags::AddTags;
pub(crate) use copy_fields::CopyFields;
pub(crate) use drop_event::DropEvent;
pub(crate) use drop_fields::DropFields;
pub(crate) use include_fields::IncludeFields;
pub(crate) use rename::Rename;
