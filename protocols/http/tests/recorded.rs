//! The recorded capture, conversation by conversation, against what its clients wrote down.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub
)] // a test, which does not use all of the driver

mod drive;

use std::collections::BTreeMap;

use drive::{Drive, http};
use packetbeat_core::stream::{Close, Finish};
use packetbeat_testkit::{Conversation, tcp_conversations};
use serde_json::Value;

const CAPTURE: &str = "../../tests/pcaps/http";

/// Events of a conversation. What follows an upgrade is another one.
fn events(talk: &Conversation) -> Vec<Value> {
    let mut drive = Drive::new(http(|_| ()));
    let mut all = Vec::new();
    for piece in &talk.pieces {
        drive.says(piece.dir, &piece.bytes);
        if piece.fin {
            drive.fin(piece.dir);
        }
        if let Some(Finish::Upgrade(_)) = drive.finished() {
            all.extend(drive.events(Close::Handed));
            drive = Drive::new(http(|_| ()));
        }
    }
    all.extend(drive.events(Close::Fin));
    all
}

#[test]
fn every_exchange_that_the_clients_know_is_told_and_no_other() {
    let talks = tcp_conversations(format!("{CAPTURE}.pcap"), &[80, 5000, 8000, 8002, 8080]).unwrap();
    let expected = std::fs::read_to_string(format!("{CAPTURE}.expected.jsonl")).unwrap();
    let mut balance: BTreeMap<(String, String, String), Vec<Option<u64>>> = BTreeMap::new();
    for event in talks.iter().flat_map(events) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let query: &str = event["url"]["path"].as_str().unwrap_or_default();
        let host = text(&event["url"]["domain"]);
        let key = (text(&event["method"]), host, query.to_owned());
        balance.entry(key).or_default().push(event["http"]["response"]["status_code"].as_u64());
    }
    for line in expected.lines() {
        let fact: Value = serde_json::from_str(line).unwrap();
        let host = fact["host"].as_str().unwrap();
        let (host, _) = packetbeat_http::target::host_and_port(host.as_bytes());
        let key = (
            fact["method"].as_str().unwrap().to_owned(),
            String::from_utf8(host.to_vec()).unwrap(),
            fact["path"].as_str().unwrap().to_owned(),
        );
        let found = balance.get_mut(&key).unwrap_or_else(|| panic!("no event for {line}"));
        // A client that left does not know what it would have been answered.
        let status = fact["status"].as_u64();
        let place = found.iter().position(|code| *code == status || status.is_none());
        found.remove(place.unwrap_or_else(|| panic!("another status for {line}: {found:?}")));
    }
    balance.retain(|_, left| !left.is_empty());
    assert!(balance.is_empty(), "more than was asked: {balance:?}");
}
