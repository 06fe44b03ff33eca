//! A call that waits for its answer, and the answer as far as it was seen.

use md5::{Digest, Md5};
use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::answer::End;
use crate::function::Kind;
use crate::limits::{ERROR_BYTES, STATEMENT_BYTES, TAIL_BYTES};
use crate::ttc::{Chunks, Numbers};
use crate::wire;

/// A statement, as a cursor stands for it.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) text: Excerpt,
    /// As the database calls it; none where the text is not whole.
    pub(crate) id: Option<SqlId>,
}

impl Statement {
    pub(crate) fn set(&mut self, chunks: Chunks<'_>, whole: bool) {
        self.text.clear();
        for piece in chunks.pieces() {
            self.text.push(piece, STATEMENT_BYTES);
        }
        self.id = (whole && self.text.cut() == 0).then(|| SqlId::of(self.text.bytes()));
    }

    pub(crate) fn copy(&mut self, other: &Self) {
        self.text.clear();
        self.text.push(other.text.bytes(), STATEMENT_BYTES);
        self.id = other.id;
    }
}

impl Pending for Statement {
    fn clear(&mut self) {
        self.text.clear();
        self.id = None;
    }

    fn heap_bytes(&self) -> usize {
        self.text.heap_bytes()
    }
}

/// How the database calls a statement: the lower half of the MD5 of its text and a zero, in 13 digits of base 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SqlId([u8; 13]);

impl SqlId {
    pub(crate) fn of(text: &[u8]) -> Self {
        const DIGITS: &[u8; 32] = b"0123456789abcdfghjkmnpqrstuvwxyz";
        let mut hash = Md5::new();
        hash.update(text);
        hash.update([0]);
        let hash: [u8; 16] = hash.finalize().into();
        let [.., a, b, c, d, e, f, g, h] = hash;
        let (high, low) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        let mut rest = u64::from(high) << 32 | u64::from(low);
        let mut digits = [b'0'; 13];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS.get((rest & 31) as usize).copied().unwrap_or_default();
            rest >>= 5;
        }
        Self(digits)
    }

    pub(crate) const fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A call that waits for its answer.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    /// 0 where there is none.
    pub(crate) function: u8,
    /// Its number in the session.
    pub(crate) number: Option<u8>,
    pub(crate) numbers: Numbers,
    pub(crate) half: Half,
    pub(crate) statement: Statement,
    /// Not all of the statement was seen yet.
    pub(crate) unfinished: bool,
    pub(crate) cursor: u32,
    /// Bytes that the capture does not have.
    pub(crate) lost: u64,
    /// It ends where its packet says so.
    pub(crate) ended: bool,
}

impl Pending for Request {
    fn clear(&mut self) {
        self.statement.clear();
        let statement = std::mem::take(&mut self.statement);
        *self = Self { statement, ..Self::default() };
    }

    fn heap_bytes(&self) -> usize {
        self.statement.heap_bytes()
    }
}

/// An answer.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// There once its first packet came.
    pub(crate) half: Option<Half>,
    pub(crate) packet: Option<wire::Kind>,
    pub(crate) error: u32,
    pub(crate) text: Excerpt,
    pub(crate) cursor: u32,
    pub(crate) rows: Option<u64>,
    pub(crate) warning: bool,
    /// Where a redirection leads.
    pub(crate) address: Excerpt,
    pub(crate) lost: u64,
    /// The last bytes of what came so far, while the end is looked for.
    pub(crate) tail: Vec<u8>,
}

impl Reply {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.address.clear();
        self.tail.clear();
        let (text, address, tail) = (
            std::mem::take(&mut self.text),
            std::mem::take(&mut self.address),
            std::mem::take(&mut self.tail),
        );
        *self = Self { text, address, tail, ..Self::default() };
    }

    /// Takes what the end of the answer says.
    pub(crate) fn finish(&mut self, end: End<'_>) {
        self.error = end.error;
        self.cursor = end.cursor;
        self.rows = end.counted.then_some(end.rows);
        self.warning = end.warning;
        for piece in end.text.iter().flat_map(|text| text.pieces()) {
            self.text.push(piece, ERROR_BYTES);
        }
    }

    /// Keeps the end of what came so far.
    pub(crate) fn keep(&mut self, payload: &[u8]) {
        if payload.len() >= TAIL_BYTES {
            self.tail.clear();
        } else {
            let surplus = (self.tail.len() + payload.len()).saturating_sub(TAIL_BYTES);
            self.tail.drain(..surplus.min(self.tail.len()));
        }
        self.tail
            .extend_from_slice(payload.get(payload.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default());
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.heap_bytes() + self.address.heap_bytes() + self.tail.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_called_as_the_database_calls_it() {
        assert_eq!(SqlId::of(b"select * from dual").bytes(), b"a5ks9fhw2v9s1");
        assert_eq!(SqlId::of(b"SELECT * FROM DUAL").bytes(), b"9g6pyx7qz035v");
    }
}
