//! GRE (RFC 2784, 2890; with routing RFC 1701), its variant for PPTP (RFC 2637), ERSPAN types I to III, WCCP.
//!
//! ```text
//!  C R K S  checksum, routing, key, sequence number are there
//! +-+-+-+-+-+-----+-+-------+---+---------------+
//! |C|R|K|S|s|recur|A| flags |ver| protocol      |  optional: checksum+offset, key, sequence number,
//! +-+-+-+-+-+-----+-+-------+---+---------------+  acknowledgement (version 1), routes (R)
//! ```

use crate::Cause;
use crate::link;
use crate::view::View;
use crate::walk::{Next, Step};

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGEMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;

/// Reads a GRE header.
pub(crate) fn header(view: View<'_>) -> Step<'_> {
    let (flags, rest) = view.take_u16().ok_or(Cause::TruncatedTunnel)?;
    let (protocol, rest) = rest.take_u16().ok_or(Cause::TruncatedTunnel)?;
    match flags & VERSION {
        0 => version_0(flags, protocol, rest),
        1 => version_1(flags, protocol, rest),
        _ => Err(Cause::MalformedTunnel),
    }
}

fn version_0(flags: u16, protocol: u16, view: View<'_>) -> Step<'_> {
    let words = [CHECKSUM | ROUTING, KEY, SEQUENCE].iter().filter(|bits| flags & **bits != 0).count();
    let mut rest = view.skip(words * 4).ok_or(Cause::TruncatedTunnel)?;
    if flags & ROUTING != 0 {
        rest = routes(rest)?;
    }
    match protocol {
        0x88be if flags & SEQUENCE == 0 => Ok((Next::Ethernet, rest)),
        0x88be => Ok((Next::Ethernet, rest.skip(8).ok_or(Cause::TruncatedTunnel)?)),
        0x22eb => erspan_3(rest),
        0x883e => Ok((Next::Ip, redirect(rest))),
        // Wireless controllers of Aruba.
        0x8200..=0x82ff | 0x9000 => Ok((Next::Wifi, rest)),
        0x0000..0x0600 => Err(Cause::UnsupportedTunnel),
        _ => Ok((Next::EtherType(protocol), rest)),
    }
}

/// Source route entries of RFC 1701: family (2), offset, length, routes; a zero family and length end them.
fn routes(mut view: View<'_>) -> Result<View<'_>, Cause> {
    loop {
        let (&[f0, f1, _, length], rest) = view.take::<4>().ok_or(Cause::TruncatedTunnel)?;
        if [f0, f1, length] == [0; 3] {
            return Ok(rest);
        }
        view = rest.skip(usize::from(length)).ok_or(Cause::TruncatedTunnel)?;
    }
}

/// ERSPAN type III: 12 bytes, 8 more with the lowest bit of the last; the frame type tells Ethernet (0) or IP (2).
fn erspan_3(view: View<'_>) -> Step<'_> {
    let (&[_, _, _, _, _, _, _, _, _, _, kind, option], rest) =
        view.take::<12>().ok_or(Cause::TruncatedTunnel)?;
    let rest = if option & 1 != 0 { rest.skip(8).ok_or(Cause::TruncatedTunnel)? } else { rest };
    match (kind >> 2) & 0x1f {
        0 => Ok((Next::Ethernet, rest)),
        2 => Ok((Next::Ip, rest)),
        _ => Err(Cause::UnsupportedTunnel),
    }
}

/// WCCP version 2 puts a redirect header of 4 bytes before the IPv4 packet, version 1 none.
fn redirect(view: View<'_>) -> View<'_> {
    match (view.data.first(), view.skip(4)) {
        (Some(byte), Some(behind)) if byte >> 4 != 4 => behind,
        _ => view,
    }
}

/// PPTP: the key is payload length and call; without a sequence number there is no payload.
fn version_1(flags: u16, protocol: u16, view: View<'_>) -> Step<'_> {
    if protocol != 0x880b || flags & KEY == 0 {
        return Err(Cause::MalformedTunnel);
    }
    let (&[l0, l1, _, _], rest) = view.take::<4>().ok_or(Cause::TruncatedTunnel)?;
    let words = [SEQUENCE, ACKNOWLEDGEMENT].iter().filter(|bits| flags & **bits != 0).count();
    let rest = rest.skip(words * 4).ok_or(Cause::TruncatedTunnel)?;
    if flags & SEQUENCE == 0 {
        return Err(Cause::NoPayload);
    }
    Ok((Next::Ppp, rest.limit_within(usize::from(u16::from_be_bytes([l0, l1])))))
}

/// GRE in UDP (RFC 8086): the header must be one without routes and name what is known.
pub(crate) fn in_udp(view: View<'_>) -> Option<(Next, View<'_>)> {
    let &[f0, f1, p0, p1] = view.peek::<4>()?;
    let (flags, protocol) = (u16::from_be_bytes([f0, f1]), u16::from_be_bytes([p0, p1]));
    if flags & !(CHECKSUM | KEY | SEQUENCE) != 0 || !link::known(protocol) {
        return None;
    }
    let (next, inner) = version_0(flags, protocol, view.skip(4)?).ok()?;
    crate::tunnel::checks_out(next, &inner).then_some((next, inner))
}
