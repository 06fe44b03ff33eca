//! Recorded sessions with a MariaDB server against what their clients logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// What libraries send of their own accord when they connect.
const UNLOGGED: [&str; 2] =
    ["SET NAMES 'utf8mb4' COLLATE 'utf8mb4_general_ci'", "SET @@session.autocommit = OFF"];

/// The members that the log has.
fn statement(event: &Value) -> Value {
    let (mysql, query) = (&event["mysql"], event["query"].as_str().unwrap());
    // The log leaves the name of the file out.
    let file = "LOAD DATA LOCAL INFILE";
    let query = if query.starts_with(file) { file } else { query };
    json!({
        "query": query,
        "status": event["status"],
        "note": event["error"]["message"],
        "params": event["params"],
        "num_rows": mysql["num_rows"],
        "num_fields": mysql["num_fields"],
        "affected_rows": mysql["affected_rows"],
        "error_code": mysql["error_code"],
        "results": event["packetbeat.results"],
    })
}

/// The events with the built-in defaults, configured without detection, and on a port that is not MySQL's own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    let elsewhere = "packetbeat={detect: true, protocols: [{type: mysql, ports: [13306]}]}";
    [
        run().run().quiet().events(),
        run().set("packetbeat.protocols=[{type: mysql, ports: [3306]}]").run().quiet().events(),
        run().set(elsewhere).run().quiet().events(),
    ]
}

#[test]
fn statements_as_text_prepared_and_compressed() {
    for name in ["mysql", "mysql-prepared", "mysql-compressed"] {
        for events in all_ways(name) {
            assert!(events.iter().all(|event| event["user"]["name"] == "ann"), "{name}");
            let left = without_logged(name, events, statement);
            let left: Vec<_> = left.iter().map(|event| event["query"].as_str().unwrap()).collect();
            assert!(left.iter().all(|query| UNLOGGED.contains(query)), "{name}: {left:?}");
        }
    }
}

#[test]
fn what_is_in_tls_is_no_event_and_no_secret() {
    for events in all_ways("mysql-tls") {
        assert!(events.iter().all(|event| event["type"] != "mysql"), "{events:?}");
    }
    for name in ["mysql", "mysql-prepared", "mysql-compressed"] {
        let all = "packetbeat.protocols=[{type: mysql, all_commands: true, send_request: true, send_response: true}]";
        let events = Packetbeat::new().read(capture(name)).args("-N").set(all).run().quiet().events();
        let logins: Vec<_> = events.iter().filter(|event| event["method"] == "LOGIN").collect();
        assert!(logins.len() >= 2, "{name}");
        for login in logins {
            assert_eq!(login["resource"], "shop");
            assert_eq!(login["related"]["user"], json!(["ann"]));
            assert!(login.get("query").is_none() && login.get("request").is_none(), "{login}");
        }
        let denied = events.iter().filter(|event| event["mysql"]["error_code"] == 1045).count();
        assert_eq!(denied, usize::from(name == "mysql"), "{name}");
        let text: String = events.iter().map(ToString::to_string).collect();
        assert!(!text.contains("horse"), "{name}");
    }
}

#[test]
fn with_masks_no_value_leaves_the_machine() {
    let masked =
        "packetbeat.protocols=[{type: mysql, mask_literals: true, send_request: true, send_response: true}]";
    let mut text = String::new();
    for name in ["mysql", "mysql-prepared"] {
        let events = Packetbeat::new().read(capture(name)).args("-N").set(masked).run().quiet().events();
        for event in &events {
            let told = ["query", "request", "response", "params", "error", "mysql"]
                .map(|member| event[member].to_string());
            text.push_str(&told.join(" "));
        }
    }
    let values = [
        "pens",
        "ink",
        "Zo",
        "favourite",
        "aaaa",
        "12.50",
        "quoted",
        "orders.csv",
        "tests",
        "C:",
        "0.125",
        "horse",
    ];
    for value in values {
        assert!(!text.contains(value), "{value}");
    }
    for shape in ["(name, price) VALUES (?, ?), (?, ?), (?, NULL)", r#"["?","?","?","?","?"]"#, r#""42S02""#]
    {
        assert!(text.contains(shape), "{shape}");
    }
}

#[test]
fn rows_as_comma_separated_values() {
    let all = "packetbeat.protocols=[{type: mysql, send_response: true, max_rows: 2}]";
    let events = |name| Packetbeat::new().read(capture(name)).args("-N").set(all).run().quiet().events();
    let response = |events: &[Value], query: &str| {
        let found = events.iter().find(|event| event["query"].as_str().unwrap().starts_with(query));
        found.unwrap_or_else(|| panic!("no {query}"))["response"].as_str().unwrap_or("-").to_owned()
    };
    let text = events("mysql");
    assert_eq!(
        response(&text, "SELECT id, name, price FROM orders ORDER"),
        "id,name,price\n1,pens,1.50\n2,ink,12.00\n"
    );
    assert_eq!(
        response(&text, "SELECT note"),
        "note,length\n\"Zoë’s; \"\"favourite\"\"\",18\n\"Zoë’s; \"\"favourite\"\"\",18\n"
    );
    let prepared = events("mysql-prepared");
    assert_eq!(
        response(&prepared, "SELECT * FROM kinds"),
        "id,big,real_value,exact,words,day,moment,clock,data\n\
         1,-1,2.5,12.50,plain,2026-01-15,2026-01-15 09:08:07.000250,30:00:05,\u{0}\u{1} data\n\
         2,2147483647,-0.125,NULL,\"it's \"\"quoted\"\", Zoë\",NULL,NULL,NULL,NULL\n"
    );
    // The server does not repeat the columns to this client.
    assert_eq!(response(&prepared, "SELECT id, words FROM kinds"), "id,words\n1,plain\n");
}
