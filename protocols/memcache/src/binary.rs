//! The binary protocol (memcached, BinaryProtocolRevamped): its header, its commands, its states.
//!
//! ```text
//!   0      1      2      4      5      6         8      12      16     24
//!  ┌──────┬──────┬──────┬──────┬──────┬─────────┬──────┬───────┬──────┬────────┬─────┬───────
//!  │magic │opcode│key   │extras│data  │vbucket/ │body  │opaque │ cas  │ extras │ key │ value
//!  │80/81 │      │length│length│type 0│ status  │length│       │      │        │     │
//!  └──────┴──────┴──────┴──────┴──────┴─────────┴──────┴───────┴──────┴────────┴─────┴───────
//! ```

use packetbeat_core::stream::WireError;

use crate::command::Kind;
use crate::limits::VALUE_SIZE;

/// Bytes of a header.
pub(crate) const HEADER: usize = 24;
/// First byte of a request.
pub(crate) const REQUEST: u8 = 0x80;
/// First byte of a reply.
pub(crate) const REPLY: u8 = 0x81;

/// What a message's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) is_request: bool,
    pub(crate) opcode: u8,
    pub(crate) key: u16,
    pub(crate) extras: u8,
    pub(crate) data_type: u8,
    /// The bucket of a request, the state of a reply.
    pub(crate) vbucket_or_status: u16,
    pub(crate) body: u32,
    pub(crate) opaque: u32,
    pub(crate) cas: u64,
}

impl Header {
    /// Reads a header; `None` where it is not whole.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk::<HEADER>()?;
        let [magic, opcode, k0, k1, extras, data_type, v0, v1, rest @ ..] = header;
        let [b0, b1, b2, b3, o0, o1, o2, o3, cas @ ..] = rest;
        Some(Self {
            is_request: *magic == REQUEST,
            opcode: *opcode,
            key: u16::from_be_bytes([*k0, *k1]),
            extras: *extras,
            data_type: *data_type,
            vbucket_or_status: u16::from_be_bytes([*v0, *v1]),
            body: u32::from_be_bytes([*b0, *b1, *b2, *b3]),
            opaque: u32::from_be_bytes([*o0, *o1, *o2, *o3]),
            cas: u64::from_be_bytes(*cas),
        })
    }

    /// Bytes of extras and key.
    pub(crate) const fn head(&self) -> usize {
        self.extras as usize + self.key as usize
    }

    /// Bytes of the value.
    ///
    /// # Errors
    /// The lengths contradict each other.
    pub(crate) fn value(&self) -> Result<u64, WireError> {
        let value = u64::from(self.body).checked_sub(self.head() as u64);
        value.filter(|value| *value <= VALUE_SIZE).ok_or(WireError::new("length of a binary message", 8))
    }

    /// Whether all of it is as the protocol says: what is looked for where it is not known whose bytes these are.
    pub(crate) fn is_sound(&self) -> bool {
        let Some(opcode) = opcode(self.opcode) else { return false };
        let Ok(value) = self.value() else { return false };
        if self.data_type != 0 || usize::from(self.key) > crate::limits::KEY_BYTES {
            return false;
        }
        let has = |holds: Holds, present: bool| match holds {
            Holds::Never => !present,
            Holds::Always => present,
            Holds::Perhaps => true,
        };
        if self.is_request {
            let (extras, key, data) = opcode.request;
            extras.contains(&self.extras) && has(key, self.key > 0) && has(data, value > 0)
        } else if self.vbucket_or_status == 0 {
            matches!(self.extras, 0 | 4) && (value == 0 || opcode.kind != Kind::Delete)
        } else {
            // An error's text, and nothing else.
            status(self.vbucket_or_status).is_some() && self.extras == 0 && value <= 128
        }
    }
}

/// Whether a part is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Never,
    Always,
    Perhaps,
}

