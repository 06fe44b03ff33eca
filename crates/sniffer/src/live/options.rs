//! What to capture from, and how.

use std::time::Duration;

use crate::MAX_PACKET;

/// How packets come from an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LiveKind {
    /// Through libpcap: on every platform, one reader.
    #[default]
    Pcap,
    /// From rings that are shared with the Linux kernel: several readers, nothing is copied.
    AfPacket,
}

/// One interface to capture from. The defaults are Packetbeat's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveOptions {
    /// Name, number in the list of [`devices`](crate::devices), `any`, `default_route`, `default_route_ipv4` or
    /// `default_route_ipv6`.
    pub device: String,
    /// How packets come.
    pub kind: LiveKind,
    /// Most bytes to capture of a packet. 65,535, the usual value, and more mean whole packets, also those that the
    /// kernel hands to the network card in one piece for it to cut (TSO, GRO, BIG TCP), which can be longer.
    pub snaplen: u32,
    /// Bytes that the kernel may keep for us, for the interface; divided among its rings. Each has 2 MiB or more.
    pub buffer_bytes: usize,
    /// Whether the card passes on what is for others. The kernel takes it back when the capture ends, however it ends.
    /// Has no meaning for `any`.
    pub promiscuous: bool,
    /// Which packets are wanted, as for tcpdump (`pcap-filter(7)`); none or empty: all.
    pub filter: Option<String>,
    /// A group of rings that several processes with the same number and interface share, for [`LiveKind::AfPacket`].
    /// None: a group of our own, if there are several rings.
    pub fanout_group: Option<u16>,
    /// How often to ask where the default route leads, for devices of that name: 1 s or longer. None: when the
    /// interface is gone alone.
    pub poll_default_route: Option<Duration>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            device: "any".to_owned(),
            kind: LiveKind::Pcap,
            snaplen: 65_535,
            buffer_bytes: 24 << 20,
            promiscuous: false,
            filter: None,
            fanout_group: None,
            poll_default_route: None,
        }
    }
}

/// Bytes of a VLAN tag, which is put back into the packet.
pub(crate) const VLAN_TAG: u32 = 4;

impl LiveOptions {
    /// Bytes that are captured of a packet at most. With its tag it is not longer than [`MAX_PACKET`].
    pub(crate) fn captured(&self) -> u32 {
        let whole = MAX_PACKET - VLAN_TAG;
        if self.snaplen == 0 || self.snaplen >= 65_535 { whole } else { self.snaplen }
    }

    /// The filter's text, trimmed; none if there is nothing in it.
    pub(crate) fn filter_text(&self) -> Option<&str> {
        self.filter.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_snap_length_is_no_limit() {
        let captured = |snaplen| LiveOptions { snaplen, ..LiveOptions::default() }.captured();
        assert_eq!([0, 65_535, u32::MAX].map(captured), [262_140; 3]);
        assert_eq!([1, 96, 65_534].map(captured), [1, 96, 65_534]);
    }

    #[test]
    fn an_empty_filter_is_none() {
        let options = |text: &str| LiveOptions { filter: Some(text.to_owned()), ..LiveOptions::default() };
        assert_eq!(options(" ").filter_text(), None);
        assert_eq!(options(" tcp ").filter_text(), Some("tcp"));
    }
}
