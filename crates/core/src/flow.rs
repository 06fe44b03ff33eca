//! Whose conversation it is: the two endpoints and what follows from them.

use std::cell::OnceCell;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// Transport protocol of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp,
    /// UDP (RFC 768).
    Udp,
}

impl Transport {
    /// IANA protocol number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
        }
    }

    /// ECS `network.transport`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// One end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Endpoint {
    /// Address; an IPv4-mapped IPv6 address stays what it is.
    pub ip: IpAddr,
    /// Port.
    pub port: u16,
}

/// ECS `network.direction`, seen from the capturing host or its networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// To this host.
    Ingress,
    /// From this host.
    Egress,
    /// Within the internal networks.
    Internal,
    /// Into the internal networks.
    Inbound,
    /// Out of the internal networks.
    Outbound,
    /// Neither end is internal.
    External,
    /// Nothing is known of the networks.
    #[default]
    Unknown,
}

impl Direction {
    /// The value of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
            Self::Internal => "internal",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::External => "external",
            Self::Unknown => "unknown",
        }
    }
}

/// The community id of a conversation: `1:` and 28 characters of base64.
pub type CommunityId = [u8; 30];

/// A conversation, oriented: who asks and who answers.
#[derive(Clone, Debug)]
pub struct Flow {
    /// How bytes travel.
    pub transport: Transport,
    /// The end that asks: source and client of every event.
    pub client: Endpoint,
    /// The end that answers: destination and server of every event.
    pub server: Endpoint,
    /// Which way it crosses the border of this host or its networks.
    pub direction: Direction,
    community_id: OnceCell<CommunityId>,
}

impl Flow {
    /// A conversation between two endpoints.
    #[must_use]
    pub const fn new(transport: Transport, client: Endpoint, server: Endpoint, direction: Direction) -> Self {
        Self { transport, client, server, direction, community_id: OnceCell::new() }
    }

    /// The same conversation with the roles exchanged; `direction` is that of the new orientation.
    #[must_use]
    pub fn flipped(self, direction: Direction) -> Self {
        Self { client: self.server, server: self.client, direction, ..self }
    }

    /// Community id, version 1, seed 0 (<https://github.com/corelight/community-id-spec>): the same for both directions.
    /// Computed once for each flow.
    pub fn community_id(&self) -> &CommunityId {
        self.community_id.get_or_init(|| community_id(self.transport, self.client, self.server))
    }
}

fn community_id(transport: Transport, one: Endpoint, other: Endpoint) -> CommunityId {
    let key = |end: &Endpoint| (plain(end.ip), end.port);
    let (low, high) = if key(&one) <= key(&other) { (one, other) } else { (other, one) };
    let mut hash = Sha1::new();
    hash.update([0, 0]);
    for end in [low, high] {
        match plain(end.ip) {
            IpAddr::V4(ip) => hash.update(ip.octets()),
            IpAddr::V6(ip) => hash.update(ip.octets()),
        }
    }
    hash.update([transport.number(), 0]);
    hash.update(low.port.to_be_bytes());
    hash.update(high.port.to_be_bytes());
    let mut id = *b"1:____________________________";
    let written = id.get_mut(2..).map(|room| STANDARD.encode_slice(hash.finalize(), room));
    debug_assert!(matches!(written, Some(Ok(28))), "20 bytes are 28 characters of base64");
    id
}

/// IPv4 addresses written as IPv4-mapped IPv6 count as IPv4.
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn community_ids_of_the_specification() {
        let end = |ip: &str, port| Endpoint { ip: ip.parse().unwrap(), port };
        let flow = Flow::new(
            Transport::Tcp,
            end("128.232.110.120", 34855),
            end("66.35.250.204", 80),
            Direction::Unknown,
        );
        assert_eq!(flow.community_id(), b"1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(flow.flipped(Direction::Unknown).community_id(), b"1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        let udp =
            Flow::new(Transport::Udp, end("192.168.1.52", 54585), end("8.8.8.8", 53), Direction::Unknown);
        assert_eq!(udp.community_id(), b"1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    }
}
