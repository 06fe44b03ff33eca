//! Runs the program, reads what it says, makes captures.

pub(crate) mod json;
pub(crate) mod pcap;
pub(crate) mod program;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) use program::{Outcome, Packetbeat};

/// The captures that come with the project.
pub(crate) const CAPTURES: [&str; 6] = ["dns", "http", "mdns-llmnr", "smtp", "smtp-session", "smtp-starttls"];

/// A capture of `tests/pcaps`.
pub(crate) fn capture(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/pcaps/{name}.pcap"));
    assert!(path.is_file(), "{} is not there", path.display());
    path
}

/// The bytes of a capture of `tests/pcaps`.
pub(crate) fn capture_bytes(name: &str) -> Vec<u8> {
    std::fs::read(capture(name)).unwrap()
}

/// The protocols on their usual ports, and no detection.
pub(crate) const CONFIGURED: &str =
    "packetbeat.protocols=[{type: http}, {type: dns, ports: [53, 5353, 5355]}, {type: smtp}]";

/// Values in any order, to be compared.
pub(crate) fn sorted(values: impl IntoIterator<Item = Value>) -> Vec<String> {
    let mut lines: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    lines.sort();
    lines
}

/// Compares what [`sorted`] gave, and shows what differs alone.
pub(crate) fn assert_same(found: &[String], wanted: &[String], what: &str) {
    let without = |from: &[String], these: &[String]| {
        let mut rest = these.to_vec();
        let mut left = from.to_vec();
        left.retain(|line| match rest.iter().position(|other| other == line) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        });
        left
    };
    let (surplus, missing) = (without(found, wanted), without(wanted, found));
    assert!(
        surplus.is_empty() && missing.is_empty(),
        "{what}\nnot wanted:\n{}\nmissing:\n{}",
        surplus.join("\n"),
        missing.join("\n")
    );
}

/// An event without what depends on the run or on the time of its packets.
pub(crate) fn timeless(mut event: Value) -> Value {
    let members = event.as_object_mut().unwrap();
    members.remove("@timestamp").unwrap();
    let times = members["event"].as_object_mut().unwrap();
    for name in ["start", "end", "duration"] {
        times.remove(name);
    }
    members["agent"].as_object_mut().unwrap().remove("ephemeral_id").unwrap();
    event
}

/// The output without the one value that differs from run to run.
pub(crate) fn without_id(output: &str) -> String {
    const KEY: &str = "\"ephemeral_id\":\"";
    output
        .lines()
        .map(|line| {
            let (head, tail) = line.split_once(KEY).expect("each event has an ephemeral_id");
            let (_, tail) = tail.split_once('"').unwrap();
            format!("{head}{KEY}{tail}\n")
        })
        .collect()
}

/// Compressed.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Compressed.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 0).unwrap()
}

/// Compressed.
pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lz4_flex::frame::FrameEncoder::new(Vec::new());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}
