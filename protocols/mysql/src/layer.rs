//! Compression: what follows the login is cut into packets of their own, each compressed for itself or not at all.
//!
//! ```text
//!  0      3     4          7
//!  ┌──────┬─────┬──────────┬───────────────
//!  │length│ seq │ inflated │ length bytes      inflated 0: they are not compressed
//!  └──────┴─────┴──────────┴───────────────
//! ```
//!
//! ("Compressed Packet".) The packets of the protocol stand in the inflated bytes side by side, cut anywhere. Whether zlib or
//! zstd was agreed on is seen in the first byte of what is compressed.

use flate2::{Decompress, FlushDecompress};
use packetbeat_core::cx::Cx;
use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::inner::{Fed, Inner, InnerStream};
use packetbeat_core::stream::{Finish, Progress, Window, WireError};
use zstd::stream::raw::{InBuffer, Operation, OutBuffer};

use crate::config::Config;
use crate::conn::Conn;
use crate::limits::{INFLATED_BYTES, ZSTD_WINDOW_LOG};

const HEADER: usize = 7;
/// How a zstd frame begins; zlib's begin with 0x78.
const ZSTD_MAGIC: u8 = 0x28;
/// Memory of a decoder besides zstd's window: zlib's window and tables.
const DECODER_BYTES: usize = 64 << 10;

/// Both directions of a compressed session.
#[derive(Default)]
pub(crate) struct Layer {
    dirs: Both<Stream>,
}

#[derive(Default)]
struct Stream {
    inner: Inner,
    /// Compressed bytes of the packet that are to come.
    left: usize,
    /// Bytes that they become, and of these those that are to come.
    whole: usize,
    room: usize,
    decoder: Decoder,
    inflated: Vec<u8>,
}

#[derive(Default)]
enum Decoder {
    /// The packet is not compressed.
    #[default]
    Stored,
    /// The first byte of the packet will tell.
    Unknown,
    Zlib(Box<Decompress>),
    Zstd(Box<zstd::stream::raw::Decoder<'static>>),
}

/// The reader of what was inflated.
struct Packets<'c>(&'c Config);

impl InnerStream<Conn> for Packets<'_> {
    fn data(&self, conn: &mut Conn, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        conn.data(dir, window, self.0, cx)
    }
}

impl Layer {
    /// Reads compressed packets of one direction.
    pub(crate) fn data(
        &mut self,
        conn: &mut Conn,
        dir: Dir,
        bytes: &[u8],
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Progress {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let stream = &mut self.dirs[dir];
            if stream.left == 0 {
                let Some(header) = rest.first_chunk() else {
                    conn.layer_bytes = self.heap_bytes();
                    return Progress::wait(at, HEADER - rest.len());
                };
                stream.begin(*header);
                at += HEADER;
                continue;
            }
            if rest.is_empty() {
                conn.layer_bytes = self.heap_bytes();
                return Progress::all(at);
            }
            let part = rest.get(..stream.left).unwrap_or(rest);
            match stream.part(part, conn, dir, config, cx) {
                Ok(Fed::Waiting) => at += part.len(),
                Ok(Fed::Finished(how)) => return Progress::Finish { consumed: at, how },
                Ok(Fed::Exceeded) => return Progress::Finish { consumed: at, how: Finish::Opaque },
                Err(error) => return Progress::Finish { consumed: at, how: Finish::Malformed(error) },
            }
        }
    }
}

impl Layer {
    fn heap_bytes(&self) -> usize {
        self.dirs.to_server.heap_bytes() + self.dirs.to_client.heap_bytes()
    }
}

