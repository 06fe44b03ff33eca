//! Prepared statements of a session, by the id that the server gave them: bounded, the least recently used goes first.
//!
//! A statement that went for the limits is one that the wire made this table forget: its later executions have no text, which
//! their events say; nothing else depends on it.

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::limits::{PREPARED_BYTES, PREPARED_STATEMENTS};
use crate::linked::Linked;
use crate::pairing::Pending;

/// Prepared statements by id. `S` is what is remembered of one: its text, its parameters' types.
///
/// At most [`PREPARED_STATEMENTS`] of them, and [`PREPARED_BYTES`] in all as [`Pending::heap_bytes`] counts them with their ids.
#[derive(Debug)]
pub struct Prepared<S> {
    places: HashTable<u32>,
    entries: Linked<Entry<S>>,
    spare: Option<Entry<S>>,
    hasher: RandomState,
    bytes: usize,
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Entry<S> {
    id: Vec<u8>,
    statement: S,
    /// What was counted for it.
    bytes: usize,
}

impl<S> Default for Prepared<S> {
    fn default() -> Self {
        Self {
            places: HashTable::new(),
            entries: Linked::default(),
            spare: None,
            hasher: RandomState::default(),
            bytes: 0,
            forgotten: 0,
        }
    }
}

impl<S: Pending> Prepared<S> {
    /// Remembers a statement, which `fill` writes into an empty one. One with the same id is forgotten first. Numbers as ids: their
    /// bytes.
    pub fn insert(&mut self, id: &[u8], fill: impl FnOnce(&mut S)) {
        self.remove(id);
        let mut entry =
            self.spare.take().unwrap_or_else(|| Entry { id: Vec::new(), statement: S::default(), bytes: 0 });
        entry.id.clear();
        entry.id.extend_from_slice(id);
        fill(&mut entry.statement);
        let hash = self.hash(id);
        let place = self.entries.push(entry);
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.places.insert_unique(hash, place, |place| {
            entries.get(*place).map_or(0, |entry| hash_of(hasher, &entry.id))
        });
        self.count(place);
    }

    /// The statement with this id, for use: it is now the last that the limits forget. `with` may also change it.
    pub fn with<R>(&mut self, id: &[u8], with: impl FnOnce(&mut S) -> R) -> Option<R> {
        let place = self.place(id)?;
        self.entries.touch(place);
        let result = self.entries.get_mut(place).map(|entry| with(&mut entry.statement));
        self.count(place);
        result
    }

    /// The statement with this id, looked at only.
    #[must_use]
    pub fn get(&self, id: &[u8]) -> Option<&S> {
        self.entries.get(self.place(id)?).map(|entry| &entry.statement)
    }

    /// Forgets the statement with this id; false if it was not known.
    pub fn remove(&mut self, id: &[u8]) -> bool {
        let Some(place) = self.place(id) else { return false };
        self.forget(place);
        true
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        while let Some(place) = self.entries.oldest() {
            self.forget(place);
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many were forgotten for the limits.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.bytes + self.entries.heap_bytes() + self.places.capacity() * size_of::<u32>()
    }

    /// Counts the entry anew, and forgets others until the limits hold; itself, if it is too large alone.
    fn count(&mut self, place: u32) {
        if let Some(entry) = self.entries.get_mut(place) {
            let now = entry.id.capacity() + entry.statement.heap_bytes();
            self.bytes = self.bytes.saturating_sub(entry.bytes).saturating_add(now);
            entry.bytes = now;
        }
        while self.entries.len() > PREPARED_STATEMENTS || self.bytes > PREPARED_BYTES {
            let Some(oldest) = self.entries.oldest() else { return };
            self.forgotten = self.forgotten.saturating_add(1);
            self.forget(oldest);
        }
    }

    fn forget(&mut self, place: u32) {
        /// The most memory that a spare entry may hold.
        const SPARE_BYTES: usize = 16 << 10;
        let Some(mut entry) = self.entries.remove(place) else { return };
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        let hash = self.hash(&entry.id);
        if let Ok(found) = self.places.find_entry(hash, |other| *other == place) {
            found.remove();
        }
        if entry.bytes <= SPARE_BYTES {
            entry.statement.clear();
            entry.bytes = 0;
            self.spare = Some(entry);
        }
    }

    fn place(&self, id: &[u8]) -> Option<u32> {
        let same = |place: &u32| self.entries.get(*place).is_some_and(|entry| entry.id == id);
        self.places.find(self.hash(id), same).copied()
    }

    fn hash(&self, id: &[u8]) -> u64 {
        hash_of(&self.hasher, id)
    }
}

fn hash_of(hasher: &RandomState, id: &[u8]) -> u64 {
    std::hash::BuildHasher::hash_one(hasher, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Statement(Vec<u8>);

    impl Pending for Statement {
        fn clear(&mut self) {
            self.0.clear();
        }
        fn heap_bytes(&self) -> usize {
            self.0.capacity()
        }
    }

    #[test]
    fn statements_are_found_by_id_until_they_are_closed() {
        let mut table = Prepared::<Statement>::default();
        for id in 0_u32..50 {
            table.insert(&id.to_le_bytes(), |statement| statement.0.extend(id.to_string().bytes()));
        }
        assert_eq!(table.get(&7_u32.to_le_bytes()).unwrap().0, b"7");
        assert!(table.remove(&7_u32.to_le_bytes()));
        assert!(!table.remove(&7_u32.to_le_bytes()));
        assert!(table.get(&7_u32.to_le_bytes()).is_none());
        // The same id again: the new text alone.
        table.insert(&8_u32.to_le_bytes(), |statement| statement.0.extend(b"new"));
        assert_eq!(table.with(&8_u32.to_le_bytes(), |statement| statement.0.clone()), Some(b"new".to_vec()));
        assert_eq!(table.len(), 49);
        table.clear();
        assert!(table.is_empty());
        assert_eq!(table.bytes, 0);
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut table = Prepared::<Statement>::default();
        for id in 0..PREPARED_STATEMENTS as u32 {
            table.insert(&id.to_le_bytes(), |_| ());
        }
        assert!(table.with(&0_u32.to_le_bytes(), |_| ()).is_some());
        table.insert(b"one more", |_| ());
        assert_eq!((table.len(), table.forgotten()), (PREPARED_STATEMENTS, 1));
        assert!(table.get(&0_u32.to_le_bytes()).is_some());
        assert!(table.get(&1_u32.to_le_bytes()).is_none());
    }

    #[test]
    fn memory_is_bounded_also_where_a_statement_grows() {
        let mut table = Prepared::<Statement>::default();
        for id in 0_u32..100 {
            table.insert(&id.to_le_bytes(), |statement| statement.0.resize(PREPARED_BYTES / 8, 0));
            assert!(table.heap_bytes() < PREPARED_BYTES * 2);
        }
        assert!(table.len() <= 8);
        table.with(&99_u32.to_le_bytes(), |statement| statement.0.resize(PREPARED_BYTES * 2, 0));
        assert!(table.get(&99_u32.to_le_bytes()).is_none());
        assert!(table.heap_bytes() < PREPARED_BYTES);
    }
}
