//! The header section of a mail: the fields that are wanted are kept while it passes, and read when the event is made.

use packetbeat_core::excerpt::Excerpt;

use crate::fields::Fields;
use crate::limits::{HEADER_BYTES, HEADER_LINE_BYTES, HEADER_SECTION_BYTES};

/// A field that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::plain;

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
