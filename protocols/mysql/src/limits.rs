//! Limits of everything that the wire can make this parser remember or do.

/// Bytes of a command's payload that are read: a longer statement is cut there.
pub(crate) const COMMAND_BYTES: usize = 64 << 10;
/// Bytes of a login that are read.
pub(crate) const LOGIN_BYTES: usize = 4 << 10;
/// Bytes of a response's packet that are read where only its figures matter.
pub(crate) const ANSWER_BYTES: usize = 4 << 10;
/// Bytes of a row that are read for the text of a response: the most that `max_row_length` can ask for.
pub(crate) const ROW_BYTES: usize = 64 << 10;
/// Bytes of the text of a response.
pub(crate) const RESPONSE_BYTES: usize = 4 << 20;
/// Columns of a result whose types are kept; MySQL has 4096 in a table.
pub(crate) const COLUMNS: usize = 4096;
/// Columns that a response may announce before it is taken for a lie.
pub(crate) const MAX_COLUMNS: u64 = 65_535;
/// Parameters of a statement that go into an event.
pub(crate) const PARAMETERS: usize = 256;
/// Bytes of one parameter's text.
pub(crate) const PARAMETER_BYTES: usize = 1 << 10;
/// Bytes of all parameters of one statement.
pub(crate) const PARAMETERS_BYTES: usize = 16 << 10;
/// Bytes of `path`, the list of tables.
pub(crate) const PATH_BYTES: usize = 1 << 10;
/// Bytes of an error's text; the server sends 512 at most.
pub(crate) const ERROR_BYTES: usize = 1 << 10;
/// Bytes of a user's name or a schema's.
pub(crate) const NAME_BYTES: usize = 256;
/// Bytes of a command that is taken up after a hole; a longer one is passed over.
pub(crate) const SEARCHED_BYTES: usize = 4 << 10;
/// Bytes that are decompressed at once.
pub(crate) const INFLATED_BYTES: usize = 16 << 10;
/// Window of a zstd frame, as a power of two. MySQL's level makes 2 MiB; a packet has 16 MiB at most.
pub(crate) const ZSTD_WINDOW_LOG: u32 = 22;
/// Bytes of the line that a proxy says first, as its specification has it.
pub(crate) const PROXY_BYTES: usize = 107;
