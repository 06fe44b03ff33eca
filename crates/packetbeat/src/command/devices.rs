//! `packetbeat devices`.

use super::{Done, print};

/// Lists the devices that packets can be captured from.
pub(super) fn list() -> Done {
    let devices = packetbeat_sniffer::devices().map_err(|error| error.to_string())?;
    print(&devices.iter().map(|device| format!("{device}\n")).collect::<String>())
}
