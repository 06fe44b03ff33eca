//! The configuration as the program uses it.

use crate::cloud;
use crate::elasticsearch;
use crate::error::Warning;
use crate::export;
use crate::interfaces::{self, Interfaces};
use crate::kibana::{self, Kibana};
use crate::logging::Logging;
use crate::login::{self, Login};
use crate::mark::Mark;
use crate::node::Node;
use crate::output::{self, Output};
use crate::places::Places;
use crate::protocol::{self, ProtocolSection};
use crate::queue::{self, Queue};
use crate::schema::Schema;
use crate::section::Section;
use crate::user::{self, User};
use std::collections::HashSet;
use std::num::NonZeroU16;
use std::time::Duration;

/// All settings, with their defaults where the files say nothing. Defaults and ranges stand in the tables
/// ([`Schema::root`]).
#[derive(Clone, Debug)]
pub struct Config {
    /// Where packets come from: the first interface.
    pub interfaces: Interfaces,
    /// The other interfaces, when `packetbeat.interfaces` is a list.
    pub more_interfaces: Vec<Interfaces>,
    /// `packetbeat.workers`; `None` leaves it to the program.
    pub workers: Option<NonZeroU16>,
    /// `packetbeat.detect`: find protocols by content on any port. Unless told, true while
    /// `packetbeat.protocols` is absent.
    pub detect: bool,
    /// `packetbeat.flush_pending_at_eof`: requests that wait when the capture ends become events.
    pub flush_pending_at_eof: bool,
    /// `packetbeat.ignore_outgoing`: drop transactions whose direction is egress.
    pub ignore_outgoing: bool,
    /// `packetbeat.publish_timeout`: how long to wait for the last events at the end of a file.
    pub publish_timeout: Duration,
    /// `packetbeat.shutdown_timeout`: how long to wait for the output when a live capture ends; zero where nothing is written,
    /// which leaves it to the program.
    pub shutdown_timeout: Duration,
    /// `packetbeat.user`: who the program becomes once the devices are open.
    pub user: Option<User>,
    /// `packetbeat.protocols`; `None` stands for the built-in defaults.
    pub protocols: Option<Vec<ProtocolSection>>,
    /// `packetbeat.flows`.
    pub flows: Flows,
    /// The one output.
    pub output: Output,
    /// The queue in memory.
    pub queue: Queue,
    /// What `agent.name` says; `None` is the host's name.
    pub name: Option<String>,
    /// Tags for all events.
    pub tags: Vec<String>,
    /// A map of fields for all events.
    pub fields: Option<Node>,
    /// Put `fields` at the root of the event.
    pub fields_under_root: bool,
    /// `timestamp.precision`.
    pub timestamp_precision: Precision,
    /// The global processors, as written.
    pub processors: Option<Node>,
    /// `logging.*`.
    pub logging: Logging,
    /// `http.*`.
    pub http: Http,
    /// `setup.*`.
    pub setup: Setup,
    /// `path.*` and `keystore.path`.
    pub paths: Places,
    /// What is accepted and yet not as its author may expect.
    pub warnings: Vec<Warning>,
    /// The merged and expanded settings, old spellings replaced.
    pub settings: Node,
    schema: Schema,
}

/// `packetbeat.flows`.
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// Is it on? Without the section it is not.
    pub enabled: bool,
    /// Where the section starts.
    pub at: Mark,
    /// A flow without packets for so long is over.
    pub timeout: Duration,
    /// How often flows are reported; `None` is at their end alone.
    pub period: Option<Duration>,
    /// Counters begin again after each report.
    pub delta: bool,
    /// MAC addresses are no part of what makes a flow.
    pub allow_mismatched_eth: bool,
    /// Write fields that are null.
    pub keep_null: bool,
    /// Tags for flow events.
    pub tags: Vec<String>,
    /// Fields for flow events.
    pub fields: Option<Node>,
    /// Put `fields` at the root of the event.
    pub fields_under_root: bool,
    /// The index flow events ask for.
    pub index: Option<String>,
    /// Processors for flow events, as written.
    pub processors: Option<Node>,
}

/// `timestamp.precision`: digits of `@timestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Three digits.
    Millisecond,
    /// Up to six.
    Microsecond,
    /// Up to nine.
    Nanosecond,
}

