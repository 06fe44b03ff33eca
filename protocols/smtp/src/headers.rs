//! The header section of a mail: the fields that are wanted are kept while it passes, and read when the event is made.
//!
//! What a value means (RFC 5322 addresses and dates, RFC 2047 encoded words) is left to `mail-parser`.

use std::borrow::Cow;

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, DateTime, HeaderValue};
use packetbeat_core::excerpt::Excerpt;

use crate::limits::{HEADER_BYTES, HEADER_LINE_BYTES, HEADER_SECTION_BYTES, TEXT_FIELD_BYTES};

/// A field that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Subject,
    MessageId,
    Date,
    From,
    Sender,
    ReplyTo,
    To,
    Cc,
    Mailer,
}

impl Name {
    /// The field of a line, and where its value starts.
    fn of(line: &[u8]) -> Option<(Self, usize)> {
        let colon = memchr::memchr(b':', line.get(..16).unwrap_or(line))?;
        let name = line.get(..colon)?.trim_ascii_end();
        let names: &[(&[u8], Self)] = match name.len() {
            2 => &[(b"to", Self::To), (b"cc", Self::Cc)],
            4 => &[(b"from", Self::From), (b"date", Self::Date)],
            6 => &[(b"sender", Self::Sender)],
            7 => &[(b"subject", Self::Subject)],
            8 => &[(b"reply-to", Self::ReplyTo), (b"x-mailer", Self::Mailer)],
            10 => &[(b"message-id", Self::MessageId), (b"user-agent", Self::Mailer)],
            _ => &[],
        };
        let found = names.iter().find(|(text, _)| name.eq_ignore_ascii_case(text))?;
        Some((found.1, colon + 1))
    }
}

/// How a piece of content ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// It was all header section; more of it may come.
    Reading,
    /// The header section is over; so many bytes of the piece belonged to it.
    Over(usize),
    /// A dot alone ended the content in the middle of the header section, behind so many bytes.
    Dot(usize),
}

/// The header section while it passes.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    /// Wanted fields, each with its line ends, one behind the other.
    kept: Excerpt,
    /// The start of a line whose end has not come.
    carry: Excerpt,
    /// Whether a line that continues the last one is wanted too.
    keeping: bool,
    seen: u64,
    /// Dots that the sender doubled.
    stuffed: u64,
}

impl Headers {
    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.carry.clear();
        (self.keeping, self.seen, self.stuffed) = (false, 0, 0);
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.kept.heap_bytes() + self.carry.heap_bytes()
    }

    /// Whether fields were dropped for their size.
    pub(crate) const fn is_cut(&self) -> bool {
        self.kept.cut() > 0
    }

    /// Dots that the sender doubled.
    pub(crate) const fn stuffed(&self) -> u64 {
        self.stuffed
    }

    /// Content of the header section; `dots` if it is `DATA`, where a dot alone ends it and dots are doubled.
    pub(crate) fn feed(&mut self, bytes: &[u8], dots: bool) -> Fed {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(end) = memchr::memchr(b'\n', rest) else {
                self.carry.push(rest, HEADER_LINE_BYTES);
                return Fed::Reading;
            };
            let (line, _) = rest.split_at_checked(end + 1).unwrap_or((rest, &[]));
            let fed = if self.carry.is_empty() {
                self.line(line, dots)
            } else {
                let mut carry = std::mem::take(&mut self.carry);
                carry.push(line, HEADER_LINE_BYTES + 2);
                let fed = self.line(carry.bytes(), dots);
                carry.clear();
                self.carry = carry;
                fed
            };
            match fed {
                Fed::Reading => at += line.len(),
                // A line of text: the section ended in front of it.
                Fed::Over(0) => return Fed::Over(at),
                Fed::Over(_) => return Fed::Over(at + line.len()),
                Fed::Dot(_) => return Fed::Dot(at + line.len()),
            }
        }
        Fed::Reading
    }

    /// The section cannot be followed any further: bytes of it were lost, or the content ended.
    pub(crate) fn finish(&mut self) {
        let carry = std::mem::take(&mut self.carry);
        if !carry.is_empty() {
            self.line(carry.bytes(), false);
        }
        self.carry = carry;
        self.carry.clear();
    }

    fn line(&mut self, line: &[u8], dots: bool) -> Fed {
        let first = self.seen == 0;
        self.seen = self.seen.saturating_add(line.len() as u64);
        let mut line = line;
        if dots && let Some(rest) = line.strip_prefix(b".") {
            if rest == b"\r\n" || rest == b"\n" {
                return Fed::Dot(line.len());
            }
            self.stuffed += 1;
            line = rest;
        }
        if line == b"\r\n" || line == b"\n" || self.seen > HEADER_SECTION_BYTES {
            return Fed::Over(line.len());
        }
        match line.first() {
            Some(b' ' | b'\t') => {}
            // What mailbox files have in front of a message.
            _ if first && (line.starts_with(b"From ") || line.starts_with(b">From ")) => self.keeping = false,
            _ if !is_field(line) => return Fed::Over(0),
            _ => self.keeping = Name::of(line).is_some(),
        }
        if self.keeping {
            self.kept.push(line, HEADER_BYTES);
        }
        Fed::Reading
    }

    /// Reads what was kept.
    pub(crate) fn read(&self) -> Fields<'_> {
        let mut fields = Fields::default();
        let mut rest = self.kept.bytes();
        while !rest.is_empty() {
            let (field, behind) = rest.split_at_checked(field_len(rest)).unwrap_or((rest, &[]));
            rest = behind;
            if let Some((name, value)) = Name::of(field) {
                fields.add(name, field.get(value..).unwrap_or_default());
            }
        }
        fields
    }
}

