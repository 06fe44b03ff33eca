//! The program and a server that takes bulk requests: what it is sent, and what it says.
//!
//! The server is a stand-in: it answers as Elasticsearch's documentation says, and counts. Real ones are asked by
//! `scripts/check-delivery`.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Packetbeat, assert_same, capture, program, sorted};

/// What the stand-in does with a bulk request.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mood {
    Takes,
    /// Takes its time, and keeps nothing but the number of events.
    Slow,
    /// Never answers.
    Hangs,
    /// Refuses each event whose status is not OK.
    Refuses,
    /// Answers 429 to everything, so many times.
    Busy(u32),
    /// Does not know who is asking.
    Unauthorized,
}

#[derive(Default)]
pub(crate) struct Seen {
    /// How many events came, where only that is kept.
    pub(crate) count: usize,
    /// Events by `_id`, or by their number where they have none.
    events: BTreeMap<String, Value>,
    indices: Vec<String>,
    doubles: u32,
    requests: u32,
}

pub(crate) struct Server {
    port: u16,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

impl Server {
    pub(crate) fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Seen>>::default();
        let its = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = Arc::clone(&its);
                // A program that was told to stop leaves in the middle.
                std::thread::spawn(move || serve(stream.unwrap(), mood, &seen));
            }
        });
        Self { port, seen }
    }

    pub(crate) fn config(&self, more: &str) -> String {
        format!(
            "output.elasticsearch:\n  hosts: [\"127.0.0.1:{}\"]\n  compression_level: 0\n  backoff: {{init: 50ms, max: 100ms}}\n{more}\
             setup.template.enabled: false\nsetup.ilm.enabled: false\n",
            self.port
        )
    }
}

fn serve(stream: TcpStream, mood: Mood, seen: &Mutex<Seen>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            let header = header.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, answer) = if line.contains("_bulk") {
            bulk(mood, &String::from_utf8(body).unwrap(), &mut seen.lock().unwrap())
        } else {
            (
                200,
                json!({"version": {"number": "9.5.3"}, "cluster_uuid": "x", "tagline": "You Know, for Search"}),
            )
        };
        if mood == Mood::Hangs && line.contains("_bulk") {
            std::thread::park();
        }
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        writer.write_all((head + &text).as_bytes()).ok()?;
    }
}

#[allow(clippy::disallowed_methods, reason = "a slow server takes its time")]
fn bulk(mood: Mood, body: &str, seen: &mut Seen) -> (u16, Value) {
    seen.requests += 1;
    match mood {
        Mood::Busy(times) if seen.requests <= times => return (429, json!({"error": "later"})),
        Mood::Unauthorized => {
            return (
                401,
                json!({"error": {"type": "security_exception", "reason": "unable to authenticate"}}),
            );
        }
        _ => {}
    }
    if mood == Mood::Slow {
        let events = body.lines().count() / 2;
        seen.count += events;
        std::thread::sleep(Duration::from_millis(20));
        let items = vec![json!({"create": {"status": 201}}); events];
        return (200, json!({"took": 20, "errors": false, "items": items}));
    }
    let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut items = Vec::new();
    for pair in lines.chunks(2) {
        let [action, event] = pair else { panic!("an action without its event: {pair:?}") };
        let create = &action["create"];
        let index = create["_index"].as_str().unwrap_or("in the path").to_owned();
        if mood == Mood::Refuses && event["status"] != "OK" {
            let error = json!({"type": "document_parsing_exception", "reason": "no such thing"});
            items.push(json!({"create": {"status": 400, "error": error}}));
            continue;
        }
        let id = create["_id"].as_str().map_or_else(|| seen.events.len().to_string(), str::to_owned);
        seen.indices.push(index);
        if seen.events.insert(id, event.clone()).is_some() {
            seen.doubles += 1;
            items.push(
                json!({"create": {"status": 409, "error": {"type": "version_conflict_engine_exception"}}}),
            );
        } else {
            items.push(json!({"create": {"status": 201}}));
        }
    }
    (
        200,
        json!({"took": 1, "errors": items.iter().any(|item| item["create"]["status"] != 201), "items": items}),
    )
}

/// The events as they are printed, without what only a print has and what differs between runs.
fn printed(name: &str) -> Vec<Value> {
    let outcome = Packetbeat::new().read(capture(name)).args("-N").run().quiet();
    outcome.events().into_iter().map(alike).collect()
}

fn alike(mut event: Value) -> Value {
    event.as_object_mut().unwrap().remove("@metadata");
    event["agent"]["ephemeral_id"] = Value::Null;
    event
}

