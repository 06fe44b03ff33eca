//! Sessions of an Oracle client made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

fn data(payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len() + 10).unwrap();
    [&len.to_be_bytes()[..], &[6, 0, 0, 0, 0, 0], payload].concat()
}

fn text(text: &[u8]) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text].concat()
}

fn number(value: u32) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    [&[u8::try_from(4 - zeros).unwrap()], &bytes[zeros..]].concat()
}

/// A statement of a thin client and its answer: `rows` rows of two columns, then that there are no more.
#[must_use]
pub fn statement(count: u32, rows: u32) -> [Said; 2] {
    let seq = u8::try_from(count % 256).unwrap();
    let sql =
        format!("SELECT name, price FROM orders WHERE customer = {count} AND state = 'open' ORDER BY id");
    let mut call = vec![3, 94, seq, 2, 0x80, 0x21, 0, 1];
    call.extend(number(u32::try_from(sql.len()).unwrap()));
    call.extend([1, 1, 13, 0, 0, 0, 1, 25, 4, 0x3f, 0xff, 0xff, 0xff]);
    call.extend([0; 11]);
    call.push(1);
    call.extend([0; 15]);
    call.extend(text(sql.as_bytes()));
    call.extend([1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2, 0x80, 0, 0, 0, 0]);

    let mut answer = vec![16, 23];
    answer.extend([0xa0; 23]);
    for name in ["NAME", "PRICE"] {
        answer.extend([1, 1, 0x82, 1, 0x80, 0, 0, 1, 0x80, 0, 0, 0, 0, 1, 0x2e, 1, 1, 0x80, 4]);
        answer.extend(text(name.as_bytes()));
    }
    answer.extend([6, 0x22, 1, 1, 0, 1, 10, 0, 0, 0]);
    for row in 0..rows {
        answer.push(7);
        answer.extend(text(format!("a thing in row {row}").as_bytes()));
        answer.extend([2, 0xc1, 3]);
    }
    answer.extend([4, 1, 1, 1, seq]);
    answer.extend(number(rows));
    answer.extend([2, 5, 0x7b, 0, 0, 1, 2, 0, 3, 0, 0, 0, 0, 0]);
    answer.extend([0, 0, 0, 0, 0, 0, 0, seq, 0, 1, 1, 0, 0, 0, 0, 2, 5, 0x7b]);
    answer.extend(number(rows));
    answer.extend(text(b"ORA-01403: no data found\n"));
    [(Dir::ToServer, data(&call)), (Dir::ToClient, data(&answer))]
}
