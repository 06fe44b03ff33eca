//! MongoDB sessions made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

fn element(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    [&[kind][..], name.as_bytes(), &[0], value].concat()
}

fn measured(bytes: &[u8], extra: usize) -> Vec<u8> {
    [&u32::try_from(bytes.len() + extra).unwrap().to_le_bytes()[..], bytes].concat()
}

fn doc(elements: &[Vec<u8>]) -> Vec<u8> {
    measured(&[&elements.concat()[..], &[0]].concat(), 4)
}

fn text(name: &str, value: &str) -> Vec<u8> {
    element(2, name, &measured(&[value.as_bytes(), &[0]].concat(), 0))
}

fn number(name: &str, value: u32) -> Vec<u8> {
    element(16, name, &value.to_le_bytes())
}

fn msg(id: u32, to: u32, body: &[Vec<u8>]) -> Vec<u8> {
    let sections = [&[0; 5][..], &doc(body)].concat();
    let mut head = u32::try_from(sections.len() + 16).unwrap().to_le_bytes().to_vec();
    for number in [id, to, 2013] {
        head.extend(number.to_le_bytes());
    }
    [head, sections].concat()
}

/// A `find` as drivers send it, and its reply with so many documents.
#[must_use]
pub fn find(number_of: u32, documents: u32) -> [Said; 2] {
    let id = number_of + 1;
    let filter = doc(&[number("customer", number_of), text("state", "open")]);
    let session = doc(&[element(5, "id", b"\x10\0\0\0\x040123456789abcdef")]);
    let asked = [
        text("find", "orders"),
        element(3, "filter", &filter),
        number("limit", 100),
        element(3, "lsid", &session),
        text("$db", "shop"),
    ];
    let batch: Vec<_> = (0..documents)
        .map(|at| {
            let order = [
                element(7, "_id", b"0123456789ab"),
                text("name", "a thing that somebody ordered"),
                element(1, "price", &12.5f64.to_le_bytes()),
            ];
            element(3, &at.to_string(), &doc(&order))
        })
        .collect();
    let cursor = [
        element(4, "firstBatch", &doc(&batch)),
        element(18, "id", &0u64.to_le_bytes()),
        text("ns", "shop.orders"),
    ];
    let answer = [element(3, "cursor", &doc(&cursor)), element(1, "ok", &1f64.to_le_bytes())];
    [(Dir::ToServer, msg(id, 0, &asked)), (Dir::ToClient, msg(id, id, &answer))]
}
