//! Writing the packets that are analysed to capture files.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Zoned;
use packetbeat_core::packet::{LinkType, Packet};

use crate::MAX_PACKET;

/// Most files of one dump: one for each link type. Packets of further link types are counted as not written.
pub const MAX_DUMP_FILES: usize = 16;

/// Bytes that are gathered before they are written.
const BLOCK: usize = 256 << 10;

/// Magic of pcap files with nanoseconds.
const MAGIC: u32 = 0xa1b2_3c4d;

/// Writes packets to `PREFIX-YYYYMMDDhhmmss.pcap` (time of this machine when it began), a pcap file with
/// nanoseconds. A pcap file has one link type: packets of others go to `PREFIX-YYYYMMDDhhmmss-linktype-N.pcap` beside
/// it. No file is overwritten.
///
/// Clones write to the same files. A failure does not end the analysis: see [`DumpReport`]. What is not written yet when
/// the program ends is lost, so [`Dump::finish`] it.
#[derive(Clone, Debug)]
pub struct Dump {
    state: Arc<Mutex<State>>,
}

/// A dump that cannot begin.
#[derive(Debug, thiserror::Error)]
#[error("{}: the dump cannot be created: {source}: {}", .path.display(), advice(.source))]
pub struct DumpError {
    path: PathBuf,
    source: io::Error,
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AlreadyExists => "nothing is overwritten: choose another prefix, or wait a second",
        io::ErrorKind::NotFound => "make the folder first",
        _ => "choose a prefix in a folder that this user may write to",
    }
}

/// What came of a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DumpReport {
    /// The files and the packets in each, in the order of their creation.
    pub files: Vec<(PathBuf, u64)>,
    /// Packets that are in no file.
    pub lost: u64,
    /// Why, one line for each cause: the disk is full, say. A file ends with its last whole packet.
    pub errors: Vec<String>,
}

#[derive(Debug)]
struct State {
    /// The path without `.pcap`.
    stem: PathBuf,
    files: Vec<Output>,
    /// Packets for which there is no file.
    homeless: u64,
    errors: Vec<String>,
    /// That a file could not be created was said.
    refused: bool,
}

/// One file.
#[derive(Debug)]
struct Output {
    path: PathBuf,
    /// `None` once it cannot be written any more.
    file: Option<File>,
    /// Of its packets; not known before the first.
    link: Option<LinkType>,
    /// Whole records that are not in the file yet.
    block: Vec<u8>,
    in_block: u64,
    written: u64,
    lost: u64,
    /// Bytes of the file that are good.
    len: u64,
}

impl Dump {
    /// Creates the first file, so that what is wrong is said before anything is read. The folder must be there.
    ///
    /// # Errors
    ///
    /// If the file cannot be created, or is there already.
    pub fn create(prefix: &Path) -> Result<Self, DumpError> {
        Self::create_at(prefix, &Zoned::now().strftime("%Y%m%d%H%M%S").to_string())
    }

    fn create_at(prefix: &Path, time: &str) -> Result<Self, DumpError> {
        let mut stem = prefix.as_os_str().to_owned();
        stem.push("-");
        stem.push(time);
        let stem = PathBuf::from(stem);
        let path = with_end(&stem, ".pcap");
        let first = Output::create(path.clone()).map_err(|source| DumpError { path, source })?;
        let state = State { stem, files: vec![first], homeless: 0, errors: Vec::new(), refused: false };
        Ok(Self { state: Arc::new(Mutex::new(state)) })
    }

    /// The file of the first link type.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.lock().files.first().map(|output| output.path.clone()).unwrap_or_default()
    }

    /// Writes a packet, or counts it as lost.
    pub fn write(&self, packet: &Packet<'_>) {
        let mut state = self.lock();
        let State { files, homeless, errors, .. } = &mut *state;
        let is_full = files.len() >= MAX_DUMP_FILES;
        let known = files.iter_mut().find(|output| output.link.is_none_or(|link| link == packet.link));
        match known {
            Some(output) => output.write(packet, errors),
            None if is_full => {
                *homeless += 1;
                state.refuse(format!("no more than {MAX_DUMP_FILES} link types are dumped"));
            }
            None => state.open(packet),
        }
    }

    /// Writes what waits. To be called at the end; what comes later is written at the next call.
    #[must_use]
    pub fn finish(&self) -> DumpReport {
        let mut state = self.lock();
        let State { files, errors, homeless, .. } = &mut *state;
        for output in files.iter_mut() {
            // Without a packet, it is an empty capture of the commonest kind.
            output.begin(LinkType::ETHERNET);
            output.flush(errors);
        }
        DumpReport {
            files: files.iter().map(|output| (output.path.clone(), output.written)).collect(),
            lost: *homeless + files.iter().map(|output| output.lost).sum::<u64>(),
            errors: errors.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Opens a file for another link type.
    fn open(&mut self, packet: &Packet<'_>) {
        let path = with_end(&self.stem, &format!("-linktype-{}.pcap", packet.link.0));
        match Output::create(path.clone()) {
            Ok(mut output) => {
                output.write(packet, &mut self.errors);
                self.files.push(output);
            }
            Err(source) => {
                self.homeless += 1;
                self.refuse(DumpError { path, source }.to_string());
            }
        }
    }

    /// Said once: the next packet would say the same.
    fn refuse(&mut self, what: String) {
        if !std::mem::replace(&mut self.refused, true) {
            self.errors.push(what);
        }
    }
}

impl Output {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Packets hold what the traffic holds.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self {
            path,
            file: Some(file),
            link: None,
            block: Vec::new(),
            in_block: 0,
            written: 0,
            lost: 0,
            len: 0,
        })
    }

    /// The file header, once.
    fn begin(&mut self, link: LinkType) {
        if self.link.is_none() {
            self.link = Some(link);
            for word in [MAGIC, u32::from_le_bytes([2, 0, 4, 0]), 0, 0, MAX_PACKET, u32::from(link.0)] {
                self.block.extend(word.to_le_bytes());
            }
        }
    }

    fn write(&mut self, packet: &Packet<'_>, errors: &mut Vec<String>) {
        if self.file.is_none() {
            self.lost += 1;
            return;
        }
        self.begin(packet.link);
        // The format has 32 bits for the seconds: 1970 to 2106.
        let seconds = packet.nanos.div_euclid(1_000_000_000);
        let fraction = packet.nanos.rem_euclid(1_000_000_000) as u32;
        let seconds = u32::try_from(seconds).unwrap_or(if seconds < 0 { 0 } else { u32::MAX });
        let captured = packet.data.get(..MAX_PACKET as usize).unwrap_or(packet.data);
        for word in [seconds, fraction, captured.len() as u32, packet.wire_len] {
            self.block.extend(word.to_le_bytes());
        }
        self.block.extend(captured);
        self.in_block += 1;
        if self.block.len() >= BLOCK {
            self.flush(errors);
        }
    }

    fn flush(&mut self, errors: &mut Vec<String>) {
        let Some(file) = &mut self.file else { return };
        match file.write_all(&self.block) {
            Ok(()) => {
                self.len += self.block.len() as u64;
                self.written += self.in_block;
            }
            Err(error) => {
                // A record that is cut would be damage; where the file cannot even be cut, readers say so.
                let _ = file.set_len(self.len).and_then(|()| file.seek(SeekFrom::Start(self.len)));
                self.file = None;
                self.lost += self.in_block;
                errors.push(format!(
                    "{}: the dump cannot be written: {error}: it ends after {} packets, the analysis goes on",
                    self.path.display(),
                    self.written
                ));
            }
        }
        self.block.clear();
        self.in_block = 0;
    }
}

