//! The file output.

use packetbeat_rotate::{Calendar, Notice, Options, Period, Rotation, System};

use crate::error::OutputError;
use crate::options::FileOptions;
use crate::sink::{Failure, Sink, WRITE_ERROR};

/// Rotating files in a folder.
pub(crate) struct Files {
    rotation: Rotation<System>,
}

impl Files {
    /// Makes the folder and opens the first file.
    pub(crate) fn start(options: FileOptions) -> Result<Self, OutputError> {
        check(&options)?;
        let options = Options {
            folder: options.folder,
            name: options.filename,
            max_bytes: options.rotate_every_bytes,
            files: options.number_of_files,
            permissions: options.permissions,
            on_startup: options.rotate_on_startup,
            period: Period::Day,
            calendar: Calendar::Utc,
            notify,
        };
        Ok(Self { rotation: Rotation::start(options, System)? })
    }
}

impl Sink for Files {
    fn write(&mut self, chunks: &[&[u8]]) -> Result<(), Failure> {
        self.rotation.write(chunks).map_err(|failure| Failure {
            whole: failure.whole,
            cause: WRITE_ERROR,
            error: Some(failure.error.into()),
        })
    }
}

fn notify(notice: &Notice<'_>) {
    match notice {
        Notice::Next(path) => tracing::debug!(path = %path.display(), "output.file: next file"),
        Notice::Deleted(path) => tracing::warn!(
            path = %path.display(),
            "output.file: events of this run are deleted to keep number_of_files; raise it or rotate_every_kb"
        ),
        Notice::Kept(path, error) => {
            tracing::warn!(path = %path.display(), %error, "output.file: cannot delete an old file");
        }
        Notice::Torn(path, error) => {
            tracing::warn!(path = %path.display(), %error, "output.file: the file ends within an event");
        }
    }
}

fn check(options: &FileOptions) -> Result<(), OutputError> {
    let wrong = |key, value: String, wanted| Err(OutputError::Option { key, value, wanted });
    if options.rotate_every_bytes == 0 {
        return wrong(
            "output.file.rotate_every_kb",
            "0".to_owned(),
            "leaves no room for events; set at least 1",
        );
    }
    if options.number_of_files < 2 {
        let value = options.number_of_files.to_string();
        return wrong("output.file.number_of_files", value, "is too few to rotate; set at least 2");
    }
    if options.filename.is_empty() || options.filename.contains(['/', '\0']) {
        let value = format!("{:?}", options.filename);
        return wrong(
            "output.file.filename",
            value,
            "is no file name; set one without '/', such as packetbeat",
        );
    }
    Ok(())
}
