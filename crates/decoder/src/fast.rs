//! The common case without detours: Ethernet, up to two VLAN tags, IPv4 without options or IPv6 without extension headers,
//! TCP or UDP, nothing cut, no fragment, no tunnel. Anything else is left to the general path; what is
//! not left is the same as there (a property test holds both equal).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::path::Vlans;
use crate::view::View;
use crate::{Datagram, Ip, Outcome, Path, ip, transport, tunnel};

/// Decodes an Ethernet frame, if it is such a one.
#[inline]
pub(crate) fn decode(frame: &[u8]) -> Option<Outcome<'_>> {
    let (head, mut rest) = frame.split_first_chunk::<14>()?;
    let &[.., t0, t1] = head;
    let mut kind = u16::from_be_bytes([t0, t1]);
    let mut path = Path {
        src_mac: head.get(6..)?.first_chunk(),
        dst_mac: head.first_chunk(),
        vlans: Vlans::default(),
        outers: None,
    };
    if matches!(kind, 0x8100 | 0x88a8) {
        (kind, rest) = tags(kind, rest, &mut path.vlans)?;
    }
    match kind {
        0x0800 => v4(rest, path),
        0x86dd => v6(rest, path),
        _ => None,
    }
}

fn tags<'a>(mut kind: u16, mut rest: &'a [u8], vlans: &mut Vlans) -> Option<(u16, &'a [u8])> {
    for _ in 0..2 {
        if !matches!(kind, 0x8100 | 0x88a8) {
            break;
        }
        let (&[c0, c1, t0, t1], inner) = rest.split_first_chunk::<4>()?;
        vlans.push(u16::from_be_bytes([c0, c1]));
        (kind, rest) = (u16::from_be_bytes([t0, t1]), inner);
    }
    Some((kind, rest))
}

#[inline]
fn v4<'a>(data: &'a [u8], path: Path<'a>) -> Option<Outcome<'a>> {
    let (&[version, _, l0, l1, _, _, f0, f1, _, protocol, _, _, s0, s1, s2, s3, d0, d1, d2, d3], _) =
        data.split_first_chunk::<20>()?;
    let more_or_offset = u16::from_be_bytes([f0, f1]) & 0x3fff;
    if version != 0x45 || more_or_offset != 0 {
        return None;
    }
    let payload = data.get(20..usize::from(u16::from_be_bytes([l0, l1])))?;
    let ip =
        Ip { src: IpAddr::V4(Ipv4Addr::new(s0, s1, s2, s3)), dst: IpAddr::V4(Ipv4Addr::new(d0, d1, d2, d3)) };
    message(protocol, payload, ip, path)
}

/// Out of line, so that the registers are those of IPv4.
#[inline(never)]
fn v6<'a>(data: &'a [u8], path: Path<'a>) -> Option<Outcome<'a>> {
    let (header, rest) = data.split_first_chunk::<40>()?;
    let (&[version, _, _, _, l0, l1, protocol, _], addresses) = header.split_first_chunk::<8>()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if version >> 4 != 6 || length == 0 {
        return None;
    }
    let payload = rest.get(..length)?;
    let (src, dst) = (addresses.first_chunk::<16>()?, addresses.last_chunk::<16>()?);
    let ip = Ip { src: IpAddr::V6(Ipv6Addr::from(*src)), dst: IpAddr::V6(Ipv6Addr::from(*dst)) };
    message(protocol, payload, ip, path)
}

#[inline]
fn message<'a>(protocol: u8, data: &'a [u8], ip: Ip, path: Path<'a>) -> Option<Outcome<'a>> {
    match protocol {
        ip::TCP => {
            let header = data.first_chunk::<20>()?;
            let length = transport::tcp_header_len(header);
            if length < 20 {
                return None;
            }
            let payload = View::whole(data.get(length..)?);
            Some(Outcome::Tcp(transport::segment(header, payload, ip, path, 0)))
        }
        ip::UDP => {
            let &[s0, s1, d0, d1, l0, l1, _, _] = data.first_chunk::<8>()?;
            let (src_port, dst_port) = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
            if tunnel::is_candidate(src_port, dst_port) {
                return None;
            }
            let payload = data.get(8..usize::from(u16::from_be_bytes([l0, l1])))?;
            Some(Outcome::Udp(Datagram { ip, src_port, dst_port, payload, cut: 0, path, fragments: 0 }))
        }
        _ => None,
    }
}
