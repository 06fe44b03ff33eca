//! Pipes that stay open.

use crate::common::{Packetbeat, capture_bytes, pcap, program};

/// The bytes of a capture up to a number of packets.
fn start_of(name: &str, packets: usize) -> Vec<u8> {
    let all = pcap::read(&capture_bytes(name));
    pcap::write(&all[..packets])
}

/// As many packets as hold four queries over UDP with their answers, the last one complete.
const PACKETS: usize = 8;

#[test]
fn events_come_while_the_pipe_stays_open() {
    for workers in ["1", "2", "8"] {
        let mut running = Packetbeat::new().args("-I - -N -e --workers").arg(workers).start();
        running.write(&start_of("dns", PACKETS));
        for _ in 0..4 {
            assert_eq!(program::events(&running.line())[0]["type"], "dns");
        }
        assert_eq!(running.end().ok().stdout, "", "{workers} workers");
    }
}

#[test]
fn packets_that_trickle_are_not_held_up() {
    let packets = pcap::read(&capture_bytes("dns"));
    let mut running = Packetbeat::new().args("-I - -N").start();
    running.write(&pcap::header(pcap::ETHERNET));
    for pair in packets[..PACKETS].chunks(2) {
        let query = pcap::record(&pair[0]);
        running.write(&query[..20]);
        running.write(&query[20..]);
        running.write(&pcap::record(&pair[1]));
        running.line();
    }
    running.end().quiet();
}

#[test]
fn an_interrupt_flushes_what_was_read_and_closes_the_ledger() {
    for (workers, signal) in [("1", "INT"), ("8", "INT"), ("2", "TERM")] {
        let mut running =
            Packetbeat::new().args("-I - -N -e --summary ledger.json --workers").arg(workers).start();
        // The last query has no answer yet.
        running.write(&start_of("dns", PACKETS + 1));
        for _ in 0..4 {
            running.line();
        }
        running.signal(signal);
        let outcome = running.end_with_open_input().ok();
        assert!(outcome.stderr.contains("stopped before the end"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
        let waiting = outcome.events();
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0]["packetbeat"]["unmatched"], "capture_end");
        let ledger = program::events(&outcome.read("ledger.json"));
        assert_eq!(ledger[0]["packets"]["in"], PACKETS + 1);
        assert_eq!(ledger[0]["events"]["published"], 5);
        assert_eq!(ledger[0]["closed"], true);
    }
}

/// Events that no pipe holds.
fn many() -> Vec<u8> {
    let packets = pcap::read(&capture_bytes("dns"));
    let many: Vec<_> = std::iter::repeat_n(packets, 100).flatten().collect();
    pcap::write(&many)
}

#[test]
fn a_second_interrupt_ends_a_run_whose_output_nobody_reads() {
    let (running, unread) = Packetbeat::new().file("many.pcap", many()).args("-I many.pcap").start_unread();
    let outcome = running.insist("INT");
    assert_eq!(outcome.code, Some(130), "{}", outcome.stderr);
    assert!(unread.line.starts_with("{\"@timestamp\""));
}

#[test]
fn a_reader_that_goes_away_is_a_clean_end() {
    for workers in ["1", "2", "8"] {
        for input in ["many.pcap", "many.pcap.gz"] {
            let (running, unread) = Packetbeat::new()
                .file("many.pcap", many())
                .file("many.pcap.gz", super::common::gzip(&many()))
                .read(input)
                .args("-e --summary ledger.json --workers")
                .arg(workers)
                .start_unread();
            drop(unread);
            let outcome = running.end().ok();
            assert!(outcome.stderr.contains("dropped: output closed"), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("everything is accounted for"), "{}", outcome.stderr);
            assert!(!outcome.stderr.contains("ERROR"), "{}", outcome.stderr);
            let ledger = &program::events(&outcome.read("ledger.json"))[0];
            assert_eq!(ledger["closed"], true);
            assert!(ledger["events"]["published"].as_u64() >= Some(1));
        }
    }
}

#[test]
fn a_pipe_that_never_ends_ends_with_the_reader_of_the_output() {
    let (mut running, unread) =
        Packetbeat::new().args("-I - -N").stdin(start_of("dns", PACKETS)).start_unread();
    drop(unread);
    // Its event finds the output closed.
    let packets = pcap::read(&capture_bytes("dns"));
    for packet in &packets[PACKETS..PACKETS + 2] {
        running.write(&pcap::record(packet));
    }
    running.end_with_open_input().quiet();
}
