//! What is to be loaded, and in which order.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use packetbeat_elasticsearch::{Client, Flavor, Server};
use packetbeat_fields::{Fields, Target, Template, Version, named};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::lifecycle;
use crate::line::{Kind, Line};
use crate::request::Requests;
use crate::template;

/// `setup.template`, `setup.ilm` and `setup.dsl`.
#[derive(Debug)]
pub struct Setup {
    /// Version of this program, for names.
    pub version: String,
    /// All fields, those of `setup.template.append_fields` too.
    pub fields: Fields,
    /// `setup.template`.
    pub template: TemplateSetup,
    /// `setup.ilm`.
    pub ilm: IlmSetup,
    /// `setup.dsl`.
    pub dsl: DslSetup,
    /// Workers that connect at the same time take turns: the second one finds what the first one loaded. What was warned of
    /// is told once, however often they connect again.
    told: Mutex<HashSet<String>>,
}

/// `setup.template`.
#[derive(Clone, Debug)]
pub struct TemplateSetup {
    /// Load it at all.
    pub enabled: bool,
    /// Replace one that is there.
    pub overwrite: bool,
    /// Its name, with `%{[agent.version]}`; `None` for `packetbeat-VERSION`.
    pub name: Option<String>,
    /// What it is for; `None` for its name.
    pub pattern: Option<String>,
    /// `settings`, laid upon ours.
    pub settings: Map<String, Value>,
    /// Which of several templates counts.
    pub priority: u64,
    /// `json`: this one in place of ours.
    pub json: Option<Template>,
}

/// `setup.ilm`: the policy of Elasticsearch, and of OpenSearch.
#[derive(Clone, Debug)]
pub struct IlmSetup {
    /// Use one at all.
    pub enabled: bool,
    /// Its name, with `%{[agent.version]}`.
    pub name: String,
    /// `policy_file`: this one in place of ours.
    pub body: Option<Map<String, Value>>,
    /// Look whether it is there. Where nobody may look, nothing is loaded without `overwrite`.
    pub check_exists: bool,
    /// Replace one that is there.
    pub overwrite: bool,
}

/// `setup.dsl`: the lifecycle of a data stream.
#[derive(Clone, Debug)]
pub struct DslSetup {
    /// Use it where the server has nothing else.
    pub enabled: bool,
    /// Whether the user wrote `enabled: true`: then it takes the place of ILM where that is off.
    pub chosen: bool,
    /// `policy_file`: this one in place of ours.
    pub body: Option<Map<String, Value>>,
    /// Look whether the data stream has one.
    pub check_exists: bool,
    /// Replace one that is there.
    pub overwrite: bool,
}

impl Setup {
    /// The defaults of Packetbeat.
    pub fn new(version: impl Into<String>, fields: Fields) -> Self {
        Self {
            version: version.into(),
            fields,
            template: TemplateSetup {
                enabled: true,
                overwrite: false,
                name: None,
                pattern: None,
                settings: Map::new(),
                priority: 150,
                json: None,
            },
            ilm: IlmSetup {
                enabled: true,
                name: "packetbeat".to_owned(),
                body: None,
                check_exists: true,
                overwrite: false,
            },
            dsl: DslSetup { enabled: true, chosen: false, body: None, check_exists: true, overwrite: false },
            told: Mutex::new(HashSet::new()),
        }
    }

    /// `setup --index-management`: the policy by its own rule, the template in any case, the data stream. The last line
    /// says that it is finished.
    ///
    /// # Errors
    /// No answer, or a refusal: the request, the reason, the missing privilege.
    pub fn load(&self, client: &Client) -> Result<Vec<Line>, Error> {
        let mut lines = Vec::new();
        if self.ilm.enabled && !self.ilm.overwrite {
            lines.push(Line::kept(
                "Overwriting lifecycle policy is disabled. Set `setup.ilm.overwrite: true` or `setup.dsl.overwrite: true` to \
                 overwrite.",
            ));
        }
        lines.extend(self.run(client, true)?);
        lines.push(Line::done("Index setup finished."));
        Ok(lines)
    }

    /// What an output does when it has connected: loads what is missing. Several workers may call it.
    ///
    /// # Errors
    /// As for [`load`](Self::load); [`Error::lasting`] tells whether trying again makes sense.
    pub fn ensure(&self, client: &Client) -> Result<Vec<Line>, Error> {
        if !self.template.enabled && !self.ilm.enabled && !self.dsl.enabled {
            return Ok(Vec::new());
        }
        self.run(client, false)
    }

    fn run(&self, client: &Client, forced: bool) -> Result<Vec<Line>, Error> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let server = client.server()?;
        let requests = Requests { client, flavor: server.flavor };
        let mut lines = Vec::new();
        let lifecycle = lifecycle::load(self, &server, requests, &mut lines)?;
        template::load(self, target(&server), lifecycle.clone(), requests, forced, &mut lines)?;
        lifecycle::of_stream(self, &lifecycle, requests, &mut lines)?;
        if !forced {
            for line in lines.iter_mut().filter(|line| line.kind == Kind::Warning) {
                if !told.insert(line.text.clone()) {
                    line.kind = Kind::Kept;
                }
            }
        }
        Ok(lines)
    }

    /// What the template is for, and so the data stream's name unless it has wildcards.
    pub(crate) fn pattern(&self) -> String {
        let text = self.template.pattern.as_deref().or(self.template.name.as_deref());
        named(text, &self.version)
    }
}

/// The server, as templates know it. One that does not tell its version is taken for a usual one.
fn target(server: &Server) -> Target {
    let number = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    let version = Version::new(number(server.major), number(server.minor));
    match (server.flavor, server.version.is_empty()) {
        (Flavor::Elasticsearch, false) => Target::Elasticsearch(version),
        (Flavor::Elasticsearch, true) => Target::DEFAULT,
        (Flavor::OpenSearch, false) => Target::OpenSearch(version),
        (Flavor::OpenSearch, true) => Target::OpenSearch(Version::new(2, 0)),
    }
}
