//! Standard output.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;

use packetbeat_rotate::{Whole, write_all};

use crate::error::OutputError;
use crate::sink::{Failure, OUTPUT_CLOSED, Sink, WRITE_ERROR};

/// Standard output, or what stands for it in tests. It has no buffer: every batch is on its way once it is written.
pub(crate) struct Console<W> {
    writer: W,
}

impl<W> Console<W> {
    pub(crate) const fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl Console<File> {
    /// A descriptor of our own: `std::io::Stdout` looks for line ends and takes a closed descriptor for success.
    pub(crate) fn stdout() -> Result<Self, OutputError> {
        let own =
            io::stdout().as_fd().try_clone_to_owned().map_err(|source| OutputError::Console { source })?;
        Ok(Self::new(File::from(own)))
    }
}

impl<W: Write + Send + 'static> Sink for Console<W> {
    fn write(&mut self, chunks: &[&[u8]]) -> Result<(), Failure> {
        write_all(&mut self.writer, chunks).map_err(|short| {
            let whole = Whole::within(chunks, short.written);
            if short.error.kind() == ErrorKind::BrokenPipe {
                Failure { whole, cause: OUTPUT_CLOSED, error: None }
            } else {
                let error = Some(OutputError::Console { source: short.error });
                Failure { whole, cause: WRITE_ERROR, error }
            }
        })
    }
}
