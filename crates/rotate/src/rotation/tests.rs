use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use tempfile::TempDir;

use super::Rotation;
use crate::chunks::Whole;
use crate::error::Error;
use crate::options::{Notice, Options};
use crate::period::Period;
use crate::world::{Place, System, World};

/// A disk with so many bytes left, and a calendar that is turned by hand.
#[derive(Clone)]
struct Fake {
    left: Arc<AtomicU64>,
    now: Arc<Mutex<Timestamp>>,
    /// Whether files can be cut.
    cuts: bool,
}

struct FakeFile {
    file: File,
    left: Arc<AtomicU64>,
    cuts: bool,
}

impl Fake {
    fn new(left: u64) -> Self {
        let world = Self { left: Arc::new(AtomicU64::new(left)), now: Arc::default(), cuts: true };
        world.turn(date(2026, 3, 1));
        world
    }

    fn turn(&self, to: Date) {
        self.turn_to(to, 12, 0);
    }

    fn turn_to(&self, day: Date, hour: i8, minute: i8) {
        let at = day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        *self.now.lock().unwrap() = at.timestamp();
    }
}

impl World for Fake {
    type Place = FakeFile;

    fn create(&mut self, path: &Path, permissions: u32) -> io::Result<FakeFile> {
        Ok(FakeFile {
            file: System.create(path, permissions)?,
            left: Arc::clone(&self.left),
            cuts: self.cuts,
        })
    }

    fn append(&mut self, path: &Path) -> io::Result<(FakeFile, u64)> {
        let (file, len) = System.append(path)?;
        Ok((FakeFile { file, left: Arc::clone(&self.left), cuts: self.cuts }, len))
    }

    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
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
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        if self.cuts { self.file.cut(bytes) } else { Err(ErrorKind::PermissionDenied.into()) }
    }
}

fn options(folder: &TempDir, limit: u64) -> Options {
    Options {
        folder: folder.path().to_owned(),
        max_bytes: limit,
        files: 1000,
        period: Period::Day,
        ..Options::default()
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
            assert_eq!(failure.whole, Whole { records: events as u64, bytes: kept.len() as u64 });
            assert!(matches!(failure.error, Error::Write { .. }));
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
    let options = Options { on_startup: false, ..options(&folder, 6) };
    for _ in 0..3 {
        Rotation::start(options.clone(), Fake::new(u64::MAX)).unwrap().write(&[b"{}\n"]).unwrap();
    }
    assert_eq!(contents(&folder), ["{}\n{}\n", "{}\n"]);

    fs::write(folder.path().join("packetbeat-20260301-1.ndjson"), "{\"ha").unwrap();
    Rotation::start(options.clone(), Fake::new(u64::MAX)).unwrap().write(&[b"{}\n"]).unwrap();
    assert_eq!(contents(&folder), ["{}\n{}\n", "{\"ha", "{}\n"], "half an event of a killed run stays alone");

    let tomorrow = Fake::new(u64::MAX);
    tomorrow.turn(date(2026, 3, 2));
    Rotation::start(options, tomorrow).unwrap().write(&[b"{}\n"]).unwrap();
    assert_eq!(names(&folder).last().unwrap(), "packetbeat-20260302.ndjson");
}

#[test]
fn a_new_day_has_a_new_file_and_a_clock_set_back_has_not() {
    let folder = TempDir::new().unwrap();
    let world = Fake::new(u64::MAX);
    let mut rotation = Rotation::start(options(&folder, 6), world.clone()).unwrap();
    rotation.write(&[b"{}\n"]).unwrap();
    world.turn(date(2026, 3, 2));
    rotation.write(&[b"{}\n"]).unwrap();
    world.turn(date(2026, 2, 27));
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
    let options = Options { files: 3, ..options(&folder, 3) };
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
    let options = Options { files: 2, ..options(&folder, 100) };
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

    fn now(&self) -> Timestamp {
        self.world.now()
    }
}

#[test]
fn a_name_that_was_just_taken_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let race = |taken| Race { world: Fake::new(u64::MAX), taken: Cell::new(taken) };
    Rotation::start(options(&folder, 100), race(3)).unwrap();
    assert_eq!(names(&folder), ["packetbeat-20260301-3.ndjson"]);
    let error = Rotation::start(options(&folder, 100), race(u32::MAX)).err().unwrap();
    assert!(matches!(error, Error::Names { .. }));
}

