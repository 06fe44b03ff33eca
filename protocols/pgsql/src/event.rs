//! A statement and its answer as an event. What must not leave the machine is left out here, and nowhere else.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::sql::{self, Verb};
use packetbeat_core::text::Text;

use crate::config::Config;
use crate::reply::Reply;
use crate::request::{Kind, Request};
use crate::session::Session;

/// How a request ended.
#[derive(Clone, Copy)]
pub(crate) enum End<'e> {
    /// With this answer.
    Answered(&'e Reply),
    /// Its group ended well, without a word about it.
    Passed,
    /// An earlier statement of its group failed.
    NotRun,
    /// Nobody answers a request to cancel.
    ByDesign,
    /// Its answer did not come.
    Unmatched(Reason),
}

/// Buffers for what is put together for one event.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    statement: Vec<u8>,
}

impl Scratch {
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.statement.capacity()
    }
}

/// Whether a request has an event.
pub(crate) fn is_shown(request: &Request, end: End<'_>, config: &Config) -> bool {
    let failed = matches!(end, End::Answered(reply) if reply.failed);
    config.all_commands
        || failed
        || match request.kind {
            Kind::Simple => !request.text.is_empty(),
            Kind::Extended => {
                request.executes
                    && !request.again
                    && (request.unknown || !request.text.is_empty())
                    && !is_set(&request.text)
            }
            Kind::Function => true,
            Kind::Login | Kind::Cancel => false,
        }
}

/// A setting that a driver makes on its own, which Packetbeat leaves out.
fn is_set(text: &[u8]) -> bool {
    text.first_chunk::<4>().is_some_and(|start| start.eq_ignore_ascii_case(b"SET "))
}

