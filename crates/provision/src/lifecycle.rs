//! What becomes of indices with time: which way a server has, and its policy.

use packetbeat_elasticsearch::{Flavor, Server};
use packetbeat_fields::{Lifecycle, Version, named, policy};
use serde_json::Value;

use crate::error::Error;
use crate::line::Line;
use crate::request::{About, Presence, Requests, segment};
use crate::setup::Setup;

/// Loads the policy that the server has a place for, and gives what the template must say of it.
pub(crate) fn load(
    setup: &Setup,
    server: &Server,
    requests: Requests<'_>,
    lines: &mut Vec<Line>,
) -> Result<Lifecycle, Error> {
    let of_stream = || Lifecycle::DataStream(setup.dsl.body.clone().unwrap_or_else(policy::data_stream));
    match server.flavor {
        Flavor::Elasticsearch if server.serverless => {
            Ok(if setup.dsl.enabled { of_stream() } else { Lifecycle::None })
        }
        Flavor::Elasticsearch if setup.ilm.enabled => ilm(setup, server, requests, lines),
        Flavor::Elasticsearch if setup.dsl.enabled && setup.dsl.chosen => Ok(of_stream()),
        Flavor::OpenSearch if setup.ilm.enabled => {
            ism(setup, requests, lines)?;
            Ok(Lifecycle::None)
        }
        Flavor::Elasticsearch | Flavor::OpenSearch => Ok(Lifecycle::None),
    }
}

/// A data stream that was there before its template gets the lifecycle by itself; one that has another keeps it, unless
/// `setup.dsl.overwrite` says otherwise.
pub(crate) fn of_stream(
    setup: &Setup,
    lifecycle: &Lifecycle,
    requests: Requests<'_>,
    lines: &mut Vec<Line>,
) -> Result<(), Error> {
    let Lifecycle::DataStream(body) = lifecycle else { return Ok(()) };
    let name = setup.pattern();
    if name.contains(['*', ',']) || !(setup.dsl.check_exists || setup.dsl.overwrite) {
        return Ok(());
    }
    let path = format!("/_data_stream/{}/_lifecycle", segment(&name));
    if !setup.dsl.overwrite {
        let Presence::There(told) = requests.look(About::Dsl, &path)? else { return Ok(()) };
        if told.pointer("/data_streams/0/lifecycle").is_some_and(|lifecycle| !lifecycle.is_null()) {
            return Ok(());
        }
    }
    requests.put(About::Dsl, &path, Some(&Value::Object(body.clone())))?;
    lines.push(Line::done(format!("Lifecycle of data stream {name} set.")));
    Ok(())
}

fn ilm(
    setup: &Setup,
    server: &Server,
    requests: Requests<'_>,
    lines: &mut Vec<Line>,
) -> Result<Lifecycle, Error> {
    let name = named(Some(&setup.ilm.name), &setup.version);
    let path = format!("/_ilm/policy/{}", segment(&name));
    let lifecycle = Lifecycle::Ilm { policy: name.clone() };
    let body = || {
        let number = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        let version = Version::new(number(server.major), number(server.minor));
        setup.ilm.body.clone().map_or_else(|| policy::ilm(version), Value::Object)
    };
    match presence(setup, About::Ilm, &path, requests)? {
        Some(Presence::NotOffered(reason)) => {
            lines.push(none(&reason));
            return Ok(Lifecycle::None);
        }
        Some(Presence::There(_)) if !setup.ilm.overwrite => lines.push(kept(&name)),
        // Without the look, as Packetbeat has it, the policy is somebody else's business.
        None if !setup.ilm.overwrite => lines.push(Line::kept(format!(
            "Lifecycle policy {name} is not looked for (setup.ilm.check_exists) and not loaded."
        ))),
        Some(Presence::Absent | Presence::There(_)) | None => {
            requests.put(About::Ilm, &path, Some(&body()))?;
            lines.push(Line::done(format!("Lifecycle policy {name} loaded.")));
        }
    }
    Ok(lifecycle)
}

/// A policy of Index State Management names the data streams that it is for itself.
fn ism(setup: &Setup, requests: Requests<'_>, lines: &mut Vec<Line>) -> Result<(), Error> {
    let name = named(Some(&setup.ilm.name), &setup.version);
    let path = format!("/_plugins/_ism/policies/{}", segment(&name));
    let body = setup.ilm.body.clone().map_or_else(|| policy::ism(&setup.pattern()), Value::Object);
    let path = match presence(setup, About::Ism, &path, requests)? {
        Some(Presence::NotOffered(reason)) => {
            lines.push(none(&reason));
            return Ok(());
        }
        Some(Presence::There(_)) if !setup.ilm.overwrite => {
            lines.push(kept(&name));
            return Ok(());
        }
        None if !setup.ilm.overwrite => return Ok(()),
        // Who replaces one says which state of it was seen.
        Some(Presence::There(old)) => {
            let number = |name| old.get(name).and_then(Value::as_u64);
            match (number("_seq_no"), number("_primary_term")) {
                (Some(seq), Some(term)) => format!("{path}?if_seq_no={seq}&if_primary_term={term}"),
                _ => path,
            }
        }
        Some(Presence::Absent) | None => path,
    };
    requests.put(About::Ism, &path, Some(&body))?;
    lines.push(Line::done(format!("Index State Management policy {name} loaded.")));
    Ok(())
}

/// `None`: nobody looked.
fn presence(
    setup: &Setup,
    about: About,
    path: &str,
    requests: Requests<'_>,
) -> Result<Option<Presence>, Error> {
    // Replacing a policy of OpenSearch needs its state.
    if setup.ilm.check_exists || (setup.ilm.overwrite && about == About::Ism) {
        requests.look(about, path).map(Some)
    } else {
        Ok(None)
    }
}

fn kept(name: &str) -> Line {
    Line::kept(format!("Lifecycle policy {name} is there already; setup.ilm.overwrite: true replaces it."))
}

fn none(reason: &str) -> Line {
    Line::warning(format!(
        "The server offers no lifecycle policies ({reason}): indices are neither followed by new ones nor deleted. \
         setup.ilm.enabled: false silences this."
    ))
}
