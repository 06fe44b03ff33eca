//! Link layers: Ethernet and what an Ethernet type can name, 802.2, "cooked" captures, loopback.

use packetbeat_core::packet::LinkType;

use crate::view::View;
use crate::walk::{Next, Step, Trail};
use crate::{Cause, ip, ppp};

/// Below this, the type field of Ethernet is a length (IEEE 802.3 section 3.2.6).
const FIRST_ETHER_TYPE: u16 = 0x0600;

/// Link types of which there are few captures (<https://www.tcpdump.org/linktypes.html>).
const FDDI: LinkType = LinkType(10);
const CISCO_HDLC: LinkType = LinkType(104);
const SOLARIS_IPNET: LinkType = LinkType(226);
const NFLOG: LinkType = LinkType(239);
const IP_OVER_INFINIBAND: LinkType = LinkType(242);

/// What a frame of a capture begins with, behind the header of the capture format, if it has one.
pub(crate) fn first<'a>(link: LinkType, view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    match link {
        LinkType::ETHERNET => Ok((Next::Ethernet, view)),
        LinkType::LINUX_SLL => cooked(view, trail),
        LinkType::LINUX_SLL2 => cooked2(view, trail),
        LinkType::NULL => loopback(view, true),
        LinkType::LOOP => loopback(view, false),
        LinkType::RAW | LinkType::RAW_12 | LinkType::RAW_14 => Ok((Next::Ip, view)),
        LinkType::IPV4 => Ok((Next::Ipv4, view)),
        LinkType::IPV6 => Ok((Next::Ipv6, view)),
        LinkType::PPP | LinkType::PPP_HDLC => ppp::serial(view),
        LinkType::IEEE802_11 => Ok((Next::Wifi, view)),
        LinkType::IEEE802_11_RADIOTAP => crate::wifi::radiotap(view),
        CISCO_HDLC => ppp::cisco(view),
        FDDI => fddi(view),
        SOLARIS_IPNET => ipnet(view),
        NFLOG => nflog(view),
        IP_OVER_INFINIBAND => {
            let (kind, rest) = view.skip(40).and_then(View::take_u16).ok_or(Cause::TruncatedLink)?;
            Ok((Next::EtherType(kind), rest.skip(2).ok_or(Cause::TruncatedLink)?))
        }
        _ => Err(Cause::UnsupportedLinkType),
    }
}

/// Ethernet II or IEEE 802.3, without preamble and check sequence.
#[inline]
pub(crate) fn ethernet<'a>(view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    let (dst, rest) = view.take().ok_or(Cause::TruncatedLink)?;
    let (src, rest) = rest.take().ok_or(Cause::TruncatedLink)?;
    let (field, rest) = rest.take_u16().ok_or(Cause::TruncatedLink)?;
    (trail.dst_mac, trail.src_mac) = (Some(dst), Some(src));
    Ok(type_or_length(field, rest))
}

/// A type, or the length of an 802.2 frame, behind which there is padding.
fn type_or_length(field: u16, rest: View<'_>) -> (Next, View<'_>) {
    if field < FIRST_ETHER_TYPE {
        (Next::Llc, rest.limit_within(usize::from(field)))
    } else {
        (Next::EtherType(field), rest)
    }
}

/// Reads what an Ethernet type names.
pub(crate) fn ether_type<'a>(kind: u16, view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    match kind {
        0x0800 => Ok((Next::Ipv4, view)),
        0x86dd => Ok((Next::Ipv6, view)),
        // 802.1Q, 802.1ad and its two predecessors.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
            let (control, rest) = view.take_u16().ok_or(Cause::TruncatedLink)?;
            let (field, rest) = rest.take_u16().ok_or(Cause::TruncatedLink)?;
            trail.vlans.push(control);
            Ok(type_or_length(field, rest))
        }
        0x8847 | 0x8848 => Ok((Next::Mpls, view)),
        0x8864 => ppp::over_ethernet(view),
        0x880b => Ok((Next::Ppp, view)),
        // Transparent Ethernet bridging (RFC 1701).
        0x6558 => Ok((Next::Ethernet, view)),
        0x894f => service_header(view),
        // Cisco FabricPath: tag and hop limit, then the frame that it carries.
        0x8903 => Ok((Next::Ethernet, view.skip(2).ok_or(Cause::TruncatedLink)?)),
        // VN-Tag: 4 bytes; E-Tag of IEEE 802.1BR and Cisco's metadata: 6.
        0x8926 => tag(view, 4),
        0x893f | 0x8909 => tag(view, 6),
        0x88e5 => mac_security(view),
        _ => Err(Cause::NotIp),
    }
}

