//! Packets that an interface lost before the kernel saw them.

use std::sync::Arc;

/// The files of Linux that count them; libpcap looks at the same ones.
const FILES: [&str; 2] = ["rx_missed_errors", "rx_fifo_errors"];

/// What an interface lost since it was last asked. Other systems do not say: nothing.
#[derive(Debug)]
pub(crate) struct InterfaceDrops {
    device: Arc<str>,
    last: u64,
}

impl InterfaceDrops {
    pub(crate) fn new(device: &str) -> Self {
        Self { device: device.into(), last: read(device) }
    }

    pub(crate) fn since(&mut self) -> u64 {
        let now = read(&self.device);
        // An interface that was made anew counts from zero.
        let since = now.checked_sub(self.last).unwrap_or(now);
        self.last = now;
        since
    }
}

fn read(device: &str) -> u64 {
    let file = |name| format!("/sys/class/net/{device}/statistics/{name}");
    FILES.iter().filter_map(|name| std::fs::read_to_string(file(name)).ok()?.trim().parse::<u64>().ok()).sum()
}
