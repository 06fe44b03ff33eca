//! The captures of the project against what their clients logged (see `tests/pcaps/README.md`): each line is met by
//! one event, and what is left over is what the README leaves out.

use serde_json::{Value, json};

use crate::common::{CONFIGURED, Packetbeat, capture, program};

/// Takes from `events` one for each line of `NAME.expected.jsonl`: the first in which every named member is equal.
/// What is left.
pub(crate) fn without_logged(
    name: &str,
    mut events: Vec<Value>,
    seen: impl Fn(&Value) -> Value,
) -> Vec<Value> {
    let lines = std::fs::read_to_string(capture(name).with_extension("expected.jsonl")).unwrap();
    let mut missing = Vec::new();
    for line in program::events(&lines) {
        let wanted = line.as_object().unwrap();
        let meets = |event: &Value| {
            let seen = seen(event);
            wanted.iter().all(|(member, value)| seen[member] == *value)
        };
        match events.iter().position(meets) {
            Some(at) => drop(events.remove(at)),
            None => missing.push(line.to_string()),
        }
    }
    let left: Vec<Value> = events.iter().map(seen).collect();
    assert!(missing.is_empty(), "not found:\n{}\nleft over:\n{left:#?}", missing.join("\n"));
    events
}

/// The events with the built-in defaults, and with the protocols configured and no detection.
fn both_ways(name: &str) -> [Vec<Value>; 2] {
    let run = || Packetbeat::new().read(capture(name)).args("-N");
    [run().run().quiet().events(), run().set(CONFIGURED).run().quiet().events()]
}

/// `or` in the place of nothing.
fn or(value: &Value, or: Value) -> Value {
    if value.is_null() { or } else { value.clone() }
}

fn mail(event: &Value) -> Value {
    let smtp = &event["smtp"];
    // The log has a code for content that was asked for alone, and for a mail that was refused before it none.
    let content = smtp.get("size").is_some();
    json!({
        "mail_from": smtp["mail_from"],
        "rcpt_to": or(&smtp["rcpt_to"], json!([])),
        "rejected_rcpt_to": or(&smtp["rejected_rcpt_to"], json!([])),
        "subject": smtp["subject"],
        "code": if content { smtp["response"]["code"].clone() } else { Value::Null },
        "auth": smtp["auth"]["mechanism"],
        "user": event["user"]["name"],
        "starttls": smtp["tls"] == json!(true) && smtp.get("mail_from").is_none(),
    })
}

#[test]
fn one_mail() {
    for events in both_ways("smtp") {
        assert_eq!(without_logged("smtp", events, mail), [] as [Value; 0]);
    }
}

#[test]
fn many_mails() {
    for events in both_ways("smtp-session") {
        let left = without_logged("smtp-session", events, mail);
        // Sessions without a mail: two that asked this and that, one ended by 421, one with a refused login. And the
        // mail that was refused for its size before any recipient was named.
        let mut codes: Vec<_> = left.iter().map(|event| event["smtp"]["response"]["code"].clone()).collect();
        codes.sort_by_key(Value::as_u64);
        assert_eq!(codes, [221, 221, 221, 421, 552]);
        for event in &left {
            let refused = event["smtp"]["response"]["code"] == 552;
            assert_eq!(event["smtp"].get("mail_from").is_some(), refused, "{event}");
            assert!(event["smtp"].get("rcpt_to").is_none(), "{event}");
        }
    }
}

#[test]
fn what_follows_starttls_is_no_event() {
    for events in both_ways("smtp-starttls") {
        assert_eq!(without_logged("smtp-starttls", events, mail), [] as [Value; 0]);
    }
}

fn exchange(event: &Value) -> Value {
    let path = or(&event["url"]["path"], json!(""));
    json!({
        "method": event["http"]["request"]["method"], "path": path, "status": event["http"]["response"]["status_code"],
        "host": or(&event["http"]["request"]["headers"]["host"], json!("")),
        "target": event["request"].as_str().map(|request| request.split(' ').nth(1)),
        "query": event["request"].as_str().and_then(|request| request.split([' ', '?']).nth(2)),
    })
}

#[test]
fn web() {
    let config = "packetbeat.protocols: [{type: http, send_request: true, send_headers: [Host]}]";
    for detect in ["packetbeat.detect=true", "packetbeat.detect=false"] {
        let run = Packetbeat::new().read(capture("http")).config(config).set(detect);
        let mut events = run.run().quiet().events();
        // Its sender gave up and logged no answer; the server had answered before the body was complete.
        let given_up = |event: &&mut Value| {
            event["http"]["request"]["headers"]["content-length"] == 100 && event["url"]["path"] == "/form"
        };
        let mut given_up = events.iter_mut().filter(given_up);
        given_up.next().unwrap()["http"]["response"]["status_code"].take();
        assert!(given_up.next().is_none());
        assert_eq!(without_logged("http", events, exchange), [] as [Value; 0]);
    }
}

#[test]
fn the_web_with_defaults() {
    let logged = std::fs::read_to_string(capture("http").with_extension("expected.jsonl")).unwrap();
    for events in both_ways("http") {
        assert_eq!(events.len(), logged.lines().count());
        for event in events {
            assert_eq!(event["type"], "http");
            let http = &event["http"];
            assert!(http["request"].is_object() && http["response"].is_object(), "{event}");
        }
    }
}

fn lookup(event: &Value) -> Value {
    let dns = &event["dns"];
    let answered = dns["type"] == "answer";
    json!({
        "name": dns["question"]["name"], "type": dns["question"]["type"],
        "rcode": if answered { dns["response_code"].clone() } else { Value::Null },
        "transport": event["network"]["transport"], "protocol": event["network"]["protocol"],
    })
}

#[test]
fn names() {
    for events in both_ways("dns") {
        let left = without_logged("dns", events, lookup);
        let (own, left): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|event| event["dns"]["question"]["name"] == "dyn.example.org");
        // The second server's own affairs, and the update.
        let mut asked: Vec<String> = own
            .iter()
            .map(|event| {
                format!("{} {}", event["dns"]["op_code"], event["dns"]["question"]["type"]).replace('"', "")
            })
            .collect();
        asked.sort();
        assert_eq!(asked, ["NOTIFY SOA", "QUERY AXFR", "QUERY IXFR", "QUERY SOA", "QUERY SOA", "UPDATE SOA"]);
        // The answer to the query that ends within its question, and the second try of the unanswered one: it came from
        // another socket.
        let left: Vec<Value> = left.iter().map(lookup).collect();
        assert_eq!(left.len(), 2, "{left:#?}");
        assert!(left.iter().any(|event| event["name"].is_null() && event["rcode"] == "FORMERR"), "{left:#?}");
        assert!(left.iter().any(|event| event["name"] == "nobody.example.org" && event["rcode"].is_null()));
    }
}

#[test]
fn names_without_a_server() {
    for events in both_ways("mdns-llmnr") {
        for event in without_logged("mdns-llmnr", events, lookup) {
            let to_all = ["source", "destination"].iter().any(|end| {
                let ip = event[end]["ip"].as_str().unwrap().parse::<std::net::IpAddr>().unwrap();
                ip.is_multicast()
            });
            let unasked = event["dns"].get("question").is_none();
            assert!(to_all || unasked, "{event}");
        }
    }
}
