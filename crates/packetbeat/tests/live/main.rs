//! The program on an interface between real servers and real clients. Takes root: the tests make their own networks, and
//! nothing of the machine's own is touched.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]
#![cfg(target_os = "linux")]

mod lifecycle;
mod run;
mod servers;
mod transactions;
mod world;
