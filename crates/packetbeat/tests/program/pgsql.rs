//! Recorded sessions with a PostgreSQL server against what their clients logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// What libraries send of their own accord.
const UNLOGGED: [&str; 5] = [
    "BEGIN",
    "COMMIT",
    "CLOSE \"walk\"",
    "select proname, oid from pg_catalog",
    "WITH RECURSIVE typeinfo_tree",
];

/// The members that the log has.
fn statement(event: &Value) -> Value {
    let pgsql = &event["pgsql"];
    json!({
        "query": event["query"],
        "method": event["method"],
        "status": event["status"],
        "params": event["params"],
        "num_rows": pgsql["num_rows"],
        "num_fields": pgsql["num_fields"],
        "affected_rows": event["packetbeat.affected_rows"],
        "error_code": pgsql["error_code"],
        "not_run": event["error"]["message"] == "Not executed, because of an earlier error",
    })
}

/// The events with the built-in defaults, configured without detection, and on a port that is not PostgreSQL's own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    let elsewhere = "packetbeat={detect: true, protocols: [{type: pgsql, ports: [15432]}]}";
    [
        run().run().quiet().events(),
        run().set("packetbeat.protocols=[{type: pgsql, ports: [5432]}]").run().quiet().events(),
        run().set(elsewhere).run().quiet().events(),
    ]
}

/// The events with these options.
fn with(name: &str, options: &str) -> Vec<Value> {
    let protocols = format!("packetbeat.protocols=[{{type: pgsql, {options}}}]");
    Packetbeat::new().read(capture(name)).args("-N").set(&protocols).run().quiet().events()
}

#[test]
fn simple_and_extended_queries() {
    for (name, calls) in [("pgsql", 4), ("pgsql-extended", 0)] {
        for events in all_ways(name) {
            assert!(events.iter().all(|event| event["user"]["name"] == "ann"), "{name}");
            let left = without_logged(name, events, statement);
            let (functions, left): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|event| event["method"] == "FUNCTION_CALL");
            assert_eq!(functions.len(), calls, "{name}");
            assert!(functions.iter().all(|call| call["resource"].is_string() && call["status"] == "OK"));
            let left: Vec<_> = left.iter().map(|event| event["query"].as_str().unwrap()).collect();
            let unlogged = |query: &&str| UNLOGGED.iter().any(|start| query.starts_with(start));
            assert!(left.iter().all(unlogged), "{name}: {left:?}");
        }
    }
}

#[test]
fn what_is_in_tls_is_no_event_and_no_secret() {
    for events in all_ways("pgsql-tls") {
        assert!(events.iter().all(|event| event["type"] != "pgsql"), "{events:?}");
    }
    for name in ["pgsql", "pgsql-extended"] {
        let events = with(name, "all_commands: true, send_request: true, send_response: true");
        let logins: Vec<_> = events.iter().filter(|event| event["method"] == "LOGIN").collect();
        assert!(logins.len() >= 2, "{name}");
        for login in logins {
            assert_eq!(login["packetbeat.database"], "shop");
            assert_eq!(login["related"]["user"], json!(["ann"]));
            assert!(login.get("query").is_none() && login.get("request").is_none(), "{login}");
        }
        assert_eq!(events.iter().any(|event| event["method"] == "CANCEL"), name == "pgsql");
        let text: String = events.iter().map(ToString::to_string).collect();
        assert!(!text.contains("horse"), "{name}");
    }
}

#[test]
fn with_masks_no_value_leaves_the_machine() {
    let mut text = String::new();
    for name in ["pgsql", "pgsql-extended"] {
        let events =
            with(name, "mask_literals: true, send_request: true, send_response: true, all_commands: true");
        for event in &events {
            assert!(event.get("response").is_none(), "{event}");
            for param in event["params"].as_array().into_iter().flatten() {
                assert_eq!(param, "?");
            }
            for told in ["query", "request", "params", "error", "pgsql"] {
                text.push_str(&event[told].to_string());
            }
        }
    }
    for value in
        ["pens", "Zoë", "12.5", "it's", "yyy", "fresh", "glue", "eleven", "2026", "0011", "duplicate key"]
    {
        assert!(!text.contains(value), "{value}");
    }
    assert!(text.contains("INSERT INTO orders (name, price) VALUES (?, ?), (?, ?), (?, NULL)"), "{text}");
    assert!(text.contains("23505"), "{text}");
}

#[test]
fn rows_of_both_formats() {
    let response = |events: &[Value], query: &str| -> Vec<String> {
        let of_query = events.iter().filter(|event| event["query"] == query);
        of_query.map(|event| event["response"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let simple = with("pgsql", "send_response: true, max_rows: 2");
    let orders = "SELECT id, name, price FROM orders ORDER BY id";
    assert_eq!(response(&simple, orders), ["id,name,price\n1,pens,1.50\n2,ink,12.00\n"]);
    let extended = with("pgsql-extended", "send_response: true");
    // Three executions with text, three with binary columns; NULL is nothing.
    let one = "id,words,flag\n1,one,t\n".to_owned();
    let two = "id,words,flag\n2,it's; two,f\n".to_owned();
    let three = "id,words,flag\n3,,\n".to_owned();
    let kinds = response(&extended, "SELECT id, words, flag FROM kinds WHERE id = $1");
    assert_eq!(kinds, [&one, &two, &three, &one, &two, &three].map(Clone::clone));
    // Described when it was prepared, not when it was executed.
    let all = "SELECT id, words, price, day, at, flag, key FROM kinds WHERE id = $1 AND words = $2";
    let row = "1,one,12.50,2026-01-15,2026-01-15 09:08:07+00,t,00112233-4455-6677-8899-aabbccddeeff\n";
    let head = "id,words,price,day,at,flag,key\n";
    assert_eq!(response(&extended, all), [format!("{head}{row}"), head.to_owned()]);
}
