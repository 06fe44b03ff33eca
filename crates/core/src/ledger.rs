//! Accounting: every request that was seen ends under exactly one name.

use crate::event::Status;

/// A request that was counted in and waits to be counted out. It is neither copied nor made twice: who drops one without
/// [`Tally::settle`] leaves a ledger that does not close.
#[derive(Debug)]
#[must_use = "settle it, or the ledger does not close"]
pub struct Ticket(());

/// Why a request stayed without its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// No answer within the transaction timeout.
    Timeout,
    /// The connection ended before the answer.
    ConnectionClosed,
    /// The connection was reset before the answer.
    ConnectionReset,
    /// Bytes that the capture does not have may have held the answer.
    Gap,
    /// The capture ended before the answer.
    CaptureEnd,
    /// Too many requests waited at once: the oldest was given up.
    Overflow,
    /// The connection was given up to stay within a memory limit.
    Evicted,
    /// Bytes that could not be understood stood where the answer was expected.
    Malformed,
    /// Nothing came on this connection for the idle timeout.
    Idle,
    /// The same request was sent again before it was answered.
    Repeated,
    /// The connection was handed to another protocol before the answer.
    Upgraded,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 11] = [
        Self::Timeout,
        Self::ConnectionClosed,
        Self::ConnectionReset,
        Self::Gap,
        Self::CaptureEnd,
        Self::Overflow,
        Self::Evicted,
        Self::Malformed,
        Self::Idle,
        Self::Repeated,
        Self::Upgraded,
    ];

    /// Its name in the ledger and in `packetbeat.unmatched`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::ConnectionClosed => "connection_closed",
            Self::ConnectionReset => "connection_reset",
            Self::Gap => "gap",
            Self::CaptureEnd => "capture_end",
            Self::Overflow => "overflow",
            Self::Evicted => "evicted",
            Self::Malformed => "malformed",
            Self::Idle => "idle",
            Self::Repeated => "repeated",
            Self::Upgraded => "upgraded",
        }
    }

    /// What the end of a connection means for the requests that wait on it.
    #[must_use]
    pub const fn of_close(why: crate::stream::Close) -> Self {
        use crate::stream::Close;
        match why {
            Close::Fin => Self::ConnectionClosed,
            Close::Reset => Self::ConnectionReset,
            Close::Idle => Self::Idle,
            Close::Evicted => Self::Evicted,
            Close::CaptureEnd => Self::CaptureEnd,
            Close::Handed => Self::Upgraded,
            Close::Broken => Self::Malformed,
        }
    }
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its answer came.
    Answered,
    /// It wants none.
    UnansweredByDesign,
    /// Its answer did not come.
    Unmatched(Reason),
}

/// The counters of one protocol in one worker.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    asked: u64,
    answered: u64,
    by_design: u64,
    unmatched: [u64; Reason::ALL.len()],
    unmatched_responses: u64,
    events: u64,
    errors: u64,
    malformed: u64,
    times: Times,
}

impl Tally {
    /// A request was seen.
    pub fn ask(&mut self) -> Ticket {
        self.asked += 1;
        Ticket(())
    }

    /// What became of it.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is used up by settling it")]
    pub fn settle(&mut self, ticket: Ticket, outcome: Outcome) {
        let Ticket(()) = ticket;
        match outcome {
            Outcome::Answered => self.answered += 1,
            Outcome::UnansweredByDesign => self.by_design += 1,
            Outcome::Unmatched(reason) => {
                if let Some(count) = self.unmatched.get_mut(reason as usize) {
                    *count += 1;
                }
            }
        }
    }

    /// An answer was seen whose request was not.
    pub fn unmatched_response(&mut self) {
        self.unmatched_responses += 1;
    }

    /// Bytes that were claimed turned out not to be this protocol's.
    pub fn malformed(&mut self) {
        self.malformed += 1;
    }

    /// An event went out; `duration` in nanoseconds where both ends are known.
    pub fn event(&mut self, status: Status, duration: Option<u64>) {
        self.events += 1;
        self.errors += u64::from(status != Status::Ok);
        if let Some(nanos) = duration {
            self.times.add(nanos);
        }
    }

