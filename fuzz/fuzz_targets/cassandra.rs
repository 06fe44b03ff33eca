//! Cassandra over TCP.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packetbeat_fuzz::talk::run::<packetbeat_cassandra::Cassandra>(input));
