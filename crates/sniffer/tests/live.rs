//! Capture from interfaces that the tests make, each in a network namespace of its own. Takes root.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test stops at the first surprise"
)]
#![cfg(target_os = "linux")]

mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use packetbeat_sniffer::{
    Absence, LinkType, LiveChange, LiveError, LiveKind, LiveOptions, LiveSet, LiveSource, Spread,
    default_route, resolve,
};
use wire::{Flow, Port, Seen, down, frame, namespace, read, read_all, run, until_change, veth};

const PATIENCE: Duration = Duration::from_millis(100);

fn options(device: &str, kind: LiveKind) -> LiveOptions {
    LiveOptions { device: device.to_owned(), kind, buffer_bytes: 16 << 20, ..LiveOptions::default() }
}

fn af_packet(device: &str) -> LiveOptions {
    options(device, LiveKind::AfPacket)
}

/// One source.
fn open(options: &LiveOptions) -> LiveSource {
    LiveSource::open(options, 1).unwrap().pop().unwrap()
}

#[test]
fn every_packet_comes_once_and_both_directions_to_one_ring() {
    namespace();
    veth("a", "b");
    for (kind, rings) in
        [(LiveKind::Pcap, 1), (LiveKind::AfPacket, 1), (LiveKind::AfPacket, 2), (LiveKind::AfPacket, 3)]
    {
        let sources = LiveSource::open(&options("b", kind), rings).unwrap();
        assert_eq!(sources.len(), rings);
        let spread = if rings == 1 { Spread::Alone } else { Spread::Program };
        assert!(sources.iter().all(|source| source.spread() == spread));
        let (mut near, mut far) = (Port::open("a"), Port::open("b"));
        let mut sent = BTreeSet::new();
        for flow in 0..200_u16 {
            let flow = Flow { tcp: flow % 2 == 0, client: 10_000 + flow, server: 80, ..Flow::default() };
            for round in 0..5 {
                sent.insert(near.send(frame(&flow, false, round)));
                sent.insert(far.send(frame(&flow, true, round)));
            }
        }
        let rings_of = read_all(sources, sent.len());
        let mut all: Vec<&Seen> = rings_of.iter().flatten().collect();
        assert_eq!(all.len(), sent.len(), "{kind:?} {rings}");
        all.sort_by(|a, b| a.data.cmp(&b.data));
        assert!(all.iter().map(|seen| &seen.data).eq(sent.iter()), "{kind:?} {rings}");
        assert!(
            all.iter()
                .all(|seen| seen.link == LinkType::ETHERNET && seen.wire_len as usize == seen.data.len())
        );
        let mut homes = BTreeMap::new();
        for (ring, seen) in rings_of.iter().enumerate() {
            assert!(rings == 1 || !seen.is_empty(), "ring {ring} got nothing");
            assert!(seen.iter().map(|seen| seen.number).eq(1..=seen.len() as u64));
            for seen in seen {
                let home = homes.entry(Flow::ends_of(&seen.data)).or_insert(ring);
                assert_eq!(*home, ring, "a flow came to two rings");
            }
        }
        assert_eq!(homes.len(), 200);
    }
}

#[test]
fn fragments_come_to_the_ring_of_their_flow() {
    namespace();
    veth("a", "b");
    let mut near = Port::open("a");
    let sources = LiveSource::open(&af_packet("b"), 4).unwrap();
    let mut expected = 0;
    for client in 0..20 {
        let flow = Flow { client: 7_000 + client, address: client as u8, ..Flow::default() };
        near.send(frame(&flow, true, 0));
        for fragment in wire::fragments(&flow, client) {
            near.send(fragment);
        }
        near.send(wire::udp6(client as u8, None));
        near.send(wire::udp6(client as u8, Some(0)));
        near.send(wire::udp6(client as u8, Some(8)));
        // Both of IPv4 in one: the kernel joins the fragments before it chooses a ring.
        expected += 2 + 3;
    }
    let mut homes: BTreeMap<Vec<u8>, BTreeMap<usize, usize>> = BTreeMap::new();
    for (ring, seen) in read_all(sources, expected).iter().enumerate() {
        for seen in seen {
            *homes.entry(wire::pair_of(&seen.data)).or_default().entry(ring).or_default() += 1;
        }
    }
    assert_eq!(homes.len(), 40);
    assert!(homes.values().all(|rings| rings.len() == 1), "{homes:?}");
    assert_eq!(homes.values().flat_map(BTreeMap::values).sum::<usize>(), expected);
}

