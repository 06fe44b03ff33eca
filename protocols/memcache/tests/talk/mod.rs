//! Messages of the binary protocol.
#![allow(unreachable_pub)] // shared by tests

/// A message.
pub struct Packet {
    opcode: u8,
    status: u16,
    opaque: u32,
    extras: Vec<u8>,
    key: &'static [u8],
    value: Vec<u8>,
}

/// A message without extras, key and value.
pub fn packet(opcode: u8, opaque: u32) -> Packet {
    Packet { opcode, status: 0, opaque, extras: Vec::new(), key: b"", value: Vec::new() }
}

impl Packet {
    pub fn extras(self, extras: impl Into<Vec<u8>>) -> Self {
        Self { extras: extras.into(), ..self }
    }

    pub fn key(self, key: &'static [u8]) -> Self {
        Self { key, ..self }
    }

    pub fn value(self, value: impl Into<Vec<u8>>) -> Self {
        Self { value: value.into(), ..self }
    }

    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub fn bytes(&self, magic: u8) -> Vec<u8> {
        let mut bytes = vec![magic, self.opcode];
        bytes.extend((self.key.len() as u16).to_be_bytes());
        bytes.extend([self.extras.len() as u8, 0]);
        bytes.extend(self.status.to_be_bytes());
        bytes.extend(((self.extras.len() + self.key.len() + self.value.len()) as u32).to_be_bytes());
        bytes.extend(self.opaque.to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend_from_slice(&self.extras);
        bytes.extend_from_slice(self.key);
        bytes.extend_from_slice(&self.value);
        bytes
    }

    pub fn request(&self) -> Vec<u8> {
        self.bytes(0x80)
    }

    pub fn reply(&self) -> Vec<u8> {
        self.bytes(0x81)
    }
}
