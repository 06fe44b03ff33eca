//! Filters: the same packets that libpcap itself chooses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses all of the support module"
)]

mod support;

use std::path::{Path, PathBuf};

use packetbeat_sniffer::{Filter, Input, LinkType, Packet, Selection};
use pcap::{Capture, Linktype};
use proptest::prelude::*;
use support::*;

const CAPTURES: [&str; 6] =
    ["dns.pcap", "http.pcap", "mdns-llmnr.pcap", "smtp.pcap", "smtp-session.pcap", "smtp-starttls.pcap"];

const FILTERS: [&str; 24] = [
    "",
    "tcp",
    "udp",
    "ip",
    "ip6",
    "arp",
    "icmp or icmp6",
    "tcp port 80",
    "tcp port 25 or udp port 53",
    "not port 53",
    "portrange 1-1023",
    "src port 53 and greater 100",
    "less 80",
    "host 127.0.0.1",
    "net 10.0.0.0/8 or net 127.0.0.0/8",
    "ip6 and host ::1",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420",
    "ip[2:2] % 7 = 3",
    "(len - 14) / 2 > 50 and ip[8] << 1 != 128",
    "udp[10] & 0x80 = 0",
    "ether multicast or ip multicast or ip6 multicast",
    "tcp port 80 or (vlan and (tcp port 80))",
    "ip[6:2] & 0x1fff = 0 and ip proto \\tcp and len ^ 5 > 60",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pcaps").join(name)
}

/// Lengths on the wire of the packets of a file that libpcap's filter wants.
fn by_libpcap(path: &Path, filter: &str) -> Vec<u32> {
    let mut capture = Capture::from_file(path).unwrap();
    capture.filter(filter, true).unwrap();
    let mut lengths = Vec::new();
    loop {
        match capture.next_packet() {
            Ok(packet) => lengths.push(packet.header.len),
            Err(pcap::Error::NoMorePackets) => return lengths,
            Err(error) => panic!("{error}"),
        }
    }
}

fn by_us(path: &Path, filter: &str) -> (Vec<u32>, u64) {
    let mut selector = Selection::new(Some(filter), None, None).unwrap().selector();
    let mut reader = Input::open(&[path.to_owned()]).unwrap().reader().unwrap();
    let mut lengths = Vec::new();
    let mut packets = 0;
    while let Some(packet) = reader.next().unwrap() {
        packets += 1;
        if selector.wants(&packet) {
            lengths.push(packet.wire_len);
        }
    }
    assert!(selector.failures().is_empty());
    assert_eq!(lengths.len() as u64 + selector.left_out().total(), packets, "what is left out is counted");
    (lengths, packets)
}

#[test]
fn real_captures_are_filtered_as_libpcap_does() {
    for name in CAPTURES {
        let path = path(name);
        let mut some = false;
        for filter in FILTERS {
            let (lengths, packets) = by_us(&path, filter);
            assert_eq!(lengths, by_libpcap(&path, filter), "{name}: {filter:?}");
            some |= !lengths.is_empty() && (lengths.len() as u64) < packets;
        }
        assert!(some, "{name}: every filter wants all or nothing");
    }
}

/// What the capture cut counts for `len`, and what was cut is not there to be compared with.
#[test]
fn cut_packets_are_filtered_as_libpcap_does() {
    let folder = tempfile::tempdir().unwrap();
    for name in CAPTURES {
        let mut reader = Input::open(&[path(name)]).unwrap().reader().unwrap();
        let mut packets = read(&mut reader).0;
        for (at, packet) in packets.iter_mut().enumerate() {
            packet.data.truncate(14 + at * 7 % 80);
        }
        let cut = folder.path().join(name);
        std::fs::write(&cut, pcap(Endian::Little, NANOS, 65_535, &packets)).unwrap();
        for filter in FILTERS {
            assert_eq!(by_us(&cut, filter).0, by_libpcap(&cut, filter), "{name}: {filter:?}");
        }
    }
}

