//! `packetbeat.interfaces`: where packets come from.

use crate::mark::Mark;
use crate::network::Network;
use crate::node::{Node, Value};
use crate::section::Section;
use std::path::PathBuf;
use std::time::Duration;

/// The default route is not asked for more often.
const LEAST_POLL: Duration = Duration::from_secs(1);

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
    /// How many times the file is read; 0 is for ever.
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
    /// Bytes kept of each packet; 65535 and more is all of it.
    pub snaplen: u32,
    /// Bytes of the kernel's buffer for this device.
    pub buffer_bytes: u64,
    /// Put the device into promiscuous mode. Where the kind was not asked for it is on, as libpcap's handles always are.
    pub auto_promisc_mode: bool,
    /// Share the packets with the other processes of this group (`af_packet` alone).
    pub fanout_group: Option<u16>,
    /// How often the default route is asked for, 1 s at least; `None` is never.
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

/// Every interface: one section, or a list of them; without any, one with the defaults.
pub(crate) fn read(packetbeat: &Section) -> (Interfaces, Vec<Interfaces>) {
    let nodes = match packetbeat.node("interfaces") {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => vec![node],
        None => Vec::new(),
    };
    let empty = packetbeat.section("interfaces");
    let mut all = nodes.into_iter().map(|node| one(&empty.same(node)));
    let first = all.next().unwrap_or_else(|| one(&empty));
    (first, all.collect())
}

fn one(section: &Section) -> Interfaces {
    let networks = section.items("internal_networks").unwrap_or_default();
    let (device, written) = (section.text("device"), section.word("type"));
    let kind = match written {
        "af_packet" => CaptureKind::AfPacket,
        "autodetect" => automatic(device.as_deref()),
        _ => CaptureKind::Pcap,
    };
    let polls = section.duration_if_any("poll_default_route");
    Interfaces {
        at: section.mark().clone(),
        device,
        kind,
        file: section.text("file").map(PathBuf::from),
        loop_count: section.u64("loop"),
        top_speed: section.bool("topspeed"),
        one_at_a_time: section.bool("oneatatime"),
        dump_file: section.text("dumpfile").map(PathBuf::from),
        internal_networks: networks.iter().filter_map(|node| node.text()?.parse().ok()).collect(),
        with_vlans: section.bool("with_vlans"),
        bpf_filter: section.text("bpf_filter"),
        snaplen: section.u32("snaplen"),
        buffer_bytes: section.u64("buffer_size_mb").saturating_mul(1 << 20),
        auto_promisc_mode: section.bool_if_given("auto_promisc_mode").unwrap_or(written != "af_packet"),
        fanout_group: section.u16("fanout_group"),
        poll_default_route: polls.filter(|every| !every.is_zero()).map(|every| every.max(LEAST_POLL)),
        metrics_interval: section.duration("metrics_interval"),
    }
}

/// Rings where a device is named, which may be one of the default route. All devices at once are libpcap's.
fn automatic(device: Option<&str>) -> CaptureKind {
    let named = device.is_some_and(|device| !device.is_empty() && device != "any");
    if cfg!(target_os = "linux") && named { CaptureKind::AfPacket } else { CaptureKind::Pcap }
}
