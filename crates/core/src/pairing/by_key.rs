//! Answers name their request.

use std::hash::Hash;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::Pending;
use crate::cx::Cx;
use crate::ledger::{Outcome, Reason, Ticket};
use crate::linked::Linked;

/// Spare requests kept for reuse, and the most memory that a spare one may hold.
const SPARE: usize = 1024;
const SPARE_BYTES: usize = 4 << 10;

/// Requests by key, the oldest given up first. All wait for the same time, so their order of arrival is the order of
/// their deadlines, and expiry needs no heap.
///
/// The table's hash is seeded anew in every process; its iteration order is never used.
#[derive(Debug)]
pub struct ByKey<K, Q> {
    places: HashMap<K, u32, RandomState>,
    live: Linked<Waiting<K, Q>>,
    spare: Vec<Box<Q>>,
    capacity: usize,
}

#[derive(Debug)]
struct Waiting<K, Q> {
    key: K,
    deadline: i64,
    /// In a box: it moves in and out of the table for every request.
    request: Box<Q>,
    ticket: Ticket,
}

impl<K: Hash + Eq + Copy, Q: Pending> ByKey<K, Q> {
    /// For at most `capacity` requests at once (at least one).
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            places: HashMap::with_hasher(RandomState::default()),
            live: Linked::default(),
            spare: Vec::new(),
            capacity: capacity.max(1),
        }
    }

    /// How many wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether none waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The request that waits under this key.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&Q> {
        self.live.get(*self.places.get(key)?).map(|waiting| &*waiting.request)
    }

    /// The same, to go on filling it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut Q> {
        self.live.get_mut(*self.places.get(key)?).map(|waiting| &mut *waiting.request)
    }

    /// The request that waits longest, and its key.
    #[must_use]
    pub fn oldest(&self) -> Option<(&K, &Q)> {
        self.live.get(self.live.oldest()?).map(|waiting| (&waiting.key, &*waiting.request))
    }

    /// Those that wait and their keys, the one that came last first.
    pub fn newest_first(&self) -> impl Iterator<Item = (&K, &Q)> {
        self.live.newest_first().map(|waiting| (&waiting.key, &*waiting.request))
    }

    /// Adds a request as [`ByKey::insert`] does unless one waits under the same key, which stays. Whether it was added.
    pub fn insert_first(
        &mut self,
        key: K,
        deadline: i64,
        cx: &mut Cx<'_>,
        fill: impl FnOnce(&mut Q),
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> bool {
        if self.live.len() >= self.capacity && !self.places.contains_key(&key) {
            self.give_up_oldest(Reason::Overflow, cx, &mut unmatched);
        }
        let Entry::Vacant(place) = self.places.entry(key) else { return false };
        let mut request = self.spare.pop().unwrap_or_default();
        fill(&mut request);
        place.insert(self.live.push(Waiting { key, deadline, request, ticket: cx.ask() }));
        true
    }

    /// Adds a request, counted in, filled by `fill`. One that waits under the same key is given up as repeated, and where
    /// too many wait the oldest is given up, through `unmatched`.
    pub fn insert(
        &mut self,
        key: K,
        deadline: i64,
        cx: &mut Cx<'_>,
        fill: impl FnOnce(&mut Q),
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) {
        if self.places.contains_key(&key) {
            self.give_up(&key, Reason::Repeated, cx, &mut unmatched);
        } else if self.live.len() >= self.capacity {
            self.give_up_oldest(Reason::Overflow, cx, &mut unmatched);
        }
        let mut request = self.spare.pop().unwrap_or_default();
        fill(&mut request);
        let place = self.live.push(Waiting { key, deadline, request, ticket: cx.ask() });
        self.places.insert(key, place);
    }

    /// The request with this key has its answer: `with` emits the pair. False if there is none.
    pub fn answer(&mut self, key: &K, cx: &mut Cx<'_>, with: impl FnOnce(&Q, &mut Cx<'_>)) -> bool {
        self.settle(key, Outcome::Answered, cx, with)
    }

    /// The request with this key is over with this outcome: `with` emits it. False if there is none.
    pub fn settle(
        &mut self,
        key: &K,
        outcome: Outcome,
        cx: &mut Cx<'_>,
        with: impl FnOnce(&Q, &mut Cx<'_>),
    ) -> bool {
        let Some(waiting) = self.places.remove(key).and_then(|place| self.live.remove(place)) else {
            return false;
        };
        let Waiting { mut request, ticket, .. } = waiting;
        with(&request, cx);
        cx.settle(ticket, outcome);
        if self.spare.len() < SPARE && request.heap_bytes() <= SPARE_BYTES {
            request.clear();
            self.spare.push(request);
        }
        true
    }

    /// The request with this key will not be answered: `unmatched` emits it alone. False if there is none.
    pub fn give_up(
        &mut self,
        key: &K,
        reason: Reason,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> bool {
        self.settle(key, Outcome::Unmatched(reason), cx, |request, cx| unmatched(request, reason, cx))
    }

    /// Gives up what has waited until `now` (nanoseconds of packet time), oldest first; the next deadline, if any.
    pub fn expire(
        &mut self,
        now: i64,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> Option<i64> {
        loop {
            let deadline = self.next_deadline()?;
            if deadline > now {
                return Some(deadline);
            }
            self.give_up_oldest(Reason::Timeout, cx, &mut unmatched);
        }
    }

    /// Gives up everything, oldest first.
    pub fn give_up_all(
        &mut self,
        reason: Reason,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) {
        while !self.is_empty() {
            self.give_up_oldest(reason, cx, &mut unmatched);
        }
    }

    /// When the oldest request expires.
    #[must_use]
    pub fn next_deadline(&self) -> Option<i64> {
        self.live.get(self.live.oldest()?).map(|waiting| waiting.deadline)
    }

    fn give_up_oldest(
        &mut self,
        reason: Reason,
        cx: &mut Cx<'_>,
        unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) {
        if let Some(key) =
            self.live.oldest().and_then(|place| self.live.get(place)).map(|waiting| waiting.key)
        {
            self.give_up(&key, reason, cx, unmatched);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Tally;
    use crate::testing::with_tally;

    #[derive(Default)]
    struct Asked(u32);

    impl Pending for Asked {
        fn clear(&mut self) {
            self.0 = 0;
        }
        fn heap_bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn keys_meet_and_the_rest_leaves_under_its_reason_in_order() {
        let mut tally = Tally::default();
        let mut lost = Vec::new();
        with_tally(&mut tally, |cx| {
            let mut table = ByKey::<u16, Asked>::new(4);
            let mut note = |asked: &Asked, reason: Reason, _: &mut Cx<'_>| lost.push((asked.0, reason));
            for n in 0..5u16 {
                table.insert(n, i64::from(n) * 10, cx, |asked| asked.0 = u32::from(n), &mut note); // 0 overflows
            }
            table.insert(3, 50, cx, |asked| asked.0 = 33, &mut note);
            let mut met = 0;
            assert!(table.answer(&2, cx, |asked, _| met = asked.0));
            assert!(!table.answer(&2, cx, |_, _| unreachable!()));
            assert_eq!((met, table.len()), (2, 3));
            assert_eq!(table.oldest().map(|(key, asked)| (*key, asked.0)), Some((1, 1)));
            if let Some(asked) = table.get_mut(&4) {
                asked.0 = 44;
            }
            assert!(!table.insert_first(4, 0, cx, |_| unreachable!(), &mut note));
            assert!(table.insert_first(9, 0, cx, |asked| asked.0 = 9, &mut note));
            assert_eq!(table.newest_first().map(|(key, _)| *key).collect::<Vec<_>>(), [9, 3, 4, 1]);
            assert!(table.settle(&9, Outcome::UnansweredByDesign, cx, |asked, _| assert_eq!(asked.0, 9)));
            assert_eq!(table.expire(10, cx, &mut note), Some(40));
            assert_eq!(table.expire(45, cx, &mut note), Some(50));
            table.give_up_all(Reason::CaptureEnd, cx, &mut note);
            assert!(table.is_empty() && table.next_deadline().is_none());
        });
        let want = [
            (0, Reason::Overflow),
            (3, Reason::Repeated),
            (1, Reason::Timeout),
            (44, Reason::Timeout),
            (33, Reason::CaptureEnd),
        ];
        assert_eq!(lost, want);
        assert_eq!((tally.requests(), tally.answered(), tally.unanswered_by_design()), (7, 1, 1));
    }
}
