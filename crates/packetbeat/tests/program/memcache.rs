//! Recorded sessions with memcached against what their clients logged.

use serde_json::{Value, json};

use crate::common::{Packetbeat, capture};
use crate::recorded::without_logged;

/// The members that the log has.
fn command(event: &Value) -> Value {
    let (request, response) = (&event["memcache"]["request"], &event["memcache"]["response"]);
    let binary = event["memcache"]["protocol_type"] == "binary";
    let keys = |half: &Value| half.get("keys").cloned().unwrap_or(json!([]));
    json!({
        "command": request["command"],
        "opcode": request["opcode"],
        "keys": keys(request),
        "status": event["status"],
        "count_values": request["count_values"],
        "bytes": request["bytes"],
        "exptime": request["exptime"],
        "cas": request["cas_unique"],
        "delta": request["delta"],
        "noreply": request["noreply"],
        "quiet": request["quiet"],
        "answer": response[if binary { "status" } else { "command" }],
        "found": keys(response),
        "found_bytes": response["bytes"],
        "found_cas": response["cas_unique"],
        "value": response["value"],
        "version": response["version"],
        "error": response["error_msg"],
        "stats": response["stats"].as_array().map(Vec::len),
    })
}

/// The events with the built-in defaults, configured without detection, and on a port that is not memcache's own.
fn all_ways(name: &str) -> [Vec<Value>; 3] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    let elsewhere = "packetbeat={detect: true, protocols: [{type: memcache, ports: [11311]}]}";
    [
        run().run().quiet().events(),
        run().set("packetbeat.protocols=[{type: memcache, ports: [11211, 11212]}]").run().quiet().events(),
        run().set(elsewhere).run().quiet().events(),
    ]
}

/// The events with these options.
fn with(name: &str, options: &str) -> Vec<Value> {
    let protocols = format!("packetbeat.protocols=[{{type: memcache, ports: [11211, 11212], {options}}}]");
    Packetbeat::new().read(capture(name)).args("-N").set(&protocols).run().quiet().events()
}

#[test]
fn sessions_are_what_their_clients_logged() {
    for (name, unlogged) in [("memcache", 3), ("memcache-meta", 0), ("memcache-binary", 1)] {
        for events in all_ways(name) {
            let left = without_logged(name, events, command);
            // A key that is too long, pages that cannot be moved, the crawler, which is on, and how pylibmc ends.
            assert_eq!(left.len(), unlogged, "{name}: {left:#?}");
        }
    }
}

#[test]
fn datagrams_are_what_their_client_logged() {
    let [defaults, configured, elsewhere] = all_ways("memcache-udp");
    for events in [defaults, configured] {
        let left = without_logged("memcache-udp", events, command);
        assert_eq!(left, [] as [Value; 0]);
    }
    // On a port that nobody knows, each datagram stands alone: replies in several of them are not known.
    let answered: Vec<_> = elsewhere
        .iter()
        .filter(|event| event["packetbeat"].is_null())
        .map(|event| event["memcache"]["request"]["command"].as_str().unwrap())
        .collect();
    assert_eq!(answered, ["set", "get", "incr", "get", "delete"]);
}

#[test]
fn values_are_there_where_they_are_asked_for() {
    let events =
        with("memcache", "maxvalues: 2, maxbytespervalue: 6, parseunknown: true, send_request: true");
    let get = events.iter().find(|event| event["memcache"]["response"]["count_values"] == 3).unwrap();
    assert_eq!(get["memcache"]["response"]["values"], json!(["QW5u", "/wANCkVO"]));
    assert_eq!(get["request"], "get user:1 user:2 none big");
    let unknown: Vec<_> =
        events.iter().filter(|event| event["memcache"]["request"]["command"] == "UNKNOWN").collect();
    assert!(unknown.iter().any(|event| event["memcache"]["request"]["line"] == "nonsense"), "{unknown:?}");
    let plain = with("memcache", "maxvalues: 0");
    assert!(plain.iter().all(|event| !event.to_string().contains("\"values\"")));
}

#[test]
fn a_login_is_never_shown() {
    let events = with("memcache", "maxvalues: -1, send_request: true, send_response: true");
    let logins: Vec<_> =
        events.iter().filter(|event| event["memcache"]["request"]["keys"] == json!(["login"])).collect();
    assert_eq!(logins.len(), 2);
    assert!(logins.iter().all(|login| login["memcache"]["request"].get("values").is_none()), "{logins:?}");
    // "ann horse" in base64.
    let text: String = events.iter().map(ToString::to_string).collect();
    assert!(!text.contains("horse") && !text.contains("YW5uIGhvcnNl"));
}
