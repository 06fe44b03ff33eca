//! What clients did is in the output, each exactly once.

use crate::run::{Outcome, PROTOCOLS, Run};
use crate::world::World;

const ALL: [&str; 5] = ["http", "dns", "smtp", "mysql", "redis"];

/// Every transaction that the clients told is there once, and nothing else is.
fn compare(mode: &str, told: &[(String, String)], outcome: &Outcome) {
    let mut counts = outcome.counts();
    let mut wrong = Vec::new();
    for one in told {
        match counts.remove(one) {
            Some(1) => {}
            found => wrong.push(format!("{found:?} of {one:?}")),
        }
    }
    wrong.extend(counts.iter().map(|(key, count)| format!("{count} of {key:?}, which no client told")));
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{mode}: {wrong:#?}\n{}\n{}", outcome.ledger, outcome.log);
}

#[test]
fn every_transaction_of_real_clients_is_there_once() {
    let mut world = World::new();
    world.nginx();
    world.unbound();
    world.postfix();
    world.mariadb();
    world.redis();
    for (kind, workers, sockets) in
        [("af_packet", "1", 1), ("af_packet", "2", 2), ("pcap", "1", 1), ("pcap", "2", 1)]
    {
        let mode = format!("{kind}-{workers}");
        // The clients fetch megabytes at the speed of memory, and machines that test are busy.
        let config =
            format!("packetbeat.interfaces: {{device: sv, type: {kind}, buffer_size_mb: 256}}\n{PROTOCOLS}");
        let run = Run::start(&world, &mode, &config, &["--workers", workers], sockets);
        let told = world.clients(&ALL);
        let outcome = run.end();
        compare(&mode, &told, outcome.balanced());
        println!("{mode}: {} transactions", told.len());
    }
}
