//! A request and its reply as an event. What must not leave the machine was left out before: of logins the user's name alone is kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packetbeat_core::decimal::decimal;
use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::text::Text;

use crate::binary::{self, Header};
use crate::command::Kind;
use crate::limits::{VALUES, VALUES_BYTES};
use crate::list::{List, Most};
use crate::message::{Message, Said};

/// Note of an event that does not name all keys.
const CUT: Text<'static> = Text::constant("Not all keys are named: there were too many");

/// Values in base64, while an event is written.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    request: List,
    response: List,
    encoded: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.request.heap_bytes() + self.response.heap_bytes() + self.encoded.capacity()
    }

    fn encode(&mut self, request: Option<&Message>, response: Option<&Message>) {
        let Self { request: asked, response: said, encoded } = self;
        for (message, to) in [(request, asked), (response, said)] {
            to.clear();
            for value in message.iter().flat_map(|message| message.values.iter()) {
                encoded.clear();
                encoded.resize(value.len().div_ceil(3) * 4, 0);
                let len = STANDARD.encode_slice(value, encoded).unwrap_or(0);
                let most = Most { items: VALUES, bytes: 2 * VALUES_BYTES };
                to.push(encoded.get(..len).unwrap_or_default(), most);
            }
        }
    }
}

/// A request, answered or not, or a reply alone.
pub(crate) struct Exchange<'e> {
    request: Option<&'e Message>,
    response: Option<&'e Message>,
    unmatched: Option<Reason>,
    scratch: &'e Scratch,
    request_text: [Text<'e>; 1],
    response_text: [Text<'e>; 1],
    users: [Text<'e>; 1],
    notes: [Text<'e>; 2],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    pub(crate) fn new(
        scratch: &'e mut Scratch,
        request: Option<&'e Message>,
        response: Option<&'e Message>,
        unmatched: Option<Reason>,
    ) -> Self {
        scratch.encode(request, response);
        let raw = |message: Option<&'e Message>| [message.map_or(&[][..], |message| &message.raw).into()];
        let mut this = Self {
            request,
            response,
            unmatched,
            scratch,
            request_text: raw(request),
            response_text: raw(response),
            users: [request.map_or(&[][..], |message| &message.user).into()],
            notes: [Text::default(); 2],
            note_count: 0,
        };
        if let Some(response) = response.filter(|response| response.said == Said::Error) {
            this.note(response.text.as_slice().into());
        }
        if request.into_iter().chain(response).any(|message| message.keys.is_cut()) {
            this.note(CUT);
        }
        this
    }

    fn note(&mut self, note: Text<'e>) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = note;
            self.note_count += 1;
        }
    }

    fn status(&self) -> Status {
        match (self.request, self.response) {
            (None, _) => Status::ClientError,
            (Some(_), _) if self.unmatched.is_some() => Status::ServerError,
            (Some(_), None) => Status::Ok,
            (Some(_), Some(response)) => response_status(response),
        }
    }
}

/// What a reply says of its request.
fn response_status(response: &Message) -> Status {
    if let Some(Header { vbucket_or_status: code, .. }) = response.binary {
        return match code {
            0 => Status::Ok,
            _ if binary::goes_on(code) => Status::Ok,
            0x81.. => Status::ServerError,
            _ => Status::Error,
        };
    }
    match (response.kind, response.name) {
        (Kind::Fail, "CLIENT_ERROR" | "SAME") => Status::ClientError,
        (Kind::Fail, "SERVER_ERROR" | "BUSY" | "BADCLASS" | "NOSPARE" | "NOTFULL" | "UNSAFE") => {
            Status::ServerError
        }
        (Kind::Fail, _) => Status::Error,
        _ => Status::Ok,
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        let lost = |message: Option<&Message>| message.map_or(0, |message| message.lost);
        Shared {
            status: self.status(),
            request: self.request.map(|message| message.half),
            response: self.response.map(|message| message.half),
            method: self.request.map_or(Text::default(), |message| Text::word(message.name)),
            resource: self.request.and_then(|message| message.keys.first()).unwrap_or_default().into(),
            request_text: if given(&self.request_text) { &self.request_text } else { &[] },
            response_text: if given(&self.response_text) { &self.response_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: lost(self.request).saturating_add(lost(self.response)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        // Packetbeat writes these two as names with a dot in them.
        if let Some(request) = self.request {
            to.text(key!("event.action"), Text::word(request.kind.names().1));
        }
        if let Some(response) = self.response {
            let outcome = match response_status(response) {
                _ if response.kind == Kind::Unknown && response.binary.is_none() => "unknown",
                Status::Ok => "success",
                _ => "failure",
            };
            to.text(key!("event.outcome"), Text::word(outcome));
        }
        to.open(key!("memcache"));
        let is_binary = self.request.or(self.response).is_some_and(|message| message.binary.is_some());
        to.text(key!("protocol_type"), Text::word(if is_binary { "binary" } else { "text" }));
        if let Some(request) = self.request {
            to.open(key!("request"));
            message(request, &self.scratch.request, true, to);
            to.close();
        }
        if let Some(response) = self.response {
            to.open(key!("response"));
            message(response, &self.scratch.response, false, to);
            to.close();
        }
        to.close();
        let [user] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}

/// The fields of one half.
fn message<F: Fields>(message: &Message, values: &List, is_request: bool, to: &mut F) {
    to.text(key!("command"), Text::word(message.name));
    to.text(key!("type"), Text::word(message.kind.names().0));
    if let Some(header) = message.binary {
        binary_header(&header, is_request, to);
    }
    if is_request && (message.binary.is_some() || message.quiet) {
        to.boolean(key!("quiet"), message.quiet);
    }
    if let Some(noreply) = message.noreply.filter(|_| is_request) {
        to.boolean(key!("noreply"), noreply);
    }
    if !message.keys.is_empty() {
        to.list(key!("keys"));
        message.keys.iter().for_each(|key| to.item(key));
        to.close_list();
    }
    numbers(message, to);
    if !values.is_empty() {
        to.list(key!("values"));
        values.iter().for_each(|value| to.item(value));
        to.close_list();
    }
    if !message.stats.is_empty() {
        to.list(key!("stats"));
        let mut items = message.stats.iter();
        while let (Some(name), Some(value)) = (items.next(), items.next()) {
            to.item_open();
            to.text(key!("name"), name);
            to.text(key!("value"), value);
            to.close();
        }
        to.close_list();
    }
    let text = message.text.as_slice();
    match message.said {
        Said::Nothing => {}
        Said::Arguments => to.text(key!("raw_args"), text),
        Said::Line => to.text(key!("line"), text),
        Said::Error => to.text(key!("error_msg"), text),
        Said::Version => to.text(key!("version"), text),
    }
}

fn binary_header<F: Fields>(header: &Header, is_request: bool, to: &mut F) {
    if let Some(opcode) = binary::opcode(header.opcode) {
        to.text(key!("opcode"), Text::word(opcode.name));
    }
    to.unsigned(key!("opcode_value"), u64::from(header.opcode));
    to.unsigned(key!("opaque"), u64::from(header.opaque));
    let code = header.vbucket_or_status;
    if is_request {
        to.unsigned(key!("vbucket"), u64::from(code));
    } else {
        if let Some(status) = binary::status(code) {
            to.text(key!("status"), Text::word(status));
        }
        to.unsigned(key!("status_code"), u64::from(code));
    }
}

fn numbers<F: Fields>(message: &Message, to: &mut F) {
    let numbers = &message.numbers;
    macro_rules! write {
        ($method:ident, $($name:literal: $field:ident),*) => {
            $(if let Some(number) = numbers.$field {
                to.$method(key!($name), number);
            })*
        };
    }
    write!(unsigned, "count_values": count_values, "bytes": bytes, "flags": flags, "cas_unique": cas);
    write!(signed, "exptime": exptime, "source_class": source_class, "dest_class": dest_class);
    write!(unsigned, "delta": delta, "initial": initial, "value": value);
    write!(unsigned, "verbosity": verbosity, "sleep_us": sleep_us);
    if let Some(mode) = numbers.automove {
        let (digits, len) = decimal(mode);
        let mode = match mode {
            0 => Text::word("standby"),
            1 => Text::word("slow"),
            2 => Text::word("aggressive"),
            _ => digits.get(..len).unwrap_or_default().into(),
        };
        to.text(key!("automove"), mode);
    }
}
