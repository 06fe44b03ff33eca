//! Sessions by hand: what their events say.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod drive;
mod talk;

use drive::{Drive, ToClient, ToServer, mysql};
use packetbeat_core::stream::{Close, Finish, Next};
use serde_json::{Value, json};
use talk::{
    ATTRIBUTES, NO_EOF, PLAIN, ZLIB, column, command, end, eof, error, execute, greeting, greeting_of,
    lenenc, login, ok, ok_with, packet, prepared, query, result, result_from, row, text, zlib, zstd,
};

fn session(options: &[(&'static str, u64)], capabilities: u32) -> Drive {
    let mut drive = Drive::new(mysql(options));
    drive.server(greeting()).client(login(capabilities)).server(ok(2, 0, 0));
    drive
}

/// `METHOD status rows affected` of each event.
fn digest(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        let number = |name| event["mysql"][name].as_u64().map_or("-".to_owned(), |number| number.to_string());
        let method = event["method"].as_str().unwrap_or("-");
        format!(
            "{method} {} {} {}",
            event["status"].as_str().unwrap(),
            number("num_rows"),
            number("affected_rows")
        )
    };
    events.iter().map(one).collect()
}

#[test]
fn a_statement_and_its_rows() {
    let mut drive = session(&[], PLAIN);
    drive.client(query("select id, name\r\nfrom orders ")).server(result(
        &["id", "name"],
        &[&["1", "a,b"], &["2", ""]],
        true,
    ));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 2 0"]);
    let event = &events[0];
    assert_eq!(event["query"], "select id, name\r\nfrom orders");
    assert_eq!(event["request"], "select id, name\r\nfrom orders");
    assert_eq!(event["response"], "id,name\n1,\"a,b\"\n2,\n");
    assert_eq!(event["path"], "shop.orders");
    assert_eq!(event["source"]["bytes"], 4 + 1 + 29);
    assert_eq!(event["mysql"], json!({"affected_rows": 0, "insert_id": 0, "num_rows": 2, "num_fields": 2}));
    assert_eq!(event["user"]["name"], "ann");
    assert!(event.get("error").is_none(), "{event}");
}

#[test]
fn errors_have_code_state_and_text() {
    let mut drive = session(&[], PLAIN);
    drive.client(query("drop table x")).server(error(1, 1051, "42S02", "Unknown table 'x'"));
    // An error among the rows.
    drive.client(query("select 1"));
    let rows = result(&["a"], &[&["1"]], true);
    drive.server(
        [&rows[..rows.len() - 9], &error(5, 1317, "70100", "Query execution was interrupted")].concat(),
    );
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["DROP Error 0 0", "SELECT Error 1 0"]);
    assert_eq!(events[0]["mysql"]["error_message"], "42S02: Unknown table 'x'");
    assert_eq!(events[1]["mysql"]["error_code"], 1317);
}

#[test]
fn several_results_are_one_event() {
    let mut drive = session(&[], NO_EOF);
    drive.client(query("insert into a values (1); select 2; update a set b = 3"));
    drive.server(ok_with(1, 1, 7, 10, 0));
    drive.server(result_from(2, &["2"], &[&["2"]], false, 10));
    drive.server(ok_with(6, 5, 0, 2, 3));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["INSERT OK 1 6"]);
    assert_eq!(events[0]["mysql"]["insert_id"], 7);
    assert_eq!((&events[0]["packetbeat.results"], &events[0]["packetbeat.warnings"]), (&json!(3), &json!(3)));
}

