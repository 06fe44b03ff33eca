//! The conformance kit, on conversations by hand.
#![allow(missing_docs, clippy::indexing_slicing)] // a test

mod talk;

use packetbeat_mysql::Mysql;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations};
use talk::{
    NO_EOF, PLAIN, ZLIB, command, eof, error, execute, greeting, login, ok, ok_with, packet, prepared, query,
    result, result_from, row, zlib,
};

packetbeat_testkit::count_allocations!();

fn opening(capabilities: u32) -> Conversation {
    Conversation::new("opening")
        .server(greeting())
        .client(login(capabilities))
        .server(ok(2, 0, 0))
        .client(command(14, []))
        .server(ok(1, 0, 0))
}

fn statements() -> Conversation {
    Conversation { name: "statements".to_owned(), ..opening(PLAIN) }
        .client(query("select id, name from orders where name = 'it''s'"))
        .server(result(&["id", "name"], &[&["1", "pens"], &["2", "ink"], &["3", ""]], true))
        .client(query("insert into orders values (4, 'paper')"))
        .server(ok(1, 1, 4))
        .client(query("selct 1"))
        .server(error(1, 1064, "42000", "You have an error"))
        .client(query("load data local infile 'x' into table orders"))
        .server(packet(1, b"\xfbx"))
        .client(packet(2, b"5,glue\n6,tape\n"))
        .client(packet(3, []))
        .server(ok(4, 2, 0))
        .client(query("call two()"))
        .server(
            [result_from(1, &["a"], &[&["1"]], true, 10), result_from(5, &["b"], &[&["2"]], true, 10)]
                .concat(),
        )
        .server(ok(9, 0, 0))
        .client(command(1, []))
}

fn without_eof() -> Conversation {
    Conversation { name: "without EOF".to_owned(), ..opening(NO_EOF) }
        .client(query("select id from orders"))
        .server(result(&["id"], &[&["1"], &["2"]], false))
        .client(query("select id from orders where 1 = 0"))
        .server(result(&["id"], &[], false))
        .client(query("update orders set id = 5"))
        .server(ok_with(1, 3, 0, 2, 1))
}

fn prepared_statements() -> Conversation {
    let binary = |first: u8| {
        let row = packet(first + 3, b"\0\0\x04pens");
        let head = result_from(first, &["name"], &[], true, 2);
        let head = head[..head.len() - 9].to_vec();
        [head, row, eof(first + 4, 2)].concat()
    };
    Conversation { name: "prepared".to_owned(), ..opening(PLAIN) }
        .client(command(22, "select name from orders where id = ? and name = ?"))
        .server(prepared(1, 2, 1, true))
        .client(execute(1, &[(8, Some(7_u64.to_le_bytes().to_vec())), (253, Some(b"\x04pens".to_vec()))]))
        .server(binary(1))
        .client(execute(1, &[(8, None), (253, Some(b"\x03ink".to_vec()))]))
        .server(binary(1))
        .client(command(25, 1_u32.to_le_bytes()))
        .client(command(22, "broken"))
        .server(error(1, 1064, "42000", "You have an error"))
}

fn long_result() -> Conversation {
    let rows: Vec<Vec<u8>> =
        (0..600).map(|at: u32| row((at + 4) as u8, &[&at.to_string(), "name"])).collect();
    let head = result_from(1, &["id", "name"], &[], true, 2);
    let head = head[..head.len() - 9].to_vec();
    Conversation { name: "long".to_owned(), ..opening(PLAIN) }
        .client(query("select id, name from orders"))
        .server([head, rows.concat(), eof(0, 2)].concat())
        .client(query("commit"))
        .server(ok(1, 0, 0))
}

fn compressed() -> Conversation {
    let rows = result(&["id", "name"], &[&["1", "pens"], &["2", "ink"]], true);
    Conversation::new("compressed")
        .server(greeting())
        .client(login(ZLIB))
        .server(ok(2, 0, 0))
        .client(zlib(0, &query("select id, name from orders where name in ('a', 'a', 'a', 'a')"), true))
        .server([zlib(1, &rows[..30], false), zlib(2, &rows[30..], true)].concat())
        .client(zlib(0, &query("commit"), false))
        .server(zlib(1, &ok(1, 0, 0), false))
}

#[test]
fn conforms() {
    // Whether a session has a user, and what a statement's number stands for, was said before. A hole among the client's commands
    // may also take the one behind it along, where it begins with no word that is known.
    let options = Options { remembers: true, lost_at_hole: 2, ..Options::default() };
    let repeated = Conversation::new("a statement")
        .client(query("select id, name from orders where id = 17"))
        .server(result(&["id", "name"], &[&["17", "pens"]], true));
    tcp::<Mysql>(options)
        .conversations([statements(), without_eof(), prepared_statements(), long_result()])
        .steady(opening(PLAIN), repeated)
        .check();
}

#[test]
fn compressed_sessions_conform() {
    // Where a compressed packet begins is not found again after a hole, and what its bytes are is known only from the login.
    // So a hole in front of it, or within it, takes all statements along. Inflating allocates in its library.
    let options = Options {
        remembers: true,
        may_abandon: true,
        allocations: None,
        lost_at_hole: 2,
        ..Options::default()
    };
    tcp::<Mysql>(options).conversation(compressed()).check();
}

#[test]
fn recorded_sessions_conform() {
    for name in ["mysql", "mysql-prepared", "mysql-compressed"] {
        let talks = tcp_conversations(format!("../../tests/pcaps/{name}.pcap"), &[3306]);
        assert!(talks.is_ok(), "{name}: {:?}", talks.err());
        // Prepared statements are known by what was said before. A hole in the login of a compressed session takes all of it along.
        let compressed = name == "mysql-compressed";
        let options = Options {
            effort: 256 << 10,
            rounds: 100,
            remembers: true,
            may_abandon: compressed,
            allocations: None,
            lost_at_hole: if compressed { 16 } else { 2 },
            ..Options::default()
        };
        tcp::<Mysql>(options).conversations(talks.unwrap_or_default()).check();
    }
}
