use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value as Json, json};

use super::{Layout, Style, short};
use crate::error::Error;
use crate::line::{Line, METRICS, Value};
use crate::options::Level;

fn line(message: &str, fields: Vec<(&'static str, Value)>) -> Line<'static> {
    Line {
        level: Level::Info,
        at: "2026-11-21T10:00:00.0009Z".parse::<Timestamp>().unwrap(),
        logger: Cow::Borrowed("publisher.file"),
        module: Some("packetbeat_publisher::file"),
        file: Some("crates/publisher/src/file.rs"),
        line: Some(12),
        message: message.to_owned(),
        fields,
    }
}

#[test]
fn json_has_the_names_and_the_order_of_beats() {
    let layout = Layout::within(TimeZone::UTC);
    assert_eq!(
        layout.format(Style::Json, &line("hello", vec![("path", Value::Text("/x".to_owned()))])),
        "{\"log.level\":\"info\",\"@timestamp\":\"2026-11-21T10:00:00.000Z\",\"log.logger\":\"publisher.file\",\
         \"log.origin\":{\"function\":\"packetbeat_publisher::file\",\"file.name\":\"publisher/file.rs\",\"file.line\":12},\
         \"message\":\"hello\",\"service.name\":\"packetbeat\",\"path\":\"/x\",\"ecs.version\":\"1.6.0\"}\n"
    );
}

#[test]
fn values_keep_their_types() {
    let fields = vec![
        ("signed", Value::Signed(-3)),
        ("unsigned", Value::Unsigned(u64::MAX)),
        ("float", Value::Float(2.0)),
        ("huge", Value::Float(1e300)),
        ("no_number", Value::Float(f64::NAN)),
        ("yes", Value::Bool(true)),
        ("error", Value::Error("broken".to_owned())),
        ("message", Value::Text("second".to_owned())),
        (METRICS, Value::Json("{\"a\":\n{\"b\":1}}".to_owned())),
    ];
    let written = Layout::within(TimeZone::UTC).format(Style::Json, &line("x", fields));
    let read: Json = serde_json::from_str(&written).unwrap();
    for (name, value) in [
        ("signed", json!(-3)),
        ("unsigned", json!(u64::MAX)),
        ("float", json!(2.0)),
        ("huge", json!(1e300)),
        ("no_number", json!("NaN")),
        ("yes", json!(true)),
        ("error", json!({"message": "broken"})),
        ("fields.message", json!("second")),
        ("message", json!("x")),
        ("monitoring", json!({"metrics": {"a": {"b": 1}}})),
    ] {
        assert_eq!(read[name], value, "{name}");
    }
    assert_eq!(written.matches('\n').count(), 1);
}

#[test]
fn text_is_one_line_for_people() {
    let fields = vec![
        ("count", Value::Unsigned(2)),
        ("path", Value::Text("/a b".to_owned())),
        ("error", Value::Error("gone".to_owned())),
    ];
    let layout = Layout::within(TimeZone::UTC);
    let line = line("it is \x1b[31mred\n", fields);
    assert_eq!(
        layout.format(Style::Text { colour: false }, &line),
        "2026-11-21T10:00:00.000Z  INFO publisher.file: it is \\u{1b}[31mred\\n count=2 path=\"/a b\" error=gone\n"
    );
    assert!(
        layout
            .format(Style::Text { colour: true }, &line)
            .starts_with("2026-11-21T10:00:00.000Z \x1b[32m INFO\x1b[0m ")
    );
}

#[test]
fn times_have_the_offset_of_their_zone() {
    for (seconds, text) in [
        (3600, "2026-11-21T11:00:00.000+0100"),
        (-12_600, "2026-11-21T06:30:00.000-0330"),
        (0, "2026-11-21T10:00:00.000Z"),
    ] {
        let layout = Layout::within(Offset::from_seconds(seconds).unwrap().to_time_zone());
        let mut out = String::new();
        layout.time(&mut out, line("", Vec::new()).at);
        assert_eq!(out, text);
    }
}

#[test]
fn configured_fields_stand_in_each_line_and_not_beside_its_own() {
    let configured = json!({"site": "north", "tags": ["a\u{202e}"], "path": "mine"});
    let layout = Layout::new("packetbeat".to_owned(), configured.as_object().unwrap()).unwrap();
    let own = vec![("path", Value::Text("own".to_owned()))];
    let written = layout.format(Style::Json, &line("x", own));
    assert_eq!(written.matches("\"path\"").count(), 1);
    let read: Json = serde_json::from_str(&written).unwrap();
    assert_eq!(read["path"], json!("own"));
    assert_eq!(read["site"], json!("north"));
    assert_eq!(read["tags"], json!(["a\u{202e}"]));
    assert!(!written.contains('\u{202e}'));

    let taken = json!({"message": 1});
    let error = Layout::new(String::new(), taken.as_object().unwrap()).unwrap_err();
    assert!(matches!(error, Error::Field { name } if name == "message"));
}

#[test]
fn short_names_of_files() {
    for (path, name) in [
        ("crates/publisher/src/file.rs", "publisher/file.rs"),
        ("crates/publisher/src/writer/queue.rs", "writer/queue.rs"),
        ("/home/x/.cargo/registry/src/index/hyper-1.0/src/lib.rs", "hyper-1.0/lib.rs"),
        ("main.rs", "main.rs"),
        ("", ""),
    ] {
        assert_eq!(short(path), name);
    }
}
