//! Limits of everything that the wire can make this parser remember.

/// Bytes of a command or reply line that are looked at; the rest of a longer line is dropped. RFC 4954, 4 allows 12,288
/// for an `AUTH` answer, the longest there is.
pub(crate) const LINE_BYTES: usize = 12 << 10;
/// Bytes of one address (RFC 5321, 4.5.3.1.3: a path has 256 octets; internationalised ones are longer).
pub(crate) const ADDRESS_BYTES: usize = 1024;
/// Bytes of all addresses of one envelope.
pub(crate) const ENVELOPE_BYTES: usize = 128 << 10;
/// Recipients of one mail that are named; more are counted.
pub(crate) const RECIPIENTS: usize = 2000;
/// Bytes of the header fields of one mail that are kept.
pub(crate) const HEADER_BYTES: usize = 64 << 10;
/// Bytes of the whole header section after which no more fields are looked for.
pub(crate) const HEADER_SECTION_BYTES: u64 = 1 << 20;
/// Bytes of a field that is decoded as text: decoding may look at a byte once for each encoded word before it.
pub(crate) const TEXT_FIELD_BYTES: usize = 8 << 10;
/// Bytes of a header line that are kept while it is not complete.
pub(crate) const HEADER_LINE_BYTES: usize = 16 << 10;
/// Bytes of a reply's text.
pub(crate) const REPLY_BYTES: usize = 2 << 10;
/// Bytes of the name in `HELO`.
pub(crate) const HELO_BYTES: usize = 256;
/// Bytes of the name of an `AUTH` mechanism (RFC 4422, 3.1: 20 characters).
pub(crate) const MECHANISM_BYTES: usize = 20;
/// Bytes of a user name.
pub(crate) const USER_BYTES: usize = 256;
/// Bytes of commands or replies kept as text for one mail.
pub(crate) const RAW_BYTES: usize = 16 << 10;
/// Commands that wait for their replies; behind them the oldest is forgotten.
pub(crate) const AWAITED: usize = 4096;
/// Lines in a row that are neither command nor reply after which the connection is given up.
pub(crate) const JUNK_LINES: u32 = 64;
/// Recipients shown in the summary `query`.
pub(crate) const QUERY_RECIPIENTS: usize = 8;
