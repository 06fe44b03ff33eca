//! What a bulk request costs before it is on the wire: bytes of events a second, on one core.
#![allow(missing_docs)] // criterion's macros

use std::hint::black_box;
use std::io::Write as _;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;
use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_elasticsearch::{Bodies, Connection, Idempotent, Options, Part, Selector, Template};
use packetbeat_publisher::Event;

/// An event as the program writes it: an answer of DNS.
const EVENT: &str = include_str!("event.json");
/// Its `agent.ephemeral_id`.
const RUN: &str = "fae61c8d-1bd3-4a89-9871-9db580322c69";
/// Events of a request, Packetbeat's default.
const EVENTS: usize = 1600;

fn events() -> Vec<Event> {
    let mut block = Json::default();
    for number in 0..EVENTS {
        // As different as such events are, so that gzip finds no more than it would.
        let id = (number * 40_503) & 0xFFFF;
        let event = EVENT.replace("example.org", &format!("host{id}.example.org"));
        block.raw(
            event.replace("42805", &id.to_string()).replace("44585", &(1024 + id / 2).to_string()).as_bytes(),
        );
    }
    let pieces = vec![Piece { block: 0, start: 0, end: block.len() as u32 }];
    Event::of(Lines { blocks: vec![block], pieces, events: EVENTS as u64 }, 0).collect()
}

fn template(part: Part) -> Selector {
    let parts = vec![Part::Text("packetbeat-".to_owned()), part];
    Selector { rules: Vec::new(), otherwise: Some(Template::new(parts)) }
}

fn bodies(criterion: &mut Criterion) {
    let plain = Options::new(Connection::new(Vec::new()));
    let ids = Idempotent { salt: Vec::new(), volatile: Some(RUN.to_owned()) };
    let field = Part::Field { name: "type".to_owned(), default: None };
    let cases = [
        ("constant index", plain.clone()),
        ("constant index, ids", Options { idempotent: Some(ids), ..plain.clone() }),
        (
            "index of the day",
            Options { index: template(Part::Date("yyyy.MM.dd".to_owned())), ..plain.clone() },
        ),
        ("index by a field", Options { index: template(field), ..plain.clone() }),
        ("escaped HTML", Options { escape_html: true, ..plain.clone() }),
    ];
    let events = events();
    let mut group = criterion.benchmark_group("body");
    group.throughput(Throughput::Bytes(events.iter().map(|event| event.len() as u64).sum()));
    for (name, options) in &cases {
        let mut bodies = Bodies::new(options);
        group.bench_function(*name, |bench| {
            bench.iter_batched_ref(
                || events.clone(),
                |events| black_box(bodies.of(events, |_| {})).len(),
                criterion::BatchSize::LargeInput,
            );
        });
    }
    let body = Bodies::new(&plain).of(&mut events.clone(), |_| {});
    for level in [1, 3, 6] {
        group.bench_function(format!("gzip, level {level}"), |bench| {
            bench.iter(|| {
                let mut packed = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(level));
                packed.write_all(&body).map(|()| packed.finish().map(|packed| packed.len()))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bodies);
criterion_main!(benches);
