//! A message (RFC 1035, 4.1): bytes → what stands where. Nothing is copied.
//!
//! ```text
//!  0                   2                   4        6        8        10       12
//!  ├───────────────────┼───────────────────┼────────┼────────┼────────┼────────┼────────────
//!  │ id                │QR OPCODE AA TC RD │ number │ number │ number │ number │ questions,
//!  │                   │RA Z AD CD RCODE   │ of ques│ answers│ author.│ additio│ records …
//! ```
//!
//! Little is checked up front: a broken record does not make a broken message, what stands before it is kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use packetbeat_core::reader::Reader;
use packetbeat_core::stream::WireError;

use crate::codes;
use crate::name;

/// Octets of the header.
pub(crate) const HEADER: usize = 12;

/// The header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Chosen by who asks, repeated by who answers.
    pub(crate) id: u16,
    /// QR, OPCODE, AA, TC, RD, RA, Z, AD, CD and RCODE.
    pub(crate) flags: u16,
    /// Numbers of questions, answers, authority and additional records that the sender claims.
    pub(crate) counts: [u16; 4],
}

impl Header {
    /// Whether this answers.
    pub(crate) const fn is_response(self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// What kind of query it is.
    pub(crate) const fn opcode(self) -> u8 {
        (self.flags >> 11 & 15) as u8
    }

    /// The lower four bits of the response code.
    pub(crate) const fn rcode(self) -> u16 {
        self.flags & 15
    }
}

/// The first question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    /// Where its name stands.
    pub(crate) name_at: usize,
    /// Where its name ends.
    pub(crate) name_end: name::End,
    /// The type asked for.
    pub(crate) kind: u16,
    /// The class asked for.
    pub(crate) class: u16,
}

/// A message whose header and questions were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'m> {
    /// All of it.
    pub(crate) bytes: &'m [u8],
    /// Its header.
    pub(crate) header: Header,
    /// Its first question.
    pub(crate) question: Option<Question>,
    /// Where the records begin; `None` where a later question is broken.
    records_at: Option<usize>,
}

impl<'m> Message<'m> {
    /// Reads header and questions.
    ///
    /// # Errors
    /// The header is cut, or the first question is not one.
    // Put together where the caller wants it: what a call gives back is copied in larger pieces than it was written in.
    #[inline(always)]
    pub(crate) fn parse(bytes: &'m [u8]) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let [a, b, c, d, e, f, g, h, i, j, k, l] = reader.array::<HEADER>("header cut short")?;
        let pair = |high, low| u16::from_be_bytes([high, low]);
        let header = Header {
            id: pair(a, b),
            flags: pair(c, d),
            counts: [pair(e, f), pair(g, h), pair(i, j), pair(k, l)],
        };
        let [questions, ..] = header.counts;
        if questions == 0 {
            return Ok(Self { bytes, header, question: None, records_at: Some(HEADER) });
        }
        let (question, mut at) = question(bytes, HEADER)?;
        let mut left = questions - 1;
        while left > 0
            && let Ok((_, next)) = self::question(bytes, at)
        {
            (at, left) = (next, left - 1);
        }
        Ok(Self { bytes, header, question: Some(question), records_at: (left == 0).then_some(at) })
    }

