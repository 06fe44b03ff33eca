//! The conformance kit, on recorded conversations and on some by hand.
#![allow(missing_docs)] // a test

use packetbeat_core::direction::Dir;
use packetbeat_http::Http;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations};

packetbeat_testkit::count_allocations!();

fn by_hand() -> Conversation {
    Conversation::new("by hand")
        .client("GET /a?b=c HTTP/1.1\r\nHost: example.org\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world")
        .client("POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Length: 7\r\n\r\na=1&b=2")
        .server("HTTP/1.1 100 Continue\r\n\r\n")
        .server("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        .client("HEAD /h HTTP/1.1\r\nHost: example.org\r\n\r\n")
        .server("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n")
}

#[test]
fn conforms() {
    tcp::<Http>(Options::default()).conversation(by_hand()).check();
}

#[test]
fn recorded_conversations_conform() {
    let capture = "../../tests/pcaps/http.pcap";
    let talks = tcp_conversations(capture, &[80, 5000, 8000, 8002, 8080]);
    assert!(talks.is_ok(), "{:?}", talks.err());
    // Every third conversation: all of them take half a minute. A head is consumed once it is whole; one has 9 KB.
    let options = Options { effort: 256 << 10, rounds: 100, shown_again: 5000, ..Options::default() };
    // A tunnel is left out: after a hole in CONNECT the exchange within it is seen, and is no mistake.
    let talks = talks.unwrap_or_default().into_iter();
    let talks = talks.filter(|talk| !talk.stream(Dir::ToServer).starts_with(b"CONNECT "));
    tcp::<Http>(options).conversations(talks.step_by(3)).check();
}
