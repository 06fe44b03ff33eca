//! `packetbeat.interfaces`.

use std::time::Duration;

use packetbeat_core::setting::{Setting, Type};

/// One interface.
pub(crate) const INTERFACES: &[Setting] = &[
    Setting::unset(
        "device",
        Type::Text,
        "The device to capture from: its name, its number in the list of `packetbeat devices`, `any`, or the device of the \
         `default_route`, `default_route_ipv4`, `default_route_ipv6`. Unless set: `any` on Linux.",
    )
    .example("any"),
    Setting::word(
        "type",
        &["pcap", "autodetect", "af_packet"],
        1,
        "How packets are captured: `pcap` by libpcap, on every platform; `af_packet` by the rings of Linux, one for each \
         worker, which loses less. `autodetect` is `af_packet` on Linux where a device is named, else `pcap`.",
    ),
    Setting::whole(
        "snaplen",
        65_535,
        64..=262_144,
        "Bytes of each packet that are captured. 65535 and more is all of it, packets included that the device joins.",
    ),
    Setting::whole("buffer_size_mb", 24, 1..=65_535, "The size of the kernel's buffer for this device, in MiB."),
    Setting::unset(
        "auto_promisc_mode",
        Type::Bool,
        "Put the device into promiscuous mode and back. Unless set it is with every type but `af_packet`; libpcap always does.",
    )
    .example("true"),
    Setting::unset(
        "fanout_group",
        Type::Whole { least: 0, most: 65_535 },
        "Share the packets with the other processes of this group; `af_packet` alone.",
    )
    .example("7"),
    Setting::duration(
        "poll_default_route",
        Duration::ZERO,
        "How often to look whether the default route has moved to another device; 0 is never, less than 1s is 1s. With a \
         device of `default_route` alone.",
    ),
    Setting::duration("metrics_interval", Duration::from_secs(5), "How often the capture's counters are read."),
    Setting::bool("with_vlans", false, "The filter also matches packets with VLAN tags."),
    Setting::unset(
        "bpf_filter",
        Type::Filter,
        "Captures only what matches, in libpcap's language. Unless set and without flows it follows from the protocols' \
         ports. A capture file is read without a filter.",
    )
    .example("net 192.168.238.0/24"),
    Setting::list_of(
        "internal_networks",
        &Type::Network,
        &[],
        "Networks, or names of ranges (`loopback`, `unicast`, `global_unicast`, `link_local_unicast`, \
         `interface_local_multicast`, `link_local_multicast`, `multicast`, `unspecified`, `private`, `public`), that \
         `network.direction` calls internal.",
    )
    .example("[private]"),
    Setting::unset("file", Type::Path, "A capture to read where `-I` names none.").example("capture.pcap"),
    Setting::whole("loop", 1, 0..=i64::MAX, "How many times the file is read (`-l`); 0 is for ever."),
    Setting::bool("topspeed", false, "Read the file as fast as possible (`-t`)."),
    Setting::bool("oneatatime", false, "Read a packet each time the return key is pressed (`-O`)."),
    Setting::unset("dumpfile", Type::Path, "What is captured is also written to `NAME-DATE.pcap` (`--dump`).")
        .example("capture"),
];
