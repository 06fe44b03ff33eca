//! A file as memory, safe against being cut while it is read.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;

use memmap2::{Advice, Mmap, MmapOptions};

use crate::sigbus::Guard;

/// The mapped bytes of a regular file. Shared by the readers that walk it.
#[derive(Debug)]
pub(crate) struct Map {
    // Fields drop in order: the guard must be off before its pages are given back.
    guard: Guard,
    pages: Mmap,
    file: File,
}

impl Map {
    /// Maps the first `len` bytes of a file, or what it still has of them.
    ///
    /// # Errors
    ///
    /// What the system says to opening or mapping; an empty file cannot be mapped.
    pub(crate) fn open(path: &Path, len: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = len.min(file.metadata()?.len());
        let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        // SAFETY: the slice that this lends can change under its readers when another process writes the file.
        // They read plain bytes through checked accesses, so that any value is a value; a length is read once
        // into a register before it is checked and used. A file that becomes shorter raises SIGBUS instead of
        // giving bytes: `Guard` below answers that by zeros for as long as the mapping lives.
        let pages = unsafe { MmapOptions::new().len(len).map(&file)? };
        let guard = Guard::new(&pages, file.as_raw_fd())?;
        // A hint; without it the walk is slower and as right.
        let _ = pages.advise(Advice::Sequential);
        Ok(Self { guard, pages, file })
    }

    /// All bytes. Those at [`Map::limit`] and beyond are gone and read as zeros.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.pages
    }

    /// Number of bytes that are known to be there. What was read before the call and lies below is from the file.
    #[inline]
    pub(crate) fn limit(&self) -> usize {
        self.guard.limit()
    }

    /// Asks the system whether the file still has all its bytes, and lowers the limit if not: the rest of its
    /// last page reads as zeros without a fault.
    pub(crate) fn has_shrunk(&self) -> bool {
        if let Ok(meta) = self.file.metadata() {
            self.guard.lower(usize::try_from(meta.len()).unwrap_or(usize::MAX));
        }
        self.limit() < self.pages.len()
    }
}
