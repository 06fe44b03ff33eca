//! Limits of what is kept and looked at. `SECURITY.md` lists them.

/// Bytes of a packet: the largest session data unit there is (2 MiB) and its headers.
pub(crate) const PACKET_BYTES: usize = (2 << 20) + 64;
/// Bytes of a packet that are waited for before it is read; of longer ones the middle is skipped.
pub(crate) const WHOLE_BYTES: usize = 128 << 10;
/// Bytes read at each end of a packet that is longer.
pub(crate) const END_BYTES: usize = 32 << 10;
/// Bytes of a statement that are kept.
pub(crate) const STATEMENT_BYTES: usize = 64 << 10;
/// Bytes of a call that are kept until the statement in it is complete.
pub(crate) const CALL_BYTES: usize = 80 << 10;
/// Bytes in front of a statement that are searched for it.
pub(crate) const SEARCH_BYTES: usize = 2048;
/// Bytes at the end of an answer in which its end is looked for.
pub(crate) const TAIL_BYTES: usize = 8 << 10;
/// Places at which the end of an answer is tried.
pub(crate) const TAIL_TRIES: usize = 256;
/// Bytes of a connect descriptor that are looked at.
pub(crate) const DESCRIPTOR_BYTES: usize = 4096;
/// Bytes of a name that is kept: user, service, program, host, module.
pub(crate) const NAME_BYTES: usize = 256;
/// Bytes of an error's text that are kept.
pub(crate) const ERROR_BYTES: usize = 4096;
/// Elements of a list in the end of an answer (errors of a batch, cursors to close).
pub(crate) const LIST_ITEMS: usize = 4096;
/// Messages that are read of one call (functions sent along).
pub(crate) const CALL_MESSAGES: usize = 16;
/// Bytes behind a function sent along in which the next message is looked for.
pub(crate) const ALONG_BYTES: usize = 4096;
