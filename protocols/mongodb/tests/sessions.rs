//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;
mod talk;

use drive::{Drive, ToClient, ToServer, mongodb};
use packetbeat_core::stream::{Close, Finish};
use serde_json::{Value, json};
use talk::{
    EXHAUST, MORE_TO_COME, array, batch, binary, command, compressed, doc, double, failed, int, legacy, long,
    message, msg, msg_with, ok, query, reply, reply_with, sub, text,
};

/// The events of one request and its reply.
fn exchange(options: &[(&'static str, u64)], request: &[u8], reply: &[u8]) -> Vec<Value> {
    Drive::new(mongodb(options)).client(request).server(reply).events(Close::Fin)
}

fn find() -> Vec<u8> {
    command(7, &[text("find", "orders"), sub("filter", &[text("name", "Ann")]), int("limit", 5)])
}

/// Whether these bytes are in an event, in one form or another.
fn leaks(events: &[Value], secret: &str) -> bool {
    events.iter().any(|event| event.to_string().contains(secret))
}

#[test]
fn a_command_and_its_reply() {
    let events = exchange(&[], &find(), &batch(1, 7, 99, 3));
    let event = &events[0];
    assert_eq!((events.len(), &event["status"], &event["method"]), (1, &json!("OK"), &json!("msg")));
    assert_eq!(event["query"], r#".msg({"$db":"shop","filter":{"name":"Ann"},"find":"orders","limit":5})"#);
    assert!(event.get("resource").is_none());
    assert_eq!(event["packetbeat.command"], "find");
    assert_eq!(event["packetbeat.database"], "shop");
    assert_eq!(event["packetbeat.collection"], "orders");
    assert_eq!(
        event["mongodb"],
        json!({"fullCollectionName": "shop.orders", "cursorId": 99, "numberReturned": 3})
    );
    assert_eq!(event["source"]["bytes"], find().len());
    assert_eq!(event["event"]["duration"], 1_000_000);
}

#[test]
fn commands_can_have_their_own_names() {
    let event = &exchange(&[("name_commands", 1)], &find(), &batch(1, 7, 0, 1))[0];
    assert_eq!((&event["method"], &event["resource"]), (&json!("find"), &json!("shop.orders")));
    assert_eq!(event["query"], r#"shop.orders.find({"filter":{"name":"Ann"},"limit":5})"#);
    let drop = command(7, &[text("drop", "orders"), binary("lsid", 4, b"0123456789abcdef")]);
    let event = &exchange(&[("name_commands", 1)], &drop, &ok(1, 7))[0];
    assert_eq!(event["query"], "shop.orders.drop()");
    let event = &exchange(&[("name_commands", 1)], &command(7, &[int("ping", 1)]), &ok(1, 7))[0];
    assert_eq!(event["query"], "shop.$cmd.ping()");
}

#[test]
fn data_is_in_the_request_alone() {
    let documents = vec![doc(&[int("b", 1), text("a", "x<y")]), doc(&[int("b", 2)])];
    let body = [text("insert", "orders"), sub("lsid", &[int("id", 1)]), text("$db", "shop")];
    let event = &exchange(&[], &msg_with(7, 0, 1, &body, &[("documents", documents)]), &ok(1, 7))[0];
    assert_eq!(event["query"], r#".msg({"$db":"shop","insert":"orders"})"#);
    assert_eq!(
        event["request"],
        r#".msg({"$db":"shop","documents":[{"a":"x\u003cy","b":1},{"b":2}],"insert":"orders"})"#
    );
    assert_eq!(event["mongodb"]["message"], "documents");
    let inline =
        query(7, "shop.$cmd", 0, -1, &[text("insert", "orders"), array("documents", &[sub("0", &[])])]);
    let event = &exchange(&[], &inline, &reply(1, 7, 0, &[doc(&[double("ok", 1.0)])]))[0];
    assert_eq!(event["query"], "shop.orders.insert({})");
    assert_eq!(event["request"], r#"shop.orders.insert({"documents":[{}]})"#);
}

#[test]
fn old_queries() {
    let asked = query(7, "test.col", 3, 2, &[text("me", "you")]);
    let event = &exchange(&[], &asked, &reply(1, 7, 77, &[doc(&[int("a", 1)]), doc(&[])]))[0];
    assert_eq!(event["query"], r#"test.col.find({"me":"you"}).skip(3).limit(2)"#);
    assert_eq!(event["response"], "{\"a\":1}\n{}");
    assert_eq!(
        event["mongodb"],
        json!({"fullCollectionName": "test.col", "numberToSkip": 3, "numberToReturn": 2, "cursorId": 77,
               "startingFrom": 0, "numberReturned": 2})
    );
    let mut fields = query(7, "test.col", 0, -1, &[sub("$query", &[]), int("$maxTimeMS", 1)]);
    fields.extend(doc(&[int("name", 1)]));
    let len = fields.len() as u8;
    fields[0] = len;
    let event = &exchange(&[], &fields, &reply(1, 7, 0, &[]))[0];
    assert_eq!(event["query"], r#"test.col.find({"$maxTimeMS":1,"$query":{}}).limit(1)"#);
    assert_eq!(event["mongodb"]["returnFieldsSelector"], r#"{"name":1}"#);
    let wrapped = query(7, "test.$cmd", 0, -1, &[sub("$query", &[text("count", "col")])]);
    let event = &exchange(&[], &wrapped, &reply(1, 7, 0, &[doc(&[])]))[0];
    assert_eq!((&event["method"], &event["resource"]), (&json!("count"), &json!("test.col")));
}

#[test]
fn old_writes_want_no_reply() {
    let selector = doc(&[int("a", 1)]);
    let change = doc(&[sub("$set", &[int("a", 2)])]);
    let mut drive = Drive::new(mongodb(&[]));
    drive
        .client(legacy(1, 2001, "t.c", &[&[0; 4][..], &selector, &change].concat()))
        .client(legacy(2, 2002, "t.c", &[selector.clone(), change.clone()].concat()))
        .client(legacy(3, 2006, "t.c", &[&[0; 4][..], &selector].concat()))
        .client(message(4, 0, 2007, &[&[0; 4][..], &[1, 0, 0, 0], &[7; 8]].concat()))
        .client(message(5, 0, 1000, b"hello\0"))
        .client(msg_with(6, 0, MORE_TO_COME, &[text("delete", "c"), text("$db", "t")], &[]));
    let events = drive.events(Close::Fin);
    let methods: Vec<_> = events.iter().map(|event| event["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["update", "insert", "delete", "killCursors", "msg", "msg"]);
    assert!(events.iter().all(|event| event["status"] == "OK" && event.get("packetbeat").is_none()));
    assert_eq!(events[0]["query"], "t.c.update()");
    assert_eq!(events[0]["mongodb"]["selector"], r#"{"a":1}"#);
    assert_eq!(events[0]["mongodb"]["update"], r#"{"$set":{"a":2}}"#);
    assert_eq!(events[1]["query"], "t.c.insert()");
    assert_eq!(events[1]["request"], r#"t.c.insert({"a":1},{"$set":{"a":2}})"#);
    assert_eq!(events[4]["mongodb"]["message"], "hello");
    assert_eq!(drive.tally().unanswered_by_design(), 6);
}

#[test]
fn get_more_has_its_cursor() {
    let asked = legacy(7, 2005, "t.c", &[2, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0]);
    let event = &exchange(&[], &asked, &reply(1, 7, 77, &[doc(&[])]))[0];
    assert_eq!(event["query"], "t.c.getMore().limit(2)");
    assert_eq!(event["mongodb"]["cursorId"], 77);
    let alone = &Drive::new(mongodb(&[])).client(&asked).events(Close::Reset)[0];
    assert_eq!(alone["mongodb"]["cursorId"], 77);
    assert_eq!(alone["packetbeat"]["unmatched"], "connection_reset");
    let modern = command(7, &[long("getMore", 77), text("collection", "orders")]);
    let event = &exchange(&[], &modern, &batch(1, 7, 0, 2))[0];
    assert_eq!(event["packetbeat.collection"], "orders");
}

#[test]
fn errors_have_number_name_and_text() {
    let event = &exchange(&[], &command(7, &[text("fnd", "orders")]), &failed(1, 7))[0];
    assert_eq!(event["status"], "Error");
    assert_eq!(event["error"]["message"], "no such command: 'fnd'");
    assert_eq!((&event["error.code"], &event["error.type"]), (&json!("59"), &json!("CommandNotFound")));
    assert_eq!(event["mongodb"]["error"], "no such command: 'fnd'");
    let errors = [int("index", 0), int("code", 11000), text("errmsg", "E11000 dup")];
    let partly = msg(1, 7, &[int("n", 1), array("writeErrors", &[sub("0", &errors)]), double("ok", 1.0)]);
    let event = &exchange(&[], &find(), &partly)[0];
    assert_eq!((&event["status"], &event["error.code"]), (&json!("Error"), &json!("11000")));
    assert_eq!(event["error"]["message"], "E11000 dup");
    assert_eq!(event["mongodb"]["error"], r#"[{"code":11000,"errmsg":"E11000 dup","index":0}]"#);
    let concern = sub(
        "writeConcernError",
        &[int("code", 64), text("codeName", "WriteConcernFailed"), text("errmsg", "w")],
    );
    let event = &exchange(&[], &find(), &msg(1, 7, &[int("n", 1), concern, double("ok", 1.0)]))[0];
    assert_eq!((&event["status"], &event["error.type"]), (&json!("Error"), &json!("WriteConcernFailed")));
    let old = reply(1, 7, 0, &[doc(&[text("$err", "not master"), int("code", 10107)])]);
    let event = &exchange(&[], &query(7, "a.b", 0, 0, &[]), &old)[0];
    assert_eq!((&event["status"], &event["mongodb"]["error"]), (&json!("Error"), &json!("not master")));
}

#[test]
fn proofs_never_leave() {
    let login = [
        int("saslStart", 1),
        text("mechanism", "SCRAM-SHA-256"),
        binary("payload", 0, b"n,,n=ann,r=NONCE"),
        text("$db", "admin"),
    ];
    let then =
        [int("saslContinue", 1), binary("payload", 0, b"c=biws,r=NONCE,p=PROOF"), text("$db", "admin")];
    let user = [text("createUser", "bob"), text("pwd", "PROOF"), text("$db", "admin")];
    let server = |id, to| msg(id, to, &[binary("payload", 0, b"r=NONCE,s=SALT"), double("ok", 1.0)]);
    let done = |id, to| {
        msg(
            id,
            to,
            &[binary("payload", 0, b"v=PROOF"), [&[8][..], b"done\0\x01"].concat(), double("ok", 1.0)],
        )
    };
    let mut drive = Drive::new(mongodb(&[]));
    drive
        .client(msg(1, 0, &login))
        .server(server(1, 1))
        .client(msg(2, 0, &then))
        .server(done(2, 2))
        .client(msg(3, 0, &user))
        .server(ok(3, 3))
        .client(msg(4, 0, &[int("hello", 1), sub("speculativeAuthenticate", &login), text("$db", "admin")]))
        .server(msg(
            4,
            4,
            &[sub("speculativeAuthenticate", &[binary("payload", 0, b"r=NONCE")]), double("ok", 1.0)],
        ));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 4);
    for secret in ["NONCE", "PROOF", "SALT", "bixu", "cj1O", "Yz1i", "dj1Q"] {
        assert!(!leaks(&events, secret), "{secret}: {events:#?}");
    }
    assert!(events.iter().all(|event| event["user"]["name"] == "ann"));
    assert!(leaks(&events, "SCRAM-SHA-256"));
}

#[test]
fn masked_nothing_but_names_is_left() {
    let options = [("mask_literals", 1)];
    let asked = command(
        7,
        &[text("find", "orders"), sub("filter", &[text("name", "SECRET"), binary("b", 4, b"SECRET")])],
    );
    let rows = msg(1, 7, &[sub("cursor", &[array("firstBatch", &[sub("0", &[text("a", "SECRET")])])])]);
    let refused = msg(1, 7, &[text("errmsg", "SECRET is no number"), int("code", 2), double("ok", 0.0)]);
    let failed = array("writeErrors", &[sub("0", &[text("errmsg", "SECRET"), int("code", 11000)])]);
    for answer in [rows, refused, msg(1, 7, &[failed, double("ok", 1.0)])] {
        let events = exchange(&options, &asked, &answer);
        assert!(!leaks(&events, "SECRET"), "{events:#?}");
        assert_eq!(
            events[0]["query"],
            r#".msg({"$db":"shop","filter":{"b":"?","name":"?"},"find":"orders"})"#
        );
        assert_eq!(events[0]["request"], events[0]["query"]);
    }
    let members =
        [text("", "SECRET"), text("collection", "SECRET"), text("$db", "SECRET"), text("find", "SECRET")];
    let eval = [text("eval", "SECRET"), text("collection", "SECRET"), text("$db", "shop")];
    let more = [long("getMore", 7), text("collection", "orders"), text("$db", "shop")];
    let mut drive = Drive::new(mongodb(&options));
    drive.client(query(1, "t.c", 0, 0, &members)).client(msg(2, 0, &eval)).client(msg(3, 0, &more));
    let events = drive.events(Close::Fin);
    assert!(!leaks(&events, "SECRET") && events.len() == 3, "{events:#?}");
    assert_eq!(events[2]["query"], r#".msg({"$db":"shop","collection":"orders","getMore":"?"})"#);
    let update = [&[0; 4][..], &doc(&[text("a", "SECRET")]), &doc(&[text("b", "SECRET")])].concat();
    let mut drive = Drive::new(mongodb(&options));
    drive.client(legacy(1, 2001, "t.c", &update)).client(legacy(
        2,
        2002,
        "t.c",
        &doc(&[text("a", "SECRET")]),
    ));
    let events = drive.client(message(3, 0, 1000, b"SECRET\0")).events(Close::Fin);
    assert!(!leaks(&events, "SECRET") && events.len() == 3, "{events:#?}");
}

#[test]
fn documents_have_limits() {
    let documents: Vec<_> = (0..8).map(|at| doc(&[int("n", at)])).collect();
    let response = |options: &[(&'static str, u64)], answer: &[u8]| {
        exchange(options, &query(7, "t.c", 0, 0, &[]), answer)[0]["response"].as_str().unwrap().to_owned()
    };
    let eight = reply(1, 7, 0, &documents);
    assert_eq!(response(&[("max_docs", 2)], &eight), "{\"n\":0}\n{\"n\":1}\n[...]");
    assert_eq!(response(&[("max_docs", 8)], &eight).lines().count(), 8);
    assert_eq!(response(&[("max_docs", 0)], &eight).lines().count(), 8);
    assert_eq!(response(&[("max_docs", 1), ("max_doc_length", 3)], &eight), "{\"n ...\n[...]");
    let event = &exchange(&[("max_docs", 1)], &find(), &batch(1, 7, 0, 3))[0];
    let text = event["response"].as_str().unwrap();
    assert!(
        text.starts_with(r#"{"cursor":{"firstBatch":[{"_id":0,"name":"pens and ink"},"[...]"],"id":0"#),
        "{text}"
    );
    assert_eq!(event["mongodb"]["numberReturned"], 3);
}

#[test]
fn lies_are_notes() {
    let asked = query(7, "t.c", 0, 0, &[]);
    for count in [i32::MAX, 3, 1, -1] {
        let event = &exchange(&[], &asked, &reply_with(1, 7, 0, count, &[doc(&[]), doc(&[])]))[0];
        assert_eq!(
            (&event["status"], &event["error"]["message"]),
            (&json!("Error"), &json!("number of documents"))
        );
    }
    let mut lying = asked.clone();
    let at = lying.len() - 5;
    lying[at] = 6;
    let event = &exchange(&[], &lying, &reply(1, 7, 0, &[]))[0];
    assert_eq!((&event["method"], &event["error"]["message"]), (&json!("find"), &json!("document")));
    let packed = message(7, 0, 2012, &[&[0xdd, 7, 0, 0, 0xff, 0xff, 0xff, 0][..], &[2, 9, 9, 9, 9]].concat());
    let event = &exchange(&[], &packed, &ok(1, 7))[0];
    assert_eq!(event["error"]["message"], "compressed message");
    let mut drive = Drive::new(mongodb(&[]));
    drive.client(&asked).server(b"\x05\0\0\0 what is this?");
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
    assert_eq!(drive.events(Close::Broken)[0]["packetbeat"]["unmatched"], "malformed");
}

#[test]
fn a_length_that_cannot_be_ends_the_connection() {
    for head in
        [&b"\x0f\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0"[..], b"\xff\xff\xff\xff\x01\0\0\0\0\0\0\0\xdd\x07\0\0"]
    {
        let mut drive = Drive::new(mongodb(&[]));
        drive.client(head);
        assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
        assert!(drive.events(Close::Broken).is_empty());
    }
}

#[test]
fn what_is_unknown_is_passed_over() {
    let mut drive = Drive::new(mongodb(&[]));
    let strange = message(8, 0, 2269, &[7; 100]);
    drive.client([find(), strange, find()].concat()).server(ok(1, 7));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 2, "{events:#?}");
    let mut drive = Drive::new(mongodb(&[]));
    drive.client(message(8, 0, 2269, &[7; 100]));
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
}

#[test]
fn long_messages_are_skipped_behind_what_is_read() {
    let documents = vec![doc(&[text("a", &"x".repeat(100_000))]); 3];
    let body = [text("insert", "orders"), text("$db", "shop")];
    let asked = msg_with(7, 0, 0, &body, &[("documents", documents)]);
    let answer = batch(1, 7, 0, 5000);
    let event = &exchange(&[], &asked, &answer)[0];
    assert_eq!(event["query"], r#".msg({"$db":"shop","insert":"orders"})"#);
    assert_eq!(event["error"]["message"], "The request was too long to be kept whole");
    assert_eq!((&event["status"], &event["source"]["bytes"]), (&json!("OK"), &json!(asked.len())));
    assert_eq!(event["destination"]["bytes"], answer.len());
    assert_eq!(event["mongodb"]["numberReturned"], 5000);
    let mut drive = Drive::new(mongodb(&[]));
    drive
        .client(find())
        .server(&answer[..80_000])
        .lost(ToClient, 10)
        .server([&answer[80_010..], &ok(2, 9)].concat());
    drive.client(command(8, &[int("ping", 1)])).server(ok(2, 8));
    let events = drive.events(Close::Fin);
    assert_eq!((events.len(), &events[1]["status"]), (2, &json!("OK")), "{events:#?}");
    let mut drive = Drive::new(mongodb(&[]));
    drive.client(&asked[..70_000]).lost(ToServer, 100_000).client(&asked[170_000..]).server(ok(1, 7));
    let event = &drive.events(Close::Fin)[0];
    assert_eq!(
        (&event["packetbeat"]["bytes_lost"], &event["source"]["bytes"]),
        (&json!(100_000), &json!(asked.len()))
    );
}

#[test]
fn compressed_messages_are_read() {
    for algorithm in 0..=3 {
        let asked = compressed(&find(), algorithm);
        let events = exchange(&[], &asked, &compressed(&batch(1, 7, 0, 40), algorithm));
        let event = &events[0];
        assert_eq!(event["packetbeat.command"], "find", "{algorithm}");
        assert_eq!(event["mongodb"]["numberReturned"], 40);
        assert_eq!(event["source"]["bytes"], asked.len());
    }
}

#[test]
fn each_reply_of_a_stream_is_told() {
    let hello = [int("hello", 1), text("$db", "admin")];
    let state =
        |id, to, flags| msg_with(id, to, flags, &[int("isWritablePrimary", 1), double("ok", 1.0)], &[]);
    let mut drive = Drive::new(mongodb(&[]));
    drive
        .client(msg_with(1, 0, EXHAUST, &hello, &[]))
        .server(state(10, 1, MORE_TO_COME))
        .server(state(11, 10, MORE_TO_COME))
        .server(state(12, 11, 0))
        .server(state(13, 12, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event["packetbeat.command"] == "hello"));
    assert!(events[0]["source"]["bytes"].is_u64() && events[1]["source"].get("bytes").is_none());
    assert_eq!(drive.tally().unmatched_responses(), 1);
}

#[test]
fn replies_meet_their_requests_by_number() {
    let mut drive = Drive::new(mongodb(&[]));
    let ask = |id| command(id, &[int("ping", id)]);
    drive.client([ask(1), ask(2), ask(3)].concat()).server([failed(9, 3), ok(8, 1)].concat());
    let events = drive.events(Close::CaptureEnd);
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event["query"].as_str().unwrap(), event["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        seen,
        [
            (r#".msg({"$db":"shop","ping":3})"#, "Error"),
            (r#".msg({"$db":"shop","ping":1})"#, "OK"),
            (r#".msg({"$db":"shop","ping":2})"#, "Error"),
        ]
    );
    assert_eq!(events[2]["packetbeat"]["unmatched"], "capture_end");
}

#[test]
fn a_request_waits_for_its_time() {
    let mut drive = Drive::new(mongodb(&[("transaction_timeout", 10)]));
    drive.client(find()).pass(11_000).server(ok(1, 7));
    let events = drive.events(Close::Fin);
    assert_eq!((events.len(), &events[0]["packetbeat"]["unmatched"]), (1, &json!("timeout")));
    assert_eq!(drive.tally().unmatched_responses(), 1);
}

#[test]
fn after_a_hole_the_next_message_is_found() {
    let mut drive = Drive::new(mongodb(&[]));
    drive.client(find()).lost(ToClient, 500).server([&[0, 5, 9][..], &ok(9, 99), &ok(2, 8)].concat());
    drive.client(command(8, &[int("ping", 1)])).server(ok(3, 8));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "gap");
    assert_eq!(events[1]["status"], "OK");
}
