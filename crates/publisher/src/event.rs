//! An event on its way to a server.

use std::sync::Arc;

use packetbeat_core::json::Json;
use packetbeat_core::lines::Lines;

/// One finished event: a line of JSON within a block that it shares with its neighbours. A clone copies no text.
#[derive(Clone, Debug)]
pub struct Event {
    lines: Arc<Lines>,
    block: u32,
    start: u32,
    end: u32,
    /// Number of the event in its run, from 0, in the order in which events were completed: the same for the same capture.
    pub number: u64,
    /// How often a server has refused it for the time being. An output counts here, and gives up by it.
    pub attempts: u32,
}

impl Event {
    /// The event as compact JSON, without a line feed.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        let block = self.lines.blocks.get(self.block as usize);
        let bytes = block.map_or(&[][..], Json::bytes);
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Bytes of the text.
    #[must_use]
    pub const fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// Never so: there is no event without text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.end == self.start
    }

    /// The same events in a block of their own: the few that come back of many do not keep the others' text in memory.
    pub(crate) fn gathered(events: &[Self]) -> Vec<Self> {
        let mut block = Json::default();
        let mut places = Vec::with_capacity(events.len());
        for event in events {
            let start = block.len() as u32; // a part of what the queue may hold: far below 4 GiB
            block.raw(event.json());
            places.push((start, block.len() as u32, event.number, event.attempts));
        }
        let lines = Arc::new(Lines { blocks: vec![block], pieces: Vec::new(), events: events.len() as u64 });
        places
            .into_iter()
            .map(|(start, end, number, attempts)| Self {
                lines: Arc::clone(&lines),
                block: 0,
                start,
                end,
                number,
                attempts,
            })
            .collect()
    }

    /// The events of a run of lines, in order, numbered from `first`.
    pub fn of(lines: Lines, first: u64) -> Events {
        Events { lines: Arc::new(lines), piece: 0, at: None, number: first }
    }
}

/// The events of one [`Lines`], one by one.
#[derive(Debug)]
pub struct Events {
    lines: Arc<Lines>,
    piece: usize,
    /// Where the rest of the piece begins, once it has been begun.
    at: Option<u32>,
    number: u64,
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            let piece = *self.lines.pieces.get(self.piece)?;
            let start = self.at.unwrap_or(piece.start);
            let block = self.lines.blocks.get(piece.block as usize)?;
            let rest = block.bytes().get(start as usize..piece.end as usize).unwrap_or_default();
            if rest.is_empty() {
                self.piece += 1;
                self.at = None;
                continue;
            }
            let (len, next) = match memchr::memchr(b'\n', rest) {
                Some(at) => (at, at + 1),
                None => (rest.len(), rest.len()),
            };
            self.at = Some(start + next as u32); // a block is far below 4 GiB
            if len == 0 {
                continue;
            }
            let number = self.number;
            self.number += 1;
            let lines = Arc::clone(&self.lines);
            let end = start + len as u32; // likewise
            return Some(Event { lines, block: piece.block, start, end, number, attempts: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use packetbeat_core::lines::Piece;

    use super::*;

    #[test]
    fn events_come_in_the_order_of_the_pieces() {
        let block = |text: &[u8]| {
            let mut json = Json::default();
            json.raw(text);
            json
        };
        let pieces = vec![
            Piece { block: 1, start: 0, end: 2 },
            Piece { block: 0, start: 0, end: 6 },
            Piece { block: 1, start: 2, end: 2 },
            Piece { block: 1, start: 2, end: 4 },
        ];
        let lines = Lines { blocks: vec![block(b"aa\nbb\n"), block(b"c\nd\n")], pieces, events: 4 };
        let events: Vec<Event> = Event::of(lines, 7).collect();
        let seen: Vec<(&[u8], u64)> = events.iter().map(|event| (event.json(), event.number)).collect();
        assert_eq!(seen, [(&b"c"[..], 7), (b"aa", 8), (b"bb", 9), (b"d", 10)]);
        let gathered = Event::gathered(&events[1..3]);
        let seen: Vec<(&[u8], u64)> = gathered.iter().map(|event| (event.json(), event.number)).collect();
        assert_eq!(seen, [(&b"aa"[..], 8), (b"bb", 9)]);
        assert!(events.iter().all(|event| event.len() == event.json().len() && !event.is_empty()));
    }
}
