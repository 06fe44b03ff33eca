//! Secrets: kept encrypted, named by the configuration, never shown.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::common::{Packetbeat, capture};

/// A command on the keystore in `home`.
fn keystore(home: &Path, args: &str, stdin: &str) -> crate::common::Outcome {
    Packetbeat::new().args("--path.home").arg(home).args("keystore").args(args).stdin(stdin).run()
}

#[test]
fn a_secret_goes_in_is_used_and_goes_out() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let missing = keystore(home, "list", "").failed();
    assert!(missing.contains("packetbeat keystore create"), "{missing}");

    assert!(keystore(home, "create", "").quiet().stdout.starts_with("Created packetbeat keystore "));
    let file = home.join("data/packetbeat.keystore");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = keystore(home, "create", "").failed();
    assert!(again.contains("--force"), "{again}");

    let added = keystore(home, "add SECRET_TAG --stdin", "hush-hush\n").quiet();
    assert_eq!(added.stdout, "Successfully updated the keystore\n");
    keystore(home, "add OTHER --stdin", "x").quiet();
    let twice = keystore(home, "add OTHER --stdin", "y").failed();
    assert!(twice.contains("--force replaces it"), "{twice}");
    keystore(home, "add OTHER --stdin --force", "y").quiet();
    assert_eq!(keystore(home, "list", "").quiet().stdout, "OTHER\nSECRET_TAG\n");
    let stored = std::fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains("hush-hush"));

    let run = Packetbeat::new().args("--path.home").arg(home).config("tags: [\"${SECRET_TAG}\"]\n");
    let outcome = run.read(capture("smtp")).run().quiet();
    assert_eq!(outcome.events()[0]["tags"][0], "hush-hush");

    let unknown = keystore(home, "remove OTHER NOBODY", "").failed();
    assert!(unknown.contains("NOBODY is not in"), "{unknown}");
    assert_eq!(keystore(home, "list", "").quiet().stdout, "OTHER\nSECRET_TAG\n", "all or none");
    keystore(home, "remove OTHER", "").quiet();
    assert_eq!(keystore(home, "list", "").quiet().stdout, "SECRET_TAG\n");
}

#[test]
fn adding_by_force_makes_the_keystore() {
    let folder = tempfile::tempdir().unwrap();
    assert!(keystore(folder.path(), "add X --stdin", "1").failed().contains("keystore create"));
    keystore(folder.path(), "add X --stdin --force", "1").quiet();
    assert_eq!(keystore(folder.path(), "list", "").quiet().stdout, "X\n");
}

#[test]
fn a_keystore_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    keystore(home, "create", "").quiet();
    let file = home.join("data/packetbeat.keystore");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = keystore(home, "list", "").failed();
    assert!(refused.contains("chmod"), "{refused}");
    keystore(home, "list --strict.perms=false", "").quiet();
}

#[test]
fn a_secret_that_is_not_there_is_asked_for() {
    let text = "output.file: {path: \"${NO_SUCH_SECRET}\"}\n";
    let wrong = Packetbeat::new().args("test config").config(text).run().failed();
    assert!(wrong.contains("packetbeat keystore add NO_SUCH_SECRET"), "{wrong}");
    assert!(wrong.contains("test.yml:1:21"), "{wrong}");
}
