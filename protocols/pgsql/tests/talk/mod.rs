//! Messages as the servers and clients write them.
#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]

/// A message.
pub fn message(kind: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut bytes = vec![kind];
    bytes.extend((payload.len() as u32 + 4).to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A text with its zero.
pub fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\0"].concat()
}

pub fn startup() -> Vec<u8> {
    startup_of(0x0003_0000)
}

pub fn startup_of(version: u32) -> Vec<u8> {
    let parameters = b"user\0ann\0database\0shop\0application_name\0psql\0\0";
    let mut bytes = (parameters.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend(version.to_be_bytes());
    bytes.extend(parameters);
    bytes
}

/// A request without a version: 80877102 to 80877104.
pub fn special(code: u32, payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes(), &code.to_be_bytes(), payload].concat()
}

/// What the server says when it lets a client in.
pub fn let_in() -> Vec<u8> {
    [
        message(b'R', [0, 0, 0, 0]),
        message(b'S', b"server_version\x0016.1\0"),
        message(b'S', b"standard_conforming_strings\0on\0"),
        message(b'K', [0, 0, 12, 77, 1, 2, 3, 4]),
        ready(),
    ]
    .concat()
}

pub fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

pub fn query(statement: &str) -> Vec<u8> {
    message(b'Q', text(statement))
}

pub fn parse(name: &str, statement: &str, types: &[u32]) -> Vec<u8> {
    let mut payload = [text(name), text(statement), (types.len() as u16).to_be_bytes().to_vec()].concat();
    payload.extend(types.iter().flat_map(|oid| oid.to_be_bytes()));
    message(b'P', payload)
}

/// Values with their formats: text (false) or binary; the results' formats are `results`.
pub fn bind(portal: &str, name: &str, values: &[(bool, Option<&[u8]>)], results: &[u16]) -> Vec<u8> {
    let count = (values.len() as u16).to_be_bytes();
    let mut payload = [text(portal), text(name), count.to_vec()].concat();
    payload.extend(values.iter().flat_map(|(binary, _)| u16::from(*binary).to_be_bytes()));
    payload.extend(count);
    for (_, value) in values {
        match value {
            None => payload.extend((-1_i32).to_be_bytes()),
            Some(value) => {
                payload.extend((value.len() as i32).to_be_bytes());
                payload.extend(*value);
            }
        }
    }
    payload.extend((results.len() as u16).to_be_bytes());
    payload.extend(results.iter().flat_map(|format| format.to_be_bytes()));
    message(b'B', payload)
}

pub fn execute(portal: &str) -> Vec<u8> {
    message(b'E', [text(portal), vec![0; 4]].concat())
}

pub fn describe(what: u8, name: &str) -> Vec<u8> {
    message(b'D', [vec![what], text(name)].concat())
}

pub fn sync() -> Vec<u8> {
    message(b'S', [])
}

/// Names and types of columns.
pub fn columns(columns: &[(&str, u32)]) -> Vec<u8> {
    let mut payload = (columns.len() as u16).to_be_bytes().to_vec();
    for (name, oid) in columns {
        payload.extend(text(name));
        payload.extend([0, 0, 0x40, 1, 0, 1]);
        payload.extend(oid.to_be_bytes());
        payload.extend([0, 4, 0xff, 0xff, 0xff, 0xff, 0, 0]);
    }
    message(b'T', payload)
}

pub fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut payload = (values.len() as u16).to_be_bytes().to_vec();
    for value in values {
        match value {
            None => payload.extend((-1_i32).to_be_bytes()),
            Some(value) => {
                payload.extend((value.len() as i32).to_be_bytes());
                payload.extend(*value);
            }
        }
    }
    message(b'D', payload)
}

pub fn complete(tag: &str) -> Vec<u8> {
    message(b'C', text(tag))
}

pub fn error(severity: &str, code: &str, said: &str) -> Vec<u8> {
    message(b'E', format!("S{severity}\0V{severity}\0C{code}\0M{said}\0Fparse.c\0L1\0\0"))
}

pub fn notice(severity: &str, said: &str) -> Vec<u8> {
    message(b'N', format!("S{severity}\0V{severity}\0C01000\0M{said}\0\0"))
}

/// A result of columns of text.
pub fn result(names: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let described: Vec<_> = names.iter().map(|name| (*name, 25)).collect();
    let rows: Vec<u8> = rows
        .iter()
        .flat_map(|values| row(&values.iter().map(|value| Some(value.as_bytes())).collect::<Vec<_>>()))
        .collect();
    let tag = format!("SELECT {}", rows.iter().filter(|byte| **byte == b'D').count());
    [columns(&described), rows, complete(&tag)].concat()
}
