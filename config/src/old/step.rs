//! What becomes of an old name.

use super::Migration;
use crate::node::Entry;

/// Rewrites a value: it was taken from `path` already.
pub(super) type Rewrite = fn(&mut Migration<'_>, path: &str, entry: Entry, since: &str);

/// An old name.
#[derive(Clone, Copy)]
pub(super) struct Old {
    pub(super) name: &'static str,
    /// The version that replaced it.
    pub(super) since: &'static str,
    pub(super) step: Step,
}

#[derive(Clone, Copy)]
pub(super) enum Step {
    /// The same value under another name.
    To(&'static str),
    /// Another value, or several.
    By(Rewrite),
    /// It means nothing any more; what to do instead.
    Gone(&'static str),
}
