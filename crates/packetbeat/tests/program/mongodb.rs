//! Recorded sessions with a server of MongoDB's protocol against what their client logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// What the client's library asks of its own accord.
const UNLOGGED: [&str; 2] = ["ismaster", "endSessions"];

/// The members that the log has.
fn command(event: &Value) -> Value {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<i64>().ok());
    json!({
        "command": event["packetbeat.command"],
        "database": event["packetbeat.database"],
        "collection": event["packetbeat.collection"],
        "status": event["status"],
        "error_code": number(&event["error.code"]),
        "error_type": event["error.type"],
        "returned": event["mongodb"]["numberReturned"],
        "cursor": event["mongodb"]["cursorId"],
    })
}

fn run(name: &str, set: &str) -> Vec<Value> {
    Packetbeat::new().read(capture(name)).args("-N").set(set).run().quiet().events()
}

/// The events with the built-in defaults, configured without detection, and on a port that is not MongoDB's own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    [
        Packetbeat::new().read(capture(name)).args("-N").run().quiet().events(),
        run(name, "packetbeat.protocols=[{type: mongodb, ports: [27017, 27018]}]"),
        run(name, "packetbeat={detect: true, protocols: [{type: mongodb, ports: [9]}]}"),
    ]
}

#[test]
fn every_command_is_told_with_what_came_of_it() {
    for name in ["mongodb", "mongodb-compressed"] {
        for events in all_ways(name) {
            assert!(events.iter().all(|event| event["type"] == "mongodb"), "{name}");
            let left = without_logged(name, events, command);
            for event in left {
                let command = event["packetbeat.command"].as_str().unwrap();
                // A write that wants no reply is sent without a log.
                let unheard = command == "insert" && event["destination"].get("bytes").is_none();
                assert!(unheard || UNLOGGED.contains(&command), "{name}: {event}");
            }
        }
    }
}

#[test]
fn documents_are_shown_where_that_is_asked_for() {
    let options = "send_request: true, send_response: true, max_docs: 2, name_commands: true";
    let events =
        run("mongodb", &format!("packetbeat.protocols=[{{type: mongodb, ports: [27017], {options}}}]"));
    let one = |query: &str| {
        let found = events.iter().find(|event| event["query"].as_str().unwrap().starts_with(query));
        found.unwrap_or_else(|| panic!("no {query}"))
    };
    let written = concat!(
        r#""documents":[{"_id":"65a4f0c0a1b2c3d4e5f60718","binary":"AP8=","date":"2026-01-15T09:00:00.5Z","double":1.5,"#,
        r#""flag":true,"inner":{"a":{},"z":1},"list":[1,"two",{"three":3}],"long":1099511627776,"nothing":null,"#,
        r#""number":7,"pattern":{"Pattern":"^a.*b$","Options":"i"},"stamp":7301444403200000003,"#,
        r#""text":"Zoë’s \u003cb\u003e\"pens\"\u003c/b\u003e \u0026 more\n","#,
        r#""uuid":{"Kind":4,"Data":"ABEiM0RVZneImaq7zN3u/w=="}}]"#
    );
    let insert = one("shop.orders.insert(");
    assert!(insert["request"].as_str().unwrap().contains(written), "{}", insert["request"]);
    assert!(!insert["query"].as_str().unwrap().contains("documents"));
    let find = one(r#"shop.orders.find({"batchSize":100"#);
    let response = find["response"].as_str().unwrap();
    assert!(response.contains(r#""[...]"],"id":"#), "{response}");
    assert_eq!(find["mongodb"]["numberReturned"], 100);
    // Written without waiting for a reply.
    let unheard = events.iter().find(|event| event["request"].as_str().unwrap().contains("unheard")).unwrap();
    assert!(unheard.get("response").is_none() && unheard["destination"].get("bytes").is_none());
    assert_eq!(unheard["status"], "OK");
}

#[test]
fn masked_no_value_is_left() {
    let options = "send_request: true, send_response: true, mask_literals: true";
    let set = format!("packetbeat.protocols=[{{type: mongodb, ports: [27017, 27018], {options}}}]");
    for name in ["mongodb", "mongodb-compressed"] {
        for event in run(name, &set) {
            let text = event.to_string();
            assert!(!text.contains("pens") && !text.contains("paper") && !text.contains("65a4f0"), "{text}");
        }
    }
}
