//! Recorded sessions with a Redis server against what their clients logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// The members that the log has.
fn command(event: &Value) -> Value {
    json!({
        "method": event["method"],
        "query": event["query"],
        "resource": event["resource"],
        "status": event["status"],
        "value": event["redis"]["return_value"],
        "error": event["redis"]["error"],
        "code": event["error.code"],
        "user": event["user"]["name"],
        "pushed": event["packetbeat.pushed"],
    })
}

/// The events with the built-in defaults, configured without detection, and on a port that is not Redis' own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    let elsewhere = "packetbeat={detect: true, protocols: [{type: redis, ports: [16379]}]}";
    [
        run().run().quiet().events(),
        run().set("packetbeat.protocols=[{type: redis, ports: [6379, 6380]}]").run().quiet().events(),
        run().set(elsewhere).run().quiet().events(),
    ]
}

fn queries(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["query"].as_str().unwrap_or("-")).collect()
}

#[test]
fn commands_and_their_answers() {
    let [built_in, configured, _] = all_ways("redis");
    for events in [built_in, configured] {
        assert!(
            events.iter().all(|event| event["type"] == "redis" && event["event"]["end"].is_string()
                || event["status"] == "OK")
        );
        let left = without_logged("redis", events, command);
        // What redis-cli and redis-benchmark ask of their own accord.
        assert_eq!(queries(&left), ["HELLO 3", "CONFIG GET save", "CONFIG GET appendonly"]);
    }
}

#[test]
fn detection_finds_all_but_lines() {
    let [_, _, detected] = all_ways("redis");
    let [all, _, _] = all_ways("redis");
    let lines =
        ["PING", "set a key and a value", "get a key", "nosuch line", "set \"no end", "AUTH ann (redacted)"];
    let missing: Vec<&str> = queries(&all)
        .into_iter()
        .filter(|query| {
            queries(&all).iter().filter(|other| other == &query).count()
                != queries(&detected).iter().filter(|other| other == &query).count()
        })
        .collect();
    assert!(missing.iter().all(|query| lines.contains(query)), "{missing:?}");
}

#[test]
fn what_comes_unasked_is_an_event_of_its_own() {
    for events in all_ways("redis-channels") {
        assert!(without_logged("redis-channels", events, command).is_empty());
    }
    for events in all_ways("redis-replica") {
        let left = without_logged("redis-replica", events, command);
        // What the replica and its server say to each other.
        let own = ["PING", "REPLCONF", "PSYNC", "SELECT"];
        let method = |event: &Value| event["method"].as_str().unwrap().to_owned();
        assert!(left.iter().all(|event| own.contains(&method(event).as_str())), "{left:?}");
        let answers: Vec<&str> = left
            .iter()
            .filter(|event| event["method"] == "PSYNC")
            .map(|event| event["redis"]["return_value"].as_str().unwrap().split(' ').next().unwrap())
            .collect();
        assert_eq!(answers, ["FULLRESYNC", "CONTINUE", "FULLRESYNC"]);
        let acknowledged =
            left.iter().filter(|event| event["query"].as_str().unwrap().starts_with("REPLCONF ACK"));
        assert!(acknowledged.clone().count() > 0);
        assert!(
            acknowledged.clone().all(|event| event["event"].get("end").is_none() && event["status"] == "OK")
        );
    }
}

#[test]
fn secrets_are_in_no_event() {
    for name in ["redis", "redis-channels", "redis-replica"] {
        for mask in [false, true] {
            let all = format!(
                "packetbeat.protocols=[{{type: redis, ports: [6379, 6380], mask_literals: {mask}, send_request: true, \
                 send_response: true}}]"
            );
            let events = Packetbeat::new().read(capture(name)).args("-N").set(&all).run().quiet().events();
            let text: String = events.iter().map(ToString::to_string).collect();
            assert!(!text.contains("horse"), "{name}");
            // The hash of the password.
            assert!(!text.contains("4104d36f"), "{name}");
            assert!(events.iter().all(|event| event["request"] == event["query"]
                || event["packetbeat.pushed"].is_string()));
        }
    }
}

#[test]
fn with_masks_no_value_leaves_the_machine() {
    let masked =
        "packetbeat.protocols=[{type: redis, mask_literals: true, send_request: true, send_response: true}]";
    let mut text = String::new();
    for name in ["redis", "redis-channels"] {
        let events = Packetbeat::new().read(capture(name)).args("-N").set(masked).run().quiet().events();
        for event in &events {
            let told =
                ["query", "request", "response", "redis", "error"].map(|member| event[member].to_string());
            text.push_str(&told.join(" "));
        }
    }
    for value in [
        "dark",
        "pens",
        "1.5",
        "argument",
        "OWN words",
        "wrong kind",
        "byte at a time",
        "rain",
        "to news",
        "quoted",
    ] {
        assert!(!text.contains(value), "{value}");
    }
    for shape in ["SET color ?", "[?, ?, ?]", "\"WRONGTYPE\"", "[subscribe, news, 1]", "XREAD ? ? ? stream ?"]
    {
        assert!(text.contains(shape), "{shape}");
    }
}
