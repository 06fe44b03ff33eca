//! Chunks of whole records, and the care that short writes take.

use std::io::{self, ErrorKind, IoSlice, Write};
use std::time::Duration;

/// How long to wait when a non-blocking descriptor is full.
const FULL_PIPE_WAIT: Duration = Duration::from_millis(1);

/// Whole records at the beginning of what was to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// How many they are.
    pub records: u64,
    /// How long they are together.
    pub bytes: u64,
}

impl Whole {
    /// The whole records within the first `written` bytes of `chunks`.
    #[must_use]
    pub fn within(chunks: &[&[u8]], mut written: u64) -> Self {
        let mut whole = Self::default();
        for chunk in chunks {
            let take = usize::try_from(written).map_or(chunk.len(), |written| written.min(chunk.len()));
            let end = last_end(chunk, take);
            whole.records += ends(chunk.get(..end).unwrap_or_default());
            whole.bytes += end as u64;
            if end < chunk.len() {
                break;
            }
            written -= take as u64;
        }
        whole
    }
}

/// A write that ended early.
#[derive(Debug)]
pub struct Short {
    /// Bytes that were taken.
    pub written: u64,
    /// What the system said.
    pub error: io::Error,
}

/// Writes all chunks with as few calls as the system allows. A non-blocking descriptor that is full is waited for.
///
/// # Errors
///
/// [`Short`], with how far it came.
pub fn write_all<W: Write>(writer: &mut W, chunks: &[&[u8]]) -> Result<(), Short> {
    // Empty slices would make a write of nothing look like a full output.
    let mut slices: Vec<IoSlice<'_>> =
        chunks.iter().filter(|chunk| !chunk.is_empty()).map(|chunk| IoSlice::new(chunk)).collect();
    let mut rest = slices.as_mut_slice();
    let mut written = 0;
    while !rest.is_empty() {
        match writer.write_vectored(rest) {
            Ok(0) => return Err(Short { written, error: ErrorKind::WriteZero.into() }),
            Ok(taken) => {
                written += taken as u64;
                IoSlice::advance_slices(&mut rest, taken);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Whoever shares our standard output may have made it non-blocking. There is no safe `poll` at hand.
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::park_timeout(FULL_PIPE_WAIT),
            Err(error) => return Err(Short { written, error }),
        }
    }
    Ok(())
}

/// The end of the last whole record within the first `upto` bytes; 0 when there is none.
pub(crate) fn last_end(chunk: &[u8], upto: usize) -> usize {
    if upto >= chunk.len() {
        return chunk.len();
    }
    let mut upto = upto;
    while let Some(at) = chunk.get(..upto).and_then(|head| memchr::memrchr(b'\n', head)) {
        if is_end(chunk, at) {
            return at + 1;
        }
        upto = at;
    }
    0
}

/// The end of the first record.
pub(crate) fn first_end(chunk: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', chunk).find(|&at| is_end(chunk, at)).map_or(chunk.len(), |at| at + 1)
}

/// How many records end in these bytes.
fn ends(chunk: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', chunk).filter(|&at| is_end(chunk, at)).count() as u64
}

/// Whether the line feed at `at` ends a record. Compact ones have no other; in pretty ones the next line is
/// indented or closes the record.
fn is_end(chunk: &[u8], at: usize) -> bool {
    !matches!(chunk.get(at + 1), Some(b' ' | b'}'))
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind, IoSlice, Write};

    use super::{Whole, first_end, last_end, write_all};

    /// Takes at most three bytes at a time, and interrupts in between.
    struct Trickle {
        taken: Vec<u8>,
        calls: u32,
    }

    impl Write for Trickle {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            match self.calls % 3 {
                0 => Err(ErrorKind::Interrupted.into()),
                1 => Err(ErrorKind::WouldBlock.into()),
                _ => {
                    let taken = bytes.len().min(3);
                    self.taken.extend_from_slice(&bytes[..taken]);
                    Ok(taken)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Takes nothing and says so.
    struct Stuck;

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Ok(0)
        }

        fn write_vectored(&mut self, _: &[IoSlice<'_>]) -> io::Result<usize> {
            Ok(0)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn short_writes_are_continued() {
        let mut trickle = Trickle { taken: Vec::new(), calls: 0 };
        write_all(&mut trickle, &[b"abcdefg", b"", b"hi", b"jklmnopq"]).unwrap();
        assert_eq!(trickle.taken, b"abcdefghijklmnopq");
    }

    #[test]
    fn a_write_of_nothing_is_an_error_and_not_a_loop() {
        let short = write_all(&mut Stuck, &[b"a"]).unwrap_err();
        assert_eq!((short.written, short.error.kind()), (0, ErrorKind::WriteZero));
        write_all(&mut Stuck, &[b"", b""]).unwrap();
    }

    #[test]
    fn ends_of_compact_and_pretty_records() {
        let compact = b"{}\n{\"a\":1}\n{}\n";
        assert_eq!(first_end(compact), 3);
        assert_eq!(last_end(compact, 2), 0);
        assert_eq!(last_end(compact, 3), 3);
        assert_eq!(last_end(compact, 10), 3);
        assert_eq!(last_end(compact, 11), 11);
        assert_eq!(last_end(compact, 99), 14);
        let pretty = b"{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n";
        assert_eq!(first_end(pretty), 13);
        assert_eq!(last_end(pretty, 12), 0);
        assert_eq!(last_end(pretty, 25), 13);
        assert_eq!(last_end(pretty, 26), 26);
    }

    #[test]
    fn whole_records_of_a_partial_write() {
        let chunks: [&[u8]; 3] = [b"{}\n{}\n", b"", b"{}\n{}\n"];
        for (written, records) in [(0, 0), (2, 0), (3, 1), (6, 2), (8, 2), (9, 3), (11, 3), (12, 4)] {
            assert_eq!(Whole::within(&chunks, written), Whole { records, bytes: records * 3 }, "{written}");
        }
    }
}
