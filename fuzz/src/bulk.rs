//! Bulk requests: lines of JSON whatever events are, and each event in one count whatever servers answer.

use std::collections::BTreeSet;
use std::time::Duration;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_elasticsearch::{
    Bodies, Connection, Host, Idempotent, Login, NonIndexable, Options, Part, Proxy, Selector, Template,
    workers,
};
use packetbeat_publisher::Event;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::json;
use crate::standin::{self, Served};

/// Events of an input, at most.
const EVENTS: usize = 24;
/// Batches until nobody tries again.
const ATTEMPTS: usize = 3;
/// Every cause of a drop.
const CAUSES: [&str; 6] =
    ["malformed", "no_index", "refused", "max_retries", "too_large", "dead_letter_refused"];

/// Input: a byte of options, lines that are events, and behind each byte 255 an answer of a server ([`standin`]).
///
/// Options: 1 dead letters, 2 ids, 4 the index is a field's, 8 escapes for HTML, 16 the first answers are those to `GET /`,
/// 32 two events a request, 64 no event is tried again that a server failed to take, 128 requests of 400 bytes at most.
///
/// # Panics
/// If a body is not pairs of lines, an event is in none of the counts or in two, or more is acknowledged than a server took.
pub fn run(input: &[u8]) {
    let Some((&mode, rest)) = input.split_first() else { return };
    let mut parts = rest.split(|&byte| byte == 255);
    let lines: Vec<&[u8]> =
        parts.next().unwrap_or_default().split(|&byte| byte == b'\n').take(EVENTS).collect();
    let events = events(&lines);
    let answers: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
    bodies(&options(mode, String::new()), events.clone());
    if !answers.is_empty() && !events.is_empty() {
        deliver(mode, events, answers);
    }
}

fn options(mode: u8, url: String) -> Options {
    let set = |bit: u8| mode & bit != 0;
    let mut connection = Connection::new(vec![Host { url, login: Login::None }]);
    connection.proxy = Proxy::Off;
    connection.timeout = Duration::from_secs(8);
    connection.compression_level = 0;
    let mut options = Options::new(connection);
    if set(1) {
        options.non_indexable = NonIndexable::DeadLetter("dead".to_owned());
    }
    options.idempotent = set(2).then(Idempotent::default);
    if set(4) {
        let part = Part::Field { name: "a".to_owned(), default: Some("none\"".to_owned()) };
        options.index = Selector { rules: Vec::new(), otherwise: Some(Template::new(vec![part])) };
    }
    options.escape_html = set(8);
    if set(32) {
        options.bulk_max_size = Some(2);
    }
    if set(64) {
        options.max_retries = Some(0);
    }
    if set(128) {
        options.bulk_max_bytes = 400;
    }
    options
}

/// Empty lines are no events.
fn events(lines: &[&[u8]]) -> Vec<Event> {
    let mut block = Json::default();
    for line in lines {
        block.raw(line);
        block.raw(b"\n");
    }
    let end = u32::try_from(block.len()).expect("inputs are small");
    let pieces = vec![Piece { block: 0, start: 0, end }];
    Event::of(Lines { blocks: vec![block], pieces, events: lines.len() as u64 }, 0).collect()
}

/// What is sent for these events.
fn bodies(options: &Options, mut events: Vec<Event>) {
    let (given, mut dropped) = (events.clone(), Vec::new());
    let body = Bodies::new(options).of(&mut events, |cause| dropped.push(cause));
    assert_eq!(given.len(), events.len() + dropped.len(), "each event is sent or dropped");
    assert!(dropped.iter().all(|cause| CAUSES[..2].contains(cause)), "{dropped:?}");
    let pairs = pairs(&body);
    assert_eq!(pairs.len(), events.len());
    let kept: BTreeSet<u64> = events.iter().map(|event| event.number).collect();
    for event in &given {
        let sound = json::check(event.json()).is_ok();
        assert!(
            !sound || kept.contains(&event.number) || dropped.contains(&"no_index"),
            "{event:?} is an object"
        );
    }
    for ((_, sent), event) in pairs.iter().zip(&events) {
        let Ok(()) = json::check(event.json()) else { continue };
        let whole: Value = serde_json::from_slice(event.json()).expect("it was JSON a moment ago");
        let sent: Value = serde_json::from_slice(sent).expect("an event that was JSON is JSON");
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").remove("@metadata");
        // A name with escapes is none that the program writes.
        assert!(sent == without || sent == whole && event.json().contains(&b'\\'), "{sent} is not {without}");
    }
}

