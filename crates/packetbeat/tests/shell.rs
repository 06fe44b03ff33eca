//! What packages install beside the program: completions and manual pages. They are made by the program itself; these tests
//! hold the files to it. `UPDATE_GENERATED=1 cargo test -p packetbeat --test shell` writes them.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn packetbeat(args: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_packetbeat")).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}");
    output.stdout
}

fn etc(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../etc").join(name)
}

/// Compares a file with what it is made from, or writes it.
fn hold(name: &str, wanted: &[u8]) {
    let path = etc(name);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read(&path).unwrap_or_default();
    let again = "UPDATE_GENERATED=1 cargo test -p packetbeat --test shell";
    assert!(found == wanted, "etc/{name} is not what the program says; write it again: {again}");
}

#[test]
fn completions() {
    for (shell, file) in [("bash", "packetbeat.bash"), ("zsh", "_packetbeat"), ("fish", "packetbeat.fish")] {
        hold(&format!("completions/{file}"), &packetbeat(&["completion", shell]));
    }
}

#[test]
fn manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    packetbeat(&["man", "--dir", folder.path().to_str().unwrap()]);
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let made = names(folder.path());
    for name in &made {
        let page = std::fs::read(folder.path().join(name)).unwrap();
        hold(&format!("man/{}", name.to_str().unwrap()), &page);
    }
    assert_eq!(names(&etc("man")), made, "pages of commands that are gone");
}
