//! The conformance kit, on recorded conversations and on some by hand.
#![allow(missing_docs)] // a test

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
    let capture = "../../tests/pcaps/http.pcap";
    let talks = tcp_conversations(capture, &[80, 5000, 8000, 8002, 8080]);
    assert!(talks.is_ok(), "{:?}", talks.err());
    tcp::<Http>(Options::default())
        .conversation(by_hand())
        .conversations(talks.unwrap_or_default())
        .check();
}
