//! What is measured, by name: each makes its input first, so that only the rest is counted.

use std::hint::black_box;
use std::io::Write as _;
use std::net::{IpAddr, Ipv6Addr};

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Both;
use packetbeat_core::event::ProtocolId;
use packetbeat_core::fields::Fields;
use packetbeat_core::flow::{Direction, Endpoint, Flow, Transport};
use packetbeat_core::key;
use packetbeat_core::ledger::Tally;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;
use packetbeat_core::time::{MILLISECOND, SECOND, Stamp};
use packetbeat_decoder::{Decoder, Limits, Outcome};
use packetbeat_sniffer::{Input, Reader};

use crate::capture::{Capture, ends};
use crate::dialogue::{Datagrams, Dialogue};
use crate::frames::{self, ACK, Place};
use crate::reassembly::{Order, payload, reassemble};
use crate::traffic::{self, Said};
use crate::{cassandra, lab, memcache, mongodb, mysql, pgsql, redis, tns};

/// Something to measure.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name: `step/case`.
    pub name: &'static str,
    /// What one is of the things that are counted.
    pub unit: &'static str,
    /// Makes the input for so many and gives what is to be measured.
    pub prepare: fn(u32) -> Box<dyn FnMut()>,
}

impl Scenario {
    /// The step of the analysis: what stands before the slash of its name.
    #[must_use]
    pub fn step(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(step, _)| step)
    }

    /// What of the step: what stands behind the slash.
    #[must_use]
    pub fn case(&self) -> &'static str {
        self.name.split_once('/').map_or("", |(_, case)| case)
    }
}

/// All of them, in the order of the analysis.
pub const ALL: [Scenario; 34] = [
    Scenario { name: "files/memory", unit: "packet", prepare: walk_memory },
    Scenario { name: "files/mapped", unit: "packet", prepare: walk_mapped },
    Scenario { name: "decode/plain", unit: "packet", prepare: |count| decode(count, plain(false)) },
    Scenario { name: "decode/vlan", unit: "packet", prepare: |count| decode(count, tagged()) },
    Scenario { name: "decode/ipv6", unit: "packet", prepare: |count| decode(count, plain(true)) },
    Scenario { name: "decode/vxlan", unit: "packet", prepare: |count| decode(count, tunnelled()) },
    Scenario { name: "reassembly/in-order", unit: "segment", prepare: |count| segments(count, Order::Sent) },
    Scenario {
        name: "reassembly/first-last",
        unit: "segment",
        prepare: |count| segments(count, Order::FirstLast),
    },
    Scenario { name: "message/dns", unit: "exchange", prepare: dns },
    Scenario { name: "message/http", unit: "exchange", prepare: http },
    Scenario { name: "message/smtp", unit: "mail", prepare: smtp },
    Scenario { name: "message/memcache", unit: "command", prepare: |count| gets(count, 100) },
    Scenario { name: "message/memcache-long", unit: "command", prepare: |count| gets(count, 10_000) },
    Scenario { name: "message/memcache-binary", unit: "command", prepare: binary_gets },
    Scenario { name: "message/cassandra", unit: "statement", prepare: |count| selects(count, 10) },
    Scenario { name: "message/cassandra-long", unit: "statement", prepare: |count| selects(count, 200) },
    Scenario { name: "message/mongodb", unit: "command", prepare: |count| commands(count, 10) },
    Scenario { name: "message/mongodb-long", unit: "command", prepare: |count| commands(count, 200) },
    Scenario { name: "message/mysql", unit: "statement", prepare: |count| statements(count, 10) },
    Scenario { name: "message/mysql-long", unit: "statement", prepare: |count| statements(count, 200) },
    Scenario { name: "message/pgsql", unit: "statement", prepare: |count| queries(count, 10) },
    Scenario { name: "message/pgsql-long", unit: "statement", prepare: |count| queries(count, 200) },
    Scenario { name: "message/pgsql-extended", unit: "statement", prepare: |count| executions(count, 10) },
    Scenario { name: "message/redis", unit: "command", prepare: redis_commands },
    Scenario { name: "message/redis-pipeline", unit: "command", prepare: redis_pipelines },
    Scenario { name: "message/redis-list", unit: "command", prepare: redis_lists },
    Scenario { name: "message/tns", unit: "statement", prepare: |count| calls(count, 10) },
    Scenario { name: "message/tns-long", unit: "statement", prepare: |count| calls(count, 200) },
    Scenario { name: "event/encode", unit: "event", prepare: encode },
    Scenario { name: "run/dns", unit: "exchange", prepare: |count| run(count, traffic::dns_capture(count)) },
    Scenario {
        name: "run/http",
        unit: "exchange",
        prepare: |count| run(count, traffic::http_capture(count)),
    },
    Scenario { name: "run/smtp", unit: "mail", prepare: |count| run(count, traffic::smtp_capture(count)) },
    Scenario { name: "run/recorded-http", unit: "run", prepare: |count| recorded(count, "http.pcap") },
    Scenario { name: "run/recorded-dns", unit: "run", prepare: |count| recorded(count, "dns.pcap") },
];

