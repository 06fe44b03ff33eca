//! TCP reassembly: from segments in any order to bytes in order, holes named.
//!
//! ```text
//!   segments of both directions, as captured
//!        │ sequence number ─▶ stream position (64 bits, wraps unfolded)
//!        ▼
//!   next byte? ──yes──▶ Receiver::bytes   (the packet's own bytes: no copy)
//!        │no
//!        ▼
//!   pending pieces, sorted ──filled──▶ Receiver::bytes
//!        │ acknowledged by the receiver and not here after the grace
//!        └──────────────────▶ Receiver::lost
//! ```
//!
//! Rules (RFC 9293 and what captures are like):
//! - Of overlapping bytes the first seen win; what stands before the next byte is a retransmission or a keep-alive.
//! - Bytes are shown after those of the peer that they acknowledge were shown or given up.
//! - A hole is lost once its receiver has acknowledged past it and [`limits::GRACE`] has gone by; one that nobody
//!   acknowledges waits [`limits::UNACKNOWLEDGED`], or [`limits::ONE_SIDED`] where the peer is never seen.
//! - Memory is bounded for each direction by [`limits::PENDING_BYTES`]: beyond it the oldest hole is given up.
//!
//! Sequence numbers outside of a window of 1 GiB (the largest that window scaling allows) around the next byte are ignored.
//! Urgent data is ordinary data; checksums are not looked at: offload makes them wrong in honest captures.
#![forbid(unsafe_code)]

mod connection;
mod half;
pub mod limits;

pub use connection::{Arrival, Connection, Receiver};
