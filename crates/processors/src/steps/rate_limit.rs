//! `rate_limit`: events beyond a rate are dropped. Time is packet time, so that a capture gives the same events whenever it
//! is read.
//!
//! A bucket of tokens for each combination of values: it holds as many as the limit says, times the burst; each event takes
//! one, and they come back evenly.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Mutex;

use packetbeat_config::Section;

use crate::event::Event;
use crate::fault::{Done, Processor, Verdict};
use crate::limits::MAX_RATES;

pub(crate) struct RateLimit {
    fields: Vec<String>,
    /// Tokens that a bucket holds, and that come back in a nanosecond.
    capacity: f64,
    per_nano: f64,
    hasher: RandomState,
    /// By the hash of the values: of 64 bits, two are not met.
    buckets: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    /// Packet time of the last event, nanoseconds.
    at: i64,
}

impl RateLimit {
    pub(crate) fn read(options: &mut Section) -> Self {
        let written = options.text("limit");
        let (count, seconds) = match written.as_deref().map(rate) {
            Some(Some(rate)) => rate,
            Some(None) => {
                let found = written.unwrap_or_default();
                let what =
                    format!("expected a number and a unit such as 10/s, 600/m or 10000/h, found {found:?}");
                options.reject("limit", what);
                (0.0, 1.0)
            }
            // The check has told.
            None => (0.0, 1.0),
        };
        let burst =
            options.text("algorithm.token_bucket.burst_multiplier").and_then(|text| text.parse::<f64>().ok());
        let burst = burst.filter(|burst| burst.is_finite()).unwrap_or(1.0).max(1.0);
        Self {
            fields: options.list("fields"),
            capacity: count * burst,
            per_nano: count / (seconds * 1e9),
            hasher: RandomState::new(),
            buckets: Mutex::default(),
        }
    }

    /// A field that is missing is a value like any other.
    fn key(&self, event: &Event) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for field in &self.fields {
            let text = event.get(field).map(|value| serde_json::to_string(value).unwrap_or_default());
            hasher.write(text.unwrap_or_default().as_bytes());
            hasher.write_u8(0xff);
        }
        hasher.finish()
    }

    /// Makes room: buckets that are full again say nothing; if none is, those longest unused go.
    fn make_room(&self, buckets: &mut HashMap<u64, Bucket>, now: i64) {
        let before = buckets.len();
        buckets.retain(|_, bucket| self.filled(*bucket, now) < self.capacity);
        if buckets.len() == before {
            let mut times: Vec<i64> = buckets.values().map(|bucket| bucket.at).collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            buckets.retain(|_, bucket| bucket.at > median);
        }
    }

    fn filled(&self, bucket: Bucket, now: i64) -> f64 {
        let passed = now.saturating_sub(bucket.at).max(0);
        (bucket.tokens + passed as f64 * self.per_nano).min(self.capacity)
    }
}

impl Processor for RateLimit {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let now = event.nanos();
        let key = self.key(event);
        // Whoever holds it does not panic; if somebody did, the buckets are sound all the same.
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= MAX_RATES && !buckets.contains_key(&key) {
            self.make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.capacity, at: now });
        let tokens = self.filled(*bucket, now);
        let allowed = tokens >= 1.0;
        *bucket = Bucket { tokens: if allowed { tokens - 1.0 } else { tokens }, at: bucket.at.max(now) };
        Ok(if allowed { Verdict::Keep } else { Verdict::Drop("rate_limit") })
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// `10000/m`: the number and the seconds.
fn rate(text: &str) -> Option<(f64, f64)> {
    let (count, unit) = text.split_once('/')?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let count: f64 = count.trim().parse().ok()?;
    (count.is_finite() && count >= 0.0).then_some((count, seconds))
}

#[cfg(test)]
mod tests {
    use crate::event::Event;
    use crate::processors::{Outcome, Processors};
    use crate::testing::processors;

    fn passes(list: &Processors, key: &str, millis: i64) -> bool {
        let mut event = Event::parse(format!(r#"{{"k":"{key}"}}"#).as_bytes(), millis * 1_000_000).unwrap();
        list.run(&mut event) == Outcome::Keep
    }

    #[test]
    fn tokens_come_back_with_packet_time() {
        let list = processors("[{rate_limit: {limit: 2/s, fields: [k]}}]");
        let first: Vec<bool> = [0, 0, 0, 499, 500, 500].iter().map(|at| passes(&list, "a", *at)).collect();
        assert_eq!(first, [true, true, false, false, true, false]);
        assert!(passes(&list, "b", 500), "another key has its own");
        assert!(!passes(&list, "a", -500), "time does not run backwards");
    }

    #[test]
    fn bursts() {
        let list = processors("[{rate_limit: {limit: 60/m, algorithm.token_bucket.burst_multiplier: 2}}]");
        assert_eq!((0..200).filter(|_| passes(&list, "a", 0)).count(), 120);
        assert_eq!((0..200).filter(|_| passes(&list, "a", 1000)).count(), 1);
    }

    #[test]
    fn many_keys_stay_bounded() {
        let list = processors("[{rate_limit: {limit: 1/h, fields: [k]}}]");
        for key in 0..25_000 {
            assert!(passes(&list, &key.to_string(), key));
        }
        assert!(!passes(&list, "24999", 25_000));
    }
}
