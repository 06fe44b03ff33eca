//! Protocols from window to encoded event, and the encoding of an event alone.
#![allow(missing_docs, reason = "criterion's macros write public items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packetbeat_benches::scenarios;

fn bench(criterion: &mut Criterion) {
    for step in ["message", "event"] {
        of_step(step, criterion);
    }
}

fn of_step(step: &str, criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(step);
    for scenario in scenarios::of_step(step) {
        let mut work = (scenario.prepare)(2_000);
        group.throughput(Throughput::Elements(2_000));
        group.bench_function(scenario.case(), |bencher| bencher.iter(&mut work));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
