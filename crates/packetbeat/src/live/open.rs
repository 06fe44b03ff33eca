//! From the configured interfaces to open ones.

use packetbeat_config::{CaptureKind, Config, Interfaces};
use packetbeat_core::flow::Transport;
use packetbeat_core::plugin::Kind;
use packetbeat_sniffer::{
    LiveKind, LiveOptions, LiveSet, LiveSource, Ports, Spread, automatic_filter, check, with_vlans,
};
use tracing::{info, warn};

use super::Capture;

/// What an interface is called where none is configured.
const ALL: &str = if cfg!(target_os = "linux") { "any" } else { "default_route" };

/// What has no ports to tell it by: all fragments but the first.
const FRAGMENTS: &str = "ip[6:2] & 0x1fff != 0 or ip6 proto 44";

/// Opens every interface for so many workers. `filter` is the command line's, and counts more than the configuration's.
///
/// # Errors
/// A line: no such interface, no right to it, a filter that is none.
pub(crate) fn open(
    config: &Config,
    kinds: &[Kind],
    filter: Option<&str>,
    workers: usize,
) -> Result<(Capture, Vec<String>), String> {
    let automatic = automatic(config, kinds);
    let interfaces: Vec<&Interfaces> =
        std::iter::once(&config.interfaces).chain(&config.more_interfaces).collect();
    let options: Vec<LiveOptions> =
        interfaces.iter().map(|one| options(one, filter, automatic.as_deref())).collect();
    for options in &options {
        check(options.filter.as_deref().unwrap_or_default())
            .map_err(|error| format!("{}: {error}", options.device))?;
    }
    // libpcap has one handle for all workers; beside it, a ring for each would tear conversations apart.
    let rings = if options.iter().all(|options| options.kind == LiveKind::AfPacket) { workers } else { 1 };
    let mut names = Vec::with_capacity(options.len());
    let mut sets: Vec<Vec<LiveSource>> = (0..rings).map(|_| Vec::new()).collect();
    for options in &options {
        let sources = LiveSource::open(options, rings).map_err(|error| error.to_string())?;
        if let Some(source) = sources.first() {
            opened(source, options);
            names.push(source.device().to_owned());
        }
        for (set, source) in sets.iter_mut().zip(sources) {
            set.push(source);
        }
    }
    let mut sets: Vec<LiveSet> = sets.into_iter().map(LiveSet::new).collect();
    let capture = match (rings, workers) {
        (1, 2..) => Capture::Handle(sets.pop().unwrap_or_else(|| LiveSet::new(Vec::new()))),
        _ => Capture::Rings(sets),
    };
    Ok((capture, names))
}

fn opened(source: &LiveSource, options: &LiveOptions) {
    let how = match options.kind {
        LiveKind::AfPacket => "af_packet",
        LiveKind::Pcap => "pcap",
    };
    let filter = options.filter.as_deref().unwrap_or("none");
    info!(device = source.device(), kind = how, filter, "capturing");
    if source.spread() == Spread::KernelHash {
        warn!("{}: {}", source.device(), source.spread());
    }
}

fn options(interface: &Interfaces, filter: Option<&str>, automatic: Option<&str>) -> LiveOptions {
    let device = interface.device.as_deref().unwrap_or(ALL);
    let kind = match interface.kind {
        CaptureKind::AfPacket => LiveKind::AfPacket,
        CaptureKind::Pcap => LiveKind::Pcap,
    };
    let filter = filter.or(interface.bpf_filter.as_deref()).map(str::to_owned).or_else(|| {
        let automatic = automatic?;
        Some(if interface.with_vlans { with_vlans(automatic) } else { automatic.to_owned() })
    });
    LiveOptions {
        device: device.to_owned(),
        kind,
        snaplen: interface.snaplen,
        buffer_bytes: usize::try_from(interface.buffer_bytes).unwrap_or(usize::MAX),
        // libpcap's handles always are, as Packetbeat's.
        promiscuous: kind == LiveKind::Pcap || interface.auto_promisc_mode,
        filter: filter.filter(|text| !text.trim().is_empty()),
        fanout_group: interface.fanout_group.filter(|_| kind == LiveKind::AfPacket),
        poll_default_route: interface.poll_default_route,
    }
}

/// Packetbeat's filter for the configured ports, where ports decide: with detection every port may have any protocol, and
/// flows are of all packets. Later fragments have no ports: they are wanted as well.
fn automatic(config: &Config, kinds: &[Kind]) -> Option<String> {
    let flows = config.settings.at_path("packetbeat.flows").is_some();
    let sections = config.protocols.as_ref().filter(|_| !config.detect && !flows)?;
    let ports: Vec<(&Kind, Vec<u16>)> = sections
        .iter()
        .filter(|section| section.enabled)
        .filter_map(|section| {
            let kind = kinds.iter().find(|kind| kind.name == section.kind)?;
            Some((kind, config.ports_of(section)))
        })
        .collect();
    let of = |(kind, ports): (&Kind, _)| Ports {
        tcp: kind.transports.contains(&Transport::Tcp),
        udp: kind.transports.contains(&Transport::Udp),
        ports,
    };
    let text = automatic_filter(ports.iter().map(|(kind, ports)| of((*kind, ports.as_slice()))), false);
    (!text.is_empty()).then(|| format!("{text} or {FRAGMENTS}"))
}
