//! An answer while it is read: as text, arrays as `[a, b]`.

use std::ops::Range;

use crate::limits::ANSWER_BYTES;
use crate::values::Sink;
use crate::wire::Kind;

/// Elements of an answer whose places are remembered: a message of a channel has four at most.
const PLACES: usize = 4;

/// Bytes of the first element that are remembered: the names of what comes unasked have fewer.
const NAME: usize = 16;

/// An answer, or what the server sends of itself.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    text: Vec<u8>,
    /// What it is.
    kind: Option<Kind>,
    /// Elements, if it is an aggregate.
    elements: usize,
    /// How the first element begins, also where it is left out.
    name: [u8; NAME],
    name_len: usize,
    places: [Range<usize>; PLACES],
    /// Whether the next element is the first one of its aggregate.
    first: bool,
    /// Bytes that were too many to be kept.
    pub(crate) cut: bool,
    /// Values are left out.
    mask: bool,
    /// What is read now is the first element.
    is_name: bool,
    /// What is read now is left out.
    masked: bool,
}

impl Answer {
    /// In front of an answer. `mask`: values are left out.
    pub(crate) fn clear(&mut self, mask: bool) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        *self = Self { text, mask, ..Self::default() };
    }

    /// As text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether it is an error.
    pub(crate) fn is_error(&self) -> bool {
        self.kind == Some(Kind::Error)
    }

    /// What it is.
    pub(crate) const fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// How many elements it has.
    pub(crate) const fn elements(&self) -> usize {
        self.elements
    }

    /// One of its first elements as text.
    pub(crate) fn element(&self, at: usize) -> &[u8] {
        self.places.get(at).and_then(|place| self.text.get(place.clone())).unwrap_or_default()
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.text.capacity()
    }

    fn write(&mut self, bytes: &[u8]) {
        let room = ANSWER_BYTES.saturating_sub(self.text.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.cut |= kept.len() < bytes.len();
        self.text.extend_from_slice(kept);
    }

    /// How its first element begins: what comes unasked is known by it.
    pub(crate) fn name(&self) -> &[u8] {
        self.name.get(..self.name_len).unwrap_or_default()
    }

    /// Whether a value of this kind is one that is not to leave the machine. Channels are none, nor how many there are.
    fn masks(&self, depth: usize, kind: Kind) -> bool {
        let is_channel = match self.name() {
            b"message" | b"smessage" => self.elements == 2,
            b"pmessage" => matches!(self.elements, 2 | 3),
            name => confirms(name).is_some(),
        };
        // What is a value of its own shows its first word, and is left to the event.
        let is_value = match kind {
            Kind::Simple | Kind::Error => depth > 0,
            Kind::Null => false,
            _ => true,
        };
        self.mask && is_value && !(depth == 1 && is_channel)
    }
}

impl Sink for Answer {
    fn begin(&mut self, depth: usize, kind: Kind) {
        if depth == 0 {
            self.kind = Some(kind);
        } else if !self.first {
            self.write(b", ");
        }
        self.first = false;
        if depth == 1 {
            self.elements += 1;
            if let Some(place) = self.places.get_mut(self.elements - 1) {
                *place = self.text.len()..self.text.len();
            }
        }
        self.is_name = depth == 1 && self.elements == 1;
        let is_aggregate = matches!(kind, Kind::Array | Kind::Map | Kind::Set | Kind::Push);
        self.masked = !is_aggregate && self.masks(depth, kind);
        if self.masked {
            self.write(crate::command::MASKED);
        }
    }

    fn string(&mut self, depth: usize, bytes: &[u8]) {
        // In the middle of a list nothing depends on which element it is.
        if self.mask || self.first || depth == 0 || (depth == 1 && self.elements < PLACES) {
            self.begin(depth, Kind::Bulk);
            if !bytes.is_empty() {
                self.part(bytes);
            }
            self.end(depth, false);
            return;
        }
        self.elements += usize::from(depth == 1);
        (self.is_name, self.masked) = (false, false);
        if self.text.len() + 2 + bytes.len() <= ANSWER_BYTES {
            self.text.reserve(2 + bytes.len());
            self.text.extend_from_slice(b", ");
            self.text.extend_from_slice(bytes);
        } else {
            self.write(b", ");
            self.write(bytes);
        }
    }

