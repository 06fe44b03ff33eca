//! Events that a server refuses, in the log: enough of them to act upon, and not each.

use crate::answer::one_line;
use crate::body::Refusal;
use crate::limits::{MAX_REASON_BYTES, MAX_REASONS};

/// What has been refused so far.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    count: u64,
    kinds: Vec<String>,
}

impl Refusals {
    /// One more. It is logged if it is the first of its kind, and when the count reaches another power of two.
    pub(crate) fn note(&mut self, host: &str, refusal: &Refusal, event: &[u8]) {
        self.count += 1;
        let new = self.kinds.len() < MAX_REASONS && !self.kinds.contains(&refusal.kind);
        if new {
            self.kinds.push(refusal.kind.clone());
        }
        if new || self.count.is_power_of_two() {
            let (status, kind) = (refusal.status, one_line(&refusal.kind, MAX_REASON_BYTES));
            let reason = without_preview(&refusal.reason);
            tracing::warn!(
                "{host}: event refused (status {status}, {kind}: {reason}); {} so far",
                self.count
            );
        }
        // Events hold what the traffic holds: they are for who asks for them alone.
        tracing::debug!("{host}: refused: {refusal:?}: {}", String::from_utf8_lossy(event));
    }
}

/// The server's words up to where they quote the event.
fn without_preview(reason: &str) -> String {
    let quotes = ["Preview of field's value", "(caused by:"];
    let end = quotes.iter().filter_map(|quote| reason.find(quote)).min().unwrap_or(reason.len());
    one_line(reason.get(..end).unwrap_or(reason), MAX_REASON_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_of_an_event_is_left_out() {
        let reason = "failed to parse field [a] of type [long]. Preview of field's value: 'secret' (caused by: secret)";
        assert_eq!(without_preview(reason), "failed to parse field [a] of type [long].");
        assert_eq!(without_preview("no such\nindex"), "no such index");
    }
}
