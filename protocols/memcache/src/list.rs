//! A list of byte strings in one buffer, with limits, cleared and used again.

/// Byte strings, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct List {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    cut: bool,
}

/// What a list may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    /// Items.
    pub(crate) items: usize,
    /// Bytes of all of them.
    pub(crate) bytes: usize,
}

impl List {
    /// Adds an item; one for which there is no room is left out, which is noted.
    pub(crate) fn push(&mut self, item: &[u8], most: Most) {
        let len = self.bytes.len() + item.len();
        let end = u32::try_from(len).ok().filter(|_| self.ends.len() < most.items && len <= most.bytes);
        let Some(end) = end else {
            self.cut = true;
            return;
        };
        self.bytes.extend_from_slice(item);
        self.ends.push(end);
    }

    /// The items.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let end = *end as usize;
            let item = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            item
        })
    }

    /// The first item.
    pub(crate) fn first(&self) -> Option<&[u8]> {
        self.iter().next()
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all items.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether items are missing.
    pub(crate) const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Forgets the items and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.cut = false;
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_no_more_than_it_may() {
        let most = Most { items: 3, bytes: 6 };
        let mut list = List::default();
        for item in [&b"one"[..], b"", b"four", b"two", b"x"] {
            list.push(item, most);
        }
        assert_eq!(list.iter().collect::<Vec<_>>(), [&b"one"[..], b"", b"two"]);
        assert!(list.is_cut() && list.len() == 3);
        list.clear();
        assert!(list.is_empty() && !list.is_cut() && list.first().is_none());
    }
}
