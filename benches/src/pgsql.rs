//! PostgreSQL sessions made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

fn message(kind: u8, payload: &[u8], to: &mut Vec<u8>) {
    to.push(kind);
    to.extend((u32::try_from(payload.len()).unwrap() + 4).to_be_bytes());
    to.extend(payload);
}

/// Startup message and its answer.
#[must_use]
pub fn opening() -> [Said; 2] {
    let parameters = b"user\0shopkeeper\0database\0shop\0\0";
    let mut startup = (u32::try_from(parameters.len()).unwrap() + 8).to_be_bytes().to_vec();
    startup.extend(0x0003_0000_u32.to_be_bytes());
    startup.extend(parameters);
    let mut let_in = Vec::new();
    message(b'R', &[0; 4], &mut let_in);
    message(b'S', b"server_version\x0017.0\0", &mut let_in);
    message(b'Z', b"I", &mut let_in);
    [(Dir::ToServer, startup), (Dir::ToClient, let_in)]
}

/// A simple query and its answer: `rows` rows of three columns.
#[must_use]
pub fn statement(number: u32, rows: u32) -> [Said; 2] {
    let statement = format!(
        "SELECT id, name, price FROM orders WHERE customer = {number} AND state = 'open' ORDER BY id\0"
    );
    let mut asked = Vec::new();
    message(b'Q', statement.as_bytes(), &mut asked);
    [(Dir::ToServer, asked), (Dir::ToClient, answer(&[], rows))]
}

/// An execution of a statement that is prepared with it, with one parameter, and its answer.
#[must_use]
pub fn execution(number: u32, rows: u32) -> [Said; 2] {
    let mut asked = Vec::new();
    let statement =
        "\0SELECT id, name, price FROM orders WHERE customer = $1 AND state = 'open' ORDER BY id\0\0\0";
    message(b'P', statement.as_bytes(), &mut asked);
    let mut bind = b"\0\0\0\0\0\x01\0\0\0\x06".to_vec();
    bind.extend(format!("{number:06}").as_bytes());
    bind.extend([0, 0]);
    message(b'B', &bind, &mut asked);
    message(b'D', b"P\0", &mut asked);
    message(b'E', &[0; 5], &mut asked);
    message(b'S', &[], &mut asked);
    let mut before = Vec::new();
    message(b'1', &[], &mut before);
    message(b'2', &[], &mut before);
    [(Dir::ToServer, asked), (Dir::ToClient, answer(&before, rows))]
}

fn answer(before: &[u8], rows: u32) -> Vec<u8> {
    let mut answer = before.to_vec();
    let mut columns = vec![0, 3];
    for name in ["id\0", "name\0", "price\0"] {
        columns.extend(name.as_bytes());
        columns.extend([0, 0, 0x40, 1, 0, 1, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    }
    message(b'T', &columns, &mut answer);
    for row in 0..rows {
        let mut values = vec![0, 3];
        for value in [row.to_string().as_str(), "a thing that somebody ordered", "12.50"] {
            values.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
            values.extend(value.as_bytes());
        }
        message(b'D', &values, &mut answer);
    }
    message(b'C', format!("SELECT {rows}\0").as_bytes(), &mut answer);
    message(b'Z', b"I", &mut answer);
    answer
}
