//! The common case without detours: Ethernet, up to two VLAN tags, IPv4 without options or IPv6 without extension headers,
//! TCP or UDP, nothing cut, no fragment, no tunnel. Anything else is left to the general path; what is
//! not left is the same as there (a property test holds both equal).
//!
//! Checks come first and keep only pointers, which stay in registers; the outcome is then written once, where the caller
//! wants it. Building it from parts in memory costs twice the time: each part is stored in small pieces and
//! loaded again in large ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetbeat_core::flow;

use crate::path::Vlans;
use crate::transport::Udp;
use crate::view::View;
use crate::{Datagram, Ip, Mac, Outcome, Path, Segment, ip, transport, tunnel};

/// A frame that passed all checks: a whole TCP segment or UDP datagram without a tunnel. Whose it is can be asked before it is put
/// together.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    dst_mac: &'a Mac,
    src_mac: &'a Mac,
    vlans: Vlans,
    message: Message<'a>,
}

/// An IP packet that passed all checks.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    addresses: Addresses<'a>,
    transport: Transport<'a>,
    payload: &'a [u8],
}

#[derive(Clone, Copy)]
enum Addresses<'a> {
    V4(&'a [u8; 8]),
    V6(&'a [u8; 32]),
}

#[derive(Clone, Copy)]
enum Transport<'a> {
    Tcp(&'a [u8; 20]),
    Udp(&'a [u8; 8]),
}

/// Checks an Ethernet frame; `None` when it is not such a one.
#[inline]
pub(crate) fn check(frame: &[u8]) -> Option<Plain<'_>> {
    let (dst_mac, rest) = frame.split_first_chunk::<6>()?;
    let (src_mac, rest) = rest.split_first_chunk::<6>()?;
    let (kind, rest) = rest.split_first_chunk::<2>()?;
    let mut vlans = Vlans::default();
    let (mut kind, mut rest) = (u16::from_be_bytes(*kind), rest);
    if matches!(kind, 0x8100 | 0x88a8) {
        (kind, rest, vlans) = tags(kind, rest)?;
    }
    let message = match kind {
        0x0800 => check_v4::<false>(rest)?,
        0x86dd => check_v6::<false>(rest)?,
        _ => return None,
    };
    Some(Plain { dst_mac, src_mac, vlans, message })
}

/// Checks a packet that begins with an IPv4 header. With `TUNNELS`, datagrams on the ports of tunnels pass.
#[inline]
pub(crate) fn check_v4<const TUNNELS: bool>(data: &[u8]) -> Option<Message<'_>> {
    let (protocol, addresses, data) = v4(data)?;
    transport::<TUNNELS>(protocol, addresses, data)
}

/// The same for IPv6.
#[inline]
pub(crate) fn check_v6<const TUNNELS: bool>(data: &[u8]) -> Option<Message<'_>> {
    let (protocol, addresses, data) = v6(data)?;
    transport::<TUNNELS>(protocol, addresses, data)
}

#[inline]
fn transport<'a, const TUNNELS: bool>(
    protocol: u8,
    addresses: Addresses<'a>,
    data: &'a [u8],
) -> Option<Message<'a>> {
    let (transport, payload) = match protocol {
        ip::TCP => {
            let header = data.first_chunk::<20>()?;
            let length = transport::tcp_header_len(header);
            if length < 20 {
                return None;
            }
            (Transport::Tcp(header), data.get(length..)?)
        }
        ip::UDP => {
            let header = data.first_chunk::<8>()?;
            let &[s0, s1, d0, d1, l0, l1, _, _] = header;
            if !TUNNELS && tunnel::is_candidate(u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1])) {
                return None;
            }
            (Transport::Udp(header), data.get(8..usize::from(u16::from_be_bytes([l0, l1])))?)
        }
        _ => return None,
    };
    Some(Message { addresses, transport, payload })
}

#[inline(never)]
fn tags(mut kind: u16, mut rest: &[u8]) -> Option<(u16, &[u8], Vlans)> {
    let mut vlans = Vlans::default();
    for _ in 0..2 {
        if !matches!(kind, 0x8100 | 0x88a8) {
            break;
        }
        let (&[c0, c1, t0, t1], inner) = rest.split_first_chunk::<4>()?;
        vlans.push(u16::from_be_bytes([c0, c1]));
        (kind, rest) = (u16::from_be_bytes([t0, t1]), inner);
    }
    Some((kind, rest, vlans))
}

#[inline]
fn v4(data: &[u8]) -> Option<(u8, Addresses<'_>, &[u8])> {
    let header = data.first_chunk::<20>()?;
    let &[version, _, l0, l1, _, _, f0, f1, _, protocol, ..] = header;
    let more_or_offset = u16::from_be_bytes([f0, f1]) & 0x3fff;
    if version != 0x45 || more_or_offset != 0 {
        return None;
    }
    let payload = data.get(20..usize::from(u16::from_be_bytes([l0, l1])))?;
    Some((protocol, Addresses::V4(header.last_chunk()?), payload))
}

#[inline]
fn v6(data: &[u8]) -> Option<(u8, Addresses<'_>, &[u8])> {
    let (header, rest) = data.split_first_chunk::<40>()?;
    let &[version, _, _, _, l0, l1, protocol, ..] = header;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if version >> 4 != 6 || length == 0 {
        return None;
    }
    Some((protocol, Addresses::V6(header.last_chunk()?), rest.get(..length)?))
}

