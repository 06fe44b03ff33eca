//! Segments of a connection whose bytes are known.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::segments::run(input));
