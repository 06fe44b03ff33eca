use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::subscriber::with_default;

use super::Logging;
use crate::layout::Style;
use crate::limits::LINE_BYTES;
use crate::metrics::{metrics_line, total_metrics};
use crate::options::{Level, Options, Target};
use crate::sink::{Entry, Failure, Sink};

struct Keep(Arc<Mutex<String>>);

impl Sink for Keep {
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure> {
        let mut kept = self.0.lock().unwrap();
        for line in lines {
            kept.push_str(std::str::from_utf8(&line.bytes).unwrap());
        }
        Ok(())
    }
}

/// What is written of what `log` logs.
fn written(options: &Options, style: Style, log: impl FnOnce()) -> String {
    let kept = Arc::<Mutex<String>>::default();
    let (logging, guard) = Logging::to(options, style, Keep(Arc::clone(&kept))).unwrap();
    with_default(logging, log);
    drop(guard);
    let kept = kept.lock().unwrap();
    kept.clone()
}

fn json_lines(options: &Options, log: impl FnOnce()) -> Vec<Value> {
    let written = written(options, Style::Json, log);
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn messages(options: &Options, log: impl FnOnce()) -> Vec<String> {
    let message = |line: &Value| line["message"].as_str().unwrap().to_owned();
    json_lines(options, log).iter().map(message).collect()
}

fn at(level: Level, selectors: &[&str]) -> Options {
    let selectors = selectors.iter().map(|&name| name.to_owned()).collect();
    Options { level, selectors, ..Options::default() }
}

fn each_level() {
    tracing::error!("error");
    tracing::warn!("warning");
    tracing::info!("info");
    tracing::debug!("debug");
    tracing::trace!("trace");
}

#[test]
fn levels_are_from_somewhere_on() {
    let all = ["error", "warning", "info", "debug"];
    for (level, count) in [(Level::Error, 1), (Level::Warning, 2), (Level::Info, 3), (Level::Debug, 4)] {
        assert_eq!(messages(&at(level, &[]), each_level), all[..count]);
    }
}

#[test]
fn standard_error_may_get_less_than_all() {
    let options = Options { stderr_level: Level::Warning, ..at(Level::Debug, &[]) };
    assert_eq!(messages(&options, each_level), ["error", "warning"]);
}

#[test]
fn selectors_choose_debug_lines_and_no_others() {
    let log = || {
        tracing::debug!(target: "http", "http");
        tracing::debug!(target: "dns", "dns");
        tracing::debug!(target: "packetbeat_publisher::file", "publisher");
        tracing::debug!(log.logger = "smtp", "at run time");
        tracing::info!(target: "dns", "info");
    };
    for (selectors, wanted) in [
        (&["http"][..], &["http", "info"][..]),
        (&["publisher", "smtp"], &["publisher", "at run time", "info"]),
        (&["*"], &["http", "dns", "publisher", "at run time", "info"]),
        (&[], &["http", "dns", "publisher", "at run time", "info"]),
        (&["nothing"], &["info"]),
    ] {
        assert_eq!(messages(&at(Level::Debug, selectors), log), wanted, "{selectors:?}");
    }
    assert!(at(Level::Debug, &["http"]).debugs("http"));
    assert!(!at(Level::Debug, &["http"]).debugs("dns"));
    assert!(!at(Level::Info, &["http"]).debugs("http"), "only at level debug");
    assert!(!Options { targets: Vec::new(), ..at(Level::Debug, &[]) }.debugs("http"));
}

#[test]
fn a_line_says_what_the_event_says() {
    #[derive(Debug)]
    struct Broken(std::io::Error);
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("it is broken")
        }
    }
    impl std::error::Error for Broken {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let broken = Broken(std::io::ErrorKind::NotFound.into());
    let lines = json_lines(&Options::default(), || {
        tracing::warn!(count = 3_u64, less = -1, share = 0.5, ok = true, path = %"/x\n", log.logger = "mine", "hello {}", 1);
        tracing::error!(error = &broken as &dyn std::error::Error, nothing = None::<u64>, "no");
        tracing::error!(error = %"just text", "no");
    });
    let [first, second, third] = lines.as_slice() else { panic!("{lines:?}") };
    for (name, value) in [
        ("log.level", json!("warn")),
        ("log.logger", json!("mine")),
        ("message", json!("hello 1")),
        ("service.name", json!("packetbeat")),
        ("ecs.version", json!("1.6.0")),
        ("count", json!(3)),
        ("less", json!(-1)),
        ("share", json!(0.5)),
        ("ok", json!(true)),
        ("path", json!("/x\n")),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    assert_eq!(first["log.origin"]["file.name"], json!("logging/tests.rs"));
    assert!(first["log.origin"]["file.line"].as_u64().unwrap() > 0);
    assert_eq!(second["error"], json!({"message": "it is broken: entity not found"}));
    assert_eq!(second.get("nothing"), None);
    assert_eq!(second["log.logger"], json!("logging.logging.tests"));
    assert_eq!(third["error"], json!({"message": "just text"}));
}

#[test]
fn a_line_has_an_end() {
    let long = "é".repeat(LINE_BYTES);
    let lines = json_lines(&Options::default(), || tracing::info!(more = "more", "{long}"));
    let message = lines[0]["message"].as_str().unwrap();
    assert!(message.ends_with('…'));
    assert!(message.len() <= LINE_BYTES + "…".len());
    let fields = lines[0]["more"].as_str().unwrap();
    assert!(fields == "more" || fields == "…", "what comes first has the room: {fields}");
}

#[test]
fn a_name_twice_is_written_once() {
    let written = written(&Options::default(), Style::Json, || {
        tracing::info!(twice = 1, "twice" = 2, "service.name" = "x", "m");
    });
    assert_eq!(written.matches("\"twice\"").count(), 1);
    let line: Value = serde_json::from_str(&written).unwrap();
    assert_eq!((&line["service.name"], &line["fields.service.name"]), (&json!("packetbeat"), &json!("x")));
}

#[test]
fn metrics_are_an_object_in_json_and_compact_in_text() {
    let log = || {
        let period = std::time::Duration::from_secs(30);
        metrics_line(&json!({"libbeat": {"events": 3, "none": 0}}), period);
        metrics_line(&json!({"none": 0}), period);
        total_metrics(&json!({"beat": 1}), period * 3);
    };
    let lines = json_lines(&Options::default(), log);
    assert_eq!(lines[0]["message"], json!("Non-zero metrics in the last 30s"));
    assert_eq!(lines[0]["log.logger"], json!("monitoring"));
    assert_eq!(lines[0]["monitoring"], json!({"metrics": {"libbeat": {"events": 3}}}));
    assert_eq!(lines[1]["message"], json!("No non-zero metrics in the last 30s"));
    assert_eq!(lines[2]["message"], json!("Total metrics"));
    assert_eq!(lines[2]["monitoring"]["metrics"], json!({"beat": 1}));
    assert_eq!(lines[3]["message"], json!("Uptime: 1m30s"));
    let text = written(&Options::default(), Style::Text { colour: false }, log);
    let first = text.lines().next().unwrap();
    let wanted =
        "monitoring: Non-zero metrics in the last 30s monitoring.metrics={\"libbeat\":{\"events\":3}}";
    assert!(first.ends_with(wanted), "{first}");
}

#[test]
fn what_is_throttled_comes_once() {
    let lines = messages(&Options::default(), || {
        for number in 0..10 {
            crate::throttled!(std::time::Duration::from_secs(3600), warn, number, "again");
        }
    });
    assert_eq!(lines, ["again"]);
}

#[test]
fn spans_and_no_targets_do_no_harm() {
    let lines = messages(&Options::default(), || {
        let _entered = tracing::info_span!("span", field = 1).entered();
        tracing::info!("within");
    });
    assert_eq!(lines, ["within"]);
    let (logging, guard) = Logging::build(&Options { targets: Vec::new(), ..Options::default() }).unwrap();
    with_default(logging, || {
        assert!(!tracing::enabled!(tracing::Level::ERROR));
        tracing::error!("to nobody");
    });
    assert_eq!(guard.lost(), 0);
}

#[test]
fn wrong_options_are_told() {
    let files = |files| Options { targets: vec![Target::Files(files)], ..Options::default() };
    for (options, key) in [
        (
            files(crate::FileOptions { interval: std::time::Duration::from_millis(1), ..Default::default() }),
            "interval",
        ),
        (files(crate::FileOptions { name: "a/b".to_owned(), ..Default::default() }), "name"),
        (files(crate::FileOptions { rotate_every_bytes: 0, ..Default::default() }), "logging.files"),
    ] {
        let error = Logging::build(&options).err().unwrap().to_string();
        assert!(error.contains(key) && error.starts_with("logging.files"), "{error}");
    }
}
