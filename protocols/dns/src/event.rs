//! From query and answer to the fields of an event.

use std::cell::Cell;
use std::net::IpAddr;

use packetbeat_core::cx::Cx;
use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::flow::Flow;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;

use crate::codes;
use crate::config::Settings;
use crate::conn::{Query, Service};
use crate::domain::Domain;
use crate::limits::{ADDRESSES, NAMES_TEXT, SCRATCH_KEPT};
use crate::name;
use crate::notes::Notes;
use crate::rdata;
use crate::text;
use crate::usual;
use crate::wire::{Message, Opt, Place, Survey};

/// Memory used for one event after the other.
#[derive(Default)]
pub(crate) struct Scratch {
    name: Vec<u8>,
    ips: Vec<IpAddr>,
    request_text: Vec<u8>,
    response_text: Vec<u8>,
    /// Lent to the record while it is written.
    record: Cell<Vec<u8>>,
}

impl Scratch {
    fn clear(&mut self) {
        for buffer in [&mut self.name, &mut self.request_text, &mut self.response_text, self.record.get_mut()]
        {
            buffer.clear();
            if buffer.capacity() > SCRATCH_KEPT {
                *buffer = Vec::new();
            }
        }
        self.ips.clear();
    }
}

/// What an event tells of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Story<'m> {
    /// A query and its answer.
    Pair(&'m Query, &'m Message<'m>, Half),
    /// A query whose answer did not come.
    Unanswered(&'m Query, Reason),
    /// A query to everybody, which nobody has to answer.
    Asked(&'m Query),
    /// An answer whose query was not seen.
    Orphan(&'m Message<'m>, Half),
    /// What was told without having been asked.
    Announced(&'m Message<'m>, Half),
}

impl<'m> Story<'m> {
    pub(crate) const fn query(&self) -> Option<&'m Query> {
        match *self {
            Self::Pair(query, ..) | Self::Unanswered(query, _) | Self::Asked(query) => Some(query),
            Self::Orphan(..) | Self::Announced(..) => None,
        }
    }

    pub(crate) const fn answer(&self) -> Option<(&'m Message<'m>, Half)> {
        match *self {
            Self::Pair(_, answer, half) | Self::Orphan(answer, half) | Self::Announced(answer, half) => {
                Some((answer, half))
            }
            Self::Unanswered(..) | Self::Asked(_) => None,
        }
    }

    const fn status(&self, rcode: u16) -> Status {
        match self {
            Self::Unanswered(..) | Self::Orphan(..) => Status::Error,
            _ if rcode == 0 => Status::Ok,
            _ => Status::Error,
        }
    }

    /// What the event says in `error.message` for lack of a half.
    pub(crate) const fn note(&self) -> Option<&'static str> {
        match self {
            Self::Unanswered(_, Reason::Timeout) => {
                Some("No answer to this query within the transaction timeout")
            }
            Self::Unanswered(_, Reason::Overflow) => {
                Some("Too many queries waited for their answers; this one was given up")
            }
            Self::Unanswered(..) => Some("No answer to this query was seen"),
            Self::Orphan(..) => Some("Answer to a query that was not seen"),
            Self::Pair(..) | Self::Asked(_) | Self::Announced(..) => None,
        }
    }
}

