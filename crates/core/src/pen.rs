//! A stretch of a block for members whose length has a bound: room is asked for once, and the cursor stays in a register.

use crate::decimal;
use crate::netname::IpText;

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
    pub(crate) fn ip(&mut self, text: &IpText) {
        let (bytes, len) = text.parts();
        match bytes.first_chunk::<16>() {
            Some(short) if len <= 16 => self.first(short, len),
            _ => self.first(bytes, len),
        }
    }

    /// `len` bytes of what was written from `start` on, once more.
    #[inline]
    pub(crate) fn again(&mut self, start: usize, len: usize) {
        const STEP: usize = 32;
        let mut done = 0;
        while done < len {
            let piece = self.room.get(start + done..).and_then(<[u8]>::first_chunk::<STEP>).copied();
            let Some(piece) = piece else { return };
            self.first(&piece, STEP.min(len - done));
            done += STEP;
        }
    }

    /// Ends an object whose last member was written with this pen: its comma becomes a brace.
    #[inline]
    pub(crate) fn close(&mut self) {
        self.at = self.at.saturating_sub(1);
        self.put(b"},");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netname::ip_text;

    #[test]
    fn members_stand_one_behind_the_other() {
        let mut room = [0; 256];
        let mut pen = Pen::new(&mut room);
        pen.put(b"\"a\":{\"ip\":\"");
        pen.ip(&ip_text("192.0.2.1".parse().unwrap()));
        pen.put(b"\",\"n\":");
        for value in [7, 65_535, 123_456_789, u64::MAX] {
            pen.unsigned(value);
        }
        pen.close();
        let start = pen.len();
        pen.put(b"a piece that is longer than a step of copying,");
        pen.again(start, pen.len() - start);
        let len = pen.len();
        assert_eq!(
            std::str::from_utf8(&room[..len]).unwrap(),
            "\"a\":{\"ip\":\"192.0.2.1\",\"n\":7,65535,123456789,9223372036854775807},\
             a piece that is longer than a step of copying,a piece that is longer than a step of copying,"
        );
    }
}
