//! `packetbeat setup`: what the output makes possible before the first event.

use std::process::ExitCode;

use packetbeat_config::{Config, Elasticsearch};
use packetbeat_core::plugin::Kind;
use packetbeat_elasticsearch::Client;
use packetbeat_provision::{Kibana, Line, pipelines};

use super::{Done, print};
use crate::cli::{Global, Run, Setup};
use crate::settings;
use crate::target::Target;
use crate::{elasticsearch, provision};

/// What the data view of dashboards is of.
const PATTERN: &str = "packetbeat-*";

/// Loads templates, policies and dashboards where the output has a place for them.
pub(super) fn setup(global: &Global, what: Setup, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, &Run::default(), kinds, false).map_err(|errors| errors.to_string())?;
    plan.has_output()?;
    let Target::Elasticsearch(options) = &plan.target else {
        let place = plan.target.place();
        if what.index_management || what.dashboards || what.pipelines {
            return Err(format!(
                "there is nothing to set up for {place}: index templates, policies, pipelines and dashboards are for \
                 output.elasticsearch (`packetbeat export` prints them)"
            ));
        }
        return print(&format!("{place} needs no setup\n"));
    };
    servers(&plan.config, options, what, kinds)
}

/// What is asked for; without a flag, everything that there is a place for.
fn servers(config: &Config, options: &Elasticsearch, what: Setup, kinds: &[Kind]) -> Done {
    let all = !(what.index_management || what.dashboards || what.pipelines);
    let client = Client::new(&elasticsearch::connection(options)?).map_err(|error| error.to_string())?;
    if all || what.index_management {
        let setup = provision::setup(config, kinds)?;
        show(&setup.load(&client).map_err(|error| error.to_string())?)?;
    }
    if what.pipelines || (all && config.setup.pipelines) {
        let overwrite = config.setup.overwrite_pipelines;
        show(&pipelines(&client, overwrite).map_err(|error| error.to_string())?)?;
    }
    match &config.setup.kibana {
        Some(kibana) if all || what.dashboards => {
            let token = kibana.service_token.as_ref().map(elasticsearch::secret);
            let connection = elasticsearch::kibana(kibana)?;
            let fields = provision::fields(config, kinds)?;
            let loaded = Kibana::new(connection, kibana.space.as_deref(), token.as_ref())
                .and_then(|kibana| kibana.load(&fields, PATTERN))
                .map_err(|error| error.to_string())?;
            show(&loaded)?;
        }
        None if what.dashboards => {
            return Err("dashboards are loaded into Kibana: set setup.kibana.host".to_owned());
        }
        _ => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn show(lines: &[Line]) -> Done {
    print(&lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}
