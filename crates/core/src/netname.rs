//! Addresses as text, without the formatting machinery of the standard library (60 ns an address, on every event).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Room for the longest address text: `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
pub const MAX_TEXT: usize = 45;

/// The text of an address, on the stack.
#[derive(Clone, Copy, Debug)]
pub struct IpText {
    bytes: [u8; MAX_TEXT + 3],
    len: u8,
}

impl IpText {
    /// The address as text.
    #[inline]
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The text's room and how much of it is text.
    #[inline]
    pub(crate) fn parts(&self) -> (&[u8; MAX_TEXT + 3], usize) {
        (&self.bytes, usize::from(self.len))
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(usize::from(self.len)) {
            *slot = byte;
            self.len += 1;
        }
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
/// Decimal texts of an octet, and their lengths, with room to be copied four bytes at a time.
const OCTETS: [([u8; 4], u8); 256] = {
    let mut table = [([0; 4], 0); 256];
    let mut value = 0;
    while value < 256 {
        let (h, t, u) =
            (b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8);
        table[value] = if value >= 100 {
            ([h, t, u, b'.'], 3)
        } else if value >= 10 {
            ([t, u, b'.', 0], 2)
        } else {
            ([u, b'.', 0, 0], 1)
        };
        value += 1;
    }
    table
};

/// The usual text of an address; IPv6 as RFC 5952 says, an IPv4-mapped one as its IPv4 address (as Packetbeat does).
#[inline]
#[must_use]
pub fn ip_text(ip: IpAddr) -> IpText {
    match ip {
        IpAddr::V4(v4) => v4_text(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4_text(v4),
            None => v6_text(v6),
        },
    }
}

#[inline]
fn v4_text(ip: Ipv4Addr) -> IpText {
    let mut text = IpText { bytes: [0; MAX_TEXT + 3], len: 0 };
    let mut at = 0;
    for octet in ip.octets() {
        let (digits, len) = OCTETS.get(usize::from(octet)).copied().unwrap_or(([0; 4], 0));
        if let Some(room) = text.bytes.get_mut(at..at + 4) {
            room.copy_from_slice(&digits);
        }
        at += usize::from(len) + 1;
    }
    // The dot behind the last octet is not part of the text; at most 16.
    text.len = at.saturating_sub(1) as u8;
    text
}

fn v6_text(ip: Ipv6Addr) -> IpText {
    let mut text = IpText { bytes: [0; MAX_TEXT + 3], len: 0 };
    let groups = ip.segments();
    let zeros = longest_zero_run(groups);
    let mut at = 0;
    while at < 8 {
        if zeros.1 > 1 && at == zeros.0 {
            text.push(b':');
            text.push(b':');
            at += zeros.1;
            continue;
        }
        if at > 0 && !(zeros.1 > 1 && at == zeros.0 + zeros.1) {
            text.push(b':');
        }
        push_group(&mut text, groups.get(at).copied().unwrap_or(0));
        at += 1;
    }
    text
}

/// Start and length of the first longest run of zero groups (RFC 5952, 4.2.3).
fn longest_zero_run(groups: [u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (at, group) in groups.into_iter().enumerate() {
        run = if group == 0 { (if run.1 == 0 { at } else { run.0 }, run.1 + 1) } else { (0, 0) };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

fn push_group(text: &mut IpText, group: u16) {
    const HEX: [u8; 16] = *b"0123456789abcdef";
    let mut started = false;
    for shift in [12, 8, 4, 0] {
        let digit = usize::from(group >> shift & 15);
        started |= digit != 0 || shift == 0;
        if started {
            text.push(HEX.get(digit).copied().unwrap_or(b'0'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        let mut seed = 7u64;
        for round in 0..20_000u32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let v4 = Ipv4Addr::from((seed >> 32) as u32 >> (round % 32));
            assert_eq!(ip_text(v4.into()).as_bytes(), v4.to_string().as_bytes());
            let mut groups = [0u16; 8];
            for (at, group) in groups.iter_mut().enumerate() {
                if seed >> at & 3 != 0 {
                    *group = (seed >> (at * 7)) as u16 >> (seed >> 60);
                }
            }
            let v6 = Ipv6Addr::from(groups);
            if v6.to_ipv4_mapped().is_none() && groups[..6] != [0; 6] {
                assert_eq!(ip_text(v6.into()).as_bytes(), v6.to_string().as_bytes(), "{groups:x?}");
            }
        }
        assert_eq!(ip_text("::".parse().unwrap()).as_bytes(), b"::");
        assert_eq!(ip_text("::1".parse().unwrap()).as_bytes(), b"::1");
        assert_eq!(ip_text("::ffff:192.0.2.1".parse().unwrap()).as_bytes(), b"192.0.2.1");
        assert_eq!(ip_text("1::".parse().unwrap()).as_bytes(), b"1::");
    }
}
