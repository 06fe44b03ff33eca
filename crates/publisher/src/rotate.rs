//! Rotating files: whole events, new names, a bounded number of files.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::error::OutputError;
use crate::names::{Slot, taken};
use crate::options::FileOptions;
use crate::sink::{Failure, Sink, WRITE_ERROR, Whole, first_end, last_end, write_all};

/// Mode of a folder that is made: nobody else reads what was captured.
const FOLDER_MODE: u32 = 0o750;
/// How many names another program may take from under us before we give up.
const MAX_NAMES_TAKEN: u32 = 1000;

/// What a file is to the rotation. Tests put failing ones in.
pub(crate) trait Place: Write + Send + 'static {
    /// Forgets everything behind the first `len` bytes.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

impl Place for File {
    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// Where the rotation gets files and dates from.
pub(crate) trait World: Send + 'static {
    /// An open file.
    type Place: Place;
    /// Makes a file that does not exist yet.
    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<Self::Place>;
    /// Opens a file to append to it, and tells its length.
    fn append(&mut self, path: &Path) -> io::Result<(Self::Place, u64)>;
    /// Today in UTC.
    fn today(&self) -> Date;
}

/// The file system and the clock.
#[derive(Debug)]
pub(crate) struct System;

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

    fn today(&self) -> Date {
        jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
    }
}

/// The file output.
pub(crate) struct Rotation<W: World> {
    options: FileOptions,
    world: W,
    /// The file of the moment.
    place: W::Place,
    slot: Slot,
    path: PathBuf,
    /// Its length: always whole events.
    at: u64,
    /// The first file of this run.
    first: Slot,
    /// Whether it was already told that files of this very run are deleted.
    told: bool,
}

impl<W: World> Rotation<W> {
    /// Makes the folder and opens the first file.
    pub(crate) fn start(options: FileOptions, mut world: W) -> Result<Self, OutputError> {
        check(&options)?;
        let folder = |source| OutputError::Folder { path: options.folder.clone(), source };
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&options.folder).map_err(folder)?;
        let (place, slot, path, at) = match newest_of_today(&options, &mut world)? {
            Some(found) => found,
            None => {
                let date = world.today();
                let (place, slot, path) = create(&options, &mut world, date)?;
                (place, slot, path, 0)
            }
        };
        let mut rotation = Self { options, world, place, slot, path, at, first: slot, told: false };
        rotation.delete_oldest();
        Ok(rotation)
    }

    fn next_file(&mut self) -> Result<(), OutputError> {
        // A clock that was set back does not write into the past: the order of the names is that of the events.
        let date = self.world.today().max(self.slot.date);
        let (place, slot, path) = create(&self.options, &mut self.world, date)?;
        tracing::debug!(path = %path.display(), "output.file: next file");
        (self.place, self.slot, self.path, self.at) = (place, slot, path, 0);
        self.delete_oldest();
        Ok(())
    }

    /// Deletes the oldest files beyond `number_of_files`. What cannot be deleted stays: losing events would be worse.
    fn delete_oldest(&mut self) {
        let Ok(slots) = taken(&self.options.folder, &self.options.filename) else { return };
        let beyond = slots.len().saturating_sub(self.options.number_of_files as usize);
        for slot in slots.into_iter().filter(|&slot| slot != self.slot).take(beyond) {
            let path = self.options.folder.join(slot.name(&self.options.filename));
            match fs::remove_file(&path) {
                Ok(()) if slot >= self.first && slot < self.slot && !self.told => {
                    self.told = true;
                    tracing::warn!(
                        path = %path.display(),
                        "output.file: events of this run are deleted to keep number_of_files; raise it or rotate_every_kb"
                    );
                }
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "output.file: cannot delete an old file");
                }
            }
        }
    }

    /// Writes a group of chunks to the file of the moment. A failure leaves whole events behind.
    fn put(&mut self, group: &[&[u8]]) -> Result<(), (Whole, OutputError)> {
        let Err(short) = write_all(&mut self.place, group) else {
            self.at += bytes(group);
            return Ok(());
        };
        let whole = Whole::within(group, short.written);
        if whole.bytes < short.written
            && let Err(error) = self.place.cut(self.at + whole.bytes)
        {
            tracing::warn!(path = %self.path.display(), %error, "output.file: the file ends within an event");
        }
        self.at += whole.bytes;
        Err((whole, OutputError::Write { path: self.path.clone(), source: short.error }))
    }

    /// Writes the chunks, each file as far as it goes; `done` counts the bytes that are written.
    fn write_rotating(&mut self, chunks: &[&[u8]], done: &mut u64) -> Result<(), OutputError> {
        if self.world.today() > self.slot.date {
            self.next_file()?;
        }
        let mut group: Vec<&[u8]> = Vec::with_capacity(chunks.len());
        let mut size = 0;
        for chunk in chunks {
            let mut rest = *chunk;
            while !rest.is_empty() {
                let len = self.at + size;
                let fits = fitting(rest, self.options.rotate_every_bytes.saturating_sub(len), len == 0);
                let (head, tail) = rest.split_at_checked(fits).unwrap_or((rest, &[]));
                if head.is_empty() {
                    self.flush(&mut group, done)?;
                    size = 0;
                    self.next_file()?;
                } else {
                    group.push(head);
                    size += head.len() as u64;
                    rest = tail;
                }
            }
        }
        self.flush(&mut group, done)
    }

    fn flush(&mut self, group: &mut Vec<&[u8]>, done: &mut u64) -> Result<(), OutputError> {
        self.put(group).map_err(|(whole, error)| {
            *done += whole.bytes;
            error
        })?;
        *done += bytes(group);
        group.clear();
        Ok(())
    }
}

