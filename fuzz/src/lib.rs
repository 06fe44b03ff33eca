//! What fuzzers feed to packetbeat, and what must hold whatever it is.
//!
//! Every target is a function from bytes to nothing that panics when a promise is broken, so that a finding can be run
//! again without a fuzzer. `fuzz_targets` has a binary around each.
#![forbid(unsafe_code)]

pub mod bulk;
pub mod config;
pub mod files;
pub mod frames;
pub mod geoip;
mod json;
mod lab;
#[cfg(target_os = "linux")]
pub mod ring;
mod script;
pub mod segments;
mod standin;
pub mod talk;
mod wire;
