//! Outputs: where finished events go.
//!
//! ```text
//! workers ──Lines──▶ bounded queue (4) ──▶ writer thread ──▶ file | standard output
//!    ▲                                          │
//!    └────────── used Lines, cleared ───────────┘
//! ```
//!
//! Events arrive as [`Lines`](packetbeat_core::lines::Lines): blocks of finished compact JSON and the order in which
//! to write them. They are written from those blocks with vectored writes; nothing is copied unless the
//! [`Format`] asks for another text. A full queue blocks the sender: an output that is slow slows the analysis down
//! and loses nothing.
//!
//! An output that fails does not end the run. Every event from then on is counted under a cause
//! ([`OUTPUT_CLOSED`], [`WRITE_ERROR`]), the senders are told ([`Closed`]) and may stop, and [`Report::error`] says
//! what happened. A file never ends within an event.
//!
//! # Limits
//!
//! | what | limit |
//! |---|---|
//! | `Lines` waiting in the queue | 4 |
//! | written at once | 1 MiB or 16 `Lines`, whichever is reached first, and at least one `Lines` |
//! | `Lines` kept for reuse | 16 |
//! | indentation in pretty output | 64 levels; deeper ones stand as far right as that |
//!
//! # Left out
//!
//! Unix only. Two programs may share a folder and a file name without touching each other's events, but each counts
//! and deletes the other's files for `number_of_files`. A file that is deleted while it is written takes its events
//! along. A reader of standard output that neither reads nor leaves holds [`Publisher::finish`] up, too.
//!
//! Files are not synchronised to the disk (`fsync`): a crash of the machine may lose what its kernel had not yet
//! written. Outputs over a network and queues on disk are not here.
//!
//! # Example
//!
//! ```
//! use packetbeat_core::{json::Json, lines::{Lines, Piece}};
//! use packetbeat_publisher::{Full, Publisher, Target};
//!
//! let mut block = Json::with_capacity(64);
//! block.raw(b"{\"type\":\"dns\"}\n");
//! let end = u32::try_from(block.len())?;
//! let lines = Lines { blocks: vec![block], pieces: vec![Piece { block: 0, start: 0, end }], events: 1 };
//!
//! let publisher = Publisher::start(Target::Discard, Full::Block)?;
//! let used = publisher.send(lines)?.expect("this output gives the blocks back at once");
//! assert!(used.blocks[0].is_empty());
//! assert_eq!(publisher.finish().published, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod backoff;
mod clock;
mod console;
mod counts;
mod delivery;
mod error;
mod event;
mod file;
mod network;
mod options;
mod publisher;
mod queue;
mod render;
mod sink;
mod spare;
mod writer;

pub use backoff::BackoffOptions;
pub use delivery::{Deliver, Delivery, Takes, Trouble};
pub use error::{Closed, OutputError};
pub use event::{Event, Events};
pub use network::Network;
pub use options::{ConsoleOptions, FileOptions, Format, Target};
pub use publisher::{Figures, Publisher, Report, Watch};
pub use queue::{Filled, Full, QueueOptions};
pub use sink::{OUTPUT_CLOSED, QUEUE_FULL, SHUTDOWN, WRITE_ERROR};
