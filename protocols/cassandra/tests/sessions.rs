//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;
mod talk;

use drive::{Drive, ToClient, ToServer, cassandra};
use packetbeat_core::stream::{Close, Finish};
use serde_json::{Value, json};
use talk::{
    Session, answer, bytes, error, event, execute, options, prepare, prepared, query, ready, request, rows,
    startup, supported, text, void,
};

const V4: u8 = 4;

fn four() -> Session {
    Session::of(V4)
}

/// The event of one request and its answer.
fn exchange(options: &[(&'static str, u64)], request: &[u8], answer: &[u8]) -> Value {
    let events = Drive::new(cassandra(options)).client(request).server(answer).events(Close::Fin);
    assert_eq!(events.len(), 1);
    events.into_iter().next().unwrap()
}

/// The error of an answer to a query.
fn failure(session: Session, code: u32, details: &[u8]) -> Value {
    let body = [&code.to_be_bytes()[..], &text("no"), details].concat();
    let event = exchange(&[], &query(session, 1, "SELECT 1 FROM t"), &answer(session, 1, 0, &body));
    assert_eq!((&event["status"], &event["error"]["message"]), (&json!("Error"), &json!("no")), "{event}");
    assert_eq!(event["error.code"], code.to_string());
    event["cassandra"]["response"]["error"].clone()
}

#[test]
fn answers_meet_their_requests_by_stream() {
    let session = four();
    let events = Drive::new(cassandra(&[]))
        .client([query(session, 7, "SELECT a FROM t"), query(session, 8, "SELECT b FROM t")].concat())
        .server(event(session))
        .server(error(session, 8, 0x2200, "no"))
        .server(rows(session, 7, 2))
        .events(Close::Fin);
    let told: Vec<_> = events.iter().map(|event| (&event["query"], &event["status"])).collect();
    assert_eq!(
        told,
        [
            (&Value::Null, &json!("OK")),
            (&json!("SELECT b FROM t"), &json!("Error")),
            (&json!("SELECT a FROM t"), &json!("OK"))
        ]
    );
    assert_eq!(events[0]["cassandra"]["no_request"], true);
    let node = json!({"type": "STATUS_CHANGE", "change": "UP", "host": "10.0.0.1", "port": 9042});
    assert_eq!(events[0]["cassandra"]["response"]["event"], node);
    assert_eq!(events[2]["response"], "name,age\nuser 0,0\nuser 1,1\n");
    assert_eq!(events[2]["path"], "shop.users");
}

#[test]
fn errors_have_their_details() {
    let session = four();
    assert_eq!(failure(session, 0x2000, b""), json!({"code": 0x2000, "msg": "no", "type": "errSyntax"}));
    let unavailable = failure(session, 0x1000, b"\0\x04\0\0\0\x03\0\0\0\x01");
    assert_eq!(unavailable["details"], json!({"read_consistency": "QUORUM", "required": 3, "alive": 1}));
    let timeout = failure(session, 0x1100, &[&b"\0\x01\0\0\0\0\0\0\0\x01"[..], &text("SIMPLE")].concat());
    let want = json!({"read_consistency": "ONE", "received": 0, "blockfor": 1, "write_type": "SIMPLE"});
    assert_eq!((&timeout["type"], &timeout["details"]), (&json!("errWriteTimeout"), &want));
    let timeout = failure(session, 0x1200, b"\0\x01\0\0\0\0\0\0\0\x01\0");
    let want = json!({"read_consistency": "ONE", "received": 0, "blockfor": 1, "data_present": false});
    assert_eq!(timeout["details"], want);
    let read = failure(session, 0x1300, b"\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\x01");
    assert_eq!(
        (&read["details"]["num_failures"], &read["details"]["data_present"]),
        (&json!(2), &json!(true))
    );
    let reasons = b"\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x01\x04\x0a\0\0\x01\0\x01";
    let write = [&reasons[..], &text("BATCH")].concat();
    let write = failure(Session::of(5), 0x1500, &write);
    assert_eq!(
        (&write["details"]["num_failures"], &write["details"]["write_type"]),
        (&json!(1), &json!("BATCH"))
    );
    let exists = failure(session, 0x2400, &[text("shop"), text("users")].concat());
    assert_eq!(exists["details"], json!({"keyspace": "shop", "table": "users"}));
    let unprepared = failure(session, 0x2500, &text("\x01\x7f"));
    assert_eq!(unprepared["details"], json!({"stmt_id": "017f"}));
    let function = [text("shop"), text("f"), b"\0\x02".to_vec(), text("int"), text("text")].concat();
    let function = failure(session, 0x1400, &function);
    assert_eq!(
        function["details"],
        json!({"keyspace": "shop", "function": "f", "arg_types": ["int", "text"]})
    );
    let cas = failure(Session::of(5), 0x1700, b"\0\x08\0\0\0\x01\0\0\0\x02");
    assert_eq!(cas["details"], json!({"read_consistency": "SERIAL", "received": 1, "blockfor": 2}));
    assert_eq!(failure(session, 0x9999, b"")["type"], "ErrUnknown");
}

#[test]
fn executions_have_the_text_that_was_prepared() {
    for version in [1, 2, 3, 4] {
        let session = Session::of(version);
        let events = Drive::new(cassandra(&[]))
            .client(prepare(session, 1, "INSERT INTO shop.users (name, age) VALUES (?, ?)"))
            .server(prepared(session, 1))
            .client(execute(session, 2, "ann", 7))
            .server(void(session, 2))
            .events(Close::Fin);
        let [first, second] = &events[..] else { panic!("{events:?}") };
        assert_eq!((&first["method"], &second["method"]), (&json!("PREPARE"), &json!("INSERT")));
        assert_eq!(second["params"], json!(["ann", "7"]), "version {version}");
        assert_eq!(second["cassandra"]["request"]["query"], first["query"]);
        assert_eq!(second["path"], "shop.users");
        assert_eq!(second["cassandra"]["request"]["headers"]["version"], version.to_string());
    }
    let event = exchange(&[], &execute(four(), 2, "ann", 7), &void(four(), 2));
    assert_eq!(event["error"]["message"], "The actual query being used is unknown");
    assert_eq!(event["params"], json!(["ann", "0x00000007"]));
}

#[test]
fn batches_have_all_their_statements() {
    let session = four();
    let statement = |text: &str| [b"\0".to_vec(), bytes(text.as_bytes()), b"\0\0".to_vec()].concat();
    let body = [b"\x02\0\x02".to_vec(), statement("UPDATE a"), statement("UPDATE b"), b"\0\x01\0".to_vec()];
    let event = exchange(&[], &request(session, 1, 13, &body.concat()), &void(session, 1));
    assert_eq!((&event["query"], &event["method"]), (&json!("UPDATE a; UPDATE b"), &json!("BATCH")));
    assert_eq!(
        (&event["packetbeat.batch_type"], &event["packetbeat.statements"]),
        (&json!("COUNTER"), &json!(2))
    );
    // A count that lies is a note.
    let body = [b"\0\xff\xff".to_vec(), statement("UPDATE a")].concat();
    let event = exchange(&[], &request(session, 1, 13, &body), &void(session, 1));
    assert_eq!((&event["query"], &event["error"]["message"]), (&json!("UPDATE a; "), &json!("batch")));
}

#[test]
fn lengths_that_lie_are_notes() {
    let session = four();
    let rows = [2_u32, 0, u32::MAX >> 1, 5].map(u32::to_be_bytes).concat();
    let event = exchange(&[], &query(session, 1, "SELECT a FROM t"), &answer(session, 1, 8, &rows));
    assert_eq!(event["error"]["message"], "column");
    let body = [&0x7fff_ffff_u32.to_be_bytes()[..], b"SELECT 1"].concat();
    let event = exchange(&[], &request(session, 1, 7, &body), &void(session, 1));
    assert_eq!((&event["query"], &event["error"]["message"]), (&json!("SELECT 1"), &json!("statement")));
}

#[test]
fn secrets_of_logins_are_nowhere() {
    let token = bytes(b"\0ann\0correct horse");
    let credentials =
        [b"\0\x02".to_vec(), text("username"), text("ann"), text("password"), text("correct horse")].concat();
    for (session, op, body) in [(four(), 15, token), (Session::of(1), 4, credentials)] {
        let events = Drive::new(cassandra(&[]))
            .client(startup(session, 0))
            .server(answer(session, 0, 3, &text("org.apache.cassandra.auth.PasswordAuthenticator")))
            .client(request(session, 1, op, &body))
            .server(answer(session, 1, if op == 4 { 2 } else { 16 }, &[]))
            .client(query(session, 2, "SELECT a FROM t"))
            .server(void(session, 2))
            .events(Close::Fin);
        let class = &events[0]["cassandra"]["response"]["authentication"]["class"];
        assert_eq!(class, "org.apache.cassandra.auth.PasswordAuthenticator");
        assert_eq!(events[2]["user"]["name"], "ann");
        assert!(events.iter().all(|event| !event.to_string().contains("horse")), "{events:?}");
    }
    // Tokens of other kinds name nobody.
    let event = exchange(&[], &request(four(), 1, 15, &bytes(b"n,,n=ann,r=secret")), &ready(four(), 1));
    assert!(event.get("user").is_none() && !event.to_string().contains("secret"));
}

#[test]
fn masked_events_have_no_values() {
    let session = four();
    let select = query(session, 1, "SELECT name FROM shop.users WHERE name = 'ann' AND age = 17");
    let event = exchange(&[("mask_literals", 1)], &select, &rows(session, 1, 3));
    assert_eq!(event["query"], "SELECT name FROM shop.users WHERE name = ? AND age = ?");
    assert_eq!(event["cassandra"]["request"]["query"], event["query"]);
    assert!(event.get("response").is_none());
    let event = exchange(&[("mask_literals", 1)], &select, &error(session, 1, 0x2200, "ann is wrong"));
    assert_eq!(event["error.code"], "8704");
    assert!(!event.to_string().contains("ann"), "{event}");
    let event = exchange(&[("mask_literals", 1)], &execute(session, 2, "ann", 7), &void(session, 2));
    assert_eq!(event["params"], json!(["?", "?"]));
    let odd = query(session, 1, "'ann' SELECT");
    assert_eq!(exchange(&[("mask_literals", 1)], &odd, &void(session, 1))["method"], "?");
}

#[test]
fn passwords_in_statements_are_left_out() {
    let session = four();
    for (statement, want) in [
        (
            "CREATE ROLE bob WITH PASSWORD = 'horse' AND LOGIN = true",
            "CREATE ROLE bob WITH PASSWORD = ? AND LOGIN = true",
        ),
        ("ALTER USER 'ann' WITH PASSWORD 'horse'", "ALTER USER 'ann' WITH PASSWORD ?"),
        ("create user x with hashed password '$2a$horse'", "create user x with hashed password ?"),
    ] {
        let answer = error(session, 1, 0x2000, "no viable alternative at 'horse'");
        let event = exchange(&[], &query(session, 1, statement), &answer);
        assert_eq!(event["query"], want);
        assert!(!event.to_string().contains("horse"), "{event}");
    }
    let event = exchange(&[], &query(session, 1, "SELECT a FROM t WHERE password = 'x'"), &void(session, 1));
    assert_eq!(event["query"], "SELECT a FROM t WHERE password = 'x'");
}

#[test]
fn rows_are_cut_where_they_were_asked_to() {
    let session = four();
    let select = query(session, 1, "SELECT name FROM shop.users");
    let event = exchange(&[("max_rows", 1)], &select, &rows(session, 1, 3));
    assert_eq!(event["response"], "name,age\nuser 0,0\n");
    assert_eq!(event["cassandra"]["response"]["result"]["rows"]["num_rows"], 3);
    let event = exchange(&[("max_row_length", 4)], &select, &rows(session, 1, 1));
    assert_eq!(event["response"], "name,age\nuser\n");
    assert!(exchange(&[("max_rows", 0)], &select, &rows(session, 1, 3)).get("response").is_none());
}

#[test]
fn what_waits_at_the_end_is_told_with_its_reason() {
    let session = four();
    let events = Drive::new(cassandra(&[("transaction_timeout", 10)]))
        .client(query(session, 1, "SELECT a FROM t"))
        .pass(11_000)
        .server(rows(session, 1, 1))
        .client(query(session, 2, "SELECT b FROM t"))
        .client(query(session, 2, "SELECT c FROM t"))
        .events(Close::Reset);
    let why: Vec<_> = events.iter().map(|event| &event["packetbeat"]["unmatched"]).collect();
    assert_eq!(why, [&json!("timeout"), &Value::Null, &json!("repeated"), &json!("connection_reset")]);
    assert_eq!(
        (&events[1]["error"]["message"], &events[1]["status"]),
        (&json!("Unmatched response"), &json!("Error"))
    );
}

#[test]
fn behind_a_hole_requests_wait_until_their_stream_is_used_again() {
    let session = four();
    let mut drive = Drive::new(cassandra(&[]));
    drive
        .client([query(session, 1, "SELECT a FROM t"), query(session, 2, "SELECT b FROM t")].concat())
        .lost(ToClient, 40)
        .server(rows(session, 2, 1))
        .client(query(session, 1, "SELECT c FROM t"))
        .server(void(session, 1));
    let events = drive.events(Close::Fin);
    let told: Vec<_> =
        events.iter().map(|event| (&event["query"], &event["packetbeat"]["unmatched"])).collect();
    assert_eq!(
        told,
        [
            (&json!("SELECT b FROM t"), &Value::Null),
            (&json!("SELECT a FROM t"), &json!("gap")),
            (&json!("SELECT c FROM t"), &Value::Null)
        ]
    );
    // A hole in the other direction could have hidden that a stream was used again.
    let mut drive = Drive::new(cassandra(&[]));
    drive
        .client(query(session, 1, "SELECT a FROM t"))
        .lost(ToClient, 13)
        .server(event(session))
        .lost(ToServer, 40)
        .client(query(session, 2, "SELECT b FROM t"))
        .server([rows(session, 1, 1), void(session, 2)].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(events[1]["packetbeat"]["unmatched"], "gap");
    assert_eq!(events[2]["error"]["message"], "Unmatched response");
    assert_eq!((&events[3]["query"], &events[3]["status"]), (&json!("SELECT b FROM t"), &json!("OK")));
}

#[test]
fn sessions_joined_in_the_middle_show_how_they_travel() {
    for (version, compressed) in [(4, false), (4, true), (5, false), (5, true)] {
        let mut session = Session::of(version).after_startup();
        if compressed {
            session = session.compressed();
        }
        let select =
            session.wrap(&query(session, 3, "SELECT name FROM shop.users WHERE name IN ('x', 'x', 'x')"));
        let found = session.wrap(&rows(session, 3, 3));
        // The capture begins within a message.
        let events = Drive::searching(cassandra(&[]))
            .client([&select[20..], &select].concat())
            .server([&found[20..], &found].concat())
            .events(Close::Fin);
        let event = events.iter().find(|event| event["method"] == "SELECT").unwrap();
        assert_eq!(event["response"], "name,age\nuser 0,0\nuser 1,1\nuser 2,2\n", "{version} {compressed}");
    }
}

#[test]
fn version_5_is_framed_from_the_answer_to_startup_on() {
    for compressed in [false, true] {
        let mut session = Session::of(5);
        if compressed {
            session = session.compressed();
        }
        let framed = session.after_startup();
        let mut damaged = framed.wrap(&query(session, 2, "SELECT a FROM t"));
        *damaged.last_mut().unwrap() ^= 1;
        let mut drive = Drive::new(cassandra(&[]));
        drive
            .client(options(session, 0))
            .server(supported(session, 0))
            .client(startup(session, 1))
            .server(ready(session, 1))
            .client(damaged)
            .client(framed.wrap(&query(session, 3, "SELECT b FROM t")))
            .server(framed.wrap(&[rows(session, 3, 1), event(session)].concat()));
        let events = drive.events(Close::Fin);
        let methods: Vec<_> = events.iter().map(|event| event["method"].as_str().unwrap()).collect();
        assert_eq!(methods, ["OPTIONS", "STARTUP", "SELECT", "EVENT"], "{compressed}");
        assert_eq!(events[2]["query"], "SELECT b FROM t");
    }
    // A server that knows no version 5 says so, and the client tries again.
    let (new, old) = (Session::of(5), four());
    let events = Drive::new(cassandra(&[]))
        .client(startup(new, 0))
        .server(error(old, 0, 0x0a, "unsupported version"))
        .client(startup(old, 0))
        .server(ready(old, 0))
        .events(Close::Fin);
    assert_eq!((&events[0]["status"], &events[1]["status"]), (&json!("Error"), &json!("OK")));
}

#[test]
fn what_is_no_message_ends_the_reading() {
    let mut drive = Drive::new(cassandra(&[]));
    drive.client(query(four(), 1, "SELECT a FROM t")).server("HTTP/1.1 400 Bad Request\r\n");
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))));
    assert_eq!(drive.events(Close::Fin)[0]["packetbeat"]["unmatched"], "malformed");
}

