//! A capture file, plain or compressed.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::files::run(input));
