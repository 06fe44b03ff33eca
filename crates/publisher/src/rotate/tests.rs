use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::civil::{Date, date};
use tempfile::TempDir;

use super::{Place, Rotation, System, World};
use crate::error::OutputError;
use crate::options::FileOptions;
use crate::sink::{Sink, WRITE_ERROR, Whole};

/// A disk with so many bytes left, and a calendar that is turned by hand.
#[derive(Clone)]
struct Fake {
    left: Arc<AtomicU64>,
    today: Arc<Mutex<Date>>,
}

struct FakeFile {
    file: File,
    left: Arc<AtomicU64>,
}

impl Fake {
    fn new(left: u64) -> Self {
        Self { left: Arc::new(AtomicU64::new(left)), today: Arc::new(Mutex::new(date(2026, 3, 1))) }
    }
}

impl World for Fake {
    type Place = FakeFile;

    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<FakeFile> {
        Ok(FakeFile { file: System.create(path, permissions)?, left: Arc::clone(&self.left) })
    }

    fn append(&mut self, path: &Path) -> io::Result<(FakeFile, u64)> {
        let (file, len) = System.append(path)?;
        Ok((FakeFile { file, left: Arc::clone(&self.left) }, len))
    }

    fn today(&self) -> Date {
        *self.today.lock().unwrap()
    }
}

impl Write for FakeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(ErrorKind::StorageFull.into());
        }
        let take = bytes.len().min(usize::try_from(left).unwrap());
        self.left.fetch_sub(take as u64, Ordering::Relaxed);
        self.file.write_all(&bytes[..take])?;
        Ok(take)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Place for FakeFile {
    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.file.cut(len)
    }
}

fn options(folder: &TempDir, limit: u64) -> FileOptions {
    FileOptions {
        folder: folder.path().to_owned(),
        rotate_every_bytes: limit,
        number_of_files: 1000,
        ..FileOptions::default()
    }
}

/// The files in the order of their numbers.
fn files(folder: &TempDir) -> Vec<(String, String)> {
    super::taken(folder.path(), "packetbeat")
        .unwrap()
        .into_iter()
        .map(|slot| slot.name("packetbeat"))
        .map(|name| (name.clone(), fs::read_to_string(folder.path().join(name)).unwrap()))
        .collect()
}

fn contents(folder: &TempDir) -> Vec<String> {
    files(folder).into_iter().map(|(_, content)| content).collect()
}

fn names(folder: &TempDir) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn every_limit_and_every_cut_into_chunks_gives_whole_events_in_order() {
    let lines = ["{}\n", "{\"a\":1}\n", "{\"abc\":\"a long one\"}\n", "{}\n", "{}\n", "{\"b\":22}\n"];
    let all = lines.concat();
    for limit in 1..=all.len() as u64 + 1 {
        for chunk in 1..=lines.len() {
            let folder = TempDir::new().unwrap();
            let mut rotation = Rotation::start(options(&folder, limit), Fake::new(u64::MAX)).unwrap();
            let chunks: Vec<String> = lines.chunks(chunk).map(<[&str]>::concat).collect();
            let chunks: Vec<&[u8]> = chunks.iter().map(String::as_bytes).collect();
            rotation.write(&chunks).unwrap();

            let contents = contents(&folder);
            assert_eq!(contents.concat(), all);
            let mut wanted = vec![String::new()];
            for line in lines {
                if !wanted.last().unwrap().is_empty()
                    && (wanted.last().unwrap().len() + line.len()) as u64 > limit
                {
                    wanted.push(String::new());
                }
                wanted.last_mut().unwrap().push_str(line);
            }
            assert_eq!(contents, wanted, "limit {limit}, chunks of {chunk}");
        }
    }
}

#[test]
fn pretty_events_are_not_cut_either() {
    let folder = TempDir::new().unwrap();
    let event = "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n";
    let mut rotation =
        Rotation::start(options(&folder, event.len() as u64 * 2 + 3), Fake::new(u64::MAX)).unwrap();
    rotation.write(&[event.repeat(5).as_bytes()]).unwrap();
    assert_eq!(contents(&folder), [event.repeat(2), event.repeat(2), event.to_owned()]);
}

#[test]
fn a_full_disk_leaves_whole_events_wherever_it_strikes() {
    let (one, two, three) = ("{\"a\":1}\n", "{\"b\":22}\n", "{\"c\":333}\n");
    let all = [one, two, three].concat();
    for limit in [10, 17, 100] {
        for left in 0..all.len() {
            let folder = TempDir::new().unwrap();
            let mut rotation = Rotation::start(options(&folder, limit), Fake::new(left as u64)).unwrap();
            let failure = rotation.write(&[[one, two].concat().as_bytes(), three.as_bytes()]).unwrap_err();
            let events = [one.len(), one.len() + two.len()].iter().filter(|&&end| end <= left).count();
            let kept = [one, two][..events].concat();
            assert_eq!(failure.whole, Whole { events: events as u64, bytes: kept.len() as u64 });
            assert_eq!(failure.cause, WRITE_ERROR);
            assert!(matches!(failure.error, Some(OutputError::Write { .. })));
            assert_eq!(contents(&folder).concat(), kept, "limit {limit}, {left} bytes left");
        }
    }
}

