//! Why a capture cannot begin.

use std::io;

use crate::{DeviceError, FilterError};

/// Why a capture cannot begin. One line: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// There is no such interface.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The filter is none.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The kernel does not take the filter.
    #[error(
        "filter {text:?}: the kernel refuses it ({source}): its limit is 4096 instructions: make it shorter"
    )]
    FilterKernel {
        /// The filter.
        text: String,
        /// What the system says.
        source: io::Error,
    },
    /// The process may not capture.
    #[error("cannot capture from {device}: {right}")]
    Right {
        /// The interface.
        device: String,
        /// The right that is missing and how to grant it.
        right: String,
    },
    /// No memory for the ring.
    #[error(
        "cannot capture from {device}: the kernel has no memory for a ring of {bytes} bytes ({source}): make \
         buffer_size_mb or the number of workers smaller"
    )]
    Ring {
        /// The interface.
        device: String,
        /// Its length.
        bytes: usize,
        /// What the system says.
        source: io::Error,
    },
    /// The group of rings cannot be joined.
    #[error(
        "cannot capture from {device}: fanout group {group} cannot be joined ({source}): another process uses this \
         number for another interface or in another way: choose another fanout_group"
    )]
    Fanout {
        /// The interface.
        device: String,
        /// The number of the group; 0: a new one was asked for.
        group: u16,
        /// What the system says.
        source: io::Error,
    },
    /// This system has no such thing.
    #[error("cannot capture from {device}: af_packet exists on Linux only: use type: pcap")]
    NoAfPacket {
        /// The interface.
        device: String,
    },
    /// libpcap refuses.
    #[error("cannot capture from {device}: {message}")]
    Pcap {
        /// The interface.
        device: String,
        /// What libpcap says.
        message: String,
    },
    /// The system refuses.
    #[error("cannot capture from {device}: {what}: {source}")]
    System {
        /// The interface.
        device: String,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl LiveError {
    /// The system says that we may not.
    pub(crate) fn right(device: &str) -> Self {
        Self::Right { device: device.to_owned(), right: how_to_grant() }
    }
}

fn how_to_grant() -> String {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().map_or("/path/to/packetbeat".into(), |path| path.to_string_lossy());
    if cfg!(target_os = "linux") {
        format!(
            "the right CAP_NET_RAW is missing: run as root (sudo), or grant it: sudo setcap \
             cap_net_raw,cap_net_admin=eip {program}"
        )
    } else {
        "the right to read from the packet filter devices (/dev/bpf*) is missing: run as root (sudo)"
            .to_owned()
    }
}
