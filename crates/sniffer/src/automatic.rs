//! The filter that follows from the configured protocols.

use std::fmt::Write;

/// The ports of one protocol.
#[derive(Clone, Copy, Debug)]
pub struct Ports<'p> {
    /// Whether the protocol speaks TCP.
    pub tcp: bool,
    /// Whether the protocol speaks UDP.
    pub udp: bool,
    /// Its ports.
    pub ports: &'p [u16],
}

/// The text of a filter that wants the traffic of the given protocols, in their order: `tcp port 80 or udp port 53 or
/// port 5060 or icmp or icmp6`. Empty, which wants everything, if there is neither a port nor ICMP. Packetbeat uses it
/// where flows are off and `bpf_filter` is empty.
pub fn automatic_filter<'p>(protocols: impl IntoIterator<Item = Ports<'p>>, icmp: bool) -> String {
    let mut text = String::new();
    for Ports { tcp, udp, ports } in protocols {
        let transport = match (tcp, udp) {
            (true, true) => "",
            (true, false) => "tcp ",
            (false, true) => "udp ",
            (false, false) => continue,
        };
        for port in ports {
            separate(&mut text);
            // Writing to a string cannot fail.
            let _ = write!(text, "{transport}port {port}");
        }
    }
    if icmp {
        separate(&mut text);
        text.push_str("icmp or icmp6");
    }
    text
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push_str(" or ");
    }
}

/// A filter that wants the same packets also behind one VLAN tag: `X or (vlan and (X))`. `vlan` moves what stands behind
/// it by the length of the tag, so it must come last. An empty filter stays empty: it wants those packets anyway.
#[must_use]
pub fn with_vlans(filter: &str) -> String {
    let filter = filter.trim();
    if filter.is_empty() { String::new() } else { format!("{filter} or (vlan and ({filter}))") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, LinkType, Packet};

    const PROTOCOLS: [Ports<'_>; 4] = [
        Ports { tcp: true, udp: false, ports: &[80, 8080] },
        Ports { tcp: true, udp: true, ports: &[53] },
        Ports { tcp: false, udp: true, ports: &[67] },
        Ports { tcp: false, udp: false, ports: &[1] },
    ];

    #[test]
    fn texts_are_packetbeats() {
        let all = "tcp port 80 or tcp port 8080 or port 53 or udp port 67";
        assert_eq!(automatic_filter(PROTOCOLS, false), all);
        assert_eq!(automatic_filter(PROTOCOLS, true), format!("{all} or icmp or icmp6"));
        assert_eq!(automatic_filter([], true), "icmp or icmp6");
        assert_eq!(automatic_filter([], false), "");
        assert_eq!(with_vlans("udp port 53"), "udp port 53 or (vlan and (udp port 53))");
        assert_eq!(with_vlans(" "), "");
    }

    #[test]
    fn a_vlan_tag_is_seen_through_if_asked_for() {
        let mut plain = vec![0; 12];
        plain.extend([8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
        plain.extend([0, 67, 0, 68, 0, 8, 0, 0]);
        let mut tagged = plain.clone();
        tagged.splice(12..12, [0x81, 0, 0, 5]);
        let wants = |text: &str, data: &[u8]| {
            let packet = Packet { number: 1, nanos: 0, link: LinkType::ETHERNET, wire_len: 60, data };
            Filter::compile(text, LinkType::ETHERNET).unwrap().wants(&packet)
        };
        let text = automatic_filter(PROTOCOLS, true);
        assert!(wants(&text, &plain) && !wants(&text, &tagged));
        let text = with_vlans(&text);
        assert!(wants(&text, &plain) && wants(&text, &tagged));
        // `and` and `or` bind alike, from the left: a filter of several parts needs no parentheses in front.
        let text = with_vlans("tcp or udp and port 99");
        assert!(!wants(&text, &plain) && !wants(&text, &tagged));
    }
}
