//! The `packetbeat` program with the protocols that come with it.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    packetbeat::Builder::new().main()
}
