//! Frames into the decoder: both of its ways must tell the same, and its ledger of packets must close.

/// Input: see [`packetbeat_decoder::fuzz::run`].
///
/// # Panics
/// If the short cut and the general path differ, or packets in and out do.
pub fn run(input: &[u8]) {
    if let Err(wrong) = packetbeat_decoder::fuzz::run(input) {
        panic!("{wrong}");
    }
}