fn with_end(stem: &Path, end: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(end);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Input;

    fn packet(nanos: i64, link: LinkType, data: &[u8]) -> Packet<'_> {
        Packet { number: 1, nanos, link, wire_len: data.len() as u32 + 4, data }
    }

    fn read(path: &Path) -> Vec<(i64, LinkType, u32, Vec<u8>)> {
        let mut reader = Input::open(&[path.to_owned()]).unwrap().reader().unwrap();
        let mut packets = Vec::new();
        while let Some(packet) = reader.next().unwrap() {
            packets.push((packet.nanos, packet.link, packet.wire_len, packet.data.to_vec()));
        }
        assert_eq!(reader.warnings(), []);
        packets
    }

    #[test]
    fn what_is_written_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let dump = Dump::create_at(&folder.path().join("x"), "20261121100000").unwrap();
        let first = folder.path().join("x-20261121100000.pcap");
        assert_eq!(dump.path(), first);
        let long = vec![7; 100_000];
        for round in 0..5 {
            dump.write(&packet(1_700_000_000_123_456_789 + round, LinkType::RAW, &long));
            dump.clone().write(&packet(-1, LinkType::LINUX_SLL, b"cooked"));
        }
        let second = folder.path().join("x-20261121100000-linktype-113.pcap");
        let report = dump.finish();
        assert_eq!((report.lost, &report.errors[..]), (0, &[][..]));
        assert_eq!(report.files, [(first.clone(), 5), (second.clone(), 5)]);
        let packets = read(&first);
        assert_eq!(packets.len(), 5);
        assert_eq!(packets[4], (1_700_000_000_123_456_793, LinkType::RAW, 100_004, long));
        // Before 1970 the format cannot go.
        assert_eq!(read(&second)[0], (999_999_999, LinkType::LINUX_SLL, 10, b"cooked".to_vec()));
    }

    #[test]
    fn nothing_is_overwritten_and_an_empty_dump_is_a_capture() {
        let folder = tempfile::tempdir().unwrap();
        let prefix = folder.path().join("x");
        let dump = Dump::create_at(&prefix, "1").unwrap();
        let error = Dump::create_at(&prefix, "1").unwrap_err().to_string();
        assert!(error.contains("x-1.pcap: the dump cannot be created: "), "{error}");
        assert!(error.ends_with("choose another prefix, or wait a second"), "{error}");
        assert_eq!(dump.finish().files, [(dump.path(), 0)]);
        assert_eq!(read(&dump.path()), []);
        assert!(Dump::create(Path::new("/nowhere/at/all")).is_err());
    }

    #[test]
    fn link_types_are_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let dump = Dump::create_at(&folder.path().join("x"), "1").unwrap();
        for link in 0..40 {
            dump.write(&packet(0, LinkType(link), b"1"));
        }
        let report = dump.finish();
        assert_eq!((report.files.len(), report.lost), (MAX_DUMP_FILES, 24));
        assert_eq!(report.errors, ["no more than 16 link types are dumped"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_said_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let dump = Dump::create_at(&folder.path().join("x"), "1").unwrap();
        let path = dump.path();
        dump.write(&packet(0, LinkType::RAW, b"good"));
        assert_eq!(dump.finish().files, [(path.clone(), 1)]);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let good = dump.lock().files[0].file.replace(full).unwrap();
        for _ in 0..3 {
            dump.write(&packet(0, LinkType::RAW, &[0; 200_000]));
        }
        drop(good);
        let report = dump.finish();
        assert_eq!((report.lost, report.errors.len(), &report.files[..]), (3, 1, &[(path.clone(), 1)][..]));
        assert!(report.errors[0].contains("it ends after 1 packets, the analysis goes on"), "{report:?}");
        assert_eq!(read(&path).len(), 1);
    }
}
