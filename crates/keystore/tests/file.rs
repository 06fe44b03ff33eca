//! Keystores on a disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

use packetbeat_keystore::{Fault, Keystore, Permissions, Secret, limits};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Written by `fixtures/make` with another library.
const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/packetbeat.keystore");

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packetbeat.keystore");
    (folder, path)
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    mode(path, 0o600);
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn open(path: &Path) -> Keystore {
    Keystore::open(path, Permissions::Strict).unwrap().expect("a file")
}

fn message(path: &Path) -> String {
    Keystore::open(path, Permissions::Strict).unwrap_err().to_string()
}

#[test]
fn a_file_of_another_writer_is_read() {
    let (_folder, path) = place();
    write(&path, &fs::read(FIXTURE).unwrap());
    let keystore = open(&path);
    assert_eq!(keystore.names().collect::<Vec<_>>(), ["ES_PWD", "a name <&> of a Beat.x", "empty", "unset"]);
    assert_eq!(keystore.get("ES_PWD").unwrap().text(), Some("changeme"));
    assert_eq!(keystore.get("a name <&> of a Beat.x").unwrap().bytes(), [0, 255, 10]);
    assert_eq!(keystore.get("empty").unwrap().bytes(), b"");
    assert_eq!(keystore.get("unset").unwrap().bytes(), b"");
    assert!(keystore.get("es_pwd").is_none());
}

#[test]
fn names_that_we_would_not_add_stay_and_can_be_removed() {
    let (_folder, path) = place();
    write(&path, &fs::read(FIXTURE).unwrap());
    let mut keystore = open(&path);
    keystore.set("NEW", Secret::from("1")).unwrap();
    keystore.save().unwrap();
    let mut keystore = open(&path);
    assert_eq!(keystore.names().len(), 5);
    assert!(keystore.remove("a name <&> of a Beat.x").is_some());
    assert!(keystore.remove("a name <&> of a Beat.x").is_none());
    keystore.save().unwrap();
    assert_eq!(open(&path).names().len(), 4);
}

#[test]
fn no_file_is_no_keystore() {
    let (folder, path) = place();
    assert!(Keystore::open(&path, Permissions::Strict).unwrap().is_none());
    assert!(Keystore::open(folder.path().join("no/folder"), Permissions::Strict).unwrap().is_none());
}

#[test]
fn a_new_file_is_for_its_owner_alone_and_nothing_else_is_left() {
    let (folder, path) = place();
    let path = path.with_file_name("data").join("packetbeat.keystore");
    Keystore::create(&path).save().unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(mode_of(path.parent().unwrap()), 0o750);
    assert_eq!(open(&path).names().len(), 0);
    assert!(fs::read(&path).unwrap().starts_with(b"v1"));
    assert_eq!(fs::read_dir(folder.path().join("data")).unwrap().count(), 1);
}

#[test]
fn create_takes_the_place_of_a_damaged_file_and_of_its_mode() {
    let (_folder, path) = place();
    fs::write(&path, b"v1 damaged").unwrap();
    mode(&path, 0o644);
    Keystore::create(&path).save().unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(open(&path).names().len(), 0);
}

#[test]
fn a_link_stays_a_link() {
    let (folder, path) = place();
    let target = folder.path().join("elsewhere");
    Keystore::create(&target).save().unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let mut keystore = open(&path);
    keystore.set("A", Secret::from("1")).unwrap();
    keystore.save().unwrap();
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_symlink());
    assert_eq!(open(&target).names().len(), 1);
}

#[test]
fn a_service_can_read_what_root_changed() {
    use std::os::unix::fs::{MetadataExt, chown};
    let (_folder, path) = place();
    Keystore::create(&path).save().unwrap();
    let owner = fs::metadata(&path).unwrap().uid();
    // Only root can give a file away; for others the owner is who they are, before and after.
    let service = if owner == 0 { 12345 } else { owner };
    chown(&path, Some(service), None).unwrap();
    let keystore = Keystore::open(&path, Permissions::Any).unwrap().unwrap();
    keystore.save().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().uid(), service);
    if owner == 0 {
        let text = message(&path);
        assert!(text.contains("belongs to user 12345") && text.contains("chown 0 '"), "{text}");
    }
}

