//! The JSON writer: finished bytes into a block that is used again.
//!
//! There is no comma state: every value writes its trailing comma, and what closes an object or a list overwrites it.

use std::net::IpAddr;

use crate::decimal;
use crate::escape;
use crate::fields::{Fields, Key};
use crate::netname;
use crate::pen::Pen;
use crate::text::Text;

/// A block of finished JSON bytes.
///
/// The buffer is as long as its capacity and written at a cursor: that is what makes putting a constant a few moves.
#[derive(Debug, Default)]
pub struct Json {
    buffer: Vec<u8>,
    at: usize,
    ips: Noted,
}

/// Where a list was written.
#[derive(Debug, Default)]
struct Noted {
    /// Place and length of the slice.
    of: (usize, usize),
    at: std::ops::Range<usize>,
}

impl Json {
    /// An empty block with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { buffer: vec![0; capacity], at: 0, ips: Noted::default() }
    }

    /// What was written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.at).unwrap_or_default()
    }

    /// How much was written.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.at
    }

    /// Whether nothing was written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at == 0
    }

    /// Forgets what was written and keeps the memory.
    pub const fn clear(&mut self) {
        self.at = 0;
    }

    /// Forgets what was written behind `len`.
    pub fn truncate(&mut self, len: usize) {
        self.at = self.at.min(len);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let want = (self.at + more).max(self.buffer.len() * 2).max(16 << 10);
        self.buffer.resize(want, 0);
    }

    /// Bytes of a length that the compiler knows.
    #[inline]
    pub fn literal<const N: usize>(&mut self, bytes: &[u8; N]) {
        loop {
            if let Some(room) = self.buffer.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut::<N>) {
                *room = *bytes;
                self.at += N;
                return;
            }
            self.grow(N);
        }
    }

    /// The first `len` of some bytes whose number the compiler knows: copied whole, cheaper than a copy of unknown length.
    #[inline]
    fn literal_prefix<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        self.literal(bytes);
        self.at -= N.saturating_sub(len);
    }

    /// Members whose length has a bound: `write` has `ROOM` bytes.
    #[inline]
    pub(crate) fn pen<const ROOM: usize>(&mut self, write: impl FnOnce(&mut Pen<'_, ROOM>)) {
        if self.buffer.len() - self.at < ROOM {
            self.grow(ROOM);
        }
        if let Some(room) = self.buffer.get_mut(self.at..).and_then(<[u8]>::first_chunk_mut::<ROOM>) {
            let mut pen = Pen::new(room);
            write(&mut pen);
            self.at += pen.len();
        }
    }

    /// Bytes as they are.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.raw_then(bytes, b"");
    }

    /// Bytes as they are, and a constant behind them.
    #[inline]
    fn raw_then<const N: usize>(&mut self, bytes: &[u8], then: &[u8; N]) {
        let end = self.at + bytes.len();
        loop {
            if let Some(room) = self.buffer.get_mut(self.at..end + N) {
                let (text, behind) = room.split_at_mut(bytes.len());
                copy(text, bytes);
                behind.copy_from_slice(then);
                self.at = end + N;
                return;
            }
            self.grow(bytes.len() + N);
        }
    }

    /// What stands at `range` of this block, once more.
    #[inline]
    pub fn again(&mut self, range: std::ops::Range<usize>) {
        let len = range.len();
        if self.buffer.len() - self.at < len {
            self.grow(len);
        }
        if range.end <= self.at {
            self.buffer.copy_within(range, self.at);
            self.at += len;
        }
    }

    /// The inside of a JSON string.
    #[inline]
    pub fn raw_text(&mut self, text: Text<'_>) {
        self.text_then(text, b"");
    }

    /// The inside of a JSON string, and a constant behind it.
    #[inline]
    fn text_then<const N: usize>(&mut self, text: Text<'_>, then: &[u8; N]) {
        if text.is_plain() {
            self.raw_then(text.bytes(), then);
        } else {
            self.escape(text.bytes());
            self.literal(then);
        }
    }

    /// Copies text while it is looked at: most of it needs no escaping, and what does is rarely far from the next.
    fn escape(&mut self, mut rest: &[u8]) {
        loop {
            // What is written at once is never more than what is left and the longest escape.
            if self.buffer.len() - self.at < rest.len() + 8 {
                self.grow(rest.len() + 8);
            }
            let plain = escape::copy_plain(self.buffer.get_mut(self.at..).unwrap_or_default(), rest);
            self.at += plain;
            rest = rest.get(plain..).unwrap_or_default();
            let Some(first) = rest.first() else { return };
            let character = escape::short(*first);
            if character != 0 {
                self.literal(&[b'\\', character]);
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let mut scratch = [0; 6];
            let (taken, written) = escape::special(rest, &mut scratch);
            self.raw(written);
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// A number in decimal.
    #[inline]
    pub fn raw_unsigned(&mut self, value: u64) {
        match decimal::short(value) {
            Some((text, len)) => self.literal_prefix(&text, len),
            None => {
                let (text, len) = decimal::decimal(value);
                self.literal_prefix(&text, len);
            }
        }
    }

    /// An address as text, without quotes.
    #[inline]
    pub fn raw_ip(&mut self, ip: IpAddr) {
        match netname::v4_word(ip) {
            Some((word, len)) => self.literal_prefix(&word.to_le_bytes(), len),
            None => self.raw_v6(ip),
        }
    }

    #[inline(never)]
    fn raw_v6(&mut self, ip: IpAddr) {
        let text = netname::ip_text(ip);
        let (bytes, len) = text.parts();
        self.literal_prefix(bytes, len);
    }

    /// Addresses of a list, each in quotes and with its comma, to be found again by [`Fields::ips`] within this event. The last
    /// comma is not noted: the end of the list takes its place.
    pub(crate) fn note_ips(&mut self, ips: &[IpAddr]) {
        let start = self.at;
        for ip in ips {
            self.item_ip(*ip);
        }
        self.ips = Noted { of: (ips.as_ptr() as usize, ips.len()), at: start..self.at.saturating_sub(1) };
    }

    /// Forgets the addresses that were noted: they may be others in the next event.
    #[inline]
    pub(crate) fn forget_ips(&mut self) {
        self.ips.of.1 = 0;
    }

    /// A name whose value is no text.
    #[inline]
    fn bare<const N: usize>(&mut self, key: &Key<N>) {
        self.literal_prefix(key.json(), N - 1);
    }

    /// Ends an object or list: its last trailing comma becomes `end`, or `end` is added if it is empty.
    #[inline]
    fn end(&mut self, end: u8) {
        if self.at > 0 && self.buffer.get(self.at - 1) == Some(&b',') {
            self.at -= 1;
        }
        self.literal(&[end, b',']);
    }

    /// Begins a whole event.
    #[inline]
    pub fn begin_event(&mut self) {
        self.literal(b"{");
    }

    /// Ends a whole event, with a line end behind it.
    #[inline]
    pub fn end_event(&mut self) {
        self.end(b'}');
        if self.at > 0
            && let Some(comma) = self.buffer.get_mut(self.at - 1)
        {
            *comma = b'\n';
        }
    }

    #[inline]
    fn name(&mut self, name: Text<'_>) {
        self.literal(b"\"");
        self.raw_text(name);
        self.literal(b"\":");
    }
}

impl Fields for Json {
    #[inline]
    fn text<'t, const N: usize>(&mut self, key: &Key<N>, value: impl Into<Text<'t>>) {
        self.literal(key.json());
        self.text_then(value.into(), b"\",");
    }

    #[inline]
    fn parts<const N: usize>(&mut self, key: &Key<N>, parts: &[Text<'_>]) {
        self.literal(key.json());
        for part in parts {
            self.raw_text(*part);
        }
        self.literal(b"\",");
    }

    #[inline]
    fn signed<const N: usize>(&mut self, key: &Key<N>, value: i64) {
        self.bare(key);
        if value < 0 {
            self.literal(b"-");
        }
        self.raw_unsigned(value.unsigned_abs());
        self.literal(b",");
    }

    #[inline]
    fn unsigned<const N: usize>(&mut self, key: &Key<N>, value: u64) {
        self.bare(key);
        if let Some((text, len)) = decimal::small(value) {
            self.literal_prefix(&text, len + 1);
        } else {
            self.raw_unsigned(value & (u64::MAX >> 1));
            self.literal(b",");
        }
    }

    #[inline]
    fn boolean<const N: usize>(&mut self, key: &Key<N>, value: bool) {
        self.bare(key);
        if value {
            self.literal(b"true,");
        } else {
            self.literal(b"false,");
        }
    }

    #[inline]
    fn ip<const N: usize>(&mut self, key: &Key<N>, value: IpAddr) {
        self.literal(key.json());
        self.raw_ip(value);
        self.literal(b"\",");
    }

    #[inline]
    fn open<const N: usize>(&mut self, key: &Key<N>) {
        self.bare(key);
        self.literal(b"{");
    }

    fn open_named(&mut self, name: Text<'_>) {
        self.name(name);
        self.literal(b"{");
    }

    #[inline]
    fn text_named<'t>(&mut self, name: Text<'_>, value: impl Into<Text<'t>>) {
        self.name(name);
        self.item(value);
    }

    fn parts_named(&mut self, name: Text<'_>, parts: &[Text<'_>]) {
        self.name(name);
        self.literal(b"\"");
        for part in parts {
            self.raw_text(*part);
        }
        self.literal(b"\",");
    }

    fn unsigned_named(&mut self, name: Text<'_>, value: u64) {
        self.name(name);
        self.raw_unsigned(value & (u64::MAX >> 1));
        self.literal(b",");
    }

    #[inline]
    fn close(&mut self) {
        self.end(b'}');
    }

    #[inline]
    fn list<const N: usize>(&mut self, key: &Key<N>) {
        self.bare(key);
        self.literal(b"[");
    }

    #[inline]
    fn item<'t>(&mut self, value: impl Into<Text<'t>>) {
        self.literal(b"\"");
        self.text_then(value.into(), b"\",");
    }

    #[inline]
    fn item_ip(&mut self, value: IpAddr) {
        self.literal(b"\"");
        self.raw_ip(value);
        self.literal(b"\",");
    }

    #[inline]
    fn ips<const N: usize>(&mut self, key: &Key<N>, ips: &[IpAddr]) {
        self.list(key);
        if !ips.is_empty() && self.ips.of == (ips.as_ptr() as usize, ips.len()) {
            self.again(self.ips.at.clone());
            self.literal(b",");
        } else {
            ips.iter().for_each(|ip| self.item_ip(*ip));
        }
        self.close_list();
    }

    #[inline]
    fn digits<const N: usize>(&mut self, key: &Key<N>, value: u64) {
        self.literal(key.json());
        match decimal::small(value) {
            Some((text, len)) => self.literal_prefix(&text, len),
            None => self.raw_unsigned(value),
        }
        self.literal(b"\",");
    }

    #[inline]
    fn item_open(&mut self) {
        self.literal(b"{");
    }

    #[inline]
    fn close_list(&mut self) {
        self.end(b']');
    }

    #[inline]
    fn constant(&mut self, members: &'static str) {
        self.raw(members.as_bytes());
    }
}

