//! Files by name: order, errors, readers, batches.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses all of the support module"
)]

mod support;

use std::io::Read;
use std::path::{Path, PathBuf};

use packetbeat_sniffer::{Batch, Input, OpenError, ReadError, Reader};
use support::*;

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn add(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

#[test]
fn several_files_are_one_sequence() {
    let files = Files::new();
    let packets = sample(30, 1);
    let paths = [
        files.add("a", &pcap(Endian::Little, MICROS, 0, &packets[..10])),
        files.add("b", &pcap(Endian::Little, MICROS, 0, &[])),
        files.add("c", &pcapng(Endian::Big, &packets[10..20])),
        files.add("d", &pcap(Endian::Big, NANOS, 0, &packets[20..])),
    ];
    let input = Input::open(&paths).unwrap();
    assert!(input.can_map());
    let mut readers: Vec<Reader> = (0..3).map(|_| input.reader().unwrap()).collect();
    drop(input);
    for reader in &mut readers {
        assert_eq!(read(reader), (packets.clone(), vec![]));
    }
    let total = paths.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    assert_eq!(readers[0].position(), total);

    // A compressed one among them: one reader, the same packets.
    let mut paths = paths.to_vec();
    paths[2] = files.add("c.gz", &gzip(&pcapng(Endian::Big, &packets[10..20])));
    let input = Input::open(&paths).unwrap();
    assert!(!input.can_map());
    let mut reader = input.reader().unwrap();
    assert!(matches!(input.reader(), Err(OpenError::OneReader { .. })));
    assert_eq!(read(&mut reader), (packets, vec![]));
    assert_eq!(Some(reader.position()), input.total_bytes());
}

#[test]
fn a_cut_file_does_not_end_the_sequence() {
    let files = Files::new();
    let packets = sample(8, 1);
    let mut cut = pcap(Endian::Little, MICROS, 0, &packets[..4]);
    cut.extend([1; 5]);
    let paths = [files.add("a", &cut), files.add("b", &pcap(Endian::Little, MICROS, 0, &packets[4..]))];
    let (read_packets, warnings) = read(&mut Input::open(&paths).unwrap().reader().unwrap());
    assert_eq!(read_packets, packets);
    assert_eq!(&*warnings[0].file, paths[0].to_str().unwrap());
    assert!(warnings[0].to_string().contains("11 bytes or more are missing"), "{}", warnings[0]);
}

#[test]
fn what_is_no_capture_is_said_in_one_line() {
    let files = Files::new();
    let good = files.add("good", &pcap(Endian::Little, MICROS, 0, &[]));
    let refuse = |path: &Path| {
        let message = Input::open(&[good.clone(), path.to_owned()]).unwrap_err().to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert!(!message.contains('\n'), "{message}");
        message
    };
    assert!(refuse(files.0.path()).contains("is a directory"));
    assert!(refuse(&files.0.path().join("none")).contains("check the name"));
    assert!(refuse(&files.add("empty", b"")).contains("empty (0 bytes)"));
    assert!(refuse(&files.add("text", b"hello\n")).contains("is text"));
    assert!(refuse(&files.add("noise", &[0xfe; 99])).contains("fe fe fe fe fe fe fe fe"));
    assert!(refuse(&files.add("snoop", b"snoop\0\0\0\0\0\0\x02\0\0\0\x04")).contains("snoop"));
    assert!(refuse(&files.add("short", &[0xd4, 0xc3, 0xb2, 0xa1])).contains("after 4 bytes"));
    assert!(refuse(&files.add("cut.gz", &gzip(b"hello")[..6])).contains("as gzip"));
    assert!(refuse(&files.add("text.gz", &gzip(b"hello"))).contains("is text"));
    assert!(refuse(&files.add("empty.gz", &gzip(b""))).contains("empty"));
    assert!(refuse(&files.add("twice.gz", &gzip(&gzip(b"hello")))).contains("twice"));
    let mut version = pcap(Endian::Little, MICROS, 0, &[]);
    version[4] = 9;
    assert!(refuse(&files.add("version", &version)).contains("version 9.4"));
    let mut magic = pcapng(Endian::Little, &[]);
    magic[8] = 0;
    assert!(refuse(&files.add("magic", &magic)).contains("byte-order magic"));

    assert!(matches!(Input::open(&[]), Err(OpenError::NoInput)));
    assert!(matches!(Input::open(&["-".into(), "-".into()]), Err(OpenError::StdinTwice)));
}

#[test]
fn a_file_that_is_gone_when_its_turn_comes() {
    let files = Files::new();
    let packets = sample(2, 1);
    let paths: Vec<PathBuf> =
        (0..3).map(|at| files.add(&at.to_string(), &pcap(Endian::Little, MICROS, 0, &packets))).collect();
    let mut reader = Input::open(&paths).unwrap().reader().unwrap();
    std::fs::remove_file(&paths[1]).unwrap();
    let mut batch = Batch::new();
    // The packets before the error come first, those of the file after it afterwards.
    assert!(reader.fill(&mut batch, 512).unwrap());
    assert_eq!(batch.len(), 2);
    assert!(matches!(reader.fill(&mut batch, 512), Err(ReadError::Changed(OpenError::Io { .. }))));
    assert!(reader.fill(&mut batch, 512).unwrap());
    assert_eq!(batch.packets().map(|packet| packet.number).collect::<Vec<_>>(), [3, 4]);
    assert!(!reader.fill(&mut batch, 512).unwrap());
}

#[test]
fn batches_hold_what_next_gives() {
    let packets = sample(1_100, 1);
    let file = pcap(Endian::Little, MICROS, 0, &packets);
    let mut reader = Reader::from_bytes(&file).unwrap();
    let mut batch = Batch::new();
    let mut lens = Vec::new();
    let mut all: Vec<Owned> = Vec::new();
    while reader.fill(&mut batch, 512).unwrap() {
        lens.push(batch.len());
        for packet in &batch {
            assert_eq!(packet.number, all.len() as u64 + 1);
            all.push(packet.into());
        }
    }
    assert_eq!(lens, [512, 512, 76]);
    assert_eq!(all, packets);
    assert!(batch.is_empty());
}

/// Gives some bytes, then an error of the system.
struct Failing(std::io::Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(std::io::Error::other("the wire is cut")),
            len => Ok(len),
        }
    }
}

#[test]
fn an_error_of_the_system_is_no_damage() {
    let packets = sample(5, 1);
    let plain = pcap(Endian::Little, MICROS, 0, &packets);
    let cut = &plain[..plain.len() - 3];
    let mut reader = Reader::from_read("pipe", Failing(std::io::Cursor::new(cut.to_vec()))).unwrap();
    for _ in 0..4 {
        assert!(reader.next().unwrap().is_some());
    }
    let message = reader.next().unwrap_err().to_string();
    assert!(message.starts_with("pipe: byte ") && message.contains("the wire is cut"), "{message}");
    assert!(reader.next().unwrap().is_none());
    assert_eq!(reader.warnings(), []);

    let packed = gzip(&plain);
    let cut = packed[..packed.len() - 3].to_vec();
    let mut reader = Reader::from_read("pipe", Failing(std::io::Cursor::new(cut))).unwrap();
    let failed = (0..9).any(|_| matches!(reader.next(), Err(ReadError::Io { .. })));
    assert!(failed);
}

#[test]
fn readers_and_batches_cross_threads() {
    fn assert_send<T: Send>() {}
    fn assert_sync<T: Sync>() {}
    assert_send::<Reader>();
    assert_send::<Input>();
    assert_sync::<Input>();
    assert_send::<Batch>();
    assert_sync::<Batch>();
}
