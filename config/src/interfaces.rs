//! `packetbeat.interfaces`: where packets come from.

use crate::error::{Error, Warning};
use crate::known_keys;
use crate::mark::Mark;
use crate::names::Names;
use crate::nearest::nearest;
use crate::network::Network;
use crate::node::{Node, Value};
use crate::section::Section;
use std::path::PathBuf;
use std::time::Duration;

/// One packet source.
#[derive(Clone, Debug, PartialEq)]
pub struct Interfaces {
    /// Where the section starts.
    pub at: Mark,
    /// Name or index of a device, `any`, or `default_route…`; `None` leaves the choice to the platform.
    pub device: Option<String>,
    /// How packets are captured.
    pub kind: CaptureKind,
    /// A capture file to read instead of a device.
    pub file: Option<PathBuf>,
    /// How many times the file is read; 1 is usual, 0 is for ever.
    pub loop_count: u64,
    /// Read the file as fast as possible.
    pub top_speed: bool,
    /// One packet at a time, by the return key.
    pub one_at_a_time: bool,
    /// Where to write the packets that were read.
    pub dump_file: Option<PathBuf>,
    /// What `network.direction` calls internal.
    pub internal_networks: Vec<Network>,
    /// Do VLAN tags come before what the filter matches?
    pub with_vlans: bool,
    /// A filter in libpcap's language.
    pub bpf_filter: Option<String>,
    /// Bytes kept of each packet: 64 to 262144; 65535 unless told.
    pub snaplen: u32,
    /// Size of the capture buffer in MiB; 24 unless told.
    pub buffer_size_mb: u32,
    /// Put the device into promiscuous mode (`af_packet` alone; libpcap always does).
    pub auto_promisc_mode: bool,
    /// Share the packets with the other processes of this group (`af_packet` alone).
    pub fanout_group: Option<u16>,
    /// How often the default route is asked for; `None` is never.
    pub poll_default_route: Option<Duration>,
    /// How often the capture's counters are logged.
    pub metrics_interval: Duration,
}

/// How packets are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureKind {
    /// libpcap, or what stands in for it.
    Pcap,
    /// The Linux packet ring.
    AfPacket,
}

const NAME: &str = "packetbeat.interfaces";

/// Every interface: one section, or a list of them; without any, one with the defaults.
pub(crate) fn read(
    node: Option<Node>,
    warnings: &mut Vec<Warning>,
    errors: &mut Vec<Error>,
) -> (Interfaces, Vec<Interfaces>) {
    let nodes = match node {
        None => Vec::new(),
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
    };
    let mut all: Vec<Interfaces> = Vec::new();
    for node in nodes {
        let names = Names::new(known_keys::SETTINGS, "packetbeat.interfaces.");
        let mut section = Section::known(NAME.to_owned(), node, names);
        let interface = one(&mut section);
        if let Some(first) = all.iter().find(|first| first.device == interface.device) {
            let device = interface.device.as_deref().unwrap_or("the default device");
            let what = format!("{device} is captured from twice, first at {}", first.at);
            section.note(Error::new(interface.at.clone(), NAME, what));
        }
        all.push(interface);
        match section.finish() {
            Ok(more) => warnings.extend(more),
            Err(more) => errors.extend(more.0),
        }
    }
    let mut all = all.into_iter();
    let first =
        all.next().unwrap_or_else(|| one(&mut Section::new(NAME, Node::new(Value::Null, Mark::DEFAULT))));
    (first, all.collect())
}

fn one(section: &mut Section) -> Interfaces {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let interface = Interfaces {
        at: section.mark().clone(),
        device: section.text("device"),
        kind: match section.choice("type", &["pcap", "autodetect", "af_packet"], 0) {
            2 => CaptureKind::AfPacket,
            _ => CaptureKind::Pcap,
        },
        file: section.text("file").map(PathBuf::from),
        loop_count: section.u64("loop", 1, 0..=u64::MAX),
        top_speed: section.bool("topspeed", false),
        one_at_a_time: section.bool("oneatatime", false),
        dump_file: section.text("dumpfile").map(PathBuf::from),
        internal_networks: networks(section),
        with_vlans: section.bool("with_vlans", false),
        bpf_filter: section.text("bpf_filter"),
        snaplen: small(section.u64("snaplen", 65_535, 64..=262_144)),
        buffer_size_mb: small(section.u64("buffer_size_mb", 24, 1..=65_536)),
        auto_promisc_mode: section.bool("auto_promisc_mode", false),
        fanout_group: section.number("fanout_group", 0..=65_535).and_then(|group| u16::try_from(group).ok()),
        poll_default_route: section.duration_if_given("poll_default_route").filter(|every| !every.is_zero()),
        metrics_interval: section.duration("metrics_interval", Duration::from_secs(5)),
    };
    if interface.fanout_group.is_some() && interface.kind != CaptureKind::AfPacket {
        section.reject("fanout_group", "works with `type: af_packet` alone");
    }
    interface
}

fn networks(section: &mut Section) -> Vec<Network> {
    const KEY: &str = "internal_networks";
    let mut networks = Vec::new();
    for item in section.items(KEY).unwrap_or_default() {
        let text = item.text().unwrap_or_default();
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(_) => {
                let what =
                    format!("expected a network such as 10.0.0.0/8 or a range's name, found \"{text}\"");
                let mut error = Error::new(item.at.clone(), section.full_name(KEY), what);
                error.hint = Some(match nearest(text, Network::names()) {
                    Some(name) => format!("did you mean {name}?"),
                    None => format!("names: {}", Network::names().collect::<Vec<_>>().join(", ")),
                });
                section.note(error);
            }
        }
    }
    networks
}
