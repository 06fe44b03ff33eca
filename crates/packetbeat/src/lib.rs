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

mod builder;
mod cli;
mod custom;
mod feed;
mod identity;
mod logging;
mod meeting;
mod pipe;
mod progress;
mod report;
mod run;
mod settings;
mod table;

pub use builder::Builder;
pub use packetbeat_core as core;
