//! Documents and messages, written for the tests of this crate.

use crate::bson::Doc;
use crate::span::Span;

fn element(kind: u8, name: &str, value: impl AsRef<[u8]>) -> Vec<u8> {
    [&[kind][..], name.as_bytes(), &[0], value.as_ref()].concat()
}

fn measured(bytes: &[u8], extra: usize) -> Vec<u8> {
    [&((bytes.len() + extra) as u32).to_le_bytes()[..], bytes].concat()
}

pub(crate) fn doc(elements: &[Vec<u8>]) -> Vec<u8> {
    measured(&[&elements.concat()[..], &[0]].concat(), 4)
}

pub(crate) fn text(name: &str, value: &str) -> Vec<u8> {
    element(2, name, measured(&[value.as_bytes(), &[0]].concat(), 0))
}

pub(crate) fn int(name: &str, value: i32) -> Vec<u8> {
    element(16, name, value.to_le_bytes())
}

pub(crate) fn raw(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    element(kind, name, value)
}

pub(crate) fn sub(name: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    element(3, name, doc(elements))
}

pub(crate) fn array(name: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    element(4, name, doc(elements))
}

pub(crate) fn binary(name: &str, kind: u8, value: &[u8]) -> Vec<u8> {
    element(5, name, [&(value.len() as u32).to_le_bytes()[..], &[kind], value].concat())
}

/// Calls `with` with the document that the bytes are.
pub(crate) fn with_doc<R>(bytes: &[u8], with: impl FnOnce(Doc<'_>) -> R) -> R {
    with(Doc::read(&mut Span::new(bytes, bytes.len())).unwrap())
}

/// A message.
pub(crate) fn message(id: i32, to: i32, code: i32, body: &[u8]) -> Vec<u8> {
    let mut bytes = ((body.len() + 16) as u32).to_le_bytes().to_vec();
    for number in [id, to, code] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(body);
    bytes
}
