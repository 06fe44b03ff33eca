//! From a captured frame to addresses, transport header and payload.
//!
//! ```text
//!             Ethernet  SLL  SLL2  NULL  LOOP  RAW  PPP  802.11 (radiotap)
//!                 |
//!    VLAN, QinQ, 802.2, MPLS, PPPoE, NSH, MACsec in the clear
//!                 |
//!          IPv4 or IPv6  <------------------------------------.
//!           |         |                                        |
//!           |    fragments joined                              |
//!           |         |                                        |
//!    TCP  UDP  ICMP   GRE, ERSPAN, IP-in-IP, EtherIP           |
//!          |                 |                                 |
//!          '- VXLAN, Geneve, GTP-U, Teredo, GRE ---------------'
//! ```
//!
//! [`Decoder::decode`] gives one [`Outcome`] for each packet: the innermost message with what was around it
//! ([`Path`]), or that it is a fragment which is held, or the [`Cause`] for which it was dropped. Fragments that
//! were held and never became a message are counted by [`Decoder::take_dropped`], so that a ledger of packets closes:
//! every packet is one of a message (`fragments` tells how many), dropped, or still held.
//!
//! The state of a decoder depends on the packets alone, their times included: decoders that see the same packets
//! say the same. No socket, file or clock is asked, and checksums are not verified: with offload, a sender's own
//! capture has none.
//!
//! ```
//! use packetbeat_core::packet::{LinkType, Packet};
//! use packetbeat_decoder::{Decoder, Limits, Outcome};
//!
//! let frame = [
//!     0x45, 0, 0, 30, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4, 30 bytes, UDP
//!     0xc3, 0x50, 0, 53, 0, 10, 0, 0, // 50000 to 53, 10 bytes
//!     0x68, 0x69,
//! ];
//! let mut decoder = Decoder::new(Limits::default());
//! let packet = Packet { number: 1, nanos: 0, link: LinkType::RAW, wire_len: 30, data: &frame };
//! let Outcome::Udp(datagram) = decoder.decode(&packet) else { panic!("it is UDP") };
//! assert_eq!((datagram.src_port, datagram.dst_port), (50_000, 53));
//! assert_eq!(datagram.payload, b"hi");
//! ```
//!
//! Limits: the table of [`Limits`]. Left out: SCTP, DCCP, ESP with null encryption, L2TP, compressed PPP, 802.11
//! fragments and aggregates of several packets, captures of 802.15.4 and USB. Each has its cause.
#![forbid(unsafe_code)]

mod cause;
mod fast;
mod fragment;
#[doc(hidden)]
pub mod fuzz;
mod gre;
mod icmp;
mod ip;
mod limits;
mod link;
mod outcome;
mod path;
mod ppp;
mod transport;
mod tunnel;
mod view;
mod walk;
mod wifi;

use packetbeat_core::packet::{LinkType, Packet};

pub use cause::{Cause, Dropped};
pub use fast::Plain;
pub use icmp::{Icmp, Quoted};
pub use limits::Limits;
pub use outcome::{Datagram, Outcome, Segment, TcpFlags};
pub use path::{Ip, Mac, Path, Vlans};

use fragment::Table;
use path::Outers;
use view::View;
use walk::{Trail, Walk};

/// Decodes packets one after the other; keeps the fragments of datagrams that are not whole yet.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// The latest packet time, nanoseconds since the Unix epoch.
    now: i64,
    /// When the first of the fragments held is to be given up.
    deadline: i64,
    table: Table,
    dropped: Dropped,
    outer: Outers,
    joined: Vec<Vec<u8>>,
}

impl Decoder {
    /// A decoder that keeps to `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            now: i64::MIN,
            deadline: i64::MAX,
            table: Table::new(limits),
            dropped: Dropped::default(),
            outer: Outers::new(limits.tunnels),
            joined: vec![Vec::new(); usize::from(limits.joins.min(Limits::MAX_JOINS))],
        }
    }

    /// Decodes the next packet.
    #[inline]
    pub fn decode<'a>(&'a mut self, packet: &Packet<'a>) -> Outcome<'a> {
        match self.plain(packet) {
            Some(plain) => plain.outcome(),
            None => self.other(packet),
        }
    }

    /// The first half of [`Decoder::decode`], for whoever wants to know whose a message is before it is put together: the next
    /// packet if it is plain, as nearly all are. `None` asks for [`Decoder::other`].
    #[inline]
    pub fn plain<'a>(&mut self, packet: &Packet<'a>) -> Option<Plain<'a>> {
        self.advance(packet.nanos);
        if packet.link == LinkType::ETHERNET { fast::check(packet.data) } else { None }
    }

    /// The second half: decodes the packet that was not plain.
    #[inline]
    pub fn other<'a>(&'a mut self, packet: &Packet<'a>) -> Outcome<'a> {
        self.walk(packet, true)
    }

    /// [`Decoder::decode`] without its short cuts; for the test that both are the same.
    #[doc(hidden)]
    pub fn decode_without_shortcut<'a>(&'a mut self, packet: &Packet<'a>) -> Outcome<'a> {
        self.advance(packet.nanos);
        self.walk(packet, false)
    }

    /// True when [`Decoder::take_dropped`] has something to tell.
    #[inline]
    #[must_use]
    pub const fn has_dropped(&self) -> bool {
        !self.dropped.is_empty()
    }

    /// The packets that were [held](Outcome::Held) and given up since the last call, by cause. The packet that
    /// `decode` was called with is never among them.
    #[must_use]
    pub fn take_dropped(&mut self) -> Dropped {
        if self.dropped.is_empty() { Dropped::default() } else { std::mem::take(&mut self.dropped) }
    }

    /// Gives up all fragments that are held ([`Cause::FragmentIncomplete`]): the capture is over.
    pub fn finish(&mut self) {
        self.table.finish(&mut self.dropped);
        self.deadline = i64::MAX;
    }

    /// Time may run backwards in a capture; here it stands still meanwhile.
    #[inline]
    fn advance(&mut self, nanos: i64) {
        if nanos > self.now {
            self.now = nanos;
            if nanos >= self.deadline {
                self.expire();
            }
        }
    }

    #[cold]
    fn expire(&mut self) {
        self.table.expire(self.now, &mut self.dropped);
        self.deadline = self.table.next_deadline();
    }

    #[inline(never)]
    fn walk<'a>(&'a mut self, packet: &Packet<'a>, shortcut: bool) -> Outcome<'a> {
        let view = View::new(packet.data, packet.wire_len);
        let mut trail = Trail::default();
        let (next, view) = match link::first(packet.link, view, &mut trail) {
            Ok(first) => first,
            Err(cause) => return Outcome::Dropped(cause),
        };
        let walk = Walk {
            limits: self.limits,
            shortcut,
            now: self.now,
            table: &mut self.table,
            deadline: &mut self.deadline,
            dropped: &mut self.dropped,
            outer: &mut self.outer,
            joined: &mut self.joined,
            trail,
            ip: None,
            extensions: 0,
            packets: 0,
        };
        walk.run(next, view)
    }
}
