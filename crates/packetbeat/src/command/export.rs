//! `packetbeat export`: the configuration, and what servers need to know of the events.

use packetbeat_core::plugin::Kind;

use super::{Done, print};
use crate::cli::{Export, Global, Run};
use crate::settings::{self, target_name};

/// Prints what the command line names.
pub(super) fn export(global: &Global, what: &Export, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, &Run::default(), kinds, false).map_err(|errors| errors.to_string())?;
    match what {
        Export::Config => print(&target_name(&plan.target)),
        Export::Template(_)
        | Export::Fields
        | Export::IlmPolicy(_)
        | Export::IndexPattern(_)
        | Export::Dashboard(_) => print(""),
    }
}
