//! A `packetbeat.yml` with overrides.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::config::run(input));
