//! Where a rotation gets files and the time from: the system, or a test.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;

/// What a file is to the rotation. Tests put failing ones in.
pub trait Place: Write + Send + 'static {
    /// Forgets the last `bytes` bytes. Others may have written to the file as well (standard error may be redirected to it), so
    /// that its length is not what the rotation wrote.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
}

impl Place for File {
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        let len = self.metadata()?.len();
        self.set_len(len.saturating_sub(bytes))
    }
}

/// Where the rotation gets files and the time from.
pub trait World: Send + 'static {
    /// An open file.
    type Place: Place;

    /// Makes a file that does not exist yet.
    ///
    /// # Errors
    ///
    /// What the system said; [`AlreadyExists`](io::ErrorKind::AlreadyExists) makes the rotation try the next name.
    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<Self::Place>;

    /// Opens a file to append to it, and tells its length in bytes.
    ///
    /// # Errors
    ///
    /// What the system said.
    fn append(&mut self, path: &Path) -> io::Result<(Self::Place, u64)>;

    /// The time by the wall clock.
    fn now(&self) -> Timestamp;
}

/// The file system and the clock.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl World for System {
    type Place = File;

    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<File> {
        OpenOptions::new().append(true).create_new(true).mode(permissions).open(path)
    }

    fn append(&mut self, path: &Path) -> io::Result<(File, u64)> {
        let file = OpenOptions::new().append(true).open(path)?;
        let len = file.metadata()?.len();
        Ok((file, len))
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