impl<W: World> Sink for Rotation<W> {
    fn write(&mut self, chunks: &[&[u8]]) -> Result<(), Failure> {
        let mut done = 0;
        self.write_rotating(chunks, &mut done).map_err(|error| {
            let whole = Whole::within(chunks, done);
            Failure { whole, cause: WRITE_ERROR, error: Some(error) }
        })
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

/// How many bytes of `chunk` a file takes that has `room` left; `empty` when it has no event yet.
fn fitting(chunk: &[u8], room: u64, empty: bool) -> usize {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    match last_end(chunk, room) {
        0 if empty => first_end(chunk),
        end => end,
    }
}

fn bytes(group: &[&[u8]]) -> u64 {
    group.iter().map(|chunk| chunk.len() as u64).sum()
}

/// Today's newest file, when this run shall append to it and it ends with a whole line.
#[allow(clippy::type_complexity, reason = "taken apart at once, by its only caller")]
fn newest_of_today<W: World>(
    options: &FileOptions,
    world: &mut W,
) -> Result<Option<(W::Place, Slot, PathBuf, u64)>, OutputError> {
    if options.rotate_on_startup {
        return Ok(None);
    }
    let today = world.today();
    let Some(slot) = slots_of(options, today)?.pop() else { return Ok(None) };
    let path = options.folder.join(slot.name(&options.filename));
    let open = |source| OutputError::Open { path: path.clone(), source };
    if !ends_with_line(&path).map_err(open)? {
        return Ok(None);
    }
    let (place, len) = world.append(&path).map_err(open)?;
    Ok(Some((place, slot, path, len)))
}

/// Whether the file is empty or ends with a line feed: a run that was killed may have left half an event.
fn ends_with_line(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn slots_of(options: &FileOptions, date: Date) -> Result<Vec<Slot>, OutputError> {
    let mut slots = taken(&options.folder, &options.filename)
        .map_err(|source| OutputError::Folder { path: options.folder.clone(), source })?;
    slots.retain(|slot| slot.date == date);
    Ok(slots)
}

/// A new file behind those of `date`; never one that exists.
fn create<W: World>(
    options: &FileOptions,
    world: &mut W,
    date: Date,
) -> Result<(W::Place, Slot, PathBuf), OutputError> {
    let next = slots_of(options, date)?.last().map_or(0, |slot| slot.number + 1);
    let mut slot = Slot { date, number: next };
    loop {
        let path = options.folder.join(slot.name(&options.filename));
        match world.create(&path, options.permissions) {
            Ok(place) => return Ok((place, slot, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if slot.number - next == MAX_NAMES_TAKEN {
                    return Err(OutputError::Names { path });
                }
                slot.number += 1;
            }
            Err(source) => return Err(OutputError::Open { path, source }),
        }
    }
}

#[cfg(test)]
mod tests;
