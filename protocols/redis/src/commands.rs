//! Reads commands: arrays of strings, and lines.

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::record::Half;
use packetbeat_core::stream::Window;

use crate::command::{self, Command};
use crate::limits::INLINE_BYTES;
use crate::line::Words;
use crate::values::{Read, Values};

/// A side that sends commands: the client, and a server to its replica.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    values: Values,
    words: Words,
    /// The command that is being read, or was read last.
    pub(crate) command: Command,
    /// Where it began, and its bytes so far.
    pub(crate) half: Half,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
    /// It has begun.
    begun: bool,
    /// Whether the last one was a line; `None` before there was one.
    pub(crate) is_line: Option<bool>,
}

/// What came of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// A command.
    Command,
    /// An empty one, which is not answered.
    Nothing,
    /// So many bytes are missing.
    Needs(usize),
    /// So many bytes are of no use.
    Skip(u64),
    /// No command.
    Bad(&'static str),
}

impl Commands {
    /// Reads until a command is complete: how many bytes were taken, and what came of them.
    pub(crate) fn read(&mut self, dir: Dir, window: Window<'_>, mask: bool, cx: &Cx<'_>) -> (usize, Said) {
        if !self.begun {
            match window.bytes.first() {
                None => return (0, Said::Needs(1)),
                Some(b'*') => {
                    self.begin(cx.half(dir, window.start, 0), mask);
                    self.is_line = Some(false);
                }
                Some(_) => return self.line(dir, window, mask, cx),
            }
        }
        let (taken, read) = self.values.read(window.bytes, &mut self.command);
        self.half.bytes = self.half.bytes.saturating_add(taken as u64);
        let said = match read {
            _ if self.command.is_odd => Said::Bad("a command that is no list of strings"),
            Read::Done if self.command.count == 0 => Said::Nothing,
            Read::Done => Said::Command,
            Read::Needs(more) => Said::Needs(more),
            Read::Skip(left) => Said::Skip(left),
            Read::Bad(why) => Said::Bad(why),
        };
        if read == Read::Done {
            self.begun = false;
        }
        (taken, said)
    }

    /// A command that is a line.
    fn line(&mut self, dir: Dir, window: Window<'_>, mask: bool, cx: &Cx<'_>) -> (usize, Said) {
        const NONE: Said = Said::Bad("no command");
        // Blanks in front of a command, and empty lines: nothing answers them.
        let blanks = window.bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blanks > 0 {
            return (blanks, Said::Nothing);
        }
        if !window.bytes.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'"') {
            return (0, NONE);
        }
        let fresh = window.bytes.get(window.fresh..).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', fresh).map(|at| window.fresh + at) else {
            let said = if window.bytes.len() > INLINE_BYTES { NONE } else { Said::Needs(1) };
            return (0, said);
        };
        let line = window.bytes.get(..end).unwrap_or_default();
        self.words.split(line.strip_suffix(b"\r").unwrap_or(line));
        match self.words.iter().next().map(command::may_be_name) {
            None => return (end + 1, Said::Nothing),
            Some(false) => return (0, NONE),
            Some(true) => {}
        }
        let half = cx.half(dir, window.start, (end + 1) as u64);
        self.begin(half, mask);
        self.command.take(self.words.len(), self.words.iter());
        (self.begun, self.is_line) = (false, Some(true));
        (end + 1, Said::Command)
    }

    /// Takes the words of a line as a command.
    pub(crate) fn take_line(&mut self, line: &[u8], half: Half, mask: bool) -> bool {
        self.words.split(line);
        self.begin(half, mask);
        self.begun = false;
        self.command.take(self.words.len(), self.words.iter());
        self.words.len() > 0
    }

    fn begin(&mut self, half: Half, mask: bool) {
        self.command.clear(mask);
        (self.half, self.lost, self.begun) = (half, 0, true);
    }

    /// Whether a command was begun whose name is known.
    pub(crate) const fn is_named(&self) -> bool {
        self.begun && self.command.name_len() > 0
    }

    /// Bytes were skipped, of which the capture lacks some.
    pub(crate) const fn skipped(&mut self, bytes: u64, lost: u64) {
        self.half.bytes = self.half.bytes.saturating_add(bytes);
        self.lost = self.lost.saturating_add(lost);
    }

    /// Bytes were lost. Whether what follows is known all the same.
    pub(crate) fn lose(&mut self, lost: u64) -> bool {
        let known = self.begun && !self.command.decides() && self.values.lose(lost);
        self.skipped(if known { lost } else { 0 }, lost);
        known
    }

    /// In front of a command, whatever came before.
    pub(crate) fn reset(&mut self) {
        self.values.clear();
        self.begun = false;
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.command.heap_bytes() + self.words.heap_bytes()
    }
}
