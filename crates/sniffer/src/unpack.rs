//! Decompression, as a stream.

use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;

/// Bytes of compressed data that are read at once.
const BLOCK: usize = 128 << 10;

/// Base-two logarithm of the largest window a zstd frame may ask for: what zstd's own tool allows, 128 MiB.
const ZSTD_WINDOW: u32 = 27;

const LZ4_LEGACY: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];

/// A compressed format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
    Lz4,
}

impl Packing {
    /// By the first bytes.
    pub(crate) fn recognise(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A zstd stream may begin with a skippable frame; so may lz4, but nobody writes that.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            head if head.starts_with(&LZ4_LEGACY) => Some(Self::Lz4),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        }
    }

    /// Decompresses `source`, which counts in `meter`.
    pub(crate) fn decoder(
        self,
        source: impl Read + Send + 'static,
        meter: &Arc<Meter>,
    ) -> io::Result<Box<dyn Read + Send>> {
        let source = BufReader::with_capacity(BLOCK, source);
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(source)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Box::new(decoder)
            }
            Self::Lz4 => Box::new(Lz4Frames {
                decoder: FrameDecoder::new(source),
                meter: Arc::clone(meter),
                between_frames: false,
            }),
        })
    }
}

/// lz4 frames until the end of the input. The decoder stops after each frame, and it takes an end of the input between
/// two blocks for the end of a frame; only the latter touched the end of the source.
struct Lz4Frames<R: Read> {
    decoder: FrameDecoder<R>,
    meter: Arc<Meter>,
    between_frames: bool,
}

impl<R: Read> Read for Lz4Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let len = self.decoder.read(into)?;
            if len > 0 || into.is_empty() {
                self.between_frames = false;
                return Ok(len);
            }
            if self.between_frames || self.meter.legacy.load(Ordering::Relaxed) {
                return Ok(0);
            }
            if self.meter.ended.load(Ordering::Relaxed) {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the last frame has no end mark"));
            }
            self.between_frames = true;
        }
    }
}

/// What is known of a source below its decoder.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Bytes read.
    consumed: AtomicU64,
    /// The system refused to read: not the fault of the data.
    failed: AtomicBool,
    /// A read has found the end.
    ended: AtomicBool,
    /// The source begins as lz4's old format, which has no end mark.
    legacy: AtomicBool,
}

impl Meter {
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// A source that keeps its [`Meter`].
pub(crate) struct Metered<R> {
    source: R,
    meter: Arc<Meter>,
}

impl<R: Read> Metered<R> {
    /// `head`: the first bytes of the source, if known.
    pub(crate) fn new(source: R, head: &[u8], meter: &Arc<Meter>) -> Self {
        meter.legacy.store(head.starts_with(&LZ4_LEGACY), Ordering::Relaxed);
        Self { source, meter: Arc::clone(meter) }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.source.read(into) {
            Ok(0) if !into.is_empty() => {
                self.meter.ended.store(true, Ordering::Relaxed);
                Ok(0)
            }
            Ok(len) => {
                self.meter.consumed.fetch_add(len as u64, Ordering::Relaxed);
                Ok(len)
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.meter.failed.store(true, Ordering::Relaxed);
                }
                Err(error)
            }
        }
    }
}