impl<'a> Plain<'a> {
    /// How it travels.
    #[inline]
    #[must_use]
    pub const fn transport(&self) -> flow::Transport {
        match self.message.transport {
            Transport::Tcp(_) => flow::Transport::Tcp,
            Transport::Udp(_) => flow::Transport::Udp,
        }
    }

    /// Address and port of its source and of its destination. Addresses are numbers, those of IPv4 in their mapped IPv6 form.
    #[inline]
    #[must_use]
    pub fn ends(&self) -> [(u128, u16); 2] {
        let (src_port, dst_port) = self.message.ports();
        let [src, dst] = self.message.addresses.numbers();
        [(src, src_port), (dst, dst_port)]
    }

    /// The same where both are addresses of IPv4.
    #[inline]
    #[must_use]
    pub fn ends_v4(&self) -> Option<[(u32, u16); 2]> {
        let Addresses::V4(&[s0, s1, s2, s3, d0, d1, d2, d3]) = self.message.addresses else { return None };
        let (src_port, dst_port) = self.message.ports();
        let [src, dst] = [[s0, s1, s2, s3], [d0, d1, d2, d3]].map(u32::from_be_bytes);
        Some([(src, src_port), (dst, dst_port)])
    }

    /// The segment, if it is one.
    #[inline]
    #[must_use]
    pub fn segment(&self) -> Option<Segment<'a>> {
        let Transport::Tcp(header) = self.message.transport else { return None };
        Some(transport::segment(header, View::whole(self.message.payload), self.message.ip(), self.path(), 0))
    }

    /// The datagram, if it is one.
    #[inline]
    #[must_use]
    pub fn datagram(&self) -> Option<Datagram<'a>> {
        let Transport::Udp(_) = self.message.transport else { return None };
        Some(self.message.datagram(self.path(), 0))
    }

    /// The message of the frame.
    #[inline]
    pub(crate) fn outcome(self) -> Outcome<'a> {
        let path = self.path();
        self.message.outcome(path, 0)
    }

    #[inline]
    fn path(&self) -> Path<'a> {
        Path { src_mac: Some(self.src_mac), dst_mac: Some(self.dst_mac), vlans: self.vlans, outers: None }
    }
}

impl<'a> Message<'a> {
    /// The addresses of its IP header.
    #[inline]
    pub(crate) fn ip(&self) -> Ip {
        self.addresses.ip()
    }

    /// The datagram, if its ports can be those of a tunnel.
    #[inline]
    pub(crate) fn tunnel(&self) -> Option<Udp<'a>> {
        let Transport::Udp(_) = self.transport else { return None };
        let (src_port, dst_port) = self.ports();
        tunnel::is_candidate(src_port, dst_port).then_some(Udp {
            src_port,
            dst_port,
            payload: View::whole(self.payload),
        })
    }

    /// The message with what was around it.
    #[inline]
    pub(crate) fn outcome(self, path: Path<'a>, fragments: u32) -> Outcome<'a> {
        match self.transport {
            Transport::Tcp(header) => {
                let view = View::whole(self.payload);
                Outcome::Tcp(transport::segment(header, view, self.ip(), path, fragments))
            }
            Transport::Udp(_) => Outcome::Udp(self.datagram(path, fragments)),
        }
    }

    /// The message as a datagram.
    #[inline]
    fn datagram(self, path: Path<'a>, fragments: u32) -> Datagram<'a> {
        let (src_port, dst_port) = self.ports();
        Datagram { ip: self.ip(), src_port, dst_port, payload: self.payload, cut: 0, path, fragments }
    }

    /// Source and destination port.
    #[inline]
    fn ports(&self) -> (u16, u16) {
        let (Transport::Udp(&[s0, s1, d0, d1, ..]) | Transport::Tcp(&[s0, s1, d0, d1, ..])) = self.transport;
        (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]))
    }
}

impl Addresses<'_> {
    /// Source and destination as numbers.
    #[inline]
    fn numbers(&self) -> [u128; 2] {
        match *self {
            Self::V4(&[s0, s1, s2, s3, d0, d1, d2, d3]) => [[s0, s1, s2, s3], [d0, d1, d2, d3]]
                .map(|octets| 0xffff << 32 | u128::from(u32::from_be_bytes(octets))),
            Self::V6(both) => {
                let number = |bytes: Option<&[u8; 16]>| bytes.map_or(0, |bytes| u128::from_be_bytes(*bytes));
                [number(both.first_chunk()), number(both.last_chunk())]
            }
        }
    }

    #[inline]
    fn ip(&self) -> Ip {
        match *self {
            Self::V4(&[s0, s1, s2, s3, d0, d1, d2, d3]) => Ip {
                src: IpAddr::V4(Ipv4Addr::new(s0, s1, s2, s3)),
                dst: IpAddr::V4(Ipv4Addr::new(d0, d1, d2, d3)),
            },
            Self::V6(both) => {
                let (src, dst) = both.split_at(16);
                Ip { src: v6_address(src), dst: v6_address(dst) }
            }
        }
    }
}

#[inline]
fn v6_address(bytes: &[u8]) -> IpAddr {
    IpAddr::V6(Ipv6Addr::from(*bytes.first_chunk::<16>().unwrap_or(&[0; 16])))
}
