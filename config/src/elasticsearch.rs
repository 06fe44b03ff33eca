//! `output.elasticsearch`, and `output.opensearch`, which is the same.

use crate::cloud::Deployment;
use crate::host::{Host, Scheme, Usual};
use crate::login::{self, Login};
use crate::mark::Mark;
use crate::node::{Entry, Map, Node, Value};
use crate::preset::Preset;
use crate::secret::Secret;
use crate::section::Section;
use crate::select::{self, Select};
use crate::ssl::{self, Ssl};
use std::time::Duration;

/// The port of Elasticsearch and OpenSearch.
pub(crate) const PORT: u16 = 9200;
/// The names of the section.
pub(crate) const NAMES: [&str; 2] = ["elasticsearch", "opensearch"];
/// Where events go that nothing else is said of: Packetbeat's data stream.
const INDEX: &str = "packetbeat-%{[agent.version]}";

/// What the output of bulk requests works with.
#[derive(Clone, Debug, PartialEq)]
pub struct Elasticsearch {
    /// What the section is called: `elasticsearch` or `opensearch`. What the server is, it says itself.
    pub name: &'static str,
    /// Where it is configured.
    pub at: Mark,
    /// Servers of one cluster; at least one.
    pub hosts: Vec<Host>,
    /// Parameters that every request has.
    pub parameters: Vec<(String, String)>,
    /// Headers that every request has.
    pub headers: Vec<(String, Secret)>,
    /// Who we are to hosts that do not say it themselves.
    pub login: Login,
    /// Connections to each host.
    pub workers: u32,
    /// All hosts at once; otherwise one until it fails.
    pub load_balance: bool,
    /// Of gzip: 0 is not at all, up to 9.
    pub compression_level: u8,
    /// `<`, `>` and `&` as `\u003c` and so on.
    pub escape_html: bool,
    /// The index or data stream of an event; its `otherwise` is always there. Names are written in lower case.
    pub index: Select,
    /// The ingest pipeline of an event, if any. Names are written in lower case.
    pub pipeline: Select,
    /// The way to the servers.
    pub proxy: Proxy,
    /// Events of a request at most; `None` does not split what the queue gives.
    pub bulk_max_size: Option<u32>,
    /// Bytes of a request at most, before it is compressed.
    pub bulk_max_bytes: u64,
    /// How often a batch is tried again; `None` is until it arrives.
    pub max_retries: Option<u32>,
    /// How long to wait before a next attempt.
    pub backoff: Backoff,
    /// A connection that is unused for so long is closed.
    pub idle_connection_timeout: Duration,
    /// How long a request may take.
    pub timeout: Duration,
    /// May the server be older than the program?
    pub allow_older_versions: bool,
    /// What becomes of events that the server refuses for good.
    pub non_indexable: NonIndexable,
    /// Events get an `_id` that follows from what they are.
    pub idempotent: bool,
    /// TLS, for hosts of `https`.
    pub ssl: Ssl,
}

/// `backoff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub init: Duration,
    /// At most.
    pub max: Duration,
}

/// `proxy_url`, `proxy_disable`, `proxy_headers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// That of the environment, if any.
    Environment,
    /// None, whatever the environment says.
    Off,
    /// This one.
    Url {
        /// Its address, which may hold a password.
        url: Secret,
        /// Headers for it.
        headers: Vec<(String, Secret)>,
    },
}

/// `non_indexable_policy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NonIndexable {
    /// They are dropped, and counted.
    Drop,
    /// They go to this index.
    DeadLetter(String),
}

/// What stands for the section where `cloud.id` is all that is written.
pub(crate) fn nothing_written(at: &Mark) -> Entry {
    let node = Node::new(Value::Map(Map::default()), at.clone());
    Entry { key: NAMES[0].to_owned(), key_at: at.clone(), node }
}

/// The preset of a section.
pub(crate) fn preset(section: &Section) -> Option<&'static Preset> {
    Preset::named(&section.text("preset")?)
}

/// `cloud` and `auth`: what `cloud.id` and `cloud.auth` say, which counts more than the section.
pub(crate) fn read(
    name: &'static str,
    section: &Section,
    cloud: Option<&Deployment>,
    auth: Option<&Login>,
) -> Elasticsearch {
    let preset = preset(section);
    let named = ["workers", "worker"].map(|key| section.number(key)).into_iter().flatten().next();
    let written = u32::try_from(named.unwrap_or(1)).unwrap_or(u32::MAX);
    let whole = |key: &str| u32::try_from(section.i64(key)).ok();
    let level = u8::try_from(section.u64("compression_level")).unwrap_or(0);
    let idle = section.duration("idle_connection_timeout");
    let size = whole("bulk_max_size").filter(|size| *size > 0);
    let login = login::read(section);
    let mut index = select::read(section, "index", "indices");
    index.otherwise = index.otherwise.or_else(|| INDEX.parse().ok());
    Elasticsearch {
        name,
        at: section.mark().clone(),
        hosts: hosts(section, cloud),
        parameters: section.pairs("parameters"),
        headers: section.secrets("headers"),
        login: auth.cloned().unwrap_or(login),
        workers: preset.map_or(written, |preset| preset.workers),
        load_balance: section.bool("loadbalance"),
        compression_level: preset.map_or(level, |preset| preset.compression_level),
        escape_html: section.bool("escape_html"),
        index,
        pipeline: select::read(section, "pipeline", "pipelines"),
        proxy: proxy(section),
        bulk_max_size: preset.map_or(size, |preset| Some(preset.bulk_max_size)),
        bulk_max_bytes: section.bytes("bulk_max_bytes"),
        max_retries: whole("max_retries"),
        backoff: Backoff { init: section.duration("backoff.init"), max: section.duration("backoff.max") },
        idle_connection_timeout: preset.map_or(idle, |preset| preset.idle_connection_timeout),
        timeout: section.duration("timeout"),
        allow_older_versions: section.bool("allow_older_versions"),
        non_indexable: non_indexable(section),
        idempotent: section.bool("idempotent"),
        ssl: ssl::read(section),
    }
}

fn hosts(section: &Section, cloud: Option<&Deployment>) -> Vec<Host> {
    let path = section.text("path").unwrap_or_default();
    let scheme = Scheme::read(section.word("protocol")).unwrap_or(Scheme::Http);
    let usual = Usual { scheme, port: PORT, path: &path };
    let written = section.items("hosts").unwrap_or_default();
    match cloud {
        Some(cloud) => vec![cloud.elasticsearch.clone()],
        None => written.iter().filter_map(|node: &Node| Host::read(node.text()?, &node.at, usual)).collect(),
    }
}

fn proxy(section: &Section) -> Proxy {
    let headers = section.secrets("proxy_headers");
    let url = section.secret("proxy_url");
    match (section.bool("proxy_disable"), url) {
        (true, _) => Proxy::Off,
        (false, Some(url)) => Proxy::Url { url, headers },
        (false, None) => Proxy::Environment,
    }
}

fn non_indexable(section: &Section) -> NonIndexable {
    match section.text("non_indexable_policy.dead_letter_index.index") {
        Some(index) => NonIndexable::DeadLetter(index),
        None => NonIndexable::Drop,
    }
}
