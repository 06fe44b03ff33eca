//! The step rights: whether the user may do what a run does.

use packetbeat_elasticsearch::{Client, Flavor, Method, Server};
use serde_json::{Value, json};

use super::{Check, Failed, Report};
use crate::request::not_offered;

/// Cluster privileges, and what is lost without each.
const CLUSTER: [(&str, &str); 3] = [
    ("monitor", "the server's version cannot be asked"),
    (
        "manage_index_templates",
        "the index template cannot be loaded: run `packetbeat setup` as another user, and set setup.template.enabled: false",
    ),
    (
        "manage_ilm",
        "the lifecycle policy cannot be loaded: run `packetbeat setup` as another user, and set setup.ilm.enabled: false",
    ),
];

/// Asks the server what the user may do.
pub(super) fn check(
    client: &Client,
    server: &Server,
    check: &Check,
    report: &mut Report,
) -> Result<(), Failed> {
    match server.flavor {
        Flavor::Elasticsearch => elasticsearch(client, server, check, report),
        Flavor::OpenSearch => {
            opensearch(client, report);
            Ok(())
        }
    }
}

fn elasticsearch(client: &Client, server: &Server, check: &Check, report: &mut Report) -> Result<(), Failed> {
    let cluster: Vec<&str> = CLUSTER
        .iter()
        .map(|(name, _)| *name)
        // A privilege that a server does not know is an error there.
        .filter(|name| *name != "manage_ilm" || !server.serverless)
        .collect();
    let body = json!({
        "cluster": cluster,
        "index": [{ "names": check.indices, "privileges": ["create_doc", "auto_configure"] }],
    });
    let answer = match client.request(
        Method::Post,
        "/_security/user/_has_privileges",
        Some(body.to_string().as_bytes()),
    ) {
        Ok(answer) => answer,
        Err(error) => return report.stop(1, "rights", error.what().to_owned()),
    };
    if not_offered(&answer) {
        report.skipped(1, "rights", "the server has no security plugin, or it is off");
        return Ok(());
    }
    if !answer.ok() {
        report.skipped(1, "rights", answer.reason());
        return Ok(());
    }
    let told = match answer.json() {
        Ok(told) => told,
        Err(error) => return report.stop(1, "rights", error.what().to_owned()),
    };
    report.section(1, "rights".to_owned());
    if let Some(user) = told.get("username").and_then(Value::as_str) {
        report.info(2, "user", user);
    }
    let mut outcome = Ok(());
    for index in &check.indices {
        let may = |privilege: &str| {
            let of_index = told.get("index").and_then(|all| all.get(index));
            of_index.and_then(|all| all.get(privilege)).and_then(Value::as_bool) == Some(true)
        };
        let step = format!("write to {index}");
        if may("create_doc") {
            report.ok(2, step, ());
        } else {
            report.failed(
                2,
                step,
                format!(
                    "the user lacks the index privilege create_doc for {index}: give it a role that has it"
                ),
            );
            outcome = Err(Failed);
        }
        if !may("auto_configure") {
            report.warning(
                2,
                format!("make {index}"),
                "the user lacks the index privilege auto_configure: the data stream must be there before the first event",
            );
        }
    }
    for (privilege, lost) in CLUSTER.iter().filter(|(name, _)| cluster.contains(name)) {
        let has =
            told.get("cluster").and_then(|all| all.get(*privilege)).and_then(Value::as_bool) == Some(true);
        if has {
            report.ok(2, *privilege, ());
        } else {
            report.warning(2, *privilege, format!("the user lacks this cluster privilege: {lost}"));
        }
    }
    outcome
}

/// OpenSearch tells who the user is, and not what it may do.
fn opensearch(client: &Client, report: &mut Report) {
    match client.request(Method::Get, "/_plugins/_security/authinfo", None) {
        Ok(answer) if answer.ok() => {
            let told = answer.json().unwrap_or_default();
            let user = told.get("user_name").and_then(Value::as_str).unwrap_or("not told");
            report.info(1, "user", user);
            report.skipped(1, "rights", "OpenSearch tells nobody what a user may do");
        }
        Ok(answer) if not_offered(&answer) => {
            report.skipped(1, "rights", "the server has no security plugin");
        }
        Ok(answer) => report.skipped(1, "rights", answer.reason()),
        Err(error) => report.skipped(1, "rights", error.what().to_owned()),
    }
}
