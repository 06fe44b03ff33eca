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
}

impl Headers {
    /// Forgets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.carry.clear();
        (self.keeping, self.seen) = (false, 0);
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.kept.heap_bytes() + self.carry.heap_bytes()
    }

    /// Whether fields were dropped for their size.
    pub(crate) const fn is_cut(&self) -> bool {
        self.kept.cut() > 0
    }

    /// A piece of content; `dots` if it is `DATA`, where dots are doubled. True if the header section is over: in this piece an
    /// empty line ended, or one that is no field.
    pub(crate) fn feed(&mut self, bytes: &[u8], dots: bool) -> bool {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = behind.get(1..).unwrap_or_default();
            let over = if self.carry.is_empty() {
                let kept = line.get(..HEADER_LINE_BYTES).unwrap_or(line);
                self.line(kept, line.len(), dots)
            } else {
                let mut carry = std::mem::take(&mut self.carry);
                carry.push(line, HEADER_LINE_BYTES);
                let over = self.line(carry.bytes(), carry_len(&carry), dots);
                carry.clear();
                self.carry = carry;
                over
            };
            if over {
                return true;
            }
        }
        self.carry.push(rest, HEADER_LINE_BYTES);
        false
    }

    /// The section cannot be followed any further: bytes of it were lost, or the content ended.
    pub(crate) fn finish(&mut self) {
        let carry = std::mem::take(&mut self.carry);
        if !carry.is_empty() {
            self.line(carry.bytes(), carry_len(&carry), false);
        }
        self.carry = carry;
        self.carry.clear();
    }

    /// A line without its LF, as far as it is kept, and its whole length. True if the section is over.
    fn line(&mut self, line: &[u8], len: usize, dots: bool) -> bool {
        let first = self.seen == 0;
        self.seen = self.seen.saturating_add(len as u64 + 1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if dots { line.strip_prefix(b".").unwrap_or(line) } else { line };
        if line.is_empty() || self.seen > HEADER_SECTION_BYTES {
            return true;
        }
        match line.first() {
            Some(b' ' | b'\t') => {}
            // What mailbox files have in front of a message.
            _ if first && (line.starts_with(b"From ") || line.starts_with(b">From ")) => self.keeping = false,
            _ if !is_field(line) => return true,
            _ => self.keeping = Name::of(line).is_some(),
        }
        if self.keeping {
            self.kept.push(line, HEADER_BYTES);
            self.kept.push(b"\r\n", HEADER_BYTES);
        }
        false
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

/// Length of a line of which a part is kept.
fn carry_len(carry: &Excerpt) -> usize {
    carry.bytes().len().saturating_add(usize::try_from(carry.cut()).unwrap_or(usize::MAX))
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

    fn read(section: &str, step: usize) -> (Headers, bool) {
        let mut headers = Headers::default();
        let over = section.as_bytes().chunks(step).any(|piece| headers.feed(piece, true));
        headers.finish();
        (headers, over)
    }

    #[test]
    fn fields_are_read_however_they_are_cut() {
        let section = "Received: from a\r\n\tby b\r\nsubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= aus\r\n  Bonn\r\nSUBJECT: second\r\n\
            Message-ID: <1@example.org>\r\nFrom: Ann <ann@example.org>\r\nTo: friends: bob@example.org, \"C, D\" <cd@example.org>;\r\n\
            Cc: eve@example.org\r\nDate: Thu, 15 Jan 2026 10:00:00 +0100\r\nX-Mailer: tests\r\n\r\nSubject: body\r\n";
        for step in 1..=section.len() {
            let (headers, over) = read(section, step);
            assert!(over, "{step}");
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
        for step in [1, 2, 99] {
            for text in ["Subject: a\r\nno field\r\n", "test\r\n", "\n", "Subject: a\r\n.\r\n", ".\n", "..\n"]
            {
                assert!(read(text, step).1, "{text:?}");
            }
            let (headers, over) = read("From x@y Thu\r\nSubject: b\r\n", step);
            assert_eq!((over, headers.read().subject.as_deref()), (false, Some("b")));
            let (headers, _) = read("Subject:\r\n\r\n", step);
            assert_eq!(headers.read().subject.as_deref(), Some(""));
        }
    }

    #[test]
    fn long_lines_are_kept_as_far_however_they_are_cut() {
        for len in [HEADER_LINE_BYTES - 10, HEADER_LINE_BYTES - 9, HEADER_LINE_BYTES - 8, HEADER_BYTES + 9] {
            let section = format!("Subject: {}\r\nTo: a@b\r\n\r\n", "x".repeat(len));
            let kept = |step| {
                let (headers, over) = read(&section, step);
                assert!(over);
                (headers.kept.bytes().to_vec(), headers.kept.cut(), headers.seen)
            };
            let whole = kept(section.len());
            assert!(whole.0.ends_with(b"\r\nTo: a@b\r\n"));
            for step in [1, 7, 1460] {
                assert_eq!(kept(step), whole, "{len} by {step}");
            }
        }
    }

    #[test]
    fn impossible_dates_are_left_out() {
        let (headers, _) = read("Date: Thu, 45 Foo 9999 99:99:99\r\n\r\n", 99);
        assert!(headers.read().date.is_none());
    }
}
