//! A mail, or a session without one, as an event.
//!
//! - `query` is a summary of the envelope with at most [`QUERY_RECIPIENTS`] recipients, `resource` the sender, or the first
//!   recipient of a mail without one (a bounce).
//! - `smtp.rcpt_to` has the recipients that were accepted. One whose reply was not seen counts as accepted; a note says so.
//! - `smtp.response` is the reply that decided: the one to the content, or the refusal that came before it. A mail that the
//!   client gave up has none.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::{Outcome, Reason};
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Record, Shared};
use packetbeat_core::text::Text;

use crate::auth::Stage;
use crate::config::Config;
use crate::fields::{self, plain};
use crate::limits::QUERY_RECIPIENTS;
use crate::mail::{Fate, GivenUp, Mail, Phase, Step};
use crate::session::Session;

/// The reason in an outcome that has one.
pub(crate) const fn reason(outcome: Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Unmatched(reason) => Some(reason),
        Outcome::Answered | Outcome::UnansweredByDesign => None,
    }
}

/// Notes of one event.
#[derive(Clone, Copy, Default)]
pub(crate) struct Notes {
    texts: [Text<'static>; NOTES],
    len: usize,
}

impl Notes {
    fn add(&mut self, note: &'static str) {
        if let Some(slot) = self.texts.get_mut(self.len) {
            *slot = note.into();
            self.len += 1;
        }
    }

    pub(crate) fn add_if(&mut self, applies: bool, note: &'static str) {
        if applies {
            self.add(note);
        }
    }

    pub(crate) fn texts(&self) -> &[Text<'static>] {
        self.texts.get(..self.len).unwrap_or_default()
    }
}

/// The summary of an envelope.
struct Summary<'m> {
    parts: [Text<'m>; 2 * QUERY_RECIPIENTS + 3],
    len: usize,
}

impl<'m> Summary<'m> {
    fn of(mail: &'m Mail) -> Self {
        let mut summary = Self { parts: [Text::default(); 2 * QUERY_RECIPIENTS + 3], len: 0 };
        summary.add("MAIL FROM:<".into());
        summary.add(mail.sender().unwrap_or_default().into());
        for (number, (address, _)) in mail.recipients().enumerate() {
            if number == QUERY_RECIPIENTS {
                summary.add(">,...".into());
                return summary;
            }
            summary.add(if number == 0 { "> TO:<".into() } else { ">,<".into() });
            summary.add(address.into());
        }
        summary.add(">".into());
        summary
    }

