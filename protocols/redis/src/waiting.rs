//! Commands that wait for their answers. Their texts stand one behind the other in one buffer, so that a deep pipeline costs no
//! allocation a command.

use std::ops::Range;

use packetbeat_core::pairing::{InOrder, Pending};
use packetbeat_core::record::Half;

use crate::command::Command;
use crate::limits::SPARE_BYTES;
use crate::names::Answers;

/// A command that waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Where its text begins, counted from the first one of the connection.
    at: u64,
    len: u32,
    /// Parts of its text.
    name: u32,
    key: Range<u32>,
    user: Range<u32>,
    pub(crate) half: Half,
    /// Bytes of it that the capture does not have.
    pub(crate) lost: u64,
    pub(crate) answers: Answers,
    /// Confirmations that answer it and have not come.
    pub(crate) confirmations: u64,
    /// Its text is not whole.
    pub(crate) cut: bool,
    /// Commands in front of it were lost, and how many answers they have is not known.
    pub(crate) is_doubtful: bool,
}

impl Pending for Asked {
    fn clear(&mut self) {
        *self = Self::default();
    }

    fn heap_bytes(&self) -> usize {
        0
    }
}

impl Asked {
    /// What is kept of a command whose text begins at `at`.
    pub(crate) fn fill(&mut self, at: u64, command: &Command, half: Half, lost: u64) {
        // All are places in a text of `COMMAND_BYTES` at most.
        let range = |range: Range<usize>| range.start as u32..range.end as u32;
        *self = Self {
            at,
            len: command.text().len() as u32,
            name: command.name_len() as u32,
            key: range(command.key()),
            user: range(command.user()),
            half,
            lost,
            answers: command.answers(),
            confirmations: command.confirmations(),
            cut: command.cut,
            is_doubtful: false,
        };
    }

    /// Its parts, in the text.
    pub(crate) fn shown<'t>(&self, text: &'t [u8]) -> Shown<'t> {
        let part =
            |range: &Range<u32>| text.get(range.start as usize..range.end as usize).unwrap_or_default();
        Shown { text, name: part(&(0..self.name)), key: part(&self.key), user: part(&self.user) }
    }
}

/// A command's text and its parts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) name: &'t [u8],
    pub(crate) key: &'t [u8],
    pub(crate) user: &'t [u8],
}

/// Texts in the order in which they came; the oldest ones go first.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Bytes at the beginning that are not needed any more.
    gone: usize,
    /// Where the first byte stands, counted from the first text of the connection.
    first: u64,
}

impl Texts {
    /// Adds a text: where it begins.
    pub(crate) fn push(&mut self, text: &[u8]) -> u64 {
        let at = self.first.saturating_add(self.bytes.len() as u64);
        self.bytes.extend_from_slice(text);
        at
    }

    /// The text of a command.
    pub(crate) fn of(&self, asked: &Asked) -> &[u8] {
        let Ok(start) = usize::try_from(asked.at.saturating_sub(self.first)) else { return &[] };
        self.bytes.get(start..start + asked.len as usize).unwrap_or_default()
    }

    /// Everything in front of the oldest command that waits is not needed any more.
    pub(crate) fn forget(&mut self, oldest: Option<&Asked>) {
        let Some(oldest) = oldest else {
            self.first = self.first.saturating_add(self.bytes.len() as u64);
            self.bytes.clear();
            self.gone = 0;
            if self.bytes.capacity() > SPARE_BYTES {
                self.bytes = Vec::new();
            }
            return;
        };
        self.gone = usize::try_from(oldest.at.saturating_sub(self.first)).unwrap_or(self.gone);
        // Each byte is moved once for as many that went.
        if self.gone > self.bytes.len() / 2 {
            self.bytes.drain(..self.gone.min(self.bytes.len()));
            self.first = self.first.saturating_add(self.gone as u64);
            self.gone = 0;
        }
    }

    /// Bytes of the texts that wait.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.gone)
    }

    /// Bytes of memory held.
    pub(crate) const fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

/// The commands of a connection that wait.
pub(crate) type Queue = InOrder<Asked>;
