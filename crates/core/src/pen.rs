//! A stretch of a block for members whose length has a bound: room is asked for once, and the cursor stays in a register.

use std::net::IpAddr;

use crate::decimal;
use crate::netname::{IpText, ip_text, v4_word};

/// An address as text, to be written several times.
pub(crate) enum Address {
    /// At most 16 characters, the first one lowest, and how many.
    Short(u128, usize),
    /// More.
    Long(IpText),
}

impl Address {
    #[inline]
    pub(crate) fn of(ip: IpAddr) -> Self {
        match v4_word(ip) {
            Some((word, len)) => Self::Short(word, len),
            None => Self::Long(ip_text(ip)),
        }
    }
}

/// What stands behind an address, to be written several times: the quote that ends it, a comma and, unless it is 0, member `port`.
/// The first character is the lowest byte; at most 15 of them.
pub(crate) struct Port(u128, usize);

impl Port {
    #[inline]
    pub(crate) fn of(port: u16) -> Self {
        const LEAD: &[u8; 9] = b"\",\"port\":";
        // At most five characters.
        let (text, len) = decimal::short(u64::from(port)).unwrap_or_default();
        if port == 0 {
            return Self(word(b"\","), 2);
        }
        let digits = u64::from_le_bytes(text) | u64::from(b',') << (8 * len);
        Self(word(LEAD) | u128::from(digits) << (8 * LEAD.len()), LEAD.len() + len + 1)
    }
}

/// Member `bytes` of half a transaction with its comma, to be written several times; nothing for 0.
pub(crate) enum Size {
    /// At most 12 characters, the first one lowest, and how many.
    Short(u128, usize),
    /// More.
    Long(u64),
}

impl Size {
    #[inline]
    pub(crate) fn of(bytes: u64) -> Self {
        match decimal::small(bytes) {
            Some(_) if bytes == 0 => Self::Short(0, 0),
            Some((digits, len)) => {
                Self::Short(word(SIZE) | u128::from(u32::from_le_bytes(digits)) << 64, SIZE.len() + len + 1)
            }
            None => Self::Long(bytes),
        }
    }
}

const SIZE: &[u8; 8] = b"\"bytes\":";

/// At most 16 characters in a register, the first one lowest.
const fn word<const N: usize>(text: &[u8; N]) -> u128 {
    let (mut word, mut at) = (0, N);
    while at > 0 {
        at -= 1;
        #[expect(clippy::indexing_slicing, reason = "below the number of characters")]
        let character = text[at];
        word = word << 8 | character as u128;
    }
    word
}

/// Writes into the first `ROOM` bytes behind what a block has. Whoever takes it knows that what it writes fits in, with 48 bytes
/// to spare, because texts are copied in whole pieces; what does not fit is left out.
pub(crate) struct Pen<'b, const ROOM: usize> {
    room: &'b mut [u8; ROOM],
    at: usize,
}

impl<'b, const ROOM: usize> Pen<'b, ROOM> {
    /// At the beginning of the room.
    #[inline]
    pub(crate) const fn new(room: &'b mut [u8; ROOM]) -> Self {
        Self { room, at: 0 }
    }

    /// How much was written.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.at
    }

    /// Bytes whose number the compiler knows.
    #[inline]
    pub(crate) fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.first(bytes, N);
    }

    /// The first `len` of some bytes whose number the compiler knows; all are copied.
    #[inline]
    pub(crate) fn first<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        let room = self.room.get_mut(self.at..self.at + N);
        debug_assert!(room.is_some(), "more than the room of {ROOM} bytes");
        if let Some(room) = room {
            room.copy_from_slice(bytes);
            self.at += len;
        }
    }

    /// A number in decimal with a comma behind it. Its top bit is cut, as [`Fields::unsigned`](crate::fields::Fields::unsigned) does.
    #[inline]
    pub(crate) fn unsigned(&mut self, value: u64) {
        let value = value & (u64::MAX >> 1);
        if let Some((text, len)) = decimal::small(value) {
            return self.first(&text, len + 1);
        }
        if let Some((text, len)) = decimal::short(value) {
            self.first(&text, len);
        } else {
            let (text, len) = decimal::decimal(value);
            self.first(&text, len);
        }
        self.put(b",");
    }

    /// An address as text, without quotes.
    #[inline]
    pub(crate) fn ip(&mut self, text: &Address) {
        match text {
            // From registers: what is read right behind narrower writes is waited for.
            Address::Short(word, len) => self.first(&word.to_le_bytes(), *len),
            Address::Long(text) => {
                let (bytes, len) = text.parts();
                self.first(bytes, len);
            }
        }
    }

    /// What stands behind an address.
    #[inline]
    pub(crate) fn port(&mut self, port: &Port) {
        self.first(&port.0.to_le_bytes(), port.1);
    }

    /// A size that was put together before.
    #[inline]
    pub(crate) fn size(&mut self, size: &Size) {
        match size {
            Size::Short(word, len) => self.first(&word.to_le_bytes(), *len),
            Size::Long(bytes) => {
                self.put(SIZE);
                self.unsigned(*bytes);
            }
        }
    }

    /// Ends an object whose last member was written with this pen: its comma becomes a brace.
    #[inline]
    pub(crate) fn close(&mut self) {
        self.at = self.at.saturating_sub(1);
        self.put(b"},");
    }

    /// The same for a list.
    #[inline]
    #[cfg(test)]
    pub(crate) fn close_list(&mut self) {
        self.at = self.at.saturating_sub(1);
        self.put(b"],");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_one_behind_the_other() {
        let mut room = [0; 256];
        let mut pen = Pen::new(&mut room);
        pen.put(b"\"a\":{\"ip\":[");
        for ip in ["192.0.2.1", "1.2.3.4", "255.255.255.255", "2001:db8::1", "::ffff:10.0.0.1"] {
            pen.put(b"\"");
            pen.ip(&Address::of(ip.parse().unwrap()));
            pen.put(b"\",");
        }
        pen.close_list();
        pen.put(b"\"ports\":[\"");
        for port in [9, 6379, 65_535, 0] {
            pen.port(&Port::of(port));
        }
        pen.close_list();
        for bytes in [0, 7, 999, 1000] {
            pen.size(&Size::of(bytes));
        }
        pen.put(b"\"n\":");
        for value in [7, 65_535, 123_456_789, u64::MAX] {
            pen.unsigned(value);
        }
        pen.close();
        let len = pen.len();
        assert_eq!(
            std::str::from_utf8(&room[..len]).unwrap(),
            "\"a\":{\"ip\":[\"192.0.2.1\",\"1.2.3.4\",\"255.255.255.255\",\"2001:db8::1\",\"10.0.0.1\"],\
             \"ports\":[\"\",\"port\":9,\",\"port\":6379,\",\"port\":65535,\"],\"bytes\":7,\"bytes\":999,\"bytes\":1000,\
             \"n\":7,65535,123456789,9223372036854775807},"
        );
    }
}
