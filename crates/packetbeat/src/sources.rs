//! Which files and overrides make up the configuration.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use packetbeat_config::{Errors, Loader, Places, check_permissions};
use packetbeat_keystore::{Keystore, Permissions};

use crate::cli::Global;
use crate::command::complain;

/// What the command line names, or the usual file. `reads_files`: captures are named, and need no configuration.
///
/// # Errors
/// Files that others may write to, where that is looked at.
pub(crate) fn sources(global: &Global, reads_files: bool) -> Result<Loader, Errors> {
    let mut loader = Loader::new();
    let mut errors = Vec::new();
    for path in files(global, reads_files) {
        if global.strict_perms
            && path.exists()
            && let Err(error) = check_permissions(&path)
        {
            errors.push(error);
        }
        loader = loader.file(path);
    }
    if !errors.is_empty() {
        return Err(Errors(errors));
    }
    for setting in &global.set {
        loader = loader.set(setting);
    }
    for (key, path) in [
        ("path.home", &global.path_home),
        ("path.config", &global.path_config),
        ("path.data", &global.path_data),
        ("path.logs", &global.path_logs),
    ] {
        if let Some(path) = path {
            loader = loader.set(format!("{key}={}", path.display()));
        }
    }
    Ok(loader)
}

/// The files to read, in order.
fn files(global: &Global, reads_files: bool) -> Vec<PathBuf> {
    let folder = global.path_config.as_deref().or(global.path_home.as_deref());
    if !global.config.is_empty() {
        return global.config.iter().map(|path| beside(folder, path)).collect();
    }
    let usual =
        folder.map_or_else(|| PathBuf::from("packetbeat.yml"), |folder| folder.join("packetbeat.yml"));
    // Without -c the usual file is read if it is there. For a named capture only where a folder was named as well: it is
    // analysed with the built-in defaults wherever one stands.
    if (!reads_files || folder.is_some()) && usual.is_file() { vec![usual] } else { Vec::new() }
}

/// A relative path that is not here is looked for in the configuration's folder.
fn beside(folder: Option<&Path>, path: &Path) -> PathBuf {
    match folder {
        Some(folder) if path.is_relative() && !path.exists() && folder.join(path).exists() => {
            folder.join(path)
        }
        _ => path.to_owned(),
    }
}

/// The same, with the keystore to look secrets up in. It is opened when the first secret is asked for.
///
/// # Errors
/// As [`sources`], and configuration files that cannot be read.
pub(crate) fn with_keystore(global: &Global, reads_files: bool) -> Result<Loader, Errors> {
    let loader = sources(global, reads_files)?;
    let path = loader.places(&environment)?.keystore;
    let permissions = if global.strict_perms { Permissions::Strict } else { Permissions::Any };
    let keystore = OnceLock::new();
    Ok(loader.keystore(move |name| {
        let opened = keystore.get_or_init(|| match Keystore::open(&path, permissions) {
            Ok(keystore) => keystore,
            Err(error) => {
                complain(&error.to_string());
                None
            }
        });
        Some(opened.as_ref()?.get(name)?.text()?.to_owned())
    }))
}

/// An environment variable.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Where configuration, data, logs and the keystore are.
///
/// # Errors
/// Configuration files that cannot be read.
pub(crate) fn places(global: &Global) -> Result<Places, Errors> {
    sources(global, false)?.places(&environment)
}
