//! A file of addresses, and addresses that are looked up in it.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::geoip::run(input));