/// True for types that [`ether_type`] follows, and for ARP: what the inside of a tunnel may be.
pub(crate) const fn known(kind: u16) -> bool {
    matches!(
        kind,
        0x0800
            | 0x0806
            | 0x86dd
            | 0x8100
            | 0x88a8
            | 0x9100
            | 0x8847
            | 0x8848
            | 0x8863
            | 0x8864
            | 0x6558
            | 0x894f
    )
}

/// IEEE 802.2 with or without SNAP (RFC 1042; the OUI 0000f8 is 802.1H).
pub(crate) fn llc(view: View<'_>) -> Step<'_> {
    let (&head, rest) = view.take::<3>().ok_or(Cause::TruncatedLink)?;
    match head {
        [0xaa | 0xab, 0xaa | 0xab, 0x03] => {
            let (&oui, rest) = rest.take::<3>().ok_or(Cause::TruncatedLink)?;
            let (kind, rest) = rest.take_u16().ok_or(Cause::TruncatedLink)?;
            if kind >= FIRST_ETHER_TYPE && matches!(oui, [0, 0, 0 | 0xf8]) {
                Ok((Next::EtherType(kind), rest))
            } else {
                Err(Cause::NotIp)
            }
        }
        [0x06, 0x06, 0x03] => Ok((Next::Ip, rest)),
        _ => Err(Cause::NotIp),
    }
}

/// The protocol field of "cooked" headers: an Ethernet type, or one of Linux's numbers below these.
fn cooked_protocol(protocol: u16, view: View<'_>) -> Step<'_> {
    match protocol {
        0x0004 => Ok((Next::Llc, view)),
        0..FIRST_ETHER_TYPE => Err(Cause::NotIp),
        _ => Ok((Next::EtherType(protocol), view)),
    }
}

/// Linux "cooked" capture: packet type, ARP hardware type, address length, address (8 bytes), protocol.
fn cooked<'a>(view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    let (head, rest) = view.take::<16>().ok_or(Cause::TruncatedLink)?;
    let &[_, _, _, _, l0, l1, .., p0, p1] = head;
    if u16::from_be_bytes([l0, l1]) == 6 {
        trail.src_mac = head.get(6..).and_then(<[u8]>::first_chunk);
    }
    cooked_protocol(u16::from_be_bytes([p0, p1]), rest)
}

/// The second version: protocol, reserved, interface index, ARP hardware type, packet type, address length, address.
fn cooked2<'a>(view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    let (head, rest) = view.take::<20>().ok_or(Cause::TruncatedLink)?;
    let &[p0, p1, _, _, _, _, _, _, _, _, _, length, ..] = head;
    if length == 6 {
        trail.src_mac = head.get(12..).and_then(<[u8]>::first_chunk);
    }
    cooked_protocol(u16::from_be_bytes([p0, p1]), rest)
}

