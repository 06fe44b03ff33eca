//! What an event says in `error.message`.

use packetbeat_core::flow::Transport;
use packetbeat_core::text::Text;

use crate::event::Story;
use crate::limits::PLAIN_DATAGRAM;
use crate::wire::Survey;

/// A few notes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notes {
    notes: [Text<'static>; 4],
    count: usize,
}

impl Notes {
    /// What is to be said of `story`.
    pub(crate) fn of(story: &Story<'_>, survey: &Survey, transport: Transport) -> Self {
        let mut notes = Self::default();
        if let Some(note) = story.note() {
            notes.add(note);
        }
        if survey.damage.is_some() {
            notes.add("The message is cut short or damaged: not all of its records could be read");
        }
        if let (Some((_, half)), Transport::Udp) = (story.answer(), transport) {
            let asked_with = story.query().map(|query| query.edns);
            match (asked_with, survey.opt.is_some()) {
                (Some(true), false) if survey.damage.is_none() => {
                    notes.add("The query used EDNS, its answer did not");
                }
                (Some(false), true) => notes.add("The answer used EDNS, its query did not"),
                (_, false) if half.bytes > PLAIN_DATAGRAM => {
                    notes.add("The answer is longer than 512 bytes without EDNS");
                }
                _ => {}
            }
        }
        notes
    }

    fn add(&mut self, note: &'static str) {
        if let Some(room) = self.notes.get_mut(self.count) {
            *room = note.into();
            self.count += 1;
        }
    }

    /// The notes.
    pub(crate) fn get(&self) -> &[Text<'static>] {
        self.notes.get(..self.count).unwrap_or_default()
    }
}
