//! Recognising a message on any port.
//!
//! A message is believed in if its header makes sense, its questions are of known types and classes, and its records end
//! exactly where it ends. NetBIOS names (RFC 1002) have the same format; their encoding gives them away.

use packetbeat_core::limits::PROBE_BYTES;
use packetbeat_core::probe::{Role, Verdict};

use crate::codes;
use crate::limits::PROBE_QUESTIONS;
use crate::name;
use crate::wire::{HEADER, Header, Message, Survey};

/// A datagram.
pub(crate) fn datagram(bytes: &[u8]) -> Verdict {
    // The header tells nearly everything else apart, before anything is walked through.
    if bytes.len() < HEADER || !could_begin(bytes) {
        return Verdict::Reject;
    }
    match Message::parse(bytes) {
        Ok(message) if is_plausible(&message) && ends_where_it_should(&message) => claim(message.header),
        _ => Verdict::Reject,
    }
}

/// The head of one direction of a stream: a message behind its length.
pub(crate) fn stream(head: &[u8]) -> Verdict {
    let Some((prefix, body)) = head.split_first_chunk::<2>() else { return Verdict::NeedMore };
    let len = usize::from(u16::from_be_bytes(*prefix));
    if len < HEADER {
        return Verdict::Reject;
    }
    if let Some(whole) = body.get(..len) {
        return datagram(whole);
    }
    if !could_begin(body) {
        return Verdict::Reject;
    }
    match Message::parse(body) {
        Ok(message) if !is_plausible(&message) => Verdict::Reject,
        Ok(message) => match begins_as_it_should(&message) {
            Some(false) => Verdict::Reject,
            // The rest of a long message cannot be waited for.
            Some(true) if head.len() >= PROBE_BYTES => claim(message.header),
            None if head.len() >= PROBE_BYTES => Verdict::Reject,
            _ => Verdict::NeedMore,
        },
        Err(_) if head.len() >= PROBE_BYTES => Verdict::Reject,
        Err(_) => Verdict::NeedMore,
    }
}

/// Whether what is there of a header and the first label contradicts nothing.
fn could_begin(body: &[u8]) -> bool {
    let Some(&[i1, i0, high, low, q1, q0, a1, a0, n1, n0, r1, r0]) = body.first_chunk::<HEADER>() else {
        return body.get(2..4).is_none_or(|flags| match flags {
            [high, low] => is_sound(u16::from_be_bytes([*high, *low])),
            _ => true,
        });
    };
    let counts = [[q1, q0], [a1, a0], [n1, n0], [r1, r0]].map(u16::from_be_bytes);
    let header = Header { id: u16::from_be_bytes([i1, i0]), flags: u16::from_be_bytes([high, low]), counts };
    has_sense(header) && body.get(HEADER).is_none_or(|first| *first < 0x40)
}

const fn claim(header: Header) -> Verdict {
    let sender = if header.is_response() { Role::Server } else { Role::Client };
    Verdict::Match { sender }
}

/// Kinds of query that are in use, and no bit that must be zero.
const fn is_sound(flags: u16) -> bool {
    let (is_response, opcode, rcode) = (flags & 0x8000 != 0, flags >> 11 & 15, flags & 15);
    let has_known_opcode = matches!(opcode, 0..=2 | 4 | 5);
    let reserved = flags & 0x0040;
    has_known_opcode && reserved == 0 && (is_response || (rcode == 0 && flags & 0x0080 == 0)) && rcode <= 11
}

/// Whether the counts are those of a message that somebody would send.
const fn has_sense(header: Header) -> bool {
    let [questions, answers, authorities, additionals] = header.counts;
    let is_update = header.opcode() == 5;
    // Answers in queries: notifications, inverse queries, prerequisites of updates, what mDNS knows already.
    let is_special = header.opcode() != 0 || header.id == 0;
    is_sound(header.flags)
        && questions <= PROBE_QUESTIONS
        && if header.is_response() {
            questions > 0 || answers > 0
        } else {
            (questions > 0 || (header.opcode() == 1 && answers == 1))
                && (answers == 0 || is_special)
                && (authorities == 0 || is_special)
                && (additionals <= 4 || is_special)
                && (!is_update || questions == 1)
        }
}

/// Whether questions are those of DNS.
fn is_plausible(message: &Message<'_>) -> bool {
    let mut count = 0;
    let are_known = message.questions().all(|question| {
        count += 1;
        // mDNS has a flag in the top bit of the class.
        let class = if message.header.id == 0 { question.class & 0x7fff } else { question.class };
        is_kind(question.kind)
            && codes::class(class).is_known()
            && name::fingerprint(message.bytes, question.name_at, question.name_end).is_ok()
    });
    are_known && count == message.header.counts[0] && !is_netbios(message.bytes)
}

/// A registered type, or one for private use (RFC 6895, 3.1).
fn is_kind(kind: u16) -> bool {
    codes::kind(kind).is_known() || matches!(kind, 0xff00..=0xfffe)
}

/// Whether the records fill the rest of the message, and nothing remains.
fn ends_where_it_should(message: &Message<'_>) -> bool {
    let survey = message.survey(|_| {});
    survey.damage.is_none() && survey.end == message.bytes.len() && have_known_classes(message, &survey)
}