/// Gives the event of `story`.
pub(crate) fn emit(
    scratch: &mut Scratch,
    settings: &Settings,
    flow: &Flow,
    story: Story<'_>,
    cx: &mut Cx<'_>,
) {
    scratch.clear();
    let answer = story.answer();
    let kept = match (story.query(), answer) {
        // The query's text is needed where it is the event, lends its question, or was asked for.
        (Some(_), Some((answer, _))) if answer.question.is_some() && !settings.send_request => None,
        (Some(query), _) => Message::parse(query.bytes.bytes()).ok(),
        (None, _) => None,
    };
    let Some(message) = answer.map(|(answer, _)| answer).or(kept.as_ref()) else { return };
    let most = if answer.is_some() { ADDRESSES } else { 0 };
    let survey = message.survey(|ip| {
        if scratch.ips.len() < most {
            scratch.ips.push(ip);
        }
    });
    let mask = Service::of(flow).class_mask();
    let asking = if message.question.is_some() { Some(message) } else { kept.as_ref() };
    let asked = asking.and_then(|from| from.question.as_ref().map(|question| (from, question)));
    if settings.send_request
        && let Some(query) = &kept
    {
        text::write(query, &query.survey(|_| {}), &mut scratch.request_text);
    }
    if settings.send_response && answer.is_some() {
        text::write(message, &survey, &mut scratch.response_text);
    }
    let name = asked.map_or_else(Text::default, |(from, question)| {
        name::text(from.bytes, question.name_at, Ok(question.name_end), &mut scratch.name)
    });
    let question = asked.map(|(from, question)| Asked {
        name,
        kind: question.kind,
        class: question.class & mask,
        domain: Domain::of(name),
        // Records of the described message can point at its own question alone.
        at: (from.bytes.as_ptr() == message.bytes.as_ptr()).then_some(question.name_at),
    });
    let unusual = question.as_ref().map(Asked::codes);
    let query_parts = question.as_ref().zip(unusual.as_ref()).map(|(one, codes)| one.sentence(codes));
    let opcode = codes::opcode(message.header.opcode());
    let rcode = message.header.rcode() | survey.opt.map_or(0, |opt| u16::from(opt.rcode_high) << 4);
    let request_text = [Text::from(&scratch.request_text)];
    let response_text = [Text::from(&scratch.response_text)];
    let notes = Notes::of(&story, &survey, flow.transport);
    let record = Exchange {
        flow,
        story,
        opcode: opcode.text(),
        query: query_parts.as_ref().and_then(|(parts, count)| parts.get(..*count)).unwrap_or_default(),
        request_text: if scratch.request_text.is_empty() { &[] } else { &request_text },
        response_text: if scratch.response_text.is_empty() { &[] } else { &response_text },
        notes: notes.get(),
        message,
        survey: &survey,
        question: question.as_ref(),
        rcode,
        mask,
        settings,
        ips: &scratch.ips,
        buffer: &scratch.record,
    };
    cx.emit_in(flow, &record);
}

/// The question as an event shows it.
struct Asked<'r> {
    name: Text<'r>,
    kind: u16,
    class: u16,
    domain: Option<Domain<'r>>,
    /// Where it stands in the message whose records are shown.
    at: Option<usize>,
}

impl Asked<'_> {
    /// Names of class and type where they are not usual.
    #[inline]
    fn codes(&self) -> Option<[codes::Code; 2]> {
        match usual::Kind::of(self.kind, self.class) {
            Some(_) => None,
            None => Some([codes::class(self.class), codes::kind(self.kind)]),
        }
    }

    /// Root `query`, and how many of its parts there are.
    #[inline]
    fn sentence<'s>(&'s self, codes: &'s Option<[codes::Code; 2]>) -> ([Text<'s>; 6], usize) {
        let none = Text::default();
        let usual = || usual::Kind::of(self.kind, self.class).map_or("", |usual| usual.sentence);
        match codes {
            None => ([Text::word(usual()), self.name, none, none, none, none], 2),
            Some([class, kind]) => {
                let (class, kind) = (class.text(), kind.text());
                ([Text::word("class "), class, Text::word(", type "), kind, Text::word(", "), self.name], 6)
            }
        }
    }
}

/// The record of one event.
struct Exchange<'r> {
    flow: &'r Flow,
    story: Story<'r>,
    opcode: Text<'r>,
    /// Root `query`.
    query: &'r [Text<'r>],
    request_text: &'r [Text<'r>],
    response_text: &'r [Text<'r>],
    notes: &'r [Text<'r>],
    message: &'r Message<'r>,
    survey: &'r Survey,
    question: Option<&'r Asked<'r>>,
    /// Response code, extended by EDNS.
    rcode: u16,
    /// Bits of a class that name it.
    mask: u16,
    settings: &'r Settings,
    ips: &'r [IpAddr],
    buffer: &'r Cell<Vec<u8>>,
}

