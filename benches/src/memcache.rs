//! Memcache sessions made by code.

use packetbeat_core::direction::Dir;

use crate::traffic::Said;

/// A `get` of three keys of which two are there, with values of `bytes` bytes, and its reply.
#[must_use]
pub fn get(number: u32, bytes: usize) -> [Said; 2] {
    let value = "v".repeat(bytes);
    let asked = format!("get user:{number} cart:{number} seen:{number}\r\n");
    let told = format!(
        "VALUE user:{number} 0 {bytes}\r\n{value}\r\nVALUE seen:{number} 0 {bytes}\r\n{value}\r\nEND\r\n"
    );
    [(Dir::ToServer, asked.into_bytes()), (Dir::ToClient, told.into_bytes())]
}

/// A `get` of the binary protocol, and its reply.
#[must_use]
pub fn binary_get(number: u32, bytes: usize) -> [Said; 2] {
    let key = format!("user:{number}");
    let message = |magic: u8, key: &str, extras: &[u8], value: &[u8]| {
        let mut message = vec![magic, 0x0c];
        message.extend(u16::try_from(key.len()).unwrap().to_be_bytes());
        message.extend([u8::try_from(extras.len()).unwrap(), 0, 0, 0]);
        message.extend(u32::try_from(key.len() + extras.len() + value.len()).unwrap().to_be_bytes());
        message.extend(number.to_be_bytes());
        message.extend([0; 8]);
        [&message[..], extras, key.as_bytes(), value].concat()
    };
    let asked = message(0x80, &key, &[], &[]);
    let told = message(0x81, &key, &[0; 4], "v".repeat(bytes).as_bytes());
    [(Dir::ToServer, asked), (Dir::ToClient, told)]
}
