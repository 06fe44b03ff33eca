//! What hostile packets cannot exceed.

use std::time::Duration;

/// The bounds of a [`Decoder`](crate::Decoder). Every number that the wire can grow meets one of these.
///
/// | limit | default | beyond it |
/// |---|---|---|
/// | `tunnels` | 4 | the packet is dropped as `tunnel_too_deep` |
/// | `layers` | 32 | the packet is dropped as `too_many_layers` |
/// | `extension_headers` | 16 | the packet is dropped as `too_many_extensions` |
/// | `joins` | 2 | the packet is dropped as `fragment_too_deep` |
/// | `fragment_sets` | 4,096 | the datagram nearest to its deadline is dropped as `fragment_limit` |
/// | `fragments_per_set` | 512 | the datagram and the packet are dropped as `fragment_limit` |
/// | `fragment_bytes` | 8 MiB | datagrams nearest to their deadline are dropped as `fragment_limit` |
/// | `fragment_hold_v4` | 30 s | the datagram is dropped as `fragment_timeout` |
/// | `fragment_hold_v6` | 60 s | the datagram is dropped as `fragment_timeout` |
///
/// A datagram has at most 65,535 bytes by the protocol itself (`fragment_overflow`); GRE source routes, GTP-U
/// and MPLS stacks are bounded by the packet, as each of their elements takes at least 4 bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// IP headers around the innermost one; 0 to [`Limits::MAX_TUNNELS`], larger values count as that.
    pub tunnels: u8,
    /// Headers of all kinds in one packet (an MPLS stack counts as one); fewer than [`Limits::MIN_LAYERS`] count
    /// as that.
    pub layers: u8,
    /// IPv6 extension headers and authentication headers behind one IP header.
    pub extension_headers: u8,
    /// How often a packet may turn out to be the last fragment of a datagram that is a fragment itself;
    /// 0 to [`Limits::MAX_JOINS`].
    pub joins: u8,
    /// Incomplete datagrams at a time. At least 1.
    pub fragment_sets: usize,
    /// Fragments of one datagram, duplicates included.
    pub fragments_per_set: u32,
    /// Bytes held over all incomplete datagrams: payload plus a fixed sum for each fragment and datagram.
    pub fragment_bytes: usize,
    /// Packet time from the first fragment of an IPv4 datagram that was seen to its last. RFC 791 speaks of
    /// 15 s and more, RFC 1122 of 60 s; 30 s is what Linux keeps, and makes a join across a wrapped
    /// 16-bit identification (RFC 4963) less likely.
    pub fragment_hold_v4: Duration,
    /// The same for IPv6: RFC 8200 section 4.5.
    pub fragment_hold_v6: Duration,
}

impl Limits {
    /// The largest `tunnels`.
    pub const MAX_TUNNELS: u8 = 8;
    /// The smallest `layers`: what a frame with two VLAN tags has, and a little more.
    pub const MIN_LAYERS: u8 = 8;
    /// The largest `joins`.
    pub const MAX_JOINS: u8 = 2;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tunnels: 4,
            layers: 32,
            extension_headers: 16,
            joins: 2,
            fragment_sets: 4096,
            fragments_per_set: 512,
            fragment_bytes: 8 << 20,
            fragment_hold_v4: Duration::from_secs(30),
            fragment_hold_v6: Duration::from_secs(60),
        }
    }
}