/// A command of the binary protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opcode {
    /// Its name.
    pub(crate) name: &'static str,
    /// The text command that it stands for.
    pub(crate) command: &'static str,
    pub(crate) kind: Kind,
    /// It has a reply only where there is something to say.
    pub(crate) quiet: bool,
    /// Lengths of a request's extras, whether it has a key, whether it has a value.
    request: (&'static [u8], Holds, Holds),
}

/// The command of a number.
pub(crate) fn opcode(number: u8) -> Option<Opcode> {
    use Holds::{Always, Never, Perhaps};
    const NONE: &[u8] = &[0];
    let quiet = matches!(number, 0x09 | 0x0d | 0x11..=0x1a | 0x1e | 0x24)
        || matches!(number, 0x32 | 0x34 | 0x36 | 0x38 | 0x3a | 0x3c);
    let (name, command, kind, request): (_, _, _, (&'static [u8], Holds, Holds)) = match number {
        0x00 => ("Get", "get", Kind::Load, (NONE, Always, Never)),
        0x01 => ("Set", "set", Kind::Store, (&[8], Always, Perhaps)),
        0x02 => ("Add", "add", Kind::Store, (&[8], Always, Perhaps)),
        0x03 => ("Replace", "replace", Kind::Store, (&[8], Always, Perhaps)),
        0x04 => ("Delete", "delete", Kind::Delete, (NONE, Always, Never)),
        0x05 => ("Increment", "incr", Kind::Counter, (&[20], Always, Never)),
        0x06 => ("Decrement", "decr", Kind::Counter, (&[20], Always, Never)),
        0x07 => ("Quit", "quit", Kind::Info, (NONE, Never, Never)),
        0x08 => ("Flush", "flush_all", Kind::Delete, (&[0, 4], Never, Never)),
        0x09 => ("GetQ", "get", Kind::Load, (NONE, Always, Never)),
        0x0a => ("No-op", "noop", Kind::Info, (NONE, Never, Never)),
        0x0b => ("Version", "version", Kind::Info, (NONE, Never, Never)),
        0x0c => ("GetK", "get", Kind::Load, (NONE, Always, Never)),
        0x0d => ("GetKQ", "get", Kind::Load, (NONE, Always, Never)),
        0x0e => ("Append", "append", Kind::Store, (NONE, Always, Perhaps)),
        0x0f => ("Prepend", "prepend", Kind::Store, (NONE, Always, Perhaps)),
        0x10 => ("Stat", "stats", Kind::Stats, (NONE, Perhaps, Never)),
        0x11 => ("SetQ", "set", Kind::Store, (&[8], Always, Perhaps)),
        0x12 => ("AddQ", "add", Kind::Store, (&[8], Always, Perhaps)),
        0x13 => ("ReplaceQ", "replace", Kind::Store, (&[8], Always, Perhaps)),
        0x14 => ("DeleteQ", "delete", Kind::Delete, (NONE, Always, Never)),
        0x15 => ("IncrementQ", "incr", Kind::Counter, (&[20], Always, Never)),
        0x16 => ("DecrementQ", "decr", Kind::Counter, (&[20], Always, Never)),
        0x17 => ("QuitQ", "quit", Kind::Info, (NONE, Never, Never)),
        0x18 => ("FlushQ", "flush_all", Kind::Delete, (&[0, 4], Never, Never)),
        0x19 => ("AppendQ", "append", Kind::Store, (NONE, Always, Perhaps)),
        0x1a => ("PrependQ", "prepend", Kind::Store, (NONE, Always, Perhaps)),
        0x1b => ("Verbosity", "verbosity", Kind::Info, (&[4], Never, Never)),
        0x1c => ("Touch", "touch", Kind::Store, (&[4], Always, Never)),
        0x1d => ("GAT", "gat", Kind::Load, (&[4], Always, Never)),
        0x1e => ("GATQ", "gat", Kind::Load, (&[4], Always, Never)),
        0x20 => ("SASL list mechs", "sasl_list", Kind::Auth, (NONE, Never, Never)),
        0x21 => ("SASL Auth", "sasl_auth", Kind::Auth, (NONE, Always, Perhaps)),
        0x22 => ("SASL Step", "sasl_step", Kind::Auth, (NONE, Always, Perhaps)),
        0x23 => ("GatK", "gat", Kind::Load, (&[4], Always, Never)),
        0x24 => ("GatKQ", "gat", Kind::Load, (&[4], Always, Never)),
        0x30..=0x47 => (named(number)?, "UNKNOWN", Kind::Unknown, (&[0, 4, 8, 16, 20], Perhaps, Perhaps)),
        _ => return None,
    };
    Some(Opcode { name, command, kind, quiet, request })
}

/// Commands that have a name and no server.
const fn named(number: u8) -> Option<&'static str> {
    Some(match number {
        0x30 => "RGet",
        0x31 => "RSet",
        0x32 => "RSetQ",
        0x33 => "RAppend",
        0x34 => "RAppendQ",
        0x35 => "RPrepend",
        0x36 => "RPrependQ",
        0x37 => "RDelete",
        0x38 => "RDeleteQ",
        0x39 => "RIncr",
        0x3a => "RIncrQ",
        0x3b => "RDecr",
        0x3c => "RDecrQ",
        0x3d => "Set VBucket",
        0x3e => "Get VBucket",
        0x3f => "Del VBucket",
        0x40 => "TAP Connect",
        0x41 => "TAP Mutation",
        0x42 => "TAP Delete",
        0x43 => "TAP Flush",
        0x44 => "TAP Opaque",
        0x45 => "TAP VBucket Set",
        0x46 => "TAP Checkpoint Start",
        0x47 => "TAP Checkpoint End",
        _ => return None,
    })
}

