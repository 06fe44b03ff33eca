//! A command and its answer as an event. Answers that are secret are left out here.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::limits::NOTES;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;

use crate::command::{MASKED, REDACTED};
use crate::config::Config;
use crate::waiting::{Asked, Shown};

/// Why the server sent something unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    /// For who subscribed, or whose keys changed.
    Message,
    /// For who wants to see all commands.
    Monitor,
    /// For a replica.
    Replication,
}

impl Pushed {
    const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Monitor => "monitor",
            Self::Replication => "replication",
        }
    }
}

/// What the server said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told<'e> {
    pub(crate) half: Half,
    pub(crate) text: &'e [u8],
    pub(crate) is_error: bool,
    /// It is one line of text, such as `OK`.
    pub(crate) is_line: bool,
    pub(crate) is_secret: bool,
    pub(crate) cut: bool,
    pub(crate) lost: u64,
}

/// Buffers for what is put together for one event; most commands of a connection have the name of the one before.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    name: Vec<u8>,
    method: Vec<u8>,
    action: Vec<u8>,
}

impl Scratch {
    fn name(&mut self, name: &[u8]) {
        if self.name == name && !self.action.is_empty() {
            return;
        }
        self.name.clear();
        self.name.extend_from_slice(name);
        self.method.clear();
        self.method.extend_from_slice(name);
        self.method.make_ascii_uppercase();
        self.action.clear();
        self.action.extend_from_slice(b"redis.");
        self.action.extend_from_slice(name);
        self.action.make_ascii_lowercase();
    }
}

/// A command, its answer, or both.
pub(crate) struct Exchange<'e> {
    config: &'e Config,
    asked: Option<&'e Asked>,
    told: Option<Told<'e>>,
    /// Not the answer to a command: `told` is all there is.
    pushed: Option<Pushed>,
    unmatched: Option<Reason>,
    scratch: &'e Scratch,
    resource: Text<'e>,
    user: Text<'e>,
    query: [Text<'e>; 1],
    value: Text<'e>,
    response: [Text<'e>; 1],
    users: [Text<'e>; 1],
    notes: [Text<'e>; NOTES],
    note_count: usize,
}

impl<'e> Exchange<'e> {
    /// A command, its parts, and its answer if there is one.
    pub(crate) fn new(
        config: &'e Config,
        scratch: &'e mut Scratch,
        (asked, shown): (&'e Asked, Shown<'e>),
        told: Option<Told<'e>>,
        unmatched: Option<Reason>,
        user: &'e [u8],
    ) -> Self {
        scratch.name(shown.name);
        let mut this = Self::of(config, scratch, told, user);
        (this.asked, this.unmatched) = (Some(asked), unmatched);
        (this.query, this.resource) = ([shown.text.into()], shown.key.into());
        this.explain();
        this
    }

    /// What the server sent unasked: a command of somebody else, or a message with its name and its channel.
    pub(crate) fn pushed(
        config: &'e Config,
        scratch: &'e mut Scratch,
        why: Pushed,
        shown: Shown<'e>,
        told: Told<'e>,
        user: &'e [u8],
    ) -> Self {
        scratch.name(shown.name);
        let mut this = Self::of(config, scratch, Some(told), user);
        this.pushed = Some(why);
        (this.query, this.resource) = ([shown.text.into()], shown.key.into());
        this.explain();
        this
    }

    fn of(config: &'e Config, scratch: &'e Scratch, told: Option<Told<'e>>, user: &'e [u8]) -> Self {
        let value = match told {
            Some(told) if told.is_secret && !told.is_error => Text::checked(REDACTED),
            Some(told) if told.is_error && config.mask => Text::from(code(told.text)),
            Some(told) if told.is_line && config.mask => match code(told.text) {
                [] => Text::checked(MASKED),
                word => Text::from(word),
            },
            Some(told) if config.send_response => Text::checked(told.text),
            // Written once: it is looked at then.
            Some(told) => Text::from(told.text),
            None => Text::default(),
        };
        Self {
            config,
            asked: None,
            told,
            pushed: None,
            unmatched: None,
            scratch,
            resource: Text::default(),
            user: user.into(),
            query: [Text::default()],
            value,
            response: [value],
            users: [user.into()],
            notes: [Text::default(); NOTES],
            note_count: 0,
        }
    }

    /// Notes about what is missing.
    fn explain(&mut self) {
        if self.asked.is_some_and(|asked| asked.cut) {
            self.note("The command was too long to be kept whole");
        }
        if self.asked.is_some_and(|asked| asked.lost > 0) {
            self.note("Packet loss while capturing the request");
        }
        if self.told.is_some_and(|told| told.cut) {
            self.note("The answer was too long to be kept whole");
        }
        if self.told.is_some_and(|told| told.lost > 0) {
            self.note("Packet loss while capturing the response");
        }
        if self.unmatched == Some(Reason::Overflow) {
            self.note("Too many commands waited for their answers");
        }
    }

    fn note(&mut self, note: &'static str) {
        if let Some(slot) = self.notes.get_mut(self.note_count) {
            *slot = Text::word(note);
            self.note_count += 1;
        }
    }
}

impl Record for Exchange<'_> {
    fn shared(&self) -> Shared<'_> {
        let is_error = self.told.is_some_and(|told| told.is_error);
        let given = |text: &[Text<'_>; 1]| text.iter().any(|text| !text.is_empty());
        let asks = self.asked.is_some() && self.config.send_request && given(&self.query);
        let tells = self.config.send_response && given(&self.response);
        Shared {
            status: if is_error || self.unmatched.is_some() { Status::Error } else { Status::Ok },
            request: self.asked.map(|asked| asked.half),
            response: self.told.map(|told| told.half),
            method: Text::from(&self.scratch.method),
            query: if given(&self.query) { &self.query } else { &[] },
            resource: self.resource,
            request_text: if asks { &self.query } else { &[] },
            response_text: if tells { &self.response } else { &[] },
            action: Text::from(&self.scratch.action),
            outcome: if is_error { Text::constant("failure") } else { Text::default() },
            related_users: &self.users,
            notes: self.notes.get(..self.note_count).unwrap_or_default(),
            unmatched: self.unmatched,
            bytes_lost: self
                .asked
                .map_or(0, |asked| asked.lost)
                .saturating_add(self.told.map_or(0, |told| told.lost)),
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        if let Some(told) = self.told
            && !matches!(self.pushed, Some(Pushed::Monitor | Pushed::Replication))
        {
            to.open(key!("redis"));
            if told.is_error {
                to.text(key!("error"), self.value);
            } else {
                to.text(key!("return_value"), self.value);
            }
            to.close();
            // `error` and `packetbeat` themselves are core's: names of two parts add to them without repeating them.
            if told.is_error {
                to.text_unless_empty(key!("error.code"), code(told.text));
            }
        }
        if let Some(why) = self.pushed {
            to.text(key!("packetbeat.pushed"), Text::word(why.name()));
        }
        if !self.user.is_empty() {
            to.open(key!("user"));
            to.text(key!("name"), self.user);
            to.close();
        }
    }
}

/// The code of an error: its first word, if that is in capitals.
fn code(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default();
    let is_code = word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    if is_code { word } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_errors() {
        assert_eq!(code(b"WRONGTYPE Operation against a key"), b"WRONGTYPE");
        assert_eq!(code(b"ERR"), b"ERR");
        assert_eq!(code(b"something went wrong"), b"");
    }
}
