//! Files of databases that are looked at again and again.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::thread;
use std::time::Duration;

use maxminddb::{MaxMindDbError, Reader};

use super::record::Record;
use crate::limits::MAX_DATABASE_BYTES;

type Database = Reader<Vec<u8>>;

/// Databases in the order of the configuration.
pub(crate) struct Databases {
    files: Vec<PathBuf>,
    /// What is asked, in the order of the files.
    open: RwLock<Opened>,
    /// What the files were like when they were last read, in their order.
    stamps: Mutex<Vec<Option<Stamp>>>,
    /// Ends the thread that looks at the files when the databases are dropped.
    watch: Mutex<Option<Sender<()>>>,
}

#[derive(Default)]
struct Opened {
    databases: Vec<Arc<Database>>,
    /// How often one of them was replaced.
    version: u64,
}

/// By what is seen that a file was replaced or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    seconds: i64,
    nanos: i64,
    bytes: u64,
    inode: u64,
}

/// A database could not answer: its file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damaged;

impl Databases {
    /// Opens all files.
    ///
    /// # Errors
    /// One text for each file that cannot be read or is no database, naming it.
    pub(crate) fn open(files: Vec<PathBuf>) -> Result<Arc<Self>, Vec<String>> {
        let (mut open, mut stamps, mut errors) = (Opened::default(), Vec::new(), Vec::new());
        for file in &files {
            match read(file) {
                Ok((stamp, database)) => {
                    stamps.push(Some(stamp));
                    open.databases.push(Arc::new(database));
                }
                Err(error) => errors.push(format!("{}: {error}", file.display())),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (open, stamps) = (RwLock::new(open), Mutex::new(stamps));
        Ok(Arc::new(Self { files, open, stamps, watch: Mutex::new(None) }))
    }

    /// One database that is in memory already, and whether all of it can be read.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Result<(Self, bool), MaxMindDbError> {
        let database = Reader::from_source(bytes)?;
        let sound = database.verify().is_ok();
        let open = Opened { databases: vec![Arc::new(database)], version: 0 };
        let (files, stamps, watch) = (Vec::new(), Mutex::default(), Mutex::default());
        Ok((Self { files, open: RwLock::new(open), stamps, watch }, sound))
    }

    /// The files, in order.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Looks at the files every so often, in a thread that ends with the databases. The first one who asks says how often.
    pub(crate) fn watch(self: &Arc<Self>, every: Duration) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if watch.is_none() {
            let (stop, stopped) = channel();
            let weak = Arc::downgrade(self);
            let thread = thread::Builder::new().name("geoip".to_owned());
            match thread.spawn(move || look_at(&weak, &stopped, every)) {
                Ok(_) => *watch = Some(stop),
                Err(error) => tracing::warn!("geoip: databases are not read again: {error}"),
            }
        }
    }

    /// Answers questions while no database changes.
    pub(crate) fn ask<T>(&self, answer: impl FnOnce(&Open<'_>) -> T) -> T {
        answer(&Open(&self.open.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Reads what has changed since it was last read; what cannot be read stays as it was, and one warning says so.
    pub(crate) fn refresh(&self) {
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, (file, stamp)) in self.files.iter().zip(stamps.iter_mut()).enumerate() {
            let now = fs::metadata(file).ok().map(|metadata| Stamp::of(&metadata));
            if now == *stamp {
                continue;
            }
            *stamp = now;
            match read(file).and_then(|(_, database)| Ok(checked(database)?)) {
                Ok(database) => {
                    let built = database.metadata().build_epoch;
                    let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
                    if let Some(old) = open.databases.get_mut(index) {
                        *old = Arc::new(database);
                    }
                    open.version += 1;
                    drop(open);
                    tracing::info!(built, "geoip: {} was replaced and read again", file.display());
                }
                Err(error) => {
                    tracing::warn!(
                        "geoip: {}: {error}; the database read before stays in use",
                        file.display()
                    );
                }
            }
        }
    }
}

/// Databases that do not change under the one who asks.
pub(crate) struct Open<'o>(&'o Opened);

impl<'o> Open<'o> {
    /// Another number whenever answers may be others.
    pub(crate) const fn version(&self) -> u64 {
        self.0.version
    }

    /// What all databases together say of an address: of what several know, the first one says it.
    pub(crate) fn record(&self, address: IpAddr, language: &str) -> Result<Record<'o>, Damaged> {
        let address = address.to_canonical();
        let mut all = Record::default();
        for database in &self.0.databases {
            // It has no answer, and that is no damage.
            if address.is_ipv6() && database.metadata().ip_version == 4 {
                continue;
            }
            let found = database.lookup(address).map_err(|_| Damaged)?;
            if found.has_data() {
                all.fill(Record::decode(&found, language).map_err(|_| Damaged)?);
            }
        }
        Ok(all)
    }
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            seconds: metadata.mtime(),
            nanos: metadata.mtime_nsec(),
            bytes: metadata.len(),
            inode: metadata.ino(),
        }
    }
}

/// Why a file is no database.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the format of .dat files ended in 2018: name a file in today's format, .mmdb")]
    Legacy,
    #[error("has more than {} MiB", MAX_DATABASE_BYTES >> 20)]
    TooLarge,
    #[error("no database in MaxMind's format, or a damaged one: {0}")]
    Format(#[from] MaxMindDbError),
}

fn read(path: &Path) -> Result<(Stamp, Database), Fault> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("dat")) {
        return Err(Fault::Legacy);
    }
    let file = File::open(path)?;
    // Of the open file: another one may take its place meanwhile.
    let stamp = Stamp::of(&file.metadata()?);
    if stamp.bytes > MAX_DATABASE_BYTES {
        return Err(Fault::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stamp.bytes).unwrap_or(0));
    file.take(MAX_DATABASE_BYTES).read_to_end(&mut bytes)?;
    Ok((stamp, Reader::from_source(bytes)?))
}

/// A database all of which can be read.
fn checked(database: Database) -> Result<Database, MaxMindDbError> {
    database.verify().map(|()| database)
}

fn look_at(databases: &Weak<Databases>, stopped: &Receiver<()>, every: Duration) {
    while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let Some(databases) = databases.upgrade() else { break };
        databases.refresh();
    }
}
