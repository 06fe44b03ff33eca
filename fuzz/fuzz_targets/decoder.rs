//! Frames of every link type, one after the other.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::frames::run(input));
