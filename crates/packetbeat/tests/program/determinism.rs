//! One capture, one output: whatever it comes from, however many work on it, and in whatever order its packets were
//! caught.

use std::collections::BTreeMap;

use crate::common::pcap::{self, Flow, Packet};
use crate::common::{
    CAPTURES, CONFIGURED, Packetbeat, assert_same, capture, capture_bytes, gzip, lz4, sorted, timeless,
    without_id, zstd,
};

fn output(run: Packetbeat) -> String {
    without_id(&run.run().quiet().stdout)
}

/// The events of these packets, without their times, in any order. Nothing of the packets may be unaccounted for.
fn events(packets: &[Packet]) -> Vec<String> {
    let run = Packetbeat::new().stdin(pcap::write(packets)).args("-I -").run().quiet();
    sorted(run.events().into_iter().map(timeless))
}

#[test]
fn any_number_of_workers() {
    for name in CAPTURES {
        let run =
            |workers: &str| output(Packetbeat::new().read(capture(name)).args("--workers").arg(workers));
        let one = run("1");
        assert!(!one.is_empty());
        // The last is more than any system starts.
        for workers in ["2", "3", "8", "65535"] {
            assert_eq!(run(workers), one, "{name}: {workers} workers");
        }
    }
}

#[test]
fn any_number_of_workers_behind_batches() {
    // More packets than workers are handed at once, from a file and from a pipe.
    let packets = pcap::read(&capture_bytes("dns"));
    let mut long = Vec::new();
    for round in 0..60 {
        long.extend(
            packets
                .iter()
                .map(|packet| Packet { micros: packet.micros + round * 60_000_000, ..packet.clone() }),
        );
    }
    let long = pcap::write(&long);
    let one = output(Packetbeat::new().file("long.pcap", &long).args("-I long.pcap"));
    assert!(one.lines().count() > 60 * 69);
    for workers in ["2", "8"] {
        let file = Packetbeat::new().file("long.pcap", &long).args("-I long.pcap --workers").arg(workers);
        assert_eq!(output(file), one, "{workers} workers");
        let pipe = Packetbeat::new().stdin(long.clone()).args("-I - --workers").arg(workers);
        assert_eq!(output(pipe), one, "{workers} workers, from a pipe");
    }
}

#[test]
fn any_container() {
    for name in CAPTURES {
        let bytes = capture_bytes(name);
        let plain = output(Packetbeat::new().read(capture(name)));
        let pcapng = pcap::write_pcapng(&pcap::read(&bytes));
        for (kind, file) in [
            ("gzip", gzip(&bytes)),
            ("zstd", zstd(&bytes)),
            ("lz4", lz4(&bytes)),
            ("pcapng", pcapng.clone()),
            ("pcapng in gzip", gzip(&pcapng)),
            ("plain", bytes.clone()),
        ] {
            // The name does not tell what it is.
            let path = output(Packetbeat::new().file("capture", &file).args("-I capture --workers 2"));
            assert_eq!(path, plain, "{name} as {kind}");
            let stdin = output(Packetbeat::new().stdin(file).args("-I -"));
            assert_eq!(stdin, plain, "{name} as {kind} from standard input");
        }
    }
}

#[test]
fn two_files_are_one_capture() {
    for name in CAPTURES {
        let packets = pcap::read(&capture_bytes(name));
        let plain = output(Packetbeat::new().read(capture(name)));
        for at in [1, packets.len() / 3, packets.len() / 2, packets.len() - 1] {
            let (first, second) = packets.split_at(at);
            let run = Packetbeat::new()
                .file("first", pcap::write(first))
                .file("second", gzip(&pcap::write_pcapng(second)))
                .args("-I first -I second");
            assert_eq!(output(run), plain, "{name}, split behind packet {at}");
        }
    }
}

