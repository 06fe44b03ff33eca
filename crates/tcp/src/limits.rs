//! What bounds reassembly. Times are nanoseconds of packet time.

use packetbeat_core::time::{MILLISECOND, SECOND};

/// Memory of one direction's pieces that wait for their turn, their bookkeeping included.
pub const PENDING_BYTES: usize = 2 << 20;
/// Pieces of one direction that wait for their turn.
pub const PENDING_PIECES: usize = 4096;
/// How long a hole that its receiver acknowledged may still be filled by packets captured late.
pub const GRACE: i64 = 200 * MILLISECOND;
/// How long a hole that nobody acknowledged waits for its retransmission while nothing else moves the direction on.
pub const UNACKNOWLEDGED: i64 = 60 * SECOND;
/// The same where the capture shows one direction only, so that no acknowledgment can come.
pub const ONE_SIDED: i64 = SECOND;
/// The largest receive window (RFC 7323, 2.3), in bytes: sequence numbers further away are not of this connection.
pub const WINDOW: u64 = 1 << 30;
/// How many bytes past all that was captured an acknowledgment is believed, and a hole that nobody acknowledged.
pub const AHEAD: u64 = 16 << 20;
/// How many bytes before a guessed beginning the real one may turn out to be.
pub const LATE: u64 = 64 << 10;
