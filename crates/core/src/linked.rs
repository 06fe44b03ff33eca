//! A slab whose elements are in order of their last use: the oldest is found, and any is moved or removed, in constant time.

/// No element.
const NONE: u32 = u32::MAX;

/// Elements by number, linked from the oldest to the newest. Numbers of removed elements are used again.
#[derive(Debug)]
pub struct Linked<T> {
    slots: Vec<Slot<T>>,
    free: u32,
    oldest: u32,
    newest: u32,
    len: usize,
}

#[derive(Debug)]
struct Slot<T> {
    value: Option<T>,
    older: u32,
    /// The next newer element; for a free slot the next free one.
    newer: u32,
}

impl<T> Default for Linked<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: NONE, oldest: NONE, newest: NONE, len: 0 }
    }
}

impl<T> Linked<T> {
    /// How many elements there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An element by its number.
    #[inline]
    #[must_use]
    pub fn get(&self, place: u32) -> Option<&T> {
        self.slots.get(place as usize)?.value.as_ref()
    }

    /// An element by its number.
    #[inline]
    pub fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.slots.get_mut(place as usize)?.value.as_mut()
    }

    /// The number of the element that was not used for the longest time.
    #[must_use]
    pub fn oldest(&self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    /// All elements from the newest to the oldest.
    pub fn newest_first(&self) -> impl Iterator<Item = &T> {
        let slot = |place: u32| self.slots.get(place as usize);
        std::iter::successors(slot(self.newest), move |one| slot(one.older))
            .filter_map(|one| one.value.as_ref())
    }

    /// Adds an element as the newest; its number.
    ///
    /// # Panics
    /// Never: callers bound their tables far below `u32::MAX` elements.
    pub fn push(&mut self, value: T) -> u32 {
        let place = if let Some(slot) = self.slots.get_mut(self.free as usize) {
            let place = self.free;
            self.free = slot.newer;
            slot.value = Some(value);
            place
        } else {
            let place = self.slots.len() as u32;
            self.slots.push(Slot { value: Some(value), older: NONE, newer: NONE });
            place
        };
        self.len += 1;
        self.link(place);
        place
    }

    /// Makes an element the newest.
    #[inline]
    pub fn touch(&mut self, place: u32) {
        if place != self.newest && self.get(place).is_some() {
            self.unlink(place);
            self.link(place);
        }
    }

    /// Takes an element out.
    pub fn remove(&mut self, place: u32) -> Option<T> {
        let value = self.slots.get_mut(place as usize)?.value.take()?;
        self.unlink(place);
        if let Some(slot) = self.slots.get_mut(place as usize) {
            slot.newer = self.free;
        }
        self.free = place;
        self.len -= 1;
        Some(value)
    }

    /// Bytes of memory held for the elements, without what they hold themselves.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<T>>()
    }

    fn link(&mut self, place: u32) {
        let older = self.newest;
        if let Some(slot) = self.slots.get_mut(place as usize) {
            (slot.older, slot.newer) = (older, NONE);
        }
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
    }

    fn unlink(&mut self, place: u32) {
        let Some((older, newer)) = self.slots.get(place as usize).map(|slot| (slot.older, slot.newer)) else {
            return;
        };
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_use() {
        let mut list = Linked::default();
        let places: Vec<u32> = (0..5).map(|n| list.push(n)).collect();
        list.touch(places[0]);
        list.touch(places[2]);
        assert_eq!(list.remove(places[3]), Some(3));
        assert_eq!(list.remove(places[3]), None);
        let reused = list.push(9);
        assert_eq!(reused, places[3]);
        assert_eq!(list.newest_first().copied().collect::<Vec<_>>(), [9, 2, 0, 4, 1]);
        let mut order = Vec::new();
        while let Some(place) = list.oldest() {
            order.extend(list.remove(place));
        }
        assert_eq!(order, [1, 4, 0, 2, 9]);
        assert!(list.is_empty());
    }
}
