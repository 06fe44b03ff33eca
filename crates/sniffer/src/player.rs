//! Reading captures in other ways than as fast as possible and once.
//!
//! ```text
//!  Reader ─▶ selection ─▶ time moved on ─▶ gate ─▶ pace ─▶ dump ─▶ whoever analyses
//!    ▲                   (further passes,  (one at a (as fast as
//!    └── from the start ──  or to now)       time)    captured)
//! ```

use std::io::{BufRead, ErrorKind};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use packetbeat_core::packet::Packet;

use crate::dump::Dump;
use crate::error::ReadError;
use crate::pace::{Clock, Pace, Wall};
use crate::reader::Reader;
use crate::selection::{LeftOut, Selection, Selector};
use crate::step::Span;

/// Nanoseconds between the latest packet of a pass and the earliest of the next.
const BETWEEN_PASSES: i64 = 1_000_000;

/// Asked before a packet is handed out; false ends the reading. It may wait.
pub type Gate = Box<dyn FnMut(&Packet<'_>) -> bool + Send>;

/// A gate that lets one packet through for each line of `lines` and ends with them: `-O` on a terminal. The first
/// packet needs none. A wait for a line cannot be interrupted: read on a thread that nobody waits for.
pub fn wait_for_line(mut lines: impl BufRead + Send + 'static) -> Gate {
    let mut first = true;
    Box::new(move |_| std::mem::take(&mut first) || pass_line(&mut lines))
}

/// Reads to the end of a line, which is not held: it may be endless. False if there is none.
fn pass_line(lines: &mut impl BufRead) -> bool {
    loop {
        let (len, over) = match lines.fill_buf() {
            Ok([]) => return false,
            Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), false),
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return false,
        };
        lines.consume(len);
        if over {
            return true;
        }
    }
}

/// How fast packets are handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// As fast as they are taken.
    #[default]
    Full,
    /// With the distances in time that they were captured with, and the times of their capture.
    Captured,
    /// With these distances, and the time at which they are handed out: the first packet's time becomes now.
    Now,
}

/// How often a capture is read. The times of a further pass begin where those of the one before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// So often.
    Times(NonZeroU64),
    /// Until somebody asks to stop.
    Endless,
}

impl Passes {
    /// Of the number on the command line (`-l`): 0 is endless.
    #[must_use]
    pub fn of(number: u64) -> Self {
        NonZeroU64::new(number).map_or(Self::Endless, Self::Times)
    }
}

/// What a [`Player`] is to do.
pub struct Play {
    /// Which packets are handed out.
    pub selection: Selection,
    /// How fast.
    pub speed: Speed,
    /// How often.
    pub passes: Passes,
    /// Asked before each packet.
    pub gate: Option<Gate>,
    /// Where packets that are handed out are written.
    pub dump: Option<Dump>,
    /// Set by whoever wants the reading to end.
    pub stop: Arc<AtomicBool>,
}

impl Default for Play {
    /// Everything, once, at full speed.
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            speed: Speed::Full,
            passes: Passes::of(1),
            gate: None,
            dump: None,
            stop: Arc::default(),
        }
    }
}

impl Play {
    /// Whether packets are only to be chosen: then readers that walk the same map can do so, each with a [`Selector`] of its
    /// own, and no player is needed.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.speed == Speed::Full
            && self.passes == Passes::of(1)
            && self.gate.is_none()
            && self.dump.is_none()
    }
}

/// What cannot be played so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlayError {
    /// A pipe cannot be read twice.
    #[error(
        "standard input and pipes can be read once: save the capture to a file to read it more often (-l)"
    )]
    ReadOnce,
}

/// A reader that chooses, waits, repeats and writes down what it hands out. It hands out packets as a [`Reader`] does, one
/// stream of them for all workers. Packets are numbered as they were read, over all passes: those that are left out have
/// numbers too.
pub struct Player {
    reader: Reader,
    selector: Option<Selector>,
    pace: Option<Pace>,
    restamp: bool,
    passes: Passes,
    gate: Option<Gate>,
    dump: Option<Dump>,
    stop: Arc<AtomicBool>,
    /// Nanoseconds to be added to the time of each packet.
    shift: i64,
    pass: Pass,
    handed: u64,
    warnings: Vec<String>,
}

/// What is known of a pass. Times are those of the capture.
#[derive(Clone, Copy, Debug)]
struct Pass {
    done: u64,
    /// Packets that were handed out in this one.
    handed: u64,
    /// The earliest and the latest of them; the same in each pass.
    earliest: i64,
    latest: i64,
}

impl Player {
    /// Plays what `reader` reads, which must be at its start.
    ///
    /// # Errors
    ///
    /// If it is to be read more than once and cannot be.
    pub fn new(reader: Reader, play: Play) -> Result<Self, PlayError> {
        Self::with_clock(reader, play, Box::new(Wall::new()))
    }

