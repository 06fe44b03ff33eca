//! What can be wrong with a keystore, and what to do about it.

use crate::limits::{MAX_FILE_BYTES, MAX_NAME_BYTES, MAX_SECRET_BYTES};
use std::path::PathBuf;

/// An error that names the file.
#[derive(Debug, thiserror::Error)]
#[error("keystore {}: {fault}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a keystore. Each text ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The system refuses something.
    #[error("{doing}: {cause}")]
    System {
        /// What could not be done.
        doing: &'static str,
        /// The system's reason.
        #[source]
        cause: std::io::Error,
    },
    /// A folder, a pipe, a device.
    #[error("is no regular file; set keystore.path to a file")]
    NoFile,
    /// Others than the owner may read or write it.
    #[error(
        "others than its owner may use it (mode {mode:04o}); put right by: chmod go-rwx '{}'",
        path.display()
    )]
    Exposed {
        /// Its permission bits.
        mode: u32,
        /// The file, for the command.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error(
        "belongs to user {owner}, neither to root nor to user {us} who runs this; put right by: chown {us} '{}'",
        path.display()
    )]
    Owner {
        /// Number of the user whom it belongs to.
        owner: u32,
        /// Number of the user who runs the program.
        us: u32,
        /// The file, for the command.
        path: PathBuf,
    },
    /// Longer than [`MAX_FILE_BYTES`].
    #[error("is longer than {MAX_FILE_BYTES} bytes; a keystore is for passwords and keys, not for files")]
    TooLong,
    /// Nothing is in it.
    #[error("is empty; {MEND}")]
    Empty,
    /// It does not begin as a keystore of a Beat does.
    #[error("is no keystore of Packetbeat: it does not begin with `v1`; is keystore.path right?")]
    NotOurs,
    /// It is of a version that is not known.
    #[error("has format version {0}, and v1 is the only one known; {MEND}")]
    Version(u32),
    /// A character that base64 does not have, or a last one that is not complete.
    #[error("is damaged at byte {0}, what stands there is no base64; {MEND}")]
    Damaged(usize),
    /// Too short to hold salt, initialization vector and tag.
    #[error("is cut off after {have} of at least {need} bytes, decoded; {MEND}")]
    Truncated {
        /// Bytes that are there.
        have: usize,
        /// Bytes of a keystore without content.
        need: usize,
    },
    /// The tag does not fit: a byte differs from what was written, or a password is needed.
    #[error("cannot be decrypted: a byte of it was changed, or it has a password (none is expected); {MEND}")]
    Undecryptable,
    /// It decrypts, and is not a map of names to values.
    #[error("decrypts to something else than names with values ({0}); {MEND}")]
    Content(String),
    /// The value of a name is no base64.
    #[error("decrypts, but the value of `{0}` is no base64; remove it and add it again")]
    Value(String),
    /// A name that no `${NAME}` can have.
    #[error("a key cannot be named `{name}`: {why}")]
    Name {
        /// The name, escaped.
        name: String,
        /// The rule it breaks.
        why: &'static str,
    },
    /// A secret longer than [`MAX_SECRET_BYTES`].
    #[error("the value of `{name}` has {bytes} bytes, {MAX_SECRET_BYTES} is the limit")]
    SecretTooLong {
        /// Its name.
        name: String,
        /// Its length.
        bytes: usize,
    },
}

const MEND: &str = "restore it from a copy, or begin anew: `packetbeat keystore create --force`, then `keystore add` for each key";

/// Why a name cannot be one, if it cannot.
///
/// `:` separates a default in `${NAME:default}`, `$`, `{` and `}` are the reference itself, and white space at the
/// ends is cut off by Beats.
pub(crate) fn wrong_name(name: &str) -> Option<&'static str> {
    const { assert!(MAX_NAME_BYTES == 256, "the text below names the limit") };
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > MAX_NAME_BYTES {
        Some("it is longer than 256 bytes")
    } else if name.trim() != name {
        Some("it begins or ends with white space")
    } else if name.contains(char::is_control) {
        Some("it holds a control character")
    } else if name.contains(['$', '{', '}', ':']) {
        Some("`$`, `{`, `}` and `:` have a meaning in references such as ${NAME:default}")
    } else {
        None
    }
}
