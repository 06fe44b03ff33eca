//! Where the content of a mail ends: `CRLF . CRLF` (RFC 5321, 4.5.2), found without keeping a byte.
//!
//! ```text
//! … text CR LF  .  CR LF          a dot alone: the end
//! … text CR LF  .  . t e x t …    a stuffed dot: the sender doubled it
//! ```
//!
//! Only the five bytes end a mail: a bare LF in front of the dot or behind it is text, as the RFC demands and as servers do
//! that are safe from smuggled mails. A client that ends its commands with a bare LF ends its mails with `LF . LF`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Searches for a dot that begins a line: building one takes as long as looking at a packet.
static DOT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n."));
/// The same where a bare LF ends a line.
static BARE_DOT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n."));

/// How much of the end has been matched, across windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Matched {
    /// Nothing.
    #[default]
    Nothing,
    /// CR.
    Cr,
    /// A line starts.
    LineStart,
    /// A dot at the start of a line.
    Dot,
    /// The dot and CR.
    DotCr,
}

/// Where the content ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// Behind so many bytes of the window.
    pub(crate) at: usize,
    /// Length of the dot with its line end, which may have begun in windows before.
    pub(crate) dot: u64,
}

/// Looks for the end of the content, window by window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DotScan {
    matched: Matched,
    bare_lf: bool,
    /// Dots that the sender doubled.
    stuffed: u64,
}

impl DotScan {
    /// At the start of a line; `bare_lf` if the client ends its lines so.
    pub(crate) const fn at_line_start(bare_lf: bool) -> Self {
        Self { matched: Matched::LineStart, bare_lf, stuffed: 0 }
    }

    /// Somewhere: after bytes that were lost.
    pub(crate) const fn lose_place(&mut self) {
        self.matched = Matched::Nothing;
    }

    /// Dots that the sender doubled, so far.
    pub(crate) const fn stuffed(&self) -> u64 {
        self.stuffed
    }

    /// The end; `None` if it is not in here.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<End> {
        let mut at = 0;
        loop {
            // A match begun is followed byte by byte, the rest is searched.
            while self.matched != Matched::Nothing {
                let byte = *bytes.get(at)?;
                at += 1;
                if let Some(dot) = self.step(byte) {
                    return Some(End { at, dot });
                }
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let found = if self.bare_lf { BARE_DOT.find(rest) } else { DOT.find(rest) };
            match found {
                Some(found) => {
                    at += found + if self.bare_lf { 2 } else { 3 };
                    self.matched = Matched::Dot;
                }
                None => {
                    self.matched = match rest {
                        [.., b'\r', b'\n'] => Matched::LineStart,
                        [.., b'\n'] if self.bare_lf => Matched::LineStart,
                        [.., b'\r'] => Matched::Cr,
                        _ => Matched::Nothing,
                    };
                    return None;
                }
            }
        }
    }

    /// Moves on by a byte; at the end of the content, the length of the dot with its line end.
    fn step(&mut self, byte: u8) -> Option<u64> {
        let line_start = match (self.matched, byte) {
            (Matched::Dot, b'\n') if self.bare_lf => return Some(2),
            (Matched::DotCr, b'\n') => return Some(3),
            (Matched::Cr, b'\n') => true,
            (_, b'\n') => self.bare_lf,
            _ => false,
        };
        let next = match (self.matched, byte) {
            _ if line_start => Matched::LineStart,
            (Matched::LineStart, b'.') => Matched::Dot,
            (Matched::Dot, b'\r') => Matched::DotCr,
            (_, b'\r') => Matched::Cr,
            _ => Matched::Nothing,
        };
        let dot_was_text = match self.matched {
            Matched::Dot => next != Matched::DotCr,
            Matched::DotCr => true,
            Matched::Nothing | Matched::Cr | Matched::LineStart => false,
        };
        self.stuffed += u64::from(dot_was_text);
        self.matched = next;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// End and doubled dots, with the bytes cut after every `step`.
    fn find(bytes: &[u8], bare_lf: bool, step: usize) -> (Option<End>, u64) {
        let mut scan = DotScan::at_line_start(bare_lf);
        let mut before = 0;
        for window in bytes.chunks(step) {
            if let Some(end) = scan.find(window) {
                return (Some(End { at: before + end.at, dot: end.dot }), scan.stuffed());
            }
            before += window.len();
        }
        (None, scan.stuffed())
    }

    #[test]
    fn the_end_is_found_however_the_bytes_are_cut() {
        let cases: [(&[u8], bool, Option<usize>, u64); 11] = [
            (b".\r\nQUIT", false, Some(3), 0),
            (b"a\r\n.\r\nQUIT", false, Some(6), 0),
            (b"..\r\n.\r\n", false, Some(7), 1),
            (b"a\r\n..b\r\n.c\r\n.\r\n", false, Some(15), 2),
            (b"a\n.\nb\r\n.\nc\r\n.\r\n", false, Some(15), 1),
            (b"a\n.\r\nb", false, None, 0),
            (b"a\r\n.\rb\r\n.\r\r\n.\r\n", false, Some(15), 2),
            (b"a\n.\nb", true, Some(4), 0),
            (b"a\r\n.\r\nb", true, Some(6), 0),
            (b"a\n..\n.\n", true, Some(7), 1),
            (b"a\r\n..\r\n\r\n.\r\n", false, Some(12), 1),
        ];
        for (bytes, bare_lf, end, stuffed) in cases {
            let end = end.map(|at| End { at, dot: if bytes[..at].ends_with(b".\n") { 2 } else { 3 } });
            for step in 1..=bytes.len() {
                assert_eq!(
                    find(bytes, bare_lf, step),
                    (end, stuffed),
                    "{:?} by {step}",
                    bytes.escape_ascii().to_string()
                );
            }
        }
    }
}
