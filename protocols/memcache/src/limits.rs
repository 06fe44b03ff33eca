//! Limits of everything that the wire can make this parser remember or do.

/// Bytes of a command's or a reply's line; the server itself takes 2 KiB, and more only of keys to get.
pub(crate) const LINE_BYTES: usize = 64 << 10;
/// Bytes of a line that is looked for after a hole; a longer one is passed over.
pub(crate) const SOUGHT_BYTES: usize = 512;
/// Bytes of one key that are kept; the server takes 250.
pub(crate) const KEY_BYTES: usize = 250;
/// Keys of a message that go into an event.
pub(crate) const KEYS: usize = 1024;
/// Bytes of all keys of a message.
pub(crate) const KEYS_BYTES: usize = 32 << 10;
/// Statistics of a reply that go into an event.
pub(crate) const STATS: usize = 1024;
/// Bytes of all statistics of a reply, names and values.
pub(crate) const STATS_BYTES: usize = 64 << 10;
/// Bytes of a text that is kept: arguments, errors, versions, lines.
pub(crate) const TEXT_BYTES: usize = 1 << 10;
/// Bytes of all values of a message.
pub(crate) const VALUES_BYTES: usize = 1 << 20;
/// Values of a message that go into an event.
pub(crate) const VALUES: usize = 1024;
/// Bytes of commands or replies kept as text for `request` and `response`.
pub(crate) const RAW_BYTES: usize = 4 << 10;
/// Bytes that the requests of a connection hold together; then the oldest is given up.
pub(crate) const WAITING_BYTES: usize = 2 << 20;
/// The largest value that is believed: the server's own limit is 1 GiB.
pub(crate) const VALUE_SIZE: u64 = 1 << 30;
/// Requests in datagrams that wait for their answers, in one shard.
pub(crate) const PENDING: usize = 4096;
/// Datagrams of one answer that wait for an earlier one.
pub(crate) const PARKED: usize = 16;
/// Bytes of them.
pub(crate) const PARKED_BYTES: usize = 32 << 10;
/// Bytes that requests in datagrams and parts of their replies hold together, in one shard; then the oldest is given up.
pub(crate) const SHARD_BYTES: usize = 8 << 20;
/// Answers in datagrams that are remembered, so that one that comes twice is told once.
pub(crate) const REMEMBERED: usize = 64;
/// Commands of one datagram that are read.
pub(crate) const COMMANDS: u8 = 32;
