//! Limits of everything that the wire can make this parser remember or do.

/// Bytes of a message, as a server takes them; a header that announces more is none.
pub(crate) const MESSAGE_BYTES: usize = 48_000_000;
/// Bytes of a request that are read, decompressed ones included; what follows is skipped.
pub(crate) const REQUEST_BYTES: usize = 64 << 10;
/// Bytes of a reply that are read where only its figures and its error matter.
pub(crate) const ANSWER_BYTES: usize = 64 << 10;
/// Bytes of a reply that are read where its documents go into the event.
pub(crate) const RESPONSE_BYTES: usize = 512 << 10;
/// Requests of one connection that wait for their replies. Drivers wait before they ask again.
pub(crate) const WAITING: usize = 64;
/// Bytes of a document as JSON in `query` and in `mongodb.*`.
pub(crate) const QUERY_BYTES: usize = 16 << 10;
/// Bytes of `request`.
pub(crate) const REQUEST_TEXT_BYTES: usize = 64 << 10;
/// Bytes of `response`.
pub(crate) const RESPONSE_TEXT_BYTES: usize = 1 << 20;
/// Bytes of the names of a database with its collection; a server takes 255.
pub(crate) const NAMESPACE_BYTES: usize = 256;
/// Bytes of a command's name.
pub(crate) const COMMAND_BYTES: usize = 64;
/// Bytes of a user's name.
pub(crate) const USER_BYTES: usize = 256;
/// Bytes of an error's text, and of the errors of writes as JSON.
pub(crate) const ERROR_BYTES: usize = 4 << 10;
/// Documents within documents; a server takes 100.
pub(crate) const DEPTH: usize = 100;
/// Members of the documents that are put in order at one time: those of a document and of all that it stands in.
pub(crate) const MEMBERS: usize = 8192;
/// Sequences of documents of one message that go into `request`; commands have two at most.
pub(crate) const SEQUENCES: usize = 4;
/// Window of a zstd frame, as a power of two.
pub(crate) const ZSTD_WINDOW_LOG: u32 = 22;
/// Unknown operation codes that the log tells of, each once.
pub(crate) const CODES_TOLD: usize = 8;