    fn with_clock(reader: Reader, play: Play, clock: Box<dyn Clock>) -> Result<Self, PlayError> {
        let Play { selection, speed, passes, gate, dump, stop } = play;
        if passes != Passes::of(1) && !reader.can_rewind() {
            return Err(PlayError::ReadOnce);
        }
        Ok(Self {
            reader,
            selector: (!selection.is_all()).then(|| selection.selector()),
            pace: (speed != Speed::Full).then(|| Pace::new(clock)),
            restamp: speed == Speed::Now,
            passes,
            gate,
            dump,
            stop,
            shift: 0,
            pass: Pass::first(),
            handed: 0,
            warnings: Vec::new(),
        })
    }

    /// The next packet, once it is due; `None` after the last one, or if somebody asked to stop.
    ///
    /// # Errors
    ///
    /// As [`Reader::next`]; the next call goes on.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator, which `Iterator` cannot express")]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        let Some(span) = self.seek()? else { return Ok(None) };
        Ok(Some(self.shifted(&span)))
    }

    /// Bytes of all files that the present pass has used up.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.reader.position()
    }

    /// Packets that were handed out, over all passes.
    #[must_use]
    pub fn handed_out(&self) -> u64 {
        self.handed
    }

    /// Packets that were read and left out, over all passes.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.selector.as_ref().map(Selector::left_out).unwrap_or_default()
    }

    /// Takes what has come up since the last call, a line each. What a further pass finds again is not told again.
    pub fn warnings(&mut self) -> Vec<String> {
        self.gather_warnings();
        std::mem::take(&mut self.warnings)
    }

    /// Goes to the next packet that is wanted and due.
    fn seek(&mut self) -> Result<Option<Span>, ReadError> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let Some(span) = self.reader.advance()? else {
                if self.again() {
                    continue;
                }
                return Ok(None);
            };
            let packet = self.reader.packet(&span);
            if let Some(selector) = &mut self.selector
                && !selector.wants(&packet)
            {
                continue;
            }
            if self.pass.done == 0 && self.pass.handed == 0 && self.restamp {
                let now = self.pace.as_ref().map_or(packet.nanos, Pace::now);
                self.shift = now.saturating_sub(packet.nanos);
            }
            let nanos = packet.nanos;
            if !self.hold(&span) {
                return Ok(None);
            }
            self.pass.take(nanos);
            self.handed += 1;
            return Ok(Some(span));
        }
    }

    /// Holds a packet back until it may go, and writes it down. False if it may not.
    fn hold(&mut self, span: &Span) -> bool {
        let packet = moved(self.reader.packet(span), self.shift);
        if let Some(gate) = &mut self.gate
            && !gate(&packet)
        {
            return false;
        }
        if let Some(pace) = &mut self.pace
            && !pace.wait(packet.nanos, &self.stop)
        {
            return false;
        }
        if let Some(dump) = &self.dump {
            dump.write(&packet);
        }
        true
    }

    /// Goes back to the start, if there is another pass. One without a packet is the last: the next would be no better.
    fn again(&mut self) -> bool {
        self.gather_warnings();
        let done = self.pass.done + 1;
        let more = match self.passes {
            Passes::Endless => true,
            Passes::Times(times) => done < times.get(),
        };
        if !more || self.pass.handed == 0 {
            return false;
        }
        let Pass { earliest, latest, .. } = self.pass;
        let length = latest.saturating_sub(earliest).saturating_add(BETWEEN_PASSES);
        self.shift = self.shift.saturating_add(length);
        self.pass = Pass { done, handed: 0, earliest, latest };
        self.reader.rewind();
        true
    }

    fn gather_warnings(&mut self) {
        let failures = self.selector.as_mut().map(Selector::failures).unwrap_or_default();
        let failures = failures.iter().map(|error| format!("{error}: they are left out"));
        let warnings = self.reader.warnings();
        // Those of a further pass are the same but for the numbers of packets.
        let warnings = warnings.iter().filter(|_| self.pass.done == 0).map(ToString::to_string);
        self.warnings.extend(warnings.chain(failures));
    }

    fn shifted(&self, span: &Span) -> Packet<'_> {
        moved(self.reader.packet(span), self.shift)
    }
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player")
            .field("reader", &self.reader)
            .field("passes", &self.passes)
            .field("shift", &self.shift)
            .field("pass", &self.pass)
            .finish_non_exhaustive()
    }
}

impl Pass {
    fn first() -> Self {
        Self { done: 0, handed: 0, earliest: i64::MAX, latest: i64::MIN }
    }

    fn take(&mut self, nanos: i64) {
        self.handed += 1;
        self.earliest = self.earliest.min(nanos);
        self.latest = self.latest.max(nanos);
    }
}

fn moved(packet: Packet<'_>, shift: i64) -> Packet<'_> {
    Packet { nanos: packet.nanos.saturating_add(shift), ..packet }
}

#[cfg(test)]
mod tests;