/// `http.*`: the page with the program's own figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Is it on?
    pub enabled: bool,
    /// Name or address to listen on, or `unix:///PATH`.
    pub host: String,
    /// Port to listen on.
    pub port: u16,
    /// `http.pprof.enabled`: profiles under `/debug/pprof/`.
    pub pprof: bool,
    /// `http.pprof.mem_profile_rate`: bytes between two samples of the heap's profile.
    pub mem_profile_rate: u64,
    /// `http.debug.state_inspector.enabled`.
    pub state_inspector: bool,
}

/// What `setup` and `export` work with, each by its table.
#[derive(Clone, Debug)]
pub struct Setup {
    /// `setup.template`.
    pub template: Section,
    /// `setup.ilm`.
    pub ilm: Section,
    /// `setup.dsl`.
    pub dsl: Section,
    /// `setup.pipelines.enabled`: `setup` loads the ingest pipelines.
    pub pipelines: bool,
    /// `packetbeat.overwrite_pipelines`: those that are there are replaced.
    pub overwrite_pipelines: bool,
    /// `setup.kibana`, where it or `cloud.id` names a server.
    pub kibana: Option<Kibana>,
}

impl Config {
    /// Reads the settings of a merged, expanded and checked tree; what is wrong reads as its default.
    pub(crate) fn read(settings: Node, schema: Schema, paths: Places, warnings: Vec<Warning>) -> Self {
        let root = Section::new("", settings.clone(), schema.root());
        let packetbeat = root.section("packetbeat");
        let (interfaces, more_interfaces) = interfaces::read(&packetbeat);
        let protocols = protocol::read(packetbeat.node("protocols").as_ref(), &schema);
        let cloud = root.node("cloud.id").and_then(|node| cloud::read(node.text()?, &node.at).ok());
        let auth = root.text("cloud.auth").and_then(|text| login::of_cloud(&text));
        let on = output::on(&root, cloud.as_ref());
        let output = output::read(on.as_ref(), cloud.as_ref(), auth.as_ref());
        let setup = root.section("setup");
        let login = match &output {
            Output::Elasticsearch(output) => Some(&output.login).filter(|login| **login != Login::None),
            _ => auth.as_ref(),
        };
        let kibana = kibana::read(&setup, cloud.as_ref(), login);
        let own = on.as_ref().map(|(_, section)| section);
        let preset =
            own.filter(|_| matches!(output, Output::Elasticsearch(_))).and_then(elasticsearch::preset);
        let own_queue = own.filter(|section| section.has("queue")).map(|section| section.section("queue"));
        let queue = queue::read(&root.section("queue"), own_queue.as_ref(), preset);
        Self {
            interfaces,
            more_interfaces,
            workers: packetbeat.u16("workers").and_then(NonZeroU16::new),
            detect: packetbeat.bool_if_given("detect").unwrap_or(protocols.is_none()),
            flush_pending_at_eof: packetbeat.bool("flush_pending_at_eof"),
            ignore_outgoing: packetbeat.bool("ignore_outgoing"),
            publish_timeout: packetbeat.duration("publish_timeout"),
            shutdown_timeout: packetbeat.duration("shutdown_timeout"),
            user: user::read(&packetbeat),
            protocols,
            flows: flows(&packetbeat),
            output,
            queue,
            name: root.text("name"),
            tags: root.list("tags"),
            fields: root.map("fields"),
            fields_under_root: root.bool("fields_under_root"),
            timestamp_precision: match root.word("timestamp.precision") {
                "microsecond" => Precision::Microsecond,
                "nanosecond" => Precision::Nanosecond,
                _ => Precision::Millisecond,
            },
            processors: root.node("processors"),
            logging: Logging::read(&root.section("logging"), &paths),
            http: http(&root.section("http")),
            setup: Setup {
                template: setup.section("template"),
                ilm: setup.section("ilm"),
                dsl: setup.section("dsl"),
                pipelines: setup.bool("pipelines.enabled"),
                overwrite_pipelines: packetbeat.bool("overwrite_pipelines"),
                kibana,
            },
            paths,
            warnings,
            settings,
            schema,
        }
    }

