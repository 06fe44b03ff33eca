//! A block of a capture ring.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    #[cfg(target_os = "linux")]
    packetbeat_fuzz::ring::run(input);
    #[cfg(not(target_os = "linux"))]
    let _ = input;
});