/// The command for statistics: its reply is many messages.
pub(crate) const STAT: u8 = 0x10;
/// Login, its first step.
pub(crate) const SASL_AUTH: u8 = 0x21;

/// What a reply's state is called.
pub(crate) const fn status(code: u16) -> Option<&'static str> {
    Some(match code {
        0x00 => "Success",
        0x01 => "Key not found",
        0x02 => "Key exists",
        0x03 => "Value too large",
        0x04 => "Invalid arguments",
        0x05 => "Item not stored",
        0x06 => "Incr/Decr on non-numeric value.",
        0x07 => "The vbucket belongs to another server",
        0x08 | 0x20 => "Authentication error",
        0x09 | 0x21 => "Authentication continue",
        0x81 => "Unknown command",
        0x82 => "Out of memory",
        0x83 => "Not supported",
        0x84 => "Internal error",
        0x85 => "Busy",
        0x86 => "Temporary failure",
        _ => return None,
    })
}

/// Whether a state says that a login goes on.
pub(crate) const fn goes_on(code: u16) -> bool {
    matches!(code, 0x09 | 0x21)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &[u8; HEADER] = b"\x80\x01\0\x03\x08\0\0\0\0\0\0\x0e\0\x01\0\0\0\0\0\0\0\0\0\0";

    #[test]
    fn a_header_is_read() {
        let header = Header::read(SET).unwrap();
        assert!(header.is_request && header.is_sound());
        assert_eq!((header.key, header.extras, header.body, header.opaque), (3, 8, 14, 65536));
        assert_eq!(header.value(), Ok(3));
        assert!(Header::read(&SET[..23]).is_none());
    }

    #[test]
    fn what_is_almost_a_header_is_not_sound() {
        for (at, byte) in [(1, 0x50), (3, 15), (4, 7), (5, 1), (3, 0), (11, 5)] {
            let mut bytes = *SET;
            bytes[at] = byte;
            assert!(!Header::read(&bytes).unwrap().is_sound(), "byte {at} = {byte}");
        }
    }
}