#[test]
fn commands_without_statements_are_events_if_asked_for() {
    let talk = |drive: &mut Drive| {
        drive.client(command(14, [])).server(ok(1, 0, 0));
        drive.client(command(2, "other")).server(error(1, 1049, "42000", "Unknown database 'other'"));
        drive.client(command(9, [])).server(packet(1, "Uptime: 3600  Threads: 1"));
        drive.client(command(17, b"bob\0\x14a secret of 20 bytesshop\0\x21\0mysql_native_password\0"));
        drive.server(packet(1, b"\xfemysql_native_password\0challenge of 20 byte\0"));
        drive.client(packet(2, b"a secret of 20 bytes"));
        drive.server(ok(3, 0, 0));
        drive.client(query("select 1")).server(result(&["1"], &[&["1"]], true));
        drive.client(command(1, []));
    };
    let mut drive = session(&[], PLAIN);
    talk(&mut drive);
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 1 0"]);
    assert_eq!(events[0]["user"]["name"], "bob");
    let mut drive = session(&[("all_commands", 1)], PLAIN | 8);
    talk(&mut drive);
    let events = drive.events(Close::Fin);
    let want = [
        "LOGIN OK 0 0",
        "PING OK 0 0",
        "INIT_DB Error 0 0",
        "STATISTICS OK 0 0",
        "CHANGE_USER OK 0 0",
        "SELECT OK 1 0",
    ];
    assert_eq!(digest(&events), want);
    assert_eq!((&events[0]["resource"], &events[0]["user"]["name"]), (&json!("shop"), &json!("ann")));
    assert_eq!(events[2]["query"], "other");
    assert!(events.iter().all(|event| !event.to_string().contains("secret")), "{events:?}");
}

#[test]
fn prepared_statements_with_their_parameters() {
    let mut drive = session(&[], PLAIN);
    drive
        .client(command(22, "select name from orders where id = ? and at < ?"))
        .server(prepared(7, 2, 1, true));
    let date = b"\x07\xea\x07\x01\x0f\x09\x08\x07".to_vec();
    drive.client(execute(7, &[(3, Some(vec![0xfe, 0xff, 0xff, 0xff])), (12, Some(date))]));
    drive.server([&result_from(1, &["name"], &[], true, 2)[..], &[]].concat());
    // The types are not repeated.
    let mut again = vec![7, 0, 0, 0, 0, 1, 0, 0, 0, 0b10, 0];
    again.extend(5_u32.to_le_bytes());
    drive.client(command(23, again)).server(result_from(1, &["name"], &[], true, 2));
    drive.client(command(25, 7_u32.to_le_bytes()));
    drive.client(execute(7, &[])).server(error(1, 1243, "HY000", "Unknown prepared statement handler (7)"));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 0 0", "SELECT OK 0 0", "SELECT OK 0 0", "EXECUTE Error 0 0"]);
    assert_eq!(events[0]["query"], "Request Prepare Statement");
    assert_eq!(events[0]["error"]["message"], "select name from orders where id = ? and at < ?");
    assert_eq!(events[0]["mysql"]["num_fields"], 1);
    assert_eq!(events[0].get("response"), None);
    assert_eq!(events[1]["query"], "select name from orders where id = ? and at < ?");
    assert_eq!(events[1]["params"], json!(["-2", "2026-01-15 09:08:07"]));
    assert_eq!(events[2]["params"], json!(["5", "NULL"]));
    assert_eq!(events[3]["query"], "Request Execute Statement");
    assert_eq!(events[3]["error"]["message"], "The actual query being used is unknown");
}

#[test]
fn parameters_in_parts_in_bulk_and_before_the_answer() {
    let mut drive = session(&[], PLAIN);
    drive.client(command(22, "insert into t values (?, ?)")).server(prepared(1, 2, 0, true));
    drive.client(command(24, b"\x01\0\0\0\x01\0long ")).client(command(24, b"\x01\0\0\0\x01\0text"));
    drive.client(execute(1, &[(1, Some(vec![9])), (252, Some(Vec::new()))])).server(ok(1, 1, 0));
    // In bulk: types, then for each value what it is.
    let bulk = b"\x01\0\0\0\x80\0\x03\0\xfd\0\0\x05\0\0\0\0\x03one\0\x06\0\0\0\x01";
    drive.client(command(0xfa, bulk)).server(ok(1, 2, 0));
    // Sent with the statement, which has no number yet.
    drive.client([command(22, "delete from t"), execute(u32::MAX, &[])].concat());
    drive.server([prepared(2, 0, 0, true), ok(1, 4, 0)].concat());
    drive.client(execute(u32::MAX, &[])).server(ok(1, 0, 0));
    let events = drive.events(Close::Fin);
    let want = [
        "INSERT OK 0 0",
        "INSERT OK 0 1",
        "INSERT OK 0 2",
        "DELETE OK 0 0",
        "DELETE OK 0 4",
        "DELETE OK 0 0",
    ];
    assert_eq!(digest(&events), want);
    assert_eq!(events[1]["params"], json!(["9", "long text"]));
    assert_eq!(events[2]["params"], json!(["5", "one"]));
    assert_eq!(events[4]["query"], "delete from t");
}

