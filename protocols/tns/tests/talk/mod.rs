//! Packets of Oracle sessions, written by hand.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part")]

/// A packet; lengths have four bytes in DATA packets here, as from version 315 on.
pub fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let len = 8 + body.len();
    let mut bytes = if kind == 6 {
        (len as u32).to_be_bytes().to_vec()
    } else {
        let mut bytes = (len as u16).to_be_bytes().to_vec();
        bytes.extend([0, 0]);
        bytes
    };
    bytes.extend([kind, 0, 0, 0]);
    bytes.extend(body);
    bytes
}

/// A DATA packet.
pub fn data(payload: impl AsRef<[u8]>) -> Vec<u8> {
    flagged(0, payload)
}

/// A DATA packet with flags.
pub fn flagged(flags: u16, payload: impl AsRef<[u8]>) -> Vec<u8> {
    packet(6, &[&flags.to_be_bytes()[..], payload.as_ref()].concat())
}

pub const DESCRIPTOR: &str = "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=shop)(INSTANCE_NAME=shop1)\
    (CID=(PROGRAM=till)(HOST=pc17)(USER=ann)))(ADDRESS=(PROTOCOL=TCP)(HOST=192.0.2.25)(PORT=1521)))";

pub fn connect_to(descriptor: &str, version: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([1, 0x2c, 0x0c, 0x41, 0x20, 0, 0xff, 0xff, 0x4f, 0x98, 0, 0, 0, 1]);
    body.extend((descriptor.len() as u16).to_be_bytes());
    body.extend([0, 74]);
    body.resize(66, 0);
    body.extend(descriptor.as_bytes());
    packet(1, &body)
}

pub fn connect() -> Vec<u8> {
    connect_to(DESCRIPTOR, 319)
}

pub fn accept(version: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([0x0c, 0x41, 0x20, 0, 0x20, 0, 1, 0, 0, 0, 0, 45, 0x41, 1]);
    body.resize(37, 0);
    packet(2, &body)
}

pub fn refuse(text: &str) -> Vec<u8> {
    let mut body = vec![0x22, 0];
    body.extend((text.len() as u16).to_be_bytes());
    body.extend(text.as_bytes());
    packet(4, &body)
}

pub fn redirect(text: &str) -> Vec<u8> {
    let mut body = (text.len() as u16).to_be_bytes().to_vec();
    body.extend(text.as_bytes());
    packet(5, &body)
}

/// A number with its length in front.
pub fn number(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let skip = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut number = vec![(8 - skip) as u8];
    number.extend(&bytes[skip..]);
    number
}

/// A text, in chunks where it is long.
pub fn text(text: &[u8]) -> Vec<u8> {
    if text.len() <= 252 {
        return [&[text.len() as u8], text].concat();
    }
    let mut bytes = vec![254];
    for chunk in text.chunks(200) {
        bytes.extend(number(chunk.len() as u64));
        bytes.extend(chunk);
    }
    bytes.push(0);
    bytes
}

/// What the client of a session can do says which forms are in use.
#[derive(Clone, Copy)]
pub struct Version {
    /// Field version of TTC.
    pub fields: u8,
}

pub const V12: Version = Version { fields: 8 };
pub const V23: Version = Version { fields: 24 };

impl Version {
    fn head(self, function: u8, seq: u8) -> Vec<u8> {
        let mut head = vec![3, function, seq];
        if self.fields >= 18 {
            head.push(0);
        }
        head
    }

    pub fn call(self, function: u8, seq: u8) -> Vec<u8> {
        data(self.head(function, seq))
    }

    pub fn execution(self, seq: u8, cursor: u32, sql: &[u8]) -> Vec<u8> {
        let mut call = self.head(94, seq);
        call.extend(number(0x8021));
        call.extend(number(u64::from(cursor)));
        call.push(u8::from(!sql.is_empty()));
        call.extend(number(sql.len() as u64));
        call.push(1);
        call.extend(number(13));
        call.extend([0, 0, 0]);
        call.extend(number(25));
        call.extend(number(0x3fff_ffff));
        call.extend([0; 11]);
        call.push(1);
        call.extend([0; 8]);
        if self.fields >= 8 {
            call.extend([0; 5]);
        }
        if self.fields >= 9 {
            call.extend([0; 2]);
        }
        if !sql.is_empty() {
            call.extend(text(sql));
        }
        call.extend([1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2, 0x80, 0, 0, 0, 0]);
        call
    }

