//! Messages as servers and clients write them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "a test stops at the first surprise, and uses some of this"
)]

/// How a session talks.
#[derive(Clone, Copy)]
pub struct Session {
    pub version: u8,
    pub lz4: bool,
    started: bool,
}

impl Session {
    pub fn of(version: u8) -> Self {
        Self { version, lz4: false, started: false }
    }

    pub fn compressed(self) -> Self {
        Self { lz4: true, ..self }
    }

    pub fn after_startup(self) -> Self {
        Self { started: true, ..self }
    }

    fn framed(self) -> bool {
        self.version == 5 && self.started
    }

    /// Whole messages as they travel: in one frame from version 5 on.
    pub fn wrap(self, messages: &[u8]) -> Vec<u8> {
        if self.framed() { frame(messages, self.lz4, true) } else { messages.to_vec() }
    }

    /// A message in several frames from version 5 on.
    pub fn split(self, message: &[u8]) -> Vec<u8> {
        if !self.framed() {
            return message.to_vec();
        }
        message.chunks(50_000).flat_map(|part| frame(part, self.lz4, false)).collect()
    }

    fn has_long_flags(self) -> bool {
        self.version == 5
    }
}

fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0x0087_5060_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0197_4f0b;
            }
        }
    }
    crc
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in [0xfa, 0x2d, 0x55, 0xca].iter().chain(bytes) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

pub fn frame(payload: &[u8], lz4: bool, whole: bool) -> Vec<u8> {
    let packed = lz4_flex::block::compress(payload);
    let (header, payload) = if lz4 {
        let shrinks = packed.len() < payload.len();
        let inflated = if shrinks { payload.len() as u64 } else { 0 };
        let payload = if shrinks { &packed } else { payload };
        let header = payload.len() as u64 | inflated << 17 | u64::from(whole) << 34;
        (header.to_le_bytes()[..5].to_vec(), payload)
    } else {
        let header = payload.len() as u64 | u64::from(whole) << 17;
        (header.to_le_bytes()[..3].to_vec(), payload)
    };
    let crc = crc24(&header).to_le_bytes();
    [&header, &crc[..3], payload, &crc32(payload).to_le_bytes()].concat()
}

fn message(session: Session, first: u8, stream: i16, op: u8, body: &[u8]) -> Vec<u8> {
    let compresses = session.lz4 && session.version < 5 && !matches!(op, 1 | 5 | 6 | 2) && !body.is_empty();
    let body = if compresses {
        [&(body.len() as u32).to_be_bytes()[..], &lz4_flex::block::compress(body)].concat()
    } else {
        body.to_vec()
    };
    let mut bytes = vec![first | session.version, u8::from(compresses)];
    if session.version < 3 {
        bytes.push(stream as u8);
    } else {
        bytes.extend(stream.to_be_bytes());
    }
    bytes.push(op);
    bytes.extend((body.len() as u32).to_be_bytes());
    bytes.extend(body);
    bytes
}

pub fn request(session: Session, stream: i16, op: u8, body: &[u8]) -> Vec<u8> {
    message(session, 0, stream, op, body)
}

pub fn answer(session: Session, stream: i16, op: u8, body: &[u8]) -> Vec<u8> {
    message(session, 0x80, stream, op, body)
}

pub fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

