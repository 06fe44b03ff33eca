//! One file of an input, from its name to its bytes.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::error::OpenError;
use crate::map::Map;
use crate::recognise::{Framing, HEAD};
use crate::stream::{BLOCK, Stream};
use crate::unpack::Packing;
use crate::window::Window;

/// A file that was found to be a capture. Regular files are closed until their turn comes: there may be thousands.
pub(crate) struct Source {
    pub(crate) file: Arc<str>,
    /// Bytes of the file, if it is regular.
    pub(crate) size: Option<u64>,
    access: Access,
}

enum Access {
    /// Mapped while a reader is in it, once for all of them.
    Map { path: PathBuf, len: u64, map: Mutex<Weak<Map>> },
    /// Opened when its turn comes.
    Reopen(PathBuf),
    /// Already open: it cannot be opened twice.
    Once(Mutex<Option<Stream>>),
}

impl Source {
    /// Opens a path and looks at its head.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, or is not a capture.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let file = display(path);
        let failed = |source| OpenError::Io { file: Arc::clone(&file), doing: "opened", source };
        let meta = fs::metadata(path).map_err(failed)?;
        if meta.is_dir() {
            return Err(OpenError::Directory { file });
        }
        let mut opened = File::open(path).map_err(failed)?;
        if !meta.is_file() {
            return Self::once(file, Box::new(opened), BLOCK);
        }
        let len = meta.len();
        let mut head = Vec::with_capacity(HEAD);
        (&mut opened).take(HEAD as u64).read_to_end(&mut head).map_err(|source| OpenError::Io {
            file: Arc::clone(&file),
            doing: "read",
            source,
        })?;
        let access = if Packing::recognise(&head).is_some() {
            let stream = Stream::open(&file, Box::new(io::Cursor::new(head).chain(opened)), 0)?;
            Framing::identify(&file, stream.bytes(), stream.ended())?;
            Access::Reopen(path.to_owned())
        } else {
            Framing::identify(&file, &head, head.len() < HEAD)?;
            // Not every file system maps; where it does not, reading in blocks is as good.
            match Map::open(path, HEAD as u64) {
                Ok(_) => Access::Map { path: path.to_owned(), len, map: Mutex::default() },
                Err(_) => Access::Reopen(path.to_owned()),
            }
        };
        Ok(Self { file, size: Some(len), access })
    }

    /// Takes standard input.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a capture.
    pub(crate) fn stdin() -> Result<Self, OpenError> {
        if io::stdin().is_terminal() {
            return Err(OpenError::Terminal);
        }
        Self::once(Arc::from("-"), Box::new(io::stdin()), BLOCK)
    }

    /// Takes something that can be read once.
    pub(crate) fn once(
        file: Arc<str>,
        source: Box<dyn Read + Send>,
        block: usize,
    ) -> Result<Self, OpenError> {
        let stream = Stream::open(&file, source, block)?;
        Framing::identify(&file, stream.bytes(), stream.ended())?;
        Ok(Self { file, size: None, access: Access::Once(Mutex::new(Some(stream))) })
    }

    /// Whether any number of readers may walk it.
    pub(crate) fn can_map(&self) -> bool {
        matches!(self.access, Access::Map { .. })
    }

    /// Whether it can be read more than once.
    pub(crate) fn can_enter_again(&self) -> bool {
        !matches!(self.access, Access::Once(_))
    }

    /// Its bytes from the start, and what their head says.
    ///
    /// # Errors
    ///
    /// If it is no longer what it was when it was opened, or was read already and cannot be twice.
    pub(crate) fn enter(&self) -> Result<(Window, Framing, usize), OpenError> {
        let failed = |source| OpenError::Io { file: Arc::clone(&self.file), doing: "opened", source };
        let window = match &self.access {
            Access::Map { path, len, map } => {
                let mut shared = map.lock().unwrap_or_else(PoisonError::into_inner);
                let map = match shared.upgrade() {
                    Some(map) => map,
                    None => {
                        let map = Arc::new(Map::open(path, *len).map_err(failed)?);
                        *shared = Arc::downgrade(&map);
                        map
                    }
                };
                Window::Map(map)
            }
            Access::Reopen(path) => {
                let opened = File::open(path).map_err(failed)?;
                Window::Stream(Stream::open(&self.file, Box::new(opened), BLOCK)?)
            }
            Access::Once(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                Window::Stream(stream.ok_or_else(|| OpenError::OneReader { file: Arc::clone(&self.file) })?)
            }
        };
        let complete = match &window {
            Window::Stream(stream) => stream.ended(),
            Window::Map(_) | Window::Closed => true,
        };
        let (framing, header) = Framing::identify(&self.file, window.bytes(), complete)?;
        Ok((window, framing, header))
    }
}

/// A path fit for a message of one line.
fn display(path: &Path) -> Arc<str> {
    path.to_string_lossy()
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect::<String>()
        .into()
}