    pub fn execute(self, seq: u8, sql: &str) -> Vec<u8> {
        data(self.execution(seq, 0, sql.as_bytes()))
    }

    pub fn again(self, seq: u8, cursor: u32) -> Vec<u8> {
        let mut call = self.head(78, seq);
        call.extend(number(u64::from(cursor)));
        call.extend(number(10));
        call.extend([1, 0x60, 0]);
        data(call)
    }

    pub fn fetch(self, seq: u8, cursor: u32) -> Vec<u8> {
        let mut call = self.head(5, seq);
        call.extend(number(u64::from(cursor)));
        call.extend(number(100));
        data(call)
    }

    pub fn challenge(self, seq: u8, user: &str) -> Vec<u8> {
        self.login_call(118, seq, user, &[(b"AUTH_TERMINAL", b"unknown"), (b"AUTH_PROGRAM_NM", b"till")])
    }

    pub fn login(self, seq: u8, user: &str) -> Vec<u8> {
        self.login_call(
            115,
            seq,
            user,
            &[(b"AUTH_SESSKEY", b"354CF305D28897"), (b"AUTH_PASSWORD", b"B5EC12E7")],
        )
    }

    fn login_call(self, function: u8, seq: u8, user: &str, pairs: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut call = self.head(function, seq);
        call.push(1);
        call.extend(number(user.len() as u64));
        call.extend(number(0x101));
        call.push(1);
        call.extend(number(pairs.len() as u64));
        call.extend([1, 1]);
        call.extend(text(user.as_bytes()));
        for (key, value) in pairs {
            call.extend(number(key.len() as u64));
            call.extend(text(key));
            call.extend(number(value.len() as u64));
            call.extend(text(value));
            call.push(0);
        }
        data(call)
    }

    /// End-to-end attributes and cursors to close in front of a call.
    pub fn along(self, seq: u8, module: &str, action: &str, close: &[u32], call: &[u8]) -> Vec<u8> {
        let mut bytes = vec![17, 135, seq];
        let token = |bytes: &mut Vec<u8>| {
            if self.fields >= 18 {
                bytes.push(0);
            }
        };
        token(&mut bytes);
        bytes.extend([0, 0]);
        bytes.extend(number(0x0c));
        bytes.extend([0, 0]);
        for text in [module, action] {
            bytes.push(1);
            bytes.extend(number(text.len() as u64));
        }
        bytes.extend([0; 2 + 2]);
        bytes.extend([0; 2]);
        bytes.extend([0; 4]);
        bytes.extend([0; 2]);
        bytes.extend(text(module.as_bytes()));
        bytes.extend(text(action.as_bytes()));
        bytes.extend([17, 105, seq + 1]);
        token(&mut bytes);
        bytes.push(1);
        bytes.extend(number(close.len() as u64));
        for cursor in close {
            bytes.extend(number(u64::from(*cursor)));
        }
        bytes.extend(call);
        data(bytes)
    }

    /// Message 4.
    pub fn end(self, seq: u8, cursor: u16, rows: u64, error: Option<(u32, &str)>) -> Vec<u8> {
        let code = error.map_or(0, |(code, _)| code);
        let mut end = vec![4];
        end.extend(number(1));
        end.extend(number(u64::from(seq) + 300));
        end.extend(number(rows));
        end.extend(number(u64::from(code)));
        end.extend([0, 0]);
        end.extend(number(u64::from(cursor)));
        end.extend([0, 3, 0, 0, 0, 0, 0]);
        end.extend([0; 5]);
        end.extend([0, 0, seq, 0, 1, 1, 0]);
        end.extend([0, 0, 0]);
        end.extend(number(u64::from(code)));
        end.extend(number(rows));
        if self.fields >= 14 {
            end.extend([1, 3, 0]);
        }
        if let Some((_, message)) = error {
            end.extend(text(message.as_bytes()));
        }
        end
    }

    pub fn answer(self, seq: u8, cursor: u16, rows: u64) -> Vec<u8> {
        let mut answer = vec![8, 1, 6, 3, 0x20, 0x4e, 0xbb, 0, 1, 2, 0, 0, 0, 0, 0, 0];
        answer.extend(self.end(seq, cursor, rows, None));
        data(answer)
    }

