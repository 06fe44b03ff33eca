//! The rotation itself: which file a record goes to, and which files go.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::chunks::{Whole, first_end, last_end, write_all};
use crate::error::{Error, Failure};
use crate::names::{Slot, taken};
use crate::options::{Notice, Options};
use crate::world::{Place, World};

/// Mode of a folder that is made: not everybody reads what was captured.
const FOLDER_MODE: u32 = 0o750;
/// How many names another program may take from under us before we give up.
const MAX_NAMES_TAKEN: u32 = 1000;

/// Files that rotate. What is written is on its way to the disk when the call returns; nothing is kept.
#[derive(Debug)]
pub struct Rotation<W: World> {
    options: Options,
    world: W,
    zone: TimeZone,
    /// The file of the moment.
    place: W::Place,
    slot: Slot,
    path: PathBuf,
    /// Its length: always whole records.
    at: u64,
    /// Whether it ends within a record all the same, and takes no more.
    torn: bool,
    /// Its period.
    period: i64,
    /// The first file of this run.
    first: Slot,
    /// Whether it was already told that files of this very run are deleted.
    told: bool,
}

impl<W: World> Rotation<W> {
    /// Makes the folder and opens the first file.
    ///
    /// # Errors
    ///
    /// When the options cannot work, or the folder or the file cannot be used.
    pub fn start(options: Options, mut world: W) -> Result<Self, Error> {
        options.check()?;
        let folder = |source| Error::Folder { path: options.folder.clone(), source };
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&options.folder).map_err(folder)?;
        let zone = options.calendar.zone();
        let now = Now::of(&world, &zone);
        let (place, slot, path, at) = match newest_of_period(&options, &mut world, now.today())? {
            Some(found) => found,
            None => {
                let (place, slot, path) = create(&options, &mut world, now.today())?;
                (place, slot, path, 0)
            }
        };
        let period = now.period(&options);
        let (torn, told) = (false, false);
        let mut rotation =
            Self { options, world, zone, place, slot, path, at, torn, period, first: slot, told };
        rotation.delete_oldest();
        Ok(rotation)
    }

    /// The file of the moment.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the moment, open: for those who let others write to it, too.
    #[must_use]
    pub fn place(&self) -> &W::Place {
        &self.place
    }

    /// Writes chunks of whole records, in order, and begins new files where it is time to.
    ///
    /// # Errors
    ///
    /// [`Failure`] with how much is in the files: whole records. One may go on after it; what was not written is not
    /// written later.
    pub fn write(&mut self, chunks: &[&[u8]]) -> Result<(), Failure> {
        let mut done = 0;
        self.write_rotating(chunks, &mut done)
            .map_err(|error| Failure { whole: Whole::within(chunks, done), error })
    }

    fn next_file(&mut self) -> Result<(), Error> {
        let now = Now::of(&self.world, &self.zone);
        // A clock that was set back does not write into the past: the order of the names is that of the records.
        let date = now.today().max(self.slot.date);
        let (place, slot, path) = create(&self.options, &mut self.world, date)?;
        (self.place, self.slot, self.path, self.at, self.torn) = (place, slot, path, 0, false);
        self.period = self.period.max(now.period(&self.options));
        (self.options.notify)(&Notice::Next(&self.path));
        self.delete_oldest();
        Ok(())
    }

    /// Deletes the oldest files beyond `files`. What cannot be deleted stays: losing records would be worse.
    fn delete_oldest(&mut self) {
        let Ok(slots) = taken(&self.options.folder, &self.options.name) else { return };
        let beyond = slots.len().saturating_sub(self.options.files as usize);
        for slot in slots.into_iter().filter(|&slot| slot != self.slot).take(beyond) {
            let path = self.options.folder.join(slot.name(&self.options.name));
            match fs::remove_file(&path) {
                Ok(()) if slot >= self.first && slot < self.slot && !self.told => {
                    self.told = true;
                    (self.options.notify)(&Notice::Deleted(&path));
                }
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => (self.options.notify)(&Notice::Kept(&path, &error)),
            }
        }
    }

    /// Writes a group of chunks to the file of the moment. A failure leaves whole records behind.
    fn put(&mut self, group: &[&[u8]]) -> Result<(), (Whole, Error)> {
        let Err(short) = write_all(&mut self.place, group) else {
            self.at += bytes(group);
            return Ok(());
        };
        let whole = Whole::within(group, short.written);
        if whole.bytes < short.written
            && let Err(error) = self.place.cut(short.written - whole.bytes)
        {
            self.torn = true;
            (self.options.notify)(&Notice::Torn(&self.path, &error));
        }
        self.at += whole.bytes;
        Err((whole, Error::Write { path: self.path.clone(), source: short.error }))
    }

    /// Writes the chunks, each file as far as it goes; `done` counts the bytes that are written.
    fn write_rotating(&mut self, chunks: &[&[u8]], done: &mut u64) -> Result<(), Error> {
        if self.torn || Now::of(&self.world, &self.zone).period(&self.options) > self.period {
            self.next_file()?;
        }
        let mut group: Vec<&[u8]> = Vec::with_capacity(chunks.len());
        let mut size = 0;
        for chunk in chunks {
            let mut rest = *chunk;
            while !rest.is_empty() {
                let len = self.at + size;
                let fits = fitting(rest, self.options.max_bytes.saturating_sub(len), len == 0);
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

    fn flush(&mut self, group: &mut Vec<&[u8]>, done: &mut u64) -> Result<(), Error> {
        self.put(group).map_err(|(whole, error)| {
            *done += whole.bytes;
            error
        })?;
        *done += bytes(group);
        group.clear();
        Ok(())
    }
}

/// A moment by the clock on the wall.
struct Now {
    local: DateTime,
    second: i64,
}

impl Now {
    fn of<W: World>(world: &W, zone: &TimeZone) -> Self {
        let now = world.now();
        Self { local: zone.to_datetime(now), second: now.as_second() }
    }

    fn today(&self) -> Date {
        self.local.date()
    }

    fn period(&self, options: &Options) -> i64 {
        options.period.index(self.local, self.second)
    }
}

/// How many bytes of `chunk` a file takes that has `room` left; `empty` when it has no record yet.
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

/// The period's newest file, when this run shall append to it and it ends with a whole line.
#[allow(clippy::type_complexity, reason = "taken apart at once, by its only caller")]
fn newest_of_period<W: World>(
    options: &Options,
    world: &mut W,
    today: Date,
) -> Result<Option<(W::Place, Slot, PathBuf, u64)>, Error> {
    if options.on_startup {
        return Ok(None);
    }
    let mine = |slot: &Slot| slot.date <= today && options.period.shares(slot.date, today);
    let Some(slot) = slots(options)?.into_iter().rfind(mine) else { return Ok(None) };
    let path = options.folder.join(slot.name(&options.name));
    let open = |source| Error::Open { path: path.clone(), source };
    if !ends_with_line(&path).map_err(open)? {
        return Ok(None);
    }
    let (place, len) = world.append(&path).map_err(open)?;
    Ok(Some((place, slot, path, len)))
}

/// Whether the file is empty or ends with a line feed: a run that was killed may have left half a record.
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

fn slots(options: &Options) -> Result<Vec<Slot>, Error> {
    taken(&options.folder, &options.name)
        .map_err(|source| Error::Folder { path: options.folder.clone(), source })
}

/// A new file behind those of `date`; never one that exists.
fn create<W: World>(
    options: &Options,
    world: &mut W,
    date: Date,
) -> Result<(W::Place, Slot, PathBuf), Error> {
    let next = slots(options)?
        .into_iter()
        .rfind(|slot| slot.date == date)
        .map_or(0, |slot| slot.number.saturating_add(1));
    let mut slot = Slot { date, number: next };
    loop {
        let path = options.folder.join(slot.name(&options.name));
        match world.create(&path, options.permissions) {
            Ok(place) => return Ok((place, slot, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if slot.number - next == MAX_NAMES_TAKEN {
                    return Err(Error::Names { path });
                }
                slot.number += 1;
            }
            Err(source) => return Err(Error::Open { path, source }),
        }
    }
}

#[cfg(test)]
mod tests;
