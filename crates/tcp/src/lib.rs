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
//!   nothing of it was told: a SYN that came late ([`limits::LATE`]), data that reaches up to the guess; a keep-alive, which
//!   stands one too early. What came even later counts as repeated.
//! - Of several FINs in different places the latest counts, until one was reached.
//!
//! ```
//! use std::num::NonZeroU64;
//!
//! use packetbeat_core::direction::Dir;
//! use packetbeat_core::time::Stamp;
//! use packetbeat_tcp::{Arrival, Connection, Receiver};
//!
//! struct Print(String);
//! impl Receiver for Print {
//!     fn bytes(&mut self, dir: Dir, bytes: &[u8], stamp: Stamp) {
//!         self.0 += &format!("{} {dir:?} {}\n", stamp.packet, String::from_utf8_lossy(bytes));
//!     }
//!     fn lost(&mut self, dir: Dir, count: NonZeroU64, _: Stamp) {
//!         self.0 += &format!("{dir:?} lost {count}\n");
//!     }
//!     fn end(&mut self, _: Dir, _: Stamp) {}
//! }
//!
//! let segment = |packet, seq, ack, payload| Arrival {
//!     seq, ack: Some(ack), payload, syn: false, fin: false, cut: 0, stamp: Stamp { packet, nanos: 0 },
//! };
//! let (mut tcp, mut print) = (Connection::default(), Print(String::new()));
//! tcp.segment(Dir::ToServer, &segment(1, 100, 900, b"EHLO"), &mut print);
//! tcp.segment(Dir::ToClient, &segment(2, 903, 104, b" ok"), &mut print); // before its turn
//! tcp.segment(Dir::ToClient, &segment(3, 900, 104, b"250"), &mut print);
//! tcp.segment(Dir::ToClient, &segment(4, 908, 104, b"!"), &mut print); // behind a hole
//! tcp.flush(Stamp { packet: 4, nanos: 0 }, &mut print);
//! assert_eq!(print.0, "1 ToServer EHLO\n3 ToClient 250\n2 ToClient  ok\nToClient lost 2\n4 ToClient !\n");
//! ```
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
