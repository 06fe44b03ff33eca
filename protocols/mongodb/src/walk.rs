//! Counting the documents of a batch behind what is read of a reply: from length to length, without looking at them.

/// Where it stands. Distances are those from the next byte of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    /// Bytes to the next document's type and name.
    pub(crate) next: u64,
    /// Bytes to the end of the batch, the zero there included.
    pub(crate) end: u64,
    /// Bytes to the end of the message.
    pub(crate) message: u64,
    /// Documents so far.
    pub(crate) count: u64,
}

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes are done with.
    Took(usize),
    /// So many more are needed.
    Needs(usize),
    /// All bytes are done with, and so many that follow.
    Skip(u64),
    /// That was all; `None` if the batch is none that can be counted.
    Over(Option<u64>),
}

impl Walk {
    /// So many bytes have passed.
    pub(crate) const fn advance(&mut self, bytes: u64) {
        self.next = self.next.saturating_sub(bytes);
        self.end = self.end.saturating_sub(bytes);
        self.message = self.message.saturating_sub(bytes);
    }

    /// Looks at the bytes that stand next.
    pub(crate) fn step(&mut self, bytes: &[u8]) -> Step {
        /// Type, name (a number below 48 million, with its zero) and length.
        const LONGEST: usize = 1 + 9 + 4;
        let there = bytes.len() as u64;
        if self.next > there {
            self.advance(there);
            return Step::Skip(self.next);
        }
        if self.next > 0 {
            let taken = self.next;
            self.advance(taken);
            return Step::Took(usize::try_from(taken).unwrap_or(bytes.len()));
        }
        if self.end <= 1 {
            return Step::Over(Some(self.count));
        }
        let Some((kind, name)) = bytes.split_first() else { return Step::Needs(1) };
        if *kind != 3 {
            return Step::Over(None);
        }
        let Some(zero) = name.iter().take(LONGEST).position(|byte| *byte == 0) else {
            return if bytes.len() < LONGEST { Step::Needs(1) } else { Step::Over(None) };
        };
        let Some(len) = name.get(zero + 1..).and_then(<[u8]>::first_chunk) else {
            return Step::Needs(zero + 6 - bytes.len());
        };
        let len = u64::from(u32::from_le_bytes(*len));
        let whole = zero as u64 + 2 + len;
        if len < 5 || whole >= self.end {
            return Step::Over(None);
        }
        self.count += 1;
        self.next = whole;
        Step::Took(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_counted_however_the_bytes_are_cut() {
        let mut bytes = vec![9; 7];
        for at in 0..120 {
            bytes.extend([&[3][..], at.to_string().as_bytes(), &[0, 8, 0, 0, 0, 7, 7, 7, 0]].concat());
        }
        bytes.push(0);
        let whole = bytes.len() as u64;
        for step in [1, 3, 13, 500, bytes.len()] {
            let mut walk = Walk { next: 7, end: whole, message: whole, count: 2 };
            let (mut at, mut end) = (0, 0);
            let count = loop {
                match walk.step(&bytes[at..end]) {
                    Step::Took(count) => at += count,
                    Step::Needs(more) => end = (end + more.max(step)).min(bytes.len()),
                    Step::Skip(more) => {
                        at = end + more as usize;
                        end = at;
                        walk.advance(more);
                    }
                    Step::Over(count) => break count,
                }
            };
            assert_eq!((count, walk.message), (Some(122), 1), "{step}");
        }
    }

    #[test]
    fn what_is_no_batch_is_not_counted() {
        let of = |bytes: &[u8]| {
            let mut walk = Walk { next: 0, end: 50, message: 99, count: 0 };
            walk.step(bytes)
        };
        assert_eq!(of(b"\x100\0\x01\0\0\0"), Step::Over(None));
        assert_eq!(of(b"\x030\0\x04\0\0\0"), Step::Over(None));
        assert_eq!(of(b"\x030\0\x2f\0\0\0"), Step::Over(None));
        assert_eq!(of(b"\x030\0\x2e\0\0\0"), Step::Took(0));
        assert_eq!(of(b"\x0312345678901234567890"), Step::Over(None));
        assert_eq!((of(b""), of(b"\x030\0\x05")), (Step::Needs(1), Step::Needs(3)));
    }
}
