//! A message as text, for `send_request` and `send_response`:
//! `ID 4660; QR query; OPCODE QUERY; FLAGS rd; RCODE NOERROR; QUESTION class IN, type A, www.example.org`.

use std::net::IpAddr;

use packetbeat_core::fields::{Fields, Key};
use packetbeat_core::netname;
use packetbeat_core::text::Text;

use crate::codes;
use crate::limits::NAMES_TEXT;
use crate::name;
use crate::rdata;
use crate::wire::{Message, Survey};

/// Letters of the flags in the order of the text.
const FLAGS: [(u16, &str); 6] =
    [(0x0400, "aa"), (0x0200, "tc"), (0x0100, "rd"), (0x0080, "ra"), (0x0020, "ad"), (0x0010, "cd")];

/// Appends the text of `message` to `out`.
pub(crate) fn write(message: &Message<'_>, survey: &Survey, out: &mut Vec<u8>) {
    let header = message.header;
    let mut plain = Plain { out };
    plain.push("ID ");
    plain.number(header.id.into());
    plain.push(if header.is_response() { "; QR response; OPCODE " } else { "; QR query; OPCODE " });
    plain.out.extend_from_slice(codes::opcode(header.opcode()).bytes());
    plain.push("; FLAGS ");
    let mut first = true;
    for (_, letters) in FLAGS.iter().filter(|(bit, _)| header.flags & bit != 0) {
        if !first {
            plain.push(" ");
        }
        first = false;
        plain.push(letters);
    }
    plain.push("; RCODE ");
    plain.out.extend_from_slice(codes::rcode(header.rcode()).bytes());
    let start = plain.out.len();
    let mut lead = "; QUESTION ";
    for question in message.questions() {
        plain.push(lead);
        lead = "; ";
        plain.push("class ");
        plain.out.extend_from_slice(codes::class(question.class).bytes());
        plain.push(", type ");
        plain.out.extend_from_slice(codes::kind(question.kind).bytes());
        plain.push(", ");
        if name::expand(message.bytes, question.name_at, plain.out).is_err()
            || plain.out.len() - start > NAMES_TEXT
        {
            return;
        }
    }
    let mut buffer = Vec::new();
    for (title, place) in ["; ANSWER ", "; AUTHORITY ", "; ADDITIONAL "].into_iter().zip(survey.sections) {
        let mut lead = title;
        for record in message.records(place).filter(|record| record.kind != codes::OPT) {
            plain.push(lead);
            lead = "; ";
            rdata::write(&record, &mut buffer, &mut plain);
            if plain.out.len() - start > NAMES_TEXT {
                return;
            }
        }
    }
}

/// Fields as `name value, name value, data`.
struct Plain<'o> {
    out: &'o mut Vec<u8>,
}

impl Plain<'_> {
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn number(&mut self, value: u64) {
        self.push(itoa::Buffer::new().format(value));
    }

    /// The name, unless it is that of the main value, which comes last.
    fn name<const N: usize>(&mut self, key: &Key<N>) -> bool {
        let is_data = key.name() == "data";
        if !is_data {
            self.push(key.name());
            self.push(" ");
        }
        is_data
    }

    fn value<const N: usize>(&mut self, key: &Key<N>, write: impl FnOnce(&mut Self)) {
        let is_data = self.name(key);
        write(self);
        if !is_data {
            self.push(", ");
        }
    }
}

impl Fields for Plain<'_> {
    fn text<'t, const N: usize>(&mut self, key: &Key<N>, value: impl Into<Text<'t>>) {
        let value = value.into();
        self.value(key, |plain| plain.out.extend_from_slice(value.bytes()));
    }
    fn parts<const N: usize>(&mut self, key: &Key<N>, parts: &[Text<'_>]) {
        self.value(key, |plain| parts.iter().for_each(|part| plain.out.extend_from_slice(part.bytes())));
    }
    fn signed<const N: usize>(&mut self, key: &Key<N>, value: i64) {
        self.value(key, |plain| plain.push(itoa::Buffer::new().format(value)));
    }
    fn unsigned<const N: usize>(&mut self, key: &Key<N>, value: u64) {
        self.value(key, |plain| plain.number(value));
    }
    fn boolean<const N: usize>(&mut self, key: &Key<N>, value: bool) {
        self.value(key, |plain| plain.push(if value { "true" } else { "false" }));
    }
    fn ip<const N: usize>(&mut self, key: &Key<N>, value: IpAddr) {
        self.value(key, |plain| plain.item_ip(value));
    }
    fn item<'t>(&mut self, value: impl Into<Text<'t>>) {
        self.out.extend_from_slice(value.into().bytes());
    }
    fn item_ip(&mut self, value: IpAddr) {
        self.out.extend_from_slice(netname::ip_text(value).as_bytes());
    }
    // Data of records has neither objects nor lists nor names from the wire.
    fn open<const N: usize>(&mut self, _: &Key<N>) {}
    fn open_named(&mut self, _: Text<'_>) {}
    fn text_named<'t>(&mut self, _: Text<'_>, _: impl Into<Text<'t>>) {}
    fn parts_named(&mut self, _: Text<'_>, _: &[Text<'_>]) {}
    fn unsigned_named(&mut self, _: Text<'_>, _: u64) {}
    fn close(&mut self) {}
    fn list<const N: usize>(&mut self, _: &Key<N>) {}
    fn item_open(&mut self) {}
    fn close_list(&mut self) {}
    fn constant(&mut self, _: &'static str) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn text(bytes: &[u8]) -> String {
        let message = Message::parse(bytes).unwrap();
        let mut out = Vec::new();
        write(&message, &message.survey(|_| {}), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn query_and_answer() {
        assert_eq!(
            text(samples::QUERY),
            "ID 4660; QR query; OPCODE QUERY; FLAGS rd; RCODE NOERROR; QUESTION class IN, type A, www.example.org"
        );
        let wire = samples::message(
            0x8580,
            &[("example.org", 15)],
            &[(15, b"\x00\x0a\xc0\x0c"), (1, &[192, 0, 2, 1])],
        );
        assert_eq!(
            text(&wire),
            "ID 4660; QR response; OPCODE QUERY; FLAGS aa rd ra; RCODE NOERROR; QUESTION class IN, type MX, example.org; \
             ANSWER preference 10, example.org; 192.0.2.1"
        );
    }
}
