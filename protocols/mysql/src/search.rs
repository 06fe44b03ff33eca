//! What certainly begins a message, in bytes of which nothing is known: after a hole, or from the middle of a session on.

use crate::command::{self, Asked, Kind};
use crate::limits::SEARCHED_BYTES;
use crate::wire::{self, HEADER, Header, caps};

/// What was found of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It begins here.
    At(usize),
    /// A compressed packet with it begins here.
    Layered(usize),
    /// It may begin behind so many bytes: so many more tell.
    Perhaps { searched: usize, more: usize },
    /// It does not begin in the first so many bytes.
    Nothing { searched: usize },
}

/// Whether something begins at the start of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    Yes,
    No,
    /// So many more bytes tell.
    Perhaps(usize),
}

/// The first command, or login, in `bytes`, also in a compressed packet. Its first `searched` bytes were looked at before.
pub(crate) fn command(bytes: &[u8], searched: usize) -> Found {
    let mut at = searched;
    while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() > HEADER) {
        let layer = at.checked_sub(LAYER_HEADER).and_then(|start| bytes.get(start..));
        let layered = layer.is_some_and(begins_layer);
        let begins = match begins_command(rest) {
            Begins::No if !layered => layer.map_or(Begins::No, begins_zlib),
            begins => begins,
        };
        match begins {
            Begins::Yes if layered || layer.is_some_and(|layer| begins_zlib(layer) == Begins::Yes) => {
                return Found::Layered(at - LAYER_HEADER);
            }
            Begins::Yes => return Found::At(at),
            Begins::Perhaps(more) => return Found::Perhaps { searched: at, more },
            Begins::No => at += 1,
        }
    }
    Found::Nothing { searched: at }
}

/// Bytes of a compressed packet's header: as many as must be kept in front of what was not searched.
pub(crate) const LAYER_HEADER: usize = 7;

/// Whether a compressed packet that is not compressed begins here, with a packet in it that fills it.
fn begins_layer(bytes: &[u8]) -> bool {
    let [a, b, c, _, 0, 0, 0, rest @ ..] = bytes else { return false };
    let len = u32::from_le_bytes([*a, *b, *c, 0]) as usize;
    Header::read(rest).is_some_and(|header| header.len + HEADER == len)
}

/// Whether a compressed packet of a client begins here that is compressed with zlib, and ends where the bytes end.
fn begins_zlib(bytes: &[u8]) -> Begins {
    let [a, b, c, 0, d, e, f, 0x78, check, ..] = bytes else { return Begins::No };
    let number = |[a, b, c]: [u8; 3]| u32::from_le_bytes([a, b, c, 0]) as usize;
    let (len, inflated) = (number([*a, *b, *c]), number([*d, *e, *f]));
    // Nobody compresses what is short, or sends more than it was. The check is that of RFC 1950, 2.2.
    if inflated < 50 || len > inflated || len > SEARCHED_BYTES || (0x7800 + u32::from(*check)) % 31 != 0 {
        return Begins::No;
    }
    match (LAYER_HEADER + len).checked_sub(bytes.len()) {
        Some(0) => Begins::Yes,
        Some(more) => Begins::Perhaps(more),
        None => Begins::No,
    }
}

/// Whether a command or a login begins `bytes`, of which at least the first of the payload is there.
fn begins_command(bytes: &[u8]) -> Begins {
    begins_chain(bytes, 0)
}

/// The same; `depth` commands were in front of it.
fn begins_chain(bytes: &[u8], depth: u32) -> Begins {
    /// So many commands side by side are certain.
    const CERTAIN: u32 = 3;
    let (Some(header), Some(code)) = (Header::read(bytes), bytes.get(HEADER)) else { return Begins::No };
    if header.seq == 1 {
        return begins_login(bytes);
    }
    let Some(asked) = command::kind(*code) else { return Begins::No };
    if header.seq != 0 || header.len == 0 {
        return Begins::No;
    }
    match asked {
        Asked::Answered(Kind::Query | Kind::Prepare) => begins_statement(bytes, header),
        _ if !has_length_of(*code, header.len) => Begins::No,
        _ => match bytes.len().checked_sub(HEADER + header.len) {
            None => Begins::Perhaps(HEADER + header.len - bytes.len()),
            // What is short is certain only if nothing, or another command, is behind it.
            Some(behind) => match ends_well(bytes.get(..bytes.len() - behind).unwrap_or_default(), *code) {
                Begins::Yes if behind == 0 || depth >= CERTAIN => Begins::Yes,
                Begins::Yes if behind <= HEADER => Begins::Perhaps(HEADER + 1 - behind),
                Begins::Yes => begins_chain(bytes.get(bytes.len() - behind..).unwrap_or_default(), depth + 1),
                other => other,
            },
        },
    }
}

