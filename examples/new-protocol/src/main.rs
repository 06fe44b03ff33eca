//! packetbeat with one protocol more.
#![forbid(unsafe_code)]

use packetbeat_new_protocol::Quote;

fn main() -> std::process::ExitCode {
    packetbeat::Builder::new().protocol::<Quote>().main()
}
