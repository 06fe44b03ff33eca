//! Requests and what their failure means.

use packetbeat_elasticsearch::{Answer, Client, Flavor, Method};
use serde_json::Value;

use crate::error::Error;

/// What a request is about, for the advice where it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Template,
    DataStream,
    Ilm,
    Dsl,
    Ism,
    Pipeline,
}

impl About {
    /// What helps a user who is not allowed to.
    fn privilege(self, flavor: Flavor) -> &'static str {
        match (self, flavor) {
            (Self::Template, Flavor::Elasticsearch) => {
                "the user needs the cluster privilege manage_index_templates; or load the template once with \
                 `packetbeat setup` as another user, and set setup.template.enabled: false"
            }
            (Self::Template, Flavor::OpenSearch) => {
                "the user needs the permission indices:admin/index_template/*; or load the template once with \
                 `packetbeat setup` as another user, and set setup.template.enabled: false"
            }
            (Self::DataStream, Flavor::Elasticsearch) => {
                "the user needs the index privileges view_index_metadata and create_index for the data stream"
            }
            (Self::DataStream, Flavor::OpenSearch) => {
                "the user needs the permission indices:admin/data_stream/* for the data stream"
            }
            (Self::Ilm, _) => {
                "the user needs the cluster privilege manage_ilm (read_ilm to look only); or set \
                 setup.ilm.check_exists: false where the policy is there, or setup.ilm.enabled: false"
            }
            (Self::Dsl, _) => {
                "the user needs the index privilege manage_data_stream_lifecycle; or set setup.dsl.enabled: false"
            }
            (Self::Ism, _) => {
                "the user needs the permission cluster:admin/opendistro/ism/policy/*; or set setup.ilm.enabled: false"
            }
            (Self::Pipeline, Flavor::Elasticsearch) => {
                "the user needs the cluster privilege manage_ingest_pipelines"
            }
            (Self::Pipeline, Flavor::OpenSearch) => {
                "the user needs the permission cluster:admin/ingest/pipeline/*"
            }
        }
    }
}

/// Whether something is on the server.
#[derive(Debug)]
pub(crate) enum Presence {
    /// It is; what the server said of it.
    There(Value),
    /// It is not.
    Absent,
    /// The server knows nothing of the kind: its reason.
    NotOffered(String),
}

/// A server, and which one it is.
#[derive(Clone, Copy)]
pub(crate) struct Requests<'a> {
    pub(crate) client: &'a Client,
    pub(crate) flavor: Flavor,
}

impl Requests<'_> {
    pub(crate) fn look(self, about: About, path: &str) -> Result<Presence, Error> {
        let answer = self.client.request(Method::Get, path, None)?;
        if answer.ok() {
            return Ok(Presence::There(answer.json()?));
        }
        if not_offered(&answer) {
            return Ok(Presence::NotOffered(answer.reason()));
        }
        if answer.status == 404 {
            return Ok(Presence::Absent);
        }
        Err(self.refused(about, "GET", path, &answer))
    }

    /// Writes it; the answer is one that worked.
    pub(crate) fn put(self, about: About, path: &str, body: Option<&Value>) -> Result<(), Error> {
        let answer = self.try_put(path, body)?;
        if answer.ok() { Ok(()) } else { Err(self.refused(about, "PUT", path, &answer)) }
    }

    /// Writes it; the answer may be a refusal.
    pub(crate) fn try_put(self, path: &str, body: Option<&Value>) -> Result<Answer, Error> {
        let body = body.map(Value::to_string);
        Ok(self.client.request(Method::Put, path, body.as_deref().map(str::as_bytes))?)
    }

    pub(crate) fn refused(self, about: About, verb: &str, path: &str, answer: &Answer) -> Error {
        let advice = match answer.status {
            401 => format!("; check {}.username and password, or api_key", self.client.setting()),
            403 => format!("; {}", about.privilege(self.flavor)),
            _ => String::new(),
        };
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        Error::Refused {
            request: format!("{verb} {}{path}", answer.host),
            status: answer.status,
            reason: answer.reason(),
            advice,
        }
    }
}

/// Does the server say that it has no such interface, rather than no such thing?
pub(crate) fn not_offered(answer: &Answer) -> bool {
    let reason = answer.reason();
    matches!(answer.status, 400 | 404 | 405 | 410 | 501)
        && (reason.contains("no handler found")
            || reason.contains("Incorrect HTTP method")
            || reason.contains("not available when running in serverless mode"))
}

/// A name as a segment of a path.
pub(crate) fn segment(name: &str) -> String {
    name.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
        path
    })
}
