//! What was around the message: MAC addresses, VLANs, tunnels.

use std::net::IpAddr;

use crate::Limits;

/// The two addresses of an IP header. An IPv4-mapped IPv6 address stays IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ip {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
}

/// An IEEE 802 MAC address.
pub type Mac = [u8; 6];

/// The VLAN identifiers (12 bits each) of a frame, outermost first. Tags within a tunnel follow those outside.
/// What comes after the first [`Vlans::MAX`] is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vlans {
    /// [`Vlans::NONE`] behind the last one.
    ids: [u16; Self::MAX],
}

impl Default for Vlans {
    fn default() -> Self {
        Self { ids: [Self::NONE; Self::MAX] }
    }
}

impl Vlans {
    /// How many identifiers are kept.
    pub const MAX: usize = 4;
    /// No identifier: these have 12 bits.
    const NONE: u16 = u16::MAX;

    /// The identifiers, outermost first.
    #[must_use]
    pub fn as_slice(&self) -> &[u16] {
        let len = self.ids.iter().position(|&id| id == Self::NONE).unwrap_or(Self::MAX);
        self.ids.get(..len).unwrap_or_default()
    }

    /// Takes the identifier of a tag control field (IEEE 802.1Q: the lower 12 bits).
    #[inline]
    pub(crate) fn push(&mut self, control: u16) {
        if let Some(id) = self.ids.iter_mut().find(|id| **id == Self::NONE) {
            *id = control & 0x0fff;
        }
    }
}

/// What was around a message. Built for every packet, so it points rather than copies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<'a> {
    /// Source of the innermost Ethernet, 802.11 or "cooked" header.
    pub src_mac: Option<&'a Mac>,
    /// Destination of the innermost Ethernet or 802.11 header; "cooked" captures have none.
    pub dst_mac: Option<&'a Mac>,
    /// VLAN tags of all layers.
    pub vlans: Vlans,
    pub(crate) outers: Option<&'a Outers>,
}

impl<'a> Path<'a> {
    /// The addresses of the IP headers around the innermost one, outermost first; empty without a tunnel.
    #[must_use]
    pub fn outer(&self) -> &'a [Ip] {
        self.outers.map_or(&[], Outers::as_slice)
    }
}

impl PartialEq for Path<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.src_mac == other.src_mac
            && self.dst_mac == other.dst_mac
            && self.vlans == other.vlans
            && self.outer() == other.outer()
    }
}

impl Eq for Path<'_> {}

/// The outer addresses of the packet in work.
#[derive(Clone)]
pub(crate) struct Outers {
    list: [Ip; Limits::MAX_TUNNELS as usize],
    len: usize,
    max: usize,
}

impl Outers {
    pub(crate) fn new(max: u8) -> Self {
        const NONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let none = Ip { src: NONE, dst: NONE };
        Self {
            list: [none; Limits::MAX_TUNNELS as usize],
            len: 0,
            max: usize::from(max.min(Limits::MAX_TUNNELS)),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// False when the limit is reached.
    pub(crate) fn push(&mut self, ip: Ip) -> bool {
        if self.len >= self.max {
            return false;
        }
        let Some(place) = self.list.get_mut(self.len) else { return false };
        *place = ip;
        self.len += 1;
        true
    }

    pub(crate) fn as_slice(&self) -> &[Ip] {
        self.list.get(..self.len).unwrap_or_default()
    }
}

impl std::fmt::Debug for Outers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}