#[test]
fn attributes_of_queries_and_executions_are_passed_over() {
    let mut drive = session(&[], ATTRIBUTES);
    let mut attributes = b"\x03\x02\x01\x02\x01\xfe\0\x05trace\x08\0\x03one".to_vec();
    attributes.extend(b"\x03abcselect 1");
    // Two attributes, the second one NULL.
    drive.client(packet(0, &attributes)).server(result(&["1"], &[&["1"]], false));
    drive.client(packet(0, b"\x03\0\x01select 2")).server(result(&["2"], &[&["2"]], false));
    drive.client(command(22, "do ?")).server(prepared(1, 1, 0, false));
    let mut body = vec![1, 0, 0, 0, 8, 1, 0, 0, 0, 2, 0, 1];
    body.extend(b"\x03\0\0\xfd\0\x04span");
    body.extend(6_u32.to_le_bytes());
    body.extend(b"\x02xy");
    drive.client(command(23, body)).server(ok(1, 0, 0));
    let events = drive.events(Close::Fin);
    let queries: Vec<_> = events.iter().map(|event| event["query"].as_str().unwrap()).collect();
    assert_eq!(queries, ["select 1", "select 2", "Request Prepare Statement", "do ?"]);
    assert_eq!(events[3]["params"], json!(["6"]));
}

#[test]
fn cursors_and_columns_that_are_not_repeated() {
    let mut drive = session(&[("all_commands", 1)], PLAIN);
    drive.client(command(22, "select a from t")).server(prepared(1, 0, 1, true));
    let mut head = [lenenc_packet(1, 1), column(2, "t", "a", 253), eof(3, 0x42)].concat();
    drive.client(command(23, [1, 0, 0, 0, 1, 1, 0, 0, 0])).server(&head);
    drive.client(command(28, [1, 0, 0, 0, 2, 0, 0, 0]));
    drive.server([packet(1, b"\0\0\x01x"), packet(2, b"\0\0\x01y"), eof(3, 0x42)].concat());
    // MySQL's way to leave the columns out, then MariaDB's.
    head = [packet(1, [0, 1]), packet(2, b"\0\0\x01z"), eof(3, 2)].concat();
    drive.client(execute(1, &[])).server(head);
    let events = drive.events(Close::Fin);
    let rows: Vec<_> = events.iter().map(|event| event["mysql"]["num_rows"].as_u64().unwrap()).collect();
    assert_eq!(rows, [0, 0, 0, 2, 1]);
    assert_eq!(events[4]["response"], "orders.id\nz\n".replace("orders.", ""));

    let mut drive = Drive::new(mysql(&[]));
    drive.server(greeting_of("5.5.5-10.11.19-MariaDB", u32::MAX)).client(login(PLAIN)).server(ok(2, 0, 0));
    drive.client(command(22, "select id from t")).server(prepared(1, 0, 1, true));
    drive
        .client(execute(1, &[]))
        .server([packet(1, [1, 0]), eof(2, 2), packet(3, b"\0\0\x01z"), eof(4, 2)].concat());
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 0 0", "SELECT OK 1 0"]);
    assert_eq!(events[1]["response"], "id\nz\n");
}

fn lenenc_packet(seq: u8, number: usize) -> Vec<u8> {
    packet(seq, lenenc(number))
}

#[test]
fn payloads_of_more_than_16_megabytes() {
    let mut drive = session(&[], PLAIN);
    let mut statement = b"\x03insert into t values ('".to_vec();
    statement.resize(0xff_ffff, b'x');
    drive.client(packet(0, &statement)).client(packet(1, b"yz')")).server(ok(2, 1, 0));
    drive.client(query("select a from t"));
    let head = [lenenc_packet(1, 1), column(2, "t", "a", 253), eof(3, 2)].concat();
    let mut long = b"\xfe\xfe\xff\xff\0\0\0\0\0".to_vec();
    long.resize(0xff_ffff, b'x');
    drive.server(head).server(packet(4, &long)).server(packet(5, b"xxxxxxxx")).server(eof(6, 2));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["INSERT OK 0 1", "SELECT OK 1 0"]);
    assert_eq!(events[0]["source"]["bytes"], 4 + 0xff_ffff + 4 + 4);
    assert_eq!(events[0]["query"].as_str().unwrap().len(), (64 << 10) - 1);
    assert_eq!(
        events[0]["error"]["message"],
        "The statement or its parameters were too long to be kept whole"
    );
    assert_eq!(events[1]["response"].as_str().unwrap(), format!("a\n{}\n", "x".repeat(1024)));
}

