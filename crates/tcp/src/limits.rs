//! What bounds reassembly. Times are nanoseconds of packet time.

use packetbeat_core::time::{MILLISECOND, SECOND};

/// Memory of one direction's pieces that wait for a hole, their bookkeeping included.
pub const PENDING_BYTES: usize = 2 << 20;
/// Pieces of one direction that wait for a hole.
pub const PENDING_PIECES: usize = 4096;
/// How long a hole that its receiver acknowledged may still be filled by packets captured late.
pub const GRACE: i64 = 200 * MILLISECOND;
/// How long a hole that nobody acknowledged waits for its retransmission.
pub const UNACKNOWLEDGED: i64 = 60 * SECOND;
/// The same where the capture shows one direction only, so that no acknowledgment can come.
pub const ONE_SIDED: i64 = SECOND;
/// The largest receive window (RFC 7323, 2.3): sequence numbers further away are not of this connection.
pub const WINDOW: u64 = 1 << 30;
