//! The texts of a request, one behind the other in one buffer.

use packetbeat_core::text::Text;

/// Which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Method,
    Resource,
    Command,
    Database,
    Collection,
    /// `mongodb.fullCollectionName`.
    Namespace,
    Query,
    /// `request`.
    Request,
    Selector,
    Update,
    FieldsSelector,
    Message,
    User,
}

const PARTS: usize = Part::User as usize + 1;

/// The texts.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    parts: [(u32, u32); PARTS],
}

impl Texts {
    /// Adds the first `limit` bytes of a text.
    pub(crate) fn put(&mut self, part: Part, text: &[u8], limit: usize) {
        let text = text.get(..limit).unwrap_or(text);
        self.write(part, |out| out.extend_from_slice(text));
    }

    /// Adds a text that `with` writes behind what is there.
    pub(crate) fn write<R>(&mut self, part: Part, with: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let start = self.bytes.len();
        let result = with(&mut self.bytes);
        // Limits of the parts keep all of them far below 4 GiB.
        if let Some(place) = self.parts.get_mut(part as usize) {
            *place = (start as u32, self.bytes.len() as u32);
        }
        result
    }

    /// Where a text stands, to be repeated.
    pub(crate) fn range(&self, part: Part) -> std::ops::Range<usize> {
        let (start, end) = self.parts.get(part as usize).copied().unwrap_or_default();
        start as usize..end as usize
    }

    /// A text; empty if it was not added.
    pub(crate) fn get(&self, part: Part) -> &[u8] {
        self.bytes.get(self.range(part)).unwrap_or_default()
    }

    /// A text for an event.
    pub(crate) fn text(&self, part: Part) -> Text<'_> {
        self.get(part).into()
    }

    /// Becomes the same as `other`.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.bytes.clone_from(&other.bytes);
        self.parts = other.parts;
    }

    /// Forgets all and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.parts = Default::default();
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }
}
