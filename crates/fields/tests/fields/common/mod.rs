//! What the tests of this crate share: the fields of the project.

use std::path::{Path, PathBuf};

use packetbeat_fields::Fields;

/// Name and `fields.yml` of each protocol of the project, in the order of their names.
pub(crate) fn protocols() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path("protocols")).unwrap() {
        let entry = entry.unwrap();
        let file = entry.path().join("fields.yml");
        if file.is_file() {
            found.push((entry.file_name().into_string().unwrap(), std::fs::read_to_string(file).unwrap()));
        }
    }
    found.sort();
    assert!(found.iter().any(|(name, _)| name == "http"), "the protocols are not where they should be");
    found
}

/// All fields of the project.
pub(crate) fn all() -> Fields {
    let protocols = protocols();
    let texts: Vec<_> = protocols.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Fields::of_texts(&texts).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A file or folder of the repository, by its path from the root.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}
