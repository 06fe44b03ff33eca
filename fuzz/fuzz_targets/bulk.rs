//! Events into bulk requests, and answers of servers to them.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::bulk::run(input));