    /// The questions that can be read, at most as many as the header claims.
    pub(crate) fn questions(&self) -> impl Iterator<Item = Question> + 'm {
        let (bytes, [count, ..]) = (self.bytes, self.header.counts);
        let mut at = HEADER;
        (0..count).map_while(move |_| {
            let (question, next) = question(bytes, at).ok()?;
            at = next;
            Some(question)
        })
    }

    /// Whether it belongs to the transfer of a zone, as far as it says so: only the first message must repeat the question
    /// (RFC 5936, 2.2.1).
    pub(crate) const fn is_transfer(&self) -> bool {
        matches!(self.question, None | Some(Question { kind: codes::AXFR | codes::IXFR, .. }))
    }

    /// Whether one of the records is that of EDNS.
    pub(crate) fn has_edns(&self) -> bool {
        match (self.header.counts, self.records_at) {
            ([.., 0], _) | (_, None) => false,
            // Nearly every query: one additional record, behind the question.
            ([_, 0, 0, 1], Some(at)) => self.bytes.get(at..at + 3) == Some(&[0, 0, 41]),
            _ => self.survey(|_| {}).opt.is_some(),
        }
    }

    /// Looks at all records once: how many there are, and where. `address` hears the addresses that the answers give.
    pub(crate) fn survey(&self, mut address: impl FnMut(IpAddr)) -> Survey {
        let mut survey = Survey::default();
        let [_, answers, authorities, additionals] = self.header.counts;
        let Some(mut at) = self.records_at else {
            survey.damage = Some(WireError::new("question cut short", HEADER));
            return survey;
        };
        for (section, claimed) in [answers, authorities, additionals].into_iter().enumerate() {
            let Some(place) = survey.sections.get_mut(section) else { break };
            place.at = at;
            if survey.damage.is_some() {
                continue;
            }
            for _ in 0..claimed {
                match Record::read(self.bytes, at) {
                    Ok((record, next)) => {
                        at = next;
                        if record.kind == codes::OPT {
                            place.opts += 1;
                            survey.opt.get_or_insert(Opt::of(&record));
                        } else if section == 0 {
                            record.address().into_iter().for_each(&mut address);
                        }
                        place.records += 1;
                    }
                    Err(damage) => {
                        survey.damage = Some(damage);
                        break;
                    }
                }
            }
        }
        survey.end = at;
        survey
    }

    /// The records of a place, which [`Message::survey`] found.
    pub(crate) fn records(&self, place: Place) -> impl Iterator<Item = Record<'m>> + 'm {
        let bytes = self.bytes;
        let mut at = place.at;
        (0..place.records).map_while(move |_| {
            let (record, next) = Record::read(bytes, at).ok()?;
            at = next;
            Some(record)
        })
    }
}

#[inline]
fn question(bytes: &[u8], at: usize) -> Result<(Question, usize), WireError> {
    let name_end = name::skip(bytes, at)?;
    let mut reader = Reader::starting_at(bytes, name_end.at);
    let [a, b, c, d] = reader.array("question cut short")?;
    let question = Question {
        name_at: at,
        name_end,
        kind: u16::from_be_bytes([a, b]),
        class: u16::from_be_bytes([c, d]),
    };
    Ok((question, reader.at()))
}

/// Where a section's records stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    /// Its first byte.
    pub(crate) at: usize,
    /// Records that were there, OPT included.
    pub(crate) records: u16,
    /// OPT records among them.
    pub(crate) opts: u16,
}

impl Place {
    /// Records as everybody counts them: OPT is none.
    pub(crate) const fn count(self) -> u16 {
        self.records.saturating_sub(self.opts)
    }
}

/// What a look at all records found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Survey {
    /// Answers, authorities, additionals.
    pub(crate) sections: [Place; 3],
    /// The pseudo-record of EDNS.
    pub(crate) opt: Option<Opt>,
    /// Why the look ended early.
    pub(crate) damage: Option<WireError>,
    /// Behind the last record.
    pub(crate) end: usize,
}

/// What EDNS says in the fixed part of its record (RFC 6891, 6.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opt {
    /// Octets that the sender can take in one datagram.
    pub(crate) udp_size: u16,
    /// The upper eight bits of the response code.
    pub(crate) rcode_high: u8,
    /// Version of EDNS.
    pub(crate) version: u8,
    /// DNSSEC records are welcome (RFC 3225).
    pub(crate) dnssec_ok: bool,
}

impl Opt {
    fn of(record: &Record<'_>) -> Self {
        let [rcode_high, version, flags, _] = record.ttl.to_be_bytes();
        Self { udp_size: record.class, rcode_high, version, dnssec_ok: flags & 0x80 != 0 }
    }
}

/// A resource record (RFC 1035, 4.1.3); its name and data were not looked into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'m> {
    /// The message up to the end of this record: its data cannot reach further, its names can point back.
    pub(crate) bytes: &'m [u8],
    /// Where its owner's name stands.
    pub(crate) name_at: usize,
    /// Its type.
    pub(crate) kind: u16,
    /// Its class.
    pub(crate) class: u16,
    /// Seconds that it may be kept.
    pub(crate) ttl: u32,
    /// Where its data begins; it goes to the end of `bytes`.
    pub(crate) data_at: usize,
}

