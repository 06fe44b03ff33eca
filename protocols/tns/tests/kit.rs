//! The conformance kit, on conversations by hand: no Oracle database can be run for tests.
#![allow(missing_docs, clippy::indexing_slicing)] // a test

mod talk;

use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations};
use packetbeat_tns::Tns;
use talk::{V12, V23, Version, marker, status};

packetbeat_testkit::count_allocations!();

fn opening(version: Version) -> Conversation {
    version.opening().into_iter().fold(Conversation::new("opening"), |talk, (client, bytes)| {
        if client { talk.client(bytes) } else { talk.server(bytes) }
    })
}

fn statements(name: &str, version: Version) -> Conversation {
    Conversation { name: name.to_owned(), ..opening(version) }
        .client(version.execute(3, "select name from orders where id < 10"))
        .server(version.result(3, 2, &["pens", "ink"], false))
        .client(version.fetch(4, 2))
        .server(version.result(4, 2, &["paper"], true))
        .client(version.again(5, 2))
        .server(version.result(5, 2, &["pens"], true))
        .client(version.execute(6, "insert into orders values (4, 'paper')"))
        .server(version.answer(6, 3, 1))
        .client(version.execute(7, "select 1 from nothing"))
        .server(marker(1))
        .server(marker(2))
        .client(marker(2))
        .server(version.error(7, 4, 942, "ORA-00942: table or view does not exist\n"))
        .client(version.along(8, "till", "pay", &[2, 3], &version.execution(10, 0, b"begin pay(:1); end;")))
        .server(version.answer(10, 5, 1))
        .client(version.call(14, 11))
        .server(status(11))
        .client(version.call(15, 12))
        .server(status(12))
        .client(version.call(9, 13))
        .server(status(13))
}

fn long_statement() -> Conversation {
    let sql = format!("select name from orders where id in ({})", "1234567, ".repeat(300));
    let call = V12.execution(3, 0, sql.as_bytes());
    let mut talk = Conversation { name: "long".to_owned(), ..opening(V12) };
    for part in call.chunks(1000) {
        talk = talk.client(talk::data(part));
    }
    let rows: Vec<String> = (0..400).map(|row| format!("row number {row}")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = V12.result(3, 2, &rows, true);
    for part in answer[10..].chunks(2000) {
        talk = talk.server(talk::data(part));
    }
    talk.client(V12.call(9, 4)).server(status(4))
}

#[test]
fn tns_conforms() {
    // User and service, the statements of cursors, and how calls are written were said before. A hole at the login takes the first
    // calls along.
    let options = Options { remembers: true, lost_at_hole: 2, effort: 4 << 20, ..Options::default() };
    let repeated = Conversation::new("a statement")
        .client(V12.execute(3, "select name from orders where id < 10"))
        .server(V12.result(3, 2, &["pens", "ink"], false));
    tcp::<Tns>(options)
        .conversations([statements("12.2", V12), statements("23ai", V23), long_statement()])
        .steady(opening(V12), repeated)
        .check();
}

#[test]
fn sessions_of_many_versions_conform() {
    let talks = tcp_conversations("../../tests/pcaps/tns.pcap", &[1521, 1024]);
    assert!(talks.is_ok(), "{:?}", talks.err());
    // As above; where encryption is agreed on in a hole, what follows cannot be read.
    let options = Options {
        effort: 1 << 20,
        rounds: 200,
        remembers: true,
        allocations: None,
        lost_at_hole: 4,
        ..Options::default()
    };
    tcp::<Tns>(options).conversations(talks.unwrap_or_default()).check();
}
