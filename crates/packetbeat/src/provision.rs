//! From `setup.*` to what is loaded into servers.

use std::sync::Arc;

use packetbeat_config::{Config, Format, FormatPart, Section, Select};
use packetbeat_core::plugin::Kind;
use packetbeat_elasticsearch::OnConnect;
use packetbeat_fields::{Fields, Template, policy};
use packetbeat_provision::{DslSetup, IlmSetup, Kind as LineKind, Line, Setup, TemplateSetup};
use packetbeat_publisher::Trouble;
use serde_json::{Map, Value};
use tracing::{debug, info, warn};

use crate::custom::object;
use crate::identity::VERSION;

/// Under which name events are dropped whose output cannot be prepared.
const CAUSE: &str = "setup";

/// The fields of the program's protocols, and those that `setup.template` adds.
///
/// # Errors
/// Fields that are none, a line each.
pub(crate) fn fields(config: &Config, kinds: &[Kind]) -> Result<Fields, String> {
    let mut fields = Fields::of(kinds).map_err(|errors| errors.to_string())?;
    if let Some(node) = config.setup.template.node("append_fields") {
        let at = format!("{}: setup.template.append_fields", node.at);
        fields.append_yaml(&at, &node.to_json()).map_err(|errors| errors.to_string())?;
    }
    Ok(fields)
}

/// `setup.template.json`: a template of the user's own, in place of ours.
///
/// # Errors
/// A file that cannot be read, or is none.
pub(crate) fn own_template(config: &Config) -> Result<Option<Template>, String> {
    let settings = &config.setup.template;
    if !settings.bool("json.enabled") {
        return Ok(None);
    }
    let path = settings.text("json.path").unwrap_or_default();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{path}: setup.template.json.path: {error}"))?;
    let name = settings.text("json.name").unwrap_or_else(|| "packetbeat".to_owned());
    let template = Template::from_json(&name, &path, &text, settings.bool("json.data_stream"));
    template.map(Some).map_err(|error| error.to_string())
}

/// `policy_file` of `setup.ilm` or `setup.dsl`: a policy of the user's own, in place of ours.
///
/// # Errors
/// A file that cannot be read, or is none.
pub(crate) fn own_policy(section: &Section, name: &str) -> Result<Option<Map<String, Value>>, String> {
    let Some(path) = section.text("policy_file") else { return Ok(None) };
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{path}: {name}.policy_file: {error}"))?;
    policy::read(&path, &text).map(Some).map_err(|error| error.to_string())
}

/// Everything that `setup.*` says of indices.
///
/// # Errors
/// Files that cannot be read, fields that are none.
pub(crate) fn setup(config: &Config, kinds: &[Kind]) -> Result<Setup, String> {
    let (template, ilm, dsl) = (&config.setup.template, &config.setup.ilm, &config.setup.dsl);
    let mut setup = Setup::new(VERSION, fields(config, kinds)?);
    setup.template = TemplateSetup {
        enabled: template.bool("enabled"),
        overwrite: template.bool("overwrite"),
        name: template.text("name"),
        pattern: template.text("pattern"),
        settings: template.map("settings").as_ref().map(object).unwrap_or_default(),
        priority: template.u64("priority"),
        json: own_template(config)?,
    };
    setup.ilm = IlmSetup {
        enabled: ilm.bool("enabled"),
        name: ilm.text("policy_name").unwrap_or_else(|| setup.ilm.name.clone()),
        body: own_policy(ilm, "setup.ilm")?,
        check_exists: ilm.bool("check_exists"),
        overwrite: ilm.bool("overwrite"),
    };
    setup.dsl = DslSetup {
        enabled: dsl.bool("enabled"),
        chosen: dsl.node("enabled").is_some() && dsl.bool("enabled"),
        body: own_policy(dsl, "setup.dsl")?,
        check_exists: dsl.bool("check_exists"),
        overwrite: dsl.bool("overwrite"),
    };
    Ok(setup)
}

/// What an output loads when it has connected: what is missing.
///
/// # Errors
/// As [`setup`].
pub(crate) fn on_connect(config: &Config, kinds: &[Kind]) -> Result<OnConnect, String> {
    let setup = setup(config, kinds)?;
    Ok(Arc::new(move |client| {
        let lines = setup.ensure(client).map_err(|error| Trouble {
            lasting: error.lasting().then_some(CAUSE),
            message: error.to_string(),
        })?;
        lines.iter().for_each(log);
        Ok(())
    }))
}

fn log(line: &Line) {
    match line.kind {
        LineKind::Done => info!("{line}"),
        LineKind::Kept => debug!("{line}"),
        LineKind::Warning => warn!("{line}"),
    }
}

/// What events are written to: names, with `*` for what an event says.
pub(crate) fn indices(select: &Select) -> Vec<String> {
    let formats = select.rules.iter().map(|rule| &rule.name).chain(&select.otherwise);
    let mut names: Vec<String> = formats.map(pattern).collect();
    names.sort();
    names.dedup();
    names
}

fn pattern(format: &Format) -> String {
    let parts = format.parts().iter().map(|part| match part {
        FormatPart::Text(text) => text.to_lowercase(),
        FormatPart::Field { path, .. } if path == "agent.version" => VERSION.to_owned(),
        FormatPart::Field { .. } | FormatPart::Time(_) => "*".to_owned(),
    });
    parts.collect()
}