impl<'m> Record<'m> {
    /// The record at `at`, and what follows it.
    #[inline]
    fn read(message: &'m [u8], at: usize) -> Result<(Self, usize), WireError> {
        let name_end = match message.get(at) {
            // Nearly always: a pointer.
            Some(0xc0..) => at + 2,
            _ => name::skip(message, at)?.at,
        };
        let cut = WireError::new("record cut short", name_end);
        let fixed = message.get(name_end..).and_then(<[u8]>::first_chunk::<10>).ok_or(cut)?;
        let &[a, b, c, d, e, f, g, h, i, j] = fixed;
        let data_at = name_end + 10;
        let end = data_at + usize::from(u16::from_be_bytes([i, j]));
        let bytes = message.get(..end).ok_or(cut)?;
        let record = Self {
            bytes,
            name_at: at,
            kind: u16::from_be_bytes([a, b]),
            class: u16::from_be_bytes([c, d]),
            ttl: u32::from_be_bytes([e, f, g, h]),
            data_at,
        };
        Ok((record, end))
    }

    /// Its data.
    pub(crate) fn data(&self) -> &'m [u8] {
        self.bytes.get(self.data_at..).unwrap_or_default()
    }

    /// The address that an A or AAAA record gives.
    #[inline]
    pub(crate) fn address(&self) -> Option<IpAddr> {
        if self.class & 0x7fff != codes::IN {
            return None;
        }
        match self.kind {
            codes::A => self.data().try_into().ok().map(|octets: [u8; 4]| Ipv4Addr::from(octets).into()),
            codes::AAAA => self.data().try_into().ok().map(|octets: [u8; 16]| Ipv6Addr::from(octets).into()),
            _ => None,
        }
    }

    /// Whether its owner is the name at offset `at`, by a pointer to it.
    #[inline]
    pub(crate) fn is_owned_by(&self, at: usize) -> bool {
        let pointer = 0xc000 | at as u16; // names at offsets beyond 14 bits cannot be pointed at
        at < 0x4000 && self.bytes.get(self.name_at..self.name_at + 2) == Some(&pointer.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_answer_with_its_address() {
        let message = Message::parse(samples::ANSWER).unwrap();
        assert!(message.header.is_response());
        assert_eq!((message.header.id, message.header.opcode(), message.header.rcode()), (0x1234, 0, 0));
        let question = message.question.unwrap();
        assert_eq!((question.name_at, question.kind, question.class), (12, 1, 1));
        let mut ips = Vec::new();
        let survey = message.survey(|ip| ips.push(ip));
        assert_eq!(ips, ["192.0.2.1".parse::<IpAddr>().unwrap()]);
        assert_eq!(survey.sections.map(Place::count), [1, 0, 0]);
        assert!(survey.damage.is_none() && survey.end == samples::ANSWER.len());
        let record = message.records(survey.sections[0]).next().unwrap();
        assert!(record.is_owned_by(12) && !record.is_owned_by(13));
        assert_eq!((record.ttl, record.data()), (60, &[192, 0, 2, 1][..]));
    }

    #[test]
    fn what_stands_before_the_damage_is_kept() {
        let whole = samples::message(
            0x8180,
            &[("www.example.org", 1)],
            &[(1, &[192, 0, 2, 1]), (1, &[192, 0, 2, 2])],
        );
        let message = Message::parse(&whole[..whole.len() - 1]).unwrap();
        let mut ips = Vec::new();
        let survey = message.survey(|ip| ips.push(ip));
        assert_eq!((survey.sections[0].count(), ips.len()), (1, 1));
        assert_eq!(survey.damage.unwrap().reason, "record cut short");
    }

    #[test]
    fn a_cut_header_or_question_is_no_message() {
        for len in 0..samples::QUERY.len() {
            assert!(Message::parse(&samples::QUERY[..len]).is_err(), "{len}");
        }
        assert!(Message::parse(samples::QUERY).is_ok());
    }

    #[test]
    fn edns_is_no_record() {
        let mut bytes = samples::QUERY.to_vec();
        bytes[11] = 1;
        bytes.extend_from_slice(&[0, 0, 41, 0x10, 0, 0x11, 2, 0x80, 0, 0, 0]);
        let survey = Message::parse(&bytes).unwrap().survey(|_| {});
        assert_eq!(survey.sections[2].count(), 0);
        let opt = survey.opt.unwrap();
        assert_eq!((opt.udp_size, opt.rcode_high, opt.version, opt.dnssec_ok), (4096, 0x11, 2, true));
    }
}
