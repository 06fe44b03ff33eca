//! Where the log goes.

use serde_json::Value;

use crate::common::{Packetbeat, capture};

#[test]
fn lines_are_json_where_nobody_looks() {
    let run = Packetbeat::new().read(capture("smtp")).args("-e -N -E logging.format=auto");
    let log = run.run().ok().stderr;
    assert!(!log.is_empty());
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for key in ["log.level", "@timestamp", "log.logger", "message", "service.name", "ecs.version"] {
            assert!(line[key].is_string(), "{key}: {line}");
        }
        assert_eq!(line["service.name"], "packetbeat");
    }
}

#[test]
fn files_are_written_where_they_are_asked_for() {
    let config = "logging: {to_files: true, files: {path: logs, name: mine, permissions: 0640}}\n";
    let outcome = Packetbeat::new().config(config).read(capture("smtp")).args("-N").run().quiet();
    let names = outcome.names("logs");
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with("mine-") && names[0].ends_with(".ndjson"), "{names:?}");
    let log = outcome.read(&format!("logs/{}", names[0]));
    assert!(log.contains("reading packets") && log.contains("Total metrics"), "{log}");
    // With -e the log goes to standard error alone.
    let outcome = Packetbeat::new().config(config).read(capture("smtp")).args("-N -e").run().ok();
    assert!(!outcome.folder.path().join("logs").exists());
    assert!(outcome.stderr.contains("reading packets"));
}

#[test]
fn a_container_logs_to_standard_error() {
    let outcome = Packetbeat::new().read(capture("smtp")).args("-N --environment container").run().ok();
    assert!(outcome.stderr.contains("reading packets"), "{}", outcome.stderr);
}
