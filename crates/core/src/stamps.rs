//! Which packet brought which byte.

use std::collections::VecDeque;

use crate::stream::Offset;
use crate::time::Stamp;

/// Packets of the bytes of one direction that may still be asked about.
#[derive(Clone, Debug, Default)]
pub struct Stamps {
    /// Stream position behind a packet's bytes, and the packet. Ascending positions.
    runs: VecDeque<(Offset, Stamp)>,
    last: Stamp,
}

/// Runs kept for one direction: a message of more packets than this has only its newest ones by name.
const MAX_RUNS: usize = 4096;

impl Stamps {
    /// The packet `stamp` brought the bytes up to `end`.
    #[inline]
    pub fn push(&mut self, end: Offset, stamp: Stamp) {
        self.last = stamp;
        if self.runs.len() >= MAX_RUNS {
            // Thin out rather than forget the oldest: the first packet of a message is the one that is asked for.
            let mut odd = false;
            self.runs.retain(|_| {
                odd = !odd;
                odd
            });
        }
        self.runs.push_back((end, stamp));
    }

    /// Nobody will ask for bytes before `start` again.
    #[inline]
    pub fn forget_before(&mut self, start: Offset) {
        while self.runs.front().is_some_and(|(end, _)| *end <= start) {
            self.runs.pop_front();
        }
    }

    /// The packet of the byte at `at`; the newest packet if it is not known any more.
    #[must_use]
    pub fn at(&self, at: Offset) -> Stamp {
        match self.runs.front() {
            Some((end, stamp)) if at < *end => *stamp,
            _ => {
                let place = self.runs.partition_point(|(end, _)| *end <= at);
                self.runs.get(place).map_or(self.last, |(_, stamp)| *stamp)
            }
        }
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.runs.capacity() * size_of::<(Offset, Stamp)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_the_packet_that_brought_it() {
        let mut stamps = Stamps::default();
        for packet in 1..=3 {
            stamps.push(Offset(packet * 10), Stamp { packet, nanos: 0 });
        }
        let packets: Vec<_> = [0, 9, 10, 19, 20, 29].map(|at| stamps.at(Offset(at)).packet).to_vec();
        assert_eq!(packets, [1, 1, 2, 2, 3, 3]);
        stamps.forget_before(Offset(15));
        assert_eq!(stamps.at(Offset(15)).packet, 2);
        assert_eq!(stamps.at(Offset(99)).packet, 3);
    }
}
