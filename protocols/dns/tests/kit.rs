//! The conformance kit over the conversations of our own captures.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use packetbeat_dns::Dns;
use packetbeat_testkit::{Options, tcp, tcp_conversations, udp, udp_conversations};

packetbeat_testkit::count_allocations!();

const CAPTURE: &str = "../../tests/pcaps/dns.pcap";

#[test]
fn streams_conform() {
    tcp::<Dns>(options()).conversations(tcp_conversations(CAPTURE, &[53]).unwrap()).check();
}

#[test]
fn datagrams_conform() {
    let mut talks = udp_conversations(CAPTURE, &[53]).unwrap();
    // A query that ends within its question is not recognised, as it should be.
    talks.retain(|talk| talk.pieces.len() > 1);
    udp::<Dns>(options()).conversations(talks).check();
}

#[test]
fn local_names_conform() {
    let path = "../../tests/pcaps/mdns-llmnr.pcap";
    udp::<Dns>(options()).conversations(udp_conversations(path, &[5353, 5355]).unwrap()).check();
}

/// There are many conversations: a part of the usual effort for each.
fn options() -> Options {
    Options { effort: 1 << 19, rounds: 200, ..Options::default() }
}
