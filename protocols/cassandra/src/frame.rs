//! The frames around the messages of version 5.
//!
//! ```text
//!  ┌───────────────────────────────────────┬───────┬─────────┬───────┐   without compression: 17 bits length, 1 bit whether the
//!  │ lengths, self-contained: 3 or 5 bytes │ CRC24 │ payload │ CRC32 │   messages in it are whole. With: 17 bits length, 17 bits length
//!  └───────────────────────────────────────┴───────┴─────────┴───────┘   when decompressed (0: it is not compressed), 1 bit
//! ```
//!
//! Little endian. CQL Binary Protocol v5, sections 2.1 to 2.3.

use packetbeat_core::stream::WireError;

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bytes of the header.
    pub(crate) header: usize,
    /// Bytes of the payload.
    pub(crate) payload: usize,
    /// Bytes that the payload becomes; `None` where it is not compressed.
    pub(crate) inflated: Option<usize>,
    /// Whether the messages in it are whole; else it is a part of one.
    pub(crate) is_whole: bool,
}

/// Bytes behind the payload.
const TRAILER: usize = 4;

impl Frame {
    /// Header bytes of a frame in a compressed session, which are the more.
    pub(crate) const MOST: usize = 8;

    /// Header bytes.
    pub(crate) const fn header_len(compressed: bool) -> usize {
        if compressed { Self::MOST } else { 6 }
    }

    /// Reads the header; `None` where bytes are missing.
    ///
    /// # Errors
    /// Its checksum is wrong.
    pub(crate) fn read(bytes: &[u8], compressed: bool) -> Result<Option<Self>, WireError> {
        const LENGTH: u64 = (1 << 17) - 1;
        let header = Self::header_len(compressed);
        let Some((fields, [x, y, z])) =
            bytes.get(..header).and_then(<[u8]>::split_last_chunk::<3>).map(|(fields, crc)| (fields, *crc))
        else {
            return Ok(None);
        };
        if crc24(fields) != u32::from_le_bytes([x, y, z, 0]) {
            return Err(WireError::new("checksum of a frame's header", 0));
        }
        let number = fields.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let payload = (number & LENGTH) as usize;
        let (inflated, rest) = if compressed {
            let inflated = (number >> 17 & LENGTH) as usize;
            ((inflated > 0).then_some(inflated), number >> 34)
        } else {
            (None, number >> 17)
        };
        Ok(Some(Self { header, payload, inflated, is_whole: rest & 1 == 1 }))
    }

    /// Bytes of the whole frame.
    pub(crate) const fn whole(&self) -> usize {
        self.header + self.payload + TRAILER
    }

    /// The payload of a frame that is all there; `None` where its checksum is wrong.
    pub(crate) fn payload<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let rest = bytes.get(self.header..)?;
        let (payload, rest) = rest.split_at_checked(self.payload)?;
        let crc = rest.first_chunk::<TRAILER>()?;
        (crc32(payload) == u32::from_le_bytes(*crc)).then_some(payload)
    }
}

/// The header's checksum: polynomial 0x1974F0B, begun with 0x875060.
pub(crate) fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x0087_5060, |crc, byte| {
        let index = (crc >> 16 ^ u32::from(*byte)) & 0xff;
        let term = CRC24.get(index as usize).copied().unwrap_or(0);
        (crc << 8 ^ term) & 0x00ff_ffff
    })
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static CRC24: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u32) << 16;
        let mut bit = 0;
        while bit < 8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0197_4f0b;
            }
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// The payload's checksum: that of Ethernet, begun with four bytes of its own.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = SEED;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in chunks.by_ref() {
        if let [a, b, c, d, e, f, g, h] = *chunk {
            let low = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            let lookup = |table: usize, byte: u8| {
                CRC32.get(table).and_then(|table| table.get(usize::from(byte))).copied().unwrap_or(0)
            };
            crc = lookup(7, low[0])
                ^ lookup(6, low[1])
                ^ lookup(5, low[2])
                ^ lookup(4, low[3])
                ^ lookup(3, e)
                ^ lookup(2, f)
                ^ lookup(1, g)
                ^ lookup(0, h);
        }
    }
    !chunks.remainder().iter().fold(crc, |crc, byte| step(crc, *byte))
}

fn step(crc: u32, byte: u8) -> u32 {
    let [low, ..] = crc.to_le_bytes();
    let [first, ..] = &CRC32;
    crc >> 8 ^ first.get(usize::from(low ^ byte)).copied().unwrap_or(0)
}

/// Eight tables, so that eight bytes are one step.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static CRC32: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        tables[0][index] = crc;
        index += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut index = 0;
        while index < 256 {
            let before = tables[table - 1][index];
            tables[table][index] = before >> 8 ^ tables[0][(before & 0xff) as usize];
            index += 1;
        }
        table += 1;
    }
    tables
};

/// The checksum's state behind the bytes FA 2D 55 CA.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const SEED: u32 = {
    let bytes = [0xfa_u32, 0x2d, 0x55, 0xca];
    let mut crc = u32::MAX;
    let mut at = 0;
    while at < bytes.len() {
        crc ^= bytes[at];
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        at += 1;
    }
    crc
};

#[cfg(test)]
mod tests {
    use super::*;

    fn slow_crc32(bytes: &[u8]) -> u32 {
        let mut crc = u32::MAX;
        for byte in [0xfa, 0x2d, 0x55, 0xca].iter().chain(bytes) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        !crc
    }

    #[test]
    fn checksums_by_bits_and_by_tables_agree() {
        let bytes: Vec<u8> = (0..100_u32).map(|at| (at * 37 % 251) as u8).collect();
        for len in 0..bytes.len() {
            assert_eq!(crc32(&bytes[..len]), slow_crc32(&bytes[..len]), "{len}");
        }
    }

    #[test]
    fn a_header_with_a_wrong_bit_is_none() {
        let fields = (9_u32 | 1 << 17).to_le_bytes();
        let mut bytes = fields[..3].to_vec();
        bytes.extend(&crc24(&fields[..3]).to_le_bytes()[..3]);
        let frame = Frame::read(&bytes, false).unwrap().unwrap();
        assert_eq!(frame, Frame { header: 6, payload: 9, inflated: None, is_whole: true });
        assert_eq!(frame.whole(), 19);
        for bit in 0..48 {
            let mut wrong = bytes.clone();
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::read(&wrong, false).is_err(), "bit {bit}");
        }
        assert_eq!(Frame::read(&bytes[..5], false), Ok(None));
    }
}
