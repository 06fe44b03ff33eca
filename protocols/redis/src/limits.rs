//! Limits of everything that the wire can make this parser remember or do.

/// Bytes of a command that are kept: its arguments with a space between them. What is beyond is skipped.
pub(crate) const COMMAND_BYTES: usize = 64 << 10;
/// Bytes of an answer that are kept as text. What is beyond is skipped.
pub(crate) const ANSWER_BYTES: usize = 64 << 10;
/// Bytes of a command that is a line; the server refuses longer ones, too.
pub(crate) const INLINE_BYTES: usize = 64 << 10;
/// Bytes of a command's name that count; all there are have fewer.
pub(crate) const NAME_BYTES: usize = 64;
/// Aggregates within each other. The deepest answer of the server, `COMMAND DOCS`, has about ten.
pub(crate) const DEPTH: usize = 64;
/// Elements that an aggregate may announce: as many as the server's own signed 32-bit count.
pub(crate) const MAX_ELEMENTS: u64 = 2_147_483_647;
/// Bytes that a string may announce. The server's own limit is 512 MiB unless it is raised.
pub(crate) const MAX_STRING: u64 = 1 << 40;
/// Digits of a length or count with its sign.
pub(crate) const NUMBER_BYTES: usize = 20;
/// What `queue_max_messages` can be set to; 0 is this.
pub(crate) const QUEUE_MESSAGES: usize = 32_768;
/// What `queue_max_bytes` can be set to; 0 is this.
pub(crate) const QUEUE_BYTES: usize = 4 << 20;
/// Bytes of a user's name.
pub(crate) const USER_BYTES: usize = 256;
/// Memory that an empty buffer keeps.
pub(crate) const SPARE_BYTES: usize = 128 << 10;
/// Bytes of a line after which it is no beginning of an answer that a search takes.
pub(crate) const SEARCHED_LINE: usize = 512;
/// Nanoseconds of packet time in which neither side says anything, after which nothing is taken to be on its way any more.
pub(crate) const QUIET: i64 = 1_000_000_000;