/// The scenario called `name`.
#[must_use]
pub fn named(name: &str) -> Option<Scenario> {
    ALL.into_iter().find(|scenario| scenario.name == name)
}

/// The scenarios of a step.
pub fn of_step(step: &str) -> impl Iterator<Item = Scenario> {
    ALL.into_iter().filter(move |scenario| scenario.step() == step)
}

fn mixed(count: u32) -> Vec<u8> {
    let mut capture = Capture::default();
    let place = Place { seq: 1, ack: 1, flags: ACK };
    for number in 0..count {
        let Both { to_server, to_client } = ends(number, 80);
        let payload = vec![0; number as usize * 131 % 1448];
        capture.push(&frames::ethernet(&frames::tcp(to_server, to_client, place, &payload)));
    }
    capture.to_pcap()
}

fn walk(mut reader: Reader, count: u32) {
    let mut bytes = 0;
    while let Some(packet) = reader.next().unwrap() {
        bytes += packet.data.len() as u64 + u64::from(packet.nanos & 1 == 0);
        if packet.number == u64::from(count) {
            black_box(bytes);
            return;
        }
    }
    panic!("fewer than {count} packets");
}

fn walk_memory(count: u32) -> Box<dyn FnMut()> {
    let file = mixed(count);
    Box::new(move || walk(Reader::from_bytes(&file).unwrap(), count))
}

fn walk_mapped(count: u32) -> Box<dyn FnMut()> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&mixed(count)).unwrap();
    let input = Input::open(&[file.path().to_owned()]).unwrap();
    assert!(input.can_map(), "a regular file can be mapped");
    Box::new(move || {
        let _kept = &file;
        walk(input.reader().unwrap(), count);
    })
}

fn plain(six: bool) -> Vec<Vec<u8>> {
    let place = Place { seq: 1, ack: 1, flags: ACK };
    let six_of = |last| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last));
    let frame = |number| {
        let mut ends = ends(number, 80);
        if six {
            ends.to_server.ip = six_of(1);
            ends.to_client.ip = six_of(2);
        }
        let Both { to_server, to_client } = ends;
        let payload = vec![0; 100 + number as usize];
        frames::ethernet(&if number % 2 == 0 {
            frames::tcp(to_server, to_client, place, &payload)
        } else {
            frames::udp(to_server, Endpoint { port: 53, ..to_client }, &payload)
        })
    };
    (0..64).map(frame).collect()
}

fn tagged() -> Vec<Vec<u8>> {
    plain(false).iter().map(|frame| frames::vlan(&frame[14..])).collect()
}

fn tunnelled() -> Vec<Vec<u8>> {
    let Both { to_server, to_client } = ends(7, 4789);
    plain(false).iter().map(|frame| frames::ethernet(&frames::vxlan(to_server, to_client, frame))).collect()
}

fn decode(count: u32, frames: Vec<Vec<u8>>) -> Box<dyn FnMut()> {
    Box::new(move || {
        let mut decoder = Decoder::new(Limits::default());
        let mut payload = 0;
        for number in 0..count {
            let data = &frames[number as usize % frames.len()][..];
            let wire_len = data.len() as u32;
            let packet = Packet {
                number: u64::from(number),
                nanos: i64::from(number),
                link: LinkType::ETHERNET,
                wire_len,
                data: black_box(data),
            };
            payload += match decoder.decode(&packet) {
                Outcome::Tcp(segment) => segment.payload.len(),
                Outcome::Udp(datagram) => datagram.payload.len(),
                other => panic!("{other:?}"),
            };
        }
        black_box(payload);
    })
}

fn segments(count: u32, order: Order) -> Box<dyn FnMut()> {
    let payload = payload();
    Box::new(move || {
        black_box(reassemble(order, count, &payload));
    })
}

fn dns(count: u32) -> Box<dyn FnMut()> {
    let said: Vec<Said> = (0..count).flat_map(traffic::dns).collect();
    Box::new(move || {
        let mut datagrams = Datagrams::new("dns");
        for (dir, bytes) in &said {
            datagrams.say(*dir, bytes);
        }
        assert_eq!(datagrams.events(), u64::from(count));
    })
}

fn http(count: u32) -> Box<dyn FnMut()> {
    talk("http", &[], (0..count).flat_map(traffic::http).collect(), count)
}

fn smtp(count: u32) -> Box<dyn FnMut()> {
    talk("smtp", &traffic::smtp_greeting(), (0..count).flat_map(traffic::smtp).collect(), count)
}

