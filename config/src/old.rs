//! Old spellings.

use crate::error::{Error, Warning};
use crate::node::Node;

pub(crate) fn migrate(_settings: &mut Node, _warnings: &mut Vec<Warning>, _errors: &mut Vec<Error>) {}