#[test]
fn a_file_from_the_client() {
    let mut drive = session(&[], PLAIN);
    drive.client(query("load data local infile 'x' into table t")).server(packet(1, b"\xfbx"));
    // Numbers of packets come round: one of them looks like a command.
    for seq in 2..=258_u32 {
        drive.client(packet(seq as u8, b"\x03line\n"));
    }
    drive.client(packet(3, [])).server(ok(4, 200, 0));
    drive.client(query("commit")).server(ok(1, 0, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["LOAD OK 0 200", "COMMIT OK 0 0"]);
    assert_eq!(events[0]["source"]["bytes"], 44 + 257 * 10 + 4);
}

#[test]
fn compressed_sessions() {
    for with_zstd in [false, true] {
        let layer = |seq, bytes: &[u8]| if with_zstd { zstd(seq, bytes) } else { zlib(seq, bytes, true) };
        let capabilities = if with_zstd { PLAIN | 1 << 26 } else { ZLIB };
        let mut drive = session(&[], capabilities);
        let long = format!("select '{}'", "a".repeat(40_000));
        let asked = query(&long);
        // Packets inside are cut anywhere.
        drive.client(
            [layer(0, &asked[..3]), layer(1, &asked[3..20_000]), layer(2, &asked[20_000..])].concat(),
        );
        let rows = result(&["a"], &[&["b"], &["b"], &["b"]], true);
        let answer = [layer(1, &rows[..20]), zlib(2, &rows[20..], false)].concat();
        for byte in answer {
            drive.server([byte]);
        }
        drive.client(layer(0, &query("commit"))).server(layer(1, &ok(1, 0, 0)));
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["SELECT OK 3 0", "COMMIT OK 0 0"], "zstd {with_zstd}");
        assert_eq!(events[0]["source"]["bytes"], asked.len());
        assert_eq!(events[0]["query"].as_str().unwrap(), long);
    }
}

#[test]
fn what_says_less_than_it_inflates_to_is_given_up() {
    let mut drive = session(&[], ZLIB);
    let mut bomb = zlib(0, &vec![b'a'; 1 << 20], true);
    bomb[4..7].copy_from_slice(&[100, 0, 0]);
    drive.client(bomb);
    assert!(matches!(drive.finished(), Some(Finish::Malformed(_))), "{:?}", drive.finished());
    assert!(drive.events(Close::Broken).is_empty());
}

#[test]
fn tls_is_handed_over() {
    let mut drive = Drive::new(mysql(&[]));
    let mut wish = (PLAIN | 1 << 11).to_le_bytes().to_vec();
    wish.resize(32, 0);
    drive.server(greeting()).client([packet(1, wish), b"\x16\x03\x01".to_vec()].concat());
    assert_eq!(drive.finished(), Some(Finish::Upgrade(Next::Named("tls"))));
    assert!(drive.events(Close::Handed).is_empty());
}

