//! What fuzzers feed to packetbeat, and what must hold whatever it is.
//!
//! Every target is a function from bytes to nothing that panics when a promise is broken, so that a finding can be run
//! again without a fuzzer. `fuzz_targets` has a binary around each.
#![forbid(unsafe_code)]

pub mod config;
pub mod files;
pub mod frames;
mod json;
mod lab;
mod script;
pub mod segments;
pub mod talk;
mod wire;
