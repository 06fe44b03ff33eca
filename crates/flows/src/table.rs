//! What is known of each conversation of a shard, in order of last use.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use packetbeat_core::linked::Linked;

use crate::key::FlowKey;

/// Values by flow key; the one not used for the longest time is known.
#[derive(Debug)]
pub struct Table<T> {
    places: HashMap<FlowKey, u32, RandomState>,
    values: Linked<(FlowKey, T)>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: HashMap::with_hasher(RandomState::default()), values: Linked::default() }
    }
}

impl<T> Table<T> {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The place of a key.
    #[inline]
    #[must_use]
    pub fn find(&self, key: &FlowKey) -> Option<u32> {
        self.places.get(key).copied()
    }

    /// What stands at a place.
    #[inline]
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.values.get_mut(place).map(|(_, value)| value)
    }

    /// Marks a place as used.
    #[inline]
    pub fn touch(&mut self, place: u32) {
        self.values.touch(place);
    }

    /// Adds a value; its place. The key must not be there.
    pub fn insert(&mut self, key: FlowKey, value: T) -> u32 {
        let place = self.values.push((key, value));
        self.places.insert(key, place);
        place
    }

    /// The place that was not used for the longest time.
    #[must_use]
    pub fn oldest(&self) -> Option<u32> {
        self.values.oldest()
    }

    /// Takes a value out.
    pub fn remove(&mut self, place: u32) -> Option<T> {
        let (key, value) = self.values.remove(place)?;
        self.places.remove(&key);
        Some(value)
    }

    /// Bytes of memory held for the table itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.values.heap_bytes() + self.places.capacity() * (size_of::<FlowKey>() + 5)
    }
}