/// Whether a command without a statement can be so long. Those that are not answered are not worth starting at.
const fn has_length_of(code: u8, len: usize) -> bool {
    match code {
        9 | 10 | 13 | 14 | 31 => len == 1,
        26 => len == 5,
        28 => len == 9,
        23 => len >= 10 && len <= SEARCHED_BYTES,
        0xfa => len >= 7 && len <= SEARCHED_BYTES,
        2 => len >= 2 && len <= 1 + 64 * 4,
        _ => false,
    }
}

/// Whether the payload of a whole command is what it should be.
fn ends_well(bytes: &[u8], code: u8) -> Begins {
    let payload = bytes.get(HEADER..).unwrap_or_default();
    let sound = match code {
        // Flags, and the number of executions, which is 1.
        23 => matches!(payload, [_, _, _, _, _, 0..=0x0f, 1, 0, 0, 0, ..]),
        2 => payload.get(1..).is_some_and(|name| name.iter().all(|byte| *byte > b' ' && *byte != 0x7f)),
        _ => true,
    };
    if sound { Begins::Yes } else { Begins::No }
}

/// Whether a statement as text begins here: a packet of its own with a word that statements begin with.
fn begins_statement(bytes: &[u8], header: Header) -> Begins {
    /// Bytes of a statement that tell.
    const TELLING: usize = 24;
    let kept = header.len.min(TELLING);
    let Some(payload) = bytes.get(HEADER..HEADER + kept) else {
        return Begins::Perhaps(HEADER + kept - bytes.len());
    };
    if is_statement(command::statement(payload)) { Begins::Yes } else { Begins::No }
}

/// Words that statements begin with.
const VERBS: [&[u8]; 44] = [
    b"SELECT",
    b"INSERT",
    b"UPDATE",
    b"DELETE",
    b"REPLACE",
    b"SET",
    b"SHOW",
    b"USE",
    b"BEGIN",
    b"COMMIT",
    b"ROLLBACK",
    b"START",
    b"CREATE",
    b"ALTER",
    b"DROP",
    b"TRUNCATE",
    b"CALL",
    b"EXPLAIN",
    b"DESCRIBE",
    b"DESC",
    b"GRANT",
    b"REVOKE",
    b"LOCK",
    b"UNLOCK",
    b"LOAD",
    b"WITH",
    b"PREPARE",
    b"EXECUTE",
    b"DEALLOCATE",
    b"KILL",
    b"FLUSH",
    b"ANALYZE",
    b"OPTIMIZE",
    b"CHECK",
    b"REPAIR",
    b"RENAME",
    b"XA",
    b"SAVEPOINT",
    b"RELEASE",
    b"HANDLER",
    b"DO",
    b"VALUES",
    b"CHANGE",
    b"RESET",
];

/// Whether a text begins as statements do, comments in front of it included.
pub(crate) fn is_statement(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    if text.starts_with(b"/*") {
        return text.iter().all(|byte| (b' '..0x7f).contains(byte) || byte.is_ascii_whitespace());
    }
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let len = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(len).unwrap_or_default();
    // A word without anything behind it is one only if it is the whole statement.
    let behind = rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || b"(@*`'\";-/".contains(byte));
    behind && VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

/// Whether these bytes begin with a packet that is no command.
pub(crate) fn is_login(bytes: &[u8]) -> bool {
    Header::read(bytes).is_some_and(|header| header.seq != 0)
}

/// Whether a login of protocol 4.1 begins here ("HandshakeResponse41").
pub(crate) fn begins_login(bytes: &[u8]) -> Begins {
    /// Capabilities, longest packet, character set, the part of what is reserved that is zero with MariaDB too.
    const TELLING: usize = 4 + 4 + 1 + 19;
    const FIXED: usize = 32;
    /// Longest login: names, attributes and a secret.
    const MOST: usize = 16 << 10;
    let Some(header) = Header::read(bytes) else { return Begins::Perhaps(HEADER - bytes.len().min(3)) };
    if !(FIXED..=MOST).contains(&header.len) || !matches!(header.seq, 1 | 2) {
        return Begins::No;
    }
    let Some(payload) = bytes.get(HEADER..HEADER + TELLING) else {
        return Begins::Perhaps(HEADER + TELLING - bytes.len());
    };
    let capabilities = payload.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let zeros = payload.get(9..).is_some_and(|rest| rest.iter().all(|byte| *byte == 0));
    if zeros && capabilities & caps::PROTOCOL_41 != 0 { Begins::Yes } else { Begins::No }
}

