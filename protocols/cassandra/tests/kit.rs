//! The conformance kit, on conversations by hand.
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used)] // a test

mod talk;

use packetbeat_cassandra::Cassandra;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations};
use talk::{
    Session, answer, bytes, error, event, execute, long, options, prepare, prepared, query, ready, request,
    rows, startup, supported, text, void,
};

packetbeat_testkit::count_allocations!();

fn opening(session: Session) -> Conversation {
    Conversation::new("opening")
        .client(options(session, 0))
        .server(supported(session, 0))
        .client(startup(session, 1))
        .server(ready(session, 1))
}

fn statements(session: Session, name: &str) -> Conversation {
    let framed = session.after_startup();
    let pair = |first: Vec<u8>, second: Vec<u8>| [first, second].concat();
    Conversation { name: name.to_owned(), ..opening(session) }
        .client(framed.wrap(&query(session, 2, "SELECT name, age FROM shop.users WHERE name = 'ann'")))
        .server(framed.wrap(&rows(session, 2, 3)))
        .client(framed.wrap(&prepare(session, 3, "INSERT INTO shop.users (name, age) VALUES (?, ?)")))
        .server(framed.wrap(&prepared(session, 3)))
        // Two at once, answered the other way round.
        .client(framed.wrap(&pair(execute(session, 4, "bob", 7), query(session, 5, "SELECT 1 FROM nothing"))))
        .server(framed.wrap(&error(session, 5, 0x2200, "unconfigured table")))
        .server(framed.wrap(&void(session, 4)))
        .server(framed.wrap(&event(session)))
        .client(framed.wrap(&query(session, 2, "USE shop")))
        .server(framed.wrap(&answer(session, 2, 8, &[&3_u32.to_be_bytes()[..], &text("shop")].concat())))
        .client(framed.wrap(&execute(session, 3, "carol", 8)))
        .server(framed.wrap(&void(session, 3)))
}

fn login(session: Session) -> Conversation {
    Conversation::new("login")
        .client(startup(session, 1))
        .server(answer(session, 1, 3, &text("org.apache.cassandra.auth.PasswordAuthenticator")))
        .client(request(session, 2, 15, &bytes(b"\0ann\0correct horse")))
        .server(answer(session, 2, 16, &bytes(b"")))
        .client(query(session, 3, "SELECT name FROM shop.users"))
        .server(rows(session, 3, 1))
}

fn large(session: Session) -> Conversation {
    let statement = format!("SELECT name FROM shop.users WHERE name IN ({})", "'x', ".repeat(15_000));
    let framed = session.after_startup();
    Conversation { name: "large".to_owned(), ..opening(session) }
        .client(framed.split(&long(session, 2, &statement)))
        .server(framed.split(&rows(session, 2, 4_500)))
        .client(framed.wrap(&query(session, 3, "SELECT name FROM shop.users")))
        .server(framed.wrap(&rows(session, 3, 1)))
}

#[test]
fn conforms() {
    // The user, the keyspace and the prepared statements were told before.
    let kit = Options { remembers: true, effort: 3 << 20, ..Options::default() };
    let plain = Session::of(4);
    let repeated = Conversation::new("a statement")
        .client(query(plain, 9, "SELECT name, age FROM shop.users"))
        .server(rows(plain, 9, 3));
    tcp::<Cassandra>(kit)
        .conversations([
            statements(plain, "version 4"),
            statements(Session::of(1), "version 1"),
            statements(Session::of(3).compressed(), "version 3 with LZ4"),
            login(plain),
        ])
        .steady(opening(plain), repeated)
        .check();
}

#[test]
fn frames_conform() {
    // A hole in a frame takes along all messages in it, and the parts of one in the frames behind it.
    let kit = Options { remembers: true, lost_at_hole: 3, effort: 3 << 20, ..Options::default() };
    let session = Session::of(5);
    let framed = session.after_startup();
    let repeated = Conversation::new("a statement")
        .client(framed.wrap(&query(session, 9, "SELECT name, age FROM shop.users")))
        .server(framed.wrap(&rows(session, 9, 3)));
    tcp::<Cassandra>(kit)
        .conversations([
            statements(session, "version 5"),
            statements(session.compressed(), "version 5 with LZ4"),
        ])
        .steady(opening(session), repeated)
        .check();
}

/// For long conversations. What holds a statement of 64 KiB is not kept for the next one, and what is prepared is remembered: that
/// allocates.
fn sampled() -> Options {
    Options {
        remembers: true,
        lost_at_hole: 3,
        effort: 1 << 20,
        rounds: 200,
        allocations: None,
        ..Options::default()
    }
}

#[test]
fn messages_beyond_what_is_read_conform() {
    tcp::<Cassandra>(sampled()).conversations([large(Session::of(4)), large(Session::of(5))]).check();
}

#[test]
fn recorded_sessions_conform() {
    for name in ["cassandra", "cassandra-v3", "cassandra-v5", "cassandra-v5-lz4"] {
        let talks = tcp_conversations(format!("../../tests/pcaps/{name}.pcap"), &[9042]).unwrap();
        tcp::<Cassandra>(sampled()).conversations(talks).check();
    }
}
