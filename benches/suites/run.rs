//! A whole run of the engine: one worker, events encoded and dropped.
#![allow(missing_docs, reason = "criterion's macros write public items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packetbeat_benches::scenarios;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("run");
    for scenario in scenarios::of_step("run") {
        // A recorded capture is run as a whole.
        let count = if scenario.unit == "run" { 1 } else { 2_000 };
        let mut work = (scenario.prepare)(count);
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(scenario.case(), |bencher| bencher.iter(&mut work));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
