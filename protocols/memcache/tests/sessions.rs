//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;
mod talk;

use drive::{Drive, ToClient, ToServer, memcache};
use packetbeat_core::stream::{Close, Finish};
use serde_json::{Value, json};
use talk::packet;

/// `command key status reply` of each event, `!` and the reason where it was given up.
fn digest(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        let (request, response) = (&event["memcache"]["request"], &event["memcache"]["response"]);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let reply = if response["status"].is_string() { &response["status"] } else { &response["command"] };
        let reason = event["packetbeat"]["unmatched"].as_str().map(|reason| format!(" !{reason}"));
        format!(
            "{} {} {} {}{}",
            text(&request["command"]),
            text(&request["keys"][0]),
            text(&event["status"]),
            text(reply),
            reason.unwrap_or_default()
        )
    };
    events.iter().map(one).collect()
}

#[test]
fn a_command_and_its_reply() {
    let mut drive = Drive::new(memcache(&[("texts", 1)]));
    drive.client("gets a b\r\n").server("VALUE b 3 5 77\r\nhel").server("lo\r\nEND\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["gets a OK VALUE"]);
    let event = &events[0];
    assert_eq!(event["event.action"], "memcache.load");
    assert_eq!(event["event.outcome"], "success");
    assert_eq!(event["source"]["bytes"], 10);
    assert_eq!(event["destination"]["bytes"], 28);
    assert_eq!((&event["request"], &event["response"]), (&json!("gets a b"), &json!("VALUE b 3 5 77\nEND")));
    let wanted = json!({"command": "VALUE", "type": "Load", "keys": ["b"], "count_values": 1, "bytes": 5,
        "flags": 3, "cas_unique": 77});
    assert_eq!(event["memcache"]["response"], wanted);
}

#[test]
fn no_reply_is_wanted() {
    let mut drive = Drive::new(memcache(&[]));
    drive
        .client("set a 0 0 2 noreply\r\nhi\r\ndelete b noreply\r\nget a\r\n")
        .server("VALUE a 0 2\r\nhi\r\nEND\r\n");
    drive.client("flush_all noreply\r\nverbosity 1 noreply\r\nquit\r\n");
    let events = drive.events(Close::Fin);
    let wanted = [
        "set a OK -",
        "delete b OK -",
        "get a OK VALUE",
        "flush_all - OK -",
        "verbosity - OK -",
        "quit - OK -",
    ];
    assert_eq!(digest(&events), wanted);
    assert_eq!(drive.tally().unanswered_by_design(), 5);
}

#[test]
fn what_stays_without_a_reply() {
    let mut drive = Drive::new(memcache(&[]));
    drive.client("get a\r\nset b 0 0 2\r\nhi\r\nmg c q\r\n");
    let events = drive.events(Close::CaptureEnd);
    assert_eq!(
        digest(&events),
        ["get a Server Error - !capture_end", "set b Server Error - !capture_end", "mg c OK -"]
    );
    let mut drive = Drive::new(memcache(&[("transaction_timeout", 2)]));
    drive.client("get a\r\n").pass(3000).server("END\r\n").client("get b\r\n").server("END\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["get a Server Error - !timeout", "get b OK END"]);
    // Within a value.
    let mut drive = Drive::new(memcache(&[]));
    drive.client("set a 0 0 100\r\nhello");
    let events = drive.events(Close::Reset);
    assert_eq!(digest(&events), ["set a Server Error - !connection_reset"]);
    assert_eq!(events[0]["source"]["bytes"], 15 + 5);
}

#[test]
fn errors_say_whose_they_are() {
    let mut drive = Drive::new(memcache(&[]));
    for (said, told) in [
        ("set a 0 0 x\r\n", "CLIENT_ERROR bad command line format\r\n"),
        ("add a 0 0 1\r\nx\r\n", "SERVER_ERROR out of memory storing object\r\n"),
        ("cas a 0 0 1 5\r\nx\r\n", "EXISTS\r\n"),
        ("slabs reassign 1 1\r\n", "SAME src and dst class are identical\r\n"),
        ("slabs reassign 1 2\r\n", "BUSY currently processing reassign request\r\n"),
        ("get\r\n", "ERROR\r\n"),
    ] {
        drive.client(said).server(told);
    }
    let events = drive.events(Close::Fin);
    let wanted = [
        "set a Client Error CLIENT_ERROR",
        "add a Server Error SERVER_ERROR",
        "cas a Error EXISTS",
        "slabs reassign - Client Error SAME",
        "slabs reassign - Server Error BUSY",
        "get - Error ERROR",
    ];
    assert_eq!(digest(&events), wanted);
    assert!(events.iter().all(|event| event["event.outcome"] == "failure"));
    assert_eq!(events[1]["error"]["message"], "out of memory storing object");
}

#[test]
fn values_only_where_they_are_asked_for() {
    let says = |drive: &mut Drive| {
        drive.client("get a b c\r\n");
        drive.server("VALUE a 0 5\r\nhello\r\nVALUE b 0 2\r\nhi\r\nVALUE c 0 1\r\n!\r\nEND\r\n");
        drive.events(Close::Fin)[0]["memcache"]["response"]["values"].clone()
    };
    assert_eq!(says(&mut Drive::new(memcache(&[]))), Value::Null);
    assert_eq!(says(&mut Drive::new(memcache(&[("maxvalues", 1000)]))), json!(["aGVsbG8=", "aGk=", "IQ=="]));
    assert_eq!(
        says(&mut Drive::new(memcache(&[("maxvalues", 2), ("maxbytespervalue", 3)]))),
        json!(["aGVs", "aGk="])
    );
}

#[test]
fn logins_are_never_shown() {
    let all = [("maxvalues", 1000), ("texts", 1)];
    let mut drive = Drive::new(memcache(&all));
    drive.client("set login 0 0 9\r\nann horse\r\n").server("STORED\r\n");
    drive.client("set words 0 0 9\r\ntwo words\r\n").server("STORED\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(events[0]["memcache"]["request"].get("values"), None);
    assert_eq!(events[1]["memcache"]["request"]["values"], json!(["dHdvIHdvcmRz"]));

    let mut drive = Drive::new(memcache(&all));
    drive.client(packet(0x20, 1).request()).server(packet(0x20, 1).value("PLAIN CRAM-MD5").reply());
    drive.client(packet(0x21, 2).key(b"PLAIN").value("\0ann\0horse").request());
    drive.server(packet(0x21, 2).value("Authenticated").reply());
    drive.client(packet(0x21, 3).key(b"CRAM-MD5").value("").request());
    drive.server(packet(0x21, 3).status(0x21).value("<challenge>").reply());
    drive.client(packet(0x22, 4).key(b"CRAM-MD5").value("ann 0123456789abcdef").request());
    drive.server(packet(0x22, 4).status(0x20).value("Auth failure.").reply());
    let events = drive.events(Close::Fin);
    let wanted = [
        "sasl_list - OK Success",
        "sasl_auth PLAIN OK Success",
        "sasl_auth CRAM-MD5 OK Authentication continue",
        "sasl_step CRAM-MD5 Error Authentication error",
    ];
    assert_eq!(digest(&events), wanted);
    assert_eq!(events[1]["user"]["name"], "ann");
    let text: String = events.iter().map(ToString::to_string).collect();
    for secret in ["horse", "challenge", "0123456789abcdef", "values"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn binary_replies_name_their_request() {
    let mut drive = Drive::new(memcache(&[]));
    let get = |opaque, key| packet(0x0c, opaque).key(key).request();
    drive.client([get(1, b"a"), get(2, b"b"), get(3, b"c")].concat());
    // Another order, and one that nobody asked for.
    for (opaque, key) in [(3, b"c"), (1, b"a"), (7, b"x"), (2, b"b")] {
        drive.server(packet(0x0c, opaque).key(key).extras([0; 4]).value("v").reply());
    }
    let events = drive.events(Close::Fin);
    let wanted = ["get c OK Success", "get a OK Success", "- - Client Error Success", "get b OK Success"];
    assert_eq!(digest(&events), wanted);
    assert_eq!(drive.tally().unmatched_responses(), 1);
}

#[test]
fn a_hole_within_a_value_costs_its_bytes_alone() {
    let mut drive = Drive::new(memcache(&[]));
    drive.client("get a\r\n").server("VALUE a 0 100\r\nhello").lost(ToClient, 50).server("x".repeat(45));
    drive.server("\r\nEND\r\n").client("get b\r\n").server("END\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["get a OK VALUE", "get b OK END"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 50);
    let mut drive = Drive::new(memcache(&[("maxvalues", 5)]));
    drive.client("set a 0 0 100\r\nhello").lost(ToServer, 50).client("x".repeat(45)).client("\r\nget b\r\n");
    drive.server("STORED\r\nEND\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["set a OK STORED", "get b OK END"]);
    assert_eq!(events[0]["memcache"]["request"].get("values"), None);
}

#[test]
fn after_a_hole_nothing_is_shifted() {
    let mut drive = Drive::new(memcache(&[]));
    drive.client("get a\r\n").lost(ToClient, 5).client("get b\r\n").server("VALUE b 0 1\r\nx\r\nEND\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["get a Server Error - !gap", "get b OK VALUE"]);
    let mut drive = Drive::new(memcache(&[]));
    drive.client("get a\r\nget c\r\n").server("END").lost(ToClient, 2).client("get b\r\n");
    // The reply to `get c`, which was given up, fits not: another key.
    drive.server("VALUE c 0 1\r\nx\r\nEND\r\nVALUE b 0 1\r\ny\r\nEND\r\n");
    let wanted = ["get a Server Error - !gap", "get c Server Error - !gap", "get b OK VALUE"];
    assert_eq!(digest(&drive.events(Close::Fin)), wanted);
}

#[test]
fn joined_in_the_middle() {
    let mut drive = Drive::searching(memcache(&[]));
    drive.server("rest of a value\r\nEND\r\n").client("value of a set\r\nget a\r\n").server("END\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["get a OK END"]);
    let mut drive = Drive::searching(memcache(&[]));
    drive.client(["x".as_bytes(), &packet(0x0a, 5).request()].concat()).server(packet(0x0a, 5).reply());
    assert_eq!(digest(&drive.events(Close::Fin)), ["noop - OK Success"]);
}

#[test]
fn other_protocols_are_not_read() {
    for bytes in [&b"GET / HTTP/1.1\r\n"[..], b"\x16\x03\x01\0\x05hello", b"\x81\x0a\0\0", b"HELO x\r\n"] {
        let mut drive = Drive::new(memcache(&[]));
        drive.client(bytes).client([0; 24]);
        assert!(matches!(drive.finished(), Some(Finish::Malformed(_))), "{bytes:?}");
        assert_eq!(drive.events(Close::Broken), [] as [Value; 0]);
    }
}

#[test]
fn a_get_of_many_keys() {
    let mut drive = Drive::new(memcache(&[]));
    let keys: String = (0..20_000).map(|key| format!(" key-{key}")).collect();
    drive.client(format!("get{keys}\r\n")).server("END\r\n").client("get b\r\n").server("END\r\n");
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["get key-0 OK END", "get b OK END"]);
    assert_eq!(events[0]["memcache"]["request"]["keys"].as_array().unwrap().len(), 1024);
    assert_eq!(events[0]["error"]["message"], "Not all keys are named: there were too many");
}

#[test]
fn a_log_has_no_end() {
    let mut drive = Drive::new(memcache(&[]));
    drive
        .client("watch fetchers\r\n")
        .server("OK\r\n")
        .server("ts=1 gid=1 type=item_get key=a\r\nEND\r\nSTORED\r\n");
    assert_eq!(digest(&drive.events(Close::Fin)), ["watch - OK OK"]);
}
