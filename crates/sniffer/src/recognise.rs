//! Which format the first bytes are of.

use std::sync::Arc;

use crate::error::OpenError;
use crate::pcap::{FILE_HEADER, HeaderError, Pcap};
use crate::pcapng::{PcapNg, SECTION, SMALLEST_SECTION};
use crate::step::Step;
use crate::unpack::Packing;

/// Bytes of a file that are looked at to tell its format.
pub(crate) const HEAD: usize = 4_096;

/// The format of a capture, and what was read of it that later records need.
pub(crate) enum Framing {
    Pcap(Pcap),
    PcapNg(PcapNg),
}

impl Framing {
    /// Tells the format by the first bytes of a file (decompressed), and how many of them are its header.
    /// `complete`: there are no more.
    ///
    /// # Errors
    ///
    /// What is no capture, by name where the name is known.
    pub(crate) fn identify(file: &Arc<str>, head: &[u8], complete: bool) -> Result<(Self, usize), OpenError> {
        let short =
            |needed, format| OpenError::Short { file: Arc::clone(file), len: head.len(), needed, format };
        if head.is_empty() {
            return Err(OpenError::Empty { file: Arc::clone(file) });
        }
        if let Some(parsed) = Pcap::parse(head) {
            return match parsed {
                Ok(pcap) => Ok((Self::Pcap(pcap), FILE_HEADER)),
                Err(HeaderError::Short) => Err(short(FILE_HEADER, "pcap")),
                Err(HeaderError::Version(major, minor)) => {
                    Err(OpenError::Version { file: Arc::clone(file), major, minor })
                }
            };
        }
        if head.starts_with(&SECTION) {
            return match PcapNg::default().step(head) {
                Step::Damage(damage) => Err(OpenError::Damaged { file: Arc::clone(file), damage }),
                Step::Need(needed) if complete => Err(short(needed.max(SMALLEST_SECTION), "pcapng")),
                // The reader takes the section header itself.
                _ => Ok((Self::PcapNg(PcapNg::default()), 0)),
            };
        }
        Err(match foreign(file, head) {
            Some((what, advice)) => OpenError::Foreign { file: Arc::clone(file), what, advice },
            None => OpenError::Unknown { file: Arc::clone(file), head: hex(head) },
        })
    }
}

const CONVERT: &str = "convert it with `editcap -F pcapng IN OUT`";
const UNPACK: &str = "unpack it first";

/// Formats that a capture is confused with, by their first bytes.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"snoop\0\0\0", "a snoop file (Solaris)", CONVERT),
    (b"RTSS", "a Microsoft Network Monitor 1 file", CONVERT),
    (b"GMBU", "a Microsoft Network Monitor 2 file", CONVERT),
    (b"XCP\0", "a NetXRay or Windows Sniffer file", CONVERT),
    (b"TRSNIFF data    \x1a", "a DOS Sniffer file", CONVERT),
    (b"\x7fver", "an OmniPeek file", CONVERT),
    (b"iptrace 1.0", "an AIX iptrace file", CONVERT),
    (b"iptrace 2.0", "an AIX iptrace file", CONVERT),
    (b"btsnoop\0", "a Bluetooth snoop file", "it holds no network packets"),
    (b"\x05VNF", "a Visual Networks file", CONVERT),
    (b"\x1c\x00\x01\xac", "an IXIA lcap file", CONVERT),
    (b"\x1c\x00\x01\xab", "an IXIA lcap file", CONVERT),
    (b"\xac\x01\x00\x1c", "an IXIA lcap file", CONVERT),
    (b"\xab\x01\x00\x1c", "an IXIA lcap file", CONVERT),
    (b"NetScaler", "a NetScaler trace", CONVERT),
    (b"\xa1\xb2\x34\xcd", "a pcap file of a vendor's own format", CONVERT),
    (b"\xcd\x34\xb2\xa1", "a pcap file of a vendor's own format", CONVERT),
    (b"\xa1\x2b\x3c\x4d", "a pcap file of a vendor's own format", CONVERT),
    (b"\x4d\x3c\x2b\xa1", "a pcap file of a vendor's own format", CONVERT),
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive", UNPACK),
    (b"Rar!", "a rar archive", UNPACK),
    (
        b"\xfd7zXZ\0",
        "compressed with xz",
        "decompress it with `xz -d` (gzip, zstd and lz4 are read as they are)",
    ),
    (
        b"BZh",
        "compressed with bzip2",
        "decompress it with `bzip2 -d` (gzip, zstd and lz4 are read as they are)",
    ),
    (b"\x1f\x9d", "compressed with compress", "decompress it with `uncompress`"),
    (b"\x7fELF", "a program", "name a capture"),
    (b"version https://git-lfs", "a pointer of Git LFS", "fetch the file itself with `git lfs pull`"),
];