/// The lines of a body: what is to be done, and with what.
fn pairs(body: &[u8]) -> Vec<(Value, &[u8])> {
    if body.is_empty() {
        return Vec::new();
    }
    let body = body.strip_suffix(b"\n").expect("the last line is ended too");
    let lines: Vec<&[u8]> = body.split(|&byte| byte == b'\n').collect();
    assert_eq!(lines.len() % 2, 0, "pairs of lines");
    let action = |line| {
        let action: Value = serde_json::from_slice(line).expect("an action is JSON");
        let (_, what) = action.as_object().and_then(|object| object.iter().next()).expect("an action");
        assert!(what["_index"].is_string(), "{action}");
        action
    };
    lines.as_chunks().0.iter().map(|&[line, event]| (action(line), event)).collect()
}

/// Brings events to a server that gives these answers.
fn deliver(mode: u8, events: Vec<Event>, answers: Vec<Vec<u8>>) {
    let url = standin::script(answers, mode & 16 != 0);
    let mut worker = workers(&options(mode, url)).expect("the options can work").remove(0);
    let given = events.len() as u64;
    let (mut waiting, mut acknowledged, mut known) = (events, 0, 0);
    for _ in 0..ATTEMPTS {
        let batch = waiting.len() as u64;
        let delivery = worker.deliver(waiting);
        let dropped: u64 = delivery.dropped.iter().map(|(_, count)| count).sum();
        let done = delivery.acknowledged + delivery.duplicates + delivery.dead + dropped;
        assert_eq!(done + delivery.again.len() as u64, batch, "each event is in one count: {delivery:?}");
        assert!(delivery.dropped.iter().all(|(cause, _)| CAUSES.contains(cause)), "{:?}", delivery.dropped);
        let numbers: BTreeSet<u64> = delivery.again.iter().map(|event| event.number).collect();
        assert_eq!(numbers.len(), delivery.again.len(), "an event comes back once");
        assert!(delivery.again.is_empty() || delivery.trouble.is_some(), "why again?");
        if let Some(trouble) = &delivery.trouble {
            assert!(!trouble.message.contains(char::is_control), "more than a line: {trouble:?}");
        }
        acknowledged += delivery.acknowledged;
        known += delivery.duplicates + delivery.dead;
        waiting = delivery.again;
        if waiting.is_empty() {
            break;
        }
    }
    drop(worker);
    let served = standin::served();
    for Served { body, .. } in &served {
        assert!(pairs(body).len() as u64 <= given);
    }
    if let Some(taken) = served.iter().map(taken).sum::<Option<u64>>() {
        assert!(acknowledged + known <= taken, "{acknowledged} acknowledged and {known} known of {taken}");
    }
}

/// How many events an answer takes; `None` where that is hard to say.
fn taken(served: &Served) -> Option<u64> {
    let (status, answer) = served.answer.as_ref()?;
    if !(200..300).contains(status) {
        return Some(0);
    }
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        // What nobody asks for is passed over, and may be what no text and no number can be.
        return serde_json::from_slice::<IgnoredAny>(answer).is_err().then_some(0);
    };
    json::check(answer.to_string().as_bytes()).ok()?;
    let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let taken = |item: &&Value| {
        let mut all = item.as_object().into_iter().flat_map(|object| object.values());
        all.any(|what| {
            what["status"].as_u64().is_some_and(|status| (200..300).contains(&status) || status == 409)
        })
    };
    Some(items.iter().filter(taken).count() as u64)
}
