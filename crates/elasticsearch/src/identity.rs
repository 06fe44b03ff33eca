//! Ids that do not depend on when or how often an event is sent.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memmem::Finder;
use sha2::{Digest as _, Sha256};

use crate::cut::Cut;

/// `idempotent: true`: an event that is sent again has the same `_id`, and the server keeps one.
#[derive(Clone, Debug, Default)]
pub struct Idempotent {
    /// What tells this run from others: empty for capture files, so that reading a capture again gives the same ids; the run's id for
    /// live captures.
    pub salt: Vec<u8>,
    /// A text that differs from run to run and stands in every event (`agent.ephemeral_id`): it is left out.
    pub volatile: Option<String>,
}

/// Letters of an id: 132 bits' worth for 128 bits.
pub(crate) const LETTERS: usize = 22;

/// Makes ids.
pub(crate) struct Ids {
    salted: Sha256,
    volatile: Option<Finder<'static>>,
}

impl Ids {
    pub(crate) fn new(options: &Idempotent) -> Self {
        let mut salted = Sha256::new();
        salted.update((options.salt.len() as u64).to_le_bytes());
        salted.update(&options.salt);
        let volatile = options.volatile.as_ref().filter(|text| !text.is_empty());
        Self { salted, volatile: volatile.map(|text| Finder::new(text.as_bytes()).into_owned()) }
    }

    /// The id of the event with this number. Two equal events have different numbers, and so different ids. The hash is one that
    /// nobody can find two texts for: who chooses what is in an event cannot make it pass for another one.
    pub(crate) fn id(&self, number: u64, event: &Cut<'_>) -> [u8; LETTERS] {
        let mut hash = self.salted.clone();
        hash.update(number.to_le_bytes());
        self.feed(&mut hash, event.front);
        self.feed(&mut hash, event.back);
        let digest = hash.finalize();
        let mut letters = [b'-'; LETTERS];
        // 16 bytes are 22 letters.
        let _ = URL_SAFE_NO_PAD.encode_slice(digest.get(..16).unwrap_or_default(), &mut letters);
        letters
    }

    fn feed(&self, hash: &mut Sha256, mut text: &[u8]) {
        if let Some(volatile) = &self.volatile {
            while let Some(at) = volatile.find(text) {
                hash.update(text.get(..at).unwrap_or_default());
                text = text.get(at + volatile.needle().len()..).unwrap_or_default();
            }
        }
        hash.update(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hang_on_number_and_text_alone() {
        let id = |salt: &str, run: &str, number, event: &str| {
            let ids = Ids::new(&Idempotent { salt: salt.into(), volatile: Some(run.to_owned()) });
            String::from_utf8(ids.id(number, &Cut::of(event.as_bytes()).unwrap()).to_vec()).unwrap()
        };
        let event = |run: &str, version: &str| {
            format!(
                r#"{{"@timestamp":"T","@metadata":{{"v":"{version}"}},"agent":{{"ephemeral_id":"{run}"}},"a":1}}"#
            )
        };
        let first = id("", "run1", 7, &event("run1", "1"));
        assert_eq!(first, id("", "run2", 7, &event("run2", "2")));
        assert_ne!(first, id("", "run1", 8, &event("run1", "1")));
        assert_ne!(first, id("s", "run1", 7, &event("run1", "1")));
        assert_ne!(first, id("", "run1", 7, &event("run3", "1")));
        assert!(first.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter)));
    }
}
