//! Limits of everything that the wire can make this parser remember or do.

/// Bytes that a message may say it has: PostgreSQL allocates no more than this for one.
pub(crate) const MESSAGE_BYTES: usize = 1 << 30;
/// Bytes of a startup message; the server refuses longer ones.
pub(crate) const STARTUP_BYTES: usize = 10_000;
/// Bytes of a statement's text that are read: a longer one is cut there.
pub(crate) const STATEMENT_BYTES: usize = 64 << 10;
/// Statements of one simple query that have events of their own; the rest has none.
pub(crate) const STATEMENTS: usize = 256;
/// Bytes of a Bind message that are read: parameters behind them are left out.
pub(crate) const BIND_BYTES: usize = 64 << 10;
/// Bytes of an answer's message that are read where only its figures matter.
pub(crate) const ANSWER_BYTES: usize = 4 << 10;
/// Bytes of the description of a result's columns that are read.
pub(crate) const COLUMNS_BYTES: usize = 64 << 10;
/// Bytes of a row that are read for the text of a response: the most that `max_row_length` can ask for.
pub(crate) const ROW_BYTES: usize = 64 << 10;
/// Bytes of the text of a response.
pub(crate) const RESPONSE_BYTES: usize = 4 << 20;
/// Columns of a result, or parameters of a statement, whose types are kept; PostgreSQL has 1664 columns in a result.
pub(crate) const TYPES: usize = 1664;
/// Parameters of a statement that go into an event.
pub(crate) const PARAMETERS: usize = 256;
/// Bytes of one parameter's text.
pub(crate) const PARAMETER_BYTES: usize = 1 << 10;
/// Bytes of all parameters of one statement.
pub(crate) const PARAMETERS_BYTES: usize = 16 << 10;
/// Items of an array, and arrays within arrays, that are written.
pub(crate) const ARRAY_ITEMS: usize = 1024;
/// Bytes of an error's text.
pub(crate) const ERROR_BYTES: usize = 1 << 10;
/// Bytes of a name: of a user, a database, a statement, a portal. The server has 63.
pub(crate) const NAME_BYTES: usize = 256;
/// Bytes of a Bind message that is taken up after a hole; a longer one is passed over.
pub(crate) const SEARCHED_BYTES: usize = 4 << 10;