/// Whether a line begins a field: a name of visible characters and a colon (RFC 5322, 2.2).
fn is_field(line: &[u8]) -> bool {
    let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    name > 0 && line.get(name..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// Length of the first field with the lines that continue it.
fn field_len(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes)
        .map(|at| at + 1)
        .find(|end| !matches!(bytes.get(*end), Some(b' ' | b'\t')))
        .unwrap_or(bytes.len())
}

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
    fn add(&mut self, name: Name, value: &'h [u8]) {
        let short = value.get(..TEXT_FIELD_BYTES).unwrap_or(value);
        match name {
            Name::Subject if self.subject.is_none() => {
                self.subject = Some(text(MessageStream::new(short).parse_unstructured(), short));
            }
            Name::Mailer if self.mailer.is_none() => {
                self.mailer = Some(text(MessageStream::new(short).parse_unstructured(), short));
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

/// The decoded text; as it stands where it has no line end (cut for its size).
fn text<'h>(value: HeaderValue<'h>, raw: &'h [u8]) -> Cow<'h, str> {
    match value {
        HeaderValue::Text(text) => text,
        _ => String::from_utf8_lossy(raw.trim_ascii()),
    }
}

fn addresses<'h>(to: &mut Vec<Address<'h>>, value: &'h [u8]) {
    if let HeaderValue::Address(address) = MessageStream::new(value).parse_address() {
        to.push(address);
    }
}

/// The addresses of a field, groups resolved.
pub(crate) fn plain<'a>(list: &'a [Address<'_>]) -> impl Iterator<Item = &'a str> {
    list.iter().flat_map(Address::iter).filter_map(|address| address.address.as_deref())
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

    fn read(section: &str, step: usize) -> (Headers, Fed) {
        let mut headers = Headers::default();
        let mut fed = Fed::Reading;
        for piece in section.as_bytes().chunks(step) {
            fed = headers.feed(piece, true);
            if fed != Fed::Reading {
                break;
            }
        }
        headers.finish();
        (headers, fed)
    }

    #[test]
    fn fields_are_read_however_they_are_cut() {
        let section = "Received: from a\r\n\tby b\r\nsubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= aus\r\n  Bonn\r\nSUBJECT: second\r\n\
            Message-ID: <1@example.org>\r\nFrom: Ann <ann@example.org>\r\nTo: friends: bob@example.org, \"C, D\" <cd@example.org>;\r\n\
            Cc: eve@example.org\r\nDate: Thu, 15 Jan 2026 10:00:00 +0100\r\nX-Mailer: tests\r\n\r\nSubject: body\r\n";
        for step in 1..=section.len() {
            let (headers, fed) = read(section, step);
            assert!(matches!(fed, Fed::Over(_)), "{step}");
            let fields = headers.read();
            assert_eq!(fields.subject.as_deref(), Some("Grüße aus Bonn"), "{step}");
            assert_eq!(fields.message_id.as_deref(), Some("1@example.org"));
            assert_eq!(plain(&fields.from).collect::<Vec<_>>(), ["ann@example.org"]);
            assert_eq!(plain(&fields.to).collect::<Vec<_>>(), ["bob@example.org", "cd@example.org"]);
            assert_eq!(plain(&fields.cc).collect::<Vec<_>>(), ["eve@example.org"]);
            assert_eq!(fields.date.unwrap().text(), b"2026-01-15T09:00:00Z");
            assert_eq!(fields.mailer.as_deref(), Some("tests"));
        }
    }

    #[test]
    fn the_section_ends_at_text_and_at_the_dot() {
        assert_eq!(read("Subject: a\r\nno field\r\n", 99).1, Fed::Over(12));
        assert_eq!(read("test\r\n", 99).1, Fed::Over(0));
        assert_eq!(read("Subject: a\r\n.\r\nQUIT", 99).1, Fed::Dot(15));
        assert_eq!(read(".\r\n", 1).1, Fed::Dot(1));
        let (headers, fed) = read("From x@y Thu\r\nSubject: b\r\n", 99);
        assert_eq!((fed, headers.read().subject.as_deref()), (Fed::Reading, Some("b")));
        let (headers, _) = read("Subject:\r\n\r\n", 99);
        assert_eq!(headers.read().subject.as_deref(), Some(""));
    }

    #[test]
    fn impossible_dates_are_left_out() {
        let (headers, _) = read("Date: Thu, 45 Foo 9999 99:99:99\r\n\r\n", 99);
        assert!(headers.read().date.is_none());
    }
}
