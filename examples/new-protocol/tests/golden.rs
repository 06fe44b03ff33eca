//! The whole program over a capture: its events are those that were looked at and written down.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::process::Command;

use serde_json::Value;

/// The events of a capture, without what depends on the machine and the version.
fn events(capture: &str) -> Vec<Value> {
    let program = env!("CARGO_BIN_EXE_packetbeat-new-protocol");
    let run = Command::new(program).args(["-I", capture, "-N"]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let lines = String::from_utf8(run.stdout).unwrap();
    let events = lines.lines().map(|line| {
        let mut event: Value = serde_json::from_str(line).unwrap();
        for root in ["@metadata", "agent", "ecs", "host"] {
            event.as_object_mut().unwrap().remove(root);
        }
        event
    });
    events.collect()
}

#[test]
fn events_are_those_written_down() {
    let expected = include_str!("quote.expected.jsonl").lines();
    let expected: Vec<Value> = expected.map(|line| serde_json::from_str(line).unwrap()).collect();
    let given = events("tests/quote.pcap");
    for (place, (given, expected)) in given.iter().zip(&expected).enumerate() {
        assert_eq!(given, expected, "event {place}");
    }
    assert_eq!(given.len(), expected.len());
}

#[test]
fn every_field_is_described() {
    let fields = include_str!("../fields.yml");
    for event in events("tests/quote.pcap") {
        for name in event["quote"].as_object().unwrap().keys() {
            assert!(fields.contains(&format!("- name: quote.{name}\n")), "quote.{name} is not in fields.yml");
        }
    }
}
