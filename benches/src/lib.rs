//! What benchmarks measure: traffic made by code, the same on every run, and the steps of the analysis around it.
//!
//! ```text
//!  traffic ──▶ frames (Ethernet … TCP, UDP) ──▶ Capture ──▶ decode, walk, whole run
//!     └──────▶ messages (windows, datagrams) ─────────────▶ Dialogue: session ──▶ encoded event
//! ```
//!
//! [`scenarios`] names what is measured; the suites measure it in time, the binary `instructions` in instructions. Whatever
//! is missing (a capture, an event that should have come) ends the measurement with a panic: nothing is left out silently.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that is not of what it says must end"
)]

pub mod capture;
pub mod cassandra;
pub mod dialogue;
pub mod frames;
pub mod lab;
pub mod memcache;
pub mod mongodb;
pub mod mysql;
pub mod pgsql;
pub mod reassembly;
pub mod redis;
pub mod scenarios;
pub mod tns;
pub mod traffic;
