//! What bounds the tables. Budgets are of a shard, so that the number of workers changes nothing; times are nanoseconds of
//! packet time.

use packetbeat_core::time::{MILLISECOND, SECOND};

/// Packet time between two ticks.
pub const TICK: i64 = 100 * MILLISECOND;
/// TCP connections of one shard: about 1,000,000 in all.
pub const CONNECTIONS_PER_SHARD: usize = 4096;
/// Memory of one shard's connections, their pending bytes and their parsers: 4 GiB in all.
pub const BYTES_PER_SHARD: usize = 16 << 20;
/// A connection without packets for so long is over.
pub const IDLE: i64 = 300 * SECOND;
/// How long a closed connection is remembered, so that its late packets are not taken for a new one.
pub const LINGER: i64 = 10 * SECOND;
/// Bytes kept while it is not known what a connection speaks.
pub const UNDECIDED_BYTES: usize = 16 << 10;
/// How many packets of a connection joined in the middle are tried as a beginning.
pub const MIDSTREAM_TRIES: u8 = 16;
/// How often a connection may be handed from protocol to protocol.
pub const HANDOVERS: u8 = 8;
/// Room that an emptied window may keep.
pub const SPARE_WINDOW: usize = 64 << 10;
