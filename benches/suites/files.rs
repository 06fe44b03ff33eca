//! Walking a capture: from memory, and mapped.
#![allow(missing_docs, reason = "criterion's macros write public items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packetbeat_benches::scenarios;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("files");
    for scenario in scenarios::of_step("files") {
        let mut work = (scenario.prepare)(100_000);
        group.throughput(Throughput::Elements(100_000));
        group.bench_function(scenario.case(), |bencher| bencher.iter(&mut work));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
