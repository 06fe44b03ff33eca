//! IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200 section 4), authentication headers (RFC 4302).
//!
//! Checksums are not looked at: with offload, a capture on the sending machine holds none that are right.
//! A length of 0 (segmentation offload; jumbograms of RFC 2675) means all that the layer below has.

use std::net::IpAddr;

use etherparse::{
    IpAuthHeaderSlice, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice, err,
};

use crate::view::View;
use crate::{Cause, Ip};

pub(crate) const HOP_BY_HOP: u8 = 0;
pub(crate) const ICMP: u8 = 1;
pub(crate) const IPV4: u8 = 4;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const IPV6: u8 = 41;
pub(crate) const ROUTING: u8 = 43;
pub(crate) const FRAGMENT: u8 = 44;
pub(crate) const GRE: u8 = 47;
pub(crate) const ESP: u8 = 50;
pub(crate) const AUTHENTICATION: u8 = 51;
pub(crate) const ICMPV6: u8 = 58;
pub(crate) const NO_NEXT_HEADER: u8 = 59;
pub(crate) const DESTINATION_OPTIONS: u8 = 60;
pub(crate) const ETHER_IP: u8 = 97;
pub(crate) const MOBILITY: u8 = 135;
pub(crate) const MPLS: u8 = 137;
pub(crate) const HIP: u8 = 139;
pub(crate) const SHIM6: u8 = 140;
pub(crate) const ETHERNET: u8 = 143;

/// An IP header was read.
#[derive(Clone, Copy)]
pub(crate) struct Network<'a> {
    pub(crate) ip: Ip,
    pub(crate) protocol: u8,
    pub(crate) payload: View<'a>,
    /// Where the payload belongs, if it is part of a larger one (IPv4 only).
    pub(crate) fragment: Option<Fragment>,
}

/// Where a fragment belongs.
#[derive(Clone, Copy)]
pub(crate) struct Fragment {
    pub(crate) id: u32,
    /// Bytes from the start of the payload.
    pub(crate) offset: usize,
    /// More fragments follow.
    pub(crate) more: bool,
    /// Of the payload when it is whole.
    pub(crate) protocol: u8,
    /// The length of the header before the payload, which counts for the 65,535 bytes of an IPv4 packet.
    pub(crate) header: usize,
}

/// Reads an IPv4 header.
pub(crate) fn v4(view: View<'_>) -> Result<Network<'_>, Cause> {
    let header = Ipv4HeaderSlice::from_slice(view.data).map_err(|error| match error {
        err::ipv4::HeaderSliceError::Len(_) => short(&view, 20),
        err::ipv4::HeaderSliceError::Content(_) => Cause::MalformedNetwork,
    })?;
    let length = header.slice().len();
    let view = match usize::from(header.total_len()) {
        0 => view,
        total if total < length => return Err(Cause::MalformedNetwork),
        total => view.limit(total),
    };
    let fragment = header.is_fragmenting_payload().then(|| Fragment {
        id: u32::from(header.identification()),
        offset: usize::from(header.fragments_offset().value()) * 8,
        more: header.more_fragments(),
        protocol: header.protocol().0,
        header: length,
    });
    let payload = view.skip(length).ok_or(Cause::TruncatedNetwork)?;
    Ok(Network { ip: addresses_v4(&header), protocol: header.protocol().0, payload, fragment })
}

/// Reads an IPv6 header, without what extends it.
pub(crate) fn v6(view: View<'_>) -> Result<Network<'_>, Cause> {
    let header = Ipv6HeaderSlice::from_slice(view.data).map_err(|error| match error {
        err::ipv6::HeaderSliceError::Len(_) => short(&view, 40),
        err::ipv6::HeaderSliceError::Content(_) => Cause::MalformedNetwork,
    })?;
    let payload = view.skip(40).ok_or(Cause::TruncatedNetwork)?;
    let payload = match usize::from(header.payload_length()) {
        0 => payload,
        length => payload.limit(length),
    };
    Ok(Network { ip: addresses_v6(&header), protocol: header.next_header().0, payload, fragment: None })
}

pub(crate) fn addresses_v4(header: &Ipv4HeaderSlice<'_>) -> Ip {
    Ip { src: IpAddr::V4(header.source_addr()), dst: IpAddr::V4(header.destination_addr()) }
}

pub(crate) fn addresses_v6(header: &Ipv6HeaderSlice<'_>) -> Ip {
    Ip { src: IpAddr::V6(header.source_addr()), dst: IpAddr::V6(header.destination_addr()) }
}

/// True for what [`extension`] skips: IPv4 knows the authentication header only.
pub(crate) const fn is_extension(protocol: u8, v6: bool) -> bool {
    match protocol {
        AUTHENTICATION => true,
        HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY | HIP | SHIM6 => v6,
        _ => false,
    }
}

/// Skips an extension header other than that of fragments; gives the protocol of what follows.
pub(crate) fn extension(protocol: u8, view: View<'_>) -> Result<(u8, View<'_>), Cause> {
    let (next, length) = if protocol == AUTHENTICATION {
        let header = IpAuthHeaderSlice::from_slice(view.data).map_err(|error| match error {
            err::ip_auth::HeaderSliceError::Len(_) => Cause::TruncatedNetwork,
            err::ip_auth::HeaderSliceError::Content(_) => Cause::MalformedNetwork,
        })?;
        (header.next_header().0, header.slice().len())
    } else {
        let header = Ipv6RawExtHeaderSlice::from_slice(view.data).map_err(|_| Cause::TruncatedNetwork)?;
        (header.next_header().0, header.slice().len())
    };
    Ok((next, view.skip(length).ok_or(Cause::TruncatedNetwork)?))
}

/// Reads the fragment header of IPv6.
pub(crate) fn fragment_header(view: View<'_>) -> Result<(Fragment, View<'_>), Cause> {
    let header = Ipv6FragmentHeaderSlice::from_slice(view.data).map_err(|_| Cause::TruncatedNetwork)?;
    let fragment = Fragment {
        id: header.identification(),
        offset: usize::from(header.fragment_offset().value()) * 8,
        more: header.more_fragments(),
        protocol: header.next_header().0,
        header: 0,
    };
    Ok((fragment, view.skip(8).ok_or(Cause::TruncatedNetwork)?))
}

/// True when the bytes are an IP packet as far as version and lengths tell. Decides whether what looks like a tunnel
/// is one.
pub(crate) fn plausible(view: &View<'_>) -> bool {
    match view.data.first().map(|byte| byte >> 4) {
        Some(4) => Ipv4HeaderSlice::from_slice(view.data).is_ok_and(|header| {
            let total = usize::from(header.total_len());
            total == 0 || (header.slice().len()..=view.wire_len()).contains(&total)
        }),
        Some(6) => Ipv6HeaderSlice::from_slice(view.data)
            .is_ok_and(|header| 40 + usize::from(header.payload_length()) <= view.wire_len()),
        _ => false,
    }
}

fn short(view: &View<'_>, needed: usize) -> Cause {
    if view.wire_len() < needed { Cause::MalformedNetwork } else { Cause::TruncatedNetwork }
}
