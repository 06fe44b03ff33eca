//! Why an input cannot be opened or read. Each message is one line: what, where, what to do.

use std::io;
use std::sync::Arc;

use crate::step::Damage;

/// An input that cannot be used, found before any packet is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No path was given.
    #[error("no capture named: give one or more files, or - for standard input")]
    NoInput,
    /// The system refused.
    #[error("{file}: cannot be {doing}: {source}{}", advice(.source))]
    Io {
        /// The file.
        file: Arc<str>,
        /// What was tried: "opened", "read".
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A directory was named.
    #[error("{file}: is a directory, not a capture: name the files in it, for example {file}/*.pcap")]
    Directory {
        /// The directory.
        file: Arc<str>,
    },
    /// Not one byte.
    #[error(
        "{file}: is empty (0 bytes): a capture has at least a file header; did the capturing program run?"
    )]
    Empty {
        /// The file.
        file: Arc<str>,
    },
    /// The file ends within its header.
    #[error(
        "{file}: ends after {len} bytes, within the {format} file header of {needed}: nothing can be read; \
         capture it or copy it again"
    )]
    Short {
        /// The file.
        file: Arc<str>,
        /// Its length in bytes, after decompression.
        len: usize,
        /// Bytes of the header.
        needed: usize,
        /// "pcap" or "pcapng".
        format: &'static str,
    },
    /// A format that is known, and not read.
    #[error("{file}: is {what}, not a pcap or pcapng capture: {advice}")]
    Foreign {
        /// The file.
        file: Arc<str>,
        /// Name of the format with its article.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// No format that is known.
    #[error(
        "{file}: is not a capture: its first bytes are {head}; pcap and pcapng are read, plain or in gzip, \
         zstd or lz4"
    )]
    Unknown {
        /// The file.
        file: Arc<str>,
        /// Its first bytes in hexadecimal.
        head: String,
    },
    /// A pcap file of a version that nobody describes.
    #[error("{file}: byte 4: pcap version {major}.{minor} is not known, 2.0 to 2.4 are: the file is damaged")]
    Version {
        /// The file.
        file: Arc<str>,
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
    },
    /// A pcapng file with an unusable first block.
    #[error("{file}: byte 0: {damage}: nothing can be read; capture it or copy it again")]
    Damaged {
        /// The file.
        file: Arc<str>,
        /// What is wrong.
        damage: Damage,
    },
    /// The start of a compressed file cannot be decompressed.
    #[error("{file}: cannot be decompressed as {packing}: {source}: test it with `{packing} -t`")]
    Packed {
        /// The file.
        file: Arc<str>,
        /// "gzip", "zstd" or "lz4".
        packing: &'static str,
        /// What the decompressor said.
        source: io::Error,
    },
    /// Standard input was named twice.
    #[error("-: standard input can be read once: name it once")]
    StdinTwice,
    /// Standard input is a terminal.
    #[error("-: standard input is a terminal: pipe a capture into it, for example `tcpdump -U -w - | ...`")]
    Terminal,
    /// A second reader of an input that only one can read.
    #[error("{file}: can be read by one reader only, as it is not a plain regular file")]
    OneReader {
        /// The file.
        file: Arc<str>,
    },
}

/// What the user can do about an error of the system; begins with its separator.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => ": check the name, and the working directory if it is relative",
        io::ErrorKind::PermissionDenied => ": make it readable for this user, or run as its owner",
        _ => "",
    }
}

/// An input that fails while it is read. The reader goes on with the next file when it is asked again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The system refused to go on.
    #[error("{file}: byte {offset}: cannot be read: {source}")]
    Io {
        /// The file.
        file: Arc<str>,
        /// Offset of the record that could not be completed, in bytes (of the decompressed data).
        offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// A file that was good when it was named is not when its turn comes.
    #[error("{0}")]
    Changed(#[source] OpenError),
}