#[test]
fn configured_or_not() {
    // The usual ports are used in these: detection finds no other events than the ports tell.
    for name in CAPTURES {
        let defaults = output(Packetbeat::new().read(capture(name)));
        let configured = output(Packetbeat::new().read(capture(name)).set(CONFIGURED));
        assert_eq!(defaults, configured, "{name}");
    }
}

/// The packets in this order, 10 µs apart: nothing runs into a time-out.
fn in_step(packets: impl IntoIterator<Item = Packet>) -> Vec<Packet> {
    let start = 1_768_000_000_000_000;
    let packets = packets.into_iter().enumerate();
    packets.map(|(index, packet)| Packet { micros: start + index as u64 * 10, ..packet }).collect()
}

/// One packet of each conversation in turn.
fn interleaved(packets: Vec<Packet>) -> Vec<Packet> {
    let mut flows: BTreeMap<Flow, std::collections::VecDeque<Packet>> = BTreeMap::new();
    for packet in packets {
        flows.entry(pcap::flow(&packet.data)).or_default().push_back(packet);
    }
    let mut out = Vec::new();
    while !flows.is_empty() {
        out.extend(flows.values_mut().filter_map(std::collections::VecDeque::pop_front));
        flows.retain(|_, packets| !packets.is_empty());
    }
    out
}

#[test]
fn conversations_interleaved() {
    for name in ["http", "smtp-session", "smtp-starttls", "dns"] {
        let packets = pcap::read(&capture_bytes(name));
        let mixed = interleaved(packets.clone());
        assert_ne!(mixed, packets);
        assert_same(&events(&in_step(mixed)), &events(&in_step(packets)), name);
    }
}

#[test]
fn captures_interleaved() {
    let all: Vec<Packet> =
        ["http", "dns", "smtp-session"].iter().flat_map(|name| pcap::read(&capture_bytes(name))).collect();
    assert_same(&events(&in_step(interleaved(all.clone()))), &events(&in_step(all)), "all");
}

/// Numbers that look random and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// TCP packets change places with their neighbours.
///
/// Those with SYN or RST stay where they are, and nothing moves past them: data in front of the handshake is a
/// connection joined in the middle, and a reset is the end for whoever sees it.
fn shuffled(packets: &[Packet], seed: u64) -> Vec<Packet> {
    const WINDOW: usize = 4;
    const SYN_OR_RST: u8 = 0b110;
    let mut random = Random(seed);
    let mut out = packets.to_vec();
    let moves = |packet: &Packet| {
        let data = &packet.data;
        let ports = pcap::ports_at(data);
        pcap::flow(data).tcp && data[ports + 13] & SYN_OR_RST == 0
    };
    for start in (0..packets.len()).step_by(WINDOW) {
        // Those of the window between two that stay.
        let end = (start + WINDOW).min(packets.len());
        for at in (start + 1..end).rev() {
            let other = start + random.below(at - start + 1);
            if out[other..=at].iter().all(moves) {
                out.swap(at, other);
            }
        }
    }
    out
}

#[test]
fn segments_out_of_order() {
    for name in ["http", "smtp", "smtp-session", "smtp-starttls", "dns"] {
        let packets = in_step(pcap::read(&capture_bytes(name)));
        let wanted = events(&packets);
        for seed in 1..=40_u64 {
            let mixed = shuffled(&packets, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            assert_ne!(mixed, packets);
            assert_same(&events(&in_step(mixed)), &wanted, &format!("{name}, seed {seed}"));
        }
    }
}

#[test]
fn packets_captured_twice() {
    for name in ["http", "smtp-session", "dns"] {
        let mut packets = in_step(pcap::read(&capture_bytes(name)));
        // Nothing tells that an answer without a question has come twice: a header alone, FORMERR.
        packets.retain(|packet| packet.data.len() != 14 + 20 + 8 + 12);
        let twice = packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]);
        assert_same(&events(&in_step(twice)), &events(&packets), name);
    }
}
