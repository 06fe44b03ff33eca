//! The outputs as the program uses them: real files, real permissions, real messages.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use packetbeat_core::json::Json;
use packetbeat_core::lines::{Lines, Piece};
use packetbeat_publisher::{FileOptions, Format, Full, OutputError, Publisher, Target, WRITE_ERROR};
use tempfile::TempDir;

fn lines(text: &str) -> Lines {
    let mut block = Json::default();
    block.raw(text.as_bytes());
    Lines {
        blocks: vec![block],
        pieces: vec![Piece { block: 0, start: 0, end: u32::try_from(text.len()).unwrap() }],
        events: text.lines().count() as u64,
    }
}

fn options(folder: &Path) -> FileOptions {
    FileOptions { folder: folder.to_owned(), ..FileOptions::default() }
}

/// Names and contents, by the number in the name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort_by_key(|(name, _)| (name.len(), name.clone()));
    files
}

#[test]
fn a_second_run_leaves_the_first_one_s_file_alone() {
    let folder = TempDir::new().unwrap();
    let deep = folder.path().join("a/b");
    for run in 0..2 {
        let publisher = Publisher::start(Target::File(options(&deep)), Full::Block).unwrap();
        publisher.send(lines(&format!("{{\"run\":{run}}}\n"))).unwrap();
        let report = publisher.finish();
        assert_eq!((report.published, report.bytes), (1, 10));
    }
    let files = files(&deep);
    assert_eq!(files.len(), 2);
    let date = files[0].0.strip_prefix("packetbeat-").unwrap().strip_suffix(".ndjson").unwrap();
    assert!(date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()), "{date}");
    assert_eq!(files[1].0, format!("packetbeat-{date}-1.ndjson"));
    assert_eq!((files[0].1.as_str(), files[1].1.as_str()), ("{\"run\":0}\n", "{\"run\":1}\n"));
}

#[test]
fn files_and_folders_are_private() {
    let folder = TempDir::new().unwrap();
    let deep = folder.path().join("new");
    for permissions in [0o600, 0o400] {
        drop(
            Publisher::start(Target::File(FileOptions { permissions, ..options(&deep) }), Full::Block)
                .unwrap(),
        );
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = files(&deep);
    assert_eq!(mode(&deep.join(&files[0].0)), 0o600);
    assert_eq!(mode(&deep.join(&files[1].0)), 0o400);
    assert_eq!(mode(&deep) & 0o007, 0);
}

#[test]
fn a_large_run_rotates_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let options = FileOptions { rotate_every_bytes: 1024, number_of_files: 1000, ..options(folder.path()) };
    let publisher = Publisher::start(Target::File(options), Full::Block).unwrap();
    let mut wanted = String::new();
    for i in 0..100 {
        let text: String = (0..50).map(|j| format!("{{\"i\":{i},\"j\":{j}}}\n")).collect();
        publisher.send(lines(&text)).unwrap();
        wanted.push_str(&text);
    }
    assert_eq!(publisher.finish().published, 5000);
    let files = files(folder.path());
    assert!(files.iter().all(|(_, text)| text.len() <= 1024 && text.ends_with("}\n")));
    assert!(files.iter().rev().skip(1).all(|(_, text)| text.len() > 1000), "no file is left early");
    assert_eq!(files.iter().map(|(_, text)| text.as_str()).collect::<String>(), wanted);
}

#[test]
fn pretty_files() {
    let folder = TempDir::new().unwrap();
    let format = Format { pretty: true, escape_html: true };
    let publisher =
        Publisher::start(Target::File(FileOptions { format, ..options(folder.path()) }), Full::Block)
            .unwrap();
    publisher.send(lines("{\"a\":\"<\"}\n{\"b\":[]}\n")).unwrap();
    assert_eq!(publisher.finish().published, 2);
    assert_eq!(files(folder.path())[0].1, "{\n  \"a\": \"\\u003c\"\n}\n{\n  \"b\": []\n}\n");
}

#[test]
fn a_full_disk_names_the_file() {
    let folder = TempDir::new().unwrap();
    drop(Publisher::start(Target::File(options(folder.path())), Full::Block).unwrap());
    let path = folder.path().join(&files(folder.path())[0].0);
    fs::remove_file(&path).unwrap();
    symlink("/dev/full", &path).unwrap();
    let options = FileOptions { rotate_on_startup: false, ..options(folder.path()) };
    let publisher = Publisher::start(Target::File(options), Full::Block).unwrap();
    let mut sent = 1;
    while publisher.send(lines("{}\n")).is_ok() {
        sent += 1;
    }
    let report = publisher.finish();
    assert_eq!((report.published, report.bytes, report.dropped), (0, 0, vec![(WRITE_ERROR, sent)]));
    let text = report.error.unwrap().to_string();
    assert!(text.contains(path.to_str().unwrap()) && text.contains("No space left"), "{text}");
}

#[test]
fn what_cannot_work_is_told_at_the_start() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = |options| Publisher::start(Target::File(options), Full::Block).unwrap_err();
    let good = || options(folder.path());

    let told = error(options(&file.join("below")));
    assert!(matches!(told, OutputError::Folder { .. }) && told.to_string().contains("file/below"), "{told}");
    let told = error(options(&file));
    assert!(matches!(told, OutputError::Folder { .. }), "{told}");
    let told = error(FileOptions { filename: "x".repeat(300), ..good() });
    assert!(matches!(told, OutputError::Open { .. }) && told.to_string().contains("xxx-2"), "{told}");
    for (options, key) in [
        (FileOptions { rotate_every_bytes: 0, ..good() }, "rotate_every_kb"),
        (FileOptions { number_of_files: 1, ..good() }, "number_of_files"),
        (FileOptions { filename: String::new(), ..good() }, "filename"),
        (FileOptions { filename: "../x".to_owned(), ..good() }, "filename"),
    ] {
        let told = error(options);
        assert!(matches!(told, OutputError::Option { .. }) && told.to_string().contains(key), "{told}");
    }
    assert_eq!(files(folder.path()).len(), 1, "nothing is left behind");
}

#[test]
fn discard_counts_and_gives_back() {
    let publisher = Publisher::start(Target::Discard, Full::Block).unwrap();
    let used = publisher.send(lines("{}\n{}\n")).unwrap().unwrap();
    assert!(used.blocks[0].is_empty() && used.pieces.is_empty() && used.events == 0);
    let report = publisher.finish();
    assert_eq!((report.published, report.bytes), (2, 6));
    assert!(report.dropped.is_empty() && report.error.is_none());
}