/// A request, answered or not.
pub(crate) struct Exchange<'e> {
    request: &'e Request,
    end: End<'e>,
    session: &'e Session,
    /// No value may be shown.
    mask: bool,
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
        session: &'e Session,
        request: &'e Request,
        end: End<'e>,
    ) -> Self {
        let dialect = session.dialect();
        let is_statement = matches!(request.kind, Kind::Simple | Kind::Extended);
        let verb = if is_statement { Verb::of(&request.text, dialect) } else { Verb::of(&[], dialect) };
        let mask = config.mask || (is_statement && holds_password(&request.text, &verb));
        let statement = if !is_statement {
            Text::default()
        } else if mask {
            scratch.statement.clear();
            sql::mask(&request.text, dialect, &mut scratch.statement);
            Text::checked(scratch.statement.trim_ascii())
        } else {
            Text::checked(&request.text)
        };
        let csv = match end {
            End::Answered(reply) if config.shows_rows() => reply.csv.as_slice(),
            _ => &[],
        };
        let user = if request.kind == Kind::Login { &request.text } else { session.user.bytes() };
        let mut this = Self {
            request,
            end,
            session,
            mask,
            verb,
            query: [statement],
            request_text: [if config.send_request { statement } else { Text::default() }],
            response_text: [csv.into()],
            users: [user.into()],
            notes: [Text::default(); NOTES],
            note_count: 0,
        };
        this.explain();
        this
    }

    const fn reply(&self) -> Option<&'e Reply> {
        match self.end {
            End::Answered(reply) => Some(reply),
            _ => None,
        }
    }

    /// Notes: what the server says is wrong, and what is missing.
    fn explain(&mut self) {
        let reply = self.reply();
        if let Some(reply) = reply
            && reply.failed
            && !self.mask
            && !reply.text.is_empty()
        {
            self.note(reply.text.bytes().into());
        }
        if self.request.unknown {
            self.note(Text::constant("The actual query being used is unknown"));
        }
        if matches!(self.end, End::NotRun) {
            self.note(Text::constant("Not executed, because of an earlier error"));
        }
        if self.request.cut {
            self.note(Text::constant("The statement or its parameters were too long to be kept whole"));
        }
        if self.request.lost > 0 {
            self.note(Text::constant("Packet loss while capturing the request"));
        }
        let Some(reply) = reply else { return };
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
        match self.request.kind {
            Kind::Login => Text::constant("LOGIN"),
            Kind::Cancel => Text::constant("CANCEL"),
            Kind::Function => Text::constant("FUNCTION_CALL"),
            Kind::Extended if self.request.again => Text::constant("FETCH"),
            Kind::Extended if !self.request.executes && matches!(self.end, End::Passed) => {
                Text::constant("PREPARE")
            }
            _ if self.verb.bytes().is_empty() => Text::constant("EXECUTE"),
            _ => self.verb.text(),
        }
    }

    fn parameters<F: Fields>(&self, to: &mut F) {
        let parameters = &self.request.parameters;
        if parameters.is_empty() {
            return;
        }
        to.list(key!("params"));
        for parameter in parameters.iter() {
            if self.mask {
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
        let reply = self.reply();
        let failed = match self.end {
            End::Answered(reply) => reply.failed,
            End::Passed | End::ByDesign => false,
            End::NotRun | End::Unmatched(_) => true,
        };
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        let is_function = self.request.kind == Kind::Function;
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: Some(self.request.half),
            response: reply.and_then(|reply| reply.half),
            method: self.method(),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: if is_function { self.request.text.as_slice().into() } else { Text::default() },
            request_text: if given(&self.request_text) { &self.request_text } else { &[] },
            response_text: if given(&self.response_text) { &self.response_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: if let End::Unmatched(reason) = self.end { Some(reason) } else { None },
            bytes_lost: self.request.lost.saturating_add(reply.map_or(0, |reply| reply.lost)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        self.parameters(to);
        if let Some(reply) = self.reply() {
            to.open(key!("pgsql"));
            if reply.failed {
                to.text_unless_empty(key!("error_code"), reply.code.bytes());
                to.text_unless_empty(key!("error_severity"), reply.severity.bytes());
                if !self.mask {
                    to.text_unless_empty(key!("error_message"), reply.text.bytes());
                }
            }
            to.unsigned(key!("num_rows"), reply.rows);
            to.unsigned(key!("num_fields"), reply.fields);
            to.close();
            // `error` and `packetbeat` are core's: names of two parts add to them without repeating them.
            if reply.failed {
                to.text_unless_empty(key!("error.code"), reply.code.bytes());
            }
            if let Some(affected) = reply.affected {
                to.unsigned(key!("packetbeat.affected_rows"), affected);
            }
            to.unsigned_unless_zero(key!("packetbeat.warnings"), reply.warnings);
        }
        let login = self.request.kind == Kind::Login;
        let database = if login { &self.request.statement } else { self.session.database.bytes() };
        to.text_unless_empty(key!("packetbeat.database"), database);
        let [user] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}

/// Whether a statement may say a password in clear: what makes or changes a role, a user of foreign data, a subscription (`CREATE`, `ALTER`,
/// within a `DO` too), and connections by `dblink`. Its literals are masked whatever the configuration says.
fn holds_password(text: &[u8], verb: &Verb) -> bool {
    /// Whose passwords there are, in the first words.
    const OWNERS: [&[u8]; 6] = [b"role", b"user", b"group", b"server", b"subscription", b"foreign"];
    const HEAD: usize = 128;
    if verb.is("CREATE") || verb.is("ALTER") {
        let head = text.get(..HEAD).unwrap_or(text);
        return has_word(text, b"password") && OWNERS.iter().any(|owner| has_word(head, owner));
    }
    (verb.is("DO") || (verb.is("SELECT") && has_word(text, b"dblink"))) && has_word(text, b"password")
}

/// Whether `word`, given in lower case, stands somewhere in a text, in any case, also as a part of a longer one.
fn has_word(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use packetbeat_core::sql::Dialect;

    #[test]
    fn statements_that_say_passwords() {
        let holds =
            |text: &str| holds_password(text.as_bytes(), &Verb::of(text.as_bytes(), Dialect::PostgreSql));
        assert!(holds("ALTER ROLE ann WITH ENCRYPTED PassWord 'secret'"));
        assert!(holds("/* x */ create user ann password 'secret'"));
        assert!(holds("do $$ begin execute 'create user a password ''b'''; end $$"));
        assert!(holds("create subscription s connection 'host=a password=b' publication p"));
        assert!(holds("select dblink_connect('host=a password=b')"));
        assert!(!holds("select * from users where password = $1"));
        assert!(holds("create user mapping for ann server s options (user 'a', password 'b')"));
        assert!(!holds("create table t (name varchar(40), password varchar(40))"));
    }
}
