//! The vocabulary of packetbeat and the seam between its engine and the protocols.
//!
//! ```text
//!  engine                                     protocol crate
//!  ──────                                     ──────────────
//!  bytes in order ──▶ TcpParser::data(window) ──▶ Progress (wait, skip, finish)
//!  hole           ──▶ TcpParser::gap(lost)    ──▶ AfterGap (abandon, continue, resync)
//!  datagram       ──▶ UdpParser::datagram
//!                         │ Cx: flow, stamps, timers, tickets
//!                         └─▶ Cx::emit(&Record) ──▶ Sink ──▶ JSON bytes (or a tree, for processors)
//! ```
//!
//! A protocol crate depends on this crate alone. It holds no socket, file, clock or thread: the engine owns the
//! bytes, the time and the order; a protocol says what it understood. Limits of everything kept are in
//! [`limits`]; requests are accounted for with [`ledger::Ticket`]s that cannot be forgotten twice.
#![forbid(unsafe_code)]

pub mod calendar;
mod clock;
pub mod csv;
pub mod cx;
pub mod decimal;
pub mod direction;
pub mod escape;
pub mod event;
pub mod excerpt;
pub mod fields;
pub mod flow;
pub mod inner;
pub mod json;
pub mod ledger;
pub mod limits;
pub mod lines;
pub mod linked;
pub mod netname;
pub mod options;
pub mod packet;
pub mod pairing;
pub mod parser;
mod pen;
pub mod plugin;
pub mod prepared;
pub mod probe;
pub mod reader;
pub mod record;
pub mod session;
pub mod setting;
pub mod sql;
pub mod stamps;
pub mod stream;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