    fn add(&mut self, part: Text<'m>) {
        if let Some(slot) = self.parts.get_mut(self.len) {
            *slot = part;
            self.len += 1;
        }
    }
}

/// A mail transaction.
pub(crate) struct MailEvent<'m> {
    session: &'m Session,
    mail: &'m Mail,
    fields: fields::Fields<'m>,
    summary: Summary<'m>,
    notes: Notes,
    status: Status,
    unmatched: Option<Reason>,
    hosts: [Text<'m>; 1],
    users: [Text<'m>; 1],
    commands: [Text<'m>; 1],
    replies: [Text<'m>; 1],
    config: Config,
}

impl<'m> MailEvent<'m> {
    /// The event of a mail that is over; `unmatched` says why it has no answer.
    pub(crate) fn new(
        session: &'m Session,
        mail: &'m Mail,
        unmatched: Option<Reason>,
        config: Config,
    ) -> Self {
        let accepted = mail.reply().is_some_and(|reply| reply.code < 400);
        Self {
            session,
            mail,
            fields: mail.headers.read(),
            summary: Summary::of(mail),
            notes: notes(mail, unmatched),
            status: if accepted { Status::Ok } else { Status::Error },
            unmatched,
            hosts: [host(session)],
            users: [session.user_of_mails().into()],
            commands: [mail.commands.bytes().into()],
            replies: [mail.replies.bytes().into()],
            config,
        }
    }
}

fn notes(mail: &Mail, unmatched: Option<Reason>) -> Notes {
    let mut notes = Notes::default();
    let step = mail.reply().filter(|reply| reply.code >= 400).and(mail.decision.step);
    match step {
        Some(Step::Sender) => notes.add("the sender was refused"),
        Some(Step::Recipient) => notes.add("no recipient was accepted"),
        Some(Step::Start) => notes.add("the content was refused before it was sent"),
        Some(Step::Content) => notes.add_if(mail.early, "refused before the content was complete"),
        None => {}
    }
    if step.is_none() && mail.reply().is_none() {
        match mail.given_up {
            _ if mail.phase == Phase::Sent => {}
            Some(GivenUp::Reset) => notes.add("given up by the client with RSET"),
            Some(GivenUp::Hello) => notes.add("given up by the client with a new greeting"),
            Some(GivenUp::Quit) => notes.add("given up by the client with QUIT"),
            Some(GivenUp::Mail) => notes.add("given up by the client with another MAIL"),
            Some(GivenUp::StartTls) => notes.add("given up by the client with STARTTLS"),
            None => {}
        }
    }
    if unmatched.is_some() {
        match mail.phase {
            Phase::Envelope => notes.add("ended before its content was sent"),
            Phase::Content => notes.add("ended within its content"),
            Phase::Sent => notes.add("no reply to the content was seen"),
        }
    }
    notes.add_if(!mail.has_sender, "its beginning was not seen");
    let unseen = mail.recipients().any(|(_, fate)| fate == Fate::Unseen);
    notes.add_if(unseen, "recipients whose reply was not seen count as accepted");
    notes.add_if(mail.has_hole || mail.is_doubtful || mail.lost > 0, "a part of the mail was not captured");
    notes.add_if(mail.unnamed > 0, "too many recipients: not all are named");
    notes.add_if(mail.headers.is_cut(), "the header section is too long: not all fields were read");
    notes
}

/// The client's name where it is a name: an address literal is none.
pub(crate) fn host(session: &Session) -> Text<'_> {
    let name = session.helo.bytes();
    if name.starts_with(b"[") { Text::default() } else { name.into() }
}

impl Record for MailEvent<'_> {
    fn shared(&self) -> Shared<'_> {
        let sender = self.mail.sender().unwrap_or_default();
        let resource = if sender.is_empty() {
            self.mail.recipients().next().map_or(sender, |(address, _)| address)
        } else {
            sender
        };
        Shared {
            status: self.status,
            request: self.mail.request,
            response: self.mail.response,
            method: "MAIL".into(),
            query: self.summary.parts.get(..self.summary.len).unwrap_or_default(),
            resource: resource.into(),
            request_text: if self.config.send_request { &self.commands } else { &[] },
            response_text: if self.config.send_response { &self.replies } else { &[] },
            related_hosts: &self.hosts,
            related_users: &self.users,
            notes: self.notes.texts(),
            unmatched: self.unmatched,
            bytes_lost: self.mail.lost,
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let Self { session, mail, fields, .. } = self;
        to.open(key!("smtp"));
        to.text_unless_empty(key!("helo"), session.helo.bytes());
        if let Some(sender) = mail.sender() {
            to.text(key!("mail_from"), sender);
        }
        recipients(to, key!("rcpt_to"), mail, false);
        recipients(to, key!("rejected_rcpt_to"), mail, true);
        if let Some(subject) = &fields.subject {
            to.text(key!("subject"), &**subject);
        }
        if let Some(id) = &fields.message_id {
            to.text_unless_empty(key!("message_id"), &**id);
        }
        if mail.phase != Phase::Envelope {
            to.unsigned(key!("size"), mail.size);
        }
        if let Some(reply) = mail.reply() {
            response(to, reply.code, reply.text.bytes());
        }
        if session.login.stage != Stage::Refused {
            auth(to, session);
        }
        to.boolean(key!("tls"), session.tls);
        to.close();
        email(to, fields);
        user(to, session.user_of_mails());
    }
}

fn recipients<F: Fields, const N: usize>(
    to: &mut F,
    key: &packetbeat_core::fields::Key<N>,
    mail: &Mail,
    refused: bool,
) {
    let of_fate = |fate: Fate| (fate == Fate::Refused) == refused;
    if mail.recipients().any(|(_, fate)| of_fate(fate)) {
        to.list(key);
        for (address, _) in mail.recipients().filter(|(_, fate)| of_fate(*fate)) {
            to.item(address);
        }
        to.close_list();
    }
}

pub(crate) fn response<F: Fields>(to: &mut F, code: u16, text: &[u8]) {
    to.open(key!("response"));
    to.unsigned(key!("code"), u64::from(code));
    to.text_unless_empty(key!("text"), text);
    to.close();
}

pub(crate) fn auth<F: Fields>(to: &mut F, session: &Session) {
    if !session.login.mechanism.is_empty() {
        to.open(key!("auth"));
        to.text(key!("mechanism"), session.login.mechanism.bytes());
        to.close();
    }
}

pub(crate) fn user<F: Fields>(to: &mut F, name: &[u8]) {
    if !name.is_empty() {
        to.open(key!("user"));
        to.text(key!("name"), name);
        to.close();
    }
}

/// The header fields as ECS names them.
fn email<F: Fields>(to: &mut F, fields: &fields::Fields<'_>) {
    if fields.is_empty() {
        return;
    }
    to.open(key!("email"));
    address_list(to, key!("cc"), &fields.cc);
    address_list(to, key!("from"), &fields.from);
    if let Some(id) = &fields.message_id {
        to.text_unless_empty(key!("message_id"), &**id);
    }
    if let Some(date) = &fields.date {
        to.text(key!("origination_timestamp"), date.text());
    }
    address_list(to, key!("reply_to"), &fields.reply_to);
    if let Some(sender) = plain(&fields.sender).next() {
        to.open(key!("sender"));
        to.text(key!("address"), sender);
        to.close();
    }
    if let Some(subject) = &fields.subject {
        to.text(key!("subject"), &**subject);
    }
    address_list(to, key!("to"), &fields.to);
    if let Some(mailer) = &fields.mailer {
        to.text_unless_empty(key!("x_mailer"), &**mailer);
    }
    to.close();
}

fn address_list<F: Fields, const N: usize>(
    to: &mut F,
    key: &packetbeat_core::fields::Key<N>,
    list: &[mail_parser::Address<'_>],
) {
    let mut addresses = plain(list).peekable();
    if addresses.peek().is_some() {
        to.open(key);
        to.list(key!("address"));
        for address in addresses {
            to.item(address);
        }
        to.close_list();
        to.close();
    }
}