impl Stream {
    fn begin(&mut self, [a, b, c, _, d, e, f]: [u8; HEADER]) {
        let number = |bytes: [u8; 3]| {
            let [low, middle, high] = bytes;
            u32::from_le_bytes([low, middle, high, 0]) as usize
        };
        (self.left, self.whole) = (number([a, b, c]), number([d, e, f]));
        self.room = self.whole;
        self.decoder = match (self.room, std::mem::take(&mut self.decoder)) {
            (0, _) => Decoder::Stored,
            (_, Decoder::Zlib(mut decoder)) => {
                decoder.reset(true);
                Decoder::Zlib(decoder)
            }
            (_, Decoder::Zstd(mut decoder)) => match decoder.reinit() {
                Ok(()) => Decoder::Zstd(decoder),
                Err(_) => Decoder::Unknown,
            },
            _ => Decoder::Unknown,
        };
    }

    /// A part of a packet's bytes, at least one.
    fn part(
        &mut self,
        part: &[u8],
        conn: &mut Conn,
        dir: Dir,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Result<Fed, WireError> {
        self.left -= part.len();
        if matches!(self.decoder, Decoder::Unknown) {
            self.decoder = match part.first() {
                Some(&ZSTD_MAGIC) => {
                    let decoder = zstd_decoder().map_err(|_| WireError::new("no zstd decoder", 0))?;
                    Decoder::Zstd(Box::new(decoder))
                }
                _ => Decoder::Zlib(Box::new(Decompress::new(true))),
            };
        }
        if matches!(self.decoder, Decoder::Stored) {
            return Ok(self.inner.feed(&Packets(config), conn, dir, part, cx));
        }
        self.inflated.resize(INFLATED_BYTES, 0);
        let mut rest = part;
        loop {
            let Inflated { taken, made, sound } = self.decoder.step(rest, &mut self.inflated);
            rest = rest.get(taken..).unwrap_or_default();
            // What came before a mistake is read, however much of the packet was at hand.
            let fresh = self.inflated.get(..made.min(self.room)).unwrap_or_default();
            let fed = self.inner.feed(&Packets(config), conn, dir, fresh, cx);
            self.room =
                self.room.checked_sub(made).ok_or(WireError::new("more was compressed than was said", 0))?;
            if !sound {
                return Err(WireError::new("compressed packet", 0));
            }
            // A decoder may give without taking, and take without giving.
            if fed != Fed::Waiting || (taken, made) == (0, 0) {
                return Ok(fed);
            }
        }
    }

    fn heap_bytes(&self) -> usize {
        let decoder = match self.decoder {
            Decoder::Stored | Decoder::Unknown => 0,
            Decoder::Zlib(_) => DECODER_BYTES,
            Decoder::Zstd(_) => DECODER_BYTES + self.whole.min(1 << ZSTD_WINDOW_LOG),
        };
        self.inner.heap_bytes() + self.inflated.capacity() + decoder
    }
}

fn zstd_decoder() -> std::io::Result<zstd::stream::raw::Decoder<'static>> {
    let mut decoder = zstd::stream::raw::Decoder::new()?;
    decoder.set_parameter(zstd::stream::raw::DParameter::WindowLogMax(ZSTD_WINDOW_LOG))?;
    Ok(decoder)
}

/// A part that was inflated: bytes taken and made, and whether there was a mistake behind them.
struct Inflated {
    taken: usize,
    made: usize,
    sound: bool,
}

impl Decoder {
    /// Inflates a part of `from` into `to`.
    fn step(&mut self, from: &[u8], to: &mut [u8]) -> Inflated {
        match self {
            Self::Zlib(decoder) => {
                let (taken, made) = (decoder.total_in(), decoder.total_out());
                let sound = decoder.decompress(from, to, FlushDecompress::None).is_ok();
                let count = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(0);
                Inflated {
                    taken: count(decoder.total_in(), taken),
                    made: count(decoder.total_out(), made),
                    sound,
                }
            }
            Self::Zstd(decoder) => {
                let (mut input, mut output) = (InBuffer::around(from), OutBuffer::around(to));
                let sound = decoder.run(&mut input, &mut output).is_ok();
                Inflated { taken: input.pos(), made: output.pos(), sound }
            }
            Self::Stored | Self::Unknown => Inflated { taken: 0, made: 0, sound: false },
        }
    }
}
