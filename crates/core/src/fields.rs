//! How a record shows its fields: a visitor, generic so that the JSON writer costs no virtual call a field.

use std::net::IpAddr;

use crate::decimal;
use crate::text::Text;

/// A field name with its JSON text ready: `"name":"`, the quote of a text value included. Made by [`key!`](crate::key).
#[derive(Clone, Copy, Debug)]
pub struct Key<const N: usize> {
    json: [u8; N],
}

impl<const N: usize> Key<N> {
    /// From the text `"name":"`. Use [`key!`](crate::key).
    #[doc(hidden)]
    #[must_use]
    pub const fn from_json(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut json = [0; N];
        let mut at = 0;
        while at < N {
            // In bounds: the macro makes N the length of the text, and this runs while compiling.
            #[expect(
                clippy::indexing_slicing,
                reason = "evaluated by the compiler; out of bounds would not compile"
            )]
            {
                json[at] = bytes[at];
            }
            at += 1;
        }
        Self { json }
    }

    /// The name with quotes, colon and the quote that opens a text.
    #[inline]
    #[must_use]
    pub const fn json(&self) -> &[u8; N] {
        &self.json
    }

    /// The bare name.
    #[must_use]
    pub fn name(&self) -> &str {
        let inner = self.json.get(1..N.saturating_sub(3)).unwrap_or_default();
        std::str::from_utf8(inner).unwrap_or_default()
    }
}

/// A field name that needs no escaping, as a constant: `key!("method")`.
#[macro_export]
macro_rules! key {
    ($name:literal) => {{
        const TEXT: &str = concat!("\"", $name, "\":\"");
        const KEY: $crate::fields::Key<{ TEXT.len() }> = $crate::fields::Key::from_json(TEXT);
        &KEY
    }};
}

/// Receives the fields of a record in tree order.
///
/// Names are unique within their object: the visitor does not check. Every `open` has its `close`, every `list` its
/// `close_list`.
pub trait Fields {
    /// A string.
    fn text<'t, const N: usize>(&mut self, key: &Key<N>, value: impl Into<Text<'t>>);
    /// A string that is written in several parts, to save putting them together first.
    fn parts<const N: usize>(&mut self, key: &Key<N>, parts: &[Text<'_>]);
    /// A whole number that can be negative.
    fn signed<const N: usize>(&mut self, key: &Key<N>, value: i64);
    /// A whole number. Its top bit is cut, as Packetbeat does: Elasticsearch's `long` has none.
    fn unsigned<const N: usize>(&mut self, key: &Key<N>, value: u64);
    /// True or false.
    fn boolean<const N: usize>(&mut self, key: &Key<N>, value: bool);
    /// An address in its usual text form.
    fn ip<const N: usize>(&mut self, key: &Key<N>, value: IpAddr);
    /// Begins an object.
    fn open<const N: usize>(&mut self, key: &Key<N>);
    /// Begins an object under a name from the wire, as header names are. The caller sees to it that names are unique.
    fn open_named(&mut self, name: Text<'_>);
    /// A string under a name from the wire.
    fn text_named<'t>(&mut self, name: Text<'_>, value: impl Into<Text<'t>>);
    /// A string in several parts under a name from the wire.
    fn parts_named(&mut self, name: Text<'_>, parts: &[Text<'_>]);
    /// A whole number under a name from the wire.
    fn unsigned_named(&mut self, name: Text<'_>, value: u64);
    /// Ends an object.
    fn close(&mut self);
    /// Begins a list.
    fn list<const N: usize>(&mut self, key: &Key<N>);
    /// A string in a list.
    fn item<'t>(&mut self, value: impl Into<Text<'t>>);
    /// An address in a list.
    fn item_ip(&mut self, value: IpAddr);
    /// Begins an object in a list; ended by [`Fields::close`].
    fn item_open(&mut self);
    /// Ends a list.
    fn close_list(&mut self);
    /// Members whose JSON text is a constant, each with its trailing comma: `"kind":"event","n":1,`.
    fn constant(&mut self, members: &'static str);

    /// A list of addresses. One that is [`Shared::related_ips`](crate::record::Shared::related_ips) as well is not put together twice.
    #[inline]
    fn ips<const N: usize>(&mut self, key: &Key<N>, ips: &[IpAddr]) {
        self.list(key);
        ips.iter().for_each(|ip| self.item_ip(*ip));
        self.close_list();
    }

    /// A whole number as a string.
    #[inline]
    fn digits<const N: usize>(&mut self, key: &Key<N>, value: u64) {
        let (text, len) = decimal::decimal(value);
        self.text(key, Text::printable(text.get(..len).unwrap_or_default()));
    }

    /// A string, left out when it is empty.
    #[inline]
    fn text_unless_empty<'t, const N: usize>(&mut self, key: &Key<N>, value: impl Into<Text<'t>>) {
        let value = value.into();
        if !value.is_empty() {
            self.text(key, value);
        }
    }

    /// A number, left out when it is zero.
    #[inline]
    fn unsigned_unless_zero<const N: usize>(&mut self, key: &Key<N>, value: u64) {
        if value != 0 {
            self.unsigned(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_key_knows_its_json_and_its_name() {
        let key = key!("status_code");
        assert_eq!(key.json(), b"\"status_code\":\"");
        assert_eq!(key.name(), "status_code");
    }
}
