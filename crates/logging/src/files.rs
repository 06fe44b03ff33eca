//! Rotating files.

use std::path::PathBuf;

use packetbeat_rotate::{Calendar, Notice, Options, Period, Rotation, System};

use crate::complaint::complain;
use crate::error::Error;
use crate::options::FileOptions;
use crate::sink::{Entry, Failure, Retry, Sink, written_of};

/// The files of the log. The first one is made with the first line: a run that says nothing pushes no older file out.
pub(crate) struct Files {
    options: Options,
    redirect: bool,
    rotation: Option<Rotation<System>>,
    /// The file that standard error was redirected to.
    redirected: Option<PathBuf>,
    retry: Retry,
}

impl Files {
    /// Checks the options.
    pub(crate) fn new(options: &FileOptions) -> Result<Self, Error> {
        let redirect = options.redirect_stderr;
        let options = Options {
            folder: options.folder.clone(),
            name: options.name.clone(),
            max_bytes: options.rotate_every_bytes,
            // Beats count those beside the file that is written.
            files: options.keep_files.saturating_add(1),
            permissions: options.permissions,
            on_startup: options.rotate_on_startup,
            period: Period::of(options.interval).ok_or(Error::Interval)?,
            calendar: Calendar::Local,
            notify,
        };
        options.check().map_err(|source| Error::Files { source })?;
        Ok(Self { options, redirect, rotation: None, redirected: None, retry: Retry::default() })
    }

    fn open(&mut self) -> Result<&mut Rotation<System>, String> {
        if let Some(cause) = self.retry.too_early()
            && self.rotation.is_none()
        {
            return Err(cause.to_owned());
        }
        let rotation = match self.rotation.take() {
            Some(rotation) => rotation,
            None => Rotation::start(self.options.clone(), System).map_err(|error| {
                let cause = error.to_string();
                self.retry.failed(cause.clone());
                cause
            })?,
        };
        Ok(self.rotation.insert(rotation))
    }

    /// Sends standard error to the file of the moment.
    fn redirect(&mut self) {
        let Some(rotation) = self.rotation.as_ref().filter(|_| self.redirect) else { return };
        if self.redirected.as_deref() == Some(rotation.path()) {
            return;
        }
        // Once for each file, whatever comes of it.
        self.redirected = Some(rotation.path().to_owned());
        if let Err(error) = rustix::stdio::dup2_stderr(rotation.place()) {
            complain(&format!("logging.files.redirect_stderr: cannot redirect standard error: {error}"));
        }
    }
}

impl Sink for Files {
    fn write(&mut self, lines: &[Entry]) -> Result<(), Failure> {
        let chunks: Vec<&[u8]> = lines.iter().map(|line| line.bytes.as_slice()).collect();
        let written = match self.open() {
            Ok(rotation) => rotation.write(&chunks).map_err(|failure| {
                let (written, _) = written_of(&chunks, failure.whole.bytes);
                Failure { written, cause: failure.error.to_string(), tell: true }
            }),
            Err(cause) => Err(Failure { written: 0, cause, tell: true }),
        };
        self.redirect();
        written
    }
}

fn notify(notice: &Notice<'_>) {
    if let Notice::Kept(path, error) = notice {
        complain(&format!("logging.files: cannot delete {}: {error}", path.display()));
    }
}