/// Copies bytes of one length. Most texts are short: two overlapping moves cost less than a call.
#[inline]
fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        4..=8 => overlapping::<4>(to, from),
        9..=16 => overlapping::<8>(to, from),
        17..=32 => overlapping::<16>(to, from),
        _ => to.copy_from_slice(from),
    }
}

/// Copies between `N` and twice `N` bytes.
#[inline]
fn overlapping<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) {
        if let Some(room) = to.first_chunk_mut::<N>() {
            *room = *first;
        }
        if let Some(room) = to.last_chunk_mut::<N>() {
            *room = *last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key;

    #[test]
    fn nested_empty_and_repeated_structures_are_valid_json() {
        let mut json = Json::default();
        json.begin_event();
        json.text(key!("a"), "x\"y");
        json.open(key!("empty"));
        json.close();
        json.list(key!("none"));
        json.close_list();
        json.list(key!("list"));
        json.item("one");
        json.item_open();
        json.unsigned(key!("n"), u64::MAX);
        json.signed(key!("m"), -5);
        json.close();
        json.close_list();
        json.constant("\"k\":true,");
        json.parts(key!("p"), &["a".into(), " b".into()]);
        json.end_event();
        assert_eq!(
            std::str::from_utf8(json.bytes()).unwrap(),
            "{\"a\":\"x\\\"y\",\"empty\":{},\"none\":[],\"list\":[\"one\",{\"n\":9223372036854775807,\"m\":-5}],\"k\":true,\"p\":\"a b\"}\n"
        );
    }
}
