//! A request and its reply as an event. What must not leave the machine was left out where it was read.

use packetbeat_core::decimal;
use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;

use crate::config::Config;
use crate::reply::Reply;
use crate::request::Request;
use crate::texts::Part;
use crate::wire::Op;

/// A request, answered or not; or a further reply to it.
pub(crate) struct Exchange<'e> {
    request: &'e Request,
    reply: Option<&'e Reply>,
    unmatched: Option<Reason>,
    /// `None` for a further reply.
    half: Option<Half>,
    mask: bool,
    query: [Text<'e>; 1],
    request_text: [Text<'e>; 1],
    response_text: [Text<'e>; 1],
    users: [Text<'e>; 1],
    notes: [Text<'e>; NOTES],
    note_count: usize,
    code: ([u8; 24], usize),
}

impl<'e> Exchange<'e> {
    pub(crate) fn new(
        config: &Config,
        request: &'e Request,
        reply: Option<&'e Reply>,
        unmatched: Option<Reason>,
        user: &'e [u8],
    ) -> Self {
        let own = request.texts.text(Part::User);
        let mut this = Self {
            request,
            reply,
            unmatched,
            half: Some(request.half),
            mask: config.mask,
            query: [Text::checked(request.texts.get(Part::Query))],
            request_text: [request.texts.text(Part::Request)],
            response_text: [reply.map_or(&[][..], |reply| &reply.text).into()],
            users: [if own.is_empty() { user.into() } else { own }],
            notes: [Text::default(); NOTES],
            note_count: 0,
            code: ([0; 24], 0),
        };
        this.explain();
        this
    }

    /// The event of a further reply to a request that was told before.
    pub(crate) fn further(config: &Config, request: &'e Request, reply: &'e Reply, user: &'e [u8]) -> Self {
        Self { half: None, ..Self::new(config, request, Some(reply), None, user) }
    }

    /// `error.code` and `error.message`: the server's error and what is wrong with the messages.
    fn explain(&mut self) {
        if let Some(reply) = self.reply.filter(|reply| reply.failed) {
            if let Some(code) = reply.code {
                self.code = decimal::decimal(code.unsigned_abs());
            }
            if !self.mask {
                self.note(reply.message.bytes().into());
            }
        }
        if let Some(what) = self.request.lie {
            self.note(Text::word(what));
        }
        if self.request.cut {
            self.note(Text::constant("The request was too long to be kept whole"));
        }
        if self.request.lost > 0 {
            self.note(Text::constant("Packet loss while capturing the request"));
        }
        if let Some(what) = self.reply.and_then(|reply| reply.lie) {
            self.note(Text::word(what));
        }
        if self.reply.is_some_and(|reply| reply.lost > 0) {
            self.note(Text::constant("Packet loss while capturing the response"));
        }
    }

    fn note(&mut self, note: Text<'e>) {
        if note.is_empty() {
            return;
        }
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = note;
            self.note_count += 1;
        }
    }

    /// Whether there is anything to say under `mongodb`.
    fn has_own(&self) -> bool {
        let texts = &self.request.texts;
        self.request.op != Op::Msg
            || !texts.get(Part::Namespace).is_empty()
            || !texts.get(Part::Message).is_empty()
            || self
                .reply
                .is_some_and(|reply| reply.failed || reply.cursor.is_some() || reply.returned.is_some())
    }

    /// Fields of the request's own.
    fn asked<F: Fields>(&self, to: &mut F) {
        let (request, texts) = (self.request, &self.request.texts);
        let from_reply = self.reply.map_or(&[][..], |reply| reply.namespace.bytes());
        let namespace = texts.text(Part::Namespace);
        let namespace = if namespace.is_empty() { from_reply.into() } else { namespace };
        to.text_unless_empty(key!("fullCollectionName"), namespace);
        if request.op == Op::Query {
            to.signed(key!("numberToSkip"), i64::from(request.skip));
        }
        if matches!(request.op, Op::Query | Op::GetMore) {
            to.signed(key!("numberToReturn"), i64::from(request.number));
        }
        to.text_unless_empty(key!("selector"), texts.text(Part::Selector));
        to.text_unless_empty(key!("update"), texts.text(Part::Update));
        to.text_unless_empty(key!("returnFieldsSelector"), texts.text(Part::FieldsSelector));
        to.text_unless_empty(key!("message"), texts.text(Part::Message));
    }

    /// Fields of the reply's.
    fn answered<F: Fields>(&self, to: &mut F) {
        let asked = if self.request.op == Op::GetMore { Some(self.request.cursor) } else { None };
        let cursor = self.reply.and_then(|reply| reply.cursor).or(asked);
        if let Some(cursor) = cursor {
            to.signed(key!("cursorId"), cursor);
        }
        let Some(reply) = self.reply else { return };
        if let Some(from) = reply.starting_from {
            to.signed(key!("startingFrom"), i64::from(from));
        }
        if let Some(count) = reply.returned {
            to.unsigned(key!("numberReturned"), count);
        }
        if !reply.errors.is_empty() {
            to.text(key!("error"), &reply.errors);
        } else if reply.failed && !self.mask {
            to.text_unless_empty(key!("error"), reply.message.bytes());
        }
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let failed = self.unmatched.is_some()
            || self.request.lie.is_some()
            || self.reply.is_some_and(|reply| reply.failed);
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        let lost = self.reply.map_or(0, |reply| reply.lost);
        Shared {
            status: if failed { Status::Error } else { Status::Ok },
            request: self.half,
            response: self.reply.and_then(|reply| reply.half),
            method: self.request.texts.text(Part::Method),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: self.request.texts.text(Part::Resource),
            request_text: if given(&self.request_text) { &self.request_text } else { &[] },
            response_text: if given(&self.response_text) { &self.response_text } else { &[] },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: if self.half.is_some() { self.request.lost.saturating_add(lost) } else { lost },
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let texts = &self.request.texts;
        if self.has_own() {
            to.open(key!("mongodb"));
            self.asked(to);
            self.answered(to);
            to.close();
        }
        // `packetbeat` and `error` themselves are core's: a name of two parts adds to them without repeating them.
        to.text_unless_empty(key!("packetbeat.command"), texts.text(Part::Command));
        to.text_unless_empty(key!("packetbeat.database"), texts.text(Part::Database));
        to.text_unless_empty(key!("packetbeat.collection"), texts.text(Part::Collection));
        if let Some(reply) = self.reply.filter(|reply| reply.failed) {
            let (digits, len) = &self.code;
            to.text_unless_empty(key!("error.code"), digits.get(..*len).unwrap_or_default());
            to.text_unless_empty(key!("error.type"), reply.name.bytes());
        }
        let [user] = self.users;
        if !user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), user);
            to.close();
        }
    }
}
