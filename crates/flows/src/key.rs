//! The symmetric key of a conversation.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use packetbeat_core::flow::{Endpoint, Transport};

/// Shards of every run, whatever the number of workers.
pub const SHARDS: usize = 256;

/// The two endpoints, the lower one first, and the transport: the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowKey {
    low: u128,
    high: u128,
    /// Ports and transport.
    rest: u64,
}

impl Hash for FlowKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.low);
        state.write_u128(self.high);
        state.write_u64(self.rest);
    }
}

impl FlowKey {
    /// The key of packets from `src` to `dst`, and whether `src` is the lower endpoint.
    #[inline]
    #[must_use]
    pub fn new(transport: Transport, src: Endpoint, dst: Endpoint) -> (Self, bool) {
        Self::of_numbers(transport, (number(src.ip), src.port), (number(dst.ip), dst.port))
    }

    /// The same where addresses are numbers, those of IPv4 in their mapped IPv6 form.
    #[inline]
    #[must_use]
    pub const fn of_numbers(transport: Transport, src: (u128, u16), dst: (u128, u16)) -> (Self, bool) {
        let ((a, a_port), (b, b_port)) = (src, dst);
        let forward = a < b || (a == b && a_port <= b_port);
        let (low, high, low_port, high_port) =
            if forward { (a, b, a_port, b_port) } else { (b, a, b_port, a_port) };
        let rest = (low_port as u64) << 32 | (high_port as u64) << 16 | transport.number() as u64;
        (Self { low, high, rest }, forward)
    }

    /// The shard: a fixed function of the key.
    #[inline]
    #[must_use]
    pub const fn shard(&self) -> u8 {
        const fn fold(value: u128) -> u64 {
            (value >> 64) as u64 ^ value as u64
        }
        mixed(fold(self.low), fold(self.high), self.rest)
    }

    /// The shard of a key between two addresses of IPv4, without the key.
    #[inline]
    #[must_use]
    pub const fn shard_v4(transport: Transport, src: (u32, u16), dst: (u32, u16)) -> u8 {
        let (one, other) = ((src.0 as u64) << 16 | src.1 as u64, (dst.0 as u64) << 16 | dst.1 as u64);
        let (low, high) = if one <= other { (one, other) } else { (other, one) };
        let rest = (low & 0xffff) << 32 | (high & 0xffff) << 16 | transport.number() as u64;
        mixed(MAPPED | low >> 16, MAPPED | high >> 16, rest)
    }
}

/// What stands before an IPv4 address in its mapped IPv6 form.
const MAPPED: u64 = 0xffff << 32;

/// The shard of two addresses, folded, and the rest of the key.
#[inline]
const fn mixed(low: u64, high: u64, rest: u64) -> u8 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    // Multiplying 64 by 64 bits and folding the product lets every input bit reach every output bit.
    const fn mix(value: u64) -> u64 {
        let product = (value ^ ODD) as u128 * ODD as u128;
        (product >> 64) as u64 ^ product as u64
    }
    (mix(mix(low).wrapping_add(high) ^ rest.rotate_left(17)) >> 56) as u8
}

/// An address as a number; an IPv4 address and its mapped IPv6 form are the same conversation.
#[inline]
fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(MAPPED) | u128::from(ip.to_bits()),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_meet_and_shards_fill_evenly() {
        let end = |ip: u32, port| Endpoint { ip: IpAddr::V4(ip.into()), port };
        let mut filled = [0u32; SHARDS];
        for n in 0..65_536u32 {
            let (a, b) = (end(0x0a00_0001 + n % 7, (n as u16).wrapping_add(1024)), end(0x7f00_0001, 53));
            let (key, forward) = FlowKey::new(Transport::Udp, a, b);
            let (back, backward) = FlowKey::new(Transport::Udp, b, a);
            assert_eq!((key, forward), (back, !backward));
            assert_ne!(key, FlowKey::new(Transport::Tcp, a, b).0);
            let plain = |end: Endpoint| match end.ip {
                IpAddr::V4(ip) => (ip.to_bits(), end.port),
                IpAddr::V6(_) => unreachable!(),
            };
            assert_eq!(FlowKey::shard_v4(Transport::Udp, plain(a), plain(b)), key.shard());
            assert_eq!(FlowKey::shard_v4(Transport::Udp, plain(b), plain(a)), key.shard());
            filled[usize::from(key.shard())] += 1;
        }
        assert!(filled.iter().all(|count| (160..360).contains(count)), "{filled:?}");
    }
}
