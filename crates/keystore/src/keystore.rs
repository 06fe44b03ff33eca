//! The store itself.

use crate::content::{self, Secrets};
use crate::error::{Error, Fault, wrong_name};
use crate::file;
use crate::format::{self, ROUNDS};
use crate::limits::{MAX_FILE_BYTES, MAX_SECRET_BYTES};
use crate::permissions::Permissions;
use crate::secret::Secret;
use std::path::{Path, PathBuf};

/// Names and their secrets, and the file where they are kept.
///
/// What changes is written by [`save`](Self::save) and not before. Two programs that change the same file at the
/// same time do not see each other: the one that saves last wins, and the file is whole.
#[derive(Clone, Debug)]
pub struct Keystore {
    path: PathBuf,
    secrets: Secrets,
}

impl Keystore {
    /// Reads the keystore at `path`; `None` if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, is used by others ([`Permissions::Strict`]), is no keystore, or is damaged.
    pub fn open(path: impl Into<PathBuf>, permissions: Permissions) -> Result<Option<Self>, Error> {
        let path = path.into();
        let secrets = file::read(&path, permissions).and_then(|read| match read {
            Some(bytes) => content::read(&format::open(&bytes, ROUNDS)?).map(Some),
            None => Ok(None),
        });
        match secrets {
            Ok(secrets) => Ok(secrets.map(|secrets| Self { path, secrets })),
            Err(fault) => Err(Error { path, fault }),
        }
    }

    /// An empty keystore that [`save`](Self::save) will write to `path`, in place of what is there.
    #[must_use]
    pub fn create(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), secrets: Secrets::new() }
    }

    /// Where it is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The secret of `name`, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }

    /// All names, sorted. One that a Beat wrote may hold any character: escape it before it is shown.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// Keeps `secret` under `name`, and gives back what was there.
    ///
    /// # Errors
    /// The name cannot stand in `${NAME}` (empty, longer than [`MAX_NAME_BYTES`](crate::limits::MAX_NAME_BYTES),
    /// white space at an end, a control character, or one of `$ { } :`), or the secret is longer than
    /// [`MAX_SECRET_BYTES`]. Then nothing is changed.
    pub fn set(&mut self, name: &str, secret: Secret) -> Result<Option<Secret>, Error> {
        let fault = if let Some(why) = wrong_name(name) {
            Fault::Name { name: shown(name), why }
        } else if secret.bytes().len() > MAX_SECRET_BYTES {
            Fault::SecretTooLong { name: shown(name), bytes: secret.bytes().len() }
        } else {
            return Ok(self.secrets.insert(name.to_owned(), secret));
        };
        Err(Error { path: self.path.clone(), fault })
    }

    /// Forgets `name`, and gives back its secret if there was one.
    pub fn remove(&mut self, name: &str) -> Option<Secret> {
        self.secrets.remove(name)
    }

    /// Writes the file: beside the old one, to the disk, then in its place, with mode 0600. An old file's owner stays
    /// the owner, so that root can change the keystore of a service. Folders that are missing are made, mode 0750.
    ///
    /// # Errors
    /// The system refuses (the old file is then as it was), or all secrets together are longer than
    /// [`MAX_FILE_BYTES`].
    pub fn save(&self) -> Result<(), Error> {
        self.write().map_err(|fault| Error { path: self.path.clone(), fault })
    }

    fn write(&self) -> Result<(), Fault> {
        let bytes = format::seal(&content::write(&self.secrets), ROUNDS)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Fault::TooLong);
        }
        file::replace(&self.path, &bytes)
    }
}

/// The beginning of a name, fit for a line.
fn shown(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_debug).collect()
}
