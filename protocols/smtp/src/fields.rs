//! The fields of a header section, read for an event.
//!
//! What a value means (RFC 5322 addresses and dates, RFC 2047 encoded words) is left to `mail-parser`.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, DateTime, HeaderValue};
use memchr::memmem;

use crate::headers::Name;
use crate::limits::TEXT_FIELD_BYTES;

/// The fields of an event.
#[derive(Debug, Default)]
pub(crate) struct Fields<'h> {
    pub(crate) subject: Option<Cow<'h, str>>,
    pub(crate) message_id: Option<Cow<'h, str>>,
    pub(crate) date: Option<Timestamp>,
    pub(crate) from: Vec<Address<'h>>,
    pub(crate) sender: Vec<Address<'h>>,
    pub(crate) reply_to: Vec<Address<'h>>,
    pub(crate) to: Vec<Address<'h>>,
    pub(crate) cc: Vec<Address<'h>>,
    pub(crate) mailer: Option<Cow<'h, str>>,
}

impl<'h> Fields<'h> {
    /// Whether no field was read.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { subject, message_id, date, from, sender, reply_to, to, cc, mailer } = self;
        let texts = [subject, message_id, mailer];
        let lists = [from, sender, reply_to, to, cc];
        texts.into_iter().all(Option::is_none) && date.is_none() && lists.into_iter().all(Vec::is_empty)
    }

    /// Of a field that must stand once, the first counts.
    pub(crate) fn add(&mut self, name: Name, value: &'h [u8]) {
        let short = value.get(..TEXT_FIELD_BYTES).unwrap_or(value);
        match name {
            Name::Subject if self.subject.is_none() => {
                self.subject = Some(text(short));
            }
            Name::Mailer if self.mailer.is_none() => {
                self.mailer = Some(text(short));
            }
            Name::MessageId if self.message_id.is_none() => {
                self.message_id = match MessageStream::new(short).parse_id() {
                    HeaderValue::Text(id) => Some(id),
                    HeaderValue::TextList(ids) => ids.into_iter().next(),
                    _ => None,
                };
            }
            Name::Date if self.date.is_none() => {
                self.date = match MessageStream::new(short).parse_date() {
                    HeaderValue::DateTime(date) => Timestamp::of(date),
                    _ => None,
                };
            }
            Name::Subject | Name::Mailer | Name::MessageId | Name::Date => {}
            Name::From => addresses(&mut self.from, value),
            Name::Sender => addresses(&mut self.sender, value),
            Name::ReplyTo => addresses(&mut self.reply_to, value),
            Name::To => addresses(&mut self.to, value),
            Name::Cc => addresses(&mut self.cc, value),
        }
    }
}

/// The decoded text; as it stands where it has no line end (cut for its size) or would take too long.
fn text(raw: &[u8]) -> Cow<'_, str> {
    if is_affordable(raw)
        && let HeaderValue::Text(text) = MessageStream::new(raw).parse_unstructured()
    {
        return text;
    }
    String::from_utf8_lossy(raw.trim_ascii())
}

fn addresses<'h>(to: &mut Vec<Address<'h>>, value: &'h [u8]) {
    if is_affordable(value)
        && let HeaderValue::Address(address) = MessageStream::new(value).parse_address()
    {
        to.push(address);
    }
}

/// Whether decoding a value takes time in proportion to its length. `mail-parser` looks for the end of an encoded word from
/// each `=?`, up to the end of the value; words as RFC 2047 has them are short (75 characters).
fn is_affordable(value: &[u8]) -> bool {
    let budget = value.len().saturating_mul(2).saturating_add(1024);
    let mut cost = 0;
    for at in memmem::find_iter(value, b"=?") {
        let word = value.get(at + 2..).unwrap_or_default();
        // Charset and encoding, then the text.
        let text = memchr::memchr_iter(b'?', word).nth(1).map_or(word.len(), |mark| mark + 1);
        let end = memmem::find(word.get(text..).unwrap_or_default(), b"?=");
        cost += end.map_or(word.len(), |end| text + end);
        if cost > budget {
            return false;
        }
    }
    true
}

/// The addresses of a field, groups resolved.
pub(crate) fn plain<'a>(list: &'a [Address<'_>]) -> impl Iterator<Item = &'a str> {
    let of = |address: &'a Address<'_>| {
        let (alone, groups) = match address {
            Address::List(list) => (list.as_slice(), &[][..]),
            Address::Group(groups) => (&[][..], groups.as_slice()),
        };
        alone.iter().chain(groups.iter().flat_map(|group| group.addresses.iter()))
    };
    list.iter().flat_map(of).filter_map(|address| address.address.as_deref())
}

/// A time as text: `2026-01-15T09:00:00Z`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timestamp {
    text: [u8; 20],
}

impl Timestamp {
    /// The time in UTC; `None` for a date that there is not.
    fn of(date: DateTime) -> Option<Self> {
        if !date.is_valid() {
            return None;
        }
        let utc = DateTime::from_timestamp(date.to_timestamp());
        let digit = |value: u16, unit: u16| b'0' + (value / unit % 10) as u8;
        let two = |value: u8| [digit(u16::from(value), 10), digit(u16::from(value), 1)];
        let ([mo, mp], [d, e]) = (two(utc.month), two(utc.day));
        let ([h, i], [m, n], [s, t]) = (two(utc.hour), two(utc.minute), two(utc.second));
        let year = [1000, 100, 10, 1].map(|unit| digit(utc.year, unit));
        let [y0, y1, y2, y3] = year;
        let text = [y0, y1, y2, y3, b'-', mo, mp, b'-', d, e, b'T', h, i, b':', m, n, b':', s, t, b'Z'];
        Some(Self { text })
    }

    pub(crate) const fn text(&self) -> &[u8] {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_an_end_are_not_looked_for_again_and_again() {
        for word in ["=?aa?q?x ", "(=?aa?b?AAAA "] {
            assert!(!is_affordable(word.repeat(1000).as_bytes()), "{word}");
        }
        for word in ["=?utf-8?q?Gr=C3=BC=C3=9Fe?= ", "=?utf-8?b?R3LDvMOfZQ==?=\r\n ", "text ", "? = "] {
            assert!(is_affordable(word.repeat(1000).as_bytes()), "{word}");
        }
        assert_eq!(text(b" =?aa?q?x\r\n"), "=?aa?q?x");
        assert_eq!(text("=?aa?q?x ".repeat(1000).as_bytes()).len(), 8999);
    }
}
