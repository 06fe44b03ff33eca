//! Events of the recorded captures are as `fields.yml` says: every field declared, every value of its type.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use packetbeat_fields::Fields;
use serde_json::Value;

/// Everything that protocols can be asked to put into an event, on top of what they do unasked.
const EVERYTHING: &str = "packetbeat.protocols=[\
    {type: http, ports: [80, 8080, 8000, 5000, 8002], send_request: true, send_response: true, send_all_headers: true, \
     split_cookie: true, include_body_for: [text, html, json, form]}, \
    {type: dns, ports: [53, 5353, 5355], send_request: true, send_response: true, include_authorities: true, \
     include_additionals: true}, \
    {type: smtp, send_request: true, send_response: true}]";

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Files below a folder of the repository whose names end so, in order.
fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.sort();
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

fn declared() -> Fields {
    let mut texts = Vec::new();
    for folder in files("protocols", "") {
        if let Ok(text) = std::fs::read_to_string(folder.join("fields.yml")) {
            texts.push((folder.file_name().unwrap().to_string_lossy().into_owned(), text));
        }
    }
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Fields::of_texts(&texts).unwrap_or_else(|errors| panic!("{errors}"))
}

fn events(capture: &Path, settings: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetbeat"));
    command.current_dir(folder.path()).env_clear().arg("-N").arg("-I").arg(capture);
    for setting in settings {
        command.args(["-E", setting]);
    }
    let run = command.output().unwrap();
    assert!(run.status.success(), "{}: {}", capture.display(), String::from_utf8_lossy(&run.stderr));
    let text = String::from_utf8(run.stdout).unwrap();
    serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect()
}

fn faults(settings: &[&str]) -> BTreeSet<String> {
    let fields = declared();
    let (mut faults, mut count) = (BTreeSet::new(), 0);
    for capture in files("tests/pcaps", ".pcap") {
        for event in events(&capture, settings) {
            count += 1;
            let kind = event["type"].as_str().unwrap_or("no type").to_owned();
            faults.extend(fields.faults(&event).into_iter().map(|fault| format!("{kind}: {fault}")));
        }
    }
    assert!(count > 150, "only {count} events");
    faults
}

#[test]
fn events_have_declared_fields_alone() {
    assert_eq!(faults(&[]), BTreeSet::new());
}

#[test]
fn events_with_everything_have_declared_fields_alone() {
    assert_eq!(faults(&[EVERYTHING, "tags=[a, b]", "fields={a: 1}"]), BTreeSet::new());
}
