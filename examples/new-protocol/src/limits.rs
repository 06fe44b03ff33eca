//! Every number from the wire meets one of these.

/// Bytes of a line without its end. What is longer is no Quote.
pub const LINE_BYTES: usize = 1024;
/// Digits of the number in front of a datagram.
pub const ID_DIGITS: usize = 9;
/// Requests over UDP that wait in one shard.
pub const WAITING: usize = 4096;
