//! Answers come in the order of the requests.

use std::collections::VecDeque;

use super::Pending;
use crate::cx::Cx;
use crate::ledger::{Outcome, Reason, Ticket};
use crate::limits::PENDING_PER_CONNECTION;

/// Spare requests kept for reuse, and the most memory that a spare one may hold.
const SPARE: usize = 8;
const SPARE_BYTES: usize = 16 << 10;

/// Requests of one connection, oldest first.
#[derive(Debug)]
pub struct InOrder<Q: Pending> {
    live: VecDeque<(Q, Ticket)>,
    spare: Vec<Q>,
    most: usize,
}

impl<Q: Pending> Default for InOrder<Q> {
    fn default() -> Self {
        Self::limited(PENDING_PER_CONNECTION)
    }
}

impl<Q: Pending> InOrder<Q> {
    /// For so many requests at once, at least 1, where the protocol has a limit of its own.
    #[must_use]
    pub fn limited(most: usize) -> Self {
        Self { live: VecDeque::new(), spare: Vec::new(), most: most.max(1) }
    }

    /// Adds a request, counted in, for the caller to fill. Where too many wait, the oldest is given up first, through
    /// `unmatched`.
    pub fn push(&mut self, cx: &mut Cx<'_>, unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>)) -> &mut Q {
        if self.live.len() >= self.most {
            self.give_up_oldest(Reason::Overflow, cx, unmatched);
        }
        let request = self.spare.pop().unwrap_or_default();
        self.live.push_back((request, cx.ask()));
        let newest = self.live.len() - 1;
        // Not empty: pushed just now.
        #[expect(clippy::indexing_slicing, reason = "the index is that of the element just pushed")]
        &mut self.live[newest].0
    }

    /// The request that the next answer belongs to.
    #[must_use]
    pub fn oldest(&self) -> Option<&Q> {
        self.live.front().map(|(request, _)| request)
    }

    /// The same, to note something of its answer.
    pub fn oldest_mut(&mut self) -> Option<&mut Q> {
        self.live.front_mut().map(|(request, _)| request)
    }

    /// The request that came last.
    #[must_use]
    pub fn newest(&self) -> Option<&Q> {
        self.live.back().map(|(request, _)| request)
    }

    /// The request that came last, to go on filling it.
    pub fn newest_mut(&mut self) -> Option<&mut Q> {
        self.live.back_mut().map(|(request, _)| request)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The oldest request has its answer: `with` emits the pair. False if none waits.
    pub fn answer(&mut self, cx: &mut Cx<'_>, with: impl FnOnce(&Q, &mut Cx<'_>)) -> bool {
        self.settle_oldest(Outcome::Answered, cx, with)
    }

    /// The oldest request is over with this outcome. False if none waits.
    pub fn settle_oldest(
        &mut self,
        outcome: Outcome,
        cx: &mut Cx<'_>,
        with: impl FnOnce(&Q, &mut Cx<'_>),
    ) -> bool {
        // Read where it stands: only one that holds memory is moved.
        let Some((request, _)) = self.live.front() else { return false };
        with(request, cx);
        if let Some((request, ticket)) = self.live.pop_front() {
            cx.settle(ticket, outcome);
            self.reuse(request);
        }
        true
    }

    /// The oldest request will not be answered: `unmatched` emits it alone.
    pub fn give_up_oldest(
        &mut self,
        reason: Reason,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) -> bool {
        self.settle_oldest(Outcome::Unmatched(reason), cx, |request, cx| unmatched(request, reason, cx))
    }

    /// None of the requests that wait will be answered, because of a gap or the end.
    pub fn give_up_all(
        &mut self,
        reason: Reason,
        cx: &mut Cx<'_>,
        mut unmatched: impl FnMut(&Q, Reason, &mut Cx<'_>),
    ) {
        while self.give_up_oldest(reason, cx, &mut unmatched) {}
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let own = (self.live.capacity() + self.spare.capacity()) * size_of::<(Q, Ticket)>();
        let live: usize = self.live.iter().map(|(request, _)| request.heap_bytes()).sum();
        own + live + self.spare.iter().map(Pending::heap_bytes).sum::<usize>()
    }

    fn reuse(&mut self, mut request: Q) {
        if (1..=SPARE_BYTES).contains(&request.heap_bytes()) && self.spare.len() < SPARE {
            request.clear();
            self.spare.push(request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Tally;
    use crate::testing::with_tally;

    #[derive(Default)]
    struct Asked(Vec<u8>);

    impl Pending for Asked {
        fn clear(&mut self) {
            self.0.clear();
        }
        fn heap_bytes(&self) -> usize {
            self.0.capacity()
        }
    }

    #[test]
    fn answers_meet_the_oldest_and_every_request_is_settled() {
        let mut tally = Tally::default();
        let mut lost = Vec::new();
        with_tally(&mut tally, |cx| {
            let mut queue = InOrder::<Asked>::default();
            for n in 0..5 {
                queue.push(cx, |_, _, _| unreachable!()).0.push(n);
            }
            assert_eq!(queue.oldest().map(|asked| asked.0[0]), Some(0));
            let mut met = None;
            assert!(queue.answer(cx, |asked, _| met = Some(asked.0[0])));
            assert_eq!(met, Some(0));
            // The spare request comes back empty.
            assert!(queue.push(cx, |_, _, _| unreachable!()).0.is_empty());
            queue.give_up_all(Reason::Gap, cx, |asked, reason, _| {
                lost.push((asked.0.first().copied(), reason));
            });
            assert!(!queue.answer(cx, |_, _| unreachable!()));
        });
        assert_eq!(lost.len(), 5);
        assert_eq!(lost[0], (Some(1), Reason::Gap));
        assert_eq!((tally.requests(), tally.answered()), (6, 1));
        assert_eq!(tally.unmatched().collect::<Vec<_>>(), [(Reason::Gap, 5)]);
    }

    #[test]
    fn one_too_many_gives_up_the_oldest() {
        let mut tally = Tally::default();
        let mut lost = Vec::new();
        with_tally(&mut tally, |cx| {
            let mut queue = InOrder::<Asked>::default();
            for n in 0..=PENDING_PER_CONNECTION {
                queue.push(cx, |asked, reason, _| lost.push((asked.0.clone(), reason))).0.push(n as u8);
            }
            assert_eq!(queue.len(), PENDING_PER_CONNECTION);
            queue.give_up_all(Reason::CaptureEnd, cx, |_, _, _| {});
        });
        assert_eq!(lost, [(vec![0], Reason::Overflow)]);
    }
}
