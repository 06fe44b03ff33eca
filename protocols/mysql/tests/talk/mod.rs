//! Packets as the servers and clients write them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "a test stops at the first surprise, and uses some of this"
)]

use std::io::Write as _;

/// A packet.
pub fn packet(seq: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut bytes = (payload.len() as u32).to_le_bytes().to_vec();
    bytes[3] = seq;
    bytes.extend(payload);
    bytes
}

/// A number with its length in front.
pub fn lenenc(number: usize) -> Vec<u8> {
    match number {
        0..=250 => vec![number as u8],
        251..=0xffff => [&[0xfc][..], &(number as u16).to_le_bytes()].concat(),
        _ => [&[0xfd][..], &(number as u32).to_le_bytes()[..3]].concat(),
    }
}

/// A text with its length in front.
pub fn text(text: impl AsRef<[u8]>) -> Vec<u8> {
    [&lenenc(text.as_ref().len())[..], text.as_ref()].concat()
}

pub const PLAIN: u32 = 0x000f_a68d;
pub const NO_EOF: u32 = PLAIN | 1 << 24;
pub const ZLIB: u32 = PLAIN | 1 << 5;
pub const ATTRIBUTES: u32 = NO_EOF | 1 << 27;

pub fn greeting() -> Vec<u8> {
    greeting_of("8.0.36", u32::MAX)
}

pub fn greeting_of(version: &str, capabilities: u32) -> Vec<u8> {
    let [a, b, c, d] = capabilities.to_le_bytes();
    let mut payload = [b"\x0a", version.as_bytes(), b"\0\x07\0\0\0abcdefgh\0"].concat();
    payload.extend([a, b, 33, 2, 0, c, d, 21]);
    payload.extend([0; 10]);
    payload.extend(b"abcdefghijkl\0mysql_native_password\0");
    packet(0, payload)
}

pub fn login(capabilities: u32) -> Vec<u8> {
    let mut payload = capabilities.to_le_bytes().to_vec();
    payload.extend([0, 0, 0, 1, 33]);
    payload.resize(32, 0);
    payload.extend(b"ann\0\x14a secret of 20 bytes");
    if capabilities & 8 != 0 {
        payload.extend(b"shop\0");
    }
    payload.extend(b"mysql_native_password\0");
    packet(1, payload)
}

pub fn query(statement: &str) -> Vec<u8> {
    packet(0, [&[3], statement.as_bytes()].concat())
}

pub fn command(code: u8, body: impl AsRef<[u8]>) -> Vec<u8> {
    packet(0, [&[code], body.as_ref()].concat())
}

pub fn ok(seq: u8, affected: u8, insert_id: u8) -> Vec<u8> {
    ok_with(seq, affected, insert_id, 2, 0)
}

pub fn ok_with(seq: u8, affected: u8, insert_id: u8, status: u16, warnings: u16) -> Vec<u8> {
    let [s, t] = status.to_le_bytes();
    let [w, v] = warnings.to_le_bytes();
    packet(seq, [0, affected, insert_id, s, t, w, v])
}

pub fn error(seq: u8, code: u16, state: &str, message: &str) -> Vec<u8> {
    let mut payload = vec![0xff];
    payload.extend(code.to_le_bytes());
    payload.extend(b"#");
    payload.extend(state.as_bytes());
    payload.extend(message.as_bytes());
    packet(seq, payload)
}

pub fn eof(seq: u8, status: u16) -> Vec<u8> {
    let [s, t] = status.to_le_bytes();
    packet(seq, [0xfe, 0, 0, s, t])
}

/// The OK that ends a result where there are no EOF packets.
pub fn end(seq: u8, status: u16) -> Vec<u8> {
    let [s, t] = status.to_le_bytes();
    packet(seq, [0xfe, 0, 0, s, t, 0, 0])
}

