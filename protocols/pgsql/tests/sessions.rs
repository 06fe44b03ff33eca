//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;
mod talk;

use drive::{Drive, ToClient, ToServer, pgsql};
use packetbeat_core::stream::{Close, Finish, Next};
use serde_json::{Value, json};
use talk::{
    bind, columns, complete, describe, error, execute, let_in, message, notice, parse, query, ready, result,
    row, special, startup, startup_of, sync, text,
};

fn session(options: &[(&'static str, u64)]) -> Drive {
    let mut drive = Drive::new(pgsql(options));
    drive.client(startup()).server(let_in());
    drive
}

/// `METHOD status rows` of each event.
fn digest(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        let rows = event["pgsql"]["num_rows"].as_u64().map_or("-".to_owned(), |number| number.to_string());
        format!("{} {} {rows}", event["method"].as_str().unwrap(), event["status"].as_str().unwrap())
    };
    events.iter().map(one).collect()
}

fn queries(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["query"].as_str().unwrap_or("-")).collect()
}

/// What answers an execution of a statement that was parsed before.
fn updated(rows: u32) -> Vec<u8> {
    [message(b'2', []), complete(&format!("UPDATE {rows}"))].concat()
}

/// An execution of the statement `name`.
fn execution(name: &str, value: &[u8]) -> Vec<u8> {
    [bind("", name, &[(false, Some(value))], &[]), execute("")].concat()
}

