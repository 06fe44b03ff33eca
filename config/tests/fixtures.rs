//! Whole files and what is said of them, word for word: `broken/SECTION/NAME.yml` is refused with the messages of
//! `NAME.expected`, `sound/NAME.yml` is taken with the warnings of `NAME.expected`. `NAME.set` holds overrides (`-E`), a
//! line each. `UPDATE_GENERATED=1 cargo test -p packetbeat-config --test fixtures` writes the expectations again.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::kinds;
use packetbeat_config::{Config, Errors, Loader};
use std::path::{Path, PathBuf};

/// What no message may show.
const SECRETS: [&str; 2] = ["s3cret", "changeme"];

fn load(path: &Path) -> Result<Config, Errors> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let mut loader = Loader::new().protocols(&kinds()).text(name, std::fs::read(path).unwrap());
    loader = loader.keystore(|name| matches!(name, "ES_PWD" | "CERT").then(|| "s3cret".to_owned()));
    if let Ok(overrides) = std::fs::read_to_string(path.with_extension("set")) {
        loader = overrides.lines().fold(loader, Loader::set);
    }
    loader.load(&|name| (name == "PORT").then(|| "5353".to_owned()))
}

/// All `.yml` files below a folder, sorted.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yml") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no files below {folder}");
    files
}

fn expect(path: &Path, said: &str) {
    let expected = path.with_extension("expected");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&expected, said).unwrap();
    }
    let text = std::fs::read_to_string(&expected).unwrap_or_default();
    assert_eq!(said, text, "{}; UPDATE_GENERATED=1 writes it again", expected.display());
    for secret in SECRETS {
        assert!(!said.contains(secret), "{} shows a secret", path.display());
    }
}

#[test]
fn broken_files_are_refused_in_these_words() {
    for path in files("broken") {
        let errors = load(&path).err().unwrap_or_else(|| panic!("{} is taken", path.display()));
        let name = path.file_name().unwrap().to_str().unwrap();
        let yaml = path.parent().unwrap().ends_with("yaml");
        for error in &errors.0 {
            let line = error.to_string();
            assert!(error.at.line > 0 || line.starts_with("-E "), "{line}: without a place");
            assert!(
                line.starts_with(&format!("{name}:")) || line.starts_with("-E "),
                "{line}: without its file"
            );
            assert!(yaml || !error.key.is_empty(), "{line}: without a key");
            let told = error.hint.is_some()
                || error.what.contains("expected ")
                || error.what.contains(" is not set: ");
            assert!(
                yaml || told || error.what.contains("not a regular expression"),
                "{line}: without a hint"
            );
        }
        expect(&path, &format!("{errors}\n"));
    }
}

#[test]
fn sound_files_are_taken_with_these_warnings() {
    for path in files("sound") {
        let config = load(&path).unwrap_or_else(|errors| panic!("{}: {errors}", path.display()));
        let said: String = config.warnings.iter().map(|warning| format!("{warning}\n")).collect();
        expect(&path, &said);
    }
}
