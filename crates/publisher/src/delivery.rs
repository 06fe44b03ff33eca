//! What an output over a network does with a batch of events, and what came of it.

use crate::event::Event;

/// One way to a server (or, where it fails over, to one of several at a time). Each has a thread of its own.
pub trait Deliver: Send {
    /// How much it takes at once.
    fn takes(&self) -> Takes;

    /// Sends a batch and waits for what becomes of each event. It neither drops an event without naming it nor retries beyond what
    /// the protocol needs (a split of a batch that was too large, say): events that may be tried again go into
    /// [`Delivery::again`], and whoever called waits as [`Trouble`] asks.
    fn deliver(&mut self, batch: Vec<Event>) -> Delivery;
}

/// How much an output takes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// Events, at least 1.
    pub events: usize,
    /// Bytes of JSON; one event that is larger goes alone.
    pub bytes: usize,
}

/// What became of the events of a batch: each of them is in exactly one of these counts.
#[derive(Debug, Default)]
pub struct Delivery {
    /// The server has them.
    pub acknowledged: u64,
    /// The server had them already, from an earlier attempt whose answer was lost.
    pub duplicates: u64,
    /// The server refused them for good and took them as dead letters.
    pub dead: u64,
    /// Given up, by cause (`refused`, `max_retries` …: names of counters).
    pub dropped: Vec<(&'static str, u64)>,
    /// To be tried again, by this output or another.
    pub again: Vec<Event>,
    /// How many of `again` were refused because the server has too much to do.
    pub too_many: u64,
    /// Bytes that were sent, as they went over the wire where that is known.
    pub sent_bytes: u64,
    /// Why something is to be tried again, or was given up: when to go on.
    pub trouble: Option<Trouble>,
}

/// Something went wrong that is likely to go wrong again if it is tried at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// One line: what, where, what to do. It is logged when it begins, and then at most once a minute while it lasts.
    pub message: String,
    /// Set if it will not end by itself (a certificate that is not trusted, a password that is wrong): the name of the counter
    /// under which events are dropped if nobody may wait for ever.
    pub lasting: Option<&'static str>,
}
