//! Capture from interfaces.
//!
//! ```text
//!  LiveSource::open ──▶ one for each ring ──▶ LiveSet (those of a worker) ──poll──▶ Packet   (borrowed, no copy)
//!                         │ source, turn: an interface that goes and comes back; waiting; fairness
//!            ┌────────────┴───────────────┐
//!     af_packet (Linux)                libpcap
//!     socket   system calls (unsafe)
//!     ring     shared memory (unsafe): whose a block is
//!     block    bytes of a block → packets; VLAN tags put back
//!     wanted   the filter: what of it the kernel runs
//!     group, fanout, assembly: which ring a packet goes to
//! ```

mod address;
#[cfg(target_os = "linux")]
mod af_packet;
#[cfg(target_os = "linux")]
mod assembly;
#[cfg(target_os = "linux")]
mod block;
mod drops;
mod error;
#[cfg(target_os = "linux")]
mod fanout;
#[cfg(target_os = "linux")]
#[doc(hidden)]
pub mod fuzz;
#[cfg(target_os = "linux")]
mod group;
mod libpcap;
mod options;
mod report;
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "memory that the kernel writes")]
mod ring;
mod route;
mod set;
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "options of packet sockets, which no safe wrapper has")]
mod socket;
mod source;
mod turn;
#[cfg(target_os = "linux")]
mod wanted;

pub use address::local_addresses;
pub use error::LiveError;
pub use options::{LiveKind, LiveOptions};
pub use report::{Absence, LiveChange, LiveCounters, Polled, Spread};
pub use route::{RouteFamily, default_route, resolve};
pub use set::LiveSet;
pub use source::LiveSource;
pub use turn::LIVE_LAG;
