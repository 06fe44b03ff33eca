//! What a live source says beside its packets.

use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

/// What a call of `poll` did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// Packets that were handed out.
    pub packets: u32,
    /// Where nothing came: the time, in nanoseconds since the Unix epoch, before which nothing more can come. All that
    /// was stamped earlier has been handed out, so that clocks of packet time may go on to here. It lies
    /// [`LIVE_LAG`](crate::LIVE_LAG) before the end of the call. None while packets come, and after a signal.
    pub quiet_until: Option<i64>,
    /// What became of an interface; worth a line in the log.
    pub change: Option<LiveChange>,
}

/// What became of an interface. Displays as a line for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveChange {
    /// No packets come for now. The source tries again by itself.
    Gone {
        /// The interface.
        device: Arc<str>,
        /// Why.
        why: Absence,
    },
    /// Packets come again.
    Back {
        /// The interface.
        device: Arc<str>,
    },
    /// The default route leads elsewhere, and the source went after it.
    Moved {
        /// The interface until now.
        from: Arc<str>,
        /// The interface from now on.
        to: Arc<str>,
    },
    /// Packets with a link layer that nobody here knows are passed over. Said once for each type.
    Skipping {
        /// The interface that the source captures from.
        device: Arc<str>,
        /// The kernel's number of the link layer (`ARPHRD_…` of `linux/if_arp.h`).
        hatype: u16,
    },
}

impl fmt::Display for LiveChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone { device, why } => {
                write!(f, "{device}: {why}: no packets come from it until it is back; the capture goes on")
            }
            Self::Back { device } => write!(f, "{device}: the interface is back, packets are captured again"),
            Self::Moved { from, to } => {
                write!(f, "the default route moved: packets are captured from {to}, no longer from {from}")
            }
            Self::Skipping { device, hatype } => write!(
                f,
                "{device}: packets of {} (link layer {hatype}) that are not IP are passed over and counted",
                hatype_name(*hatype)
            ),
        }
    }
}

/// Why no packets come from an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absence {
    /// It is switched off.
    Down,
    /// There is no such interface any more.
    Removed,
    /// It is there, and cannot be captured from: what the system says.
    Refused(String),
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("the interface is down"),
            Self::Removed => f.write_str("there is no such interface any more"),
            Self::Refused(message) => write!(f, "the interface cannot be captured from ({message})"),
        }
    }
}

/// How packets come to the rings of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// There is one reader.
    Alone,
    /// By our own program: both directions, all fragments and everything of a tunnel to the same ring.
    Program,
    /// By the hash of the kernel, which refused the program: it parts the directions of some tunnels.
    KernelHash,
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alone => "one reader",
            Self::Program => "rings by the addresses, of TCP by addresses and ports",
            Self::KernelHash => {
                "rings by the hash of the kernel, which does not take a program: of a tunnel, the directions of a flow \
                 can come to different workers"
            }
        })
    }
}

/// Packets counted since the source was opened, over all interfaces that it moved to. They only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveCounters {
    /// Packets that the kernel put into the ring, behind the filter: handed out, passed over for a cause named here, or
    /// still waiting. With libpcap, those that were handed out.
    pub received: u64,
    /// Packets that it lost because we read too slowly.
    pub dropped_by_kernel: u64,
    /// Packets that the interface or its driver lost before the kernel saw them. Of several rings of one interface the
    /// first counts them.
    pub dropped_by_interface: u64,
    /// Times that a ring was full.
    pub freezes: u64,
    /// Of those received: second copies. What goes over the loopback interface passes twice, out and in.
    pub outgoing_copies_skipped: u64,
    /// Of those received: packets that are not IP, of a link layer that nobody here knows.
    pub unknown_link_skipped: u64,
    /// Of those received: packets that the filter does not want, where the kernel cannot run it.
    pub filtered: u64,
    /// Records of a ring that make no sense. There are none.
    pub malformed: u64,
    /// Times that the interface was gone.
    pub gone: u64,
}

impl AddAssign for LiveCounters {
    fn add_assign(&mut self, other: Self) {
        self.received += other.received;
        self.dropped_by_kernel += other.dropped_by_kernel;
        self.dropped_by_interface += other.dropped_by_interface;
        self.freezes += other.freezes;
        self.outgoing_copies_skipped += other.outgoing_copies_skipped;
        self.unknown_link_skipped += other.unknown_link_skipped;
        self.filtered += other.filtered;
        self.malformed += other.malformed;
        self.gone += other.gone;
    }
}

/// Source: `linux/if_arp.h`, for those that machines have.
fn hatype_name(hatype: u16) -> &'static str {
    match hatype {
        24 => "IEEE 1394",
        32 => "InfiniBand",
        280 => "CAN",
        512 => "PPP",
        776 => "IPv6 in IPv4",
        778 => "GRE",
        804 => "IEEE 802.15.4",
        820 => "phonet",
        824 => "netlink",
        826 => "vsock",
        0xfffe => "an interface without link layer",
        _ => "an unknown kind",
    }
}