#[test]
fn tags_that_were_taken_out_are_put_back() {
    namespace();
    veth("a", "b");
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        let mut source = open(&options("b", kind));
        let mut near = Port::open("a");
        let plain = frame(&Flow::default(), false, 1);
        let mut tagged = plain.clone();
        tagged.splice(12..12, [0x81, 0, 0xa0, 5]);
        let mut twice = tagged.clone();
        twice.splice(12..12, [0x88, 0xa8, 0, 7]);
        for frame in [&plain, &tagged, &twice] {
            near.send(frame.clone());
        }
        let seen = read(&mut source, 3);
        for (seen, sent) in seen.iter().zip([plain, tagged, twice]) {
            assert_eq!((&seen.data, seen.wire_len as usize), (&sent, sent.len()), "{kind:?}");
        }
    }
}

#[test]
fn snap_length_and_long_frames() {
    namespace();
    veth("a", "b");
    run("ip link set dev a mtu 65535");
    run("ip link set dev b mtu 65535");
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        for (snaplen, want) in [(100, 100), (65_535, 65_549)] {
            let mut source = open(&LiveOptions { snaplen, ..options("b", kind) });
            let mut long = frame(&Flow::default(), false, 1);
            long.resize(65_549, 7);
            Port::open("a").send(long);
            let seen = read(&mut source, 1);
            assert_eq!((seen[0].data.len(), seen[0].wire_len), (want, 65_549), "{kind:?}");
        }
    }
}

#[test]
fn an_interface_goes_down_and_comes_up() {
    namespace();
    veth("a", "b");
    for (kind, rings) in [(LiveKind::AfPacket, 1), (LiveKind::AfPacket, 2), (LiveKind::Pcap, 1)] {
        let mut set = LiveSet::new(LiveSource::open(&options("b", kind), rings).unwrap());
        down("b");
        for _ in 0..rings {
            let change = until_change(&mut set);
            assert!(matches!(change, LiveChange::Gone { why: Absence::Down, .. }), "{kind:?} {change}");
        }
        run("ip link set dev b up");
        for _ in 0..rings {
            let change = until_change(&mut set);
            assert_eq!(change, LiveChange::Back { device: "b".into() }, "{kind:?}");
        }
        let sent: Vec<Vec<u8>> =
            (0..50).map(|n| frame(&Flow { client: n, ..Flow::default() }, false, 0)).collect();
        let mut near = Port::open("a");
        for frame in &sent {
            near.send(frame.clone());
        }
        let mut seen = wire::read_set(&mut set, sent.len());
        seen.sort_by_key(|seen| seen.data.clone());
        assert!(seen.iter().map(|seen| &seen.data).eq(&sent), "{kind:?} {rings}");
        assert_eq!(set.counters().gone, rings as u64);
    }
}

#[test]
fn an_interface_disappears_and_comes_back() {
    namespace();
    for (kind, rings) in [(LiveKind::AfPacket, 1), (LiveKind::AfPacket, 3), (LiveKind::Pcap, 1)] {
        veth("a", "b");
        let mut set = LiveSet::new(LiveSource::open(&options("b", kind), rings).unwrap());
        Port::open("a").send(frame(&Flow::default(), false, 0));
        run("ip link del dev a");
        let gone = |set: &mut LiveSet| {
            for _ in 0..rings {
                let change = until_change(set);
                assert!(matches!(change, LiveChange::Gone { .. }), "{kind:?} {change}");
            }
        };
        gone(&mut set);
        veth("a", "b");
        let back = |set: &mut LiveSet| {
            for _ in 0..rings {
                let change = until_change(set);
                assert_eq!(change, LiveChange::Back { device: "b".into() }, "{kind:?}");
            }
        };
        back(&mut set);
        let send = || {
            let sent: Vec<Vec<u8>> =
                (0..50).map(|n| frame(&Flow { client: n, tcp: true, ..Flow::default() }, false, 0)).collect();
            let mut near = Port::open("a");
            for frame in &sent {
                near.send(frame.clone());
            }
            sent
        };
        let sent = send();
        let mut seen = wire::read_set(&mut set, sent.len());
        seen.sort_by_key(|seen| seen.data.clone());
        assert!(seen.iter().map(|seen| &seen.data).eq(&sent), "{kind:?} {rings}");
        assert!(set.counters().received >= 51, "{:?}", set.counters());
        // Nobody opened a second time what was there all the time.
        down("b");
        gone(&mut set);
        run("ip link set dev b up");
        back(&mut set);
        run("ip link del dev a");
    }
}

