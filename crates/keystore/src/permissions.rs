//! Who may read the file: with no password, its mode is all that guards it.

use crate::error::Fault;
use std::fs::Metadata;
use std::path::Path;

/// Whether the file's owner and mode are looked at before it is read (`--strict.perms`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// It must belong to root or to who runs the program, and nobody else may read or write it.
    Strict,
    /// They do not matter.
    Any,
}

impl Permissions {
    #[cfg(unix)]
    pub(crate) fn check(self, path: &Path, metadata: &Metadata) -> Result<(), Fault> {
        use std::os::unix::fs::MetadataExt;
        if self == Self::Any {
            return Ok(());
        }
        let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let us = effective_user();
        let owner = metadata.uid();
        if owner != 0 && owner != us {
            return Err(Fault::Owner { owner, us, path: absolute() });
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(Fault::Exposed { mode, path: absolute() });
        }
        Ok(())
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
    pub(crate) fn check(self, _path: &Path, _metadata: &Metadata) -> Result<(), Fault> {
        Ok(())
    }
}

/// Number of the user with whose rights we run; without Linux's /proc, root, so that only root may own the file.
///
/// The owner of our entry in /proc would not do: where the program has capabilities, that is root.
#[cfg(unix)]
fn effective_user() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    // Real, effective, saved and file system user.
    users.and_then(|users| users.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn files_that_we_make_are_ours() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(file.as_file().metadata().unwrap().uid(), effective_user());
    }
}
