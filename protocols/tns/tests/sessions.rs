//! What events say, on sessions by hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

mod drive;
mod talk;

use drive::{Drive, ToClient, tns};
use packetbeat_core::stream::{Close, Finish, Next};
use serde_json::Value;
use talk::{
    V12, V23, Version, accept, connect, connect_to, data, flagged, marker, number, redirect, refuse,
    security, status,
};

const HIDDEN: &[(&str, u64)] = &[];

fn opened(version: Version, options: &[(&'static str, u64)]) -> Drive {
    let mut drive = Drive::new(tns(options));
    for (client, bytes) in version.opening() {
        if client {
            drive.client(bytes)
        } else {
            drive.server(bytes)
        };
    }
    drive
}

fn methods(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["method"].as_str().unwrap()).collect()
}

#[test]
fn a_session_says_who_and_where() {
    for version in [V12, V23] {
        let events = opened(version, HIDDEN).events(Close::Fin);
        assert_eq!(methods(&events), ["CONNECT", "LOGON"]);
        let connect = &events[0];
        assert_eq!(connect["status"], "OK");
        assert_eq!(connect["resource"], "shop");
        let tns = &connect["tns"];
        assert_eq!((&tns["version"], &tns["packet_type"]), (&319.into(), &"accept".into()));
        assert_eq!((&tns["service_name"], &tns["instance_name"]), (&"shop".into(), &"shop1".into()));
        assert_eq!((&tns["program"], &tns["client_host"]), (&"till".into(), &"pc17".into()));
        assert_eq!(tns["user"], "ann");
        assert!(tns.get("function").is_none() && connect.get("user").is_none());
        let login = &events[1];
        assert_eq!(
            (&login["user"]["name"], &login["tns"]["function"]),
            (&"shop".into(), &"authenticate".into())
        );
        assert_eq!(login["related"]["user"], serde_json::json!(["shop", "ann"]));
    }
}

#[test]
fn nothing_of_a_login_but_the_user_is_told() {
    for options in [&[("all_commands", 1)][..], HIDDEN] {
        let all = format!("{:?}", opened(V12, options).events(Close::Fin));
        for secret in ["354CF305D28897", "B5EC12E7", "38AF", "AUTH_"] {
            assert!(!all.contains(secret), "{secret}");
        }
    }
    let events = opened(V12, &[("all_commands", 1)]).events(Close::Fin);
    assert_eq!(methods(&events), ["CONNECT", "NEGOTIATE", "NEGOTIATE", "LOGON", "LOGON"]);
}

#[test]
fn statements_and_what_came_of_them() {
    for version in [V12, V23] {
        let mut drive = opened(version, HIDDEN);
        drive.client(version.execute(3, "select name from orders")).server(version.result(
            3,
            2,
            &["pens", "ink"],
            false,
        ));
        drive.client(version.fetch(4, 2)).server(version.result(4, 2, &["paper"], true));
        drive.client(version.again(5, 2)).server(version.result(5, 2, &["pens"], true));
        drive.client(version.execute(6, "insert into orders values (4)")).server(version.answer(6, 3, 1));
        drive.client(version.execution(7, 2, b"").as_slice().pipe_data()).server(version.result(
            7,
            2,
            &["ink"],
            true,
        ));
        drive.client(version.call(14, 8)).server(status(8));
        drive.client(version.call(147, 9)).server(status(9));
        drive.client(version.call(9, 10)).server(status(10));
        let events = &drive.events(Close::Fin)[2..];
        assert_eq!(methods(events), ["SELECT", "FETCH", "SELECT", "INSERT", "SELECT", "COMMIT", "LOGOFF"]);
        let told = |at: usize| {
            let tns = &events[at]["tns"];
            (
                events[at]["query"].as_str(),
                tns["function"].as_str().unwrap(),
                tns["rows"].as_u64(),
                tns["cursor_id"].as_u64(),
            )
        };
        let select = Some("select name from orders");
        assert_eq!(told(0), (select, "execute", Some(2), Some(2)));
        assert_eq!(told(1), (select, "fetch", Some(1), Some(2)));
        assert_eq!(told(2), (select, "re-execute and fetch", Some(1), Some(2)));
        assert_eq!(told(3), (Some("insert into orders values (4)"), "execute", Some(1), Some(3)));
        assert_eq!(told(4), (select, "execute", Some(1), Some(2)));
        assert_eq!(told(5), (None, "commit", None, None));
        assert!(events.iter().all(|event| event["status"] == "OK" && event["user"]["name"] == "shop"));
        assert_eq!(events[0]["tns"]["sql_id"], events[4]["tns"]["sql_id"]);
        assert_eq!(events[0]["request"], "select name from orders");
        assert_eq!(events[0]["source"]["bytes"], version.execute(3, "select name from orders").len());
    }
}

trait PipeData {
    fn pipe_data(&self) -> Vec<u8>;
}

impl PipeData for [u8] {
    fn pipe_data(&self) -> Vec<u8> {
        data(self)
    }
}

#[test]
fn errors_have_number_and_text() {
    let mut drive = opened(V12, HIDDEN);
    drive
        .client(V12.execute(3, "select 1 from nothing"))
        .server(marker(1))
        .server(marker(2))
        .client(marker(2));
    drive.server(V12.error(3, 4, 942, "ORA-00942: table or view does not exist\n"));
    drive.client(V12.execute(4, "begin select 1 into x from dual where 1 = 0; end;"));
    drive.server(V12.error(4, 5, 1403, "ORA-01403: no data found\nORA-06512: at line 1\n"));
    drive.client(V12.execute(5, "select 1 from dual")).server(V12.result(5, 6, &[], true));
    let events = &drive.events(Close::Fin)[2..];
    let first = &events[0];
    assert_eq!((&first["status"], &first["error.code"]), (&"Error".into(), &"ORA-00942".into()));
    assert_eq!(first["error"]["message"], "ORA-00942: table or view does not exist");
    assert_eq!(first["tns"]["error_code"], 942);
    assert_eq!(first["tns"]["error_message"], first["error"]["message"]);
    assert_eq!((&events[1]["method"], &events[1]["error.code"]), (&"BEGIN".into(), &"ORA-01403".into()));
    assert_eq!((&events[2]["status"], events[2].get("error")), (&"OK".into(), None));
    assert_eq!(events[2]["tns"]["rows"], 0);
}

#[test]
fn a_failed_login_is_told_with_its_user() {
    let mut drive = Drive::new(tns(HIDDEN));
    let opening = V12.opening();
    for (client, bytes) in &opening[..opening.len() - 1] {
        if *client {
            drive.client(bytes)
        } else {
            drive.server(bytes)
        };
    }
    drive.server(V12.error(2, 0, 1017, "ORA-01017: invalid username/password; logon denied\n"));
    let events = drive.events(Close::Fin);
    let login = events.last().unwrap();
    assert_eq!((&login["method"], &login["error.code"]), (&"LOGON".into(), &"ORA-01017".into()));
    assert_eq!(login["user"]["name"], "shop");
}

#[test]
fn listeners_refuse_redirect_and_ask_again() {
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect()).server([0, 8, 0, 0, 11, 0, 0, 0]).client(connect());
    drive.server(refuse(
        "(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))",
    ));
    let events = drive.events(Close::Fin);
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["status"], &events[0]["error.code"]), (&"Error".into(), &"ORA-12514".into()));
    assert_eq!(events[0]["error"]["message"], "The listener does not know this service");
    assert_eq!(events[0]["source"]["bytes"], 2 * connect().len());
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect_to("(DESCRIPTION=(CONNECT_DATA=(SID=old)))", 308));
    drive.server(redirect("(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.9)(PORT=1024))"));
    let event = &drive.events(Close::Fin)[0];
    assert_eq!((&event["tns"]["sid"], &event["resource"]), (&"old".into(), &"old".into()));
    assert_eq!(event["tns"]["packet_type"], "redirect");
    assert_eq!(event["tns"]["redirected_to"], "(ADDRESS=(PROTOCOL=tcp)(HOST=192.0.2.9)(PORT=1024))");
}

