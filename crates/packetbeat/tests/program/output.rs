//! Where events go, and what is in all of them.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::common::{CAPTURES, Outcome, Packetbeat, capture, json, sorted, without_id};

fn mail() -> Packetbeat {
    Packetbeat::new().read(capture("smtp"))
}

#[test]
fn each_line_is_one_event() {
    for name in CAPTURES {
        let outcome = Packetbeat::new().read(capture(name)).run().quiet();
        let events = outcome.events();
        assert!(!events.is_empty(), "{name}");
        for (line, event) in outcome.stdout.lines().zip(&events) {
            assert!(line.starts_with("{\"@timestamp\":\"20"), "{line}");
            assert_eq!(event["@metadata"]["beat"], "packetbeat");
            assert_eq!(event["agent"]["type"], "packetbeat");
            assert_eq!(event["agent"]["ephemeral_id"], events[0]["agent"]["ephemeral_id"]);
            assert_eq!(event["ecs"]["version"], "8.0.0");
            assert_eq!(event["event"]["dataset"], event["type"]);
            assert!(["OK", "Error"].contains(&event["status"].as_str().unwrap()));
            for end in ["source", "destination", "client", "server"] {
                assert!(event[end]["ip"].is_string(), "{end}: {line}");
            }
        }
    }
}

#[test]
fn nothing_is_written_but_the_events() {
    let outcome = mail().args("-N --summary ledger.json").run().quiet();
    assert_eq!(outcome.names("."), ["ledger.json"]);
}

#[test]
fn files_are_numbered_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let setting = format!("output.file={{path: {}, filename: mails}}", folder.path().join("new").display());
    let run = |more: &str| {
        let outcome = mail().set(&setting).args(more).run().quiet();
        assert_eq!(outcome.stdout, "");
    };
    run("");
    run("-N"); // what is no network is written to also with -N
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let date = names[0].strip_prefix("mails-").unwrap().get(..8).unwrap().to_owned();
    assert!(date.bytes().all(|byte| byte.is_ascii_digit()), "{names:?}");
    // Unless a day began in between.
    if names[1].contains(&date) {
        assert_eq!(names, [format!("mails-{date}-1.ndjson"), format!("mails-{date}.ndjson")]);
    }
    assert_eq!(names.len(), 2);
    let console = without_id(&mail().run().quiet().stdout);
    for name in names {
        let path = folder.path().join("new").join(name);
        assert_eq!(without_id(&std::fs::read_to_string(&path).unwrap()), console);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn permissions_of_files_are_configured() {
    let outcome = mail().set("output.file={path: out, permissions: 0644}").run().quiet();
    let names = outcome.names("out");
    assert_eq!(names.len(), 1);
    let file = outcome.folder.path().join("out").join(&names[0]);
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn discarded_events_are_counted() {
    let outcome = mail().args("-E output.discard.enabled=true --summary ledger.json").run().quiet();
    assert_eq!(outcome.stdout, "");
    let ledger = json::strict(&outcome.read("ledger.json")).unwrap();
    assert_eq!((&ledger["events"]["published"], &ledger["closed"]), (&json!(1), &json!(true)));
}

#[test]
fn pretty_is_the_same_over_several_lines() {
    let compact = Packetbeat::new().read(capture("dns")).run().quiet();
    let pretty = Packetbeat::new().read(capture("dns")).args("-E output.console.pretty=true").run().quiet();
    let values: Vec<Value> =
        serde_json::Deserializer::from_str(&pretty.stdout).into_iter().collect::<Result<_, _>>().unwrap();
    let blank = |mut event: Value| {
        event["agent"]["ephemeral_id"].take();
        event
    };
    assert_eq!(sorted(values.into_iter().map(blank)), sorted(compact.events().into_iter().map(blank)));
    assert!(pretty.stdout.lines().count() > 10 * compact.stdout.lines().count());
}

#[test]
fn tags_and_fields() {
    let config = "
name: probe-7
tags: [lab]
fields: {site: {name: north, rack: 4}, owner: net}
packetbeat.protocols:
- type: smtp
  tags: [mail]
  fields: {site.rack: 5}
";
    let event = mail().config(config).run().quiet().events().remove(0);
    assert_eq!(event["tags"], json!(["lab", "mail"]));
    assert_eq!(event["fields"], json!({"site": {"name": "north", "rack": 5}, "owner": "net"}));
    assert_eq!((&event["agent"]["name"], &event["host"]["name"]), (&json!("probe-7"), &json!("probe-7")));

    let config = "
fields: {site: north, host.os: none}
fields_under_root: true
";
    let event = mail().config(config).run().quiet().events().remove(0);
    assert_eq!(event["site"], "north");
    assert_eq!(event["host"]["os"], "none");
    assert!(event["host"]["name"].is_string());
    assert!(event.get("fields").is_none());
}

#[test]
fn a_field_at_the_root_that_the_analysis_writes_is_left_out_and_said() {
    let config = "
fields: {network: mine, smtp: mine, type: mine, env: lab}
fields_under_root: true
";
    let run = mail().config(config).run();
    for name in ["network", "smtp", "type"] {
        assert!(
            run.stderr.contains(&format!("fields: {name} is written by the analysis itself")),
            "{}",
            run.stderr
        );
    }
    let event = run.events().remove(0);
    assert_eq!((&event["env"], &event["type"]), (&json!("lab"), &json!("smtp")));
    assert!(event["network"].is_object());
}

#[test]
fn digits_of_times() {
    let stamp = |precision: &str| {
        let run = mail().set(&format!("timestamp.precision={precision}")).run().quiet();
        run.events()[0]["@timestamp"].as_str().unwrap().to_owned()
    };
    let (millis, micros) = (stamp("millisecond"), stamp("microsecond"));
    assert_eq!(
        (millis.len(), micros.len()),
        ("2026-11-21T10:40:03.046Z".len(), "2026-11-21T10:40:03.046123Z".len())
    );
    assert_eq!(millis[..23], micros[..23]);
}

/// Runs with an Elasticsearch on this machine configured. Nobody may come.
fn with_elasticsearch(args: &str) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let hosts = format!("output.elasticsearch.hosts=[\"{}\"]", listener.local_addr().unwrap());
    let outcome = mail().set(&hosts).args(args).run().ok();
    // A connection that was made waits here, whether anybody answered it or not.
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(outcome.events().len(), 1);
    outcome
}

#[test]
fn without_publishing_nobody_is_contacted() {
    let outcome = with_elasticsearch("-N");
    assert!(!outcome.stderr.contains("output.elasticsearch"), "{}", outcome.stderr);
}

#[test]
fn an_output_that_is_not_there_is_named() {
    let outcome = mail().set("output.logstash.hosts=[localhost]").run().ok();
    assert!(outcome.stderr.contains("output.logstash is not there yet"), "{}", outcome.stderr);
    assert_eq!(outcome.events().len(), 1);
}

#[test]
fn an_output_that_fails_is_an_error() {
    if !std::path::Path::new("/dev/full").exists() {
        panic!("this test writes to /dev/full");
    }
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let outcome = mail().args("-e").run_into(full);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("ERROR"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("dropped: write error"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
}

#[test]
fn the_configuration_that_comes_with_the_program() {
    let run = mail().config(include_str!("../../../../etc/packetbeat.yml")).run().quiet();
    let names = run.names("packetbeat-events");
    let [name] = &names[..] else { panic!("{names:?}") };
    let text = run.read(&format!("packetbeat-events/{name}"));
    assert_eq!(text.lines().count(), 1);
    assert!(text.contains("Quarterly report"));
}
