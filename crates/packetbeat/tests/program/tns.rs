//! Sessions of Oracle clients, made by hand (`tests/record/tns.py`), against what was put into them.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// The members that the log has.
fn told(event: &Value) -> Value {
    let tns = &event["tns"];
    json!({
        "method": event["method"],
        "query": event["query"],
        "rows": tns["rows"],
        "cursor": tns["cursor_id"],
        "user": if event["method"] == "LOGON" { event["user"]["name"].clone() } else { Value::Null },
        "error": event["error.code"],
    })
}

#[test]
fn sessions_of_all_versions_are_told_as_they_were_made() {
    // The redirected session is found by its content; without detection its port must be named.
    let ways = [
        "packetbeat={detect: true, protocols: [{type: tns, ports: [1521]}]}",
        "packetbeat={detect: true, protocols: [{type: tns, ports: [2]}]}",
        "packetbeat={detect: false, protocols: [{type: tns, ports: [1521, 1024]}]}",
    ];
    for way in ways {
        let events = Packetbeat::new().read(capture("tns")).args("-N").set(way).run().quiet().events();
        assert_eq!(without_logged("tns", events, told), [] as [Value; 0], "{way}");
    }
}

#[test]
fn with_masked_literals_no_value_leaves() {
    let way = "packetbeat={detect: true, protocols: [{type: tns, ports: [1521], mask_literals: true, all_commands: true}]}";
    let events = Packetbeat::new().read(capture("tns")).args("-N").set(way).run().quiet().events();
    let all = format!("{events:?}");
    for secret in ["123456", "ink", "tiger", "5E55C0DE", "0DDBA11", "38AF", "PAY'", "row number", "sql_id"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(all.contains("select name from orders where id < ?"));
}
