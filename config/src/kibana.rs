//! `setup.kibana`: where dashboards go.

use crate::cloud::Deployment;
use crate::host::{Host, Scheme, Usual};
use crate::login::{self, Login};
use crate::secret::Secret;
use crate::section::Section;
use crate::ssl::{self, Ssl};
use std::time::Duration;

/// The port of Kibana.
pub(crate) const PORT: u16 = 5601;

/// The server of Kibana.
#[derive(Clone, Debug, PartialEq)]
pub struct Kibana {
    /// The server.
    pub host: Host,
    /// Who we are: by the host, by the section, by the output; the first of them that says it.
    pub login: Login,
    /// A token instead.
    pub service_token: Option<Secret>,
    /// The space that things go to; the default one without.
    pub space: Option<String>,
    /// Headers that every request gets.
    pub headers: Vec<(String, Secret)>,
    /// How long a request may take.
    pub timeout: Duration,
    /// TLS, for a host of `https`.
    pub ssl: Ssl,
}

/// There is one where `setup.kibana.host` or `cloud.id` names it. `output`: who we are to the output.
pub(crate) fn read(setup: &Section, cloud: Option<&Deployment>, output: Option<&Login>) -> Option<Kibana> {
    let section = setup.section("kibana");
    let path = section.text("path").unwrap_or_default();
    let scheme = Scheme::read(section.word("protocol")).unwrap_or(Scheme::Http);
    let usual = Usual { scheme, port: PORT, path: &path };
    let written = section.node("host").and_then(|node| Host::read(node.text()?, &node.at, usual));
    let host = cloud.and_then(|cloud| cloud.kibana.clone()).or(written);
    let mut logins =
        [host.as_ref().and_then(|host| host.login.clone()), Some(login::read(&section)), output.cloned()]
            .into_iter()
            .flatten()
            .filter(|login| *login != Login::None);
    let login = logins.next().unwrap_or_default();
    let kibana = Kibana {
        login,
        service_token: section.secret("service_token"),
        space: section.text("space.id").filter(|id| !id.is_empty()),
        headers: section.secrets("headers"),
        timeout: section.duration("timeout"),
        ssl: ssl::read(&section),
        host: host?,
    };
    Some(kibana)
}
