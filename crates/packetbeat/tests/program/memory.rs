//! Traffic that wants to be remembered: memory stays within its limits, and what was given up has a name.

use serde_json::Value;

use crate::common::{Packetbeat, pcap};
use crate::elasticsearch::{Mood, Server};

/// Far below what the limits of all shards add up to, and far above what these runs take.
const MOST_BYTES: u64 = 1 << 30;

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;
const PSH_ACK: u8 = 0x18;

/// A request that is not whole, by the port of its protocol: each promises more than ever comes.
const HALVES: [(u16, &[u8]); 8] = [
    (80, b"POST /upload HTTP/1.1\r\nHost: a\r\nX-Padding: "),
    (25, b"EHLO client.example.org\r\nMAIL FROM:<a@b"),
    (53, b"\x40\x00\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www"),
    (3306, b"\xff\xff\xff\x00\x03SELECT '"),
    (5432, b"Q\x3f\xff\xff\xffSELECT '"),
    (6379, b"*2\r\n$3\r\nGET\r\n$500000000\r\n"),
    (11211, b"set key 0 0 900000000\r\n"),
    (27017, b"\x00\x00\xff\x02\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00\x00\x00\x00\x00\x00"),
];

/// One direction of a TCP connection over IPv4, link type RAW.
struct Sender {
    ends: [([u8; 4], u16); 2],
    next: u32,
}

impl Sender {
    fn new(client: u32, server_port: u16) -> Self {
        let [_, a, b, c] = client.to_be_bytes();
        Self { ends: [([10, a, b, c], 40_000), ([192, 0, 2, 1], server_port)], next: 1 }
    }