#[test]
fn a_full_disk_that_is_cleared_is_written_to_again() {
    for cuts in [true, false] {
        let folder = TempDir::new().unwrap();
        let world = Fake { cuts, ..Fake::new(5) };
        let mut rotation = Rotation::start(options(&folder, 100), world.clone()).unwrap();
        let failure = rotation.write(&[b"{}\n{}\n"]).unwrap_err();
        assert_eq!(failure.whole, Whole { records: 1, bytes: 3 });
        world.left.store(100, Ordering::Relaxed);
        rotation.write(&[b"{\"a\":1}\n"]).unwrap();
        if cuts {
            assert_eq!(contents(&folder), ["{}\n{\"a\":1}\n"]);
        } else {
            assert_eq!(contents(&folder), ["{}\n{}", "{\"a\":1}\n"], "what is torn is not written on");
        }
    }
}

#[test]
fn a_new_period_has_a_new_file() {
    let folder = TempDir::new().unwrap();
    let world = Fake::new(u64::MAX);
    let hourly = Options { period: Period::Hour, ..options(&folder, 100) };
    let mut rotation = Rotation::start(hourly, world.clone()).unwrap();
    for (hour, minute) in [(12, 59), (13, 0), (13, 30), (12, 30), (13, 59), (15, 0)] {
        world.turn_to(date(2026, 3, 1), hour, minute);
        rotation.write(&[format!("{hour}:{minute}\n").as_bytes()]).unwrap();
    }
    assert_eq!(contents(&folder), ["12:59\n", "13:0\n13:30\n12:30\n13:59\n", "15:0\n"]);
}

#[test]
fn without_a_period_a_new_day_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let world = Fake::new(u64::MAX);
    let timeless = Options { period: Period::Never, on_startup: false, ..options(&folder, 7) };
    let mut rotation = Rotation::start(timeless.clone(), world.clone()).unwrap();
    rotation.write(&[b"{}\n"]).unwrap();
    world.turn(date(2026, 3, 9));
    rotation.write(&[b"{}\n"]).unwrap();
    let mut rotation = Rotation::start(timeless, world).unwrap();
    assert_eq!(rotation.path(), folder.path().join("packetbeat-20260301.ndjson"));
    rotation.write(&[b"{}\n"]).unwrap();
    assert_eq!(names(&folder), ["packetbeat-20260301.ndjson", "packetbeat-20260309.ndjson"]);
}

#[test]
fn what_happens_is_told() {
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let folder = TempDir::new().unwrap();
    let notify = |notice: &Notice<'_>| {
        let (what, path) = match notice {
            Notice::Next(path) => ("next", path),
            Notice::Deleted(path) => ("deleted", path),
            Notice::Kept(path, _) => ("kept", path),
            Notice::Torn(path, _) => ("torn", path),
        };
        TOLD.lock().unwrap().push(format!("{what} {}", path.file_name().unwrap().to_str().unwrap()));
    };
    // A folder has the name of the oldest file: it cannot be deleted as one.
    fs::create_dir(folder.path().join("packetbeat-20250101.ndjson")).unwrap();
    let options = Options { files: 2, notify, ..options(&folder, 3) };
    let mut rotation = Rotation::start(options, Fake::new(u64::MAX)).unwrap();
    rotation.write(&[b"{}\n{}\n{}\n"]).unwrap();
    let told = TOLD.lock().unwrap();
    assert!(told.contains(&"next packetbeat-20260301-2.ndjson".to_owned()), "{told:?}");
    assert!(told.contains(&"kept packetbeat-20250101.ndjson".to_owned()), "{told:?}");
    assert!(told.contains(&"deleted packetbeat-20260301.ndjson".to_owned()), "{told:?}");
}

#[test]
fn options_that_cannot_work_are_refused() {
    let folder = TempDir::new().unwrap();
    for (wrong, option) in [
        (Options { max_bytes: 0, ..options(&folder, 1) }, "max_bytes"),
        (Options { files: 0, ..options(&folder, 1) }, "files"),
        (Options { name: String::new(), ..options(&folder, 1) }, "name"),
        (Options { name: "a/b".to_owned(), ..options(&folder, 1) }, "name"),
    ] {
        let error = Rotation::start(wrong, Fake::new(0)).err().unwrap();
        assert!(matches!(&error, Error::Option { option: found, .. } if *found == option), "{error}");
    }
}
