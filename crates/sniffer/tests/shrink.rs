//! Files that become shorter while they are mapped.
#![cfg(unix)]
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

use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Command;

use packetbeat_sniffer::{Input, ReadError, Reader, WarningKind};
use support::*;

const PACKETS: usize = 4_000;

fn file() -> (tempfile::TempDir, PathBuf, Vec<Owned>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("capture");
    let packets = sample(PACKETS, 1);
    std::fs::write(&path, pcap(Endian::Little, MICROS, 0, &packets)).unwrap();
    (dir, path, packets)
}

fn cut(path: &PathBuf, len: u64) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(len).unwrap();
}

#[test]
fn the_reader_ends_with_a_warning() {
    // At the start of a page, within one, and to nothing.
    for len in [65_536, 70_001, 0] {
        let (_dir, path, packets) = file();
        let input = Input::open(std::slice::from_ref(&path)).unwrap();
        let mut reader = input.reader().unwrap();
        let mut other = input.reader().unwrap();
        for expected in &packets[..20] {
            assert_eq!(&Owned::from(reader.next().unwrap().unwrap()), expected);
        }
        assert!(other.next().unwrap().is_some());
        cut(&path, len);
        for reader in [&mut reader, &mut other] {
            let mut number = 0;
            // Touching all bytes faults as well as walking does.
            let mut sum = 0u64;
            while let Some(packet) = reader.next().unwrap() {
                number = packet.number;
                sum += packet.data.iter().map(|byte| u64::from(*byte)).sum::<u64>();
            }
            assert!(number < 600 && (len == 0 || sum > 0), "{number}");
            let warnings = reader.warnings();
            assert_eq!(warnings.len(), 1);
            assert_eq!(warnings[0].kind, WarningKind::Shrunk, "{}", warnings[0]);
            // One packet may lie across the new end; where all is gone, those read before it was.
            assert!(warnings[0].offset < len.max(8_000) + 1_600, "{}", warnings[0]);
        }
    }
}

#[test]
fn packets_before_the_cut_are_intact() {
    let (_dir, path, packets) = file();
    let mut reader = Input::open(std::slice::from_ref(&path)).unwrap().reader().unwrap();
    assert!(reader.next().unwrap().is_some());
    cut(&path, 70_001);
    let mut end = 24 + 16 + packets[0].data.len();
    for expected in &packets[1..] {
        end += 16 + expected.data.len();
        let Some(packet) = reader.next().unwrap() else { break };
        if end <= 70_001 {
            assert_eq!(&Owned::from(packet), expected);
        }
    }
    // One packet may lie across the new end; none lies beyond.
    assert!(end > 70_001 && end < 70_001 + 2 * 1_600, "{end}");
}

#[test]
fn the_next_file_follows() {
    let (_dir, path, packets) = file();
    let (_dir2, path2, _) = file();
    let mut reader = Input::open(&[path.clone(), path2]).unwrap().reader().unwrap();
    assert!(reader.next().unwrap().is_some());
    cut(&path, 1_000);
    let mut last = None;
    let mut count = 0;
    while let Some(packet) = reader.next().unwrap() {
        count += 1;
        last = Some(Owned::from(packet));
    }
    assert!((PACKETS..PACKETS + 100).contains(&count), "{count}");
    assert_eq!(last.as_ref(), packets.last());
}

#[test]
fn threads_that_share_the_map() {
    for round in 0..8 {
        let (_dir, path, _) = file();
        let input = Input::open(std::slice::from_ref(&path)).unwrap();
        std::thread::scope(|scope| {
            let walk = |mut reader: Reader| {
                let mut sum = 0u64;
                loop {
                    match reader.next() {
                        Ok(Some(packet)) => {
                            sum += packet.data.iter().map(|byte| u64::from(*byte)).sum::<u64>();
                        }
                        Ok(None) => return (sum, reader.warnings().len()),
                        // A thread that came after the cut may find no capture any more.
                        Err(ReadError::Changed(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            };
            let walkers: Vec<_> = (0..3)
                .map(|_| input.reader().unwrap())
                .map(|reader| scope.spawn(move || walk(reader)))
                .collect();
            cut(&path, round * 50_000);
            for walker in walkers {
                let (_, warnings) = walker.join().unwrap();
                assert!(warnings <= 1, "{warnings}");
            }
        });
    }
}

const CHILD: &str = "SNIFFER_TEST_FOREIGN_FAULT";

/// A fault outside our maps kills as it would without us. The test runs itself in a process that may die.
#[test]
fn foreign_faults_are_passed_on() {
    if let Ok(how) = std::env::var(CHILD) {
        die(&how);
    }
    for how in ["fault", "raise"] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "foreign_faults_are_passed_on", "--nocapture"])
            .env(CHILD, how)
            .status()
            .unwrap();
        assert_eq!(status.signal(), Some(libc::SIGBUS), "{how}: {status}");
    }
}

#[allow(unsafe_code, reason = "a fault of our own making")]
fn die(how: &str) -> ! {
    let (_dir, path, _) = file();
    // Installs the handler, and keeps a map of ours alive beside the foreign one.
    let mut reader = Input::open(std::slice::from_ref(&path)).unwrap().reader().unwrap();
    assert!(reader.next().unwrap().is_some());
    if how == "raise" {
        // The standard library's handler, which was there before, makes the next one deadly and returns.
        // SAFETY: raising a signal has no preconditions.
        unsafe { libc::raise(libc::SIGBUS) };
        // SAFETY: as above.
        unsafe { libc::raise(libc::SIGBUS) };
    } else {
        let (_dir, path, _) = file();
        let file = std::fs::File::open(&path).unwrap();
        // SAFETY: the fault that this leads to is the purpose.
        let map = unsafe { memmap2::Mmap::map(&file).unwrap() };
        cut(&path, 0);
        std::hint::black_box(map[0]);
    }
    std::process::abort();
}