    fn segment(&mut self, micros: u64, flags: u8, payload: &[u8]) -> pcap::Packet {
        let [(from, from_port), (to, to_port)] = self.ends;
        let mut tcp = [from_port.to_be_bytes(), to_port.to_be_bytes()].concat();
        tcp.extend(self.next.to_be_bytes());
        tcp.extend([0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        self.next += payload.len() as u32 + u32::from(flags & SYN != 0);
        pcap::Packet { micros, data: ip(6, from, to, &tcp) }
    }
}

fn ip(protocol: u8, from: [u8; 4], to: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut data = vec![0x45, 0];
    data.extend((payload.len() as u16 + 20).to_be_bytes());
    data.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    data.extend(from);
    data.extend(to);
    data.extend(payload);
    data
}

/// Runs over packets that come through a pipe, so that no mapped file counts as memory; the ledger, and the most memory that
/// was in use.
fn run(packets: &[pcap::Packet]) -> (Value, u64) {
    let (ledger, peak) = run_into(Packetbeat::new().set("output.discard.enabled=true"), packets);
    assert!(peak < MOST_BYTES, "{peak} bytes; {ledger}");
    (ledger, peak)
}

/// The same, whatever the output.
fn run_into(program: Packetbeat, packets: &[pcap::Packet]) -> (Value, u64) {
    const RAW: u32 = 101;
    let run = program.stdin(pcap::write_as(RAW, packets)).args("-I - -e");
    let outcome = run.args("-E logging.format=json --summary ledger.json").run().ok();
    let total = outcome.stderr.lines().find(|line| line.contains("Total metrics")).unwrap();
    let total: Value = serde_json::from_str(total).unwrap();
    let peak = total["monitoring"]["metrics"]["beat"]["memstats"]["rss_peak"].as_u64().unwrap();
    let ledger: Value = serde_json::from_str(&outcome.read("ledger.json")).unwrap();
    assert_eq!(ledger["closed"], true, "{ledger}");
    (ledger, peak)
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Query,
    Answer,
}

/// A lookup of its own client over UDP, or its answer.
fn lookup(index: u32, way: Way) -> pcap::Packet {
    let [a, b, c, d] = index.to_be_bytes();
    let (client, server) = (([10, a, b, c], 40_000_u16), ([192, 0, 2, 53], 53_u16));
    let ((from, from_port), (to, to_port)) =
        if way == Way::Query { (client, server) } else { (server, client) };
    let mut datagram = [from_port.to_be_bytes(), to_port.to_be_bytes(), [0, 0], [0, 0]].concat();
    datagram.extend([c, d]);
    datagram.extend(if way == Way::Query { [1, 0] } else { [0x81, 0x80] });
    datagram.extend([0, 1, 0, 0, 0, 0, 0, 0, 3]);
    datagram.extend(b"www\x07example\0\0\x01\0\x01");
    let length = (datagram.len() as u16).to_be_bytes();
    datagram[4..6].copy_from_slice(&length);
    pcap::Packet { micros: u64::from(index), data: ip(17, from, to, &datagram) }
}

#[test]
fn half_messages_for_an_hour() {
    let mut packets = Vec::new();
    let mut senders: Vec<_> =
        (0..).zip(HALVES).map(|(index, (port, half))| (Sender::new(index, port), half)).collect();
    for (sender, half) in &mut senders {
        packets.push(sender.segment(1_000_000, SYN, b""));
        packets.push(sender.segment(1_000_000, PSH_ACK, half));
    }
    // 64 KiB every 10 s of each, which never end a message.
    let more = vec![b'x'; 1_400];
    for second in (0..3_600).step_by(10) {
        for (sender, _) in &mut senders {
            for _ in 0..46 {
                packets.push(sender.segment(2_000_000 + second * 1_000_000, ACK, &more));
            }
        }
    }
    let (ledger, _) = run(&packets);
    assert_eq!(ledger["connections"]["seen"], HALVES.len());
    let bytes = &ledger["bytes"];
    let named = ["skipped", "opaque", "parsed"].iter().map(|name| bytes[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(bytes["in"], named, "{ledger}");
}

#[test]
fn a_hundred_thousand_open_connections() {
    let mut packets = Vec::new();
    for index in 0..100_000_u32 {
        let (port, half) = HALVES[index as usize % HALVES.len()];
        let mut sender = Sender::new(index, port);
        let micros = u64::from(index) * 100;
        packets.push(sender.segment(micros, SYN, b""));
        packets.push(sender.segment(micros, PSH_ACK, half));
    }
    let (ledger, _) = run(&packets);
    assert_eq!(ledger["connections"]["seen"], 100_000);
}

#[test]
fn a_million_requests_without_an_answer() {
    let mut packets = Vec::new();
    // 100,000 lookups over UDP, each of another client, and 900,000 commands in pipelines.
    for index in 0..100_000_u32 {
        packets.push(lookup(index, Way::Query));
    }
    let pipeline = b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n".repeat(50);
    for index in 0..180 {
        let mut sender = Sender::new(index, 6379);
        packets.push(sender.segment(200_000, SYN, b""));
        for step in 0..100 {
            packets.push(sender.segment(200_000 + step, PSH_ACK, &pipeline));
        }
    }
    let (ledger, _) = run(&packets);
    let requests = ledger["requests"]["in"].as_u64().unwrap();
    let unmatched: u64 =
        ledger["requests"]["unmatched"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(requests, unmatched, "{ledger}");
    assert!(requests >= 100_000, "{ledger}");
}

#[test]
fn half_a_million_transactions_into_a_slow_server() {
    const TRANSACTIONS: u32 = 500_000;
    let both = |index| [lookup(index, Way::Query), lookup(index, Way::Answer)];
    let packets: Vec<_> = (0..TRANSACTIONS).flat_map(both).collect();
    let server = Server::start(Mood::Slow);
    let (ledger, peak) = run_into(Packetbeat::new().config(&server.config("")), &packets);
    assert_eq!(server.seen.lock().unwrap().count, TRANSACTIONS as usize);
    assert_eq!(ledger["events"]["published"], TRANSACTIONS, "{ledger}");
    assert_eq!(ledger["events"]["dropped"], serde_json::json!({}), "{ledger}");
    assert!(peak < 200_000_000, "{peak} bytes; {ledger}");
}
