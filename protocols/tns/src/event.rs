//! A call and its answer as an event. What may not leave the machine is left out here, and nowhere else.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::sql::{self, Dialect, Verb};
use packetbeat_core::text::Text;

use crate::answer::NO_MORE_ROWS;
use crate::config::Config;
use crate::function::{self, Kind};
use crate::redact;
use crate::request::{Reply, Request};
use crate::session::Session;
use crate::wire;

/// Buffers for what is put together for one event.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    statement: Vec<u8>,
    masked: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.statement.capacity() + self.masked.capacity()
    }
}

/// A call, answered or not.
pub(crate) struct Exchange<'e> {
    config: &'e Config,
    session: &'e Session,
    request: &'e Request,
    reply: Option<&'e Reply>,
    unmatched: Option<Reason>,
    verb: Verb,
    query: [Text<'e>; 1],
    request_text: [Text<'e>; 1],
    users: [Text<'e>; 2],
    error: u32,
    code: ErrorCode,
    text: Text<'e>,
    notes: [Text<'e>; NOTES],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    pub(crate) fn new(
        config: &'e Config,
        scratch: &'e mut Scratch,
        session: &'e Session,
        (request, reply): (&'e Request, Option<&'e Reply>),
        unmatched: Option<Reason>,
    ) -> Self {
        let trimmed = request.statement.text.bytes().trim_ascii_end();
        let verb = Verb::of(trimmed, Dialect::Oracle);
        let query = Text::checked(statement(config, scratch, trimmed, verb));
        let error = reply.map_or(0, |reply| failure(request, &verb, reply.error));
        let text = reply.map_or(&[][..], |reply| reply.text.bytes()).trim_ascii_end();
        let mut this = Self {
            config,
            session,
            request,
            reply,
            unmatched,
            verb,
            query: [query],
            request_text: [if config.send_request { query } else { Text::default() }],
            users: [session.user.bytes().into(), session.os_user.bytes().into()],
            error,
            code: ErrorCode::of(error),
            text: if config.mask || error == 0 { Text::default() } else { Text::checked(text) },
            notes: [Text::default(); NOTES],
            note_count: 0,
        };
        this.explain();
        this
    }

    fn explain(&mut self) {
        if !self.text.is_empty() {
            self.note(self.text);
        } else if self.request.kind == Kind::Connect
            && let Some(meaning) = refusal(self.error)
        {
            self.note(Text::word(meaning));
        }
        if self.request.kind == Kind::Security && self.session.security.encryption.is_some() {
            self.note(Text::constant("The session is encrypted from here on: its calls cannot be read"));
        }
        if self.request.statement.text.cut() > 0 || self.request.unfinished {
            self.note(Text::constant("The statement was not kept whole"));
        }
        let Some(reply) = self.reply else { return };
        if reply.warning {
            self.note(Text::constant("Compiled with errors"));
        }
        if self.request.lost > 0 || reply.lost > 0 {
            self.note(Text::constant("Packet loss while capturing"));
        }
    }

    fn note(&mut self, note: Text<'e>) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = note;
            self.note_count += 1;
        }
    }

    fn method(&self) -> Text<'_> {
        let named = self.request.kind.has_statement() && self.request.kind != Kind::Fetch;
        if named && !self.verb.bytes().is_empty() {
            self.verb.text()
        } else {
            Text::word(self.request.kind.method())
        }
    }

    /// What is connected to, or logged in to.
    fn resource(&self) -> Text<'_> {
        match self.request.kind {
            Kind::Connect | Kind::Login | Kind::FastLogin if !self.session.service.is_empty() => {
                self.session.service.bytes().into()
            }
            Kind::Connect | Kind::Login | Kind::FastLogin => self.session.sid.bytes().into(),
            _ => Text::default(),
        }
    }

    fn session_fields<F: Fields>(&self, to: &mut F) {
        let session = self.session;
        to.unsigned_unless_zero(key!("version"), u64::from(session.version));
        to.text_unless_empty(key!("service_name"), session.service.bytes());
        to.text_unless_empty(key!("sid"), session.sid.bytes());
        to.text_unless_empty(key!("instance_name"), session.instance.bytes());
        to.text_unless_empty(key!("program"), session.program.bytes());
        to.text_unless_empty(key!("client_host"), session.host.bytes());
        to.text_unless_empty(key!("user"), session.os_user.bytes());
        to.text_unless_empty(key!("client_id"), session.client_id.bytes());
        to.text_unless_empty(key!("module"), session.module.bytes());
        to.text_unless_empty(key!("action"), session.action.bytes());
        to.text_unless_empty(key!("client_info"), session.client_info.bytes());
        to.text_unless_empty(key!("operation"), session.operation.bytes());
        to.text_unless_empty(key!("schema"), session.schema.bytes());
        if let Some(cipher) = session.security.encryption {
            to.text(key!("encryption"), Text::word(cipher));
        }
        if let Some(hash) = session.security.integrity {
            to.text(key!("integrity"), Text::word(hash));
        }
    }

    fn call_fields<F: Fields>(&self, to: &mut F) {
        let connects = self.request.kind == Kind::Connect;
        let packet = self.reply.and_then(|reply| reply.packet);
        let packet = packet.unwrap_or(if connects { wire::Kind::Connect } else { wire::Kind::Data });
        to.text(key!("packet_type"), Text::word(packet.name()));
        if self.request.function != 0 {
            to.text(key!("function"), Text::word(function::name(self.request.function).unwrap_or("unknown")));
        }
        let answered = self.reply.map_or(0, |reply| reply.cursor);
        if self.request.kind.has_statement() {
            let cursor = if self.request.cursor == 0 { answered } else { self.request.cursor };
            to.unsigned_unless_zero(key!("cursor_id"), u64::from(cursor));
            if let Some(rows) = self.reply.and_then(|reply| reply.rows) {
                to.unsigned(key!("rows"), rows);
            }
        }
        if let (Some(id), false) = (&self.request.statement.id, self.config.mask) {
            to.text(key!("sql_id"), Text::from(id.bytes()));
        }
        if self.error != 0 {
            to.unsigned(key!("error_code"), u64::from(self.error));
            to.text_unless_empty(key!("error_message"), self.text);
        }
        if let Some(reply) = self.reply {
            to.text_unless_empty(key!("redirected_to"), reply.address.bytes());
        }
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let failed = self.unmatched.is_some() || self.error != 0;
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: Some(self.request.half),
            response: self.reply.and_then(|reply| reply.half),
            method: self.method(),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: self.resource(),
            request_text: if given(&self.request_text) { &self.request_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: self.request.lost.saturating_add(self.reply.map_or(0, |reply| reply.lost)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        to.open(key!("tns"));
        self.session_fields(to);
        self.call_fields(to);
        to.close();
        if self.error != 0 {
            // `error` itself is core's: a name of two parts adds to it without repeating it.
            to.text(key!("error.code"), self.code.text());
        }
        let [user, _] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}

/// The statement as it may be shown.
fn statement<'s>(config: &Config, scratch: &'s mut Scratch, text: &'s [u8], verb: Verb) -> &'s [u8] {
    let Scratch { statement, masked } = scratch;
    statement.clear();
    let mut shown = text;
    if redact::may_hold(verb.bytes()) && redact::passwords(text, statement) {
        shown = statement;
    }
    if config.mask && !shown.is_empty() {
        masked.clear();
        sql::mask(shown, Dialect::Oracle, masked);
        shown = masked.trim_ascii();
    }
    shown
}

/// The error of an answer, if it is one: the end of a query's rows is none.
fn failure(request: &Request, verb: &Verb, error: u32) -> u32 {
    let fetches =
        request.kind == Kind::Fetch || verb.is("SELECT") || verb.is("WITH") || verb.bytes().is_empty();
    if error == NO_MORE_ROWS && request.kind.has_statement() && fetches { 0 } else { error }
}

/// What the numbers mean with which a listener refuses.
const fn refusal(error: u32) -> Option<&'static str> {
    Some(match error {
        12505 => "The listener does not know this SID",
        12514 => "The listener does not know this service",
        12516 | 12519 | 12520 => "The listener has no handler for this service",
        12521 => "The listener does not know this instance",
        12525 => "The connection was not made in time",
        12526..=12528 => "The listener does not accept connections to this service now",
        1189 => "The listener could not tell who asks",
        _ => return None,
    })
}

/// `ORA-` and five digits or more.
#[derive(Clone, Copy, Debug)]
struct ErrorCode {
    bytes: [u8; 14],
    len: usize,
}

impl ErrorCode {
    fn of(error: u32) -> Self {
        let mut this = Self { bytes: *b"ORA-0000000000", len: 9 };
        let digits = error.checked_ilog10().map_or(1, |log| log as usize + 1).max(5);
        this.len = 4 + digits;
        let mut rest = error;
        for digit in this.bytes.iter_mut().take(this.len).skip(4).rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        this
    }

    fn text(&self) -> Text<'_> {
        self.bytes.get(..self.len).unwrap_or_default().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_five_digits_or_more() {
        for (error, want) in
            [(942, "ORA-00942"), (20001, "ORA-20001"), (0, "ORA-00000"), (u32::MAX, "ORA-4294967295")]
        {
            assert_eq!(ErrorCode::of(error).text().bytes(), want.as_bytes());
        }
    }
}