#[test]
fn a_long_descriptor_follows_in_a_packet_of_its_own() {
    let descriptor = format!("(DESCRIPTION=(PAD={})(CONNECT_DATA=(SERVICE_NAME=far)))", "x".repeat(250));
    let mut short = connect_to(&descriptor, 317)[..74].to_vec();
    short[..2].copy_from_slice(&74_u16.to_be_bytes());
    // Its length has two bytes: nothing is agreed on yet.
    let mut follows = vec![0, 0, 0, 0, 6, 0, 0, 0, 0, 0];
    follows.extend(descriptor.as_bytes());
    let len = (follows.len() as u16).to_be_bytes();
    follows[..2].copy_from_slice(&len);
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(&short).client(&follows).server(accept(317));
    let event = &drive.events(Close::Fin)[0];
    assert_eq!((&event["tns"]["service_name"], &event["tns"]["version"]), (&"far".into(), &317.into()));
    assert_eq!(event["source"]["bytes"], short.len() + follows.len());
}

#[test]
fn encryption_is_told_once() {
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect()).server(accept(319)).client(security(17, 5)).server(security(17, 5));
    drive.client(data([0x9d; 80])).server(data([0x8e; 80]));
    assert_eq!(drive.finished(), Some(Finish::Opaque));
    let events = drive.events(Close::Fin);
    assert_eq!(methods(&events), ["CONNECT", "NEGOTIATE"]);
    assert_eq!(events[1]["tns"]["encryption"], "AES256");
    assert_eq!(events[1]["tns"]["integrity"], "SHA256");
    assert_eq!(
        events[1]["error"]["message"],
        "The session is encrypted from here on: its calls cannot be read"
    );
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00");
    assert_eq!(drive.finished(), Some(Finish::Upgrade(Next::Named("tls"))));
    let events = drive.events(Close::Fin);
    assert_eq!((methods(&events), &events[0]["tns"]["encryption"]), (vec!["NEGOTIATE"], &"TLS".into()));
}

