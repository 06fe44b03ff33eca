//! From bytes to packets, file after file.

use std::io::{Cursor, Read};
use std::sync::Arc;

use packetbeat_core::packet::Packet;

use crate::MAX_SECRETS;
use crate::batch::Batch;
use crate::error::{OpenError, ReadError};
use crate::prefetch;
use crate::recognise::Framing;
use crate::source::Source;
use crate::step::{Secrets, Span, Step};
use crate::stream::BLOCK;
use crate::warning::{Warning, WarningKind};
use crate::window::Window;

/// Block of a reader of bytes that are in memory already; it grows if a record is longer.
const SMALL_BLOCK: usize = 64 << 10;

/// Walks the packets of an [`Input`](crate::Input). It lends them: a packet lives until the next call.
pub struct Reader {
    window: Window,
    /// Offset in the window of the next record.
    pos: usize,
    framing: Option<Framing>,
    /// Number of the last packet.
    number: u64,
    /// Time of the last packet; for those that bring none.
    nanos: i64,
    sources: Arc<[Source]>,
    /// Index of the source after the present one.
    next_source: usize,
    /// Bytes of the sources that are done.
    finished: u64,
    warnings: Vec<Warning>,
    secrets: Vec<Secrets>,
    secrets_len: usize,
    /// Some were not kept since they were last taken.
    secrets_dropped: bool,
    /// Found by [`Reader::fill`] after packets that had to be given out first.
    pending: Option<ReadError>,
}

impl Reader {
    pub(crate) fn new(sources: Arc<[Source]>) -> Self {
        Self {
            window: Window::Closed,
            pos: 0,
            framing: None,
            number: 0,
            nanos: 0,
            sources,
            next_source: 0,
            finished: 0,
            warnings: Vec::new(),
            secrets: Vec::new(),
            secrets_len: 0,
            secrets_dropped: false,
            pending: None,
        }
    }

    /// Reads a capture, plain or compressed, from anything; `name` stands in messages.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a capture.
    pub fn from_read(name: &str, source: impl Read + Send + 'static) -> Result<Self, OpenError> {
        Self::streamed(name, Box::new(source), BLOCK)
    }

