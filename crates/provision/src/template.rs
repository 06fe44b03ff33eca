//! The index template and its data stream.

use packetbeat_elasticsearch::Answer;
use packetbeat_fields::{Lifecycle, Target, Template, TemplateOptions, Type};

use crate::error::Error;
use crate::line::Line;
use crate::request::{About, Presence, Requests, segment};
use crate::setup::Setup;

/// Loads the template where it is missing, or in any case if `forced`, and makes the data stream.
pub(crate) fn load(
    setup: &Setup,
    target: Target,
    lifecycle: Lifecycle,
    requests: Requests<'_>,
    forced: bool,
    lines: &mut Vec<Line>,
) -> Result<(), Error> {
    if !setup.template.enabled {
        lines.push(Line::kept("setup.template.enabled is false: no index template is loaded."));
        return Ok(());
    }
    let mut options = TemplateOptions {
        name: setup.template.name.clone(),
        pattern: setup.template.pattern.clone(),
        target,
        lifecycle,
        settings: setup.template.settings.clone(),
        priority: setup.template.priority,
        ..TemplateOptions::new(setup.version.as_str())
    };
    let template = made(setup, &options)?;
    let path = format!("/_index_template/{}", segment(&template.name));
    if !forced && !setup.template.overwrite {
        let look = format!("{path}?filter_path=index_templates.name,error,status");
        if let Presence::There(_) = requests.look(About::Template, &look)? {
            lines.push(Line::kept(format!(
                "Index template {} is there already; setup.template.overwrite: true replaces it.",
                template.name
            )));
            return Ok(());
        }
    }
    let template = put(setup, template, &mut options, &path, requests, lines)?;
    lines.push(Line::done(format!("Index template {} loaded.", template.name)));
    if template.data_stream {
        stream(setup, requests, lines)?;
    }
    Ok(())
}

fn made(setup: &Setup, options: &TemplateOptions) -> Result<Template, Error> {
    match &setup.template.json {
        Some(template) => Ok(template.clone()),
        None => Ok(Template::new(&setup.fields, options)?),
    }
}

/// Writes the template; what this build of the server says it lacks is replaced, one thing after the other.
fn put(
    setup: &Setup,
    mut template: Template,
    options: &mut TemplateOptions,
    path: &str,
    requests: Requests<'_>,
    lines: &mut Vec<Line>,
) -> Result<Template, Error> {
    loop {
        let answer = requests.try_put(path, Some(&template.body))?;
        if answer.ok() {
            break;
        }
        // Each round adds something that was not there before, so the rounds end.
        let reason = text(&answer);
        match missing_type(&reason) {
            Some(kind) if answer.status == 400 && !options.without.contains(&kind) => {
                options.without.push(kind);
            }
            _ if answer.status == 400
                && reason.contains("unknown setting [index.lifecycle.")
                && options.lifecycle != Lifecycle::None =>
            {
                options.lifecycle = Lifecycle::None;
                lines.push(Line::warning("The server knows no lifecycle policies; the template names none."));
            }
            _ => return Err(requests.refused(About::Template, "PUT", path, &answer)),
        }
        if setup.template.json.is_some() {
            return Err(requests.refused(About::Template, "PUT", path, &answer));
        }
        template = made(setup, options)?;
    }
    if !options.without.is_empty() {
        let names: Vec<&str> = options.without.iter().map(|kind| kind.name()).collect();
        lines.push(Line::warning(format!(
            "The server lacks the field types {}: nearby types take their place.",
            names.join(", ")
        )));
    }
    Ok(template)
}

/// The whole answer: which type is missing stands in a cause far inside.
fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The type in `No handler for type [wildcard] declared on field` (7.x, OpenSearch) or `The mapper type [wildcard] declared
/// on field` (8.x), if something can take its place.
fn missing_type(reason: &str) -> Option<Type> {
    let (before, _) = reason.split_once("] declared on field")?;
    let (_, name) = before.rsplit_once("type [")?;
    let kind = if name == "flat_object" { Type::Flattened } else { Type::of(name)? };
    kind.has_substitute().then_some(kind)
}

/// Makes the data stream, so that it can be seen before the first event. One with a wildcard comes with its events.
fn stream(setup: &Setup, requests: Requests<'_>, lines: &mut Vec<Line>) -> Result<(), Error> {
    let name = match &setup.template.json {
        Some(_) => return Ok(()),
        None => setup.pattern(),
    };
    if name.contains(['*', ',']) {
        return Ok(());
    }
    let path = format!("/_data_stream/{}", segment(&name));
    match requests.look(About::DataStream, &path)? {
        Presence::There(_) => lines.push(Line::kept(format!(
            "Data stream {name} is there already; its current index keeps its old mappings until it is followed by a new \
             one (POST {name}/_rollover)."
        ))),
        Presence::NotOffered(_) => {
            lines.push(Line::kept(format!("Data stream {name} comes with its first event.")));
        }
        Presence::Absent => {
            let answer = requests.try_put(&path, None)?;
            if answer.ok() {
                lines.push(Line::done(format!("Data stream {name} made.")));
            } else if text(&answer).contains("resource_already_exists_exception") {
                lines.push(Line::kept(format!("Data stream {name} is there already.")));
            } else {
                return Err(requests.refused(About::DataStream, "PUT", &path, &answer));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_types_are_read_in_both_spellings() {
        let old = r#"{"error":{"reason":"No handler for type [flattened] declared on field [labels]"}}"#;
        assert_eq!(missing_type(old), Some(Type::Flattened));
        let new =
            "The mapper type [wildcard] declared on field [url.original] does not exist. It might have been";
        assert_eq!(missing_type(new), Some(Type::Wildcard));
        assert_eq!(
            missing_type("No handler for type [flat_object] declared on field [a]"),
            Some(Type::Flattened)
        );
        for other in ["No handler for type [ip] declared on field [a]", "type [x]", "] declared on field", ""]
        {
            assert_eq!(missing_type(other), None, "{other}");
        }
    }
}
