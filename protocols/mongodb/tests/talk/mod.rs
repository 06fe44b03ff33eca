//! Messages as clients and servers write them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "a test stops at the first surprise, and uses some of this"
)]

use std::io::Write as _;

fn element(kind: u8, name: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    [&[kind][..], name.as_bytes(), &[0], value.as_ref()].concat()
}

fn measured(bytes: &[u8], extra: usize) -> Vec<u8> {
    [&((bytes.len() + extra) as u32).to_le_bytes()[..], bytes].concat()
}

pub fn doc(elements: &[Vec<u8>]) -> Vec<u8> {
    measured(&[&elements.concat()[..], &[0]].concat(), 4)
}

pub fn text(name: &str, value: &str) -> Vec<u8> {
    element(2, name, measured(&[value.as_bytes(), &[0]].concat(), 0))
}

pub fn int(name: &str, value: i32) -> Vec<u8> {
    element(16, name, value.to_le_bytes())
}

pub fn long(name: &str, value: i64) -> Vec<u8> {
    element(18, name, value.to_le_bytes())
}

pub fn double(name: &str, value: f64) -> Vec<u8> {
    element(1, name, value.to_le_bytes())
}

pub fn sub(name: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    element(3, name, doc(elements))
}

pub fn array(name: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    element(4, name, doc(elements))
}

pub fn binary(name: &str, kind: u8, value: &[u8]) -> Vec<u8> {
    element(5, name, [&(value.len() as u32).to_le_bytes()[..], &[kind], value].concat())
}

pub fn message(id: i32, to: i32, code: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes = ((body.len() + 16) as u32).to_le_bytes().to_vec();
    for number in [id, to, code] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(body);
    bytes
}

pub const MORE_TO_COME: u32 = 2;
pub const EXHAUST: u32 = 1 << 16;

/// OP_MSG with one section.
pub fn msg(id: i32, to: i32, elements: &[Vec<u8>]) -> Vec<u8> {
    msg_with(id, to, 0, elements, &[])
}

/// OP_MSG with flags and a section of documents; with a checksum if the flags say so.
pub fn msg_with(
    id: i32,
    to: i32,
    flags: u32,
    elements: &[Vec<u8>],
    more: &[(&str, Vec<Vec<u8>>)],
) -> Vec<u8> {
    let mut body = flags.to_le_bytes().to_vec();
    body.push(0);
    body.extend(doc(elements));
    for (name, documents) in more {
        body.push(1);
        body.extend(measured(&[name.as_bytes(), &[0], &documents.concat()].concat(), 4));
    }
    if flags & 1 != 0 {
        body.extend([1, 2, 3, 4]);
    }
    message(id, to, 2013, &body)
}

/// A command of OP_MSG to the database `shop`.
pub fn command(id: i32, elements: &[Vec<u8>]) -> Vec<u8> {
    msg(id, 0, &[elements, &[text("$db", "shop")]].concat())
}

pub fn ok(id: i32, to: i32) -> Vec<u8> {
    msg(id, to, &[double("ok", 1.0)])
}

/// The reply to a `find`, with so many documents.
pub fn batch(id: i32, to: i32, cursor: i64, documents: usize) -> Vec<u8> {
    let documents: Vec<_> = (0..documents)
        .map(|at| sub(&at.to_string(), &[int("_id", at as i32), text("name", "pens and ink")]))
        .collect();
    let cursor = [array("firstBatch", &documents), long("id", cursor), text("ns", "shop.orders")];
    msg(id, to, &[sub("cursor", &cursor), double("ok", 1.0)])
}

pub fn failed(id: i32, to: i32) -> Vec<u8> {
    let error =
        [text("errmsg", "no such command: 'fnd'"), int("code", 59), text("codeName", "CommandNotFound")];
    msg(id, to, &[&[double("ok", 0.0)][..], &error].concat())
}

/// OP_QUERY.
pub fn query(id: i32, namespace: &str, skip: i32, number: i32, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.extend(namespace.as_bytes());
    body.push(0);
    body.extend(skip.to_le_bytes());
    body.extend(number.to_le_bytes());
    body.extend(doc(elements));
    message(id, 0, 2004, &body)
}

/// OP_REPLY.
pub fn reply(id: i32, to: i32, cursor: i64, documents: &[Vec<u8>]) -> Vec<u8> {
    reply_with(id, to, cursor, documents.len() as i32, documents)
}

pub fn reply_with(id: i32, to: i32, cursor: i64, count: i32, documents: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![8, 0, 0, 0];
    body.extend(cursor.to_le_bytes());
    body.extend([0; 4]);
    body.extend(count.to_le_bytes());
    body.extend(documents.concat());
    message(id, to, 1, &body)
}

/// The old requests: a collection, and what stands behind it.
pub fn legacy(id: i32, code: i32, namespace: &str, rest: &[u8]) -> Vec<u8> {
    message(id, 0, code, &[&[0; 4][..], namespace.as_bytes(), &[0], rest].concat())
}

/// A message, compressed.
pub fn compressed(message: &[u8], algorithm: u8) -> Vec<u8> {
    let (head, body) = message.split_at(16);
    let packed = match algorithm {
        0 => body.to_vec(),
        1 => snappy(body),
        2 => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        _ => zstd::encode_all(body, 3).unwrap(),
    };
    let mut inside = head[12..16].to_vec();
    inside.extend((body.len() as u32).to_le_bytes());
    inside.push(algorithm);
    inside.extend(packed);
    let number = |at: usize| i32::from_le_bytes(head[at..at + 4].try_into().unwrap());
    self::message(number(4), number(8), 2012, &inside)
}

/// Snappy with literals alone.
fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut len = bytes.len();
    while len >= 0x80 {
        out.push(len as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    for chunk in bytes.chunks(60) {
        out.push((chunk.len() as u8 - 1) << 2);
        out.extend(chunk);
    }
    out
}
