//! Whose conversation it is: the two endpoints and what follows from them.

use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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

impl Endpoint {
    /// An end whose address is taken over part by part: where it was put together a moment ago, a copy of the whole waits for its parts
    /// to reach the cache.
    #[inline]
    #[must_use]
    pub const fn of(ip: &IpAddr, port: u16) -> Self {
        let ip = match ip {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits())),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits())),
        };
        Self { ip, port }
    }
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

/// Community ids of conversations that have no place to keep theirs: datagrams. Where two fall into one slot, the later one stays.
#[derive(Clone, Debug, Default)]
pub struct CommunityIds {
    /// Addresses and ports of IPv4, with the transport.
    short: Slots<u128>,
    /// All others.
    long: Slots<(Transport, Endpoint, Endpoint)>,
}

impl CommunityIds {
    /// The community id of a conversation.
    #[inline]
    pub fn of(&mut self, flow: &Flow) -> CommunityId {
        if let Some(id) = flow.community_id.get() {
            return *id;
        }
        let Flow { transport, client, server, .. } = flow;
        let ports = u64::from(client.port) << 16 | u64::from(server.port);
        match (&client.ip, &server.ip) {
            (IpAddr::V4(client), IpAddr::V4(server)) => {
                let addresses = u64::from(client.to_bits()) << 32 | u64::from(server.to_bits());
                let key =
                    u128::from(addresses) << 64 | u128::from(ports << 8 | u64::from(transport.number()));
                self.short.of(key, addresses.rotate_left(40) ^ ports, flow)
            }
            (one, other) => {
                let low = |ip: &IpAddr| match ip {
                    IpAddr::V4(ip) => u64::from(ip.to_bits()),
                    IpAddr::V6(ip) => ip.to_bits() as u64,
                };
                let mixed = low(one).rotate_left(24) ^ low(other) ^ ports;
                self.long.of((*transport, *client, *server), mixed, flow)
            }
        }
    }
}

/// Ids in the slot of their key: 4,096 of them, taken at the first use (256 KB for IPv4, 512 KB for others).
#[derive(Clone, Debug)]
struct Slots<K>(Vec<Slot<K>>);

/// One look-up, one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Slot<K> {
    key: Option<K>,
    id: CommunityId,
}

impl<K> Default for Slots<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + PartialEq> Slots<K> {
    const BITS: u32 = 12;

    /// `mixed` depends on the key alone.
    #[inline]
    fn of(&mut self, key: K, mixed: u64, flow: &Flow) -> CommunityId {
        let place = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - Self::BITS);
        match self.0.get_mut(place as usize) {
            Some(slot) if slot.key == Some(key) => slot.id,
            _ => self.insert(key, place as usize, flow),
        }
    }

    #[inline(never)]
    fn insert(&mut self, key: K, place: usize, flow: &Flow) -> CommunityId {
        if self.0.is_empty() {
            self.0.resize(1 << Self::BITS, Slot { key: None, id: [0; 30] });
        }
        let id = community_id(flow.transport, flow.client, flow.server);
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Slot { key: Some(key), id };
        }
        id
    }
}

fn community_id(transport: Transport, one: Endpoint, other: Endpoint) -> CommunityId {
    let key = |end: &Endpoint| (plain(end.ip), end.port);
    let (low, high) = if key(&one) <= key(&other) { (one, other) } else { (other, one) };
    // Seed, addresses, protocol, padding, ports: 40 bytes at most.
    let mut block = [0; 40];
    let mut at = 2;
    let mut put = |bytes: &[u8]| {
        if let Some(room) = block.get_mut(at..at + bytes.len()) {
            room.copy_from_slice(bytes);
            at += bytes.len();
        }
    };
    for end in [low, high] {
        match plain(end.ip) {
            IpAddr::V4(ip) => put(&ip.octets()),
            IpAddr::V6(ip) => put(&ip.octets()),
        }
    }
    put(&[transport.number(), 0]);
    put(&low.port.to_be_bytes());
    put(&high.port.to_be_bytes());
    let digest = Sha1::digest(block.get(..at).unwrap_or_default());
    let mut id = *b"1:____________________________";
    base64(&digest.into(), &mut id);
    id
}

/// Standard base64 of 20 bytes behind the first two of `to`: 26 characters of six bits, one of four, and the padding.
fn base64(digest: &[u8; 20], to: &mut CommunityId) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let character = |bits: u32| ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'A');
    let (threes, rest) = digest.as_chunks::<3>();
    let mut last = [0; 3];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let (_, room) = to.split_at_mut(2);
    let (fours, _) = room.as_chunks_mut::<4>();
    for (four, [a, b, c]) in fours.iter_mut().zip(threes.iter().chain([&last])) {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        *four = [character(bits >> 18), character(bits >> 12), character(bits >> 6), character(bits)];
    }
    if let Some(padding) = to.last_mut() {
        *padding = b'=';
    }
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
        let mut ids = CommunityIds::default();
        for _ in 0..2 {
            assert_eq!(&ids.of(&udp), b"1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        }
        assert_eq!(udp.community_id(), b"1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    }
}
