//! The program: command line, configuration, wiring, the list of protocols.
//!
//! A program with one protocol more than these:
//!
//! ```no_run
//! # use packetbeat_dns::Dns as Mine;
//! fn main() -> std::process::ExitCode {
//!     packetbeat::Builder::new().protocol::<Mine>().main()
//! }
//! ```
#![forbid(unsafe_code)]

mod board;
mod builder;
mod cli;
mod command;
mod counters;
mod custom;
mod elasticsearch;
mod feed;
mod identity;
mod live;
mod logging;
mod meeting;
mod monitor;
mod old_flags;
mod origin;
mod pipe;
mod play;
mod privileges;
mod processing;
mod progress;
mod provision;
mod report;
mod serving;
mod settings;
mod sources;
mod table;
mod target;
mod watching;

pub use builder::Builder;
pub use packetbeat_core as core;
