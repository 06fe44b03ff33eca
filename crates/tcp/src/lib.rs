//! TCP reassembly: from segments in any order to bytes in order, holes named.
//!
//! ```text
//!   segments of both directions, as captured
//!        │ sequence number ─▶ stream position (64 bits, wraps unfolded)
//!        ▼
//!   next byte? ──yes──▶ Receiver::bytes   (the packet's own bytes: no copy, no allocation)
//!        │no
//!        ▼
//!   pending pieces, sorted ──filled──▶ Receiver::bytes
//!        │ acknowledged by the receiver and not here after the grace
//!        └──────────────────▶ Receiver::lost
//! ```
//!
//! Rules (RFC 9293 and what captures are like):
//! - Of overlapping bytes the first seen win; what stands before the next byte is a retransmission or a keep-alive.
//! - Bytes, and ends, are told after those of the peer that they acknowledge were told or given up. What became ready at the
//!   same time is told in the order of the capture. A direction that is not captured is not waited for.
//! - A hole is lost once its receiver has acknowledged past it and the grace is over. Bytes that the snap length cut off are
//!   lost at their turn.
//! - An acknowledgment of one more than came may be of a FIN that is not in the capture: the peer's bytes wait for the grace,
//!   and no byte is lost unless more shows that it was one. (Where bytes before such a FIN are lost too, they count one more.)
//! - Where the beginning was not captured, a direction begins at the first number seen, and may still be moved as long as
//!   nothing of it was told: a SYN, or data, that came late ([`limits::LATE`]); a keep-alive, which stands one too early.
//! - Of several FINs in different places the latest counts, until one was reached.
//!
//! What hostile packets meet:
//!
//! | limit | bounds | beyond it |
//! |---|---|---|
//! | [`limits::PENDING_BYTES`], [`limits::PENDING_PIECES`] | memory of what waits, each direction | the hole in front is given up |
//! | [`limits::WINDOW`] | how far from the next byte a segment may stand | ignored, counted as outside |
//! | [`limits::AHEAD`] | how far ahead an acknowledgment is believed | ignored |
//! | [`limits::AHEAD`] | a hole that a receiver in sight does not acknowledge | what is behind it is dropped, counted as outside |
//! | [`limits::GRACE`] | waiting for a hole that was acknowledged | lost |
//! | [`limits::UNACKNOWLEDGED`], [`limits::ONE_SIDED`] | waiting for a hole that was not | lost |
//!
//! The work for a segment is a logarithm of the pieces that wait, and a step for each piece that it overlaps.
//!
//! Not looked at: checksums (offload makes them wrong in honest captures), the urgent pointer (urgent data is ordinary data,
//! RFC 6093), window sizes, timestamps (PAWS), selective acknowledgments.
#![forbid(unsafe_code)]

mod connection;
#[doc(hidden)]
pub mod fuzz;
mod half;
pub mod limits;
mod pending;

pub use connection::{Arrival, Connection, Receiver};