#[test]
fn a_statement_and_its_rows() {
    let mut drive = session(&[]);
    let answer = result(&["id", "name"], &[&["1", "a,b"], &["2", ""]]);
    drive.client(query("select id, name\r\nfrom orders; ")).server([answer.clone(), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 2"]);
    let event = &events[0];
    assert_eq!(event["query"], "select id, name\r\nfrom orders");
    assert_eq!(event["response"], "id,name\n1,\"a,b\"\n2,\n");
    assert_eq!(event["source"]["bytes"], query("select id, name\r\nfrom orders; ").len());
    assert_eq!(event["destination"]["bytes"], answer.len());
    assert_eq!(event["pgsql"], json!({"num_rows": 2, "num_fields": 2}));
    assert_eq!((&event["user"]["name"], &event["packetbeat.database"]), (&json!("ann"), &json!("shop")));
    assert!(event.get("error").is_none(), "{event}");
}

#[test]
fn statements_of_one_query_have_their_own_answers() {
    let mut drive = session(&[]);
    let both = "insert into t values (';'); select 1 /* ; */; update t set a = $$;$$; select 2";
    let answers =
        [complete("INSERT 0 1"), result(&["a"], &[&["1"]]), error("ERROR", "42P01", "no t"), ready()];
    drive.client(query(both)).server(answers.concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["INSERT OK 0", "SELECT OK 1", "UPDATE Error 0", "SELECT Error -"]);
    assert_eq!(events[0]["packetbeat.affected_rows"], 1);
    assert_eq!(events[2]["pgsql"]["error_severity"], "ERROR");
    assert_eq!(
        (&events[2]["pgsql"]["error_code"], &events[2]["error.code"]),
        (&json!("42P01"), &json!("42P01"))
    );
    assert_eq!(events[2]["error"]["message"], "no t");
    assert_eq!(events[3]["error"]["message"], "Not executed, because of an earlier error");
    assert!(events.iter().all(|event| event["source"]["bytes"] == query(both).len()));
    assert!(events[3].get("packetbeat").is_none(), "{}", events[3]);
}

#[test]
fn a_rule_may_answer_more_or_less_than_was_asked() {
    let mut drive = session(&[]);
    drive
        .client(query("notify a"))
        .server([complete("NOTIFY"), complete("NOTIFY"), ready()].concat())
        .client(query("a; b"))
        .server([complete("A"), ready()].concat())
        .client(query(""))
        .server([message(b'I', []), ready()].concat())
        .client(query("commit"))
        .server([complete("COMMIT"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["NOTIFY OK 0", "A OK 0", "B OK -", "COMMIT OK 0"]);
}

#[test]
fn a_pipeline_keeps_its_order_over_an_error() {
    let mut drive = session(&[]);
    let asked = [
        parse("s1", "update t set a = $1", &[]),
        [execution("s1", b"a"), execution("s1", b"b"), execution("s1", b"c"), sync()].concat(),
        [execution("s1", b"d"), sync(), sync()].concat(),
        [parse("", "select 1", &[]), bind("", "", &[], &[]), execute(""), sync()].concat(),
    ];
    let refused = [message(b'2', []), error("ERROR", "23505", "duplicate"), ready()].concat();
    let last =
        [message(b'1', []), message(b'2', []), row(&[Some(b"1")]), complete("SELECT 1"), ready()].concat();
    drive
        .client(asked.concat())
        .server([message(b'1', []), updated(1), refused, updated(4), ready(), ready(), last].concat())
        .client(query("commit"))
        .server([complete("COMMIT"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(
        digest(&events),
        ["UPDATE OK 0", "UPDATE Error 0", "UPDATE Error -", "UPDATE OK 0", "SELECT OK 1", "COMMIT OK 0"]
    );
    let params: Vec<_> = events.iter().map(|event| event["params"][0].as_str().unwrap_or("-")).collect();
    assert_eq!(params, ["a", "b", "c", "d", "-", "-"]);
    assert_eq!(events[3]["packetbeat.affected_rows"], 4);
}

#[test]
fn bytes_are_those_of_all_messages_of_an_execution() {
    let mut drive = session(&[]);
    let asked = [
        parse("", "select $1", &[23]),
        bind("", "", &[(true, Some(&[0, 0, 0, 7]))], &[]),
        describe(b'P', ""),
        execute(""),
        sync(),
    ]
    .concat();
    let answer = result(&["a"], &[&["7"]]);
    drive.client(&asked).server([message(b'1', []), message(b'2', []), answer.clone(), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!((&events[0]["source"]["bytes"], &events[0]["params"]), (&json!(asked.len()), &json!(["7"])));
    assert_eq!(events[0]["destination"]["bytes"], answer.len());
}

#[test]
fn what_was_prepared_is_remembered_until_it_is_closed() {
    let mut drive = session(&[("statement_timeout", 10)]);
    let close = |name: &str| message(b'C', [b"S".to_vec(), text(name)].concat());
    drive
        .client([parse("s1", "update t set a = $1", &[]), sync()].concat())
        .server([message(b'1', []), ready()].concat())
        .client([execution("s1", b"a"), sync()].concat())
        .server([updated(1), ready()].concat())
        .client([close("s1"), sync()].concat())
        .server([message(b'3', []), ready()].concat())
        .client([execution("s1", b"b"), sync()].concat())
        .server([updated(1), ready()].concat())
        .client([parse("s2", "update t set a = $1", &[]), sync()].concat())
        .server([message(b'1', []), ready()].concat())
        .pass(11_000)
        .client([execution("s2", b"c"), sync()].concat())
        .server([updated(1), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(queries(&events), ["update t set a = $1", "-", "-"]);
    for event in &events[1..] {
        assert_eq!(event["method"], "EXECUTE");
        assert_eq!(event["error"]["message"], "The actual query being used is unknown");
        assert_eq!(event["status"], "OK");
    }
}

#[test]
fn settings_of_drivers_and_what_is_only_prepared_are_shown_on_demand() {
    for (all, want) in [
        (0, vec!["LOGIN Error 0", "SELEC Error 0"]),
        (1, vec!["LOGIN Error 0", "LOGIN OK 0", "SET OK 0", "PREPARE OK -", "SELEC Error 0"]),
    ] {
        let mut refused = Drive::new(pgsql(&[("all_commands", all)]));
        refused.client(startup()).server(error("FATAL", "28P01", "password authentication failed"));
        let mut events = refused.events(Close::Fin);
        assert_eq!(events[0]["user"]["name"], "ann");
        let mut drive = session(&[("all_commands", all)]);
        drive
            .client([parse("", "set x = 1", &[]), bind("", "", &[], &[]), execute(""), sync()].concat())
            .server([message(b'1', []), message(b'2', []), complete("SET"), ready()].concat())
            .client([parse("s", "select 1", &[]), sync()].concat())
            .server([message(b'1', []), ready()].concat())
            .client([parse("s", "selec 1", &[]), sync()].concat())
            .server([error("ERROR", "42601", "syntax error"), ready()].concat());
        events.extend(drive.events(Close::Fin));
        assert_eq!(digest(&events), want, "{all}");
    }
}

#[test]
fn encryption_is_handed_over_or_refused() {
    let (tls, gss) = (special(80_877_103, &[]), special(80_877_104, &[]));
    let mut drive = Drive::new(pgsql(&[]));
    drive.client(&tls).server("S");
    assert_eq!(drive.finished(), Some(Finish::Upgrade(Next::Named("tls"))));
    let mut drive = Drive::new(pgsql(&[]));
    drive.client(&gss).server("G");
    assert_eq!(drive.finished(), Some(Finish::Opaque));
    let mut drive = Drive::new(pgsql(&[]));
    drive.client(&gss).server("N").client(&tls).server("N").client(startup()).server(let_in());
    drive.client(query("select 1")).server([result(&["a"], &[&["1"]]), ready()].concat());
    assert_eq!(digest(&drive.events(Close::Fin)), ["SELECT OK 1"]);
}

#[test]
fn a_request_to_cancel_wants_no_answer() {
    let mut drive = Drive::new(pgsql(&[("all_commands", 1)]));
    drive.client(special(80_877_102, &[0, 0, 0, 7, 1, 2, 3, 4]));
    assert_eq!(drive.tally().unanswered_by_design(), 1);
    let events = drive.events(Close::Fin);
    assert_eq!((digest(&events), events.len()), (vec!["CANCEL OK -".to_owned()], 1));
}

#[test]
fn version_3_2_has_longer_keys() {
    let mut drive = Drive::new(pgsql(&[]));
    let key = message(b'K', [&[0, 0, 0, 7][..], &[9; 32]].concat());
    let negotiated = message(b'v', [0, 3, 0, 0, 0, 0, 0, 0]);
    drive
        .client(startup_of(0x0003_0002))
        .server([negotiated, message(b'R', [0; 4]), key, ready()].concat())
        .client(query("select 1"))
        .server([result(&["a"], &[&["1"]]), ready()].concat());
    assert_eq!(digest(&drive.events(Close::Fin)), ["SELECT OK 1"]);
}

#[test]
fn rows_are_shown_within_limits_and_counted_beyond() {
    let mut drive = session(&[("max_rows", 2), ("max_row_length", 6)]);
    let rows: &[&[&str]] = &[&["1", "abcdefgh", "x"], &["22", "abcd", "x"], &["3", "c", "x"]];
    drive.client(query("select")).server([result(&["a", "b", "c"], rows), ready()].concat());
    let event = &drive.events(Close::Fin)[0];
    assert_eq!(event["response"], "a,b,c\n1,abcde\n22,abcd\n");
    assert_eq!(event["pgsql"]["num_rows"], 3);
}

#[test]
fn a_row_that_lies_breaks_nothing() {
    let mut drive = session(&[]);
    let lies = message(b'D', [0, 2, 0x7f, 0xff, 0xff, 0xff, b'a']);
    let rows =
        [columns(&[("a", 25), ("b", 23)]), lies, row(&[Some(b"b"), None]), complete("SELECT 2"), ready()];
    drive.client(query("select")).server(rows.concat());
    drive.client(query("commit")).server([complete("COMMIT"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 2", "COMMIT OK 0"]);
    assert_eq!(events[0]["response"], "a,b\na\nb,\n");
}

#[test]
fn odd_messages_are_passed_over_by_their_length() {
    let mut drive = session(&[]);
    drive
        .client(message(b'?', b"what is this"))
        .client(query("select 1"))
        .server(
            [message(b'T', [0]), message(b'?', b"what"), row(&[Some(b"1")]), complete("SELECT 1"), ready()]
                .concat(),
        )
        .client([parse("", "select $1", &[]), message(b'B', b"\0\0\0\0\0\x09"), execute(""), sync()].concat())
        .server([message(b'1', []), error("ERROR", "08P01", "invalid message format"), ready()].concat())
        .client(query("commit"))
        .server([complete("COMMIT"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 1", "SELECT Error 0", "COMMIT OK 0"]);
    assert_eq!(events[0]["error"]["message"], "number of columns");
}

#[test]
fn secrets_stay_out_of_events() {
    let mut drive = Drive::new(pgsql(&[("all_commands", 1)]));
    drive
        .client(startup())
        .server(message(b'R', [0, 0, 0, 3]))
        .client(message(b'p', b"hunter2\0"))
        .server(let_in())
        .client(query("alter role ann password 'hunter2'"))
        .server([error("ERROR", "42601", "syntax error at or near \"hunter2\""), ready()].concat())
        .client(query("create user mapping for ann server s options (user 'a', password 'hunter2')"))
        .server([complete("CREATE USER MAPPING"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["LOGIN OK 0", "ALTER Error 0", "CREATE OK 0"]);
    assert!(events.iter().all(|event| !event.to_string().contains("hunter2")), "{events:?}");
    assert_eq!(events[1]["query"], "alter role ann password ?");
    assert_eq!(events[1]["error.code"], "42601");
}

#[test]
fn masked_events_hold_no_value() {
    let mut drive = session(&[("mask_literals", 1)]);
    drive
        .client(query("select 'secret' as secret -- secret"))
        .server([result(&["a"], &[&["secret"]]), ready()].concat())
        .client([parse("", "select $1", &[]), execution("", b"secret"), sync()].concat())
        .server(
            [message(b'1', []), message(b'2', []), error("ERROR", "22P02", "bad \"secret\""), ready()]
                .concat(),
        );
    let events = drive.events(Close::Fin);
    assert_eq!(queries(&events), ["select ? as secret", "select $1"]);
    let values: String = events.iter().map(|event| event.to_string().replace("as secret", "")).collect();
    assert!(!values.contains("secret"), "{values}");
    assert_eq!((&events[1]["params"], &events[1]["pgsql"]["error_code"]), (&json!(["?"]), &json!("22P02")));
}

#[test]
fn copies_are_counted_in_both_directions() {
    let mut drive = session(&[]);
    let data = [message(b'd', b"1\n"), message(b'd', b"2\n"), message(b'c', [])].concat();
    drive
        .client(query("copy t from stdin"))
        .server(message(b'G', [0, 0, 1, 0, 0]))
        .client(&data)
        .server([notice("WARNING", "odd"), complete("COPY 2"), ready()].concat())
        .client(query("copy t to stdout"))
        .server([message(b'H', [0, 0, 1, 0, 0]), data.clone(), complete("COPY 2"), ready()].concat())
        .client(query("start_replication slot s"))
        .server(message(b'W', [0, 0, 0]));
    assert_eq!(drive.finished(), Some(Finish::Opaque));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["COPY OK 2", "COPY OK 2", "START_REPLICATION OK 0"]);
    assert_eq!(events[0]["source"]["bytes"], query("copy t from stdin").len() + data.len());
    assert_eq!(
        (&events[0]["packetbeat.affected_rows"], &events[0]["packetbeat.warnings"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(events[1]["destination"]["bytes"], 5 + 5 + data.len() + complete("COPY 2").len());
}

#[test]
fn an_error_at_the_end_of_a_group_belongs_to_no_statement() {
    let mut drive = session(&[]);
    drive
        .client(
            [parse("", "insert into t values (1)", &[]), bind("", "", &[], &[]), execute(""), sync()]
                .concat(),
        )
        .server([message(b'1', []), message(b'2', []), complete("INSERT 0 1")].concat())
        .server([error("ERROR", "23503", "deferred"), ready()].concat())
        .client(query("select 1"))
        .server([result(&["a"], &[&["1"]]), ready()].concat());
    assert_eq!(drive.tally().unmatched_responses(), 1);
    assert_eq!(digest(&drive.events(Close::Fin)), ["INSERT OK 0", "SELECT OK 1"]);
}

#[test]
fn answers_that_come_too_late_are_given_to_nobody() {
    let mut drive = session(&[("transaction_timeout", 5)]);
    drive.client(query("select pg_sleep(9)")).pass(6_000).client(query("select 2")).server(
        [result(&["late"], &[&["x"]]), ready(), result(&["a", "b"], &[&["2", "3"]]), ready()].concat(),
    );
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT Error -", "SELECT OK 1"]);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "timeout");
    assert_eq!(events[1]["response"], "a,b\n2,3\n");
}

#[test]
fn too_many_that_wait_do_not_shift_the_answers() {
    let mut drive = session(&[]);
    let asked: Vec<u8> = (0..1100).flat_map(|at: u32| execution("s", at.to_string().as_bytes())).collect();
    drive.client([parse("s", "update t set a = $1", &[]), sync()].concat());
    drive.server([message(b'1', []), ready()].concat());
    drive.client([asked, sync()].concat());
    for at in 0..1100 {
        drive.server(updated(at));
    }
    drive.server(ready()).client(query("commit")).server([complete("COMMIT"), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 1101);
    for event in &events {
        let affected = event["packetbeat.affected_rows"].as_u64().map(|rows| rows.to_string());
        let overflowed = event["packetbeat"]["unmatched"] == "overflow";
        assert!(overflowed || event["query"] == "commit" || event["params"][0] == json!(affected), "{event}");
    }
    assert_eq!(digest(&events[1100..]), ["COMMIT OK 0"]);
}

#[test]
fn after_a_hole_no_answer_meets_another_request() {
    // Among the rows: what was seen of them is told.
    let mut drive = session(&[]);
    let rows = [columns(&[("a", 25)]), row(&[Some(b"1")])].concat();
    drive
        .client(query("select 1"))
        .server(rows)
        .lost(ToClient, 1000)
        .server([complete("SELECT 9"), ready()].concat());
    drive.client(query("select 2")).server([result(&["a"], &[&["2"]]), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 1", "SELECT OK 1"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 1000);
    // Among the client's requests.
    let mut drive = session(&[]);
    drive.client(query("select 1")).lost(ToServer, 30).server([result(&["a"], &[&["1"]]), ready()].concat());
    drive.client("of a statement\0").client(query("select 3"));
    drive.server([result(&["a"], &[&["3"]]), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT Error -", "SELECT OK 1"]);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "gap");
    assert_eq!(events[1]["response"], "a\n3\n");
}

#[test]
fn a_session_joined_in_the_middle_is_read_from_its_next_request_on() {
    let mut drive = Drive::midstream(pgsql(&[]));
    drive
        .server([row(&[Some(b"0")]), complete("SELECT 1"), ready()].concat())
        .client([message(b'H', []), query("select 1")].concat())
        .server([result(&["a"], &[&["1"]]), ready()].concat())
        .client([execution("s9", b"x"), sync()].concat())
        .server([updated(3), ready()].concat());
    let events = drive.events(Close::CaptureEnd);
    assert_eq!(digest(&events), ["SELECT OK 1", "EXECUTE OK 0"]);
    assert!(events[0].get("user").is_none());
    assert_eq!(events[1]["params"], json!(["x"]));
}

#[test]
fn after_a_hole_a_sync_alone_shifts_nothing() {
    let mut drive = session(&[]);
    drive
        .lost(ToClient, 10)
        .client([describe(b'P', "walk"), sync()].concat())
        .server([columns(&[("a", 25)]), ready()].concat())
        .client(query("select 1"))
        .server([result(&["a"], &[&["1"]]), ready()].concat())
        .client(query("select 2"))
        .server([result(&["a"], &[&["2"]]), ready()].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 1", "SELECT OK 1"]);
    assert_eq!(events[0]["response"], "a\n1\n");
}

#[test]
fn what_waits_at_the_end_is_told() {
    let mut drive = session(&[]);
    drive.client([query("select 1"), execution("s", b"x")].concat());
    let events = drive.events(Close::Reset);
    assert_eq!(digest(&events), ["SELECT Error -", "EXECUTE Error -"]);
    assert!(events.iter().all(|event| event["packetbeat"]["unmatched"] == "connection_reset"));
}
