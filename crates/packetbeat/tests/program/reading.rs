//! Files read in other ways than plainly: filtered, cut in time, in real time, several times, with a dump.

use std::time::Instant;

use crate::common::{Packetbeat, capture, capture_bytes, gzip, pcap};

/// The ledger of a run.
fn ledger(run: Packetbeat) -> (serde_json::Value, usize) {
    let outcome = run.args("--summary ledger.json").run().quiet();
    let ledger: serde_json::Value = serde_json::from_str(&outcome.read("ledger.json")).unwrap();
    assert_eq!(ledger["closed"], true, "{ledger}");
    (ledger, outcome.events().len())
}

#[test]
fn a_filter_leaves_packets_out_and_counts_them() {
    let all = pcap::read(&capture_bytes("dns")).len();
    for workers in ["1", "2", "8"] {
        let run = || Packetbeat::new().read(capture("dns")).args("--workers").arg(workers);
        let (plain, events) = ledger(run());
        assert_eq!(plain["packets"]["in"], all);
        let (filtered, fewer) = ledger(run().args("--filter").arg("udp port 53"));
        assert_eq!(filtered["packets"]["in"], all);
        let left_out = filtered["packets"]["dropped"]["filtered"].as_u64().unwrap();
        assert!(left_out > 0 && fewer < events && fewer > 0, "{filtered}");
        let (none, nothing) = ledger(run().args("--filter").arg("tcp port 1"));
        assert_eq!((none["packets"]["analysed"].as_u64(), nothing), (Some(0), 0));
    }
    let wrong =
        Packetbeat::new().read(capture("dns")).args("--filter").arg("udp port nothing").run().failed();
    assert!(wrong.contains("udp port nothing"), "{wrong}");
}

#[test]
fn a_range_of_time_is_cut_out() {
    let packets = pcap::read(&capture_bytes("dns"));
    let run = |args: &str| ledger(Packetbeat::new().read(capture("dns")).args(args));
    let (whole, events) = run("--from 2000-01-01T00:00:00Z --to 2100-01-01");
    assert_eq!(whole["packets"]["dropped"].get("before"), None);
    assert!(events > 0);
    let (early, none) = run("--to 2000-01-01");
    assert_eq!((early["packets"]["dropped"]["after"].as_u64(), none), (Some(packets.len() as u64), 0));
    let (late, none) = run("--from 2100-01-01");
    assert_eq!((late["packets"]["dropped"]["before"].as_u64(), none), (Some(packets.len() as u64), 0));
    let (first, some) = run("--from +0s --to +1s");
    assert!(some > 0 && first["packets"]["in"] == packets.len());
    let wrong = Packetbeat::new().read(capture("dns")).args("--from tomorrow").run().failed();
    assert!(wrong.contains("--from: ") && wrong.contains("tomorrow"), "{wrong}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "that time passes is what a replay is about")]
fn a_replay_takes_as_long_as_the_capture_and_gives_the_same_events() {
    // Two exchanges, 300 ms apart.
    let mut packets = pcap::read(&capture_bytes("dns"));
    packets.truncate(4);
    let start = packets[0].micros;
    for (packet, after) in packets.iter_mut().zip([0, 1_000, 300_000, 301_000]) {
        packet.micros = start + after;
    }
    let bytes = pcap::write(&packets);
    let plain = Packetbeat::new().file("a.pcap", &bytes).args("-I a.pcap").run().quiet();
    let began = Instant::now();
    let replayed = Packetbeat::new().file("a.pcap", &bytes).args("-I a.pcap --replay").run().quiet();
    assert!(began.elapsed().as_millis() >= 300);
    assert_eq!(crate::common::without_id(&replayed.stdout), crate::common::without_id(&plain.stdout));
}

#[test]
fn a_file_can_be_read_several_times() {
    // Exchanges that are complete: what waits at the end of a pass would meet the next one's answers.
    let bytes = pcap::write(&pcap::read(&capture_bytes("dns"))[..8]);
    let run = || Packetbeat::new().file("a.pcap", &bytes).args("-I a.pcap");
    let once = run().run().quiet().events();
    let thrice = run().args("-l 3 -t").run().quiet().events();
    assert_eq!(thrice.len(), 3 * once.len());
    // Time goes on from pass to pass.
    assert!(thrice[once.len()]["@timestamp"].as_str() > once[once.len() - 1]["@timestamp"].as_str());
    let pipe = Packetbeat::new().stdin(capture_bytes("dns")).args("-I - -l 2").run().failed();
    assert!(pipe.contains("save the capture to a file"), "{pipe}");
}

#[test]
fn forever_ends_when_it_is_interrupted() {
    let mut running = Packetbeat::new().read(capture("smtp")).args("-l 0 -e").start();
    for _ in 0..3 {
        running.line();
    }
    let outcome = running.insist("INT");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
}

#[test]
fn one_packet_at_a_time_goes_on_with_the_return_key() {
    let all = pcap::read(&capture_bytes("smtp")).len();
    let (short, none) = ledger(Packetbeat::new().read(capture("smtp")).args("-O").stdin("\n\n"));
    assert_eq!((short["packets"]["in"].as_u64(), none), (Some(3), 0));
    let keys = "\n".repeat(all);
    let (whole, events) = ledger(Packetbeat::new().read(capture("smtp")).args("-O").stdin(keys));
    assert_eq!((whole["packets"]["in"].as_u64(), events), (Some(all as u64), 1));
}

#[test]
fn a_dump_holds_what_was_analysed() {
    let run = Packetbeat::new().read(capture("dns")).args("--dump dumped --filter").arg("udp port 53");
    let outcome = run.run().quiet();
    let names = outcome.names(".");
    let dump = names.iter().find(|name| name.starts_with("dumped-")).unwrap();
    assert_eq!(dump.len(), "dumped-YYYYMMDDhhmmss.pcap".len(), "{dump}");
    let again = Packetbeat::new().read(outcome.folder.path().join(dump)).run().quiet();
    assert_eq!(
        crate::common::without_id(&again.stdout),
        crate::common::without_id(&outcome.stdout),
        "the dump gives the same events"
    );
    let wrong = Packetbeat::new().read(capture("dns")).args("--dump no/such/folder/x").run().failed();
    assert!(wrong.contains("make the folder first"), "{wrong}");
}

#[test]
fn compressed_files_are_filtered_too() {
    let run = Packetbeat::new().file("a.pcap.gz", gzip(&capture_bytes("dns"))).args("-I a.pcap.gz");
    let (filtered, events) = ledger(run.args("--filter").arg("udp port 53"));
    assert!(filtered["packets"]["dropped"]["filtered"].as_u64() > Some(0) && events > 0, "{filtered}");
}
