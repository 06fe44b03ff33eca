//! Capture through a ring that the kernel fills and we read in place (`AF_PACKET`, `TPACKET_V3`).

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use packetbeat_core::packet::Packet;

use super::address;
use super::block::walk;
use super::error::LiveError;
use super::group::Group;
use super::options::{LiveOptions, VLAN_TAG};
use super::report::{LiveCounters, Spread};
use super::ring::Ring;
use super::socket::Socket;
use super::source::Drained;
use super::wanted::{NOTHING, Wanted};

/// One ring of an interface.
#[derive(Debug)]
pub(crate) struct AfPacket {
    // Dropped in this order: unmapped, then closed.
    ring: Ring,
    socket: Socket,
    wanted: Wanted,
    index: Option<u32>,
    spread: Spread,
}

impl AfPacket {
    /// Opens a ring that gives no packets yet: while the rings of a group come one after the other, the first ones would
    /// get what belongs to the later ones, and a ring everything before it joins.
    pub(crate) fn open(options: &LiveOptions, device: &str, group: &Group) -> Result<Self, LiveError> {
        let text = options.filter_text();
        let wanted = Wanted::new(text, device, options.captured())?;
        let failed = |what| move |source| LiveError::System { device: device.to_owned(), what, source };
        let socket = Socket::new().map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => LiveError::right(device),
            _ => failed("a packet socket cannot be opened")(error),
        })?;
        let index = match device {
            "any" => None,
            name => Some(
                address::index_of(name)
                    .ok_or_else(|| failed("it is not there")(io::Error::from_raw_os_error(libc::ENODEV)))?,
            ),
        };
        // The real one first, to see what the kernel says to it.
        for program in [&wanted.program, &NOTHING[..]] {
            socket.attach(program).map_err(|source| LiveError::FilterKernel {
                text: text.unwrap_or_default().to_owned(),
                source,
            })?;
        }
        let ring = Ring::new(&socket, options.buffer_bytes / group.rings().max(1), VLAN_TAG)
            .map_err(|(bytes, source)| LiveError::Ring { device: device.to_owned(), bytes, source })?;
        socket.bind(index).map_err(failed("the socket cannot be bound to it"))?;
        if let Some(index) = index.filter(|_| options.promiscuous) {
            socket.be_promiscuous(index).map_err(failed("it does not become promiscuous"))?;
        }
        let spread = group.join(&socket, index).map_err(|source| LiveError::Fanout {
            device: device.to_owned(),
            group: options.fanout_group.unwrap_or(0),
            source,
        })?;
        Ok(Self { ring, socket, wanted, index, spread })
    }

    /// Lets packets come.
    pub(crate) fn start(&self, device: &str) -> Result<(), LiveError> {
        self.socket.attach(&self.wanted.program).map_err(|source| LiveError::System {
            device: device.to_owned(),
            what: "the filter cannot be set",
            source,
        })
    }

    /// Hands out a block, if there is one, and gives it back to the kernel.
    pub(crate) fn drain(
        &mut self,
        number: &mut u64,
        counters: &mut LiveCounters,
        mut each: impl FnMut(&Packet<'_>),
    ) -> Option<Drained> {
        let mut block = self.ring.take()?;
        let before = *number;
        let mut filtered = 0;
        let walked = walk(block.bytes(), |frame| {
            let packet = Packet {
                number: *number + 1,
                nanos: frame.nanos,
                link: frame.link,
                wire_len: frame.wire_len,
                data: frame.data,
            };
            if self.wanted.wants(&packet) {
                *number += 1;
                each(&packet);
            } else {
                filtered += 1;
            }
        });
        counters.filtered += filtered;
        counters.outgoing_copies_skipped += walked.outgoing_copies;
        counters.unknown_link_skipped += walked.unknown;
        counters.malformed += walked.malformed;
        Some(Drained { packets: (*number - before) as u32, unknown_hatype: walked.unknown_hatype })
    }

    /// Adds what the kernel counted since the last call.
    pub(crate) fn count(&self, counters: &mut LiveCounters) {
        // What cannot be asked now is asked the next time: the kernel goes on counting.
        let Ok(counted) = self.socket.statistics() else { return };
        counters.received += u64::from(counted.packets.saturating_sub(counted.drops));
        counters.dropped_by_kernel += u64::from(counted.drops);
        counters.freezes += u64::from(counted.freezes);
    }

    /// The interface; none: all of them.
    pub(crate) fn index(&self) -> Option<u32> {
        self.index
    }

    pub(crate) fn spread(&self) -> Spread {
        self.spread
    }

    /// Forgets what went wrong, so that waiting waits again.
    pub(crate) fn clear_fault(&self) {
        let _ = self.socket.take_error();
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
