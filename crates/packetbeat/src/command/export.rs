//! `packetbeat export`: the configuration, and what servers need to know of the events.

use std::path::Path;
use std::process::ExitCode;

use packetbeat_config::Config;
use packetbeat_core::plugin::Kind;
use packetbeat_fields::dashboards::{self, Dashboard};
use packetbeat_fields::{
    Fields, Lifecycle, Target, Template, TemplateOptions, Type, Version, index_pattern, named, policy,
};
use serde_json::Value;

use super::{Done, print};
use crate::cli::{self, Export, Global, Index, IndexTemplate, Run};
use crate::custom::object;
use crate::identity::VERSION;
use crate::provision::{fields, own_policy, own_template};
use crate::settings;

/// Prints what the command line names, or writes it to a folder.
pub(super) fn export(global: &Global, what: &Export, kinds: &[Kind]) -> Done {
    let plan = settings::plan(global, &Run::default(), kinds, false).map_err(|errors| errors.to_string())?;
    let config = &plan.config;
    match what {
        Export::Config => print(&config.to_yaml()),
        Export::Fields => print(&fields(config, kinds)?.to_yaml()),
        Export::Template(which) => {
            let template = template(config, which, kinds)?;
            written(&which.index, &format!("template/{}.json", template.name), &template.body)
        }
        Export::IlmPolicy(index) => {
            let name = named(config.setup.ilm.text("policy_name").as_deref(), VERSION);
            written(index, &format!("policy/{name}.json"), &lifecycle_policy(config, index)?)
        }
        Export::IndexPattern(index) => {
            let pattern = index_pattern(&fields(config, kinds)?, "packetbeat-*");
            written(index, "index-pattern/packetbeat.json", &pattern)
        }
        Export::Dashboard(which) => dashboard(which, &fields(config, kinds)?),
    }
}

fn template(config: &Config, which: &IndexTemplate, kinds: &[Kind]) -> Result<Template, String> {
    let settings = &config.setup.template;
    if let Some(template) = own_template(config)? {
        return Ok(template);
    }
    let ilm = &config.setup.ilm;
    let target = match &which.opensearch_version {
        Some(text) => {
            Target::OpenSearch(text.parse().map_err(|error| format!("--opensearch.version: {error}"))?)
        }
        None => Target::Elasticsearch(version(&which.index)?),
    };
    let lifecycle = if which.index.noilm || !ilm.bool("enabled") {
        Lifecycle::None
    } else {
        Lifecycle::Ilm { policy: named(ilm.text("policy_name").as_deref(), VERSION) }
    };
    let options = TemplateOptions {
        name: settings.text("name"),
        pattern: settings.text("pattern"),
        target,
        without: which.without.iter().map(|name| lacking(name)).collect::<Result<_, _>>()?,
        lifecycle,
        settings: settings.map("settings").as_ref().map(object).unwrap_or_default(),
        priority: settings.u64("priority"),
        strict: which.strict,
        ..TemplateOptions::new(VERSION)
    };
    Template::new(&fields(config, kinds)?, &options).map_err(|error| error.to_string())
}

fn lacking(name: &str) -> Result<Type, String> {
    Type::of(name)
        .filter(|kind| kind.has_substitute())
        .ok_or_else(|| format!("--without {name}: nothing takes the place of such a type"))
}

fn lifecycle_policy(config: &Config, index: &Index) -> Result<Value, String> {
    Ok(match own_policy(&config.setup.ilm, "setup.ilm")? {
        Some(policy) => Value::Object(policy),
        None => policy::ilm(version(index)?),
    })
}

fn version(index: &Index) -> Result<Version, String> {
    index.es_version.parse().map_err(|error| format!("--es.version: {error}"))
}

/// To standard output, or to a file in the folder that was named.
fn written(index: &Index, name: &str, value: &Value) -> Done {
    let text = format!("{value:#}\n");
    match &index.dir {
        None => print(&text),
        Some(dir) => to_file(dir, name, &text),
    }
}

fn to_file(dir: &Path, name: &str, text: &str) -> Done {
    let path = dir.join(name);
    let folder = path.parent().unwrap_or(dir);
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    print(&format!("Written to {}\n", path.display()))
}

fn dashboard(which: &cli::Dashboard, fields: &Fields) -> Done {
    let mut wanted: Vec<(&Dashboard, String)> = Vec::new();
    match (&which.id, &which.yml) {
        (Some(id), _) => {
            let dashboard = by_id(id)?;
            wanted.push((dashboard, dashboard.file_name()));
        }
        (None, Some(path)) => {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
            for listed in dashboards::list(&shown, &text).map_err(|errors| errors.to_string())? {
                wanted.push((by_id(&listed.id)?, listed.file));
            }
        }
        (None, None) => {
            wanted.extend(dashboards::all().iter().map(|dashboard| (dashboard, dashboard.file_name())));
        }
    }
    for (dashboard, file) in wanted {
        let text = dashboard.ndjson("packetbeat-*", Some(fields));
        match &which.folder {
            None => print(&text)?,
            Some(folder) => to_file(folder, &file, &text)?,
        };
    }
    Ok(ExitCode::SUCCESS)
}

fn by_id(id: &str) -> Result<&'static Dashboard, String> {
    dashboards::by_id(id).ok_or_else(|| {
        let known: Vec<_> = dashboards::all().iter().map(|dashboard| dashboard.id).collect();
        format!("there is no dashboard {id:?}; there are {}", known.join(", "))
    })
}
