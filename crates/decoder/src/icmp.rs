//! ICMP (RFC 792) and ICMPv6 (RFC 4443) messages, and the packet that an error quotes.
//!
//! ```text
//!  0        1        2        3        4                8
//! +--------+--------+-----------------+----------------+---------------------------
//! | type   | code   | checksum        | rest of header | quoted packet (errors)
//! +--------+--------+-----------------+----------------+---------------------------
//! ```

use std::net::IpAddr;

use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

use crate::view::View;
use crate::{Cause, Ip, Path, ip};

/// An ICMP or ICMPv6 message; which of both it is, its addresses say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp<'a> {
    /// Addresses of the innermost IP header.
    pub ip: Ip,
    /// Message type.
    pub kind: u8,
    /// Message code.
    pub code: u8,
    /// What follows type, code and checksum: the second word of the header first.
    pub body: &'a [u8],
    /// Bytes that follow `body` by the IP length but were not captured (snap length).
    pub cut: u32,
    /// What was around the message.
    pub path: Path<'a>,
    /// Packets that were joined into this one, itself included; 0 when it was not fragmented.
    pub fragments: u32,
}

/// The packet that an ICMP error quotes, as its sender sent it: the error went the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Addresses of the quoted packet.
    pub ip: Ip,
    /// Its transport (IANA protocol number).
    pub protocol: u8,
    /// Its source and destination port, when it is TCP or UDP, no later fragment, and so much was quoted.
    pub ports: Option<(u16, u16)>,
}

impl Icmp<'_> {
    /// True for the ICMPv6 of IPv6.
    #[must_use]
    pub const fn is_v6(&self) -> bool {
        matches!(self.ip.src, IpAddr::V6(_))
    }

    /// True for a message that quotes the packet which caused it: RFC 792 types 3, 4, 5, 11, 12; all ICMPv6
    /// types below 128.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        if self.is_v6() { self.kind < 128 } else { matches!(self.kind, 3 | 4 | 5 | 11 | 12) }
    }

    /// The packet that an error quotes. `None` for other messages and when its header is not whole.
    #[must_use]
    pub fn quoted(&self) -> Option<Quoted> {
        if !self.is_error() {
            return None;
        }
        let packet = self.body.get(4..)?;
        if self.is_v6() { quoted_v6(packet) } else { quoted_v4(packet) }
    }
}

fn quoted_v4(packet: &[u8]) -> Option<Quoted> {
    let header = Ipv4HeaderSlice::from_slice(packet).ok()?;
    let protocol = header.protocol().0;
    let first = header.fragments_offset().value() == 0;
    Some(Quoted {
        ip: ip::addresses_v4(&header),
        protocol,
        ports: ports(protocol, packet.get(header.slice().len()..)?, first),
    })
}

fn quoted_v6(packet: &[u8]) -> Option<Quoted> {
    let header = Ipv6HeaderSlice::from_slice(packet).ok()?;
    let ip = ip::addresses_v6(&header);
    let mut protocol = header.next_header().0;
    let mut view = View::whole(packet.get(header.slice().len()..)?);
    let mut first = true;
    // A quoted packet is at most a minimum MTU long, so a handful of extension headers is all there can be.
    for _ in 0..8 {
        if protocol == ip::FRAGMENT {
            let Ok((fragment, rest)) = ip::fragment_header(view) else { break };
            first = fragment.offset == 0;
            (protocol, view) = (fragment.protocol, rest);
        } else if ip::is_extension(protocol, true) {
            let Ok((next, rest)) = ip::extension(protocol, view) else { break };
            (protocol, view) = (next, rest);
        } else {
            break;
        }
        if !first {
            break;
        }
    }
    Some(Quoted { ip, protocol, ports: ports(protocol, view.data, first) })
}

fn ports(protocol: u8, transport: &[u8], first: bool) -> Option<(u16, u16)> {
    if !first || !matches!(protocol, ip::TCP | ip::UDP) {
        return None;
    }
    let &[a, b, c, d] = transport.first_chunk::<4>()?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// Reads the message behind an IP header.
pub(crate) fn message<'a>(view: View<'a>, ip: Ip, path: Path<'a>, fragments: u32) -> Result<Icmp<'a>, Cause> {
    let (&[kind, code, _, _], rest) = view.take::<4>().ok_or(Cause::TruncatedTransport)?;
    Ok(Icmp { ip, kind, code, body: rest.data, cut: rest.cut(), path, fragments })
}
