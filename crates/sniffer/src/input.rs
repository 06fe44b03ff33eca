//! What was named on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::OpenError;
use crate::reader::Reader;
use crate::source::Source;

/// Captures that were opened and found to be captures, in the order in which they are read.
pub struct Input {
    sources: Arc<[Source]>,
    /// Whether the only reader of an input that has only one was given out.
    taken: AtomicBool,
}

impl Input {
    /// Opens each path and looks at its head, so that what is wrong is said before anything is read. `-` is standard
    /// input: this waits for its first bytes.
    ///
    /// # Errors
    ///
    /// The first path that is not a capture, cannot be opened or is named in vain. One line each.
    pub fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        if paths.is_empty() {
            return Err(OpenError::NoInput);
        }
        let is_stdin = |path: &Path| path == Path::new("-");
        if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
            return Err(OpenError::StdinTwice);
        }
        let sources = paths
            .iter()
            .map(|path| if is_stdin(path) { Source::stdin() } else { Source::open(path) })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { sources: sources.into(), taken: AtomicBool::new(false) })
    }

    /// Bytes of all files as they lie on disk (compressed ones compressed), for [`Reader::position`] to run up to.
    /// `None` if one of them is standard input or another pipe.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.sources.iter().map(|source| source.size).sum()
    }

    /// Whether all are plain regular files, which any number of readers can walk at once.
    #[must_use]
    pub fn can_map(&self) -> bool {
        self.sources.iter().all(Source::can_map)
    }

    /// A reader at the first packet. Readers of one input share its maps and are cheap.
    ///
    /// # Errors
    ///
    /// At the second call if [`Input::can_map`] does not hold.
    pub fn reader(&self) -> Result<Reader, OpenError> {
        if !self.can_map() && self.taken.swap(true, Ordering::Relaxed) {
            let file =
                self.sources.iter().find(|source| !source.can_map()).map(|source| Arc::clone(&source.file));
            return Err(OpenError::OneReader { file: file.unwrap_or_default() });
        }
        Ok(Reader::new(Arc::clone(&self.sources)))
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.sources.iter().map(|source| &source.file)).finish()
    }
}