#[test]
fn a_file_that_others_may_use_is_refused_with_the_command_that_mends_it() {
    let (_folder, path) = place();
    Keystore::create(&path).save().unwrap();
    for others in [0o640, 0o620, 0o604, 0o602, 0o610, 0o601] {
        mode(&path, others);
        let text = message(&path);
        assert!(text.contains(&format!("mode {others:04o}")), "{text}");
        assert!(text.contains(&format!("chmod go-rwx '{}'", path.display())), "{text}");
        assert!(Keystore::open(&path, Permissions::Any).unwrap().is_some());
    }
    mode(&path, 0o400);
    open(&path);
}

#[test]
fn errors_name_the_file_and_say_what_to_do() {
    let (folder, path) = place();
    let whole = fs::read(FIXTURE).unwrap();
    let mut flipped = whole.clone();
    flipped[150] ^= 1;
    let cases: [(&[u8], &str); 7] = [
        (b"", "is empty; restore"),
        (b"v2AAAA", "format version 2"),
        (b"#!/bin/sh", "is no keystore of Packetbeat"),
        (b"v1AAA!", "is damaged at byte 5"),
        (b"v1AAAA", "is cut off after 3 of at least 92 bytes"),
        (&whole[..202], "cannot be decrypted"),
        (&flipped, "cannot be decrypted"),
    ];
    for (bytes, expected) in cases {
        write(&path, bytes);
        let text = message(&path);
        assert!(text.starts_with(&format!("keystore {}: ", path.display())), "{text}");
        assert!(text.contains(expected), "{text}");
    }
    let text = message(folder.path());
    assert!(text.contains("no regular file"), "{text}");
    let text = Keystore::create(folder.path()).save().unwrap_err().to_string();
    assert!(text.contains("no regular file"), "{text}");
}

#[test]
fn a_file_that_is_too_long_is_not_read_to_its_end() {
    let (_folder, path) = place();
    write(&path, b"v1");
    fs::File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(message(&path).contains("longer than 4194304 bytes"));
}

#[test]
fn names_and_lengths_are_checked_before_they_are_kept() {
    let mut keystore = Keystore::create("unused");
    let long = "x".repeat(limits::MAX_NAME_BYTES + 1);
    for name in ["", " A", "A\t", "A\nB", "${A}", "A:B", "A}", long.as_str()] {
        let error = keystore.set(name, Secret::from("hunter2")).unwrap_err();
        assert!(matches!(error.fault, Fault::Name { .. }), "{error}");
        let text = error.to_string();
        assert!(text.lines().count() == 1 && text.len() < 400 && !text.contains("hunter2"), "{text}");
    }
    for name in ["ES_PWD", "es.pwd", "a-b", "a b", "größe", long[1..].as_ref()] {
        keystore.set(name, Secret::from("1")).unwrap();
    }
    let longest = vec![0; limits::MAX_SECRET_BYTES];
    keystore.set("A", Secret::new(longest.clone())).unwrap();
    let error = keystore.set("A", Secret::new([longest, vec![0]].concat())).unwrap_err();
    assert!(matches!(error.fault, Fault::SecretTooLong { bytes: 65537, .. }), "{error}");
    assert_eq!(keystore.get("A").unwrap().bytes().len(), limits::MAX_SECRET_BYTES, "unchanged");
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let (_folder, path) = place();
    let mut keystore = Keystore::create(&path);
    keystore.save().unwrap();
    for index in 0..48 {
        keystore.set(&index.to_string(), Secret::new(vec![0; limits::MAX_SECRET_BYTES])).unwrap();
    }
    assert!(matches!(keystore.save().unwrap_err().fault, Fault::TooLong));
    assert_eq!(open(&path).names().len(), 0, "the old file is as it was");
}

#[test]
fn nothing_shows_a_secret() {
    let mut keystore = Keystore::create("unused");
    keystore.set("A", Secret::from("hunter2")).unwrap();
    assert!(!format!("{keystore:?}").contains("hunter2"));
}

proptest! {
    // Each case derives two keys.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_saved_is_opened(
        stored in prop::collection::btree_map("[A-Za-z0-9_.ä-]{1,20}", prop::collection::vec(any::<u8>(), 0..300), 0..5),
    ) {
        let (_folder, path) = place();
        let mut keystore = Keystore::create(&path);
        for (name, value) in &stored {
            keystore.set(name, Secret::new(value.clone())).unwrap();
        }
        keystore.save().unwrap();
        let keystore = open(&path);
        let back: BTreeMap<String, Vec<u8>> =
            keystore.names().map(|name| (name.to_owned(), keystore.get(name).unwrap().bytes().to_vec())).collect();
        prop_assert_eq!(back, stored);
    }
}