pub fn bytes(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

pub fn options(session: Session, stream: i16) -> Vec<u8> {
    request(session, stream, 5, &[])
}

pub fn supported(session: Session, stream: i16) -> Vec<u8> {
    let mut body = vec![0, 2];
    body.extend(text("COMPRESSION"));
    body.extend([0, 2]);
    body.extend([text("snappy"), text("lz4")].concat());
    body.extend(text("CQL_VERSION"));
    body.extend([0, 1]);
    body.extend(text("3.4.6"));
    answer(session, stream, 6, &body)
}

pub fn startup(session: Session, stream: i16) -> Vec<u8> {
    let mut body = vec![0, 1 + u8::from(session.lz4)];
    body.extend([text("CQL_VERSION"), text("3.4.6")].concat());
    if session.lz4 {
        body.extend([text("COMPRESSION"), text("lz4")].concat());
    }
    request(session, stream, 1, &body)
}

pub fn ready(session: Session, stream: i16) -> Vec<u8> {
    answer(session, stream, 2, &[])
}

fn parameters(session: Session, values: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![];
    let listed = || {
        let mut body = (values.len() as u16).to_be_bytes().to_vec();
        values.iter().for_each(|value| body.extend(bytes(value)));
        body
    };
    if session.version == 1 {
        if !values.is_empty() {
            body.extend(listed());
        }
        body.extend([0, 1]);
        return body;
    }
    body.extend([0, 1]);
    let flags = u32::from(!values.is_empty());
    if session.has_long_flags() {
        body.extend(flags.to_be_bytes());
    } else {
        body.push(flags as u8);
    }
    if !values.is_empty() {
        body.extend(listed());
    }
    body
}

pub fn query(session: Session, stream: i16, statement: &str) -> Vec<u8> {
    let body = [bytes(statement.as_bytes()), parameters(session, &[])].concat();
    request(session, stream, 7, &body)
}

pub fn long(session: Session, stream: i16, statement: &str) -> Vec<u8> {
    query(session, stream, statement)
}

pub fn prepare(session: Session, stream: i16, statement: &str) -> Vec<u8> {
    let mut body = bytes(statement.as_bytes());
    if session.version == 5 {
        body.extend([0; 4]);
    }
    request(session, stream, 9, &body)
}

pub fn execute(session: Session, stream: i16, name: &str, age: i32) -> Vec<u8> {
    let mut body = text("0123456789abcdef");
    if session.version == 5 {
        body.extend(text("fedcba9876543210"));
    }
    body.extend(parameters(session, &[name.as_bytes().to_vec(), age.to_be_bytes().to_vec()]));
    request(session, stream, 10, &body)
}

fn metadata(session: Session, of_request: bool) -> Vec<u8> {
    let mut body = [1_u32.to_be_bytes(), 2_u32.to_be_bytes()].concat();
    if of_request && session.version > 3 {
        body.extend([0, 0, 0, 1, 0, 0]);
    }
    body.extend([text("shop"), text("users"), text("name"), vec![0, 13], text("age"), vec![0, 9]].concat());
    body
}

pub fn prepared(session: Session, stream: i16) -> Vec<u8> {
    let mut body = 4_u32.to_be_bytes().to_vec();
    body.extend(text("0123456789abcdef"));
    if session.version == 5 {
        body.extend(text("fedcba9876543210"));
    }
    body.extend(metadata(session, true));
    if session.version > 1 {
        body.extend([4_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat());
    }
    answer(session, stream, 8, &body)
}

pub fn rows(session: Session, stream: i16, count: u32) -> Vec<u8> {
    let mut body = 2_u32.to_be_bytes().to_vec();
    body.extend(metadata(session, false));
    body.extend(count.to_be_bytes());
    for at in 0..count {
        body.extend(bytes(format!("user {at}").as_bytes()));
        body.extend(bytes(&at.to_be_bytes()));
    }
    answer(session, stream, 8, &body)
}

pub fn void(session: Session, stream: i16) -> Vec<u8> {
    answer(session, stream, 8, &[0, 0, 0, 1])
}

pub fn error(session: Session, stream: i16, code: u32, message: &str) -> Vec<u8> {
    answer(session, stream, 0, &[&code.to_be_bytes()[..], &text(message)].concat())
}

pub fn event(session: Session) -> Vec<u8> {
    let body = [text("STATUS_CHANGE"), text("UP"), vec![4, 10, 0, 0, 1, 0, 0, 0x23, 0x52]].concat();
    answer(session, -1, 12, &body)
}
