//! Tunnels in UDP: VXLAN (RFC 7348) and its generic variant, Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC
//! 4380), GRE (RFC 8086).
//!
//! A port alone makes no tunnel: header and the start of what is inside must check out, else it is a plain datagram.

use crate::transport::Udp;
use crate::view::View;
use crate::walk::Next;
use crate::{gre, ip, link};

const TEREDO: u16 = 3544;
const GTP_U: u16 = 2152;
const VXLAN: u16 = 4789;
const VXLAN_GPE: u16 = 4790;
/// Linux's before there was an assigned port; also that of OTV.
const VXLAN_LINUX: u16 = 8472;
const GENEVE: u16 = 6081;
const GRE_IN_UDP: u16 = 4754;

/// True when one of the ports can be that of a tunnel.
#[inline]
pub(crate) fn is_candidate(src_port: u16, dst_port: u16) -> bool {
    // One question keeps most ports away from the seven.
    let is_near = |port: u16| port.wrapping_sub(GTP_U) <= VXLAN_LINUX - GTP_U;
    (is_near(src_port) && is_port(src_port)) || (is_near(dst_port) && is_port(dst_port))
}

#[inline]
const fn is_port(port: u16) -> bool {
    matches!(port, TEREDO | GTP_U | VXLAN | VXLAN_GPE | VXLAN_LINUX | GENEVE | GRE_IN_UDP)
}

/// What is inside the datagram, when it is a tunnel's. The destination port goes first: by the book the source port of most
/// tunnels is a hash of the inner flow, yet some answer from their port.
pub(crate) fn inside<'a>(udp: &Udp<'a>) -> Option<(Next, View<'a>)> {
    by_port(udp.dst_port, udp.payload).or_else(|| by_port(udp.src_port, udp.payload))
}

fn by_port(port: u16, payload: View<'_>) -> Option<(Next, View<'_>)> {
    let (next, inner) = match port {
        VXLAN | VXLAN_LINUX | VXLAN_GPE => vxlan(payload)?,
        GENEVE => geneve(payload)?,
        GRE_IN_UDP => gre::in_udp(payload)?,
        GTP_U => gtp_u(payload)?,
        TEREDO => teredo(payload)?,
        _ => return None,
    };
    checks_out(next, &inner).then_some((next, inner))
}

/// True when the bytes look like what they are said to be.
pub(crate) fn checks_out(next: Next, view: &View<'_>) -> bool {
    let version = view.data.first().map(|byte| byte >> 4);
    match next {
        Next::Ethernet => link::is_ethernet(view),
        Next::Ipv4 => version == Some(4) && ip::plausible(view),
        Next::Ipv6 => version == Some(6) && ip::plausible(view),
        Next::Ip => ip::plausible(view),
        Next::EtherType(0x0800) => checks_out(Next::Ipv4, view),
        Next::EtherType(0x86dd) => checks_out(Next::Ipv6, view),
        Next::EtherType(kind) => link::known(kind),
        _ => true,
    }
}

/// Flags (the valid bit 08, the highest that of group policy), group, network (3 bytes), reserved.
fn vxlan(view: View<'_>) -> Option<(Next, View<'_>)> {
    const VALID: u8 = 0x08;
    const VALID_WITH_GROUP_POLICY: u8 = 0x88;
    const NEXT_PROTOCOL: u8 = 0x04;
    let (&[flags, a, b, c, _, _, _, reserved], rest) = view.take::<8>()?;
    if flags & VALID == 0 || reserved != 0 {
        return None;
    }
    match flags {
        _ if flags & 0xf0 == 0 && flags & NEXT_PROTOCOL != 0 && [a, b] == [0; 2] => vxlan_next(c, rest),
        VALID if [a, b, c] == [0; 3] => Some((Next::Ethernet, rest)),
        VALID_WITH_GROUP_POLICY => Some((Next::Ethernet, rest)),
        _ => None,
    }
}

/// The generic variant (VXLAN-GPE) tells in the fourth byte what follows; some send it to VXLAN's own port.
fn vxlan_next(protocol: u8, rest: View<'_>) -> Option<(Next, View<'_>)> {
    match protocol {
        1 => Some((Next::Ipv4, rest)),
        2 => Some((Next::Ipv6, rest)),
        3 => Some((Next::Ethernet, rest)),
        4 => link::service_header(rest).ok(),
        _ => None,
    }
}

/// Version (2 bits, 0) and length of the options in words, flags, Ethernet type, network (3 bytes), reserved, options.
fn geneve(view: View<'_>) -> Option<(Next, View<'_>)> {
    let (&[length, flags, p0, p1, _, _, _, reserved], rest) = view.take::<8>()?;
    let kind = u16::from_be_bytes([p0, p1]);
    if length >> 6 != 0 || flags & 0x3f != 0 || reserved != 0 || !link::known(kind) {
        return None;
    }
    let inner = rest.skip(usize::from(length & 0x3f) * 4)?;
    match kind {
        0x6558 => Some((Next::Ethernet, inner)),
        _ => Some((Next::EtherType(kind), inner)),
    }
}

/// Version 1, protocol type 1; message type 255 (user data); length of what follows the first 8 bytes; tunnel. With any of
/// the bits E, S, PN: sequence number, N-PDU number and the type of the first extension header. Signalling
/// (echo, end marker, ...) is left to be a plain datagram.
fn gtp_u(view: View<'_>) -> Option<(Next, View<'_>)> {
    const VERSION_1_GTP: u8 = 0x30;
    const USER_DATA: u8 = 0xff;
    let (&[flags, kind, l0, l1, _, _, _, _], rest) = view.take::<8>()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if flags & 0xf8 != VERSION_1_GTP || kind != USER_DATA || length > rest.wire_len() {
        return None;
    }
    let mut rest = rest.limit(length);
    if flags & 0x07 != 0 {
        let (&[_, _, _, mut extension], behind) = rest.take::<4>()?;
        rest = behind;
        // Each extension takes at least 4 bytes of the datagram: length in words, content, type of the next.
        while extension != 0 && flags & 0x04 != 0 {
            let words = usize::from(*rest.data.first()?);
            extension = *rest.data.get((words * 4).checked_sub(1)?)?;
            rest = rest.skip(words * 4)?;
        }
    }
    Some((Next::Ip, rest))
}

/// Authentication (0001: lengths of client and value, both, nonce of 8, confirmation) and origin (0000: port, address)
/// may precede the IPv6 packet.
fn teredo(view: View<'_>) -> Option<(Next, View<'_>)> {
    let mut view = view;
    if let Some(&[0, 1, client, value]) = view.peek::<4>() {
        view = view.skip(4 + usize::from(client) + usize::from(value) + 9)?;
    }
    if let Some([0, 0]) = view.peek::<2>() {
        view = view.skip(8)?;
    }
    Some((Next::Ipv6, view))
}
