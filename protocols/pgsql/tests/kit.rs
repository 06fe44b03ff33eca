//! The conformance kit, on conversations by hand.
#![allow(missing_docs, clippy::unwrap_used)] // a test

mod talk;

use packetbeat_pgsql::Pgsql;
use packetbeat_testkit::drive::configured;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations, tcp_parser};
use talk::{
    bind, columns, complete, describe, error, execute, let_in, message, notice, parse, query, ready, result,
    row, special, startup, sync,
};

packetbeat_testkit::count_allocations!();

fn opening() -> Conversation {
    Conversation::new("opening").client(startup()).server(let_in())
}

fn simple() -> Conversation {
    Conversation::new("simple")
        .client(special(80_877_103, &[]))
        .server("N")
        .client(startup())
        .server(message(b'R', [0, 0, 0, 5, 1, 2, 3, 4]))
        .client(message(b'p', b"md5secret\0"))
        .server(let_in())
        .client(query("select id, name from orders where name = 'it''s'"))
        .server(result(&["id", "name"], &[&["1", "pens"], &["2", "ink"], &["3", ""]]))
        .server(ready())
        .client(query("insert into orders values (4, 'paper'); update orders set id = 5;"))
        .server([complete("INSERT 0 1"), complete("UPDATE 3"), ready()].concat())
        .client(query("selct 1"))
        .server([error("ERROR", "42601", "syntax error at or near \"selct\""), ready()].concat())
        .client(query("drop table if exists nothing"))
        .server([notice("NOTICE", "it does not exist"), complete("DROP TABLE"), ready()].concat())
        .client(query("commit; selct 1; select 2"))
        .server([complete("COMMIT"), error("ERROR", "42601", "syntax error"), ready()].concat())
        .client(message(b'X', []))
}

fn extended() -> Conversation {
    let id = 7_i32.to_be_bytes();
    let values = [(true, Some(&id[..])), (false, Some(&b"pens"[..])), (false, None)];
    Conversation { name: "extended".to_owned(), ..opening() }
        .client(
            [
                parse("", "select name from orders where id = $1 or name = $2 or $3", &[23, 25, 25]),
                bind("", "", &values, &[1]),
                describe(b'P', ""),
                execute(""),
                sync(),
            ]
            .concat(),
        )
        .server([message(b'1', []), message(b'2', []), columns(&[("name", 25)])].concat())
        .server([row(&[Some(b"pens")]), complete("SELECT 1"), ready()].concat())
        .client([parse("s1", "update orders set name = $1", &[]), describe(b'S', "s1"), sync()].concat())
        .server([message(b'1', []), message(b't', [0, 1, 0, 0, 0, 25]), message(b'n', []), ready()].concat())
        .client([bind("", "s1", &[(false, Some(b"ink"))], &[]), execute(""), sync()].concat())
        .server([message(b'2', []), complete("UPDATE 1"), ready()].concat())
        .client(
            [
                [bind("", "s1", &[(false, Some(b"a"))], &[]), execute("")].concat(),
                [bind("", "s1", &[(false, Some(b"b"))], &[]), execute("")].concat(),
                [bind("", "s1", &[(false, Some(b"c"))], &[]), execute(""), sync()].concat(),
                [bind("", "s1", &[(false, Some(b"d"))], &[]), execute(""), sync()].concat(),
            ]
            .concat(),
        )
        .server([message(b'2', []), complete("UPDATE 1"), message(b'2', [])].concat())
        .server([error("ERROR", "23505", "duplicate key"), ready()].concat())
        .server([message(b'2', []), complete("UPDATE 2"), ready()].concat())
        .client([parse("", "broken", &[]), sync()].concat())
        .server([error("ERROR", "42601", "syntax error"), ready()].concat())
}