#[test]
fn runs_of_one_day_have_their_own_files() {
    let folder = TempDir::new().unwrap();
    for run in 0..12 {
        let mut rotation = Rotation::start(options(&folder, 100), Fake::new(u64::MAX)).unwrap();
        rotation.write(&[format!("{{\"run\":{run}}}\n").as_bytes()]).unwrap();
    }
    let files = files(&folder);
    assert_eq!(files[0], ("packetbeat-20260301.ndjson".into(), "{\"run\":0}\n".into()));
    assert_eq!(files[11], ("packetbeat-20260301-11.ndjson".into(), "{\"run\":11}\n".into()));
}

#[test]
fn without_rotation_on_startup_the_newest_goes_on() {
    let folder = TempDir::new().unwrap();
    let options = FileOptions { rotate_on_startup: false, ..options(&folder, 6) };
    for _ in 0..3 {
        Rotation::start(options.clone(), Fake::new(u64::MAX)).unwrap().write(&[b"{}\n"]).unwrap();
    }
    assert_eq!(contents(&folder), ["{}\n{}\n", "{}\n"]);

    fs::write(folder.path().join("packetbeat-20260301-1.ndjson"), "{\"ha").unwrap();
    Rotation::start(options.clone(), Fake::new(u64::MAX)).unwrap().write(&[b"{}\n"]).unwrap();
    assert_eq!(contents(&folder), ["{}\n{}\n", "{\"ha", "{}\n"], "half an event of a killed run stays alone");

    let tomorrow = Fake::new(u64::MAX);
    *tomorrow.today.lock().unwrap() = date(2026, 3, 2);
    Rotation::start(options, tomorrow).unwrap().write(&[b"{}\n"]).unwrap();
    assert_eq!(names(&folder).last().unwrap(), "packetbeat-20260302.ndjson");
}

#[test]
fn a_new_day_has_a_new_file_and_a_clock_set_back_has_not() {
    let folder = TempDir::new().unwrap();
    let world = Fake::new(u64::MAX);
    let turn = |to| *world.today.lock().unwrap() = to;
    let mut rotation = Rotation::start(options(&folder, 6), world.clone()).unwrap();
    rotation.write(&[b"{}\n"]).unwrap();
    turn(date(2026, 3, 2));
    rotation.write(&[b"{}\n"]).unwrap();
    turn(date(2026, 2, 27));
    rotation.write(&[b"{}\n{}\n"]).unwrap();
    assert_eq!(
        names(&folder),
        ["packetbeat-20260301.ndjson", "packetbeat-20260302.ndjson", "packetbeat-20260302-1.ndjson"]
    );
    assert_eq!(contents(&folder), ["{}\n", "{}\n{}\n", "{}\n"]);
}

#[test]
fn the_oldest_files_go_and_others_stay() {
    let folder = TempDir::new().unwrap();
    let put = |name: &str| fs::write(folder.path().join(name), "{}\n").unwrap();
    put("packetbeat-20251231-2.ndjson");
    put("packetbeat-20251231-10.ndjson");
    put("packetbeat-20260301.ndjson");
    put("packetbeat.ndjson");
    put("packetbeat-20251231.ndjson.gz");
    let options = FileOptions { number_of_files: 3, ..options(&folder, 3) };
    let mut rotation = Rotation::start(options, Fake::new(u64::MAX)).unwrap();
    assert_eq!(
        names(&folder),
        ["packetbeat-20251231-10.ndjson", "packetbeat-20260301.ndjson", "packetbeat-20260301-1.ndjson"]
    );
    rotation.write(&[&b"{}\n".repeat(5)]).unwrap();
    assert_eq!(
        names(&folder),
        ["packetbeat-20260301-3.ndjson", "packetbeat-20260301-4.ndjson", "packetbeat-20260301-5.ndjson"]
    );
    assert!(rotation.told);
    assert!(folder.path().join("packetbeat.ndjson").exists());
    assert!(folder.path().join("packetbeat-20251231.ndjson.gz").exists());
}

#[test]
fn files_of_the_future_do_not_cost_the_current_one() {
    let folder = TempDir::new().unwrap();
    for day in ["20990101", "20990102", "20990103"] {
        fs::write(folder.path().join(format!("packetbeat-{day}.ndjson")), "{}\n").unwrap();
    }
    let options = FileOptions { number_of_files: 2, ..options(&folder, 100) };
    Rotation::start(options, Fake::new(u64::MAX)).unwrap().write(&[b"{}\n"]).unwrap();
    assert_eq!(names(&folder), ["packetbeat-20260301.ndjson", "packetbeat-20990103.ndjson"]);
}

/// Another program takes names between the look and the making.
struct Race {
    world: Fake,
    taken: Cell<u32>,
}

impl World for Race {
    type Place = FakeFile;

    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<FakeFile> {
        match self.taken.get() {
            0 => self.world.create(path, permissions),
            left => {
                self.taken.set(left - 1);
                Err(ErrorKind::AlreadyExists.into())
            }
        }
    }

    fn append(&mut self, path: &Path) -> io::Result<(FakeFile, u64)> {
        self.world.append(path)
    }

    fn today(&self) -> Date {
        self.world.today()
    }
}

#[test]
fn a_name_that_was_just_taken_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let race = |taken| Race { world: Fake::new(u64::MAX), taken: Cell::new(taken) };
    Rotation::start(options(&folder, 100), race(3)).unwrap();
    assert_eq!(names(&folder), ["packetbeat-20260301-3.ndjson"]);
    let error = Rotation::start(options(&folder, 100), race(u32::MAX)).err().unwrap();
    assert!(matches!(error, OutputError::Names { .. }));
}