fn foreign(file: &str, head: &[u8]) -> Option<(&'static str, &'static str)> {
    if let Some((_, what, advice)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Some((what, advice));
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(("a tar archive", UNPACK));
    }
    if Packing::recognise(head).is_some() {
        return Some(("compressed twice", "decompress it once"));
    }
    if is_text(head) {
        return Some(("text", "name the capture itself; a hex dump becomes one with `text2pcap IN OUT`"));
    }
    if is_erf(file, head) {
        return Some(("an ERF file (Endace)", CONVERT));
    }
    None
}

fn is_text(head: &[u8]) -> bool {
    // A head may end within a character: up to three bytes of it.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if head.len() - error.valid_up_to() < 4 => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty()
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b'))
}

/// ERF has no magic: a record type that exists, a length that leads to another such record, and the same time.
fn is_erf(file: &str, head: &[u8]) -> bool {
    /// Header: time(8, little endian, seconds above), type(1), flags(1), length(2), lost(2), wire length(2).
    fn record(bytes: &[u8]) -> Option<(u32, usize)> {
        let [_, _, _, _, a, b, c, d, kind, _, e, f, ..] = *bytes.first_chunk::<16>()?;
        let len = usize::from(u16::from_be_bytes([e, f]));
        ((1..=48).contains(&(kind & 0x7f)) && len >= 16).then_some((u32::from_le_bytes([a, b, c, d]), len))
    }
    let Some((first, len)) = record(head) else { return false };
    let named = file.to_ascii_lowercase().ends_with(".erf");
    let next = head.get(len..).and_then(record);
    next.map_or(named, |(second, _)| first > 600_000_000 && second.abs_diff(first) < 86_400)
}

fn hex(head: &[u8]) -> String {
    use std::fmt::Write;
    head.iter().take(8).enumerate().fold(String::new(), |mut text, (at, byte)| {
        let space = if at == 0 { "" } else { " " };
        // Writing to a string does not fail.
        let _ = write!(text, "{space}{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(name: &str, head: &[u8]) -> String {
        match Framing::identify(&Arc::from(name), head, true) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{name} was taken for a capture"),
        }
    }

    #[test]
    fn foreign_formats_are_named() {
        for (magic, what, _) in FOREIGN {
            assert!(refuse("f", magic).contains(what), "{what}");
        }
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert!(refuse("f", &tar).contains("tar"));
        assert!(refuse("f", &[0x1f, 0x8b, 8, 0]).contains("twice"));
        assert!(refuse("f", b"GET / HTTP/1.1\r\n").contains("text"));
        assert!(refuse("f", "Grüße".as_bytes()).contains("text"));
        assert!(refuse("f", "Grü".as_bytes().split_last().unwrap().1).contains("text"));
    }

    #[test]
    fn erf_is_told_by_its_chain_of_records() {
        let mut record = vec![0, 0, 0, 0, 0, 0, 0, 0x5f, 2, 0, 0, 20, 0, 0, 0, 4];
        record.extend([0xff; 4]);
        assert!(refuse("x.ERF", &record).contains("ERF"));
        assert!(refuse("x", &record).contains("first bytes are 00 00 00 00 00 00 00 5f"));
        assert!(refuse("x", &record.repeat(2)).contains("ERF"));
    }

    #[test]
    fn short_heads() {
        assert!(refuse("f", b"").contains("empty (0 bytes)"));
        assert!(refuse("f", &[0xd4, 0xc3, 0xb2, 0xa1, 2]).contains("ends after 5 bytes"));
        assert!(refuse("f", &SECTION).contains("of 28"));
        assert!(refuse("f", &[0xff]).contains("first bytes are ff"));
    }
}