    pub fn error(self, seq: u8, cursor: u16, code: u32, message: &str) -> Vec<u8> {
        data(self.end(seq, cursor, 0, Some((code, message))))
    }

    /// Columns, rows, the end.
    pub fn result(self, seq: u8, cursor: u16, rows: &[&str], ended: bool) -> Vec<u8> {
        let mut answer = vec![16, 23];
        answer.extend([
            0xa0, 0xbb, 0xb0, 0x24, 0xb8, 0x5e, 0x70, 0x59, 0xf4, 0xe1, 0x6d, 0x11, 0xa6, 0xc7, 0xf2, 0x27,
        ]);
        answer.extend([0x78, 0x7e, 8, 9, 0x11, 0x16, 0x23]);
        answer.extend([1, 1, 1, 1, 0x82, 1, 0x80, 0, 0, 1, 0x80, 0, 0, 0, 0, 1, 0x2e, 1, 1, 0x80, 4]);
        answer.extend(b"NAME");
        answer.extend([6, 0x22, 1, 1, 0, 1, 10, 0, 0, 0]);
        for row in rows {
            answer.push(7);
            answer.extend(text(row.as_bytes()));
        }
        let error = ended.then_some((1403, "ORA-01403: no data found\n"));
        answer.extend(self.end(seq, cursor, rows.len() as u64, error));
        data(answer)
    }

    /// What both sides say of themselves, up to the login.
    pub fn opening(self) -> Vec<(bool, Vec<u8>)> {
        let capabilities = |len: usize| {
            let mut capabilities = vec![6, 1, 1, 1, 0xef, 0x0f, 1, self.fields];
            capabilities.resize(len, 1);
            [&[len as u8], &capabilities[..]].concat()
        };
        let mut server = b"\x01\x06\0Linux\0\x69\x03\x01\x01\0\x66\x03\x40\x03\x01\0\x04abcd".to_vec();
        server.extend(capabilities(42));
        server.extend([2, 0, 0]);
        let mut types = vec![2, 0x69, 3, 0x69, 3, 1];
        types.extend(capabilities(40));
        types.extend([7, 2, 1, 0, 0, 0, 0, 0]);
        types.extend([0, 1, 0, 1, 0, 1, 0, 0, 0, 2, 0, 2, 0, 10, 0, 0, 0, 0]);
        let challenge =
            [&[8, 1, 1, 1, 12, 12][..], b"AUTH_SESSKEY", &[1, 4, 4], b"38AF", &[0], &self.end(1, 0, 0, None)];
        let logged_in =
            [&[8, 1, 1, 1, 11, 11][..], b"AUTH_DBNAME", &[1, 4, 4], b"SHOP", &[0], &self.end(2, 0, 0, None)];
        vec![
            (true, connect()),
            (false, accept(319)),
            (true, data(b"\x01\x06\x05\0till\0")),
            (false, data(server)),
            (true, data(types)),
            (false, data([2, 0, 1, 0, 1, 0, 1, 0, 0, 0])),
            (true, self.challenge(1, "shop")),
            (false, data(challenge.concat())),
            (true, self.login(2, "shop")),
            (false, data(logged_in.concat())),
        ]
    }
}

/// Message 9.
pub fn status(seq: u8) -> Vec<u8> {
    data([&[9][..], &number(1), &number(u64::from(seq))].concat())
}

/// The server breaks a call off.
pub fn marker(kind: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 11, 12, 0x20, 0, 0, 1, 0];
    bytes.push(kind);
    bytes
}

/// The agreement on native encryption and integrity.
pub fn security(cipher: u8, hash: u8) -> Vec<u8> {
    let service =
        |kind: u8, choice: u8| vec![0, kind, 0, 2, 0, 0, 0, 0, 0, 4, 0, 5, 0x17, 0, 0, 0, 0, 1, 0, 2, choice];
    let mut payload = vec![0xde, 0xad, 0xbe, 0xef, 0, 55, 0, 0, 0, 0, 0, 2, 0];
    payload.extend(service(2, cipher));
    payload.extend(service(3, hash));
    data(payload)
}
