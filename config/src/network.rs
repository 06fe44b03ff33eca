//! Networks by address or by name, as `internal_networks` and the `network` condition write them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A set of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// `10.0.0.0/8`, `fd00::/8`; the address's host bits do not matter.
    Cidr {
        /// Any address of the network.
        address: IpAddr,
        /// Leading bits that must be equal: 0 to 32 or 128.
        bits: u8,
    },
    /// A range with a name.
    Named(Range),
}

/// The ranges that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// 127.0.0.0/8 and `::1`.
    Loopback,
    /// Unicast beyond the link: neither unspecified, loopback, multicast, link-local nor broadcast.
    /// Also called `unicast`.
    GlobalUnicast,
    /// 169.254.0.0/16 and `fe80::/10`.
    LinkLocalUnicast,
    /// `ff01::/16`.
    InterfaceLocalMulticast,
    /// 224.0.0.0/24 and `ff02::/16`.
    LinkLocalMulticast,
    /// 224.0.0.0/4 and `ff00::/8`.
    Multicast,
    /// 0.0.0.0 and `::`.
    Unspecified,
    /// RFC 1918 and RFC 4193: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, `fc00::/7`.
    Private,
    /// What is neither private, loopback, unspecified, broadcast, link-local nor interface-local.
    Public,
}

/// Each name and its range.
const NAMES: [(&str, Range); 10] = [
    ("loopback", Range::Loopback),
    ("global_unicast", Range::GlobalUnicast),
    ("unicast", Range::GlobalUnicast),
    ("link_local_unicast", Range::LinkLocalUnicast),
    ("interface_local_multicast", Range::InterfaceLocalMulticast),
    ("link_local_multicast", Range::LinkLocalMulticast),
    ("multicast", Range::Multicast),
    ("unspecified", Range::Unspecified),
    ("private", Range::Private),
    ("public", Range::Public),
];

impl Network {
    /// The names that stand for ranges.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Is the address in the network? An IPv4 address mapped into IPv6 counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self {
            Self::Cidr { address: network, bits } => same_prefix(network.to_canonical(), address, *bits),
            Self::Named(range) => range.contains(address),
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        if let Some((_, range)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(Self::Named(*range));
        }
        let (address, bits) = text.split_once('/').ok_or(NotANetwork)?;
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits: u8 = bits.parse().map_err(|_| NotANetwork)?;
        if bits > most { Err(NotANetwork) } else { Ok(Self::Cidr { address, bits }) }
    }
}

/// Neither `ADDRESS/BITS` nor a range's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither ADDRESS/BITS nor the name of a range")
    }
}

impl std::error::Error for NotANetwork {}

impl Range {
    fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::Loopback, _) => address.is_loopback(),
            (Self::Multicast, _) => address.is_multicast(),
            (Self::Unspecified, _) => address.is_unspecified(),
            (Self::LinkLocalUnicast, IpAddr::V4(v4)) => v4.is_link_local(),
            (Self::LinkLocalUnicast, IpAddr::V6(v6)) => v6.is_unicast_link_local(),
            (Self::InterfaceLocalMulticast, IpAddr::V4(_)) => false,
            (Self::InterfaceLocalMulticast, IpAddr::V6(v6)) => multicast_scope(v6) == Some(1),
            (Self::LinkLocalMulticast, IpAddr::V4(v4)) => matches!(v4.octets(), [224, 0, 0, _]),
            (Self::LinkLocalMulticast, IpAddr::V6(v6)) => multicast_scope(v6) == Some(2),
            (Self::Private, IpAddr::V4(v4)) => v4.is_private(),
            (Self::Private, IpAddr::V6(v6)) => v6.is_unique_local(),
            (Self::GlobalUnicast, _) => {
                ![Self::Unspecified, Self::Loopback, Self::Multicast, Self::LinkLocalUnicast]
                    .iter()
                    .any(|range| range.contains(address))
                    && !is_broadcast(address)
            }
            (Self::Public, _) => {
                ![
                    Self::Private,
                    Self::Loopback,
                    Self::Unspecified,
                    Self::LinkLocalUnicast,
                    Self::LinkLocalMulticast,
                    Self::InterfaceLocalMulticast,
                ]
                .iter()
                .any(|range| range.contains(address))
                    && !is_broadcast(address)
            }
        }
    }
}

fn is_broadcast(address: IpAddr) -> bool {
    address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

fn multicast_scope(address: Ipv6Addr) -> Option<u16> {
    address.is_multicast().then_some(address.segments()[0] & 0xf)
}

fn same_prefix(left: IpAddr, right: IpAddr, bits: u8) -> bool {
    match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            let differ = left.to_bits() ^ right.to_bits();
            differ.checked_shr(32u32.saturating_sub(bits.into())).unwrap_or(0) == 0
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => {
            let differ = left.to_bits() ^ right.to_bits();
            differ.checked_shr(128u32.saturating_sub(bits.into())).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn cidr() {
        assert!(contains("10.0.0.0/8", "10.255.1.2"));
        assert!(contains("10.1.2.3/8", "10.0.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("0.0.0.0/0", "1.2.3.4"));
        assert!(!contains("0.0.0.0/0", "::1"));
        assert!(contains("192.0.2.1/32", "::ffff:192.0.2.1"));
        assert!(contains("2001:db8::/33", "2001:db8:7fff::1"));
        assert!(!contains("2001:db8::/33", "2001:db8:8000::1"));
        for wrong in ["10.0.0.0", "10.0.0.0/33", "::/129", "privat", "/8", "1.2.3/8"] {
            assert_eq!(wrong.parse::<Network>(), Err(NotANetwork), "{wrong}");
        }
    }

    #[test]
    fn names() {
        let cases = [
            ("private", "172.31.0.1", "172.32.0.1"),
            ("private", "fd00::1", "fe80::1"),
            ("public", "8.8.8.8", "10.0.0.1"),
            ("public", "2001:4860::8888", "fe80::1"),
            ("loopback", "127.9.9.9", "128.0.0.1"),
            ("unicast", "10.0.0.1", "255.255.255.255"),
            ("global_unicast", "8.8.8.8", "224.0.0.1"),
            ("link_local_unicast", "169.254.1.1", "169.255.1.1"),
            ("link_local_multicast", "224.0.0.251", "224.0.1.1"),
            ("link_local_multicast", "ff02::fb", "ff05::1"),
            ("interface_local_multicast", "ff01::1", "ff02::1"),
            ("multicast", "239.1.1.1", "1.1.1.1"),
            ("unspecified", "0.0.0.0", "0.0.0.1"),
        ];
        for (name, inside, outside) in cases {
            assert!(contains(name, inside), "{name} {inside}");
            assert!(!contains(name, outside), "{name} {outside}");
        }
    }
}