#[test]
fn an_interface_that_is_down_at_the_start_is_waited_for() {
    namespace();
    veth("a", "b");
    for (kind, rings) in [(LiveKind::AfPacket, 1), (LiveKind::AfPacket, 2), (LiveKind::Pcap, 1)] {
        down("b");
        let mut set = LiveSet::new(LiveSource::open(&options("b", kind), rings).unwrap());
        for _ in 0..rings {
            let change = until_change(&mut set);
            assert!(matches!(change, LiveChange::Gone { why: Absence::Down, .. }), "{kind:?} {change}");
        }
        run("ip link set dev b up");
        for _ in 0..rings {
            assert_eq!(until_change(&mut set), LiveChange::Back { device: "b".into() }, "{kind:?}");
        }
        Port::open("a").send(frame(&Flow::default(), false, 0));
        wire::read_set(&mut set, 1);
    }
}

#[test]
fn promiscuous_as_long_as_it_lives() {
    namespace();
    veth("a", "b");
    let promiscuity = || {
        let text = run("ip -d link show dev b");
        let (_, rest) = text.split_once("promiscuity ").expect("ip says it");
        rest.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(promiscuity(), "0");
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        let source = open(&LiveOptions { promiscuous: true, ..options("b", kind) });
        assert_eq!(promiscuity(), "1");
        drop(source);
        assert_eq!(promiscuity(), "0");
    }
    let sources = LiveSource::open(&LiveOptions { promiscuous: true, ..af_packet("b") }, 2).unwrap();
    drop(sources);
    assert_eq!(promiscuity(), "0");
    let _quiet = open(&af_packet("b"));
    assert_eq!(promiscuity(), "0");
}

#[test]
fn what_the_kernel_lost_is_counted() {
    const SENT: u64 = 10_000;
    namespace();
    veth("a", "b");
    let mut source = open(&LiveOptions { buffer_bytes: 1, ..af_packet("b") });
    let mut near = Port::open("a");
    let mut long = frame(&Flow::default(), false, 1);
    long.resize(1_000, 7);
    for _ in 0..SENT {
        near.send(long.clone());
    }
    let counted = source.counters();
    assert_eq!(counted.received + counted.dropped_by_kernel, SENT, "{counted:?}");
    assert!(
        counted.dropped_by_kernel > 5_000 && counted.received > 500 && counted.freezes > 0,
        "{counted:?}"
    );
    let seen = read(&mut source, counted.received as usize);
    assert_eq!(seen.len() as u64, counted.received);
    // The ring thaws, and the counters go on.
    near.send(long);
    assert_eq!(read(&mut source, 1).len(), 1);
    let after = source.counters();
    assert_eq!((after.received, after.dropped_by_kernel), (counted.received + 1, counted.dropped_by_kernel));
}

#[test]
fn a_silent_wire_says_until_when_it_was_silent() {
    namespace();
    veth("a", "b");
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        let mut source = open(&options("b", kind));
        Port::open("a").send(frame(&Flow::default(), false, 0));
        let last = read(&mut source, 1)[0].nanos;
        let quiet = loop {
            let polled = source.poll(PATIENCE, |_| panic!("nobody sent"));
            assert_eq!((polled.packets, polled.change), (0, None));
            if let Some(until) = polled.quiet_until.filter(|until| *until > last) {
                break until;
            }
        };
        Port::open("a").send(frame(&Flow::default(), false, 1));
        assert!(read(&mut source, 1)[0].nanos > quiet, "{kind:?}");
    }
}

