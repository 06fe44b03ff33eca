//! `setup --dashboards`: saved objects for Kibana, or OpenSearch Dashboards.

use packetbeat_elasticsearch::{Client, Connection};
use packetbeat_fields::{Fields, dashboards};
use packetbeat_keystore::Secret;
use serde_json::Value;

use crate::error::Error;
use crate::line::Line;
use crate::request::segment;

/// Stands between the parts of a form; no saved object has it.
const BOUNDARY: &str = "----packetbeat-saved-objects-7d1f0c";
/// The type of such a form.
const FORM: &str = "multipart/form-data; boundary=----packetbeat-saved-objects-7d1f0c";

/// A server of Kibana.
#[derive(Debug)]
pub struct Kibana {
    client: Client,
    /// `/s/SPACE`, or nothing.
    space: String,
}

impl Kibana {
    /// A client; nothing is connected yet. `space` is `setup.kibana.space.id`, `service_token` takes the place of a login.
    ///
    /// # Errors
    /// A setting of the connection cannot work.
    pub fn new(
        mut connection: Connection,
        space: Option<&str>,
        service_token: Option<&Secret>,
    ) -> Result<Self, Error> {
        // Kibana wants to see that no browser was talked into the request; each product has its own name for it.
        for name in ["kbn-xsrf", "osd-xsrf"] {
            connection.headers.push((name.to_owned(), Secret::from("packetbeat")));
        }
        if let Some(token) = service_token {
            let mut value = b"Bearer ".to_vec();
            value.extend_from_slice(token.bytes());
            connection.headers.push(("authorization".to_owned(), Secret::new(value)));
        }
        let space = space.filter(|space| !space.is_empty() && *space != "default");
        let space = space.map_or_else(String::new, |space| format!("/s/{}", segment(space)));
        Ok(Self { client: Client::new(&connection)?, space })
    }

    /// Loads the data view of `pattern` (`packetbeat-*`) and all dashboards; those that are there are replaced.
    ///
    /// # Errors
    /// No answer, or a refusal, also of single objects.
    pub fn load(&self, fields: &Fields, pattern: &str) -> Result<Vec<Line>, Error> {
        let all = dashboards::all();
        // The data view stands in front of the first one, for all.
        let objects: String = all
            .iter()
            .enumerate()
            .map(|(number, dashboard)| dashboard.ndjson(pattern, (number == 0).then_some(fields)))
            .collect();
        let path = format!("{}/api/saved_objects/_import?overwrite=true", self.space);
        let answer = self.client.upload(&path, FORM, form(&objects))?;
        let refused = |reason: String, advice: &str| Error::Refused {
            request: format!("POST {}{}/api/saved_objects/_import", answer.host, self.space),
            status: answer.status,
            reason,
            advice: advice.to_owned(),
        };
        if !answer.ok() {
            let advice = match answer.status {
                401 => "; check setup.kibana.username and password, or api_key",
                403 => "; the user needs the Kibana privilege \"Saved Objects Management: all\"",
                404 => "; is setup.kibana.host a Kibana, and is there a setup.kibana.path?",
                _ => "",
            };
            return Err(refused(answer.reason(), advice));
        }
        let told = answer.json()?;
        if told.get("success") != Some(&Value::Bool(true)) {
            return Err(refused(failures(&told), ""));
        }
        let count = told.get("successCount").and_then(Value::as_u64).unwrap_or_default();
        Ok(vec![Line::done(format!("Loaded dashboards: {} ({count} saved objects).", all.len()))])
    }
}

/// What could not be loaded, the first few.
fn failures(told: &Value) -> String {
    const SHOWN: usize = 5;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let errors = told.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut shown: Vec<String> = errors
        .iter()
        .take(SHOWN)
        .map(|error| {
            let why = error
                .get("error")
                .map(|why| text(why.get("message").or_else(|| why.get("type"))))
                .unwrap_or_default();
            format!("{} {}: {why}", text(error.get("type")), text(error.get("id")))
        })
        .collect();
    if errors.len() > SHOWN {
        shown.push(format!("{} more", errors.len() - SHOWN));
    }
    format!("not all saved objects were taken: {}", shown.join(", "))
}

fn form(objects: &str) -> Vec<u8> {
    format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"packetbeat.ndjson\"\r\nContent-Type: \
         application/ndjson\r\n\r\n{objects}\r\n--{BOUNDARY}--\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_that_of_the_type() {
        assert!(FORM.ends_with(BOUNDARY));
        assert!(form("{}\n").ends_with(format!("{{}}\n\r\n--{BOUNDARY}--\r\n").as_bytes()));
    }

    #[test]
    fn failures_are_told_and_counted() {
        let one = serde_json::json!({ "type": "dashboard", "id": "x", "error": { "type": "conflict" } });
        let told = serde_json::json!({ "success": false, "errors": vec![one; 7] });
        let text = failures(&told);
        assert!(text.contains("dashboard x: conflict") && text.ends_with("2 more"), "{text}");
    }
}
