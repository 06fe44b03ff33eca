//! The conformance kit, on conversations by hand.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // a test

mod talk;

use packetbeat_mongodb::Mongodb;
use packetbeat_testkit::drive::configured;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations, tcp_parser};
use talk::{
    EXHAUST, MORE_TO_COME, array, batch, binary, command, compressed, doc, double, failed, int, legacy, msg,
    msg_with, ok, query, reply, sub, text,
};

packetbeat_testkit::count_allocations!();

fn find(id: i32) -> Vec<u8> {
    let filter = sub("filter", &[sub("price", &[int("$gt", 10)]), text("name", "pens")]);
    command(id, &[text("find", "orders"), filter, int("limit", 5)])
}

fn commands() -> Conversation {
    let documents = vec![doc(&[int("_id", 1)]), doc(&[int("_id", 2)])];
    let insert = [text("insert", "orders"), text("$db", "shop")];
    let updates = vec![doc(&[sub("q", &[int("_id", 1)]), sub("u", &[int("a", 2)])])];
    let update = [text("update", "orders"), text("$db", "shop")];
    let errors =
        array("writeErrors", &[sub("0", &[int("index", 0), int("code", 11000), text("errmsg", "E11000")])]);
    Conversation::new("commands")
        .client(query(1, "admin.$cmd", 0, -1, &[int("isMaster", 1)]))
        .server(reply(1, 1, 0, &[doc(&[double("ok", 1.0)])]))
        .client(find(2))
        .server(batch(2, 2, 0, 3))
        .client(msg_with(3, 0, 1, &insert, &[("documents", documents)]))
        .server(msg(3, 3, &[int("n", 1), errors, double("ok", 1.0)]))
        .client(msg_with(4, 0, MORE_TO_COME, &update, &[("updates", updates)]))
        .client(command(5, &[text("fnd", "orders")]))
        .server(failed(4, 5))
        .client([find(6), find(7)].concat())
        .server([batch(5, 6, 9, 40), batch(6, 7, 0, 0)].concat())
        .client(command(8, &[text("count", "orders")]))
        .server(ok(7, 8))
}

fn logins() -> Conversation {
    let first =
        [int("saslStart", 1), text("mechanism", "SCRAM-SHA-256"), binary("payload", 0, b"n,,n=ann,r=x")];
    let then = [int("saslContinue", 1), binary("payload", 0, b"c=biws,r=x,p=y")];
    Conversation::new("login")
        .client(command(1, &first))
        .server(msg(1, 1, &[int("conversationId", 1), binary("payload", 0, b"r=xy"), double("ok", 1.0)]))
        .client(command(2, &then))
        .server(msg(2, 2, &[element_done(), double("ok", 1.0)]))
        .client(find(3))
        .server(batch(3, 3, 0, 2))
}

fn element_done() -> Vec<u8> {
    [&[8][..], b"done\0\x01"].concat()
}

fn old() -> Conversation {
    let documents = [doc(&[int("a", 1)]), doc(&[int("a", 2)])];
    Conversation::new("old")
        .client(query(1, "shop.orders", 3, 2, &[text("me", "you")]))
        .server(reply(1, 1, 77, &documents))
        .client(legacy(2, 2005, "shop.orders", &[2, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0]))
        .server(reply(2, 2, 0, &documents))
        .client(legacy(3, 2002, "shop.orders", &documents.concat()))
        .client(legacy(4, 2001, "shop.orders", &[&[0; 4][..], &documents.concat()].concat()))
        .client(legacy(5, 2006, "shop.orders", &[&[0; 4][..], &documents[0]].concat()))
        .client(query(6, "shop.orders", 0, 0, &[]))
        .server(reply(3, 6, 0, &[]))
}

fn packed() -> Conversation {
    Conversation::new("compressed")
        .client(compressed(&find(1), 1))
        .server(compressed(&batch(1, 1, 0, 30), 1))
        .client(compressed(&find(2), 2))
        .server(compressed(&batch(2, 2, 0, 30), 2))
        .client(compressed(&find(3), 3))
        .server(compressed(&batch(3, 3, 0, 30), 3))
        .client(compressed(&find(4), 0))
        .server(compressed(&batch(4, 4, 0, 30), 0))
}

fn stream() -> Conversation {
    let hello = [int("hello", 1), text("$db", "admin")];
    let state =
        |id, to, flags| msg_with(id, to, flags, &[int("isWritablePrimary", 1), double("ok", 1.0)], &[]);
    Conversation::new("exhaust")
        .client(msg_with(1, 0, EXHAUST, &hello, &[]))
        .server(state(10, 1, MORE_TO_COME))
        .server(state(11, 10, MORE_TO_COME))
        .server(state(12, 11, 0))
        .client(find(2))
        .server(batch(13, 2, 0, 1))
}

#[test]
fn conforms() {
    let repeated = Conversation::new("a command").client(find(9)).server(batch(9, 9, 0, 20));
    tcp::<Mongodb>(Options::default())
        .conversations([commands(), old()])
        .steady(Conversation::new("opening").client(find(1)).server(batch(1, 1, 0, 2)), repeated)
        .check();
}

#[test]
fn logins_conform() {
    // Whether a session has a user was said before.
    let options = Options { remembers: true, ..Options::default() };
    tcp::<Mongodb>(options).conversation(logins()).check();
}

#[test]
fn streams_of_replies_conform() {
    // After a hole the rest of a stream has no request; its replies are counted.
    let options = Options { remembers: true, lost_at_hole: 3, ..Options::default() };
    tcp::<Mongodb>(options).conversation(stream()).check();
}

#[test]
fn compressed_sessions_conform() {
    tcp::<Mongodb>(Options::default()).conversation(packed()).check();
}

#[test]
fn long_replies_conform() {
    let talk = Conversation::new("long")
        .client(find(1))
        .server(batch(1, 1, 7, 3000))
        .client(command(2, &[text("count", "orders")]))
        .server(ok(2, 2));
    tcp::<Mongodb>(Options::default()).conversation(talk).check();
}

#[test]
fn it_conforms_with_all_options() {
    let options = [("name_commands", 1), ("max_docs", 0), ("max_doc_length", 0), ("transaction_timeout", 60)];
    let parser = configured::<Mongodb>(Some(true), &options);
    tcp_parser("mongodb", parser, Options::default()).conversations([commands(), old()]).check();
}

#[test]
fn recorded_sessions_conform() {
    for (name, port) in [("mongodb", 27017), ("mongodb-compressed", 27018)] {
        let talks = tcp_conversations(format!("../../tests/pcaps/{name}.pcap"), &[port]).unwrap();
        tcp::<Mongodb>(Options { effort: 4 << 20, rounds: 500, ..Options::default() })
            .conversations(talks)
            .check();
    }
}
