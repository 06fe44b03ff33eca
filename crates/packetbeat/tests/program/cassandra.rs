//! Recorded sessions with a Cassandra server against what their clients logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

const ALL: [&str; 4] = ["cassandra", "cassandra-v3", "cassandra-v5", "cassandra-v5-lz4"];

/// The members that the log has.
fn request(event: &Value) -> Value {
    let (asked, answer) = (&event["cassandra"]["request"], &event["cassandra"]["response"]);
    json!({
        "op": asked["headers"]["op"],
        "version": asked["headers"]["version"],
        "query": asked["query"],
        "status": event["status"],
        "params": event["params"],
        "num_rows": answer["result"]["rows"]["num_rows"],
        "error_code": answer["error"]["code"],
        "result": answer["result"]["type"],
        "path": event["path"],
        "response": event["response"],
        "warned": answer.get("warnings").is_some(),
        "traced": event.get("packetbeat.trace_id").is_some(),
        "batch": event["packetbeat.batch_type"],
        "statements": event["packetbeat.statements"],
        "page_size": event["packetbeat.page_size"],
        "next_page": event["packetbeat.next_page"],
    })
}

/// What drivers and the command line ask of their own accord, and what the server tells.
fn is_unlogged(event: &Value) -> bool {
    let asked_by_itself = ["OPTIONS", "STARTUP", "REGISTER", "AUTH_RESPONSE"];
    match event["op"].as_str() {
        Some(op) => {
            asked_by_itself.contains(&op)
                || event["query"].as_str().is_some_and(|query| query.contains("system"))
        }
        None => event["version"].is_null() && event["status"] == "OK",
    }
}

/// The events with the built-in defaults, configured without detection, and on a port that is not Cassandra's own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    let elsewhere = "packetbeat={detect: true, protocols: [{type: cassandra, ports: [19042]}]}";
    [
        run().run().quiet().events(),
        run().set("packetbeat.protocols=[{type: cassandra, ports: [9042]}]").run().quiet().events(),
        run().set(elsewhere).run().quiet().events(),
    ]
}

#[test]
fn every_request_meets_its_answer() {
    for name in ALL {
        for events in all_ways(name) {
            assert!(events.iter().all(|event| event.get("packetbeat").is_none()), "{name}");
            let left = without_logged(name, events, request);
            assert!(left.iter().map(request).all(|event| is_unlogged(&event)), "{name}: {left:#?}");
        }
    }
}

#[test]
fn events_of_the_server_have_no_request() {
    for name in ALL {
        let [events, ..] = all_ways(name);
        let pushed: Vec<_> = events.iter().filter(|event| event["cassandra"]["no_request"] == true).collect();
        assert!(!pushed.is_empty(), "{name}");
        for event in pushed {
            assert_eq!(event["method"], "EVENT");
            assert_eq!(event["cassandra"]["response"]["event"]["type"], "SCHEMA_CHANGE");
        }
    }
}

#[test]
fn logins_have_a_user_and_no_token() {
    for name in ALL {
        let [events, ..] = all_ways(name);
        let logins: Vec<_> = events.iter().filter(|event| event["method"] == "AUTH_RESPONSE").collect();
        assert!(logins.len() >= 2, "{name}");
        assert!(logins.iter().all(|event| event["user"]["name"] == "cassandra"), "{name}");
        let refused = logins.iter().filter(|event| event["error.code"] == "256").count();
        assert_eq!(refused > 0, name == "cassandra");
        let text: String = events.iter().map(ToString::to_string).collect();
        assert!(!text.contains("horse"), "{name}");
        let statements = events.iter().filter(|event| event["method"] == "INSERT");
        assert!(statements.clone().all(|event| event["user"]["name"] == "cassandra"), "{name}");
    }
}

#[test]
fn with_masks_no_value_leaves_the_machine() {
    let masked = "packetbeat.protocols=[{type: cassandra, mask_literals: true}]";
    for name in ALL {
        let events = Packetbeat::new().read(capture(name)).args("-N").set(masked).run().quiet().events();
        let text: String = events.iter().map(ToString::to_string).collect();
        for value in [
            "Ann",
            "Zoë",
            "nobody",
            "user 1",
            "Grace",
            "1906",
            "Main",
            "cafe",
            "lorem",
            "SELEC]",
            "paging_state",
        ] {
            assert!(!text.contains(value), "{name}: {value}");
        }
        assert!(text.contains("UPDATE shop.users SET name = ? WHERE id = ? IF name = ?"), "{name}");
        assert!(events.iter().any(|event| event["params"] == json!(["?", "?", "?"])), "{name}");
    }
}

#[test]
fn operations_that_nobody_wants_make_no_events() {
    let quiet = "packetbeat.protocols=[{type: cassandra, ignored_ops: [EVENT, options, RESULT], \
                 send_request_header: false, send_response: false}]";
    let events = Packetbeat::new().read(capture("cassandra")).args("-N").set(quiet).run().quiet().events();
    assert!(!events.is_empty());
    for event in events {
        assert!(event.get("response").is_none() && event["cassandra"].get("response").is_none(), "{event}");
        assert!(event["cassandra"]["request"].get("headers").is_none(), "{event}");
        assert!(event["method"] != "EVENT" && event["method"] != "OPTIONS", "{event}");
    }
}