impl Record for Exchange<'_> {
    #[inline]
    fn shared(&self) -> Shared<'_> {
        Shared {
            status: self.story.status(self.rcode),
            request: self.story.query().map(|query| query.half),
            response: self.story.answer().map(|(_, half)| half),
            method: self.opcode,
            query: self.query,
            resource: self.question.map_or_else(Text::default, |question| question.name),
            request_text: self.request_text,
            response_text: self.response_text,
            network_protocol: Service::of(self.flow).name(),
            related_ips: self.ips,
            notes: self.notes,
            unmatched: match self.story {
                Story::Unanswered(_, reason) => Some(reason),
                _ => None,
            },
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let header = self.message.header;
        to.open(key!("dns"));
        to.unsigned(key!("id"), header.id.into());
        match usual::answer(header.flags) {
            Some(usual) if self.survey.opt.is_none() && self.story.answer().is_some() => to.constant(usual),
            _ => self.head(to),
        }
        if let Some(question) = self.question {
            question_fields(question, to);
        }
        if let Some(opt) = self.survey.opt {
            edns(opt, self.rcode, to);
        }
        let mut names = NAMES_TEXT;
        let [answers, authorities, additionals] = self.survey.sections;
        to.unsigned(key!("answers_count"), answers.count().into());
        if answers.count() > 0 {
            to.list(key!("answers"));
            self.records(answers, &mut names, to);
            to.close_list();
        }
        if authorities.count() == 0 && additionals.count() == 0 {
            to.constant("\"authorities_count\":0,\"additionals_count\":0,");
        } else {
            self.more_records(authorities, additionals, &mut names, to);
        }
        if !self.ips.is_empty() {
            to.ips(key!("resolved_ip"), self.ips);
        }
        to.close();
    }
}

impl Exchange<'_> {
    /// From `op_code` to `response_code`.
    #[inline(never)]
    fn head<F: Fields>(&self, to: &mut F) {
        to.text(key!("op_code"), self.opcode);
        let is_answer = self.story.answer().is_some();
        to.constant(if is_answer { "\"type\":\"answer\"," } else { "\"type\":\"query\"," });
        flags(self.message.header.flags, self.survey.opt, to);
        if self.rcode == 0 {
            to.constant("\"response_code\":\"NOERROR\",");
        } else {
            to.text(key!("response_code"), codes::rcode(self.rcode).text());
        }
    }

    /// The sections behind the answers.
    #[inline(never)]
    fn more_records<F: Fields>(&self, authorities: Place, additionals: Place, names: &mut usize, to: &mut F) {
        to.unsigned(key!("authorities_count"), authorities.count().into());
        if authorities.count() > 0 && self.settings.include_authorities {
            to.list(key!("authorities"));
            self.records(authorities, names, to);
            to.close_list();
        }
        to.unsigned(key!("additionals_count"), additionals.count().into());
        if additionals.count() > 0 && self.settings.include_additionals {
            to.list(key!("additionals"));
            self.records(additionals, names, to);
            to.close_list();
        }
    }

    /// The records of a section; `names` is what their names may still take.
    fn records<F: Fields>(&self, place: Place, names: &mut usize, to: &mut F) {
        let mut buffer = self.buffer.take();
        for record in self.message.records(place) {
            if record.kind == codes::OPT {
                continue;
            }
            to.item_open();
            match self.question {
                Some(question) if question.at.is_some_and(|at| record.is_owned_by(at)) => {
                    *names = names.saturating_sub(question.name.bytes().len());
                    to.text(key!("name"), question.name);
                }
                _ => {
                    buffer.clear();
                    let name = name::text(
                        record.bytes,
                        record.name_at,
                        name::skip(record.bytes, record.name_at),
                        &mut buffer,
                    );
                    *names = names.saturating_sub(name.bytes().len());
                    to.text(key!("name"), name);
                }
            }
            usual::kind_and_class(record.kind, record.class & self.mask, to);
            to.digits(key!("ttl"), record.ttl.into());
            rdata::write(&record, &mut buffer, to);
            to.close();
            // Data is as long as the message lets it be, four characters for a byte at most; names in it can be longer.
            *names = names.saturating_sub(buffer.len().saturating_sub(4 * record.data().len()));
            if *names == 0 {
                break;
            }
        }
        self.buffer.set(buffer);
    }
}

