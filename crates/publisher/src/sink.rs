//! What the writer thread writes to.

use packetbeat_rotate::Whole;

use crate::error::OutputError;

/// Cause of dropped events: the reader of standard output has gone. A clean end.
pub const OUTPUT_CLOSED: &str = "output_closed";
/// Cause of dropped events: the output could not be written; [`Report::error`](crate::Report::error) says why.
pub const WRITE_ERROR: &str = "write_error";
/// Cause of dropped events: the queue had no room, and a live capture does not wait ([`Full::DropNewest`](crate::Full)).
pub const QUEUE_FULL: &str = "queue_full";
/// Cause of dropped events: the program was told to stop, and the output did not take them in time.
pub const SHUTDOWN: &str = "shutdown";

/// Where events are written to. After a failure nothing more is written.
pub(crate) trait Sink: Send + 'static {
    /// Writes chunks of whole events, in order.
    fn write(&mut self, chunks: &[&[u8]]) -> Result<(), Failure>;
}

/// A failed write: what the output holds of the chunks, and what happened.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) whole: Whole,
    pub(crate) cause: &'static str,
    /// None when the output ended cleanly.
    pub(crate) error: Option<OutputError>,
}
