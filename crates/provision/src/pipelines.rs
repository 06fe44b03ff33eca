//! `setup --pipelines`: the ingest pipeline that Packetbeat's manual shows for places of addresses.

use packetbeat_elasticsearch::Client;
use serde_json::{Value, json};

use crate::error::Error;
use crate::line::Line;
use crate::request::{About, Presence, Requests};

/// Its name in Packetbeat's manual; configurations name it.
const NAME: &str = "geoip-info";

/// Loads the ingest pipeline `geoip-info`, which adds places to addresses on the server; `overwrite` replaces one that is
/// there (`packetbeat.overwrite_pipelines`). The processor `geoip` does the same here.
///
/// # Errors
/// No answer, or a refusal; a server without the ingest processor `geoip` is one.
pub fn pipelines(client: &Client, overwrite: bool) -> Result<Vec<Line>, Error> {
    let requests = Requests { client, flavor: client.server()?.flavor };
    let path = format!("/_ingest/pipeline/{NAME}");
    if !overwrite && let Presence::There(_) = requests.look(About::Pipeline, &path)? {
        return Ok(vec![Line::kept(format!(
            "Ingest pipeline {NAME} is there already; packetbeat.overwrite_pipelines: true replaces it."
        ))]);
    }
    let answer = requests.try_put(&path, Some(&body()))?;
    if answer.ok() {
        return Ok(vec![
            Line::done(format!("Ingest pipeline {NAME} loaded.")),
            Line::kept(format!("It is used once {}.pipeline: {NAME} is set.", client.setting())),
        ]);
    }
    let mut error = requests.refused(About::Pipeline, "PUT", &path, &answer);
    if let Error::Refused { reason, advice, .. } = &mut error
        && reason.contains("No processor type exists with name [geoip]")
    {
        "; the server has no ingest processor geoip: use the processor geoip in packetbeat.yml"
            .clone_into(advice);
    }
    Err(error)
}

fn body() -> Value {
    let processors: Vec<Value> = ["client", "source", "destination", "server"]
        .iter()
        .map(|side| {
            json!({ "geoip": { "field": format!("{side}.ip"), "target_field": format!("{side}.geo"), "ignore_missing": true } })
        })
        .collect();
    json!({ "description": "Adds the places of addresses.", "processors": processors })
}
