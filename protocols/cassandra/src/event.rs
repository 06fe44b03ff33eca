//! A request and its answer as an event. What must not leave the machine is left out here, and nowhere else.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::sql::{self, Dialect, Verb};
use packetbeat_core::text::Text;

use crate::answer;
use crate::config::Config;
use crate::header::{Header, Op, flag};
use crate::limits::{ID_BYTES, LIST_ITEMS};
use crate::request::{self, Request, Statement};
use crate::response::{Details, Response, Says};
use crate::rows;
use crate::wire::{self, consistency};

/// Buffers for what is put together for one event.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    statement: Vec<u8>,
    csv: Vec<u8>,
    cell: Vec<u8>,
    path: Vec<u8>,
    trace: Vec<u8>,
    /// The id of a prepared statement.
    pub(crate) id: Vec<u8>,
    /// Where a result goes on.
    pub(crate) paging: Vec<u8>,
    /// The number of an error.
    code: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.statement.capacity() + self.csv.capacity() + self.cell.capacity() + self.paging.capacity()
    }

    /// Writes what the answer needs.
    fn fill(&mut self, config: &Config, answer: &Answer<'_>, statement: Option<&Statement>) {
        let Self { csv, cell, path, trace, id, paging, code, .. } = self;
        if let Some(bytes) = &answer.response.trace {
            wire::uuid(bytes, trace);
        }
        match &answer.response.says {
            Says::Rows(rows) => {
                let mut metadata = rows.metadata;
                if let Some(known) = statement.filter(|_| !metadata.is_described()) {
                    metadata = metadata.described(known.column_flags, known.column_count, &known.columns);
                }
                if config.send_response && !config.mask && config.max_rows > 0 {
                    let is_old = answer.header.is_old();
                    rows::write(&metadata, rows.count, rows.bytes, is_old, config, cell, csv);
                }
                request::path(&rows.metadata, path);
                if !config.mask {
                    let state = rows.metadata.paging_state;
                    wire::hex(state.get(..ID_BYTES).unwrap_or(state), true, paging);
                }
            }
            Says::Prepared(prepared) => {
                wire::hex(prepared.id.get(..ID_BYTES).unwrap_or(prepared.id), false, id);
                let described =
                    prepared.result.iter().chain([&prepared.request]).find(|one| !one.table.is_empty());
                if let Some(described) = described {
                    request::path(described, path);
                }
            }
            Says::Error(failure) => {
                use std::io::Write as _;
                // Writing to memory does not fail.
                let _ = write!(code, "{}", failure.code);
                if let Details::Unprepared(unknown) = failure.details {
                    wire::hex(unknown.get(..ID_BYTES).unwrap_or(unknown), false, id);
                }
            }
            _ => {}
        }
    }

    fn clear(&mut self) {
        let Self { statement, csv, cell, path, trace, id, paging, code } = self;
        for buffer in [statement, csv, cell, path, trace, id, paging, code] {
            buffer.clear();
        }
    }
}

/// An answer with where it was seen.
pub(crate) struct Answer<'a> {
    pub(crate) header: Header,
    pub(crate) half: Half,
    /// Bytes within it that the capture does not have.
    pub(crate) lost: u64,
    pub(crate) response: Response<'a>,
}

/// What is known of the session.
#[derive(Clone, Copy)]
pub(crate) struct Session<'s> {
    pub(crate) user: &'s [u8],
    pub(crate) keyspace: &'s [u8],
}