#[test]
fn a_packet_whose_length_looks_like_tls_is_none() {
    // 0x1603 bytes, in a session whose lengths have two bytes.
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect_to("(DESCRIPTION=(CONNECT_DATA=(SID=old)))", 310)).server(accept(310));
    let sql = format!("select '{}' from dual", "x".repeat(5600));
    let mut call = vec![0x16, 3, 0, 0, 6, 0, 0, 0, 0, 0];
    call.extend(V12.execution(3, 0, sql.as_bytes()));
    call.resize(0x1603, 0);
    drive.client(&call).server(V12.result(3, 2, &["x"], true));
    assert_eq!(drive.finished(), None);
    assert_eq!(methods(&drive.events(Close::Fin)), ["CONNECT", "SELECT"]);
}

#[test]
fn checksums_alone_hide_nothing() {
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect()).server(accept(319)).client(security(0, 3)).server(security(0, 3));
    let sum = |packet: Vec<u8>| data([&packet[10..], &[0x5a; 20], &[0]].concat());
    for (client, bytes) in &V12.opening()[2..] {
        if *client {
            drive.client(sum(bytes.clone()))
        } else {
            drive.server(sum(bytes.clone()))
        };
    }
    drive.client(sum(V12.execute(3, "select 1 from dual"))).server(sum(V12.result(3, 2, &["1"], true)));
    let events = drive.events(Close::Fin);
    assert_eq!(methods(&events), ["CONNECT", "LOGON", "SELECT"]);
    assert_eq!((&events[2]["tns"]["rows"], &events[2]["tns"]["integrity"]), (&1.into(), &"SHA1".into()));
}

#[test]
fn values_and_passwords_stay_here() {
    let mut drive = opened(V12, &[("mask_literals", 1)]);
    drive.client(V12.execute(3, "select 1 from t where name = 'Ann' and q = q'[it's]' and id = :1 -- note"));
    drive.server(V12.error(3, 4, 1, "ORA-00001: unique constraint violated, row (Ann)\n"));
    drive.client(V12.execute(4, "alter user ann identified by tiger")).server(V12.answer(4, 5, 0));
    let events = &drive.events(Close::Fin)[2..];
    assert_eq!(events[0]["query"], "select ? from t where name = ? and q = ? and id = :1");
    assert_eq!((&events[0]["error.code"], events[0].get("error")), (&"ORA-00001".into(), None));
    assert!(events[0]["tns"].get("sql_id").is_none() && !format!("{events:?}").contains("Ann"));
    assert_eq!(events[1]["query"], "alter user ann identified by ?");
    let mut drive = opened(V12, HIDDEN);
    drive.client(V12.execute(3, "create user ann identified by tiger")).server(V12.answer(3, 5, 0));
    let event = &drive.events(Close::Fin)[2];
    assert_eq!(
        (&event["query"], &event["request"]),
        (&"create user ann identified by ?".into(), &"create user ann identified by ?".into())
    );
}

