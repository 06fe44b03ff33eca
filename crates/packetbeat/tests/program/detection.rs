//! Protocols on ports that nobody told of.

use serde_json::Value;

use crate::common::pcap::{self, Packet};
use crate::common::{CONFIGURED, Packetbeat, assert_same, capture_bytes, sorted, timeless};

fn run(packets: &[Packet], settings: &[&str]) -> Vec<Value> {
    let mut run = Packetbeat::new().stdin(pcap::write(packets)).args("-I - -N");
    for setting in settings {
        run = run.set(setting);
    }
    run.run().quiet().events()
}

/// Without what tells of the port.
fn anywhere(mut event: Value) -> Value {
    for end in ["source", "destination", "client", "server"] {
        event[end]["port"].take();
    }
    event["network"].as_object_mut().unwrap().remove("community_id");
    event["url"].take();
    event["error"].take();
    timeless(event)
}

/// The capture with ports moved: found with the defaults and with `packetbeat.detect`, not with the usual ports alone,
/// found again with the ports configured.
fn moved(name: &str, kind: &str, ports: &[(u16, u16)]) {
    let packets = pcap::read(&capture_bytes(name));
    let wanted = sorted(run(&packets, &[]).into_iter().map(anywhere));
    let mut away = packets.clone();
    for (from, to) in ports {
        away = pcap::with_port(&away, *from, *to);
    }
    assert_same(&sorted(run(&away, &[]).into_iter().map(anywhere)), &wanted, &format!("{name}, defaults"));
    assert_eq!(run(&away, &[CONFIGURED]), [] as [Value; 0], "{name}, usual ports");
    let detected = run(&away, &[CONFIGURED, "packetbeat.detect=true"]);
    assert_same(&sorted(detected.into_iter().map(anywhere)), &wanted, &format!("{name}, detected"));
    let named: Vec<String> = ports.iter().map(|(_, to)| to.to_string()).collect();
    let own = format!("packetbeat.protocols=[{{type: {kind}, ports: [{}]}}]", named.join(", "));
    let usual = sorted(run(&packets, &[CONFIGURED]).into_iter().map(anywhere));
    assert_same(
        &sorted(run(&away, &[&own]).into_iter().map(anywhere)),
        &usual,
        &format!("{name}, ports configured"),
    );
}

#[test]
fn http_on_other_ports() {
    moved("http", "http", &[(80, 12345), (8000, 12346), (5000, 12347), (8002, 12348), (8080, 12349)]);
}

#[test]
fn smtp_on_other_ports() {
    moved("smtp", "smtp", &[(25, 12345)]);
    moved("smtp-session", "smtp", &[(25, 12345), (587, 12346)]);
    moved("smtp-starttls", "smtp", &[(25, 12345)]);
}

#[test]
fn dns_on_other_ports() {
    let over_udp = |packet: &Packet| !pcap::flow(&packet.data).tcp;
    let packets = pcap::read(&capture_bytes("dns"));
    let away = pcap::with_port(&packets, 53, 12345);
    for keep in [true, false] {
        let only = |packets: &[Packet]| -> Vec<Packet> {
            packets.iter().filter(|packet| over_udp(packet) == keep).cloned().collect()
        };
        let (wanted, found) = (run(&only(&packets), &[]), run(&only(&away), &[]));
        // Detection asks for more than the port's owner does: an oddity may go unrecognised, a usual lookup may not.
        let usual = |events: Vec<Value>| {
            let usual = events.into_iter().filter(|event| {
                event["dns"]["question"].is_object()
                    && event["dns"]["op_code"] == "QUERY"
                    && event["status"] == "OK"
            });
            sorted(usual.map(anywhere))
        };
        assert_same(&usual(found), &usual(wanted), &format!("UDP: {keep}"));
        assert_eq!(run(&only(&away), &[CONFIGURED]), [] as [Value; 0]);
    }
}

#[test]
fn one_protocol_on_the_port_of_another() {
    for (name, from, to, kind) in [
        ("smtp", 25, 80, "smtp"),
        ("smtp", 25, 53, "smtp"),
        ("http", 80, 25, "http"),
        ("http", 80, 53, "http"),
    ] {
        let packets = pcap::read(&capture_bytes(name));
        let here = |events: Vec<Value>| sorted(events.into_iter().map(anywhere));
        let found = run(&pcap::with_port(&packets, from, to), &[]);
        assert!(found.iter().all(|event| event["type"] == kind));
        assert_same(&here(found), &here(run(&packets, &[])), &format!("{name} on port {to}"));
    }
}

#[test]
fn what_follows_an_upgrade_gives_no_events_of_its_own() {
    // STARTTLS: the session and the mail of the other one. WebSocket and TLS in a tunnel: the exchange that led there.
    let mails = run(&pcap::read(&capture_bytes("smtp-starttls")), &[]);
    assert_eq!(mails.len(), 2);
    let web = run(&pcap::read(&capture_bytes("http")), &[]);
    let of = |status: u64, port: u64| {
        let matches = |event: &&Value| {
            event["http"]["response"]["status_code"] == status && event["destination"]["port"] == port
        };
        web.iter().filter(matches).count()
    };
    assert_eq!(of(101, 8002), 1);
    assert_eq!(web.iter().filter(|event| event["destination"]["port"] == 8002).count(), 1);
    let tunnels = web.iter().filter(|event| event["http"]["request"]["method"] == "CONNECT");
    for tunnel in tunnels {
        let inside =
            web.iter().filter(|event| event["source"]["port"] == tunnel["source"]["port"]).count() - 1;
        let plain = tunnel["query"].as_str().unwrap().ends_with(":80");
        assert_eq!(inside, usize::from(plain), "{tunnel}");
    }
}

#[test]
fn what_is_nobodys_gives_no_events() {
    // Bytes upside down: neither of the protocols, on the port of each.
    for (name, port) in [("smtp", 25), ("http", 80)] {
        let mut packets = pcap::read(&capture_bytes(name));
        packets.retain(|packet| pcap::ports(&pcap::flow(&packet.data)).contains(&port));
        for packet in &mut packets {
            let tcp = pcap::ports_at(&packet.data);
            let payload = tcp + usize::from(packet.data[tcp + 12] >> 4) * 4;
            packet.data[payload..].iter_mut().for_each(|byte| *byte ^= 0xa5);
        }
        for port_there in [port, 443, 53, 12345] {
            let found = run(&pcap::with_port(&packets, port, port_there), &[]);
            assert_eq!(found, [] as [Value; 0], "{name} on port {port_there}");
        }
    }
}
