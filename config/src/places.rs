//! `path.*` and `keystore.path`: where things are, known before the keystore is open.

use crate::node::Node;
use std::path::{Path, PathBuf};

/// Folders, and the keystore's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `path.home`.
    pub home: PathBuf,
    /// `path.config`; the home folder unless set.
    pub config: PathBuf,
    /// `path.data`; `data` in the home folder unless set.
    pub data: PathBuf,
    /// `path.logs`; `logs` in the home folder unless set.
    pub logs: PathBuf,
    /// `keystore.path`; `packetbeat.keystore` in the folder of data unless set.
    pub keystore: PathBuf,
}

/// Settings that others may refer to though nobody wrote them; `path.home` is told by the program.
pub(crate) const DEFAULTS: [(&str, &str); 3] =
    [("path.config", "${path.home}"), ("path.data", "${path.home}/data"), ("path.logs", "${path.home}/logs")];

impl Places {
    /// What expanded settings say; `home`: the folder where they name none.
    pub(crate) fn read(settings: &Node, home: &Path) -> Self {
        let path = |key: &str| {
            let text = settings.at_path(key).and_then(Node::text).filter(|text| !text.is_empty());
            text.map(PathBuf::from)
        };
        let home = path("path.home").unwrap_or_else(|| home.to_owned());
        let data = path("path.data").unwrap_or_else(|| home.join("data"));
        Self {
            config: path("path.config").unwrap_or_else(|| home.clone()),
            logs: path("path.logs").unwrap_or_else(|| home.join("logs")),
            keystore: path("keystore.path").unwrap_or_else(|| data.join("packetbeat.keystore")),
            data,
            home,
        }
    }
}