fn copies() -> Conversation {
    Conversation { name: "copies".to_owned(), ..opening() }
        .client(query("copy orders from stdin"))
        .server(message(b'G', [0, 0, 2, 0, 0, 0, 0]))
        .client([message(b'd', b"1\tpens\n"), message(b'd', b"2\tink\n"), message(b'c', [])].concat())
        .server([complete("COPY 2"), ready()].concat())
        .client(query("copy orders to stdout"))
        .server(message(b'H', [0, 0, 2, 0, 0, 0, 0]))
        .server([message(b'd', b"1\tpens\n"), message(b'd', b"2\tink\n"), message(b'c', [])].concat())
        .server([complete("COPY 2"), ready()].concat())
        .client(query("copy orders from stdin"))
        .server(message(b'G', [0, 0, 2, 0, 0, 0, 0]))
        .client([message(b'd', b"x\n"), message(b'f', b"given up\0")].concat())
        .server([error("ERROR", "57014", "COPY from stdin failed"), ready()].concat())
        .client(message(b'F', [0, 0, 3, 0xb8, 0, 0, 0, 0, 0, 0]))
        .server([message(b'V', [0, 0, 0, 1, b'7']), ready()].concat())
}

fn long_result() -> Conversation {
    let rows: Vec<Vec<u8>> =
        (0..600).map(|at: u32| row(&[Some(at.to_string().as_bytes()), Some(b"name")])).collect();
    Conversation { name: "long".to_owned(), ..opening() }
        .client(query("select id, name from orders"))
        .server(
            [columns(&[("id", 23), ("name", 25)]), rows.concat(), complete("SELECT 600"), ready()].concat(),
        )
        .client(query("commit"))
        .server([complete("COMMIT"), ready()].concat())
}

#[test]
fn conforms() {
    // Whether a session has a user, and what a statement's name stands for, was said before. A hole among the client's requests
    // may also take the one behind it along, where it begins with no word that is known.
    let options = Options { remembers: true, lost_at_hole: 2, ..Options::default() };
    let repeated = Conversation::new("a statement")
        .client(query("select id, name from orders where id = 17"))
        .server([result(&["id", "name"], &[&["17", "pens"]]), ready()].concat());
    tcp::<Pgsql>(options)
        .conversations([simple(), extended(), copies(), long_result()])
        .steady(opening(), repeated)
        .check();
}

#[test]
fn prepared_statements_allocate_nothing() {
    let values = [(false, Some(&b"17"[..]))];
    let repeated = Conversation::new("an execution")
        .client([bind("", "s1", &values, &[]), describe(b'P', ""), execute(""), sync()].concat())
        .server([message(b'2', []), result(&["id"], &[&["17"]]), ready()].concat());
    let prepares = opening()
        .client([parse("s1", "select id from orders where id = $1", &[]), sync()].concat())
        .server([message(b'1', []), ready()].concat());
    let options = Options { remembers: true, lost_at_hole: 2, effort: 1 << 20, ..Options::default() };
    tcp::<Pgsql>(options).conversation(prepares.clone()).steady(prepares, repeated).check();
}

#[test]
fn conforms_with_all_options() {
    let options = Options {
        remembers: true,
        lost_at_hole: 2,
        effort: 4 << 20,
        rounds: 1000,
        allocations: None, // as rows are put together their memory grows
        ..Options::default()
    };
    tcp_parser("pgsql", configured::<Pgsql>(Some(true), &[("all_commands", 1)]), options)
        .conversations([simple(), extended(), copies(), long_result()])
        .check();
}

#[test]
fn recorded_sessions_conform() {
    for name in ["pgsql", "pgsql-extended"] {
        let talks = tcp_conversations(format!("../../tests/pcaps/{name}.pcap"), &[5432]).unwrap();
        let options = Options {
            remembers: true,
            lost_at_hole: 2,
            effort: 4 << 20,
            rounds: 500,
            allocations: None, // no session begins anew on its connection
            ..Options::default()
        };
        tcp::<Pgsql>(options).conversations(talks).check();
    }
}