#[test]
fn flags_warnings_traces_and_payloads() {
    let mut void = void(four(), 1);
    let body = [
        &[7; 16][..],
        b"\0\x01",
        &text("slow"),
        b"\0\x01",
        &text("who"),
        &bytes(b"secret"),
        &void.split_off(9),
    ];
    let mut message = answer(four(), 1, 8, &body.concat());
    message[1] = 0x0e;
    let event = exchange(&[], &query(four(), 1, "SELECT a FROM t"), &message);
    let response = &event["cassandra"]["response"];
    assert_eq!(response["headers"]["flags"], json!(["Tracing", "CustomPayload", "Warning"]));
    assert_eq!((&response["warnings"], &response["result"]["type"]), (&json!(["slow"]), &json!("void")));
    assert_eq!(event["packetbeat.trace_id"], "07070707-0707-0707-0707-070707070707");
    assert_eq!(event["packetbeat.custom_payload"], json!(["who"]));
    assert!(!event.to_string().contains("secret"));
}

#[test]
fn what_is_no_header_is_none_at_the_same_byte_however_it_was_cut() {
    for second in [&b"\x47"[..], b"\x04\xff"] {
        let ask = query(four(), 1, "SELECT a FROM t");
        let mut whole = Drive::new(cassandra(&[]));
        whole.client([&ask[..], second].concat()).server(void(four(), 1));
        let mut cut = Drive::new(cassandra(&[]));
        cut.client(&ask);
        for byte in second {
            cut.client([*byte]);
        }
        cut.server(void(four(), 1));
        assert!(matches!(whole.finished(), Some(Finish::Malformed(_))));
        assert_eq!(whole.finished(), cut.finished());
        assert_eq!(whole.events(Close::Fin).len(), 1);
        assert_eq!(cut.events(Close::Fin)[0]["packetbeat"]["unmatched"], "malformed");
    }
}

#[test]
fn memory_of_requests_that_wait_is_told() {
    let mut drive = Drive::new(cassandra(&[]));
    let statement = format!("SELECT a FROM t WHERE b = '{}'", "x".repeat(60_000));
    for stream in 0..100 {
        drive.client(query(four(), stream, &statement));
    }
    let held = drive.held();
    assert!((6_000_000..12_000_000).contains(&held), "{held}");
    for stream in 0..100 {
        drive.server(void(four(), stream));
    }
    assert!(drive.held() < 1_000_000, "{}", drive.held());
    assert_eq!(drive.events(Close::Fin).len(), 100);
}