/// Whether a server's greeting begins here.
pub(crate) fn begins_greeting(bytes: &[u8]) -> Begins {
    const TELLING: usize = 6;
    let fits = |(at, byte): (usize, &u8)| match at {
        0 => *byte > 30,
        1..=3 => *byte == 0,
        4 => matches!(*byte, 9 | 10),
        _ => byte.is_ascii_digit(),
    };
    match bytes.iter().take(TELLING).enumerate().all(fits) {
        true if bytes.len() < TELLING => Begins::Perhaps(TELLING - bytes.len()),
        true => Begins::Yes,
        false => Begins::No,
    }
}

/// Whether an answer to a command of this kind begins here.
pub(crate) fn begins_answer(bytes: &[u8], kind: Kind) -> Begins {
    let ([_, _, _, seq, first, rest @ ..], Some(header)) = (bytes, Header::read(bytes)) else {
        return Begins::Perhaps(HEADER + 1 - bytes.len().min(HEADER));
    };
    // An OK without figures is as long as what tells it from a compressed packet.
    let told = HEADER + LAYER_HEADER;
    if matches!(rest, [] | [0] | [0, 0, ..]) && *first == 0 && header.len >= LAYER_HEADER {
        if bytes.len() < told {
            return Begins::Perhaps(told - bytes.len());
        }
        if begins_layer(bytes) {
            return Begins::No;
        }
    }
    let begins = match kind {
        Kind::Login | Kind::ChangeUser => matches!(*first, 0..=2 | 0xfe | 0xff),
        Kind::Fetch | Kind::Statistics | Kind::Binlog => true,
        Kind::FieldList => matches!(*first, 3 | 0xfe | 0xff),
        Kind::Plain => matches!(*first, 0 | 0xfe | 0xff),
        Kind::Prepare => (*first == 0 && matches!(header.len, 12 | 13)) || *first == 0xff,
        Kind::Query | Kind::Execute | Kind::Bulk | Kind::ProcessInfo => match *first {
            0 => header.len >= 7 || header.len == 2,
            0xff => header.len > 3,
            0xfb => true,
            0xfe => false,
            _ => header.len <= 4 && columns_follow(rest, header),
        },
    };
    if begins && (*seq == 1 || matches!(kind, Kind::Login | Kind::ChangeUser)) {
        Begins::Yes
    } else {
        Begins::No
    }
}

/// Whether the packet behind the number of columns is the next one, as far as it has come.
fn columns_follow(behind_first: &[u8], header: Header) -> bool {
    let next = behind_first.get(header.len.saturating_sub(1)..).unwrap_or_default();
    Header::read(next).is_none_or(|next| next.seq == header.seq.wrapping_add(1))
}

/// Whether a result begins here: the number of columns and the definition of the first, whose catalog is always `def`.
pub(crate) fn begins_result(bytes: &[u8]) -> Begins {
    const TELLING: usize = 5 + 8;
    match *bytes {
        [1, 0, 0, 1, 1..=250, _, _, 0, 2, 3, b'd', b'e', b'f', ..] => Begins::Yes,
        _ if bytes.len() < TELLING && is_start_of_result(bytes) => Begins::Perhaps(TELLING - bytes.len()),
        _ => Begins::No,
    }
}

fn is_start_of_result(bytes: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| match at {
        0 | 3 => *byte == 1,
        1 | 2 | 7 => *byte == 0,
        4 => matches!(*byte, 1..=250),
        8 => *byte == 2,
        9 => *byte == 3,
        10 => *byte == b'd',
        11 => *byte == b'e',
        _ => true,
    };
    bytes.iter().enumerate().all(fits)
}

/// Whether an error begins here: with its SQL state, printable to its end.
pub(crate) fn begins_error(bytes: &[u8]) -> Begins {
    /// An error's text has 512 bytes at most.
    const MOST: usize = 600;
    let Some(header) = Header::read(bytes) else { return Begins::Perhaps(1) };
    let Some(payload) = bytes.get(HEADER..HEADER + header.len) else {
        let fits = header.len < MOST
            && header.seq <= 2
            && bytes.get(HEADER).is_none_or(|first| *first == 0xff)
            && bytes.get(HEADER + 3).is_none_or(|mark| *mark == b'#');
        return if fits { Begins::Perhaps(1) } else { Begins::No };
    };
    let Ok(error) = wire::error(payload) else { return Begins::No };
    let sound = payload.first() == Some(&0xff)
        && header.len < MOST
        && header.seq <= 2
        && (1000..5000).contains(&error.code)
        && error.text.len() > 4
        && (error.state.len() == 5 || header.seq == 0)
        && error.state.iter().all(u8::is_ascii_alphanumeric)
        && error.text.iter().all(|byte| *byte >= b' ' && *byte != 0x7f);
    if sound && payload.len() == header.len { Begins::Yes } else { Begins::No }
}
