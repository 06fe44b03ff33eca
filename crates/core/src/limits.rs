//! Limits that the seam itself applies. Every number read from the wire meets one of these, or one of a protocol's own,
//! before it allocates, loops or recurses. `SECURITY.md` lists them all.

/// Bytes of one direction that a parser may leave unconsumed, waiting for more.
pub const WINDOW_BYTES: usize = 1 << 20;
/// Bytes at the head of a connection that probes may look at before somebody must have matched.
pub const PROBE_BYTES: usize = 2048;
/// Requests of one connection that wait for their answers.
pub const PENDING_PER_CONNECTION: usize = 1024;
/// Bytes that one connection may hold, what its parser told with `Cx::hold` included, before it is given up.
pub const HELD_PER_CONNECTION: usize = 12 << 20;
/// Bytes that an inner stream (decompressed, unframed) may hold.
pub const INNER_BYTES: usize = 1 << 20;
/// Notes kept for one event.
pub const NOTES: usize = 4;
/// Prepared statements of one session that are remembered.
pub const PREPARED_STATEMENTS: usize = 1024;
/// Bytes of the prepared statements of one session.
pub const PREPARED_BYTES: usize = 1 << 20;
