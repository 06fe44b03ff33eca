//! Reading and replacing the file.

use crate::error::Fault;
use crate::limits::MAX_FILE_BYTES;
use crate::permissions::Permissions;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// All bytes of the file; `None` if there is none.
pub(crate) fn read(path: &Path, permissions: Permissions) -> Result<Option<Vec<u8>>, Fault> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(Fault::NoFile),
        Ok(_) => {}
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Fault::System { doing: "cannot be looked at", cause }),
    }
    let cannot = |cause| Fault::System { doing: "cannot be read", cause };
    let file = File::open(path).map_err(cannot)?;
    // Of the open file, which nobody can exchange any more.
    permissions.check(path, &file.metadata().map_err(cannot)?)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Fault::TooLong);
    }
    Ok(Some(bytes))
}

/// Puts a file with these bytes in the place of what is there, all or nothing.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    // A link stays one: what it leads to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.is_dir() || path.file_name().is_none() {
        return Err(Fault::NoFile);
    }
    make_folder(folder).map_err(|cause| Fault::System { doing: "its folder cannot be made", cause })?;
    let (temporary, mut file) = beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| keep_owner(path, &temporary))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path));
    if let Err(cause) = written {
        // The error to tell is the first one.
        let _ = fs::remove_file(&temporary);
        return Err(Fault::System { doing: "cannot be written", cause });
    }
    sync_folder(folder)
        .map_err(|cause| Fault::System { doing: "its folder cannot be written to the disk", cause })
}

/// A new, empty file in the same folder, that only its owner may use.
fn beside(path: &Path) -> Result<(PathBuf, File), Fault> {
    let cannot = |cause| Fault::System { doing: "a temporary file beside it cannot be made", cause };
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|cause| cannot(cause.into()))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.tmp", u64::from_ne_bytes(random)));
    let temporary = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&temporary).map_err(cannot)?;
    Ok((temporary, file))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o750);
    builder.recursive(true).create(folder)
}

/// Gives the new file to whom the old one belonged. Only root can, and for others there is nothing to do: who may
/// replace a file of somebody else may not read it afterwards either.
#[cfg(unix)]
fn keep_owner(old: &Path, new: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let Ok(before) = fs::metadata(old) else { return Ok(()) };
    let now = fs::metadata(new)?;
    if now.uid() == 0 && before.uid() != 0 {
        chown(new, Some(before.uid()), Some(before.gid()))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_old: &Path, _new: &Path) -> io::Result<()> {
    Ok(())
}

/// A new name is on the disk only when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