/// Whether the records that are there of a message in a stream are records; `None` if nothing is there to tell by.
fn begins_as_it_should(message: &Message<'_>) -> Option<bool> {
    let survey = message.survey(|_| {});
    let is_something = message.question.is_some() || survey.end > HEADER;
    is_something.then(|| have_known_classes(message, &survey))
}

/// Whether all records are of known classes. New types are common, but where no question speaks for the message they are not
/// believed either.
fn have_known_classes(message: &Message<'_>, survey: &Survey) -> bool {
    survey.sections.into_iter().flat_map(|place| message.records(place)).all(|record| {
        // mDNS has a flag in the top bit.
        let class = if message.header.id == 0 { record.class & 0x7fff } else { record.class };
        record.kind == codes::OPT
            || (codes::class(class).is_known() && (message.question.is_some() || is_kind(record.kind)))
    })
}

/// Whether the first name is one of NetBIOS: 16 octets, each written as two of the letters A to P (RFC 1001, 14.1).
fn is_netbios(bytes: &[u8]) -> bool {
    let label = bytes.get(HEADER + 1..HEADER + 33).unwrap_or_default();
    bytes.get(HEADER) == Some(&32)
        && label.len() == 32
        && label.iter().all(|byte| matches!(byte, b'A'..=b'P'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
    const SERVER: Verdict = Verdict::Match { sender: Role::Server };

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
        bytes.extend_from_slice(message);
        bytes
    }

    #[test]
    fn queries_and_answers() {
        assert_eq!(datagram(samples::QUERY), CLIENT);
        assert_eq!(datagram(samples::ANSWER), SERVER);
        assert_eq!(stream(&framed(samples::QUERY)), CLIENT);
        assert_eq!(stream(&framed(samples::ANSWER)), SERVER);
        let announcement =
            b"\0\0\x84\0\0\0\0\x01\0\0\0\0\x07printer\x05local\0\0\x01\x80\x01\0\0\0\x78\0\x04\xc0\0\x02\x28";
        assert_eq!(datagram(announcement), SERVER);
    }

    #[test]
    fn a_stream_is_waited_for_as_long_as_it_may_be_one() {
        let whole = framed(samples::QUERY);
        for len in 0..whole.len() {
            assert_eq!(stream(&whole[..len]), Verdict::NeedMore, "{len}");
        }
    }

    #[test]
    fn every_change_of_length_is_noticed() {
        for sample in [samples::QUERY, samples::ANSWER] {
            for len in 0..sample.len() {
                assert_eq!(datagram(&sample[..len]), Verdict::Reject, "{len}");
            }
            let mut longer = sample.to_vec();
            longer.push(0);
            assert_eq!(datagram(&longer), Verdict::Reject);
        }
    }

    #[test]
    fn near_misses() {
        let nbns = b"\x80\x5b\x01\x10\0\x01\0\0\0\0\0\0\x20EKEDCACACACACACACACACACACACACAAA\0\0\x20\0\x01";
        let nbstat = b"\x80\x5b\0\0\0\x01\0\0\0\0\0\0\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01";
        let stun = b"\0\x01\0\0\x21\x12\xa4\x42\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";
        let mut ntp = [0u8; 48];
        ntp[0] = 0x23;
        let mut quic = vec![0xc3, 0, 0, 0, 1, 8];
        quic.resize(1200, 0x5a);
        let rtp = [&b"\x80\x00\x12\x34\0\0\x01\0\xde\xad\xbe\xef"[..], &[0xd5; 160]].concat();
        let sip = b"OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/UDP x\r\n\r\n";
        let snmp = b"\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x01\x01\x02\x01\0\x02\x01\0\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\0\x05\0";
        let dtls = [&b"\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x30\x01\0\0\x24"[..], &[7; 44]].concat();
        let teredo = [&b"\x60\0\0\0\0\x10\x3a\x15"[..], &[0x20; 48]].concat();
        let dhcp = [&[1u8, 1, 6, 0][..], &[0; 236]].concat();
        let zeros = [0u8; 64];
        let ssdp = b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n";
        for near in [
            &nbns[..],
            nbstat,
            stun,
            &ntp,
            &quic,
            &rtp,
            sip,
            snmp,
            &dtls,
            &teredo,
            &dhcp,
            &zeros,
            ssdp,
            b"",
            b"x",
        ] {
            assert_eq!(datagram(near), Verdict::Reject, "{near:x?}");
            assert_eq!(datagram(near.get(2..).unwrap_or_default()), Verdict::Reject, "{near:x?}");
        }
        for near in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
            b"SSH-2.0-x\r\n",
            &zeros,
            &dtls,
        ] {
            assert_eq!(stream(near), Verdict::Reject, "{near:x?}");
        }
    }

    #[test]
    fn unknown_types_classes_and_reserved_bits_are_not_believed() {
        for (place, value) in [(29, 0xf3), (32, 7), (3, 0x40), (2, 0x79), (5, 65), (7, 1)] {
            let mut bytes = samples::QUERY.to_vec();
            bytes[place] = value;
            assert_eq!(datagram(&bytes), Verdict::Reject, "{place}");
        }
    }
}
