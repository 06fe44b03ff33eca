//! Limits of everything that the wire can make this parser remember or do.

/// Bytes of a message's body that are read, compressed or not: what is behind them is skipped.
pub(crate) const BODY_BYTES: usize = 64 << 10;
/// Bytes of a body that a compressed one may become.
pub(crate) const INFLATED_BYTES: usize = 128 << 10;
/// Bytes that a body may announce: what servers accept at most.
pub(crate) const LONGEST_BODY: u32 = 256 << 20;
/// Bytes of a statement, or of all statements of a batch, that are kept.
pub(crate) const STATEMENT_BYTES: usize = 64 << 10;
/// Values of a statement that go into an event.
pub(crate) const PARAMETERS: usize = 256;
/// Bytes of one value's text.
pub(crate) const PARAMETER_BYTES: usize = 1 << 10;
/// Bytes of all values' texts of one statement.
pub(crate) const PARAMETERS_BYTES: usize = 16 << 10;
/// Bytes of the types of a prepared statement's values.
pub(crate) const TYPES_BYTES: usize = 16 << 10;
/// Columns of a result whose rows are read.
pub(crate) const COLUMNS: usize = 1024;
/// Bytes of a row that are read for the text of a response: the most that `max_row_length` can ask for.
pub(crate) const ROW_BYTES: usize = 64 << 10;
/// Bytes of the text of a response.
pub(crate) const RESPONSE_BYTES: usize = 1 << 20;
/// Types within types.
pub(crate) const TYPE_DEPTH: u32 = 16;
/// Types and values that are looked at for one text: lists of empty lists of large types are not worth more.
pub(crate) const TYPE_STEPS: u32 = 1 << 16;
/// Bytes of a name: a keyspace, a user, an authenticator.
pub(crate) const NAME_BYTES: usize = 256;
/// Bytes of an id that are written: of a prepared statement, or where to go on with a result.
pub(crate) const ID_BYTES: usize = 256;
/// Texts of one list that go into an event: warnings, options that the server supports, types of arguments.
pub(crate) const LIST_ITEMS: usize = 32;