fn gets(count: u32, bytes: usize) -> Box<dyn FnMut()> {
    let said = (0..count).flat_map(|number| memcache::get(number, bytes)).collect();
    talk("memcache", &[], said, count)
}

fn binary_gets(count: u32) -> Box<dyn FnMut()> {
    talk("memcache", &[], (0..count).flat_map(|number| memcache::binary_get(number, 100)).collect(), count)
}

fn commands(count: u32, documents: u32) -> Box<dyn FnMut()> {
    let said = (0..count).flat_map(|number| mongodb::find(number, documents)).collect();
    talk("mongodb", &[], said, count)
}

fn statements(count: u32, rows: u32) -> Box<dyn FnMut()> {
    let said = (0..count).flat_map(|number| mysql::statement(number, rows)).collect();
    talk("mysql", &mysql::opening(), said, count)
}

fn redis_commands(count: u32) -> Box<dyn FnMut()> {
    talk("redis", &[], (0..count).flat_map(redis::exchange).collect(), count)
}

fn redis_pipelines(count: u32) -> Box<dyn FnMut()> {
    const DEPTH: u32 = 8;
    let said = (0..count / DEPTH).flat_map(|number| redis::pipeline(number, DEPTH)).collect();
    talk("redis", &[], said, count / DEPTH * DEPTH)
}

fn redis_lists(count: u32) -> Box<dyn FnMut()> {
    talk("redis", &[], (0..count).flat_map(|number| redis::list(number, 100)).collect(), count)
}

fn queries(count: u32, rows: u32) -> Box<dyn FnMut()> {
    let said = (0..count).flat_map(|number| pgsql::statement(number, rows)).collect();
    talk("pgsql", &pgsql::opening(), said, count)
}

fn executions(count: u32, rows: u32) -> Box<dyn FnMut()> {
    let said = (0..count).flat_map(|number| pgsql::execution(number, rows)).collect();
    talk("pgsql", &pgsql::opening(), said, count)
}

fn selects(count: u32, rows: u32) -> Box<dyn FnMut()> {
    talk("cassandra", &[], (0..count).flat_map(|number| cassandra::statement(number, rows)).collect(), count)
}

fn calls(count: u32, rows: u32) -> Box<dyn FnMut()> {
    talk("tns", &[], (0..count).flat_map(|number| tns::statement(number, rows)).collect(), count)
}

fn talk(name: &'static str, before: &[Said], said: Vec<Said>, events: u32) -> Box<dyn FnMut()> {
    let said: Vec<Said> = before.iter().cloned().chain(said).collect();
    Box::new(move || {
        let mut dialogue = Dialogue::new(name);
        for (dir, bytes) in &said {
            dialogue.say(*dir, bytes);
        }
        assert_eq!(dialogue.events(), u64::from(events));
    })
}

/// An event of about the size of one of HTTP.
struct Sample {
    half: Half,
    path: String,
}

impl Record for Sample {
    fn shared(&self) -> Shared<'_> {
        Shared {
            request: Some(self.half),
            response: Some(self.half),
            method: Text::from("GET"),
            path: Text::from(self.path.as_str()),
            server_domain: Text::from("www.example.org"),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        to.open(key!("sample"));
        to.text(key!("agent"), "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
        to.unsigned(key!("code"), 200);
        to.boolean(key!("quoted"), true);
        to.text(key!("text"), "a \"quoted\" text with\ttabs and \u{e9}\u{20ac}");
        to.close();
    }
}

fn encode(count: u32) -> Box<dyn FnMut()> {
    let Both { to_server, to_client } = ends(3, 80);
    let now = Stamp { packet: 1, nanos: 1_700_000_000 * SECOND };
    Box::new(move || {
        let flow = Flow::new(Transport::Tcp, to_server, to_client, Direction::Unknown);
        let (mut tally, mut sink) = (Tally::default(), lab::Discard::new("sample"));
        let mut sample = Sample { half: Half { at: now, bytes: 1234 }, path: "/items/17".to_owned() };
        for number in 0..count {
            sample.half.at.nanos += i64::from(number % 7) * MILLISECOND;
            Cx::new(&flow, ProtocolId(0), now, None, &mut tally, &mut sink).emit(&sample);
        }
        assert_eq!(black_box(sink.events), u64::from(count));
    })
}

fn run(count: u32, capture: Capture) -> Box<dyn FnMut()> {
    let registry = lab::registry();
    Box::new(move || assert_eq!(lab::run(&registry, &capture), u64::from(count)))
}

fn recorded(count: u32, name: &str) -> Box<dyn FnMut()> {
    let registry = lab::registry();
    let capture = Capture::recorded(name);
    Box::new(move || {
        for _ in 0..count {
            assert!(lab::run(&registry, &capture) > 10, "a recorded capture has events");
        }
    })
}
