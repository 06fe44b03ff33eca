//! A request and its answer as an event.

use packetbeat_core::event::Status;
use packetbeat_core::fields::Fields;
use packetbeat_core::key;
use packetbeat_core::ledger::Reason;
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::text::Text;

use crate::config::Config;
use crate::pending::Asked;
use crate::wire::{Answer, Verb};

/// One event.
pub(crate) struct Event<'e> {
    config: &'e Config,
    asked: &'e Asked,
    answer: Option<(Half, Answer<'e>)>,
    unmatched: Option<Reason>,
    query: [Text<'e>; 3],
}

impl<'e> Event<'e> {
    /// A request with its answer.
    pub(crate) fn pair(config: &'e Config, asked: &'e Asked, half: Half, answer: Answer<'e>) -> Self {
        Self { answer: Some((half, answer)), ..Self::alone(config, asked) }
    }

    /// A request whose answer will not come.
    pub(crate) fn unmatched(config: &'e Config, asked: &'e Asked, reason: Reason) -> Self {
        Self { unmatched: Some(reason), ..Self::alone(config, asked) }
    }

    fn alone(config: &'e Config, asked: &'e Asked) -> Self {
        let query = [asked.verb.name().into(), " ".into(), Text::from(&asked.key)];
        Self { config, asked, answer: None, unmatched: None, query }
    }
}

impl Record for Event<'_> {
    fn shared(&self) -> Shared<'_> {
        let succeeded = self.answer.is_some_and(|(_, answer)| answer.ok);
        Shared {
            status: if succeeded { Status::Ok } else { Status::Error },
            request: Some(self.asked.half),
            response: self.answer.map(|(half, _)| half),
            method: self.asked.verb.name().into(),
            query: &self.query,
            resource: Text::from(&self.asked.key),
            unmatched: self.unmatched,
            ..Shared::default()
        }
    }

    fn fields<F: Fields>(&self, to: &mut F) {
        let answer = self.answer.map(|(_, answer)| answer);
        let value = match (self.asked.verb, answer) {
            (Verb::Put, _) => &self.asked.value,
            (Verb::Get, Some(Answer { ok: true, text })) => text,
            (Verb::Get | Verb::Del, _) => &[],
        };
        to.open(key!("quote"));
        to.text(key!("key"), &self.asked.key);
        if self.config.include_values {
            to.text_unless_empty(key!("value"), value);
        }
        to.unsigned_unless_zero(key!("value_bytes"), value.len() as u64);
        if let Some(Answer { ok: false, text }) = answer {
            to.text(key!("error"), text);
        }
        to.close();
    }
}
