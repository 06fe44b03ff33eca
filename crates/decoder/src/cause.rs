//! Why a packet or a fragment gave no message: the names of the drop ledger.

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a packet was given up. Every packet that is neither analysed nor held has exactly one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// Every cause, in the order of the ledger.
            pub const ALL: [Self; Self::COUNT] = [$(Self::$variant,)*];
            /// How many causes there are.
            pub const COUNT: usize = [$($name,)*].len();

            /// The name in the ledger: lower case, words joined by `_`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

causes! {
    /// The capture's link-layer header type is none that this crate reads.
    UnsupportedLinkType = "unsupported_link_type",
    /// The frame carries something other than IP: ARP, LLDP, spanning tree, LCP, 802.11 management and the like.
    NotIp = "not_ip",
    /// The link layer is encrypted: protected 802.11 frames, MACsec with confidentiality.
    EncryptedLink = "encrypted_link",
    /// A fragment of an 802.11 frame; these are not joined.
    LinkFragment = "link_fragment",
    /// An 802.11 A-MSDU with more than one packet inside; one frame gives at most one message.
    LinkAggregate = "link_aggregate",
    /// The capture ends inside a link-layer header.
    TruncatedLink = "truncated_link",
    /// A link-layer header contradicts itself.
    MalformedLink = "malformed_link",
    /// The capture ends inside an IP header or an IPv6 extension header.
    TruncatedNetwork = "truncated_network",
    /// An IP header contradicts itself: wrong version, header longer than the packet.
    MalformedNetwork = "malformed_network",
    /// The IP payload is encrypted (ESP).
    EncryptedNetwork = "encrypted_network",
    /// More IPv6 extension headers (or IPv4 authentication headers) than `Limits::extension_headers`.
    TooManyExtensions = "too_many_extensions",
    /// The transport is none that this crate reads: SCTP, OSPF, IGMP and so on.
    UnsupportedTransport = "unsupported_transport",
    /// There is nothing behind the IP header (next header 59), or an acknowledgement of a tunnel alone.
    NoPayload = "no_payload",
    /// The capture ends inside a TCP, UDP or ICMP header.
    TruncatedTransport = "truncated_transport",
    /// A TCP or UDP header contradicts itself or the length of its IP packet.
    MalformedTransport = "malformed_transport",
    /// A tunnel header (GRE, ERSPAN, MPLS, PPPoE) carries something that this crate does not read.
    UnsupportedTunnel = "unsupported_tunnel",
    /// The capture ends inside a tunnel header.
    TruncatedTunnel = "truncated_tunnel",
    /// A tunnel header contradicts itself.
    MalformedTunnel = "malformed_tunnel",
    /// More IP headers inside each other than `Limits::tunnels` plus one.
    TunnelTooDeep = "tunnel_too_deep",
    /// More headers of all kinds in one packet than `Limits::layers`.
    TooManyLayers = "too_many_layers",
    /// The rest of the datagram did not come within the hold time.
    FragmentTimeout = "fragment_timeout",
    /// The capture ended before the rest of the datagram came.
    FragmentIncomplete = "fragment_incomplete",
    /// Offset and length point behind the 65,535 bytes that an IP packet can have.
    FragmentOverflow = "fragment_overflow",
    /// Given up to stay within the limits on sets, fragments of a set or bytes.
    FragmentLimit = "fragment_limit",
    /// The snap length cut the fragment, so that its datagram cannot become whole.
    FragmentCut = "fragment_cut",
    /// Empty, of a length that is no multiple of 8, or behind the end that the last fragment told.
    FragmentMalformed = "fragment_malformed",
    /// Fragments inside reassembled fragments more often than `Limits::joins`.
    FragmentTooDeep = "fragment_too_deep",
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Packets that were first [held](crate::Outcome::Held) and then given up, counted by cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    counts: [u64; Cause::COUNT],
    total: u64,
}

impl Dropped {
    /// True when nothing was given up.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Packets over all causes.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Packets given up for `cause`.
    #[must_use]
    pub fn get(&self, cause: Cause) -> u64 {
        self.counts.get(cause as usize).copied().unwrap_or(0)
    }

    /// The causes that occurred with their packets, in the order of [`Cause::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Cause, u64)> + '_ {
        Cause::ALL.into_iter().zip(self.counts).filter(|&(_, count)| count != 0)
    }

    pub(crate) fn add(&mut self, cause: Cause, packets: u32) {
        if let Some(count) = self.counts.get_mut(cause as usize) {
            *count += u64::from(packets);
            self.total += u64::from(packets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Dropped};

    #[test]
    fn names_are_unique_and_in_ledger_spelling() {
        let mut names: Vec<_> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Cause::COUNT);
        for (index, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, index);
        }
    }

    #[test]
    fn counts_by_cause() {
        let mut dropped = Dropped::default();
        assert!(dropped.is_empty());
        dropped.add(Cause::FragmentTimeout, 3);
        dropped.add(Cause::NotIp, 1);
        assert_eq!(dropped.get(Cause::FragmentTimeout), 3);
        assert_eq!(dropped.total(), 4);
        assert_eq!(dropped.iter().collect::<Vec<_>>(), [(Cause::NotIp, 1), (Cause::FragmentTimeout, 3)]);
    }
}
