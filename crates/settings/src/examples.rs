//! Each setting alone, as a configuration that must load.

use packetbeat_core::setting::{Setting, Type};

use crate::later::with_later;
use crate::reference::example_of;
use crate::{COMMON, PROCESSORS, ProtocolTable, root};

/// What must go along: the end of a section's name, which setting needs it (all that are in the section where none is named),
/// and what, as YAML.
const COMPANIONS: &[(&str, &str, &str, &str)] = &[
    ("output.kafka", "", "topic", "beats"),
    ("packetbeat.interfaces", "fanout_group", "type", "af_packet"),
    ("packetbeat.interfaces", "poll_default_route", "device", "default_route"),
    ("ssl", "certificate", "key", "/etc/pki/client/cert.key"),
    ("ssl", "key", "certificate", "/etc/pki/client/cert.pem"),
    ("kerberos", "auth_type", "username", "elastic"),
    ("kerberos", "auth_type", "password", "changeme"),
    ("output.kafka", "username", "password", "changeme"),
    ("cloud", "auth", "id", "staging:dXMtZWFzdC0xLmF3cy5mb3VuZC5pbyRjZWM2"),
    ("", "output.elasticsearch.index", "setup", "{template: {name: packetbeat, pattern: packetbeat}}"),
    ("", "output.opensearch.index", "setup", "{template: {name: packetbeat, pattern: packetbeat}}"),
];

/// For each setting its name and a configuration of one line with what the reference shows of it, and with what must go
/// along: required settings of the same section, and what it means nothing without.
#[must_use]
pub fn examples(protocols: &[ProtocolTable]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut path = Vec::new();
    below(root(), &mut path, &mut found, &|yaml| yaml);
    for table in with_later(protocols) {
        let own = |yaml: String| {
            let inner = yaml.trim_start_matches('{').to_owned();
            format!("{{packetbeat: {{protocols: [{{type: {}, {inner}]}}}}", table.name)
        };
        let mut options = Vec::new();
        below(table.options, &mut path, &mut options, &own);
        let common = COMMON.iter().filter(|setting| {
            setting.name != "type"
                && (!table.ports.is_empty() || setting.name != "ports")
                && !has(table.options, setting.name)
        });
        for setting in common {
            one(setting, &[], &mut path, &mut options, &own);
        }
        let name = table.name;
        found.extend(
            options
                .into_iter()
                .map(|(option, yaml)| (format!("packetbeat.protocols[{name}].{option}"), yaml)),
        );
    }
    for table in PROCESSORS {
        let own = |yaml: String| format!("{{processors: [{{{}: {yaml}}}]}}", table.name);
        let mut options = Vec::new();
        below(table.options, &mut path, &mut options, &own);
        let name = table.name;
        found.extend(options.into_iter().map(|(option, yaml)| (format!("processors.{name}.{option}"), yaml)));
    }
    found
}

fn has(table: &[Setting], name: &str) -> bool {
    table.iter().any(|setting| setting.name == name)
}

/// A section that an example is within.
struct Above {
    name: &'static str,
    table: &'static [Setting],
    list: bool,
}

type Wrap<'a> = &'a dyn Fn(String) -> String;

fn below(
    table: &'static [Setting],
    path: &mut Vec<Above>,
    found: &mut Vec<(String, String)>,
    wrap: Wrap<'_>,
) {
    for setting in table {
        one(setting, table, path, found, wrap);
    }
}

fn one(
    setting: &'static Setting,
    table: &'static [Setting],
    path: &mut Vec<Above>,
    found: &mut Vec<(String, String)>,
    wrap: Wrap<'_>,
) {
    let inner = crate::walk::section(setting);
    let shown = match setting.kind {
        Type::Protocols => None,
        Type::Section(&[]) => Some("{}".to_owned()),
        _ => example_of(setting),
    };
    if let Some(value) = shown {
        let whole = full(path, setting.name);
        let mut yaml = with_companions(path, table, setting.name, value, &whole);
        for (depth, above) in path.iter().enumerate().rev() {
            let value = if above.list { format!("[{yaml}]") } else { yaml };
            yaml = with_companions(
                path.get(..depth).unwrap_or_default(),
                above.table,
                above.name,
                value,
                &whole,
            );
        }
        found.push((whole, wrap(yaml)));
    }
    if let Some(inner) = inner {
        path.push(Above { name: setting.name, table, list: matches!(setting.kind, Type::List(_)) });
        below(inner, path, found, wrap);
        path.pop();
    }
}

fn full(path: &[Above], name: &str) -> String {
    path.iter().map(|above| above.name).chain([name]).collect::<Vec<_>>().join(".")
}

/// A map of one setting of the section that `path` ends in, and what must stand beside it there. `whole` is the full name of
/// the setting that the example is of.
fn with_companions(path: &[Above], table: &[Setting], name: &str, value: String, whole: &str) -> String {
    let section = path.iter().map(|above| above.name).collect::<Vec<_>>().join(".");
    let mut entries = vec![(name, value)];
    for other in table.iter().filter(|other| other.required && other.name != name) {
        if let Some(value) = example_of(other) {
            entries.push((other.name, value));
        }
    }
    for (end, of, key, value) in COMPANIONS {
        let here = section == *end || section.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
        if here
            && (of.is_empty() || *of == name || *of == whole)
            && entries.iter().all(|(other, _)| other != key)
        {
            entries.push((key, (*value).to_owned()));
        }
    }
    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}