    /// Reads a capture, plain or compressed, from bytes in memory. Whatever the bytes are, reading them ends: the place
    /// for a fuzzer to start.
    ///
    /// # Errors
    ///
    /// If they are not a capture.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpenError> {
        Self::streamed("bytes", Box::new(Cursor::new(bytes.to_vec())), SMALL_BLOCK)
    }

    pub(crate) fn streamed(
        name: &str,
        source: Box<dyn Read + Send>,
        block: usize,
    ) -> Result<Self, OpenError> {
        Ok(Self::new(Arc::new([Source::once(Arc::from(name), source, block)?])))
    }

    /// The next packet; `None` after the last of the last file.
    ///
    /// # Errors
    ///
    /// If the system fails to give more bytes of a file. The next call goes on with the file after it. Damaged
    /// data is no error: it ends its file with a [`Warning`].
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "a lending iterator, which `Iterator` cannot express")]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        Ok(self.advance()?.map(|span| self.packet(&span)))
    }

    /// Goes to the next packet, for who may not want to lend it.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<Option<Span>, ReadError> {
        match self.quick() {
            Some(span) => Ok(Some(span)),
            None => self.general(),
        }
    }

    /// The packet that [`Reader::advance`] went to last.
    #[inline]
    pub(crate) fn packet(&self, span: &Span) -> Packet<'_> {
        Packet {
            number: self.number,
            nanos: self.nanos,
            link: span.link,
            wire_len: span.wire_len,
            data: self.window.bytes().get(span.start..span.start + span.len).unwrap_or_default(),
        }
    }

    /// Whether [`Reader::rewind`] can go back: no source is a pipe.
    pub(crate) fn can_rewind(&self) -> bool {
        self.sources.iter().all(Source::can_enter_again)
    }

    /// Goes back to the start of the first source. Packets are numbered on.
    pub(crate) fn rewind(&mut self) {
        self.window = Window::Closed;
        self.framing = None;
        self.pos = 0;
        self.next_source = 0;
        self.finished = 0;
    }

    /// Clears `batch` and copies the next packets into it: `max_packets`, or fewer at the end or before an error.
    /// False if there was none left.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`], after the packets before the error were given out.
    pub fn fill(&mut self, batch: &mut Batch, max_packets: usize) -> Result<bool, ReadError> {
        batch.clear();
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        while batch.len() < max_packets {
            match self.next() {
                Ok(Some(packet)) => batch.push(&packet),
                Ok(None) => break,
                Err(error) if batch.is_empty() => return Err(error),
                Err(error) => {
                    self.pending = Some(error);
                    break;
                }
            }
        }
        Ok(!batch.is_empty())
    }

    /// Takes the warnings that have come up since the last call. Readers of the same input give the same ones.
    pub fn warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Takes the decryption secrets that the captures have brought since the last call.
    pub fn secrets(&mut self) -> Vec<Secrets> {
        self.secrets_len = 0;
        self.secrets_dropped = false;
        std::mem::take(&mut self.secrets)
    }

    /// Bytes of all files used up so far: compressed ones of compressed files.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.finished + self.window.consumed(self.pos)
    }

    /// Takes the next record if it is an ordinary packet of a mapped file. What this finds, `general` would find too;
    /// it is apart because it is small enough to stay in registers.
    #[inline]
    fn quick(&mut self) -> Option<Span> {
        let Window::Map(map) = &self.window else { return None };
        let bytes = map.bytes();
        let tail = bytes.get(self.pos..)?;
        let step = match &self.framing {
            Some(Framing::Pcap(pcap)) => pcap.step(tail),
            Some(Framing::PcapNg(pcapng)) => pcapng.enhanced(tail)?,
            None => return None,
        };
        let Step::Packet { span, advance } = step else { return None };
        let end = self.pos + advance;
        // After the header was read: if its page was lost, so is the limit.
        if end > map.limit() {
            return None;
        }
        prefetch::ahead(bytes, self.pos, end);
        Some(self.take(span, end))
    }

    /// The next packet, by whatever way.
    #[inline(never)]
    fn general(&mut self) -> Result<Option<Span>, ReadError> {
        match self.look() {
            Ok(span) => Ok(Some(span)),
            Err(step) => self.slow(step),
        }
    }

    /// Takes the next record if it is a packet, whole, in memory, and sound: nearly always.
    #[inline]
    fn look(&mut self) -> Result<Span, Step> {
        let bytes = self.window.bytes();
        let tail = bytes.get(self.pos..).unwrap_or_default();
        let step = match &mut self.framing {
            Some(Framing::Pcap(pcap)) => pcap.step(tail),
            Some(Framing::PcapNg(pcapng)) => pcapng.step(tail),
            None => return Err(Step::Need(0)),
        };
        let Step::Packet { span, advance } = step else { return Err(step) };
        let end = self.pos + advance;
        // After the header was read: if its page was lost, so is the limit.
        if end > self.window.limit() {
            return Err(Step::Need(advance));
        }
        Ok(self.take(span, end))
    }

    /// Counts a packet that begins at the reader's place, and moves on to its end.
    #[inline]
    fn take(&mut self, span: Span, end: usize) -> Span {
        let start = self.pos + span.start;
        self.pos = end;
        self.number += 1;
        if let Some(nanos) = span.nanos {
            self.nanos = nanos;
        }
        Span { start, ..span }
    }

    /// Does what `step` asks for, and goes on to the next packet.
    #[cold]
    #[inline(never)]
    fn slow(&mut self, mut step: Step) -> Result<Option<Span>, ReadError> {
        loop {
            if self.framing.is_some() {
                self.apply(step)?;
            } else if !self.enter()? {
                return Ok(None);
            }
            match self.look() {
                Ok(span) => return Ok(Some(span)),
                Err(next) => step = next,
            }
        }
    }

    fn apply(&mut self, step: Step) -> Result<(), ReadError> {
        let at = self.window.offset(self.pos);
        match step {
            Step::Advance(len) => self.pass(at, len as u64),
            Step::Skip(len) => self.pass(at, len),
            Step::Secrets { kind, start, len, advance } => {
                self.keep(at, kind, self.pos + start, len);
                self.pass(at, advance as u64)
            }
            Step::Damage(damage) => self.leave(at, Some(WarningKind::Damaged(damage))),
            // A packet comes here never: `look` has taken it or asks for the bytes that it lacks.
            Step::Packet { advance: need, .. } | Step::Need(need) => {
                if self.window.refill(&mut self.pos, need) {
                    return Ok(());
                }
                let here = self.window.limit().saturating_sub(self.pos);
                let missing = need.saturating_sub(here) as u64;
                self.leave(at, (here > 0).then_some(WarningKind::CutShort { missing }))
            }
        }
    }

    fn pass(&mut self, at: u64, len: u64) -> Result<(), ReadError> {
        match self.window.skip(&mut self.pos, len) {
            0 => Ok(()),
            missing => self.leave(at, Some(WarningKind::CutShort { missing })),
        }
    }

    fn keep(&mut self, at: u64, kind: u32, start: usize, len: usize) {
        // An empty one costs memory too.
        let charge = len.max(size_of::<Secrets>());
        if self.secrets_len + charge > MAX_SECRETS {
            // Said once: a capture may be full of them.
            if !std::mem::replace(&mut self.secrets_dropped, true) {
                self.warn(at, WarningKind::SecretsDropped { len });
            }
            return;
        }
        self.secrets_len += charge;
        let data = self.window.bytes().get(start..start + len).unwrap_or_default().to_vec();
        self.secrets.push(Secrets { kind, data });
    }

    /// Goes to the start of the next source. False: there is none.
    fn enter(&mut self) -> Result<bool, ReadError> {
        let Some(source) = self.sources.get(self.next_source) else { return Ok(false) };
        self.next_source += 1;
        match source.enter() {
            Ok((window, framing, header)) => {
                self.window = window;
                self.framing = Some(framing);
                self.pos = header;
                Ok(true)
            }
            Err(error) => {
                self.finished += source.size.unwrap_or_default();
                Err(ReadError::Changed(error))
            }
        }
    }

    /// Ends the present source at offset `at`, for the reason `kind` or one that lies behind it.
    fn leave(&mut self, at: u64, kind: Option<WarningKind>) -> Result<(), ReadError> {
        let mut result = Ok(());
        let mut kind = kind;
        let file = self.file();
        if self.window.has_shrunk() {
            // Whatever was seen beyond the new end were zeros, unless all had been read by then.
            if kind.is_some() || self.window.limit() < self.pos {
                kind = Some(WarningKind::Shrunk);
            }
        } else if let Window::Stream(stream) = &mut self.window
            && !matches!(kind, Some(WarningKind::Damaged(_)))
            && let Some(failure) = stream.take_failure()
        {
            match stream.packing() {
                Some(packing) if !stream.system_failed() => {
                    kind = Some(WarningKind::Packed { packing: packing.name(), what: failure.to_string() });
                }
                _ => {
                    kind = None;
                    result = Err(ReadError::Io { file, offset: at, source: failure });
                }
            }
        }
        if let Some(kind) = kind {
            self.warn(at, kind);
        }
        let size = self.present().and_then(|source| source.size);
        self.finished += size.unwrap_or_else(|| self.window.consumed(self.pos));
        self.window = Window::Closed;
        self.framing = None;
        self.pos = 0;
        result
    }

    fn warn(&mut self, offset: u64, kind: WarningKind) {
        let packed = matches!(&self.window, Window::Stream(stream) if stream.packing().is_some());
        self.warnings.push(Warning { file: self.file(), offset, packed, packet: self.number, kind });
    }

    fn present(&self) -> Option<&Source> {
        self.next_source.checked_sub(1).and_then(|index| self.sources.get(index))
    }

    fn file(&self) -> Arc<str> {
        self.present().map(|source| Arc::clone(&source.file)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("file", &self.file())
            .field("number", &self.number)
            .field("position", &self.position())
            .finish_non_exhaustive()
    }
}