/// BSD loopback: an address family. AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30.
fn loopback(view: View<'_>, either_order: bool) -> Step<'_> {
    let (&bytes, rest) = view.take::<4>().ok_or(Cause::TruncatedLink)?;
    let family = match u32::from_be_bytes(bytes) {
        family if either_order && family > 0xffff => family.swap_bytes(),
        family => family,
    };
    match family {
        2 => Ok((Next::Ipv4, rest)),
        10 | 24 | 28 | 30 => Ok((Next::Ipv6, rest)),
        _ => Err(Cause::NotIp),
    }
}

/// FDDI: frame control (LLC frames are 01xx0xxx), two addresses, whose bit order depends on the system that captured.
fn fddi(view: View<'_>) -> Step<'_> {
    let (&[control, ..], rest) = view.take::<13>().ok_or(Cause::TruncatedLink)?;
    if control & 0xc8 == 0x40 { Ok((Next::Llc, rest)) } else { Err(Cause::NotIp) }
}

/// Solaris: version, family (2 is IPv4, 26 IPv6), 22 bytes about zones and interfaces.
fn ipnet(view: View<'_>) -> Step<'_> {
    let (&[_, family, ..], rest) = view.take::<24>().ok_or(Cause::TruncatedLink)?;
    match family {
        2 => Ok((Next::Ipv4, rest)),
        26 => Ok((Next::Ipv6, rest)),
        _ => Err(Cause::NotIp),
    }
}

/// Linux netfilter log: family, version, resource; then fields of length (its own 4 bytes included), type and value, in
/// the byte order of the capturing machine, aligned to 4. The packet is the value of type 9.
fn nflog(view: View<'_>) -> Step<'_> {
    let (&[_, version, _, _], mut view) = view.take::<4>().ok_or(Cause::TruncatedLink)?;
    if version != 0 {
        return Err(Cause::MalformedLink);
    }
    loop {
        let (&[l0, l1, t0, t1], rest) = view.take::<4>().ok_or(Cause::TruncatedLink)?;
        let (length, kind) = match [t0, t1] {
            [0, low] => (u16::from_be_bytes([l0, l1]), low),
            [low, 0] => (u16::from_le_bytes([l0, l1]), low),
            _ => return Err(Cause::MalformedLink),
        };
        let value = usize::from(length).checked_sub(4).ok_or(Cause::MalformedLink)?;
        if kind == 9 {
            return Ok((Next::Ip, rest.limit_within(value)));
        }
        view = rest.skip(value.next_multiple_of(4)).ok_or(Cause::TruncatedLink)?;
    }
}

/// An MPLS label stack (RFC 3032). Nothing in it tells what follows: IP when version and lengths look so; a pseudowire
/// with control word when the first four bits are 0 (RFC 4385), its channel for maintenance when they
/// are 1; else Ethernet without a control word.
pub(crate) fn mpls(view: View<'_>) -> Step<'_> {
    let mut view = view;
    loop {
        let (&[_, _, label_end, _], rest) = view.take::<4>().ok_or(Cause::TruncatedTunnel)?;
        view = rest;
        if label_end & 1 != 0 {
            break;
        }
    }
    if ip::plausible(&view) {
        return Ok((Next::Ip, view));
    }
    match view.data.first().map(|byte| byte >> 4) {
        None => Err(Cause::TruncatedTunnel),
        Some(0) if is_ethernet(&View { data: view.data.get(4..).unwrap_or_default(), ..view }) => {
            Ok((Next::Ethernet, view.skip(4).ok_or(Cause::TruncatedTunnel)?))
        }
        Some(_) if is_ethernet(&view) => Ok((Next::Ethernet, view)),
        Some(4 | 6) => Ok((Next::Ip, view)),
        Some(_) => Err(Cause::UnsupportedTunnel),
    }
}

/// True when an Ethernet header with a type that is known stands there.
pub(crate) fn is_ethernet(view: &View<'_>) -> bool {
    view.peek::<14>().is_some_and(|&[.., t0, t1]| {
        let kind = u16::from_be_bytes([t0, t1]);
        known(kind) || (kind < FIRST_ETHER_TYPE && usize::from(kind) + 14 <= view.wire_len())
    })
}

/// Network service header (RFC 8300).
pub(crate) fn service_header(view: View<'_>) -> Step<'_> {
    let &[version, length, _, protocol] = view.peek::<4>().ok_or(Cause::TruncatedTunnel)?;
    let words = usize::from(length & 0x3f);
    if version >> 6 != 0 || words < 2 {
        return Err(Cause::MalformedTunnel);
    }
    let rest = view.skip(words * 4).ok_or(Cause::TruncatedTunnel)?;
    match protocol {
        1 => Ok((Next::Ipv4, rest)),
        2 => Ok((Next::Ipv6, rest)),
        3 => Ok((Next::Ethernet, rest)),
        5 => Ok((Next::Mpls, rest)),
        _ => Err(Cause::UnsupportedTunnel),
    }
}

/// A tag of `length` bytes about the port of a switch, and the type of what follows.
fn tag(view: View<'_>, length: usize) -> Step<'_> {
    let (kind, rest) = view.skip(length).and_then(View::take_u16).ok_or(Cause::TruncatedLink)?;
    Ok(type_or_length(kind, rest))
}

/// IEEE 802.1AE: only frames that are neither encrypted nor changed can be read.
fn mac_security(view: View<'_>) -> Step<'_> {
    let (&[control, ..], rest) = view.take::<6>().ok_or(Cause::TruncatedLink)?;
    const ENCRYPTED_OR_CHANGED: u8 = 0x0c;
    const HAS_CHANNEL: u8 = 0x20;
    if control & ENCRYPTED_OR_CHANGED != 0 {
        return Err(Cause::EncryptedLink);
    }
    let rest = if control & HAS_CHANNEL != 0 { rest.skip(8).ok_or(Cause::TruncatedLink)? } else { rest };
    let (kind, rest) = rest.take_u16().ok_or(Cause::TruncatedLink)?;
    Ok(type_or_length(kind, rest))
}
