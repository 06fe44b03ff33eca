//! What a packet source hands to the analysis.

/// How a frame begins: the link-layer header types of pcap and pcapng
/// (<https://www.tcpdump.org/linktypes.html>), by the number that stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback, address family in the byte order of the capturing machine.
    pub const NULL: Self = Self(0);
    /// IEEE 802.3 Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP, with or without the HDLC-like address and control octets.
    pub const PPP: Self = Self(9);
    /// Raw IP as some BSDs number it (`DLT_RAW` 12).
    pub const RAW_12: Self = Self(12);
    /// Raw IP as OpenBSD numbers it (`DLT_RAW` 14).
    pub const RAW_14: Self = Self(14);
    /// PPP in HDLC-like framing (RFC 1662).
    pub const PPP_HDLC: Self = Self(50);
    /// Raw IP: the packet begins with the IPv4 or IPv6 header.
    pub const RAW: Self = Self(101);
    /// IEEE 802.11 without a preceding header.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback, address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// IEEE 802.11 behind a radiotap header.
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux "cooked" capture, version 2.
    pub const LINUX_SLL2: Self = Self(276);
}

/// One captured frame, borrowed from its source.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'p> {
    /// Capture-wide number, from 1, over all files of a run in their order.
    pub number: u64,
    /// Capture time, nanoseconds since the Unix epoch (UTC). May run backwards from packet to packet.
    pub nanos: i64,
    /// How `data` begins.
    pub link: LinkType,
    /// Length of the frame on the wire in bytes; `data` is shorter where the capture cut it.
    pub wire_len: u32,
    /// The captured bytes.
    pub data: &'p [u8],
}