#[test]
fn every_event_arrives_as_it_is_printed() {
    for name in ["dns", "http"] {
        let server = Server::start(Mood::Takes);
        let run = Packetbeat::new().read(capture(name)).config(&server.config("")).args("--summary s.json");
        let outcome = run.run().ok();
        let seen = server.seen.lock().unwrap();
        let arrived = sorted(seen.events.values().cloned().map(alike));
        assert_same(&arrived, &sorted(printed(name)), name);
        let ledger = program::events(&outcome.read("s.json"));
        assert_eq!(ledger[0]["events"]["published"], arrived.len());
        assert_eq!(ledger[0]["closed"], true);
    }
}

#[test]
fn a_second_run_with_the_same_ids_doubles_nothing() {
    let server = Server::start(Mood::Takes);
    for _ in 0..2 {
        let config = server.config("  idempotent: true\n");
        Packetbeat::new().read(capture("dns")).config(&config).run().ok();
    }
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen.events.len(), printed("dns").len());
    assert_eq!(seen.doubles as usize, seen.events.len());
}

#[test]
fn a_server_that_is_busy_is_waited_for() {
    let server = Server::start(Mood::Busy(3));
    let outcome = Packetbeat::new().read(capture("dns")).config(&server.config("")).run().ok();
    assert_eq!(server.seen.lock().unwrap().events.len(), printed("dns").len());
    assert!(outcome.stderr.contains("429"), "{}", outcome.stderr);
}

#[test]
fn what_is_refused_is_counted_and_told() {
    let server = Server::start(Mood::Refuses);
    let run =
        Packetbeat::new().read(capture("dns")).config(&server.config("")).args("--summary s.json").run();
    let all = printed("dns");
    let refused = all.iter().filter(|event| event["status"] != "OK").count();
    assert!(refused > 0);
    // Somebody who analyses a file wants to know that not all of it arrived.
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("events that were not delivered: {refused} refused")),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("no such thing"), "{}", run.stderr);
    let ledger = program::events(&run.read("s.json"));
    assert_eq!(ledger[0]["events"]["dropped"]["refused"], refused);
    assert_eq!(ledger[0]["events"]["published"], all.len() - refused);
    assert_eq!(ledger[0]["closed"], true);
}

#[test]
fn a_wrong_password_ends_the_analysis_of_a_file() {
    let server = Server::start(Mood::Unauthorized);
    let config = server.config("  max_retries: 1\n  username: elastic\n  password: s3cret\n");
    let run = Packetbeat::new().read(capture("dns")).config(&config).args("--summary s.json").run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("401") && run.stderr.contains("password"), "{}", run.stderr);
    assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    let ledger = program::events(&run.read("s.json"));
    assert_eq!(ledger[0]["events"]["dropped"]["unauthorized"], printed("dns").len());
    assert_eq!(ledger[0]["closed"], true);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "that it ends in time is what this is about")]
fn a_server_that_hangs_does_not_keep_the_program_from_ending() {
    let server = Server::start(Mood::Hangs);
    let run = Packetbeat::new().read(capture("dns")).config(&server.config("")).args("--summary s.json");
    let running = run.start();
    let started = Instant::now();
    while server.seen.lock().unwrap().requests == 0 {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing was sent");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.signal("TERM");
    let told = Instant::now();
    let outcome = running.end().ok();
    assert!(told.elapsed() < Duration::from_secs(30), "it took {:?}", told.elapsed());
    let ledger = program::events(&outcome.read("s.json"));
    assert_eq!(ledger[0]["events"]["dropped"]["shutdown"], printed("dns").len());
    assert_eq!(ledger[0]["closed"], true);
}

#[test]
fn indices_follow_from_the_event() {
    let server = Server::start(Mood::Takes);
    let rules = "  index: \"pb-%{[type]}\"\n  indices:\n    - index: \"errors-%{+yyyy.MM}\"\n      when.not.equals.status: OK\n";
    let config =
        format!("{}setup.template.name: pb\nsetup.template.pattern: \"pb-*\"\n", server.config(rules));
    Packetbeat::new().read(capture("dns")).config(&config).run().ok();
    let seen = server.seen.lock().unwrap();
    let all = printed("dns");
    let errors = all.iter().filter(|event| event["status"] != "OK").count();
    let to_errors = seen.indices.iter().filter(|index| index.starts_with("errors-20")).count();
    let to_others = seen.indices.iter().filter(|index| *index == "pb-dns").count();
    assert_eq!((to_errors, to_others), (errors, all.len() - errors), "{:?}", seen.indices);
}

#[test]
fn a_protocol_can_have_an_index_of_its_own() {
    let server = Server::start(Mood::Takes);
    let protocols = "packetbeat.protocols:\n  - {type: dns, ports: [53], index: \"mine-%{[agent.type]}\"}\n";
    let config = server.config("") + protocols;
    Packetbeat::new().read(capture("dns")).config(&config).run().ok();
    let seen = server.seen.lock().unwrap();
    assert!(!seen.indices.is_empty());
    assert!(seen.indices.iter().all(|index| index == "mine-packetbeat"), "{:?}", seen.indices);
}