#[test]
fn attributes_are_those_of_the_session_and_closed_cursors_are_forgotten() {
    for version in [V12, V23] {
        let mut drive = opened(version, HIDDEN);
        drive.client(version.execute(3, "select 1 from dual")).server(version.result(3, 2, &["1"], true));
        drive.client(version.along(4, "till", "pay", &[2], &version.execution(6, 0, b"call pay()")));
        drive.server(version.answer(6, 7, 1));
        drive.client(version.again(7, 2)).server(version.answer(7, 2, 0));
        let events = &drive.events(Close::Fin)[2..];
        assert_eq!(methods(events), ["SELECT", "CALL", "EXECUTE"]);
        assert!(events[0]["tns"].get("module").is_none());
        assert_eq!(
            (&events[1]["tns"]["module"], &events[1]["tns"]["action"]),
            (&"till".into(), &"pay".into())
        );
        assert_eq!((&events[2]["tns"]["module"], events[2].get("query")), (&"till".into(), None));
    }
}

#[test]
fn long_statements_come_in_chunks_and_packets() {
    let sql = format!("select * from orders where id in ({}1)", "123456, ".repeat(700));
    let call = V12.execution(3, 0, sql.as_bytes());
    let mut drive = opened(V12, HIDDEN);
    for part in call.chunks(900) {
        drive.client(data(part));
    }
    let rows: Vec<String> = (0..900).map(|row| format!("the row number {row}")).collect();
    let answer = V12.result(3, 2, &rows.iter().map(String::as_str).collect::<Vec<_>>(), true);
    for part in answer[10..].chunks(1013) {
        drive.server(data(part));
    }
    drive.client(V12.fetch(4, 2)).server(V12.result(4, 2, &[], true));
    let events = &drive.events(Close::Fin)[2..];
    assert_eq!(methods(events), ["SELECT", "FETCH"]);
    assert_eq!((&events[0]["query"], &events[1]["query"]), (&sql.as_str().into(), &sql.as_str().into()));
    assert_eq!((&events[0]["tns"]["rows"], events[0].get("error")), (&900.into(), None));
}

#[test]
fn the_text_of_jdbc_has_no_length_in_front() {
    let sql = "update orders set name = :1 where id = :2";
    let mut call = V12.execution(3, 0, sql.as_bytes());
    let at = call.windows(sql.len()).position(|part| part == sql.as_bytes()).unwrap();
    call.remove(at - 1);
    let mut drive = opened(V12, HIDDEN);
    drive.client(data(call)).server(V12.answer(3, 2, 5));
    let event = &drive.events(Close::Fin)[2];
    assert_eq!((&event["query"], &event["tns"]["rows"]), (&sql.into(), &5.into()));
}

#[test]
fn very_long_packets_are_read_at_both_ends() {
    let mut drive = opened(V12, HIDDEN);
    let rows: Vec<String> = (0..9000).map(|row| format!("the row number {row} of a large packet")).collect();
    let answer = V12.result(3, 2, &rows.iter().map(String::as_str).collect::<Vec<_>>(), true);
    assert!(answer.len() > 300_000);
    drive.client(V12.execute(3, "select name from orders"));
    for part in answer.chunks(1400) {
        drive.server(part);
    }
    drive.client(V12.call(14, 4)).server(status(4));
    let events = &drive.events(Close::Fin)[2..];
    assert_eq!(methods(events), ["SELECT", "COMMIT"]);
    assert_eq!(
        (&events[0]["tns"]["rows"], &events[0]["destination"]["bytes"]),
        (&9000.into(), &answer.len().into())
    );
}

#[test]
fn pipelines_are_paired_by_number() {
    let mut drive = opened(V23, HIDDEN);
    for (seq, sql) in [(3, "select 1 from dual"), (4, "insert into t values (1)"), (5, "select 2 from dual")]
    {
        drive.client(flagged(0x0800, V23.execution(seq, 0, sql.as_bytes())));
    }
    let ended = |packet: Vec<u8>| flagged(0x2000, [&packet[10..], &[29]].concat());
    drive.server([ended(V23.result(3, 2, &["1"], true)), ended(V23.answer(4, 3, 1))].concat());
    drive.server(ended(V23.result(5, 4, &["2"], true)));
    let events = &drive.events(Close::Fin)[2..];
    assert_eq!(methods(events), ["SELECT", "INSERT", "SELECT"]);
    assert!(events.iter().all(|event| event["tns"]["rows"] == 1 && event.get("packetbeat").is_none()));
    assert_eq!(events[2]["query"], "select 2 from dual");
}

