//! `packetbeat devices`.

use super::{Done, print};

/// Lists the devices that packets can be captured from.
pub(super) fn list() -> Done {
    print("")
}