pub fn column(seq: u8, table: &str, name: &str, kind: u8) -> Vec<u8> {
    let schema = if table.is_empty() { "" } else { "shop" };
    let mut payload = [text("def"), text(schema), text(table), text(table), text(name), text(name)].concat();
    payload.extend([0x0c, 33, 0, 255, 0, 0, 0, kind, 0, 0, 0, 0, 0]);
    packet(seq, payload)
}

pub fn row(seq: u8, values: &[&str]) -> Vec<u8> {
    packet(seq, values.iter().flat_map(text).collect::<Vec<u8>>())
}

/// A whole result of columns of text, with or without EOF packets.
pub fn result(columns: &[&str], rows: &[&[&str]], with_eof: bool) -> Vec<u8> {
    result_from(1, columns, rows, with_eof, 2)
}

pub fn result_from(first: u8, columns: &[&str], rows: &[&[&str]], with_eof: bool, status: u16) -> Vec<u8> {
    let mut seq = first;
    let mut next = || {
        seq = seq.wrapping_add(1);
        seq.wrapping_sub(1)
    };
    let mut bytes = packet(next(), lenenc(columns.len()));
    for name in columns {
        bytes.extend(column(next(), "orders", name, 253));
    }
    if with_eof {
        bytes.extend(eof(next(), 2));
    }
    for values in rows {
        bytes.extend(row(next(), values));
    }
    bytes.extend(if with_eof { eof(next(), status) } else { end(next(), status) });
    bytes
}

/// The answer to a statement that is prepared: so many parameters and columns.
pub fn prepared(id: u32, parameters: u16, columns: u16, with_eof: bool) -> Vec<u8> {
    let mut payload = vec![0];
    payload.extend(id.to_le_bytes());
    payload.extend(columns.to_le_bytes());
    payload.extend(parameters.to_le_bytes());
    payload.extend([0, 0, 0]);
    let mut bytes = packet(1, payload);
    let mut seq = 2;
    for (count, name) in [(parameters, "?"), (columns, "id")] {
        for _ in 0..count {
            bytes.extend(column(seq, "orders", name, 253));
            seq += 1;
        }
        if with_eof && count > 0 {
            bytes.extend(eof(seq, 2));
            seq += 1;
        }
    }
    bytes
}

/// An execution with parameters: type and value of each, `None` for NULL.
pub fn execute(id: u32, parameters: &[(u8, Option<Vec<u8>>)]) -> Vec<u8> {
    let mut body = id.to_le_bytes().to_vec();
    body.extend([0, 1, 0, 0, 0]);
    if !parameters.is_empty() {
        let mut nulls = vec![0; parameters.len().div_ceil(8)];
        for (at, (_, value)) in parameters.iter().enumerate() {
            nulls[at / 8] |= u8::from(value.is_none()) << (at % 8);
        }
        body.extend(nulls);
        body.push(1);
        body.extend(parameters.iter().flat_map(|(kind, _)| [*kind, 0]));
        body.extend(parameters.iter().filter_map(|(_, value)| value.clone()).flatten());
    }
    command(23, body)
}

/// A compressed packet of these bytes, or one that says that they are not compressed.
pub fn zlib(seq: u8, bytes: &[u8], compress: bool) -> Vec<u8> {
    let mut inside = bytes.to_vec();
    if compress {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        inside = encoder.finish().unwrap();
    }
    layered(seq, &inside, if compress { bytes.len() } else { 0 })
}

/// The same with zstd.
pub fn zstd(seq: u8, bytes: &[u8]) -> Vec<u8> {
    layered(seq, &::zstd::encode_all(bytes, 3).unwrap(), bytes.len())
}

pub fn layered(seq: u8, inside: &[u8], inflated: usize) -> Vec<u8> {
    let mut packet = (inside.len() as u32).to_le_bytes().to_vec();
    packet[3] = seq;
    packet.extend(&(inflated as u32).to_le_bytes()[..3]);
    packet.extend(inside);
    packet
}
