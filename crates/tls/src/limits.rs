//! Limits of what is read and of what is said.

/// Bytes of a file with certificates or a key; a bundle of all public authorities has about 250,000.
pub const MAX_PEM_BYTES: u64 = 8 << 20;
/// Bytes of a file with a passphrase.
pub const MAX_PASSPHRASE_BYTES: u64 = 4 << 10;
/// Characters of a name out of a server's certificate that an error shows.
pub const MAX_NAME_SHOWN: usize = 200;
/// Names of a server's certificate that an error shows.
pub const MAX_NAMES_SHOWN: usize = 10;
