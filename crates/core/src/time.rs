//! Packet time: the only clock inside analysis.

/// Where in the capture something happened: the packet's capture-wide number and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp {
    /// Capture-wide packet number, from 1.
    pub packet: u64,
    /// Nanoseconds since the Unix epoch, UTC.
    pub nanos: i64,
}

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: i64 = 1_000_000;