    /// Adds what another worker counted.
    pub fn merge(&mut self, other: &Self) {
        self.asked += other.asked;
        self.answered += other.answered;
        self.by_design += other.by_design;
        for (mine, theirs) in self.unmatched.iter_mut().zip(other.unmatched) {
            *mine += theirs;
        }
        self.unmatched_responses += other.unmatched_responses;
        self.events += other.events;
        self.errors += other.errors;
        self.malformed += other.malformed;
        self.times.merge(&other.times);
    }

    /// Requests seen.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.asked
    }

    /// Requests answered.
    #[must_use]
    pub const fn answered(&self) -> u64 {
        self.answered
    }

    /// Requests that want no answer.
    #[must_use]
    pub const fn unanswered_by_design(&self) -> u64 {
        self.by_design
    }

    /// Requests without their answer, by reason; reasons without any are left out.
    pub fn unmatched(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        Reason::ALL.into_iter().zip(self.unmatched).filter(|(_, count)| *count > 0)
    }

    /// Answers whose request was not seen.
    #[must_use]
    pub const fn unmatched_responses(&self) -> u64 {
        self.unmatched_responses
    }

    /// Events that went out.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Events whose status is not OK.
    #[must_use]
    pub const fn errors(&self) -> u64 {
        self.errors
    }

    /// Connections or datagrams that turned out to be something else.
    #[must_use]
    pub const fn malformed_count(&self) -> u64 {
        self.malformed
    }

    /// Response times.
    #[must_use]
    pub const fn times(&self) -> &Times {
        &self.times
    }

    /// Whether nothing was counted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.asked == 0 && self.events == 0 && self.unmatched_responses == 0 && self.malformed == 0
    }
}

/// Linear steps within each power of two of a response time: an error of 3 % at most.
const STEPS: u32 = 32;

/// Response times in logarithmic buckets: exact to 3 %, the same whatever order they came in.
#[derive(Clone, Debug, Default)]
pub struct Times {
    counts: Vec<u64>,
    total: u64,
}

impl Times {
    fn bucket(nanos: u64) -> usize {
        let exponent = 63 - (nanos | u64::from(STEPS)).leading_zeros();
        let shift = exponent - STEPS.trailing_zeros();
        // The step is below 64 and the exponent below 64: at most 2,048 buckets.
        (shift * STEPS) as usize + (nanos >> shift) as usize
    }

    fn value(bucket: usize) -> u64 {
        let steps = STEPS as usize;
        if bucket < 2 * steps {
            return bucket as u64;
        }
        let shift = bucket / steps - 1;
        ((bucket % steps + steps) as u64) << shift
    }

    fn add(&mut self, nanos: u64) {
        let bucket = Self::bucket(nanos);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.total += 1;
    }

    fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// The time in nanoseconds that `part` (0.0 to 1.0) of all were not above, to 3 %; `None` without any.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<u64> {
        if self.total == 0 {
            return None;
        }
        let rank = ((self.total as f64 * part).ceil() as u64).clamp(1, self.total);
        let mut seen = 0;
        self.counts
            .iter()
            .position(|count| {
                seen += count;
                seen >= rank
            })
            .map(Self::value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_three_percent() {
        let mut times = Times::default();
        for n in 1..=100_000u64 {
            times.add(n * 1000);
        }
        for (part, want) in [(0.5, 50_000_000.0), (0.99, 99_000_000.0), (1.0, 100_000_000.0)] {
            let got = times.quantile(part).unwrap() as f64;
            assert!((got / want - 1.0).abs() < 0.033, "{part}: {got} for {want}");
        }
        assert_eq!(Times::default().quantile(0.5), None);
        for nanos in [0, 1, 31, 32, 63, 64, 65, u64::MAX] {
            let value = Times::value(Times::bucket(nanos));
            assert!(value <= nanos && nanos - value <= nanos / 32, "{nanos} {value}");
        }
    }

    #[test]
    fn a_settled_ledger_closes() {
        let mut tally = Tally::default();
        let (a, b, c) = (tally.ask(), tally.ask(), tally.ask());
        tally.settle(a, Outcome::Answered);
        tally.settle(b, Outcome::UnansweredByDesign);
        tally.settle(c, Outcome::Unmatched(Reason::Gap));
        let lost: u64 = tally.unmatched().map(|(_, count)| count).sum();
        assert_eq!(tally.requests(), tally.answered() + tally.unanswered_by_design() + lost);
    }
}