#[test]
fn filters_are_run_by_the_kernel() {
    namespace();
    veth("a", "b");
    let udp = Flow { client: 5_353, ..Flow::default() };
    let tcp = Flow { tcp: true, ..udp };
    let mut tagged = frame(&udp, false, 3);
    tagged.splice(12..12, [0x81, 0, 0, 5]);
    let sent = [frame(&tcp, false, 1), frame(&udp, false, 2), tagged];
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        for (device, filter, want) in [
            ("b", "tcp", vec![0]),
            // Tags are taken out before the kernel filters.
            ("b", "udp port 5353", vec![1, 2]),
            ("b", "vlan 5 and udp", vec![2]),
            ("b", "udp port 5353 or (vlan and (udp port 5353))", vec![1, 2]),
            ("b", "inbound", vec![0, 1, 2]),
            ("b", "outbound", vec![]),
            ("any", "tcp and inbound", vec![0]),
        ] {
            // libpcap filters by itself what comes to the blocks that were free when it set the filter, and does not
            // know the direction there.
            if kind == LiveKind::Pcap && filter.contains("bound") {
                continue;
            }
            let filter = Some(filter.to_owned());
            let mut source = open(&LiveOptions { filter: filter.clone(), ..options(device, kind) });
            let mut near = Port::open("a");
            for frame in &sent {
                near.send(frame.clone());
            }
            let seen = read(&mut source, want.len());
            if device == "b" {
                let want: Vec<&Vec<u8>> = want.iter().map(|at: &usize| &sent[*at]).collect();
                assert!(seen.iter().map(|seen| &seen.data).eq(want), "{kind:?} {filter:?}: {seen:?}");
            }
            let counted = source.counters();
            assert_eq!((counted.received, counted.filtered), (want.len() as u64, 0), "{kind:?} {filter:?}");
        }
    }
    // Where the kernel cannot.
    let mut source = open(&LiveOptions { filter: Some("vlan 5".to_owned()), ..af_packet("any") });
    Port::open("a").send(sent[0].clone());
    Port::open("a").send(sent[2].clone());
    // Going out of `a`, and coming in at `b`.
    assert!(read(&mut source, 2).iter().all(|seen| seen.data == sent[2]));
    assert_eq!(source.counters().filtered, 2);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_opened() {
    namespace();
    veth("alpha", "b");
    for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
        let error = |options: LiveOptions| LiveSource::open(&options, 1).unwrap_err();
        let filter = error(LiveOptions { filter: Some("tcp prot 80".to_owned()), ..options("alpha", kind) });
        assert!(matches!(filter, LiveError::Filter(_)), "{filter}");
        assert!(filter.to_string().starts_with("filter \"tcp prot 80\": "), "{filter}");
        let device = error(options("alhpa", kind)).to_string();
        assert!(device.starts_with("no interface \"alhpa\", did you mean alpha?: there are 0: "), "{device}");
        let route = error(options("default_route", kind)).to_string();
        assert!(route.starts_with("default_route: this machine has no such route now"), "{route}");
    }
    // A group that somebody else has for another interface.
    let group = |device| LiveOptions { fanout_group: Some(77), ..af_packet(device) };
    let _first = LiveSource::open(&group("alpha"), 1).unwrap();
    let error = LiveSource::open(&group("b"), 1).unwrap_err();
    assert!(matches!(error, LiveError::Fanout { group: 77, .. }), "{error}");
}

#[test]
fn two_processes_share_a_group() {
    namespace();
    veth("a", "b");
    let options = LiveOptions { fanout_group: Some(78), ..af_packet("b") };
    let mut sources = LiveSource::open(&options, 1).unwrap();
    sources.extend(LiveSource::open(&options, 1).unwrap());
    let mut near = Port::open("a");
    for client in 0..100 {
        near.send(frame(&Flow { client, tcp: true, ..Flow::default() }, false, 0));
    }
    let seen = read_all(sources, 100);
    assert!(seen.iter().all(|ring| !ring.is_empty()) && seen.iter().map(Vec::len).sum::<usize>() == 100);
}

