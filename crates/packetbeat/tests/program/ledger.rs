//! The ledger of a run: everything that came in leaves under one name.

use serde_json::{Value, json};

use crate::common::pcap::{self, Packet};
use crate::common::{CAPTURES, Outcome, Packetbeat, capture, capture_bytes, json};

fn ledger(outcome: &Outcome) -> Value {
    let text = outcome.read("ledger.json");
    assert!(text.ends_with('\n'));
    json::strict(&text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The number, or the sum of the numbers of an object.
fn sum(value: &Value) -> u64 {
    match value {
        Value::Object(members) => members.values().map(sum).sum(),
        _ => value.as_u64().unwrap(),
    }
}

fn closes(ledger: &Value) {
    let part =
        |section: &str, names: &[&str]| names.iter().map(|name| sum(&ledger[section][name])).sum::<u64>();
    assert_eq!(part("packets", &["in"]), part("packets", &["analysed", "dropped"]), "{ledger}");
    assert_eq!(part("bytes", &["in"]), part("bytes", &["parsed", "skipped", "lost", "opaque"]), "{ledger}");
    assert_eq!(
        part("requests", &["in"]),
        part("requests", &["answered", "unmatched", "unanswered_by_design"]),
        "{ledger}"
    );
    let events: u64 =
        ledger["protocols"].as_object().unwrap().values().map(|protocol| sum(&protocol["events"])).sum();
    assert_eq!(events, part("events", &["published", "filtered", "dropped"]), "{ledger}");
    assert_eq!(ledger["closed"], true);
}

#[test]
fn every_capture_is_accounted_for() {
    for name in CAPTURES {
        let run = Packetbeat::new().read(capture(name)).args("-N --workers 3 --summary ledger.json");
        let outcome = run.run().quiet();
        let ledger = ledger(&outcome);
        closes(&ledger);
        assert_eq!(sum(&ledger["packets"]["in"]), pcap::read(&capture_bytes(name)).len() as u64);
        assert_eq!(sum(&ledger["events"]["published"]), outcome.events().len() as u64);
        // The keys that docs/ledger.md promises.
        let top =
            ["bytes", "closed", "connections", "datagrams", "events", "packets", "protocols", "requests"];
        assert_eq!(keys(&ledger), top);
        assert_eq!(keys(&ledger["packets"]), ["analysed", "dropped", "in"]);
        assert_eq!(
            keys(&ledger["bytes"]),
            ["in", "lost", "opaque", "outside", "parsed", "repeated", "skipped"]
        );
        assert_eq!(keys(&ledger["requests"]), ["answered", "in", "unanswered_by_design", "unmatched"]);
        assert_eq!(keys(&ledger["events"]), ["dropped", "filtered", "filtered_by", "published"]);
        assert_eq!(keys(&ledger["connections"]), ["evicted", "idle", "seen", "unrecognised"]);
        for protocol in ledger["protocols"].as_object().unwrap().values() {
            let all = [
                "answered",
                "errors",
                "events",
                "malformed",
                "requests",
                "response_time_ns",
                "unanswered_by_design",
                "unmatched",
                "unmatched_responses",
            ];
            assert_eq!(keys(protocol), all);
            assert_eq!(keys(&protocol["response_time_ns"]), ["median", "p99"]);
        }
    }
}

#[test]
fn the_table_says_the_same() {
    let outcome = Packetbeat::new().read(capture("dns")).args("-e").run().ok();
    for words in ["246 in", "246 analysed", "protocol", "dns", "published", "everything is accounted for"] {
        assert!(outcome.stderr.contains(words), "{words}: {}", outcome.stderr);
    }
    // On standard error alone, and only with -e.
    assert!(!outcome.stdout.contains("accounted"));
    Packetbeat::new().read(capture("dns")).run().quiet();
}

/// A capture of frames, and its ledger; the run goes well.
fn dropped(link: u32, frames: &[&[u8]]) -> (Value, String) {
    let packets: Vec<Packet> =
        frames.iter().map(|frame| Packet { micros: 1_768_000_000_000_000, data: frame.to_vec() }).collect();
    let run = Packetbeat::new().stdin(pcap::write_as(link, &packets)).args("-I - -e --summary ledger.json");
    let outcome = run.run().ok();
    assert_eq!(outcome.stdout, "");
    let ledger = ledger(&outcome);
    closes(&ledger);
    (ledger["packets"]["dropped"].clone(), outcome.stderr)
}

/// An Ethernet frame.
fn frame(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &kind.to_be_bytes(), payload].concat()
}

/// An IPv4 packet from 192.0.2.1 to 192.0.2.2.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len() as u16).to_be_bytes();
    let head = [0x45, 0, len[0], len[1], 0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
    frame(0x0800, &[&head[..], payload].concat())
}

#[test]
fn what_no_protocol_reads_is_dropped_by_name() {
    let arp = frame(
        0x0806,
        &[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2],
    );
    let ping = ipv4(1, &[8, 0, 0, 0, 0, 1, 0, 1, 1, 2, 3, 4]);
    let sctp = ipv4(132, &[0; 12]);
    let short = ipv4(6, &[0, 80, 0, 80]);
    let (causes, table) = dropped(pcap::ETHERNET, &[&arp, &arp, &ping, &sctp, &short, &[1, 2, 3]]);
    assert_eq!(
        causes,
        json!({
            "not_ip": 2, "icmp_not_analysed": 1, "unsupported_transport": 1, "malformed_transport": 1, "truncated_link": 1,
        })
    );
    for words in ["2 not ip", "1 icmp not analysed", "1 unsupported transport", "everything is accounted for"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
}

#[test]
fn a_link_type_that_is_not_read_is_no_failure() {
    let (causes, table) = dropped(147, &[&[0; 60], &[0; 60]]);
    assert_eq!(causes, json!({"unsupported_link_type": 2}));
    assert!(table.contains("2 unsupported link type"), "{table}");
}

#[test]
fn a_capture_without_a_packet() {
    let outcome = Packetbeat::new().stdin(pcap::write(&[])).args("-I - --summary ledger.json").run().quiet();
    closes(&ledger(&outcome));
    assert_eq!(outcome.stdout, "");
}

#[test]
fn requests_that_wait_at_the_end() {
    let packets = pcap::read(&capture_bytes("dns"));
    let query = pcap::write(&packets[..1]);
    let run = |more: &str| {
        let run = Packetbeat::new().stdin(query.clone()).args("-I - -e --summary ledger.json").args(more);
        run.run().ok()
    };
    let outcome = run("");
    assert_eq!(outcome.events()[0]["packetbeat"]["unmatched"], "capture_end");
    assert_eq!(ledger(&outcome)["requests"]["unmatched"], json!({"capture_end": 1}));

    let outcome = run("-E packetbeat.flush_pending_at_eof=false");
    assert_eq!(outcome.stdout, "");
    let ledger = ledger(&outcome);
    closes(&ledger);
    assert_eq!(ledger["events"]["dropped"], json!({"pending_at_eof": 1}));
    assert_eq!(ledger["requests"]["unmatched"], json!({"capture_end": 1}));
    assert!(outcome.stderr.contains("dropped: pending at eof"), "{}", outcome.stderr);
}

#[test]
fn a_protocol_that_is_off_is_opaque() {
    let run = Packetbeat::new().read(capture("smtp")).args("--summary ledger.json");
    let outcome = run.set("packetbeat.protocols=[{type: dns}]").run().quiet();
    assert_eq!(outcome.stdout, "");
    let ledger = ledger(&outcome);
    closes(&ledger);
    assert_eq!(ledger["bytes"]["opaque"], ledger["bytes"]["in"]);
    assert_eq!(ledger["connections"]["unrecognised"], 1);
}

#[test]
fn a_summary_that_cannot_be_written_is_said_before_anything_is_read() {
    let said = Packetbeat::new().read(capture("smtp")).args("--summary nowhere/ledger.json").run().failed();
    assert!(said.contains("nowhere/ledger.json: the summary cannot be written"), "{said}");
}
