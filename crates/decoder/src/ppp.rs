//! PPP (RFC 1661), in HDLC-like framing (RFC 1662), over Ethernet (RFC 2516).

use crate::Cause;
use crate::view::View;
use crate::walk::{Next, Step};

/// A frame of a PPP capture: address and control may be there or not; other addresses are those of Cisco HDLC, whose
/// protocol field is an Ethernet type.
pub(crate) fn serial(view: View<'_>) -> Step<'_> {
    match view.peek::<2>() {
        Some([0x0f | 0x8f, 0x00]) => cisco(view),
        _ => frame(view),
    }
}

/// Cisco HDLC: address, control, Ethernet type.
pub(crate) fn cisco(view: View<'_>) -> Step<'_> {
    let (kind, rest) = view.skip(2).and_then(View::take_u16).ok_or(Cause::TruncatedLink)?;
    Ok((Next::EtherType(kind), rest))
}

/// A PPP frame; address and control are skipped where they stand, the protocol field may be compressed to one byte.
pub(crate) fn frame(view: View<'_>) -> Step<'_> {
    let view = match view.peek::<2>() {
        Some([0xff, 0x03]) => view.skip(2).ok_or(Cause::TruncatedLink)?,
        _ => view,
    };
    let (&[first], rest) = view.take::<1>().ok_or(Cause::TruncatedLink)?;
    let (protocol, rest) = if first & 1 != 0 {
        (u16::from(first), rest)
    } else {
        view.take_u16().ok_or(Cause::TruncatedLink)?
    };
    match protocol {
        0x0021 => Ok((Next::Ipv4, rest)),
        0x0057 => Ok((Next::Ipv6, rest)),
        0x0281 | 0x0283 => Ok((Next::Mpls, rest)),
        _ => Err(Cause::NotIp),
    }
}

/// A PPPoE session packet: version and type 1, code 0, session, length of the PPP frame. Padding follows that.
pub(crate) fn over_ethernet(view: View<'_>) -> Step<'_> {
    let (&[version, code, _, _, l0, l1], rest) = view.take::<6>().ok_or(Cause::TruncatedTunnel)?;
    if version != 0x11 || code != 0 {
        return Err(Cause::MalformedTunnel);
    }
    Ok((Next::Ppp, rest.limit_within(usize::from(u16::from_be_bytes([l0, l1])))))
}
