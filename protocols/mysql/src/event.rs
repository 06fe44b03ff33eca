//! A command and its answer as an event. What must not leave the machine is left out here, and nowhere else.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::sql::{self, Dialect, Verb};
use packetbeat_core::text::Text;

use crate::command::{self, Kind, Request};
use crate::config::Config;
use crate::reply::Reply;

/// `query` of what prepares a statement: the statement itself is a note, as Packetbeat has it.
const PREPARE: Text<'static> = Text::constant("Request Prepare Statement");
/// `query` of an execution whose statement is not known.
const EXECUTE: Text<'static> = Text::constant("Request Execute Statement");

/// Buffers for what is put together for one event.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) statement: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.statement.capacity()
    }
}

/// A command, answered or not.
pub(crate) struct Exchange<'e> {
    config: &'e Config,
    request: &'e Request,
    reply: Option<&'e Reply>,
    unmatched: Option<Reason>,
    /// Something of the statement must not be shown, nor what repeats it.
    concealed: bool,
    statement: Text<'e>,
    verb: Verb,
    query: [Text<'e>; 1],
    request_text: [Text<'e>; 1],
    response_text: [Text<'e>; 1],
    users: [Text<'e>; 1],
    notes: [Text<'e>; NOTES],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    pub(crate) fn new(
        config: &'e Config,
        scratch: &'e mut Scratch,
        (request, reply): (&'e Request, Option<&'e Reply>),
        unmatched: Option<Reason>,
        user: &'e [u8],
        dialect: Option<Dialect>,
    ) -> Self {
        let dialect = request.dialect.or(dialect).unwrap_or_default();
        let trimmed = request.text.trim_ascii();
        let verb = Verb::of(trimmed, dialect);
        let mut concealed = config.mask;
        let statement = if config.mask && request.is_statement() {
            scratch.statement.clear();
            sql::mask(trimmed, dialect, &mut scratch.statement);
            Text::checked(scratch.statement.trim_ascii())
        } else if request.is_statement() && conceal(trimmed, dialect, &mut scratch.statement) {
            concealed = true;
            Text::checked(&scratch.statement)
        } else {
            Text::checked(trimmed)
        };
        let csv = reply.map_or(&[][..], |reply| &reply.csv);
        let mut this = Self {
            config,
            request,
            reply,
            unmatched,
            concealed,
            statement,
            verb,
            query: [statement],
            request_text: [if config.send_request { statement } else { Text::default() }],
            response_text: [if config.send_response { csv.into() } else { Text::default() }],
            users: [user.into()],
            notes: [Text::default(); NOTES],
            note_count: 0,
        };
        this.name();
        this.explain();
        this
    }

    /// `query`, and the notes that stand for it.
    fn name(&mut self) {
        match self.request.kind {
            Kind::Prepare if self.prepared() => {
                self.query = [PREPARE];
                self.note(self.statement);
            }
            Kind::Execute | Kind::Bulk if self.request.unknown => {
                self.query = [EXECUTE];
                self.request_text = [Text::default()];
                self.note(Text::constant("The actual query being used is unknown"));
            }
            Kind::Login | Kind::ChangeUser => {
                self.query = [Text::default()];
                self.request_text = [Text::default()];
                self.users = [self.request.text.as_slice().into()];
            }
            _ => {}
        }
    }

    /// Whether the server prepared the statement.
    fn prepared(&self) -> bool {
        self.reply.is_some_and(|reply| reply.error.is_none())
    }

    /// Notes about what is missing.
    fn explain(&mut self) {
        if self.request.cut {
            self.note(Text::constant("The statement or its parameters were too long to be kept whole"));
        }
        if self.request.lost > 0 {
            self.note(Text::constant("Packet loss while capturing the request"));
        }
        let Some(reply) = self.reply else { return };
        if reply.lost > 0 {
            self.note(Text::constant("Packet loss while capturing the response"));
        }
        if let Some(reason) = reply.malformed {
            self.note(Text::word(reason));
        }
    }

    fn note(&mut self, note: Text<'e>) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = note;
            self.note_count += 1;
        }
    }

    /// `method`.
    fn method(&self) -> Text<'_> {
        let named = self.request.is_statement() && !self.request.unknown;
        if named && !self.verb.bytes().is_empty() {
            self.verb.text()
        } else {
            Text::word(command::name(self.request.code, self.request.kind))
        }
    }

    fn parameters<F: Fields>(&self, to: &mut F) {
        let parameters = &self.request.parameters;
        if parameters.is_empty() {
            return;
        }
        to.list(key!("params"));
        for parameter in parameters.iter() {
            if self.config.mask {
                to.item(Text::constant("?"));
            } else {
                to.item(parameter);
            }
        }
        to.close_list();
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let failed = self.unmatched.is_some() || self.reply.is_none_or(|reply| reply.error.is_some());
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: Some(self.request.half),
            response: self.reply.and_then(|reply| reply.half),
            method: self.method(),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: self.request.schema.as_slice().into(),
            path: self.reply.map_or(&[][..], |reply| &reply.tables).into(),
            request_text: if given(&self.request_text) { &self.request_text } else { &[] },
            response_text: if given(&self.response_text) { &self.response_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: self.request.lost.saturating_add(self.reply.map_or(0, |reply| reply.lost)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        self.parameters(to);
        if let Some(reply) = self.reply {
            to.open(key!("mysql"));
            to.unsigned(key!("affected_rows"), reply.affected);
            to.unsigned(key!("insert_id"), reply.insert_id);
            to.unsigned(key!("num_rows"), reply.rows);
            to.unsigned(key!("num_fields"), reply.fields);
            if let Some(code) = reply.error {
                to.unsigned(key!("error_code"), u64::from(code));
                error_message(to, reply, self.concealed);
            }
            to.close();
            // `packetbeat` itself is core's: a name of two parts adds to it without repeating it.
            to.unsigned_unless_zero(key!("packetbeat.warnings"), reply.warnings);
            if reply.results > 1 {
                to.unsigned(key!("packetbeat.results"), reply.results);
            }
        }
        let [user] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}

/// Whether the statement gives somebody a password; it is without it in `to` then.
fn conceal(statement: &[u8], dialect: Dialect, to: &mut Vec<u8>) -> bool {
    to.clear();
    sql::conceal_passwords(statement, dialect, to)
}

/// `SQLSTATE: text`. The text repeats parts of the statement and of the rows: where these must not be shown, the state alone.
fn error_message<F: Fields>(to: &mut F, reply: &Reply, concealed: bool) {
    let (state, text) = (reply.state.bytes(), reply.text.bytes());
    match (state.is_empty(), concealed) {
        (true, true) => {}
        (false, true) => to.text(key!("error_message"), state),
        (true, false) => to.text_unless_empty(key!("error_message"), text),
        (false, false) => to.parts(key!("error_message"), &[state.into(), ": ".into(), text.into()]),
    }
}
