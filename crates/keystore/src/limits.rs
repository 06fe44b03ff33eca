//! How much a keystore may hold. Far above what people store (a private key has some 3 KiB), far below what hurts.

/// Bytes of the file, read or written.
pub const MAX_FILE_BYTES: u64 = 4 << 20;
/// Bytes of a name that is added. Names in a file that is read are bounded by the file alone.
pub const MAX_NAME_BYTES: usize = 256;
/// Bytes of a secret that is added.
pub const MAX_SECRET_BYTES: usize = 64 << 10;
