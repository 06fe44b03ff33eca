//! Reassembly: in order, and with seven segments that wait for the first.
#![allow(missing_docs, reason = "criterion's macros write public items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use packetbeat_benches::scenarios;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reassembly");
    for scenario in scenarios::of_step("reassembly") {
        let mut work = (scenario.prepare)(10_000);
        group.throughput(Throughput::Elements(10_000));
        group.bench_function(scenario.case(), |bencher| bencher.iter(&mut work));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