/// Bits of the header that are flags.
const FLAGS: u16 = 0x07b0;

/// Flags by name, and the list of those that are set.
fn flags<F: Fields>(flags: u16, opt: Option<Opt>, to: &mut F) {
    let dnssec_ok = opt.is_some_and(|opt| opt.dnssec_ok);
    // Nearly all queries and answers have one of these sets.
    let usual = match (flags & FLAGS, dnssec_ok) {
        (0x0180, false) => {
            "\"flags\":{\"authoritative\":false,\"truncated_response\":false,\"recursion_desired\":true,\
             \"recursion_available\":true,\"authentic_data\":false,\"checking_disabled\":false},\
             \"header_flags\":[\"RD\",\"RA\"],"
        }
        (0x0580, false) => {
            "\"flags\":{\"authoritative\":true,\"truncated_response\":false,\"recursion_desired\":true,\
             \"recursion_available\":true,\"authentic_data\":false,\"checking_disabled\":false},\
             \"header_flags\":[\"AA\",\"RD\",\"RA\"],"
        }
        (0x0100, false) => {
            "\"flags\":{\"authoritative\":false,\"truncated_response\":false,\"recursion_desired\":true,\
             \"recursion_available\":false,\"authentic_data\":false,\"checking_disabled\":false},\
             \"header_flags\":[\"RD\"],"
        }
        _ => return flags_one_by_one(flags, dnssec_ok, to),
    };
    to.constant(usual);
}

fn flags_one_by_one<F: Fields>(flags: u16, dnssec_ok: bool, to: &mut F) {
    let set = |bit: u16| flags & bit != 0;
    to.open(key!("flags"));
    to.boolean(key!("authoritative"), set(0x0400));
    to.boolean(key!("truncated_response"), set(0x0200));
    to.boolean(key!("recursion_desired"), set(0x0100));
    to.boolean(key!("recursion_available"), set(0x0080));
    to.boolean(key!("authentic_data"), set(0x0020));
    to.boolean(key!("checking_disabled"), set(0x0010));
    to.close();
    if set(FLAGS) || dnssec_ok {
        to.list(key!("header_flags"));
        for (bit, name) in
            [(0x0400, "AA"), (0x0200, "TC"), (0x0100, "RD"), (0x0080, "RA"), (0x0020, "AD"), (0x0010, "CD")]
        {
            if set(bit) {
                to.item(name);
            }
        }
        if dnssec_ok {
            to.item("DO");
        }
        to.close_list();
    }
}

fn question_fields<F: Fields>(question: &Asked<'_>, to: &mut F) {
    to.open(key!("question"));
    to.text(key!("name"), question.name);
    usual::kind_and_class(question.kind, question.class, to);
    if let Some(domain) = &question.domain {
        to.text(key!("registered_domain"), domain.registered);
        to.text(key!("etld_plus_one"), domain.registered);
        to.text(key!("top_level_domain"), domain.suffix);
        to.text_unless_empty(key!("subdomain"), domain.subdomain);
    }
    to.close();
}

/// `ext_rcode` is `NOERROR` where EDNS adds nothing to the response code, as Packetbeat has it.
fn edns<F: Fields>(opt: Opt, rcode: u16, to: &mut F) {
    let extended = if opt.rcode_high == 0 { 0 } else { rcode };
    to.open(key!("opt"));
    to.boolean(key!("do"), opt.dnssec_ok);
    to.text(key!("version"), itoa::Buffer::new().format(opt.version));
    to.unsigned(key!("udp_size"), opt.udp_size.into());
    to.text(key!("ext_rcode"), codes::rcode(extended).text());
    to.close();
}
