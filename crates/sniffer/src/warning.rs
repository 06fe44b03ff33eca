//! What went wrong with an input without ending the run.

use std::fmt;
use std::sync::Arc;

use crate::step::Damage;

/// Why an input ended early. Displays as one line: file, byte, what, what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file, as it was named; `-` is standard input.
    pub file: Arc<str>,
    /// Offset of the first byte that is not part of a packet that was read; in the decompressed data if `packed`.
    pub offset: u64,
    /// Whether the file is compressed.
    pub packed: bool,
    /// Number of the last packet before it; 0 if there was none.
    pub packet: u64,
    /// What it is.
    pub kind: WarningKind,
}

/// What a [`Warning`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// The input ends within a record.
    CutShort {
        /// Bytes that the record lacks, at least: a header that is cut does not say how long its record is.
        missing: u64,
    },
    /// The bytes make no sense.
    Damaged(Damage),
    /// The file became shorter while it was read.
    Shrunk,
    /// The compressed data is cut short or damaged.
    Packed {
        /// "gzip", "zstd" or "lz4".
        packing: &'static str,
        /// What the decompressor said.
        what: String,
    },
    /// More secrets than a reader keeps.
    SecretsDropped {
        /// Bytes of the first that were not kept.
        len: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: byte {}", self.file, self.offset)?;
        if self.packed {
            f.write_str(" of the decompressed data")?;
        }
        f.write_str(": ")?;
        let last = self.packet;
        match &self.kind {
            WarningKind::CutShort { missing } => write!(
                f,
                "the last record is cut short, {missing} bytes or more are missing: the capture was stopped hard or \
                 is still being written; the packets before it are read (up to number {last})"
            ),
            WarningKind::Damaged(damage) => write!(
                f,
                "damaged: {damage}; the rest of the file cannot be read; the packets before it are (up to number \
                 {last})"
            ),
            WarningKind::Shrunk => write!(
                f,
                "the file became shorter while it was read: the rest is lost; the packets before it are read (up to \
                 number {last})"
            ),
            WarningKind::Packed { packing, what } => write!(
                f,
                "the {packing} data is cut short or damaged ({what}): the rest is lost; the packets before it are \
                 read (up to number {last})"
            ),
            WarningKind::SecretsDropped { len } => write!(
                f,
                "{len} bytes of decryption secrets and what follows are not kept, {} bytes wait already: what needs \
                 them stays encrypted",
                crate::MAX_SECRETS
            ),
        }
    }
}
