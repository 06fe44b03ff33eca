//! From configuration to what a run needs.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use packetbeat_config::{Config, Error, Errors, Network, Output, Precision, Warning};
use packetbeat_core::flow::Direction;
use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::plugin::Kind;
use packetbeat_engine::{Configured, Locality, Registry, Settings};
use packetbeat_processors::Processors;

use crate::cli::{Global, Run};
use crate::custom::Custom;
use crate::identity::Identity;
use crate::processing::Processing;
use crate::sources;
use crate::target::Target;

/// Flows are kept in as many parts, and a part has one worker: more of them would have nothing to do.
const MOST_WORKERS: usize = 256;

/// What a run needs.
pub(crate) struct Plan {
    pub(crate) config: Config,
    pub(crate) identity: Arc<Identity>,
    pub(crate) registry: Registry,
    pub(crate) processing: Arc<Processing>,
    pub(crate) target: Target,
    pub(crate) workers: usize,
    pub(crate) input: Vec<PathBuf>,
    /// What the user should know, a line each.
    pub(crate) warnings: Vec<String>,
}

/// Reads the configuration and puts together what it asks for. `to_terminal`: standard output is one.
pub(crate) fn plan(global: &Global, run: &Run, kinds: &[Kind], to_terminal: bool) -> Result<Plan, Errors> {
    let mut loader = sources::with_keystore(global, !run.input.is_empty())?.protocols(kinds);
    if let Some(device) = &run.interface {
        loader = loader.set(format!("packetbeat.interfaces.device={device}"));
    }
    let (config, (identity, protocols, processing, of_protocols)) =
        loader.load_with(&sources::environment, |config| {
            let mut found = Found::default();
            let identity = Identity::new(config.name.as_deref());
            let global = Processors::build(config.processors.as_ref(), "processors");
            let mut processing = Processing::new(found.sound(global));
            let built = protocols(config, kinds, &identity, &mut processing, &mut found);
            filters(config, run, &mut found);
            ((identity, built, processing, found.warnings), Errors(found.errors))
        })?;
    let mut warnings: Vec<String> = config.warnings.iter().map(Warning::to_string).collect();
    warnings.extend(of_protocols);
    let precision = match config.timestamp_precision {
        Precision::Millisecond => packetbeat_core::event::Precision::Millisecond,
        Precision::Microsecond => packetbeat_core::event::Precision::Microsecond,
        Precision::Nanosecond => packetbeat_core::event::Precision::Nanosecond,
    };
    let settings = Settings {
        detect: config.detect,
        flush_pending_at_eof: config.flush_pending_at_eof,
        ignore_outgoing: config.ignore_outgoing,
        precision,
    };
    let live = run.input.is_empty() && config.interfaces.file.is_none();
    let local = if live { local_addresses() } else { HashSet::new() };
    let mut registry =
        Registry::new(protocols, locality(config.interfaces.internal_networks.clone(), local), settings);
    let processing = Arc::new(processing);
    processing.install(&mut registry);
    let mut workers =
        run.workers.map(usize::from).or(config.workers.map(|count| usize::from(count.get()))).unwrap_or(1);
    if processing.is_ordered() && workers > 1 {
        warnings.push("rate_limit counts events in their order: one worker instead of several".to_owned());
        workers = 1;
    }
    let input = if run.input.is_empty() {
        config.interfaces.file.iter().cloned().collect()
    } else {
        run.input.clone()
    };
    let target = Target::of(&config, to_terminal).filter(|target| !(run.no_publish && target.is_remote()));
    let target = target.unwrap_or_else(|| {
        if let (Output::Unsupported { name, at }, false) = (&config.output, run.no_publish) {
            let instead = "is not there yet: transactions go to standard output";
            warnings.push(format!("{at}: output.{name} {instead}"));
        }
        Target::standard_output(to_terminal)
    });
    let workers = workers.clamp(1, MOST_WORKERS);
    Ok(Plan { config, identity: Arc::new(identity), registry, processing, target, workers, input, warnings })
}

impl Plan {
    /// Nothing to try or to set up where the output that is configured is not there yet.
    ///
    /// # Errors
    /// It is not.
    pub(crate) fn has_output(&self) -> Result<(), String> {
        match &self.config.output {
            Output::Unsupported { name, at } => Err(format!("{at}: output.{name} is not there yet")),
            _ => Ok(()),
        }
    }
}

/// Filters of interfaces are tried where they would be used. Files are read without them, as Packetbeat does: for those
/// there is `--filter`.
fn filters(config: &Config, run: &Run, found: &mut Found) {
    for interface in std::iter::once(&config.interfaces).chain(&config.more_interfaces) {
        let Some(filter) = &interface.bpf_filter else { continue };
        if !run.input.is_empty() || interface.file.is_some() {
            let what = "is for live capture: files are read without it; --filter is for those";
            found.warnings.push(format!("{}: packetbeat.interfaces.bpf_filter: {what}", interface.at));
        } else if let Err(error) = packetbeat_sniffer::check(filter) {
            let key = "packetbeat.interfaces.bpf_filter";
            let written = config.settings.at_path(key).map(|node| node.at.clone());
            let at = written.unwrap_or_else(|| interface.at.clone());
            found.errors.push(Error::new(at, key, error.to_string()));
        }
    }
}

/// What is to be said of the protocols' sections.
#[derive(Default)]
struct Found {
    warnings: Vec<String>,
    errors: Vec<Error>,
}

