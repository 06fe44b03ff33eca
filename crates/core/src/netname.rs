//! Addresses as text, without the formatting machinery of the standard library (60 ns an address, on every event).

use std::net::{IpAddr, Ipv6Addr};

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
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
/// Decimal texts of an octet, and their lengths, with room to be copied four bytes at a time.
static OCTETS: [([u8; 4], u8); 256] = {
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
    match (v4_word(ip), ip) {
        (Some((word, len)), _) => {
            let mut text = IpText { bytes: [0; MAX_TEXT + 3], len: len as u8 }; // at most 15
            text.bytes[..16].copy_from_slice(&word.to_le_bytes());
            text
        }
        (None, IpAddr::V6(v6)) => v6_text(v6),
        (None, IpAddr::V4(_)) => IpText { bytes: [0; MAX_TEXT + 3], len: 0 },
    }
}

/// The text of an IPv4 address, or of a mapped one, as a number whose lowest byte is the first character, and its length. Behind the
/// text stands a dot.
#[inline]
#[must_use]
pub(crate) fn v4_word(ip: IpAddr) -> Option<(u128, usize)> {
    let ip = match ip {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(ip) => ip.to_ipv4_mapped()?,
    };
    // Two octets have at most eight characters with their dots: a register.
    let two = |first: u8, second: u8| {
        let [(first, first_len), (second, second_len)] =
            [first, second].map(|octet| OCTETS.get(usize::from(octet)).copied().unwrap_or(([0; 4], 0)));
        let second = u64::from(u32::from_le_bytes(second));
        let word = u64::from(u32::from_le_bytes(first)) | second << (8 * first_len + 8);
        (word, usize::from(first_len) + usize::from(second_len) + 2)
    };
    let [a, b, c, d] = ip.octets();
    let ((high, high_len), (low, low_len)) = (two(a, b), two(c, d));
    let (word, len) = (u128::from(high) | u128::from(low) << (8 * high_len), high_len + low_len);
    Some((word, len - 1))
}

fn v6_text(ip: Ipv6Addr) -> IpText {
    let mut text = IpText { bytes: [0; MAX_TEXT + 3], len: 0 };
    let groups = ip.segments();
    let (zeros_at, zeros) = longest_zero_run(groups);
    // A single zero group is written out (RFC 5952, 4.2.2).
    let (zeros_at, zeros_end) = if zeros > 1 { (zeros_at, zeros_at + zeros) } else { (8, 8) };
    let mut at = 0;
    for (place, group) in groups.into_iter().enumerate() {
        if place >= zeros_at && place < zeros_end {
            continue;
        }
        if place == zeros_end {
            put(&mut text, &mut at, *b"::\0\0", 2);
        } else if place > 0 {
            put(&mut text, &mut at, *b":\0\0\0", 1);
        }
        let (digits, len) = hex(group);
        put(&mut text, &mut at, digits, len);
    }
    if zeros_end == 8 && zeros_at < 8 {
        put(&mut text, &mut at, *b"::\0\0", 2);
    }
    text.len = at as u8; // at most 39
    text
}

#[inline]
fn put(text: &mut IpText, at: &mut usize, characters: [u8; 4], len: usize) {
    if let Some(room) = text.bytes.get_mut(*at..*at + 4) {
        room.copy_from_slice(&characters);
        *at += len;
    }
}

/// Start and length of the first longest run of zero groups (RFC 5952, 4.2.3).
#[inline]
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

/// A group in hexadecimal without leading zeros, and how many characters it has: all four digits at once, one a byte.
#[inline]
fn hex(group: u16) -> ([u8; 4], usize) {
    let group = u32::from(group);
    // The highest digit into the lowest byte.
    let digits = group >> 12 | (group >> 8 & 15) << 8 | (group >> 4 & 15) << 16 | (group & 15) << 24;
    // One in each byte whose digit is a letter.
    let letters = (digits + 0x0606_0606) >> 4 & 0x0101_0101;
    let characters = digits + 0x3030_3030 + letters * u32::from(b'a' - b'0' - 10);
    let unused = (digits.trailing_zeros() / 8).min(3);
    ((characters >> (unused * 8)).to_le_bytes(), 4 - unused as usize)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

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
