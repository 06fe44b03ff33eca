//! The conformance kit.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, missing_docs)]

use packetbeat_new_protocol::Quote;
use packetbeat_testkit::{Conversation, Options, tcp, udp, udp_conversations};

packetbeat_testkit::count_allocations!();

#[test]
fn streams_conform() {
    let talk = Conversation::new("one by one, then at once")
        .client("PUT color dark blue\n")
        .server("OK\n")
        .client("GET color\r\n")
        .server("OK dark blue\r\n")
        .client("GET size\nDEL color\nGET color\n")
        .server("ERR no such key\nOK\nERR no")
        .server(" such key\n")
        .client("PUT size 10\n")
        .server("OK\n");
    tcp::<Quote>(Options::default()).conversation(talk).check();
}

#[test]
fn datagrams_conform() {
    let talks = udp_conversations("tests/quote.pcap", &[7117]).unwrap();
    udp::<Quote>(Options::default()).conversations(talks).check();
}