#[test]
fn without_the_right_it_says_which_is_missing() {
    const CHILD: &str = "PACKETBEAT_TEST_WITHOUT_RIGHT";
    if std::env::var_os(CHILD).is_some() {
        for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
            let error = LiveSource::open(&options("lo", kind), 1).unwrap_err().to_string();
            assert!(
                error.starts_with("cannot capture from lo: the right CAP_NET_RAW is missing: run as root"),
                "{error}"
            );
            let program = std::env::current_exe().unwrap();
            assert!(
                error.ends_with(&format!("cap_net_raw,cap_net_admin=eip {}", program.display())),
                "{error}"
            );
        }
        return;
    }
    let output = Command::new("setpriv")
        .arg("--bounding-set=-net_raw")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "without_the_right_it_says_which_is_missing"])
        .env(CHILD, "1")
        .output()
        .expect("setpriv of util-linux");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn the_loopback_shows_each_packet_once() {
    namespace();
    run("ip link set dev lo up");
    for device in ["lo", "any"] {
        for kind in [LiveKind::AfPacket, LiveKind::Pcap] {
            let filter = Some("udp".to_owned());
            let mut source = open(&LiveOptions { filter, ..options(device, kind) });
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            for n in 0..20_u8 {
                socket.send_to(&[n; 30], "127.0.0.1:9999").unwrap();
            }
            let seen = read(&mut source, 20);
            assert!(
                seen.iter().zip(0_u8..).all(|(seen, n)| seen.data.ends_with(&[n; 30])),
                "{kind:?} {device}"
            );
            let counted = source.counters();
            let copies = if kind == LiveKind::AfPacket { 20 } else { 0 };
            assert_eq!(counted.outgoing_copies_skipped, copies, "{device}");
        }
    }
}

#[test]
fn several_interfaces_in_turn() {
    namespace();
    veth("a", "b");
    veth("c", "d");
    let mut set = LiveSet::new(vec![open(&af_packet("b")), open(&options("d", LiveKind::Pcap))]);
    let (mut first, mut second) = (Port::open("a"), Port::open("c"));
    for n in 0..200 {
        first.send(frame(&Flow { client: n, ..Flow::default() }, false, 0));
        second.send(frame(&Flow { client: n, tcp: true, ..Flow::default() }, false, 0));
    }
    let seen = wire::read_set(&mut set, 400);
    assert!(seen.iter().map(|seen| seen.number).eq(1..=400));
    for tcp in [false, true] {
        let clients: Vec<u16> = seen
            .iter()
            .filter(|seen| Flow::is_tcp(&seen.data) == tcp)
            .map(|seen| Flow::ends_of(&seen.data).0)
            .collect();
        assert!(clients.iter().copied().eq(0..200), "those of one come in their order: {clients:?}");
    }
    let names: Vec<String> = set.sources_mut().iter().map(|source| source.device().to_owned()).collect();
    assert_eq!((names, set.counters().received), (vec!["b".to_owned(), "d".to_owned()], 400));
}

#[test]
fn the_default_route_is_followed() {
    namespace();
    veth("a", "b");
    veth("c", "d");
    run("ip route add default dev b");
    assert_eq!(resolve("default_route").unwrap(), "b");
    assert_eq!(resolve("default_route_ipv4").unwrap(), "b");
    assert_eq!(default_route(packetbeat_sniffer::RouteFamily::Ipv6).unwrap(), None);
    for (kind, rings) in [(LiveKind::AfPacket, 2), (LiveKind::Pcap, 1)] {
        let poll_default_route = Some(Duration::from_secs(1));
        let sources =
            LiveSource::open(&LiveOptions { poll_default_route, ..options("default_route", kind) }, rings)
                .unwrap();
        let mut set = LiveSet::new(sources);
        assert_eq!(set.sources_mut()[0].device(), "b");
        run("ip route replace default dev d");
        for _ in 0..rings {
            let moved = until_change(&mut set);
            assert_eq!(moved, LiveChange::Moved { from: "b".into(), to: "d".into() }, "{kind:?}");
        }
        Port::open("a").send(frame(&Flow::default(), false, 0));
        let wanted = frame(&Flow::default(), false, 1);
        Port::open("c").send(wanted.clone());
        assert_eq!(wire::read_set(&mut set, 1)[0].data, wanted);
        run("ip route replace default dev b");
    }
}
