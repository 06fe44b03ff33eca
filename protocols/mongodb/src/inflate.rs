//! OP_COMPRESSED: a message whose body is compressed.
//!
//! ```text
//!  16       20         24          25
//!  ┌────────┬──────────┬───────────┬──────────────
//!  │ opcode │ inflated │ algorithm │ body                0 none, 1 Snappy, 2 zlib, 3 zstd
//!  └────────┴──────────┴───────────┴──────────────
//! ```
//!
//! A body is inflated up to a limit, whatever it says to become.

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use crate::limits::{MESSAGE_BYTES, ZSTD_WINDOW_LOG};
use crate::snappy;
use crate::span::{Span, Stop};
use crate::wire::Op;

/// Memory of a decoder besides zstd's window: zlib's window and tables.
const DECODER: usize = 64 << 10;

/// What stands in front of the compressed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    /// What the message is.
    pub(crate) op: Op,
    /// Bytes that its body has.
    pub(crate) len: usize,
    /// How it is compressed.
    pub(crate) algorithm: u8,
}

impl Packed {
    /// Reads what stands in front; the cursor is at the compressed bytes then.
    pub(crate) fn read(body: &mut Span<'_>) -> Result<Self, Stop> {
        const WHAT: &str = "compressed message";
        let op = Op::of(body.i32(WHAT)?).filter(|op| *op != Op::Compressed).ok_or(Stop::Lie(WHAT))?;
        let len = usize::try_from(body.i32(WHAT)?).ok().filter(|len| *len <= MESSAGE_BYTES);
        let algorithm = body.u8(WHAT)?;
        if algorithm > 3 {
            return Err(Stop::Lie("unknown compression"));
        }
        Ok(Self { op, len: len.ok_or(Stop::Lie(WHAT))?, algorithm })
    }
}

/// Decoders and what they gave, used again.
#[derive(Default)]
pub(crate) struct Inflater {
    out: Vec<u8>,
    zlib: Option<Box<Decompress>>,
    zstd: Option<Box<Decoder<'static>>>,
}

impl Inflater {
    /// The first `limit` bytes of the body.
    pub(crate) fn inflate(&mut self, packed: Packed, bytes: &[u8], limit: usize) -> Result<&[u8], Stop> {
        const BROKEN: Stop = Stop::Lie("compressed message");
        let limit = limit.min(packed.len);
        self.out.clear();
        let sound = match packed.algorithm {
            0 => {
                self.out.extend_from_slice(bytes.get(..limit).unwrap_or(bytes));
                true
            }
            1 => {
                let said = snappy::length(bytes).is_some_and(|(len, _)| len as usize == packed.len);
                said && snappy::decompress(bytes, &mut self.out, limit)
            }
            2 => self.zlib(bytes, limit),
            _ => self.zstd(bytes, limit),
        };
        if sound { Ok(&self.out) } else { Err(BROKEN) }
    }

    fn zlib(&mut self, bytes: &[u8], limit: usize) -> bool {
        let decoder = self.zlib.get_or_insert_with(|| Box::new(Decompress::new(true)));
        decoder.reset(true);
        self.out.resize(limit, 0);
        let done = decoder.decompress(bytes, &mut self.out, FlushDecompress::None);
        self.out.truncate(usize::try_from(decoder.total_out()).unwrap_or(limit));
        matches!(done, Ok(Status::Ok | Status::StreamEnd | Status::BufError))
    }

    fn zstd(&mut self, bytes: &[u8], limit: usize) -> bool {
        if self.zstd.is_none() {
            let Ok(mut decoder) = Decoder::new() else { return false };
            if decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG)).is_err() {
                return false;
            }
            self.zstd = Some(Box::new(decoder));
        }
        let Some(decoder) = &mut self.zstd else { return false };
        if decoder.reinit().is_err() {
            return false;
        }
        self.out.resize(limit, 0);
        let (mut from, mut to) = (InBuffer::around(bytes), OutBuffer::around(self.out.as_mut_slice()));
        let sound = loop {
            let before = (from.pos(), to.pos());
            match decoder.run(&mut from, &mut to) {
                Ok(0) => break true,
                Ok(_) if before == (from.pos(), to.pos()) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        let made = to.pos();
        self.out.truncate(made);
        sound
    }

    /// Bytes of memory held, as an upper estimate.
    pub(crate) fn heap_bytes(&self) -> usize {
        let zlib = if self.zlib.is_some() { DECODER } else { 0 };
        let zstd = if self.zstd.is_some() { DECODER + (1 << ZSTD_WINDOW_LOG) } else { 0 };
        self.out.capacity() + zlib + zstd
    }
}