#[test]
fn proxies_say_who_the_client_is() {
    let texts: [&[u8]; 2] =
        [b"PROXY TCP4 203.0.113.7 192.0.2.25 50000 3306\r\n", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"];
    for text in texts {
        let mut drive = Drive::new(mysql(&[]));
        drive.client(text).server(greeting()).client(login(PLAIN)).server(ok(2, 0, 0));
        drive.client(query("select 1")).server(result(&["1"], &[&["1"]], true));
        let events = drive.events(Close::Fin);
        assert_eq!(
            (digest(&events), &events[0]["user"]["name"]),
            (vec!["SELECT OK 1 0".to_owned()], &json!("ann"))
        );
    }
}

#[test]
fn sessions_joined_in_the_middle() {
    // Within the rows of something, in either kind of session.
    for with_eof in [true, false] {
        let mut drive = Drive::midstream(mysql(&[]));
        let rows = result(&["a"], &[&["one"], &["two"]], with_eof);
        drive.server(&rows[12..]);
        drive.client(query("select b from t where c = 'd'")).server(result(&["b"], &[&["1"]], with_eof));
        drive.client(command(14, [])).server(ok(1, 0, 0));
        drive.client(execute(3, &[])).server(ok(1, 1, 0));
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["SELECT OK 1 0", "EXECUTE OK 0 1"], "EOF {with_eof}");
    }
    // From the login on, its first packets lost.
    let mut drive = Drive::midstream(mysql(&[]));
    drive.client(login(NO_EOF)).server(ok(2, 0, 0));
    drive.client(query("select 1")).server(result(&["1"], &[&["1"]], false));
    let events = drive.events(Close::Fin);
    assert_eq!(
        (digest(&events), &events[0]["user"]["name"]),
        (vec!["SELECT OK 1 0".to_owned()], &json!("ann"))
    );
    // From the greeting on, without the handshake of TCP.
    let mut drive = Drive::midstream(mysql(&[]));
    drive.server(greeting()).client(login(PLAIN)).server(ok(2, 0, 0));
    drive.client(query("select 1")).server(result(&["1"], &[&["1"]], true));
    assert_eq!(digest(&drive.events(Close::Fin)), ["SELECT OK 1 0"]);
}

#[test]
fn compressed_sessions_joined_in_the_middle() {
    for compress in [true, false] {
        let mut drive = Drive::midstream(mysql(&[]));
        let long = format!("select '{}'", "a".repeat(200));
        drive.server(&zlib(3, &result(&["a"], &[&["b"]], true), true)[20..]);
        drive.client(zlib(0, &query(&long), compress)).server(zlib(
            1,
            &result(&["a"], &[&["b"]], true),
            true,
        ));
        drive.client(zlib(0, &query("use `test`"), false)).server(zlib(1, &ok(1, 0, 0), false));
        let events = drive.events(Close::Fin);
        assert_eq!(digest(&events), ["SELECT OK 1 0", "USE OK 0 0"], "compressed {compress}");
    }
}

