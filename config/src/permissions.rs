//! Who may write to the configuration: it decides what a privileged program does.

use crate::error::Error;
use crate::mark::{Mark, Source};
use std::path::Path;

/// Checks that a file belongs to root or to us and that nobody else may write to it (`--strict.perms`).
///
/// # Errors
/// The file cannot be looked at, has another owner, or is writable by group or others; with the command that
/// puts it right. Away from Unix there is nothing to check.
#[cfg(unix)]
pub fn check_permissions(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt;
    let name = path.display();
    let error = |what: String| Error::new(Mark::whole(Source::File(name.to_string().into())), "", what);
    let file = std::fs::metadata(path)
        .map_err(|cause| error(format!("cannot be read: {cause}")).caused_by(cause))?;
    // The owner of our own entry in /proc is our effective user; without /proc only root may own the file.
    let us = std::fs::metadata("/proc/self").map_or(0, |own| own.uid());
    if file.uid() != 0 && file.uid() != us {
        let what = format!("belongs to user {}, neither to root nor to user {us} who runs this", file.uid());
        return Err(error(what).hint(format!("put right by: chown root '{name}'")));
    }
    let mode = file.mode() & 0o7777;
    if mode & 0o022 != 0 {
        let what = format!("may be written by others than its owner (mode {mode:04o})");
        return Err(error(what).hint(format!("put right by: chmod go-w '{name}'")));
    }
    Ok(())
}

/// Away from Unix there is nothing to check.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn check_permissions(_path: &Path) -> Result<(), Error> {
    Ok(())
}
