//! The conformance kit that every protocol passes.
//!
//! ```text
//!  Conversation (bytes, or a capture)          your parser
//!      │ cut, merged, truncated, holed,           ▲ data, skipped, gap, boundary, end, wake, close
//!      │ reordered, swapped, mutated, endless     │ exactly as the engine calls them
//!      └────────────▶ rig ────────────────────────┘
//!                      │ events, ledger, work, allocations
//!                      └──▶ check "cuts", "holes", "bounded" … : passes, or panics with its name, the seed, the places
//!                           and the bytes around them
//! ```
//!
//! In a protocol crate's `tests/kit.rs`:
//!
//! ```no_run
//! # use packetbeat_core::plugin::Protocol;
//! use packetbeat_testkit::{Options, tcp_conversations};
//!
//! packetbeat_testkit::count_allocations!();
//!
//! # fn conforms<Http: Protocol>() -> Result<(), packetbeat_testkit::CaptureError> {
//! let talks = tcp_conversations("../../tests/pcaps/http.pcap", &[80])?;
//! packetbeat_testkit::tcp::<Http>(Options::default()).conversations(talks).check();
//! # Ok(()) }
//! # fn main() {}
//! ```
//!
//! What is checked, by the names that failures carry:
//!
//! | check | a parser fails it when |
//! |---|---|
//! | `contract` | it consumes more than the window, or points behind it |
//! | `panic` | it panics, whatever the bytes |
//! | `json` | an event is no JSON, or has a name twice in one object |
//! | `probe` | its verdict changes from match to reject or back as bytes come, or the conversation is not recognised |
//! | `cuts` | its events depend on how the stream was cut |
//! | `work` | it is shown the same bytes again and again, or gives events without end |
//! | `ledger` | a request is neither answered nor given up when the connection is over |
//! | `ends` | it stumbles over a stream that ends early (FIN, RST, end of the capture) |
//! | `holes` | after a hole a whole-looking event is not one of those that really happened, or too many are missing |
//! | `order` | segments doubled, swapped or overlapping change its events (through `packetbeat-tcp`) |
//! | `midstream` | the same for a connection joined in the middle, where nothing was under way |
//! | `swapped` | it stumbles when client and server are confused |
//! | `hostile` | it stumbles over mutated and random bytes |
//! | `bounded` | memory grows with endless messages or unanswered requests, or much is held that `Cx::hold` does not tell |
//! | `allocations` | a message in the steady state allocates more than the budget |
//! | `datagrams` | (UDP) lost, doubled and reordered datagrams lead to events that did not happen |
//!
//! Behind a hole the kit asks for certainty from the first moment on in which nothing was under way: what was asked and
//! answered at the same time as the hole may be told in part, given up, or doubted.
//!
//! Left out: time. A parser that loops for ever inside one call without giving events hangs its test; the kit counts work, it
//! does not ask the clock.
#![forbid(unsafe_code)]

pub mod allocation;
mod capture;
mod conversation;
mod datagrams;
pub mod drive;
mod events;
mod failure;
mod options;
mod random;
mod rig;
mod stream;

pub use capture::{CaptureError, tcp_conversations, udp_conversations};
pub use conversation::{Conversation, Piece};
pub use datagrams::{UdpKit, udp, udp_parser};
pub use options::Options;
pub use stream::{TcpKit, tcp, tcp_parser};
