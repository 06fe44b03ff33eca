//! Answers name their request.

use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::Pending;
use crate::cx::Cx;
use crate::ledger::{Outcome, Reason, Ticket};

/// No slot.
const NONE: u32 = u32::MAX;
/// The most memory that a free slot may keep for its next request.
const SPARE_BYTES: usize = 4 << 10;

/// Requests by key, the oldest given up first. All wait for the same time, so their order of arrival is the order of
/// their deadlines, and expiry needs no heap.
///
/// The table's hash is seeded anew in every process; its iteration order is never used.
#[derive(Debug)]
pub struct ByKey<K, Q> {
    places: HashMap<K, u32, RandomState>,
    slots: Vec<Slot<K, Q>>,
    free: u32,
    oldest: u32,
    newest: u32,
    capacity: usize,
}

#[derive(Debug)]
struct Slot<K, Q> {
    key: K,
    deadline: i64,
    request: Q,
    ticket: Option<Ticket>,
    older: u32,
    /// The next newer request; for a free slot the next free one.
    newer: u32,
}

impl<K: Hash + Eq + Copy, Q: Pending> ByKey<K, Q> {
    /// For at most `capacity` requests at once.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            places: HashMap::with_hasher(RandomState::default()),
            slots: Vec::new(),
            free: NONE,
            oldest: NONE,
            newest: NONE,
            capacity: capacity.min(NONE as usize - 1),
        }
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a request with this key waits.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Q> {
        let place = *self.places.get(key)?;
        self.slots.get(place as usize).map(|slot| &slot.request)
    }

    /// Adds a request, counted in, for the caller to fill. One that waits under the same key is given up as repeated, and
    /// where too many wait the oldest is given up, through `unmatched`.
    pub fn insert(
        &mut self,
        key: K,
        deadline: i64,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> &mut Q {
        if let Some(place) = self.places.get(&key).copied() {
            self.settle(place, Outcome::Unmatched(Reason::Repeated), cx, |q, cx| {
                unmatched(q, Reason::Repeated, cx);
            });
        } else if self.places.len() >= self.capacity {
            let oldest = self.oldest;
            self.settle(oldest, Outcome::Unmatched(Reason::Overflow), cx, |q, cx| {
                unmatched(q, Reason::Overflow, cx);
            });
        }
        let place = self.take_slot(key, deadline, cx.ask());
        self.places.insert(key, place);
        #[expect(clippy::indexing_slicing, reason = "take_slot returns the index of a slot")]
        &mut self.slots[place as usize].request
    }

    /// The request with this key has its answer: `with` emits the pair. False if there is none.
    pub fn answer(&mut self, key: &K, cx: &mut Cx<'_>, with: impl FnOnce(&Q, &mut Cx<'_>)) -> bool {
        let Some(place) = self.places.get(key).copied() else { return false };
        self.settle(place, Outcome::Answered, cx, with);
        true
    }

    /// Gives up what has waited until `now` (nanoseconds of packet time), oldest first; the next deadline, if any.
    pub fn expire(
        &mut self,
        now: i64,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> Option<i64> {
        while let Some(slot) = self.slots.get(self.oldest as usize) {
            if slot.deadline > now {
                return Some(slot.deadline);
            }
            let oldest = self.oldest;
            self.settle(oldest, Outcome::Unmatched(Reason::Timeout), cx, |q, cx| {
                unmatched(q, Reason::Timeout, cx);
            });
        }
        None
    }

    /// Gives up everything, oldest first.
    pub fn give_up_all(
        &mut self,
        reason: Reason,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) {
        while self.oldest != NONE {
            let oldest = self.oldest;
            self.settle(oldest, Outcome::Unmatched(reason), cx, |q, cx| unmatched(q, reason, cx));
        }
    }

    /// When the oldest request expires.
    #[must_use]
    pub fn next_deadline(&self) -> Option<i64> {
        self.slots.get(self.oldest as usize).map(|slot| slot.deadline)
    }

    fn settle(&mut self, place: u32, outcome: Outcome, cx: &mut Cx<'_>, with: impl FnOnce(&Q, &mut Cx<'_>)) {
        let Some(slot) = self.slots.get_mut(place as usize) else { return };
        let Some(ticket) = slot.ticket.take() else { return };
        with(&slot.request, cx);
        cx.settle(ticket, outcome);
        if slot.request.heap_bytes() > SPARE_BYTES {
            slot.request = Q::default();
        } else {
            slot.request.clear();
        }
        let (key, older, newer) = (slot.key, slot.older, slot.newer);
        slot.newer = self.free;
        self.free = place;
        self.places.remove(&key);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }

    fn take_slot(&mut self, key: K, deadline: i64, ticket: Ticket) -> u32 {
        let older = self.newest;
        let place = match self.slots.get_mut(self.free as usize) {
            Some(slot) => {
                let place = self.free;
                self.free = slot.newer;
                (slot.key, slot.deadline, slot.ticket, slot.older, slot.newer) =
                    (key, deadline, Some(ticket), older, NONE);
                place
            }
            None => {
                let place = self.slots.len() as u32; // below `capacity`, which fits
                let request = Q::default();
                self.slots.push(Slot { key, deadline, request, ticket: Some(ticket), older, newer: NONE });
                place
            }
        };
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
        place
    }
}
