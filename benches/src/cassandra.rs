//! Cassandra messages of version 4 made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

fn text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn message(version: u8, stream: u32, op: u8, body: &[u8]) -> Vec<u8> {
    let [_, _, high, low] = stream.to_be_bytes();
    [&[version, 0, high & 0x7f, low, op][..], &bytes(body)].concat()
}

/// A statement and its answer: `rows` rows of three columns.
#[must_use]
pub fn statement(number: u32, rows: u32) -> [Said; 2] {
    let statement =
        format!("SELECT id, name, price FROM shop.orders WHERE customer = {number} AND state = 'open'");
    let asked = [bytes(statement.as_bytes()), vec![0, 10, 0]].concat();
    let mut answer = [2, 1, 3_u32].map(u32::to_be_bytes).concat();
    answer.extend([text("shop"), text("orders")].concat());
    for (name, kind) in [("id", 9), ("name", 13), ("price", 6)] {
        answer.extend([text(name), vec![0, kind]].concat());
    }
    answer.extend(rows.to_be_bytes());
    for row in 0..rows {
        answer.extend(bytes(&row.to_be_bytes()));
        answer.extend(bytes(b"a thing that somebody ordered"));
        answer.extend(bytes(&[0, 0, 0, 2, 4, 0xe2]));
    }
    [(Dir::ToServer, message(4, number, 7, &asked)), (Dir::ToClient, message(0x84, number, 8, &answer))]
}
