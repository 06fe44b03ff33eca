//! `packetbeat setup`: what the output makes possible before the first event.

use packetbeat_core::plugin::Kind;

use super::{Done, print};
use crate::cli::{Global, Run, Setup};
use crate::settings;

/// Loads templates, policies and dashboards where the output has a place for them.
pub(super) fn setup(global: &Global, what: Setup, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, &Run::default(), kinds, false).map_err(|errors| errors.to_string())?;
    plan.has_output()?;
    if what.index_management || what.dashboards || what.pipelines {
        return Err(format!(
            "there is nothing to set up for {}: index templates, policies, pipelines and dashboards are for \
             output.elasticsearch, which is not there yet (`packetbeat export` prints them)",
            plan.target.place()
        ));
    }
    print(&format!("{} needs no setup\n", plan.target.place()))
}