/// A call of a thick client: numbers as its machine has them.
fn thick(sql: &str, seq: u8) -> Vec<u8> {
    const POINTER: [u8; 8] = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let mut call = vec![3, 94, seq, 0x61, 0x80, 0, 0, 0, 0, 0, 0];
    call.extend(POINTER);
    call.extend((sql.len() as u32 * 3).to_le_bytes());
    call.extend(POINTER);
    call.extend([13, 0, 0, 0]);
    call.extend(POINTER);
    call.extend([0; 120]);
    call.push(sql.len() as u8);
    call.extend(sql.as_bytes());
    call.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    data(call)
}

fn thick_end(seq: u8, cursor: u8, rows: u64, error: Option<(u16, &str)>) -> Vec<u8> {
    let mut end = vec![0; 66];
    end[0] = 4;
    end[1] = 1;
    end[5] = 0x43;
    end[17] = cursor;
    end[45] = seq;
    let code = error.map_or(0, |(code, _)| code);
    end[11..13].copy_from_slice(&code.to_le_bytes());
    end.extend(u32::from(code).to_le_bytes());
    end.extend(number(rows));
    end.extend([3, 0, 0, 0, 0, 0, 0, 0]);
    if let Some((_, text)) = error {
        end.push(text.len() as u8);
        end.extend(text.as_bytes());
    }
    end.push(29);
    data(end)
}

#[test]
fn thick_clients_are_read_as_their_machine_writes() {
    let mut drive = Drive::new(tns(HIDDEN));
    drive.client(connect()).server(accept(319));
    drive.client(thick("select name from orders", 5)).server(thick_end(5, 4, 2, None));
    drive.client(data([3, 5, 6, 4, 0, 0, 0, 15, 0, 0, 0])).server(thick_end(
        6,
        4,
        3,
        Some((1403, "ORA-01403: no data found\n")),
    ));
    drive.client(thick("drop table nothing", 7)).server(thick_end(
        7,
        5,
        0,
        Some((942, "ORA-00942: no such table\n")),
    ));
    let events = &drive.events(Close::Fin)[1..];
    assert_eq!(methods(events), ["SELECT", "FETCH", "DROP"]);
    assert_eq!((&events[0]["tns"]["rows"], &events[0]["tns"]["cursor_id"]), (&2.into(), &4.into()));
    assert_eq!(
        (&events[1]["query"], &events[1]["status"]),
        (&"select name from orders".into(), &"OK".into())
    );
    assert_eq!(events[2]["error.code"], "ORA-00942");
}

#[test]
fn joined_in_the_middle_calls_are_read_and_holes_shift_nothing() {
    let mut drive = Drive::midstream(tns(HIDDEN));
    drive.server(V12.result(2, 2, &["old"], true));
    drive.client(V12.execute(3, "select 1 from dual")).server(V12.result(3, 2, &["1"], true));
    drive.client(V12.execute(4, "select 2 from dual")).lost(ToClient, 200);
    drive.client(V12.execute(5, "select 3 from dual")).server(V12.result(5, 2, &["3"], true));
    let events = drive.events(Close::Fin);
    assert_eq!(methods(&events), ["SELECT", "SELECT", "SELECT"]);
    assert_eq!(events[1]["packetbeat"]["unmatched"], "gap");
    assert_eq!((&events[2]["query"], &events[2]["tns"]["rows"]), (&"select 3 from dual".into(), &1.into()));
}

#[test]
fn what_waits_too_long_is_given_up_and_its_late_answer_is_no_others() {
    let mut drive = opened(V12, &[("transaction_timeout", 2)]);
    drive.client(V12.execute(3, "select slow from dual")).pass(3000);
    drive.client(V12.execute(4, "select quick from dual")).server(V12.result(3, 2, &["late"], true));
    drive.server(V12.result(4, 3, &["a", "b"], true));
    let events = &drive.events(Close::Fin)[2..];
    assert_eq!(events[0]["packetbeat"]["unmatched"], "timeout");
    assert_eq!(
        (&events[1]["query"], &events[1]["tns"]["rows"]),
        (&"select quick from dual".into(), &2.into())
    );
}