/// Parts of filters that can be joined as one likes.
fn primitive() -> impl Strategy<Value = String> {
    let number = || prop_oneof![0u32..300, any::<u32>()];
    let load = (prop_oneof![Just("ip"), Just("ether"), Just("tcp"), Just("udp")], 0u32..70, 0usize..3)
        .prop_map(|(proto, at, width)| format!("{proto}[{at}:{}]", [1, 2, 4][width]));
    let term = prop_oneof![load, Just("len".to_owned()), number().prop_map(|number| number.to_string())];
    let operator = prop::sample::select(vec!["+", "-", "*", "&", "|", "^", "<<", ">>"]);
    let comparison = prop::sample::select(vec!["=", "!=", "<", ">", "<=", ">="]);
    let sum = (term.clone(), operator, term.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})"));
    let quotient = (term.clone(), prop::sample::select(vec!["/", "%"]), 1u32..1_000)
        .prop_map(|(a, op, b)| format!("({a} {op} {b})"));
    // Among them division by what a packet holds, which may be zero.
    let hostile = (term.clone(), term).prop_map(|(a, b)| format!("({a} / ({b} & 3))"));
    let side = prop_oneof![sum, quotient, hostile];
    prop_oneof![
        (side, comparison, number()).prop_map(|(side, op, number)| format!("{side} {op} {number}")),
        any::<u16>().prop_map(|port| format!("port {port}")),
        prop::sample::select(FILTERS.to_vec())
            .prop_filter("not empty", |text| !text.is_empty() && !text.contains("vlan"))
            .prop_map(|text| format!("({text})")),
        (any::<[u8; 4]>(), 0u32..25)
            .prop_map(|(ip, bits)| format!("src net {}.{}.{}.0/24 and {bits} != 99", ip[0], ip[1], ip[2])),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    (primitive(), prop::collection::vec((any::<bool>(), any::<bool>(), primitive()), 0..4)).prop_map(
        |(first, rest)| {
            rest.into_iter().fold(first, |text, (and, not, next)| {
                format!("{text} {} {}({next})", if and { "and" } else { "or" }, if not { "not " } else { "" })
            })
        },
    )
}

/// Packets of the captures, some with bytes changed or cut off.
fn packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let all: Vec<Vec<u8>> = CAPTURES
        .iter()
        .flat_map(|name| read(&mut Input::open(&[path(name)]).unwrap().reader().unwrap()).0)
        .map(|packet| packet.data)
        .collect();
    let one =
        (prop::sample::select(all), prop::collection::vec((any::<usize>(), any::<u8>()), 0..4), 0..200usize)
            .prop_map(|(mut data, changes, cut)| {
                for (at, byte) in changes {
                    let len = data.len().min(60);
                    data[at % len] = byte;
                }
                if cut < 100 {
                    data.truncate(cut);
                }
                data
            });
    prop::collection::vec(one, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// libpcap compiles and runs it; we run what libpcap compiled.
    #[test]
    fn any_filter_is_run_as_libpcap_does(text in expression(), packets in packets()) {
        // Some are refused: a constant too large, say. Then both refuse them.
        let theirs = Capture::dead(Linktype::ETHERNET).unwrap().compile(&text, true);
        let ours = Filter::compile(&text, LinkType::ETHERNET);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}", ours);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            for data in &packets {
                let wire_len = data.len() as u32;
                let packet = Packet { number: 1, nanos: 0, link: LinkType::ETHERNET, wire_len, data };
                prop_assert_eq!(ours.wants(&packet), theirs.filter(data), "{} on {:02x?}", text, data);
            }
        }
    }
}

/// Else the property above would hold of nothing.
#[test]
fn most_of_what_is_made_up_is_a_filter() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut good = 0;
    let mut undecided = 0;
    let data = read(&mut Input::open(&[path("http.pcap")]).unwrap().reader().unwrap()).0[0].data.clone();
    for _ in 0..500 {
        let text = expression().new_tree(&mut runner).unwrap().current();
        if let Ok(filter) = Filter::compile(&text, LinkType::ETHERNET) {
            good += 1;
            // One instruction is all or nothing.
            undecided += usize::from(filter.len() > 3);
            let packet = Packet { number: 1, nanos: 0, link: LinkType::ETHERNET, wire_len: 74, data: &data };
            let _ = filter.wants(&packet);
        }
    }
    assert!(good > 450 && undecided > 300, "{good} {undecided}");
}