/// A request, answered or not, or an answer alone.
pub(crate) struct Exchange<'e> {
    pub(crate) config: &'e Config,
    request: Option<&'e Request>,
    answer: Option<&'e Answer<'e>>,
    unmatched: Option<Reason>,
    session: Session<'e>,
    pub(crate) scratch: &'e Scratch,
    /// Values are left out: of all statements, or of this one, which says a password. Texts of errors repeat them.
    pub(crate) conceals: bool,
    verb: Option<Verb>,
    query: [Text<'e>; 1],
    response_text: [Text<'e>; 1],
    users: [Text<'e>; 1],
    notes: [Text<'e>; NOTES],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    /// `statement`: what the request executes, if it is known.
    pub(crate) fn new(
        config: &'e Config,
        scratch: &'e mut Scratch,
        (request, answer): (Option<&'e Request>, Option<&'e Answer<'e>>),
        unmatched: Option<Reason>,
        session: Session<'e>,
        statement: Option<&Statement>,
    ) -> Self {
        scratch.clear();
        if let Some(answer) = answer {
            scratch.fill(config, answer, statement);
        }
        let text = request.map_or(&[][..], |request| request.text.bytes());
        let one = request.is_some_and(|request| request.has_statement() && request.batch.is_none());
        let conceals = if config.mask {
            sql::mask(text, Dialect::Cql, &mut scratch.statement);
            true
        } else {
            one && sql::conceal_passwords(text, Dialect::Cql, &mut scratch.statement)
        };
        let scratch = &*scratch;
        // Also the verb is that of the masked text: what begins with a value has none.
        let text = if conceals { &scratch.statement } else { text };
        let query = Text::checked(text);
        let named = request.is_some_and(|request| matches!(request.header.op, Op::QUERY | Op::EXECUTE));
        let user = request.map(|request| request.user.as_slice()).filter(|user| !user.is_empty());
        let mut this = Self {
            config,
            request,
            answer,
            unmatched,
            session,
            scratch,
            conceals,
            verb: (named && !text.is_empty()).then(|| Verb::of(text, Dialect::Cql)),
            query: [query],
            response_text: [scratch.csv.as_slice().into()],
            users: [user.unwrap_or(session.user).into()],
            notes: [Text::default(); NOTES],
            note_count: 0,
        };
        this.explain();
        this
    }

    /// Notes about what went wrong or is missing.
    fn explain(&mut self) {
        if let Some(answer) = self.answer {
            if let Says::Error(failure) = &answer.response.says
                && !self.conceals
            {
                self.note(failure.message.into());
            }
            if self.request.is_none() && answer.header.op != Op::EVENT {
                self.note(Text::constant("Unmatched response"));
            }
            if answer.lost > 0 {
                self.note(Text::constant("Packet loss while capturing the response"));
            }
            if let Some(reason) = answer.response.malformed {
                self.note(Text::word(reason));
            }
        }
        let Some(request) = self.request else { return };
        if request.lost > 0 {
            self.note(Text::constant("Packet loss while capturing the request"));
        }
        if request.unknown {
            self.note(Text::constant("The actual query being used is unknown"));
        }
        if request.cut {
            self.note(Text::constant("The statement or its values were too long to be kept whole"));
        }
        if let Some(reason) = request.malformed {
            self.note(Text::word(reason));
        }
    }

    fn note(&mut self, note: Text<'e>) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = note;
            self.note_count += 1;
        }
    }

    fn method(&self) -> Text<'_> {
        match (&self.verb, self.request, self.answer) {
            (Some(verb), ..) => verb.text(),
            (None, Some(request), _) => Text::word(request.header.op.name()),
            (None, None, Some(answer)) if answer.header.op == Op::EVENT => {
                Text::word(answer.header.op.name())
            }
            _ => Text::default(),
        }
    }

    /// The keyspace in which the statement was meant.
    fn keyspace(&self) -> Text<'e> {
        let own = self.request.map(|request| request.keyspace.as_slice()).filter(|own| !own.is_empty());
        let told = match self.answer.map(|answer| &answer.response.says) {
            Some(Says::Keyspace(keyspace)) => Some(*keyspace),
            Some(Says::Schema(schema)) => Some(schema.keyspace),
            _ => None,
        };
        let has_statement = self.request.is_some_and(Request::has_statement);
        own.or(told).unwrap_or(if has_statement { self.session.keyspace } else { &[] }).into()
    }

    fn request_fields<F: Fields>(&self, request: &Request, to: &mut F) {
        let has_query = !self.query.iter().all(|text| text.is_empty());
        if !self.config.send_request || !(self.config.send_request_header || has_query) {
            return;
        }
        to.open(key!("request"));
        if self.config.send_request_header {
            header(&request.header, to);
        }
        let [query] = self.query;
        to.text_unless_empty(key!("query"), query);
        to.close();
    }

    /// What Packetbeat does not tell of a request.
    fn more_of_request<F: Fields>(&self, request: &Request, to: &mut F) {
        if let Some(level) = request.consistency {
            to.text(key!("packetbeat.consistency"), Text::word(consistency(level)));
        }
        if let Some(level) = request.serial_consistency {
            to.text(key!("packetbeat.serial_consistency"), Text::word(consistency(level)));
        }
        if let Some(rows) = request.page_size {
            to.unsigned(key!("packetbeat.page_size"), u64::from(rows));
        }
        if request.is_continued {
            to.boolean(key!("packetbeat.next_page"), true);
        }
        if let Some(kind) = request.batch {
            let name = match kind {
                0 => "LOGGED",
                1 => "UNLOGGED",
                2 => "COUNTER",
                _ => "UNKNOWN",
            };
            to.text(key!("packetbeat.batch_type"), Text::word(name));
            to.unsigned(key!("packetbeat.statements"), u64::from(request.statements));
        }
    }

    fn parameters<F: Fields>(&self, request: &Request, to: &mut F) {
        if request.parameters.is_empty() {
            return;
        }
        to.list(key!("params"));
        for parameter in request.parameters.iter() {
            if self.conceals {
                to.item(Text::constant("?"));
            } else {
                to.item(parameter);
            }
        }
        to.close_list();
    }
}

/// The fields of a header.
pub(crate) fn header<F: Fields>(header: &Header, to: &mut F) {
    to.open(key!("headers"));
    match header.version {
        1 => to.constant("\"version\":\"1\","),
        2 => to.constant("\"version\":\"2\","),
        3 => to.constant("\"version\":\"3\","),
        4 => to.constant("\"version\":\"4\","),
        5 => to.constant("\"version\":\"5\","),
        6 => to.constant("\"version\":\"6\","),
        0x41 => to.constant("\"version\":\"65\","),
        _ => to.constant("\"version\":\"66\","),
    }
    flags(header.flags, to);
    to.signed(key!("stream"), i64::from(header.stream));
    to.text(key!("op"), Text::word(header.op.name()));
    to.unsigned(key!("length"), header.body as u64);
    to.close();
}

/// One flag is a text, several are a list.
fn flags<F: Fields>(flags: u8, to: &mut F) {
    const NAMES: [(u8, &str); 5] = [
        (flag::COMPRESSED, "Compress"),
        (flag::TRACING, "Tracing"),
        (flag::PAYLOAD, "CustomPayload"),
        (flag::WARNING, "Warning"),
        (flag::BETA, "UseBeta"),
    ];
    let mut set = NAMES.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| Text::word(name));
    match flags.count_ones() {
        0 => to.constant("\"flags\":\"Default\","),
        1 => to.text(key!("flags"), set.next().unwrap_or_default()),
        _ => {
            to.list(key!("flags"));
            set.for_each(|name| to.item(name));
            to.close_list();
        }
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let failed = self.unmatched.is_some()
            || self.answer.is_some_and(|answer| {
                answer.header.op == Op::ERROR || (self.request.is_none() && answer.header.op != Op::EVENT)
            });
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        let path = match self.request {
            Some(request) if self.scratch.path.is_empty() => request.path.as_slice(),
            _ => &self.scratch.path,
        };
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: self.request.map(|request| request.half),
            response: self.answer.map(|answer| answer.half),
            method: self.method(),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: self.keyspace(),
            path: path.into(),
            response_text: if given(&self.response_text) { &self.response_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: self
                .request
                .map_or(0, |request| request.lost)
                .saturating_add(self.answer.map_or(0, |answer| answer.lost)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        if let Some(request) = self.request {
            self.parameters(request, to);
        }
        to.open(key!("cassandra"));
        if self.request.is_none() && self.answer.is_some_and(|answer| answer.header.op == Op::EVENT) {
            to.boolean(key!("no_request"), true);
        }
        if let Some(request) = self.request {
            self.request_fields(request, to);
        }
        if let Some(answer) = self.answer.filter(|_| self.config.send_response) {
            answer::fields(self, answer, to);
        }
        to.close();
        if !self.scratch.code.is_empty() {
            to.text(key!("error.code"), &self.scratch.code);
        }
        if let Some(request) = self.request {
            self.more_of_request(request, to);
        }
        if !self.scratch.trace.is_empty() {
            to.text(key!("packetbeat.trace_id"), &self.scratch.trace);
        }
        if let Some(answer) = self.answer
            && !answer.response.payload.is_empty()
        {
            to.list(key!("packetbeat.custom_payload"));
            answer.response.payload.iter().take(LIST_ITEMS).for_each(|key| to.item(key));
            to.close_list();
        }
        let [user] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}
