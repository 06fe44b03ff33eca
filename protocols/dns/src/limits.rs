//! Limits of this protocol, beside those of the seam.

/// Octets of a name on the wire, length octets and root included (RFC 1035, 2.3.4).
pub(crate) const NAME_WIRE: usize = 255;
/// Compression pointers followed for one name. A name has at most 127 labels, so no honest sender needs more.
pub(crate) const NAME_JUMPS: usize = 127;
/// Bytes of names written for the records of one message: pointers let 64 KiB of message name a hundred times as much.
pub(crate) const NAMES_TEXT: usize = 256 << 10;
/// Bytes of a query kept until its answer comes; what is beyond is missed only where the query is the event.
pub(crate) const QUERY_KEPT: usize = 512;
/// Queries of one shard that wait for their answers: with [`QUERY_KEPT`], 3 MiB at most.
pub(crate) const PENDING: usize = 4096;
/// Questions and answers that are remembered to tell repetitions from news.
pub(crate) const REMEMBERED: usize = 64;
/// Scratch memory that a shard or connection keeps from one message to the next.
pub(crate) const SCRATCH_KEPT: usize = 16 << 10;
/// Questions of one message that detection believes in.
pub(crate) const PROBE_QUESTIONS: u16 = 64;
/// Addresses of one answer that go to `dns.resolved_ip` and `related.ip`.
pub(crate) const ADDRESSES: usize = 256;
/// Octets of a datagram without EDNS (RFC 1035, 2.3.4).
pub(crate) const PLAIN_DATAGRAM: u64 = 512;
