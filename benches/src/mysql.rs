//! MySQL sessions made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

/// Packets of one side, numbered from `first`.
struct Packets {
    bytes: Vec<u8>,
    next: u8,
}

impl Packets {
    const fn from(first: u8) -> Self {
        Self { bytes: Vec::new(), next: first }
    }

    fn packet(mut self, payload: &[u8]) -> Self {
        let [a, b, c, _] = u32::try_from(payload.len()).unwrap().to_le_bytes();
        self.bytes.extend([a, b, c, self.next]);
        self.bytes.extend(payload);
        self.next = self.next.wrapping_add(1);
        self
    }
}

fn text(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

/// Greeting, login and its answer.
#[must_use]
pub fn opening() -> [Said; 3] {
    let mut greeting = b"\x0a8.0.36\0\x07\0\0\0abcdefgh\0\xff\xff\x21\x02\0\xff\xdf\x15".to_vec();
    greeting.extend([0; 10]);
    greeting.extend(b"abcdefghijkl\0caching_sha2_password\0");
    let mut login = 0x000f_a68d_u32.to_le_bytes().to_vec();
    login.extend([0, 0, 0, 1, 33]);
    login.resize(32, 0);
    login.extend(b"shopkeeper\0\x14a secret of 20 bytescaching_sha2_password\0");
    [
        (Dir::ToClient, Packets::from(0).packet(&greeting).bytes),
        (Dir::ToServer, Packets::from(1).packet(&login).bytes),
        (Dir::ToClient, Packets::from(2).packet(&[0, 0, 0, 2, 0, 0, 0]).bytes),
    ]
}

/// A statement and its answer: `rows` rows of three columns.
#[must_use]
pub fn statement(number: u32, rows: u32) -> [Said; 2] {
    let statement = format!(
        "\x03SELECT id, name, price FROM orders WHERE customer = {number} AND state = 'open' ORDER BY id"
    );
    let mut answer = Packets::from(1).packet(&[3]);
    for name in ["id", "name", "price"] {
        let parts = [text("def"), text("shop"), text("orders"), text("orders"), text(name), text(name)];
        answer =
            answer.packet(&[&parts.concat()[..], &[0x0c, 33, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0]].concat());
    }
    answer = answer.packet(&[0xfe, 0, 0, 2, 0]);
    for row in 0..rows {
        let values = [text(&row.to_string()), text("a thing that somebody ordered"), text("12.50")];
        answer = answer.packet(&values.concat());
    }
    answer = answer.packet(&[0xfe, 0, 0, 2, 0]);
    [(Dir::ToServer, Packets::from(0).packet(statement.as_bytes()).bytes), (Dir::ToClient, answer.bytes)]
}
