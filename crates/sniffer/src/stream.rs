//! A block of bytes that moves along an input which cannot be mapped.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use crate::error::OpenError;
use crate::pcapng::SMALLEST_SECTION;
use crate::unpack::{Meter, Metered, Packing};

/// Bytes that are read at once.
pub(crate) const BLOCK: usize = 1 << 20;

/// Bytes in memory, and the source of more.
pub(crate) struct Stream {
    source: Box<dyn Read + Send>,
    meter: Arc<Meter>,
    packing: Option<Packing>,
    block: Vec<u8>,
    filled: usize,
    /// Bytes that have left the block.
    passed: u64,
    ended: bool,
    failure: Option<io::Error>,
}

impl Stream {
    /// Reads the head of `source`, so far that its format can be told, and puts a decompressor before it if need be.
    /// `block` is the size of the block in bytes; it grows to hold one record where it must.
    ///
    /// # Errors
    ///
    /// If the source cannot be read, or its first bytes not be decompressed. A short source is no error here.
    pub(crate) fn open(
        file: &Arc<str>,
        mut source: Box<dyn Read + Send>,
        block: usize,
    ) -> Result<Self, OpenError> {
        let meter = Arc::new(Meter::default());
        // Enough for the magic; more of a pipe may be long in coming.
        let mut magic = Vec::with_capacity(4);
        source.by_ref().take(4).read_to_end(&mut magic).map_err(|source| OpenError::Io {
            file: Arc::clone(file),
            doing: "read",
            source,
        })?;
        let packing = Packing::recognise(&magic);
        let source = Metered::new(Cursor::new(magic.clone()).chain(source), &magic, &meter);
        let source: Box<dyn Read + Send> = match packing {
            None => Box::new(source),
            Some(packing) => packing.decoder(source, &meter).map_err(|source| OpenError::Packed {
                file: Arc::clone(file),
                packing: packing.name(),
                source,
            })?,
        };
        let mut stream = Self {
            source,
            meter,
            packing,
            block: vec![0; block.max(SMALLEST_SECTION)],
            filled: 0,
            passed: 0,
            ended: false,
            failure: None,
        };
        stream.refill(&mut 0, SMALLEST_SECTION);
        match (stream.filled, stream.failure.take(), packing) {
            (0..SMALLEST_SECTION, Some(source), Some(packing)) if !stream.meter.failed() => {
                Err(OpenError::Packed { file: Arc::clone(file), packing: packing.name(), source })
            }
            (0..SMALLEST_SECTION, Some(source), _) => {
                Err(OpenError::Io { file: Arc::clone(file), doing: "read", source })
            }
            (_, failure, _) => {
                stream.failure = failure;
                Ok(stream)
            }
        }
    }

    /// The bytes in memory.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.block.get(..self.filled).unwrap_or_default()
    }

    /// Offset in the (decompressed) data of the first byte in memory.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether no byte will come that is not in memory.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Bytes read from the source: compressed ones if it is.
    pub(crate) fn consumed(&self) -> u64 {
        self.meter.consumed()
    }

    pub(crate) fn packing(&self) -> Option<Packing> {
        self.packing
    }

    /// Whether a failure lies with the system, not with the data.
    pub(crate) fn system_failed(&self) -> bool {
        self.meter.failed()
    }

    /// What ended the stream, unless it was its end.
    pub(crate) fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Moves the bytes from `pos` on to the front, sets `pos` there, and reads until there are `need` of them.
    /// False if the stream ends before; then what came is in memory. `need` is bounded by the caller.
    pub(crate) fn refill(&mut self, pos: &mut usize, need: usize) -> bool {
        self.block.copy_within((*pos).min(self.filled)..self.filled, 0);
        self.passed += *pos as u64;
        self.filled = self.filled.saturating_sub(*pos);
        *pos = 0;
        if need > self.block.len() {
            self.block.resize(need, 0);
        }
        while self.filled < need && !self.ended {
            self.read_once();
        }
        self.filled >= need
    }

    /// Leaves `len` bytes from `pos` on behind, without holding them. Returns how many were missing.
    pub(crate) fn skip(&mut self, pos: &mut usize, len: u64) -> u64 {
        let mut left = len;
        loop {
            let here = self.filled.saturating_sub(*pos);
            if left <= here as u64 {
                *pos += left as usize;
                return 0;
            }
            left -= here as u64;
            *pos = self.filled;
            if !self.refill(pos, 1) {
                return left;
            }
        }
    }

    fn read_once(&mut self) {
        let room = self.block.get_mut(self.filled..).unwrap_or_default();
        match self.source.read(room) {
            Ok(0) => self.ended = true,
            Ok(len) => self.filled += len.min(room.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.failure = Some(error);
                self.ended = true;
            }
        }
    }
}
