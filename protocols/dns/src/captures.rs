//! Captures of real servers, and what their clients did.

use std::collections::BTreeSet;
use std::path::Path;

use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Transport;
use packetbeat_core::plugin::Protocol;
use packetbeat_testkit::{tcp_conversations, udp_conversations};
use serde_json::{Value, json};

use crate::Dns;
use crate::stage::Stage;

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/pcaps");

/// The events of a capture: those of each pair of endpoints by themselves.
fn events(name: &str, ports: &[u16]) -> Vec<Value> {
    let path = Path::new(CAPTURES).join(name);
    let mut events = Vec::new();
    for talk in udp_conversations(&path, ports).unwrap() {
        let server = talk.name.rsplit(' ').next().unwrap().to_owned();
        let (ip, port) = server.rsplit_once(':').unwrap();
        let server = if ip.contains(':') { format!("[{ip}]:{port}") } else { server.clone() };
        let mut stage = Stage::new(Transport::Udp, &server);
        for piece in talk.pieces {
            stage.datagram(piece.dir, &piece.bytes);
        }
        events.extend(stage.events());
    }
    for talk in tcp_conversations(&path, ports).unwrap() {
        let mut stage = Stage::tcp();
        for dir in Dir::BOTH {
            stage.bytes(dir, &talk.stream(dir), 100);
        }
        events.extend(stage.events());
    }
    events
}

/// What the client did, as the capture's log says it.
fn expected(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(Path::new(CAPTURES).join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An event in the words of the log.
fn told(event: &Value) -> Value {
    let dns = &event["dns"];
    let rcode = if dns["type"] == "query" { &Value::Null } else { &dns["response_code"] };
    json!({
        "name": dns["question"]["name"], "type": dns["question"]["type"], "rcode": rcode,
        "transport": event["network"]["transport"],
    })
}

#[test]
fn everything_that_the_client_did_is_an_event() {
    let events = events("dns.pcap", &[53]);
    let mut told: Vec<Value> = events.iter().map(told).collect();
    for line in expected("dns.expected.jsonl") {
        let place = told.iter().position(|one| *one == line);
        told.remove(place.unwrap_or_else(|| panic!("no event for {line} among {told:#?}")));
    }
    // What has no line: what the servers do among themselves, the update, a query without a question, and a second try from
    // another port.
    for rest in told {
        let is_known = ["SOA", "AXFR", "IXFR"].iter().any(|kind| rest["type"] == *kind)
            || rest["name"].is_null()
            || rest["name"] == "nobody.example.org";
        assert!(is_known, "{rest}");
    }
    for method in ["NOTIFY", "UPDATE", "STATUS"] {
        assert!(events.iter().any(|event| event["method"] == method), "{method}");
    }
    let generic = events.iter().filter(|event| event.to_string().contains("\"\\\\# ")).count();
    assert_eq!(generic, 2, "one type alone is unknown; it is in the zone, too");
}

#[test]
fn every_field_is_declared() {
    fn names(prefix: &str, value: &Value, to: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| {
                names(&format!("{prefix}.{name}"), value, to);
            }),
            Value::Array(items) => items.iter().for_each(|item| names(prefix, item, to)),
            _ => {
                to.insert(prefix.to_owned());
            }
        }
    }
    let mut emitted = BTreeSet::new();
    for event in events("dns.pcap", &[53]).iter().chain(&events("mdns-llmnr.pcap", &[5353, 5355])) {
        names("dns", &event["dns"], &mut emitted);
    }
    let declared: BTreeSet<_> =
        Dns::FIELDS.lines().filter_map(|line| line.strip_prefix("- name: ")).collect();
    for name in &emitted {
        assert!(declared.contains(name.as_str()), "{name} is not in fields.yml");
    }
    assert!(emitted.len() > 40, "{emitted:?}");
}

#[test]
fn local_names() {
    let events = events("mdns-llmnr.pcap", &[5353, 5355]);
    for line in expected("mdns-llmnr.expected.jsonl") {
        let is_it = |event: &Value| {
            event["network"]["protocol"] == line["protocol"]
                && event["dns"]["question"]["name"] == line["name"]
                && event["dns"]["question"]["type"] == line["type"]
                && (line["rcode"].is_null() || event["dns"]["response_code"] == line["rcode"])
                && (line["rcode"].is_null() == (event["dns"]["type"] == "query"))
        };
        assert!(events.iter().any(is_it), "{line}");
    }
    assert!(events.iter().any(|event| event["dns"]["answers_count"].as_u64() > Some(2)), "announcements");
}
