//! Standard error.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use packetbeat_rotate::write_all;

use crate::error::Error;
use crate::sink::{Entry, Failure, Sink, written_of};

/// Standard error, or what stands for it in tests.
pub(crate) struct Stderr<W> {
    writer: W,
    /// Whether a line was written in part only.
    torn: bool,
}

impl<W> Stderr<W> {
    pub(crate) const fn new(writer: W) -> Self {
        Self { writer, torn: false }
    }
}

impl Stderr<File> {
    /// A descriptor of our own: it stays what it is when standard error is redirected to a file.
    pub(crate) fn open() -> Result<Self, Error> {
        let own = io::stderr().as_fd().try_clone_to_owned().map_err(|source| Error::Stderr { source })?;
        Ok(Self::new(File::from(own)))
    }
}

impl<W: Write + Send + 'static> Sink for Stderr<W> {
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure> {
        if self.torn {
            write_all(&mut self.writer, &[b"\n"]).map_err(|short| failure(0, &short.error))?;
            self.torn = false;
        }
        let chunks: Vec<&[u8]> = lines.iter().map(|line| line.bytes.as_slice()).collect();
        write_all(&mut self.writer, &chunks).map_err(|short| {
            let (written, whole) = written_of(&chunks, short.written);
            self.torn = whole < short.written;
            failure(written, &short.error)
        })
    }
}

fn failure(written: usize, error: &io::Error) -> Failure {
    Failure { written, cause: format!("standard error: {error}"), tell: false }
}