    /// The ports of a section: its own, or the usual ones of its protocol without those that another section on the same
    /// transport asks for.
    #[must_use]
    pub fn ports_of(&self, section: &ProtocolSection) -> Vec<u16> {
        if let Some(ports) = &section.ports {
            return ports.clone();
        }
        let Some((table, _)) = self.schema.protocol(&section.kind) else { return Vec::new() };
        let others =
            self.protocols.iter().flatten().filter(|other| other.enabled && other.kind != section.kind);
        let meets = |other: &&ProtocolSection| {
            let other = self.schema.protocol(&other.kind);
            other.is_some_and(|(other, _)| other.transports.iter().any(|on| table.transports.contains(on)))
        };
        let taken: HashSet<u16> =
            others.filter(meets).flat_map(|other| other.ports.iter().flatten()).copied().collect();
        table.ports.iter().copied().filter(|port| !taken.contains(port)).collect()
    }

    /// The complete configuration that this is, as YAML: what was written, and all defaults. What came from the keystore
    /// stays a reference; what is neither written nor has a default is left out. Loading it gives the same configuration.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        export::complete(self, &self.schema).to_yaml()
    }
}

fn flows(packetbeat: &Section) -> Flows {
    let section = packetbeat.section("flows");
    Flows {
        enabled: packetbeat.has("flows") && section.bool("enabled"),
        at: section.mark().clone(),
        timeout: section.duration("timeout"),
        period: section.duration_if_any("period"),
        delta: section.bool("enable_delta_flow_reports"),
        allow_mismatched_eth: section.bool("allow_mismatched_eth"),
        keep_null: section.bool("keep_null"),
        tags: section.list("tags"),
        fields: section.map("fields"),
        fields_under_root: section.bool("fields_under_root"),
        index: section.text("index"),
        processors: section.node("processors"),
    }
}

fn http(section: &Section) -> Http {
    Http {
        enabled: section.bool("enabled"),
        host: section.text("host").unwrap_or_default(),
        port: section.u16("port").unwrap_or_default(),
        pprof: section.bool("pprof.enabled"),
        mem_profile_rate: section.u64("pprof.mem_profile_rate"),
        state_inspector: section.bool("debug.state_inspector.enabled"),
    }
}

#[cfg(test)]
mod tests {
    use crate::loader::Loader;
    use crate::section::READ;
    use packetbeat_core::setting::Type;
    use packetbeat_settings::walk;

    /// Read for what acts on it soon: typed already, and marked as not acted on until then.
    const AHEAD: [&str; 4] =
        ["packetbeat.flows", "packetbeat.publish_timeout", "output.file.codec", "output.console.codec"];

    /// Acted on though no `Section` is asked: read from the tree, or by whom they are handed to as a whole.
    const ELSEWHERE: [&str; 12] = [
        "setup.template",
        "setup.ilm",
        "setup.dsl",
        "path",
        "keystore.path",
        "output.file.enabled",
        "output.console.enabled",
        "output.discard.enabled",
        "output.elasticsearch.enabled",
        "output.opensearch.enabled",
        // Of profiles that there are not.
        "http.pprof.block_profile_rate",
        "http.pprof.mutex_profile_rate",
    ];

    fn among(name: &str, prefixes: &[&str]) -> bool {
        prefixes.iter().any(|prefix| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    #[test]
    fn what_is_acted_on_is_read_and_what_is_read_is_acted_on() {
        READ.with_borrow_mut(std::collections::BTreeSet::clear);
        for text in [
            "packetbeat.flows: {}\noutput.file: {path: x, codec.json: {}, queue: {full: block}}",
            "output.console: {codec.json: {}, queue: {full: block}}",
            "output.console.codec.format.string: x",
            "output.discard.queue.full: block",
            "setup.kibana.host: x\noutput.elasticsearch: SERVER",
            "output.opensearch: SERVER",
        ] {
            const SERVER: &str =
                "{hosts: [h], queue: {full: block}, indices: [{index: a}], pipelines: [{pipeline: a}]}";
            Loader::new().text("p.yml", text.replace("SERVER", SERVER)).load(&|_| None).unwrap();
        }
        let read = READ.take();
        for place in walk(packetbeat_settings::root()) {
            let name = place.name.as_str();
            if matches!(
                place.setting.kind,
                Type::Section(_) | Type::List(&Type::Section(_)) | Type::Protocols
            ) {
                continue;
            }
            match (read.contains(name), place.later) {
                (true, true) => assert!(among(name, &AHEAD), "{name} is read and marked as not acted on"),
                (false, false) => {
                    assert!(among(name, &ELSEWHERE), "{name} is not read and not marked as later");
                }
                _ => {}
            }
        }
    }
}