impl Found {
    fn sound(&mut self, built: Result<Processors, Errors>) -> Processors {
        built.unwrap_or_else(|Errors(more)| {
            self.errors.extend(more);
            Processors::default()
        })
    }

    fn take(&mut self, finished: Result<Vec<Warning>, Errors>) {
        match finished {
            Ok(more) => self.warnings.extend(more.iter().map(Warning::to_string)),
            Err(Errors(more)) => self.errors.extend(more),
        }
    }
}

/// The protocols that are built and on. Without a list, all on their usual ports.
fn protocols(
    config: &Config,
    kinds: &[Kind],
    identity: &Identity,
    processing: &mut Processing,
    found: &mut Found,
) -> Vec<Configured> {
    let Some(sections) = &config.protocols else {
        let all = kinds.iter().map(|kind| {
            let parsers = (kind.make)(&Common::default(), &mut Defaults(kind.options));
            let custom = Custom::new(config, None, kind, identity, &mut found.warnings);
            let envelope = processing.envelope(kind, identity, &custom, Processors::default());
            Configured { parsers, ports: kind.ports.to_vec(), envelope }
        });
        return all.collect();
    };
    let mut built = Vec::new();
    for section in sections {
        let mut section = section.clone();
        let Some(kind) = kinds.iter().find(|kind| kind.name == section.kind) else { continue };
        let parsers = (kind.make)(&Common::from(&section.common), &mut section.options);
        let ports = config.ports_of(&section);
        let (enabled, common) = (section.enabled, section.clone());
        let key = format!("packetbeat.protocols[{}].processors", kind.name);
        let own = found.sound(Processors::build(common.common.processors.as_ref(), &key));
        found.take(section.options.finish());
        if enabled {
            let custom = Custom::new(config, Some(&common), kind, identity, &mut found.warnings);
            let envelope = processing.envelope(kind, identity, &custom, own);
            built.push(Configured { parsers, ports, envelope });
        }
    }
    built
}

/// The addresses of this host, as they are when the capture begins.
fn local_addresses() -> HashSet<IpAddr> {
    let found = packetbeat_sniffer::local_addresses().unwrap_or_else(|error| {
        tracing::warn!(
            "the addresses of this host cannot be asked for, network.direction goes without them: {error}"
        );
        Vec::new()
    });
    found.into_iter().map(|ip| ip.to_canonical()).collect()
}

/// Packetbeat's rule: the destination is looked at first. The addresses of this host do not count for a capture file (then
/// `local` is empty): it gives the same events wherever it is read.
fn locality(internal: Vec<Network>, local: HashSet<IpAddr>) -> Locality {
    let near = move |ip: IpAddr| {
        let ip = ip.to_canonical();
        local.contains(&ip)
            || match ip {
                IpAddr::V4(ip) => ip.is_loopback() || ip.is_link_local(),
                IpAddr::V6(ip) => ip.is_loopback() || ip.is_unicast_link_local(),
            }
    };
    Box::new(move |source, destination| {
        if near(destination) {
            return Direction::Ingress;
        }
        if near(source) {
            return Direction::Egress;
        }
        if internal.is_empty() {
            return Direction::Unknown;
        }
        let inside = |ip| internal.iter().any(|network| network.contains(ip));
        match (inside(source), inside(destination)) {
            (true, true) => Direction::Internal,
            (true, false) => Direction::Outbound,
            (false, true) => Direction::Inbound,
            (false, false) => Direction::External,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(config: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yml");
        std::fs::write(&path, config).unwrap();
        let global = Global { config: vec![path], ..Global::default() };
        let kinds = [Kind::of::<packetbeat_http::Http>(), Kind::of::<packetbeat_dns::Dns>()];
        let errors = plan(&global, &Run::default(), &kinds, false).err().unwrap_or_default().to_string();
        errors.replace(&format!("{}/", folder.path().display()), "").lines().map(str::to_owned).collect()
    }

    #[test]
    fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
        let config = "\
packetbeat.worker: 2
packetbeat.protocols:
  - {type: http, send_headrs: [x], ports: [80, 53]}
  - {type: dns, ports: [53, many]}
  - {type: sip, portz: 1}
tags: ${NOWHERE_TO_BE_FOUND}
output.file: {path: out, filenam: x}
";
        assert_eq!(
            said(config),
            [
                "a.yml:1:1: packetbeat.worker: unknown setting (did you mean packetbeat.workers?)",
                "a.yml:3:18: packetbeat.protocols[http].send_headrs: unknown setting (did you mean packetbeat.protocols[http].send_headers?)",
                "a.yml:4:25: packetbeat.protocols[dns].ports: TCP port 53 belongs to http already, at a.yml:3:48 (give it to one of them)",
                "a.yml:4:29: packetbeat.protocols[dns].ports: expected a port from 1 to 65535, found \"many\"",
                "a.yml:5:17: packetbeat.protocols[sip].portz: unknown setting (did you mean packetbeat.protocols[sip].ports?)",
                "a.yml:6:7: tags: ${NOWHERE_TO_BE_FOUND} is neither a setting nor in the environment nor in the keystore (set it, run `packetbeat keystore add NOWHERE_TO_BE_FOUND`, or write ${NOWHERE_TO_BE_FOUND:default})",
                "a.yml:7:26: output.file.filenam: unknown setting (did you mean output.file.filename?)",
            ]
        );
    }
}
