//! The vocabulary of packetbeat and the seam between its engine and the protocols.
#![forbid(unsafe_code)]

pub mod packet;