    fn part(&mut self, bytes: &[u8]) {
        if self.elements == 1
            && self.is_name
            && let Some(room) = self.name.get_mut(self.name_len..)
        {
            for (to, from) in room.iter_mut().zip(bytes) {
                *to = *from;
                self.name_len += 1;
            }
        }
        if !self.masked {
            self.write(bytes);
        }
    }

    fn room(&self) -> usize {
        if self.masked && !self.is_name { 0 } else { ANSWER_BYTES.saturating_sub(self.text.len()) }
    }

    fn skip(&mut self) {
        self.cut |= !self.masked;
    }

    fn open(&mut self, _: usize, _: Option<u64>) {
        self.write(b"[");
        self.first = true;
    }

    fn end(&mut self, depth: usize, aggregate: bool) {
        if aggregate {
            self.write(b"]");
            self.first = false;
        }
        if depth == 1 && self.elements == 1 && self.masked && comes_unasked(self.name()) {
            let (name, len) = (self.name, self.name_len);
            self.text.truncate(self.places.first().map_or(0, |place| place.start));
            self.write(name.get(..len).unwrap_or_default());
        }
        if depth == 1
            && let Some(place) = self.places.get_mut(self.elements.wrapping_sub(1))
        {
            place.end = self.text.len();
        }
    }
}

/// Whether messages of channels, and what confirms subscriptions, begin with this.
pub(crate) fn comes_unasked(name: &[u8]) -> bool {
    matches!(name, b"message" | b"pmessage" | b"smessage") || confirms(name).is_some()
}

/// What is confirmed under this name: that there is a subscription, or that there is none any more.
pub(crate) fn confirms(name: &[u8]) -> Option<bool> {
    match name {
        b"subscribe" | b"psubscribe" | b"ssubscribe" => Some(true),
        b"unsubscribe" | b"punsubscribe" | b"sunsubscribe" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Read, Values};

    fn text(bytes: &[u8], mask: bool) -> String {
        let mut answer = Answer::default();
        answer.clear(mask);
        assert_eq!(Values::default().read(bytes, &mut answer), (bytes.len(), Read::Done));
        String::from_utf8_lossy(answer.text()).into_owned()
    }

    #[test]
    fn arrays_are_written_in_brackets() {
        assert_eq!(text(b"+OK\r\n", false), "OK");
        assert_eq!(text(b"$-1\r\n", false), "nil");
        assert_eq!(text(b"*0\r\n", false), "[]");
        assert_eq!(
            text(b"*3\r\n$1\r\na\r\n*2\r\n:1\r\n*-1\r\n%1\r\n+k\r\n#f\r\n", false),
            "[a, [1, nil], [k, false]]"
        );
        assert_eq!(text(b"|1\r\n+ttl\r\n:3\r\n*2\r\n:1\r\n|1\r\n+x\r\n*1\r\n:5\r\n:2\r\n", false), "[1, 2]");
    }

    #[test]
    fn masked_values() {
        assert_eq!(text(b"*3\r\n$6\r\nsecret\r\n:5\r\n+QUEUED\r\n", true), "[?, ?, ?]");
        assert_eq!(text(b"$6\r\nsecret\r\n", true), "?");
        let message = b"*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$6\r\nsecret\r\n";
        assert_eq!(text(message, true), "[message, ch, ?]");
        assert_eq!(text(b"*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n", true), "[subscribe, ch, 1]");
    }

    #[test]
    fn elements_have_their_places() {
        let mut answer = Answer::default();
        answer.clear(false);
        let bytes = b"*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n*2\r\n:1\r\n:2\r\n";
        Values::default().read(bytes, &mut answer);
        assert_eq!((answer.elements(), answer.element(0)), (3, &b"message"[..]));
        assert_eq!((answer.element(1), answer.element(2)), (&b"ch"[..], &b"[1, 2]"[..]));
    }
}
