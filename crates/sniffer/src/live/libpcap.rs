//! Capture through libpcap.
//!
//! Known of libpcap 1.10: on Linux it filters by itself what comes to the blocks of its ring that were free when the
//! filter was set, and words that ask the kernel (`inbound`, `outbound`, `ifindex`) hold of no packet there.

use std::os::fd::{AsFd, BorrowedFd};

use packetbeat_core::packet::{LinkType, Packet};
use pcap::{Active, Capture, Error, Precision};

use super::address;
use super::error::LiveError;
use super::options::LiveOptions;
use super::report::LiveCounters;
use super::source::Drained;
use crate::filter;

/// Most packets that a call hands out, so that the other interfaces of a worker have their turn.
const AT_ONCE: usize = 512;

/// How long libpcap may gather packets before it shows them, in milliseconds. Its "immediate mode" would be quicker and
/// take a fixed place for each packet, as large as the largest.
const PATIENCE_MS: i32 = 50;

/// Whether times have nanoseconds. The binding does not say what libpcap agreed to; on Linux it always does.
const NANOSECONDS: bool = cfg!(target_os = "linux");

/// An interface that libpcap reads.
pub(crate) struct Libpcap {
    capture: Capture<Active>,
    link: LinkType,
    index: Option<u32>,
    /// What libpcap had counted when it was asked last.
    counted: pcap::Stat,
    /// Packets handed out since the last count.
    handed: u64,
    /// What it said when it gave up.
    broken: Option<String>,
}

impl Libpcap {
    pub(crate) fn open(options: &LiveOptions, device: &str) -> Result<Self, LiveError> {
        let text = options.filter_text();
        if let Some(text) = text {
            filter::check(text)?;
        }
        let failed = |error: Error| match filter::message(&error) {
            message if is_about_rights(&message) => LiveError::right(device),
            message => LiveError::Pcap { device: device.to_owned(), message },
        };
        let index = address::index_of(device);
        let mut capture = Capture::from_device(device)
            .map_err(failed)?
            .snaplen(i32::try_from(options.captured()).unwrap_or(i32::MAX))
            .buffer_size(i32::try_from(options.buffer_bytes).unwrap_or(i32::MAX))
            .promisc(options.promiscuous)
            .timeout(PATIENCE_MS)
            .precision(if NANOSECONDS { Precision::Nano } else { Precision::Micro })
            .open()
            .and_then(Capture::setnonblock)
            .map_err(failed)?;
        if let Some(text) = text {
            capture.filter(text, true).map_err(|error| crate::FilterError::Refused {
                text: text.into(),
                message: filter::message(&error),
            })?;
        }
        let link = LinkType(u16::try_from(capture.get_datalink().0).unwrap_or(u16::MAX));
        let counted = pcap::Stat { received: 0, dropped: 0, if_dropped: 0 };
        Ok(Self { capture, link, index, counted, handed: 0, broken: None })
    }

    /// Hands out some packets; `None` if none is there.
    pub(crate) fn drain(&mut self, number: &mut u64, mut each: impl FnMut(&Packet<'_>)) -> Option<Drained> {
        if self.broken.is_some() {
            return None;
        }
        let before = *number;
        let link = self.link;
        let result = self.capture.dispatch(Some(AT_ONCE), |packet| {
            *number += 1;
            // Of 32 bits on some systems.
            #[allow(clippy::useless_conversion, reason = "not everywhere")]
            let (seconds, fraction) =
                (i64::from(packet.header.ts.tv_sec), i64::from(packet.header.ts.tv_usec));
            let fraction = fraction * if NANOSECONDS { 1 } else { 1_000 };
            each(&Packet {
                number: *number,
                nanos: seconds.saturating_mul(1_000_000_000).saturating_add(fraction),
                link,
                wire_len: packet.header.len,
                data: packet.data,
            });
        });
        if let Err(error) = result {
            self.broken = Some(filter::message(&error));
        }
        let packets = (*number - before) as u32;
        self.handed += u64::from(packets);
        (packets > 0).then_some(Drained { packets, unknown_hatype: None })
    }

    /// Adds what libpcap counted since the last call. Its numbers have 32 bits and begin again.
    pub(crate) fn count(&mut self, counters: &mut LiveCounters) {
        // What it says of packets received would hold those that it passes over by itself: second copies of the loopback
        // interface, and what it filters. Handed out is received.
        counters.received += std::mem::take(&mut self.handed);
        let Ok(now) = self.capture.stats() else { return };
        let since = |now: u32, before: u32| u64::from(now.wrapping_sub(before));
        counters.dropped_by_kernel += since(now.dropped, self.counted.dropped);
        counters.dropped_by_interface += since(now.if_dropped, self.counted.if_dropped);
        self.counted = now;
    }

    pub(crate) fn index(&self) -> Option<u32> {
        self.index
    }

    /// Why no packet comes any more, until it is opened anew.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.capture.as_fd()
    }
}

/// libpcap has a number for it, which the binding does not pass on.
fn is_about_rights(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["permission", "operation not permitted", "cap_net_raw"].iter().any(|words| message.contains(words))
}
