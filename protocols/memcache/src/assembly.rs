//! A reply in datagrams: read as they come, in their order; one that comes early waits.
//!
//! The rules have one message for each reply, in several datagrams if need be. memcached 1.6 sends parts of a reply as messages of
//! their own, all with the id of the request and each numbered from the beginning: `VALUE …`, then `END`. So a reply is over when it is
//! whole, not with its last datagram.

use packetbeat_core::pairing::Pending;
use packetbeat_core::time::Stamp;

use crate::body::Body;
use crate::command::Answer;
use crate::config::Config;
use crate::frame::{FRAME, Frame};
use crate::head::{self, Head};
use crate::limits::{LINE_BYTES, PARKED, PARKED_BYTES};
use crate::list::{List, Most};
use crate::message::Message;

/// The reader of one reply.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) reply: Message,
    body: Body,
    open: bool,
    /// Datagrams of the message; 0 before the first.
    count: u16,
    /// Number of the one that is read next.
    next: u16,
    /// The beginning of a line whose end is in the next datagram.
    carry: Vec<u8>,
    /// Datagrams that came early, and their numbers.
    parked: List,
    numbers: Vec<u16>,
    /// Fingerprint of the datagram that began the last message: it may come twice.
    last: u64,
}

/// How far a reply has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Come {
    /// It is whole; so many bytes of the payload were read.
    Whole(usize),
    /// More is to come.
    Part,
    /// These bytes are no reply.
    Wrong,
}

impl Assembly {
    /// Takes a datagram.
    pub(crate) fn take(
        &mut self,
        frame: Frame<'_>,
        now: Stamp,
        waits_for: Option<Answer>,
        config: &Config,
    ) -> Come {
        let print = fingerprint(frame);
        if !self.has_begun() {
            self.reply.half.at = now;
        } else if self.count == 0 && self.last == print {
            return Come::Part; // the same again
        }
        if self.count == 0 {
            (self.count, self.last) = (frame.count, print);
        }
        if self.count != frame.count || frame.number < self.next || self.numbers.contains(&frame.number) {
            return Come::Part; // of another message, or again
        }
        if frame.number > self.next {
            self.park(frame);
            return Come::Part;
        }
        let mut come = self.read(frame.payload, waits_for, config);
        while come == Come::Part
            && let Some(place) = self.numbers.iter().position(|number| *number == self.next)
        {
            let parked = std::mem::take(&mut self.parked);
            come = self.read(parked.iter().nth(place).unwrap_or_default(), waits_for, config);
            self.parked = parked;
        }
        if come == Come::Part && self.next >= self.count {
            // The message is over, the reply is not.
            (self.count, self.next) = (0, 0);
            self.parked.clear();
            self.numbers.clear();
        }
        come
    }

    /// Whether something of a reply is there.
    pub(crate) const fn has_begun(&self) -> bool {
        self.reply.half.bytes > 0
    }

    /// Nothing more will come: what is missing of a value is noted.
    pub(crate) fn note_loss(&mut self) {
        self.reply.lost = self.reply.lost.saturating_add(self.body.left().max(1));
    }

    fn park(&mut self, frame: Frame<'_>) {
        let before = self.parked.len();
        self.parked.push(frame.payload, Most { items: PARKED, bytes: PARKED_BYTES });
        if self.parked.len() > before {
            self.numbers.push(frame.number);
        }
    }

    /// Reads the next datagram of the reply.
    fn read(&mut self, payload: &[u8], waits_for: Option<Answer>, config: &Config) -> Come {
        self.next = self.next.saturating_add(1);
        if self.carry.is_empty() {
            let (come, read) = self.bytes(payload, waits_for, config);
            self.count_bytes(read);
            self.carry_on(payload.get(read..).unwrap_or_default(), come);
            return come;
        }
        let mut carry = std::mem::take(&mut self.carry);
        let old = carry.len();
        carry.extend_from_slice(payload);
        let (come, read) = self.bytes(&carry, waits_for, config);
        self.count_bytes(read.saturating_sub(old));
        carry.drain(..read.min(carry.len()));
        if come != Come::Part || carry.len() > LINE_BYTES {
            carry.clear();
        }
        self.carry = carry;
        come
    }

    /// The header of the datagram, and of its payload what was read.
    fn count_bytes(&mut self, read: usize) {
        self.reply.half.bytes = self.reply.half.bytes.saturating_add((read + FRAME) as u64);
    }

    fn carry_on(&mut self, rest: &[u8], come: Come) {
        if come == Come::Part && rest.len() <= LINE_BYTES {
            self.carry.extend_from_slice(rest);
        }
    }

    fn bytes(&mut self, bytes: &[u8], waits_for: Option<Answer>, config: &Config) -> (Come, usize) {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            if self.body.is_active() {
                at += self.body.take(rest);
                if self.body.left() > 0 {
                    return (Come::Part, at);
                }
                self.body.finish(Some(&mut self.reply), config);
                if self.body.last {
                    return (Come::Whole(at), at);
                }
                continue;
            }
            if rest.is_empty() {
                return (Come::Part, at);
            }
            let context = (self.open, waits_for);
            match head::reply(rest, 0, context, &mut self.reply, &mut self.body, config) {
                Err(_) => return (Come::Wrong, at),
                Ok(Head::Needs(_)) => return (Come::Part, at),
                Ok(Head::Took(len) | Head::Cut(len)) => {
                    at += len;
                    if !self.body.is_active() {
                        return (Come::Whole(at), at);
                    }
                }
                Ok(Head::GoesOn(len)) => {
                    at += len;
                    self.open = true;
                }
            }
        }
    }
}

/// A number that datagrams share only if they are the same, nearly always (FNV-1a).
fn fingerprint(frame: Frame<'_>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ u64::from(frame.number);
    frame.payload.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Pending for Assembly {
    fn clear(&mut self) {
        self.reply.clear();
        self.body.clear();
        self.carry.clear();
        self.parked.clear();
        self.numbers.clear();
        (self.open, self.count, self.next, self.last) = (false, 0, 0, 0);
    }

    fn heap_bytes(&self) -> usize {
        self.reply.heap_bytes()
            + self.body.heap_bytes()
            + self.carry.capacity()
            + self.parked.heap_bytes()
            + self.numbers.capacity() * 2
    }
}
