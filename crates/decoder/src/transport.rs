//! TCP and UDP headers.
//!
//! Options of TCP are skipped: what the analysis needs of them, nothing yet. A header whose options were cut by the
//! snap length still gives ports, numbers and flags, which is why the strict header reader of the library is
//! not used for TCP.

use etherparse::UdpHeaderSlice;

use crate::view::View;
use crate::{Cause, Ip, Path, Segment, TcpFlags};

/// Reads a TCP segment from an IP payload.
pub(crate) fn tcp<'a>(view: View<'a>, ip: Ip, path: Path<'a>, fragments: u32) -> Result<Segment<'a>, Cause> {
    let header = view.peek::<20>().ok_or(short(&view, 20))?;
    let payload = view.skip_wire(tcp_header_len(header)).ok_or(Cause::MalformedTransport)?;
    if tcp_header_len(header) < 20 {
        return Err(Cause::MalformedTransport);
    }
    Ok(segment(header, payload, ip, path, fragments))
}

/// Data offset in bytes (RFC 9293 section 3.1).
#[inline]
pub(crate) const fn tcp_header_len(&[_, _, _, _, _, _, _, _, _, _, _, _, offset, ..]: &[u8; 20]) -> usize {
    (offset >> 4) as usize * 4
}

/// Makes a segment of a checked header.
#[inline]
pub(crate) fn segment<'a>(
    header: &[u8; 20],
    payload: View<'a>,
    ip: Ip,
    path: Path<'a>,
    fragments: u32,
) -> Segment<'a> {
    let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, _, flags, w0, w1, _, _, _, _] = header;
    Segment {
        ip,
        src_port: u16::from_be_bytes([s0, s1]),
        dst_port: u16::from_be_bytes([d0, d1]),
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: TcpFlags(flags),
        window: u16::from_be_bytes([w0, w1]),
        payload: payload.data,
        cut: payload.cut(),
        path,
        fragments,
    }
}

/// A UDP header and its payload.
#[derive(Clone, Copy)]
pub(crate) struct Udp<'a> {
    pub(crate) src_port: u16,
    pub(crate) dst_port: u16,
    pub(crate) payload: View<'a>,
}

/// Reads a UDP header from an IP payload. Length 0 (offload of segmentation, jumbograms of RFC 2675) and lengths beyond
/// the IP payload mean all of it.
pub(crate) fn udp(view: View<'_>) -> Result<Udp<'_>, Cause> {
    let header = UdpHeaderSlice::from_slice(view.data).map_err(|_| short(&view, 8))?;
    let view = match usize::from(header.length()) {
        0 => view,
        1..8 => return Err(Cause::MalformedTransport),
        length => view.limit_within(length),
    };
    let payload = view.skip(8).ok_or(Cause::TruncatedTransport)?;
    Ok(Udp { src_port: header.source_port(), dst_port: header.destination_port(), payload })
}

/// A packet with fewer than `needed` bytes was cut, or never had them.
fn short(view: &View<'_>, needed: usize) -> Cause {
    if view.wire_len() < needed { Cause::MalformedTransport } else { Cause::TruncatedTransport }
}