#[test]
fn holes_leave_what_was_seen() {
    let mut drive = session(&[], PLAIN);
    let rows = result(&["a"], &[&["1"], &["2"], &["3"]], true);
    drive.client(query("select a from t")).server(&rows[..rows.len() - 15]).lost(ToClient, 6);
    drive.server(&rows[rows.len() - 9..]);
    drive.client(query("commit")).server(ok(1, 0, 0));
    drive.client(query("select lost")).lost(ToServer, 30);
    drive.client(query("update t set a = 1")).server(ok(1, 2, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 2 0", "COMMIT OK 0 0", "SELECT Error - -", "UPDATE OK 0 2"]);
    assert_eq!(events[0]["packetbeat"]["bytes_lost"], 6);
    assert_eq!(events[0]["error"]["message"], "Packet loss while capturing the response");
    assert_eq!(events[2]["packetbeat"]["unmatched"], "gap");
}

#[test]
fn patience_ends() {
    let mut drive = session(&[("transaction_timeout", 5)], PLAIN);
    drive.client(query("select sleep(10)")).pass(6000);
    drive.server(result(&["a"], &[&["0"]], true));
    drive.client(query("commit")).server(ok(1, 0, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT Error - -", "COMMIT OK 0 0"]);
    assert_eq!(events[0]["packetbeat"]["unmatched"], "timeout");

    let mut drive = session(&[("statement_timeout", 60)], PLAIN);
    drive.client(command(22, "do 1")).server(prepared(1, 0, 0, true));
    drive.pass(50_000).client(execute(1, &[])).server(ok(1, 0, 0));
    drive.pass(61_000).client(execute(1, &[])).server(ok(1, 0, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(events[1]["query"], "do 1");
    assert_eq!(events[2]["query"], "Request Execute Statement");
}

#[test]
fn what_is_no_answer_costs_one_event() {
    let mut drive = session(&[], PLAIN);
    drive.client(query("select 1")).server(packet(1, text("neither rows nor an error")));
    drive.client(query("select 2")).server(packet(1, [0xfd, 0xff, 0xff, 0xff]));
    drive.client(query("select 3")).server(result(&["3"], &[&["3"]], true));
    // A progress report is no error.
    drive.client(query("alter table t add b int"));
    drive.server(packet(1, b"\xff\xff\xff\x01\x01\x02\x10\x27\0\x04copy")).server(ok(2, 9, 0));
    let events = drive.events(Close::Fin);
    assert_eq!(digest(&events), ["SELECT OK 0 0", "SELECT OK 0 0", "SELECT OK 1 0", "ALTER OK 0 9"]);
    assert_eq!(events[0]["error"]["message"], "number of columns");
}

#[test]
fn masks_hide_values() {
    let mut drive = session(&[("mask_literals", 1)], PLAIN);
    drive.client(query("select name from orders where name = 'Ann' and id in (1, 2) -- for Bob"));
    drive.server(result(&["name"], &[&["Ann"]], true));
    drive.client(command(22, "insert into t values (?, 'secret')")).server(prepared(1, 1, 0, true));
    drive.client(execute(1, &[(253, Some(text("Carol")))])).server(error(
        1,
        1062,
        "23000",
        "Duplicate entry 'Carol'",
    ));
    // From here on a backslash is a backslash.
    drive.client(query("set sql_mode = 'no_backslash_escapes'")).server(ok_with(1, 0, 0, 0x202, 0));
    drive.client(query(r"select 'C:\', 'Dave', x")).server(ok_with(1, 0, 0, 0x202, 0));
    let events = drive.events(Close::Fin);
    let all: String = events.iter().map(ToString::to_string).collect();
    for value in ["Ann", "Bob", "secret", "Carol", "Dave", "response"] {
        assert!(!all.contains(value), "{value} in {all}");
    }
    assert_eq!(events[0]["query"], "select name from orders where name = ? and id in (?, ?)");
    assert_eq!(events[1]["error"]["message"], "insert into t values (?, ?)");
    assert_eq!(
        (&events[2]["params"], &events[2]["mysql"]["error_message"]),
        (&json!(["?"]), &json!("23000"))
    );
    assert_eq!(events[4]["query"], "select ?, ?, x");
}

#[test]
fn passwords_in_statements_are_concealed() {
    let mut drive = session(&[], PLAIN);
    drive.client(query("create user 'bob'@'%' identified by 'hunter2'")).server(ok(1, 0, 0));
    drive.client(command(22, "set password for bob = 'hunter2'")).server(prepared(1, 0, 0, true));
    drive.client(query("alter user bob identified by 'hunter2' nonsense"));
    drive.server(error(1, 1064, "42000", "syntax error near 'hunter2'"));
    let events = drive.events(Close::Fin);
    assert_eq!(events[0]["query"], "create user 'bob'@'%' identified by ?");
    assert_eq!(events[1]["error"]["message"], "set password for bob = ?");
    assert!(events.iter().all(|event| !event.to_string().contains("hunter")), "{events:?}");
}

#[test]
fn rows_are_shown_up_to_the_limits() {
    let mut drive = session(&[("max_rows", 2), ("max_row_length", 5)], PLAIN);
    drive.client(query("select *")).server(result(
        &["a", "b", "c"],
        &[&["12", "3456", "7"], &["", "b", "c"], &["x", "", ""]],
        true,
    ));
    drive.client(query("select *")).server(result(&["a"], &[], true));
    let events = drive.events(Close::Fin);
    assert_eq!(events[0]["response"], "a,b,c\n12,345\n,b,c\n");
    assert_eq!(events[0]["mysql"]["num_rows"], 3);
    assert_eq!(events[1]["response"], "a\n");
    let _ = (end(1, 0), row(1, &[]));
}

#[test]
fn a_long_row_is_inflated_however_it_is_cut() {
    let wide = "wide ".repeat(40_000);
    let rows = result(&["wide"], &[&[&wide]], true);
    let whole = zlib(1, &rows, true);
    for cut in 1..whole.len() {
        let mut drive = session(&[], ZLIB);
        drive.client(zlib(0, &query("select 1"), false)).server(&whole[..cut]).server(&whole[cut..]);
        assert_eq!(digest(&drive.events(Close::Fin)), ["SELECT OK 1 0"], "cut at {cut} of {}", whole.len());
    }
}
